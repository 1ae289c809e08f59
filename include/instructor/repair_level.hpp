#pragma once

// How far answers are repaired: for all of them (RepairPolicy), or for a field.

#include <cstdint>
#include <string_view>

namespace instructor {

/// How far an answer is repaired before the model is asked again.
enum class RepairLevel : std::uint8_t {
  none,    ///< not at all
  syntax,  ///< finding the JSON and mending it; its values stay what they are
  full,    ///< and values that are not of their type, where they can be nothing else
};
std::string_view to_string(RepairLevel level) noexcept;

}  // namespace instructor
