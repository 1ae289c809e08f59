#pragma once

// What a compact notation has no signs for, in few words: the comments of type_text.hpp.

#include <string>
#include <string_view>
#include <vector>

#include "instructor/json.hpp"

namespace instructor::core {

/// Title and description of a schema, its rules, default, examples and then whatever else stands in it, as JSON. What
/// types, fields, items, values and references say is left to the notation. `name`: what the value is called; a title
/// that only spells it in another way says nothing.
std::vector<std::string> type_notes(const Json& schema, std::string_view name);

/// Notes as one comment, on one line.
std::string joined_notes(const std::vector<std::string>& notes);

/// `/^[a-z]+$/`
std::string pattern_text(const std::string& pattern);

}  // namespace instructor::core
