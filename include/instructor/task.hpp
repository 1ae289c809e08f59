#pragma once

// Coroutines.
//
//   Task<User> find(Client client, std::string text) {
//     User user = co_await client.create_async<User>(text);
//     co_return user;
//   }
//
//   User user = find(client, "Jason is 25").get();          // waits
//   std::vector<User> users = co_await when_all(std::move(tasks), 16);
//
// A task is lazy: nothing happens before it is awaited, or `start`, `get` or `then` is called. Once it runs, it runs to
// its end, also when its handle is destroyed: it is then cancelled, which lets it end soon, with an Error (`cancelled`)
// out of whatever it awaits. So a coroutine must not refer to what may be gone by then: take parameters by value.
//
// g++ 12 destroys temporaries inside the operand of co_await twice when they are aggregates, or lambdas that own
// something. The types of this library are safe there. Give your own a name before the co_await.

#include <coroutine>
#include <cstddef>
#include <exception>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "instructor/cancellation.hpp"
#include "instructor/error.hpp"

namespace instructor {

template <class T>
class Task;

namespace detail {

/// What a running coroutine and the handle to it share.
class TaskCore {
 public:
  TaskCore();
  TaskCore(const TaskCore&) = delete;
  TaskCore& operator=(const TaskCore&) = delete;
  virtual ~TaskCore();

  const Cancellation& cancellation() const { return cancellation_; }
  void set_frame(std::coroutine_handle<> coroutine) { frame_ = coroutine; }
  bool is_started() const { return frame_ == nullptr; }
  bool is_done() const;
  void start();
  /// The coroutine will not run.
  void drop();

  /// `continuation` goes on when this is done. Returns what to resume now.
  std::coroutine_handle<> resume_after(std::coroutine_handle<> continuation);
  /// `callback` is called when this is done, perhaps now.
  void call_after(std::function<void()> callback);
  /// Throws Error (`invalid_request`) on a thread that resumes coroutines: it would wait for itself.
  void wait();
  /// It is done. Returns who goes on.
  std::coroutine_handle<> finish() noexcept;

  std::exception_ptr failure;

 private:
  struct Waiting;

  Cancellation cancellation_;
  std::coroutine_handle<> frame_;  // until it is started
  std::unique_ptr<Waiting> waiting_;
};

/// An exception as an Error.
Error as_error(const std::exception_ptr& failure);

template <class T>
class TaskState final : public TaskCore {
 public:
  template <class U>
  void set(U&& made) {
    value_.emplace(std::forward<U>(made));
  }
  T take() {
    if (failure != nullptr) std::rethrow_exception(std::exchange(failure, nullptr));
    return std::move(*value_);
  }
  std::expected<T, Error> outcome() {
    if (failure != nullptr) return std::unexpected(as_error(failure));
    return std::move(*value_);
  }

 private:
  std::optional<T> value_;
};

template <>
class TaskState<void> final : public TaskCore {
 public:
  void take() {
    if (failure != nullptr) std::rethrow_exception(std::exchange(failure, nullptr));
  }
  std::expected<void, Error> outcome() {
    if (failure != nullptr) return std::unexpected(as_error(failure));
    return {};
  }
};

/// The coroutine's frame goes before anybody hears that it is done.
template <class Promise>
struct FinalAwaiter {
  bool await_ready() const noexcept { return false; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> coroutine) const noexcept {
    const auto state = std::move(coroutine.promise().state);
    coroutine.destroy();
    return state->finish();
  }
  void await_resume() const noexcept {}
};

template <class T, class Promise>
class TaskPromiseBase {
 public:
  std::shared_ptr<TaskState<T>> state = std::make_shared<TaskState<T>>();

  Task<T> get_return_object() {
    state->set_frame(std::coroutine_handle<Promise>::from_promise(static_cast<Promise&>(*this)));
    return Task<T>(state);
  }
  std::suspend_always initial_suspend() const noexcept { return {}; }
  FinalAwaiter<Promise> final_suspend() const noexcept { return {}; }
  void unhandled_exception() noexcept { state->failure = std::current_exception(); }
  const Cancellation& cancellation() const { return state->cancellation(); }

