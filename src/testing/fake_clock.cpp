#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "instructor/testing.hpp"

namespace instructor::testing {

namespace {

/// One who listens. Its callback may be what makes it leave.
struct Listener {
  std::recursive_mutex mutex;
  std::function<void()> moved;
  bool listens = true;
};

}  // namespace

struct FakeClock::Listeners {
  std::mutex mutex;
  std::vector<std::shared_ptr<Listener>> all;
};

FakeClock::FakeClock() : listeners_(std::make_shared<Listeners>()) {}

Duration FakeClock::now() const {
  const std::lock_guard lock(mutex_);
  return now_;
}

std::shared_ptr<void> FakeClock::listen(std::function<void()> moved) {
  auto listener = std::make_shared<Listener>();
  listener->moved = std::move(moved);
  const std::lock_guard lock(listeners_->mutex);
  listeners_->all.push_back(listener);
  return {listener.get(), [listeners = listeners_, listener](Listener*) {
            {
              const std::lock_guard guard(listeners->mutex);
              std::erase(listeners->all, listener);
            }
            const std::lock_guard guard(listener->mutex);
            listener->listens = false;
          }};
}

void FakeClock::advance(Duration by) {
  {
    const std::lock_guard lock(mutex_);
    now_ = now_ + by;
  }
  std::vector<std::shared_ptr<Listener>> all;
  {
    const std::lock_guard lock(listeners_->mutex);
    all = listeners_->all;
  }
  for (const std::shared_ptr<Listener>& listener : all) {
    const std::lock_guard lock(listener->mutex);
    if (listener->listens) listener->moved();
  }
}

}  // namespace instructor::testing
