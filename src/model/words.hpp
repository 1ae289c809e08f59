#pragma once

// What issues say: the names of types, lists of choices, and near misses.

#include <span>
#include <string>
#include <string_view>

#include "instructor/issue.hpp"
#include "model/plan.hpp"

namespace instructor::core {

/// What is expected of a type: `integer`, `array`, `one of "low", "high"`.
std::string expected_words(const Plan& plan);

/// The code for a value of the wrong JSON type.
IssueCode wrong_type_code(const Plan& plan);

/// The candidate that `text` probably means: the same but for case and punctuation, or the only one within two
/// edits; empty when there is none. Bounded work.
std::string_view nearest(std::string_view text, std::span<const std::string_view> candidates);

/// `did you mean "high"?`, or empty.
std::string did_you_mean(std::string_view candidate);

}  // namespace instructor::core
