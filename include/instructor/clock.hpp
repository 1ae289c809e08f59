#pragma once

#include <functional>
#include <memory>

#include "instructor/duration.hpp"

namespace instructor {

/// Time for deadlines and measurements. An interface, so that tests need not wait.
class Clock {
 public:
  virtual ~Clock() = default;

  /// Time since some fixed moment; never goes back. Called from any thread.
  virtual Duration now() const = 0;

  /// A clock that is moved by hand calls `moved` after each move, until what is returned is destroyed: what waits for a
  /// time waits for that instead. Null: time passes by itself, and is waited for. Called from any thread;
  /// `moved` is quick, and does not use the clock.
  // NOLINTNEXTLINE(performance-unnecessary-value-param): others keep it
  virtual std::shared_ptr<void> listen(std::function<void()> /*moved*/) { return nullptr; }
};

/// The machine's monotonic clock.
std::shared_ptr<Clock> system_clock();

}  // namespace instructor
