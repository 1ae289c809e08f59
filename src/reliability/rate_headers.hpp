#pragma once

#include "instructor/duration.hpp"
#include "instructor/rate_limits.hpp"
#include "instructor/transport.hpp"

namespace instructor {

/// What the headers of a response say of limits. `now` is the time of the day, since 1970: for resets that are said as
/// a moment. What cannot be read is as if it had not been said; counts are at most 10^15, resets at most 31 days.
RateLimits read_rate_limits(const HttpHead& head, Duration now);

}  // namespace instructor
