#pragma once

#include <memory>

#include "instructor/duration.hpp"

namespace instructor {

/// Time for deadlines and measurements. An interface, so that tests need not wait.
class Clock {
 public:
  virtual ~Clock() = default;

  /// Time since some fixed moment; never goes back. Called from any thread.
  virtual Duration now() const = 0;
};

/// The machine's monotonic clock.
std::shared_ptr<Clock> system_clock();

}  // namespace instructor
