#include "async/driver.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace instructor {

Driver::Driver(std::shared_ptr<Clock> clock, Executor executor)
    : clock_(std::move(clock)), executor_(std::move(executor)) {}

Driver::~Driver() { scheduler_->remove(*this); }

void Driver::begin() {
  scheduler_->add(*this, weak_from_this());
  wakes_ = cancellation_.watch(waking());
}

std::function<void()> Driver::waking() {
  return [self = weak_from_this()] {
    if (const std::shared_ptr<Driver> driver = self.lock()) driver->wake();
  };
}

engine::Driving Driver::driving() {
  return {std::static_pointer_cast<engine::Waker>(shared_from_this()), cancellation_, false};
}

void Driver::drive(std::function<void()> waiting) {
  waiting_ = std::move(waiting);
  stage_ = Stage::queued;
  post();
}

void Driver::post() {
  if (executor_ == nullptr) return scheduler_->post(shared_from_this());
  executor_([self = shared_from_this()] { self->run(); });
}

void Driver::wake() noexcept {
  Stage stage = stage_.load();
  while (true) {
    if (stage == Stage::parked) {
      if (!stage_.compare_exchange_weak(stage, Stage::queued)) continue;
      return post();
    }
    if (stage != Stage::running) return;  // it will look anyway
    if (stage_.compare_exchange_weak(stage, Stage::woken)) return;
  }
}

void Driver::run() noexcept {
  while (true) {
    stage_ = Stage::running;
    if (step()) {
      stage_ = Stage::idle;
      return std::exchange(waiting_, nullptr)();
    }
    Stage running = Stage::running;
    if (stage_.compare_exchange_strong(running, Stage::parked)) return;
  }
}

void Driver::wake_at(Duration time) {
  {
    const std::lock_guard lock(mutex_);
    if (moved_by_hand_ == nullptr) moved_by_hand_ = clock_->listen(waking());
    if (moved_by_hand_ == nullptr) {
      if (time_ && *time_ <= time) return;
      time_ = time;
    }
  }
  const Duration wait = std::max(time - clock_->now(), Duration());
  if (moved_by_hand_ == nullptr)
    scheduler_->ring_at(std::chrono::steady_clock::now() + std::chrono::nanoseconds(wait.nanoseconds()),
                        weak_from_this());
  else if (wait == Duration())
    wake();
}

void Driver::ring() noexcept {
  {
    const std::lock_guard lock(mutex_);
    time_.reset();
  }
  wake();
}

}  // namespace instructor
