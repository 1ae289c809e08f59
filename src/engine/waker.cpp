#include "engine/waker.hpp"

#include <algorithm>
#include <chrono>

namespace instructor::engine {

void ThreadWaker::wake() noexcept {
  const std::lock_guard lock(mutex_);
  woken_ = true;
  changed_.notify_all();
}

void ThreadWaker::wake_at(Duration time) {
  const std::lock_guard lock(mutex_);
  time_ = time_ ? std::min(*time_, time) : time;
}

void ThreadWaker::wait() {
  const std::shared_ptr<void> moved_by_hand = clock_.listen([this] { wake(); });
  std::unique_lock lock(mutex_);
  const auto over = [this] { return woken_ || (time_ && clock_.now() >= *time_); };
  if (moved_by_hand != nullptr || !time_)
    changed_.wait(lock, over);
  else
    while (!over()) {
      const Duration longest = std::chrono::hours(1);
      changed_.wait_for(lock, std::chrono::nanoseconds(std::min(*time_ - clock_.now(), longest).nanoseconds()));
    }
  woken_ = false;
  time_.reset();
  lock.unlock();  // before the clock's own lock
}

}  // namespace instructor::engine
