#pragma once

// How modes are called, here and in Python's Instructor.

#include <span>
#include <string_view>

#include "instructor/mode.hpp"

namespace instructor {

struct ModeName {
  std::string_view name;      ///< of the reference's enumerator, in lower case
  std::string_view value;     ///< of that enumerator
  std::string_view provider;  ///< whose mode it is; empty: anyone's
  Mode mode;
};

/// The row whose name or value this is, whatever the case; null for none, and for our own names.
const ModeName* find_mode_name(std::string_view text) noexcept;

/// All modes, in the order of the enumeration.
std::span<const Mode> all_modes() noexcept;

}  // namespace instructor
