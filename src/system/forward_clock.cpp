#include "system/forward_clock.hpp"

#include <mutex>
#include <utility>

namespace instructor {

namespace {

class ForwardClock final : public Clock {
 public:
  explicit ForwardClock(std::shared_ptr<Clock> clock) : clock_(std::move(clock)), last_(clock_->now()), now_(last_) {}

  Duration now() const override {
    const std::lock_guard lock(mutex_);
    const Duration read = clock_->now();
    if (read > last_) now_ = now_ + (read - last_);
    last_ = read;
    return now_;
  }
  std::shared_ptr<void> listen(std::function<void()> moved) override { return clock_->listen(std::move(moved)); }

 private:
  const std::shared_ptr<Clock> clock_;
  mutable std::mutex mutex_;
  mutable Duration last_;
  mutable Duration now_;
};

}  // namespace

std::shared_ptr<Clock> forward_clock(std::shared_ptr<Clock> clock) {
  return std::make_shared<ForwardClock>(std::move(clock));
}

}  // namespace instructor
