#pragma once

// Drives a run of the engine without a thread that waits: it goes on, on an executor, whenever it is woken.

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>

#include "async/scheduler.hpp"
#include "engine/waker.hpp"
#include "instructor/cancellation.hpp"
#include "instructor/clock.hpp"

namespace instructor {

class Driver : public engine::Waker, public Job, public std::enable_shared_from_this<Driver> {
 public:
  using Executor = std::function<void(std::function<void()>)>;

  /// Without an executor the scheduler's thread is taken.
  Driver(std::shared_ptr<Clock> clock, Executor executor);
  ~Driver() override;
  Driver(const Driver&) = delete;
  Driver& operator=(const Driver&) = delete;

  /// Goes on until `step` says so, and then calls `waiting` there. One at a time.
  void drive(std::function<void()> waiting);
  /// What breaks the run off.
  const Cancellation& cancellation() const { return cancellation_; }

  void wake() noexcept override;
  void wake_at(Duration time) override;
  void run() noexcept override;
  void ring() noexcept override;
  void shut_down() noexcept override { cancellation_.cancel(); }

 protected:
  /// Goes on as far as it can. True: there is something for who waits. Does not throw.
  virtual bool step() noexcept = 0;
  /// Once, after construction: needs a shared pointer to this.
  void begin();
  /// How a run is driven by this.
  engine::Driving driving();

 private:
  enum class Stage : std::uint8_t {
    idle,     ///< nobody waits for it
    queued,   ///< the executor will run it
    running,  ///< and nothing has happened since
    woken,    ///< running, and something has happened
    parked,   ///< it waits to be woken
  };
  void post();
  std::function<void()> waking();

  const std::shared_ptr<Scheduler> scheduler_ = Scheduler::shared();
  const std::shared_ptr<Clock> clock_;
  const Executor executor_;
  Cancellation cancellation_;
  Cancellation::Watch wakes_;
  std::atomic<Stage> stage_ = Stage::idle;
  std::function<void()> waiting_;

  std::mutex mutex_;
  std::optional<Duration> time_;  // for which the scheduler was asked
  std::shared_ptr<void> moved_by_hand_;
};

}  // namespace instructor
