#pragma once

#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

#include "instructor/cancellation.hpp"

namespace instructor::soak {

/// Cancels calls at the times that it was given, on a thread of its own.
class Canceller {
 public:
  Canceller() : thread_([this] { run(); }) {}
  ~Canceller() {
    {
      const std::lock_guard lock(mutex_);
      ends_ = true;
    }
    changed_.notify_one();
    thread_.join();
  }
  Canceller(const Canceller&) = delete;
  Canceller& operator=(const Canceller&) = delete;

  void cancel_after(std::chrono::microseconds wait, Cancellation cancellation) {
    {
      const std::lock_guard lock(mutex_);
      due_.emplace(std::chrono::steady_clock::now() + wait, std::move(cancellation));
    }
    changed_.notify_one();
  }

 private:
  void run() {
    std::unique_lock lock(mutex_);
    while (!ends_) {
      if (due_.empty()) {
        changed_.wait(lock);
        continue;
      }
      const auto first = due_.begin()->first;
      if (std::chrono::steady_clock::now() < first) {
        changed_.wait_until(lock, first);
        continue;
      }
      const Cancellation cancellation = std::move(due_.begin()->second);
      due_.erase(due_.begin());
      lock.unlock();
      cancellation.cancel();
      lock.lock();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::multimap<std::chrono::steady_clock::time_point, Cancellation> due_;
  bool ends_ = false;
  std::thread thread_;
};

}  // namespace instructor::soak
