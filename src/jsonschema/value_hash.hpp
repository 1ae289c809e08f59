#pragma once

// JSON values by their hashes, and what is found with them.

#include <cstddef>
#include <cstdint>

#include "instructor/json.hpp"

namespace instructor::jsonschema {

/// Alike for values that are `core::equal`.
std::uint64_t hash_of(const Json& value, int depth = 0);

/// The index of the first item that equals an earlier one; the size where there is none. `looked_at` counts the values
/// that had to be looked at for it, roughly.
std::size_t first_repeated(const Json& array, std::size_t& looked_at);

}  // namespace instructor::jsonschema
