#pragma once

#include <span>

#include "instructor/provider.hpp"

namespace instructor {

/// The library's own rows.
std::span<const Provider> own_providers();

}  // namespace instructor