 private:
  TaskPromiseBase() = default;
  friend Promise;
};

template <class T>
struct TaskPromise : TaskPromiseBase<T, TaskPromise<T>> {
  template <class U>
    requires std::is_constructible_v<T, U>
  void return_value(U&& made) {
    this->state->set(std::forward<U>(made));
  }
};

template <>
struct TaskPromise<void> : TaskPromiseBase<void, TaskPromise<void>> {
  void return_void() const noexcept {}
};

/// The cancellation of the coroutine behind a handle, if it has one.
template <class Promise>
Cancellation cancellation_of(std::coroutine_handle<Promise> coroutine) {
  if constexpr (requires { coroutine.promise().cancellation(); })
    return coroutine.promise().cancellation();
  else
    return Cancellation::never();
}

template <class T>
class TaskAwaiter {
 public:
  explicit TaskAwaiter(std::shared_ptr<TaskState<T>> state) : state_(std::move(state)) {}

  bool await_ready() const { return state_->is_done(); }
  template <class Promise>
  std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> coroutine) {
    follows_ = cancellation_of(coroutine).watch([own = state_->cancellation()] { own.cancel(); });
    return state_->resume_after(coroutine);
  }
  T await_resume() { return state_->take(); }

 private:
  std::shared_ptr<TaskState<T>> state_;
  Cancellation::Watch follows_;
};

}  // namespace detail

/// A value that a coroutine will have: the return type of coroutines, and what asynchronous calls give. Moves only;
/// used by one thread at a time, but for `cancel`.
template <class T>
class [[nodiscard]] Task {
 public:
  using promise_type = detail::TaskPromise<T>;

  explicit Task(std::shared_ptr<detail::TaskState<T>> state) : state_(std::move(state)) {}
  Task(Task&&) noexcept = default;
  Task& operator=(Task&& other) noexcept {
    leave();
    state_ = std::move(other.state_);
    return *this;
  }
  /// Cancels what has been started and is not done.
  ~Task() { leave(); }

  /// Begins, on this thread, up to the first point at which there is something to wait for. It may be awaited later.
  void start() {
    if (!state_->is_started()) state_->start();
  }
  /// Waits for the value. Throws what the coroutine threw. Not for code that itself is resumed by this library: that
  /// throws Error (`invalid_request`).
  T get() {
    start();
    state_->wait();
    return state_->take();
  }
  /// Calls `callback(std::expected<T, Error>)` when it is done, on the thread that it ends on, and begins. For those
  /// without coroutines. What is returned cancels it.
  template <class Callback>
  Cancellation then(Callback callback) && {
    const std::shared_ptr<detail::TaskState<T>> state = std::move(state_);
    state->call_after([state, kept = std::make_shared<Callback>(std::move(callback))] { (*kept)(state->outcome()); });
    if (!state->is_started()) state->start();
    return state->cancellation();
  }

  /// Whatever it waits for ends with an Error (`cancelled`). From any thread.
  void cancel() const { state_->cancellation().cancel(); }
  bool done() const { return state_->is_done(); }

  auto operator co_await() && { return detail::TaskAwaiter<T>(std::move(state_)); }
  auto operator co_await() & { return detail::TaskAwaiter<T>(state_); }

 private:
  void leave() {
    if (state_ == nullptr) return;
    if (!state_->is_started())
      state_->drop();
    else if (!state_->is_done())
      state_->cancellation().cancel();
  }

  std::shared_ptr<detail::TaskState<T>> state_;
};

/// What `this_cancellation` gives.
class ThisCancellation {
 public:
  ThisCancellation() = default;
  bool await_ready() const noexcept { return false; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> coroutine) {
    found_ = detail::cancellation_of(coroutine);
    return false;
  }
  Cancellation await_resume() const { return found_; }

 private:
  Cancellation found_ = Cancellation::never();
};

/// `co_await this_cancellation()`: the cancellation of the coroutine that says so, for code that wants to look.
inline ThisCancellation this_cancellation() { return {}; }

