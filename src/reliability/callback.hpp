#pragma once

#include <functional>
#include <mutex>
#include <utility>

namespace instructor {

/// A callback that can be taken back: once `forget` has returned it is not running and not called any more.
/// Thread-safe.
class Callback {
 public:
  explicit Callback(std::function<void()> wake) : wake_(std::move(wake)) {}

  void wake() {
    const std::lock_guard lock(mutex_);
    if (wake_ != nullptr) wake_();
  }
  void forget() {
    const std::lock_guard lock(mutex_);
    wake_ = nullptr;
  }

 private:
  std::mutex mutex_;
  std::function<void()> wake_;
};

}  // namespace instructor
