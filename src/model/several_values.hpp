#pragma once

// Several values in one text, where the type does not say which of them is meant.

#include <string>
#include <string_view>
#include <vector>

#include "instructor/repair.hpp"
#include "model/candidates.hpp"

namespace instructor::core {

/// Does a text behind a value go on as if the value were a part of something?
bool goes_on(std::string_view after);

/// The repair that leaves such a text out.
Repair left_out_behind(std::string_view after);

/// Strict JSON of a candidate, as far as it goes. False: there is none.
bool mend_candidate(std::string_view text, std::string& json, Repairs& repairs);

/// Values after one another, as the list of them.
std::string joined_values(const std::vector<Candidate>& candidates, Repairs& repairs);

/// Where anything will do: the values at the end that follow one another, with nothing but commas between them or each
/// in a fence of its own. Of several of one shape without commas the last, since it takes the place of the others; and
/// none that is empty, unless all are.
std::vector<Candidate> values_meant(std::string_view whole, const std::vector<Candidate>& candidates);

}  // namespace instructor::core