namespace detail {

/// Work that is divided among a few coroutines.
class Crew {
 public:
  explicit Crew(std::size_t size) : size_(size) {}

  /// The next piece of work; `size` when there is none, or one has failed.
  std::size_t next();
  void fail(std::exception_ptr why);
  std::size_t size() const { return size_; }
  const Cancellation& cancellation() const { return stop_; }
  /// Throws what came first.
  void check() const;

 private:
  struct Failure;
  std::size_t size_;
  Cancellation stop_;
  std::shared_ptr<Failure> failure_ = make_failure();
  static std::shared_ptr<Failure> make_failure();
};

template <class T>
struct AllOf {
  explicit AllOf(std::vector<Task<T>> all) : crew(all.size()), tasks(std::move(all)), values(tasks.size()) {}
  Crew crew;
  std::vector<Task<T>> tasks;
  std::vector<std::optional<T>> values;

  void take(std::size_t index, T value) { values[index].emplace(std::move(value)); }
};

template <>
struct AllOf<void> {
  explicit AllOf(std::vector<Task<void>> all) : crew(all.size()), tasks(std::move(all)) {}
  Crew crew;
  std::vector<Task<void>> tasks;
};

template <class T>
Task<void> work(std::shared_ptr<AllOf<T>> all) {
  for (std::size_t i = all->crew.next(); i < all->crew.size(); i = all->crew.next()) {
    try {
      const Cancellation::Watch follows = all->crew.cancellation().watch([task = &all->tasks[i]] { task->cancel(); });
      if constexpr (std::is_void_v<T>)
        co_await all->tasks[i];
      else
        all->take(i, co_await all->tasks[i]);
    } catch (...) {
      all->crew.fail(std::current_exception());
    }
  }
}

template <class T>
Task<void> work_all(std::shared_ptr<AllOf<T>> all, std::size_t limit) {
  const Cancellation own = co_await this_cancellation();
  const Cancellation::Watch follows = own.watch([stop = all->crew.cancellation()] { stop.cancel(); });
  const std::size_t count = limit == 0 ? all->crew.size() : std::min(limit, all->crew.size());
  std::vector<Task<void>> workers;
  workers.reserve(count);
  for (std::size_t i = 0; i < count; ++i) workers.push_back(work(all));
  for (Task<void>& worker : workers) worker.start();
  for (Task<void>& worker : workers) co_await worker;
  all->crew.check();
}

template <class T>
Task<void> keep_in(Task<T> task, std::shared_ptr<std::optional<T>> place) {
  place->emplace(co_await task);
}

}  // namespace detail

/// The values of all tasks, in their order, at most `limit` of them under way at a time (0: all at once). When one
/// fails the others are cancelled and waited for, and what it threw is thrown.
template <class T>
Task<std::vector<T>> when_all(std::vector<Task<T>> tasks, std::size_t limit = 0) {
  const auto all = std::make_shared<detail::AllOf<T>>(std::move(tasks));
  co_await detail::work_all(all, limit);
  std::vector<T> values;
  values.reserve(all->values.size());
  for (std::optional<T>& value : all->values) values.push_back(std::move(*value));
  co_return values;
}
inline Task<void> when_all(std::vector<Task<void>> tasks, std::size_t limit = 0) {
  return detail::work_all(std::make_shared<detail::AllOf<void>>(std::move(tasks)), limit);
}

/// The same for values of several types.
template <class... Ts>
  requires(sizeof...(Ts) > 1)
Task<std::tuple<Ts...>> when_all(Task<Ts>... tasks) {
  const auto places = std::make_tuple(std::make_shared<std::optional<Ts>>()...);
  std::vector<Task<void>> all;
  all.reserve(sizeof...(Ts));
  std::apply([&](const auto&... place) { (all.push_back(detail::keep_in(std::move(tasks), place)), ...); }, places);
  co_await when_all(std::move(all));
  co_return std::apply([](const auto&... place) { return std::tuple<Ts...>(std::move(**place)...); }, places);
}

}  // namespace instructor
