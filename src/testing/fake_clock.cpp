#include <list>
#include <memory>
#include <mutex>
#include <utility>

#include "instructor/testing.hpp"

namespace instructor::testing {

/// Callbacks run under the mutex, so that none is called once what keeps it is gone.
struct FakeClock::Listeners {
  std::mutex mutex;
  std::list<std::function<void()>> callbacks;
};

FakeClock::FakeClock() : listeners_(std::make_shared<Listeners>()) {}

Duration FakeClock::now() const {
  const std::lock_guard lock(mutex_);
  return now_;
}

std::shared_ptr<void> FakeClock::listen(std::function<void()> moved) {
  const std::lock_guard lock(listeners_->mutex);
  const auto place = listeners_->callbacks.insert(listeners_->callbacks.end(), std::move(moved));
  return {listeners_.get(), [listeners = listeners_, place](Listeners*) {
            const std::lock_guard guard(listeners->mutex);
            listeners->callbacks.erase(place);
          }};
}

void FakeClock::advance(Duration by) {
  {
    const std::lock_guard lock(mutex_);
    now_ = now_ + by;
  }
  const std::lock_guard lock(listeners_->mutex);
  for (const std::function<void()>& moved : listeners_->callbacks) moved();
}

}  // namespace instructor::testing
