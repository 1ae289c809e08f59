#pragma once

#include "instructor/duration.hpp"

namespace instructor {

/// Threads look at the clock before they get the lock, so that times come a little out of order. What is further back
/// is a clock that was set back.
inline constexpr Duration out_of_order = Duration::of_seconds(1);

}  // namespace instructor
