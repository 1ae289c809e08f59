#pragma once

#include <memory>

#include "instructor/clock.hpp"

namespace instructor {

/// The same clock, only that it stands still when the other one goes back: waiting then takes as long as it should.
std::shared_ptr<Clock> forward_clock(std::shared_ptr<Clock> clock);

}  // namespace instructor
