#pragma once

// When two JSON values are the same to JSON Schema: numbers by value (1 is 1.0), objects in any order.

#include <cstdint>
#include <vector>

#include "instructor/json.hpp"
#include "instructor/types.hpp"

namespace instructor::jsonschema {

/// Deeper values than this are looked at no further: they equal nothing.
inline constexpr int max_compared_depth = 1000;

bool equal(const Json& a, const Json& b, int depth = 0);

/// Alike for values that are `equal`.
std::uint64_t hash_of(const Json& value, int depth = 0);

/// A JSON number, as it is compared.
Number number_of(const Json& value);

/// The index of the first item that equals an earlier one; the size where there is none. `looked_at` counts the values
/// that had to be looked at for it, roughly.
std::size_t first_repeated(const Json& array, std::size_t& looked_at);

}  // namespace instructor::jsonschema
