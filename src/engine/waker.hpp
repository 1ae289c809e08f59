#pragma once

// How a run goes on that has nothing to do for now. A run is a state machine that never waits for anything but input of
// a blocking transport: it says `waiting`, and whoever drives it lets it go on when it is woken. So there is one engine
// for threads that wait and for programs that do something else meanwhile.

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>

#include "instructor/cancellation.hpp"
#include "instructor/clock.hpp"

namespace instructor::engine {

enum class Progress : std::uint8_t {
  changed,  ///< there is something to look at
  over,
  waiting,  ///< its Waker will be woken
};

class Waker {
 public:
  virtual ~Waker() = default;

  /// Something may have happened. From any thread, any number of times.
  virtual void wake() noexcept = 0;
  /// Wakes at that time by the clock of the run, or earlier. Called by the run itself.
  virtual void wake_at(Duration time) = 0;
};

/// Who lets a run go on, and how.
struct Driving {
  std::shared_ptr<Waker> waker;
  Cancellation cancellation = Cancellation::never();  ///< ends it
  bool blocks = true;                                 ///< transports may wait on the thread that drives
};

/// Lets a thread wait.
class ThreadWaker final : public Waker {
 public:
  /// `clock` must outlive it.
  explicit ThreadWaker(Clock& clock) : clock_(clock) {}

  void wake() noexcept override;
  void wake_at(Duration time) override;

  /// Waits until it was woken since the last time, or until the earliest time.
  void wait();

 private:
  Clock& clock_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool woken_ = false;
  std::optional<Duration> time_;
};

}  // namespace instructor::engine
