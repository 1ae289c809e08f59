#pragma once

// JSON values as JSON Schema compares them: numbers by value (1 is 1.0), objects in any order; and their text.

#include <string>

#include "instructor/json.hpp"
#include "instructor/types.hpp"

namespace instructor::core {

/// Deeper values than this are looked at no further: they equal nothing.
inline constexpr int max_compared_depth = 1000;

bool equal(const Json& a, const Json& b, int depth = 0);

/// A JSON number, as it is compared.
Number number_of(const Json& value);

/// A number without a fraction, however it is written.
bool is_whole(const Json& value);

/// Compact JSON, however deep the value is; bytes that are not valid UTF-8 become U+FFFD.
std::string text_of(const Json& value);

}  // namespace instructor::core
