#include "instructor/task.hpp"

#include <atomic>
#include <condition_variable>
#include <mutex>

#include "async/scheduler.hpp"

namespace instructor::detail {

struct TaskCore::Waiting {
  std::mutex mutex;
  std::condition_variable changed;
  bool done = false;
  std::coroutine_handle<> continuation;
  std::function<void()> callback;
};

TaskCore::TaskCore() : waiting_(std::make_unique<Waiting>()) {}
TaskCore::~TaskCore() = default;

bool TaskCore::is_done() const {
  const std::lock_guard lock(waiting_->mutex);
  return waiting_->done;
}

void TaskCore::start() { std::exchange(frame_, nullptr).resume(); }

void TaskCore::drop() { std::exchange(frame_, nullptr).destroy(); }

std::coroutine_handle<> TaskCore::resume_after(std::coroutine_handle<> continuation) {
  const std::lock_guard lock(waiting_->mutex);
  if (waiting_->done) return continuation;
  waiting_->continuation = continuation;
  if (frame_ != nullptr) return std::exchange(frame_, nullptr);
  return std::noop_coroutine();
}

void TaskCore::call_after(std::function<void()> callback) {
  {
    const std::lock_guard lock(waiting_->mutex);
    if (!waiting_->done) {
      waiting_->callback = std::move(callback);
      return;
    }
  }
  callback();
}

void TaskCore::wait() {
  std::unique_lock lock(waiting_->mutex);
  if (waiting_->done) return;
  if (Scheduler::is_this_thread())
    throw Error(
        ErrorCode::invalid_request,
        "Task::get waits on a thread that resumes coroutines, so it would wait for itself: co_await the task, or "
        "give the client an executor of its own (ClientOptions::executor)");
  waiting_->changed.wait(lock, [this] { return waiting_->done; });
}

std::coroutine_handle<> TaskCore::finish() noexcept {
  std::unique_lock lock(waiting_->mutex);
  waiting_->done = true;
  const std::coroutine_handle<> continuation = std::exchange(waiting_->continuation, nullptr);
  const std::function<void()> callback = std::exchange(waiting_->callback, nullptr);
  waiting_->changed.notify_all();
  lock.unlock();
  if (callback != nullptr) callback();
  return continuation != nullptr ? continuation : std::noop_coroutine();
}

Error as_error(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const Error& error) {
    return error;
  } catch (const std::exception& other) {
    return Error(ErrorCode::invalid_model, std::string("a check or a coroutine threw: ") + other.what());
  } catch (...) {
    return Error(ErrorCode::invalid_model, "a check or a coroutine threw what is no std::exception");
  }
}

struct Crew::Failure {
  std::mutex mutex;
  std::size_t next = 0;
  std::exception_ptr first;
};

std::shared_ptr<Crew::Failure> Crew::make_failure() { return std::make_shared<Failure>(); }

std::size_t Crew::next() {
  const std::lock_guard lock(failure_->mutex);
  return failure_->first != nullptr || failure_->next == size_ ? size_ : failure_->next++;
}

void Crew::fail(std::exception_ptr why) {
  {
    const std::lock_guard lock(failure_->mutex);
    if (failure_->first != nullptr) return;
    failure_->first = std::move(why);
  }
  stop_.cancel();
}

void Crew::check() const {
  const std::lock_guard lock(failure_->mutex);
  if (failure_->first != nullptr) std::rethrow_exception(failure_->first);
}

}  // namespace instructor::detail
