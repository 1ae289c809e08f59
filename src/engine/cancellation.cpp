#include "instructor/cancellation.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace instructor {

struct Cancellation::Watch::Entry {
  std::function<void()> callback;
  bool running = false;
  std::thread::id thread;
};

struct Cancellation::State {
  std::atomic<bool> cancelled = false;
  std::mutex mutex;
  std::condition_variable over;  // a callback
  std::vector<std::shared_ptr<Watch::Entry>> waiting;
  std::vector<std::shared_ptr<void>> sources;
};

Cancellation::Cancellation() : state_(std::make_shared<State>()) {}

bool Cancellation::cancelled() const noexcept {
  return state_ != nullptr && state_->cancelled.load(std::memory_order_acquire);
}

void Cancellation::cancel() const noexcept {
  const std::shared_ptr<State> state = state_;  // a callback may destroy this object
  if (state == nullptr || state->cancelled.exchange(true)) return;
  std::unique_lock lock(state->mutex);
  while (!state->waiting.empty()) {
    const std::shared_ptr<Watch::Entry> entry = std::move(state->waiting.back());
    state->waiting.pop_back();
    entry->running = true;
    entry->thread = std::this_thread::get_id();
    lock.unlock();
    entry->callback();
    lock.lock();
    entry->running = false;
    state->over.notify_all();
  }
}

Cancellation::Watch Cancellation::watch(std::function<void()> callback) const {
  Watch watch;
  if (state_ == nullptr) return watch;
  {
    const std::lock_guard lock(state_->mutex);
    if (!state_->cancelled.load()) {
      watch.entry_ = std::make_shared<Watch::Entry>();
      watch.entry_->callback = std::move(callback);
      watch.state_ = state_;
      state_->waiting.push_back(watch.entry_);
      return watch;
    }
  }
  callback();
  return watch;
}

std::function<void()> Cancellation::canceller() const {
  return [weak = std::weak_ptr<State>(state_)] { Cancellation(weak.lock()).cancel(); };
}

void Cancellation::keep(std::shared_ptr<void> source) const {
  if (state_ == nullptr) return;
  const std::lock_guard lock(state_->mutex);
  state_->sources.push_back(std::move(source));
}

Cancellation::Watch& Cancellation::Watch::operator=(Watch&& other) noexcept {
  Watch old(std::move(*this));
  state_ = std::move(other.state_);
  entry_ = std::move(other.entry_);
  return *this;
}

Cancellation::Watch::~Watch() {
  if (state_ == nullptr) return;
  std::unique_lock lock(state_->mutex);
  if (std::erase(state_->waiting, entry_) != 0 || entry_->thread == std::this_thread::get_id()) return;
  state_->over.wait(lock, [&] { return !entry_->running; });
}

}  // namespace instructor
