#pragma once

// Calls that do not wait.
//
//   Task<void> answer(Client client) {
//     User user = co_await client.create_async<User>("Jason is 25");
//
//     auto stream = client.create_partial_async<Report>("...");
//     while (const Partial<Report>* partial = co_await stream.next()) show(**partial);
//   }
//
//   client.create_async<User>("Jason is 25").then([](std::expected<User, Error> user) { ... });    // no coroutines
//
// Thousands of calls are under way on one thread for the network and one for everything else: decoding, checks, and the
// program's own code after each co_await, unless it gives an executor (ClientOptions::executor).

#include <coroutine>
#include <expected>
#include <memory>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "instructor/client.hpp"
#include "instructor/detail/stream_core.hpp"
#include "instructor/parallel.hpp"
#include "instructor/stop.hpp"
#include "instructor/stream.hpp"
#include "instructor/task.hpp"

namespace instructor {

namespace detail {

class CallState;

/// One call, to be awaited once: gives the value.
class AsyncCall {
 public:
  AsyncCall(const Client& client, const ValueMaker& maker, Request request);
  AsyncCall(const AsyncCall&) = delete;
  AsyncCall& operator=(const AsyncCall&) = delete;
  ~AsyncCall();

  bool await_ready() const noexcept { return false; }
  template <class Promise>
  void await_suspend(std::coroutine_handle<Promise> coroutine) {
    begin(cancellation_of(coroutine), coroutine);
  }
  /// Throws Error.
  AnyValue await_resume();

  Completion take_completion();

 private:
  void begin(const Cancellation& cancellation, std::coroutine_handle<> waiting);

  std::shared_ptr<CallState> state_;
};

/// A stream that is waited for without a thread.
class AsyncStreamCore {
 public:
  AsyncStreamCore(const Client& client, const ValueMaker& maker, Request request);
  AsyncStreamCore(AsyncStreamCore&&) noexcept;
  AsyncStreamCore& operator=(AsyncStreamCore&&) noexcept;
  /// Cancels what is under way.
  ~AsyncStreamCore();

  /// What is waited for.
  enum class Until : std::uint8_t { view, element, end };
  class Awaiter {
   public:
    explicit Awaiter(AsyncStreamCore& stream, Until until) : stream_(stream), until_(until) {}
    bool await_ready() const noexcept { return false; }
    template <class Promise>
    void await_suspend(std::coroutine_handle<Promise> coroutine) {
      follows_ = cancellation_of(coroutine).watch(stream_.canceller());
      stream_.begin(until_, coroutine);
    }
    /// False: the stream is over. Throws Error.
    bool await_resume() { return stream_.finish(); }

   private:
    AsyncStreamCore& stream_;
    Until until_;
    Cancellation::Watch follows_;
  };
  Awaiter go_on(Until until) { return Awaiter(*this, until); }

  std::function<void()> canceller() const;
  StreamCore& core();
  const StreamCore& core() const;

 private:
  struct State;
  void begin(Until until, std::coroutine_handle<> waiting);
  bool finish();

  std::shared_ptr<State> state_;
};

template <class T>
Task<T> create_task(Client client, Request request) {
  AsyncCall call(client, value_maker<Asked<T>>, std::move(request));
  const AnyValue any = co_await call;
  co_return take_asked<T>(any);
}

template <class T>
Task<std::expected<T, Error>> try_create_task(Client client, Request request) {
  std::optional<Error> failure;
  try {
    AsyncCall call(client, value_maker<Asked<T>>, std::move(request));
    const AnyValue any = co_await call;
    co_return take_asked<T>(any);
  } catch (const Error& error) {
    failure = error;
  }
  co_return std::unexpected(*failure);
}

template <class T>
Task<std::pair<T, Completion>> create_with_completion_task(Client client, Request request) {
  AsyncCall call(client, value_maker<Asked<T>>, std::move(request));
  const AnyValue any = co_await call;
  co_return std::pair<T, Completion>(take_asked<T>(any), call.take_completion());
}

template <class... Ts>
Task<std::vector<std::variant<Ts...>>> create_parallel_task(Client client, Request request) {
  AsyncCall call(client, parallel_maker<Ts...>(), std::move(request));
  const AnyValue any = co_await call;
  co_return take_calls<Ts...>(any);
}

/// What `next` of a stream is awaited with: the address of what has come, or null.
template <class Stream, class Value>
class NextAwaiter {
 public:
  explicit NextAwaiter(Stream& stream, AsyncStreamCore::Awaiter inner) : stream_(stream), inner_(std::move(inner)) {}
  bool await_ready() const noexcept { return false; }
  template <class Promise>
  void await_suspend(std::coroutine_handle<Promise> coroutine) {
    inner_.await_suspend(coroutine);
  }
  Value* await_resume() { return inner_.await_resume() ? stream_.take_next() : nullptr; }

 private:
  Stream& stream_;
  AsyncStreamCore::Awaiter inner_;
};

template <class T>
Task<T> finish_stream(AsyncStreamCore stream) {
  bool more = true;
  while (more) more = co_await stream.go_on(AsyncStreamCore::Until::end);
  co_return take_asked<T>(*static_cast<Asked<T>*>(stream.core().value()));
}

}  // namespace detail

/// A value that arrives. Movable while nobody waits for it.
template <class T>
class AsyncPartialStream {
 public:
  AsyncPartialStream(const Client& client, Request request)
      : core_(client, detail::value_maker<detail::Asked<T>>, std::move(request)) {}

  /// `co_await stream.next()`: the next view, valid until the next one is asked for; null when the answer is whole and
  /// valid. Throws Error as PartialStream::next.
  auto next() {
    return detail::NextAwaiter<AsyncPartialStream, const Partial<T>>(*this,
                                                                     core_.go_on(detail::AsyncStreamCore::Until::view));
  }
  /// The value, whole and validated. Once, and the last thing that is asked of the stream.
  Task<T> result() { return detail::finish_stream<T>(std::move(core_)); }

  /// As PartialStream::on_change; called where the stream goes on.
  template <class Callback>
  AsyncPartialStream& on_change(Callback callback, Coalesce coalesce = Coalesce::per_change()) {
    core_.core().listen(std::make_unique<detail::Calling<Callback>>(std::move(callback)), coalesce);
    return *this;
  }

  bool restarted() const { return core_.core().restarted(); }
  int attempt() const { return core_.core().attempt(); }
  const Completion& completion() const { return core_.core().completion(); }
  /// Breaks the stream off: what waits for it ends with an Error (`cancelled`). From any thread.
  void cancel() const { core_.canceller()(); }

 private:
  friend class detail::NextAwaiter<AsyncPartialStream, const Partial<T>>;
  const Partial<T>* take_next() {
    view_.emplace(detail::view_of<T>(core_.core()));
    return &*view_;
  }

  detail::AsyncStreamCore core_;
  std::optional<Partial<T>> view_;
};

/// The elements of a list, each the moment it is whole and valid. Movable while nobody waits for it.
template <class T>
class AsyncElementStream {
 public:
  AsyncElementStream(const Client& client, Request request, ElementPolicy policy)
      : core_(client, detail::value_maker<detail::ElementList<T>>, std::move(request)) {
    core_.core().hand_out_elements(detail::element_ops<detail::ElementList<T>, &detail::ElementList<T>::tasks>, policy);
  }

  /// `co_await stream.next()`: the next element, yours to move from; null when there are no more. Throws Error.
  auto next() {
    return detail::NextAwaiter<AsyncElementStream, T>(*this, core_.go_on(detail::AsyncStreamCore::Until::element));
  }

  const std::vector<SkippedElement>& skipped() const { return core_.core().skipped(); }
  const Completion& completion() const { return core_.core().completion(); }
  /// As AsyncPartialStream::cancel.
  void cancel() const { core_.canceller()(); }

 private:
  friend class detail::NextAwaiter<AsyncElementStream, T>;
  T* take_next() {
    current_ = detail::take_element<T>(core_.core());
    return current_.get();
  }

  detail::AsyncStreamCore core_;
  std::unique_ptr<T> current_;
};

template <class T>
Task<T> Client::create_async(Request request) const {
  return detail::create_task<T>(*this, std::move(request));
}

template <class T>
Task<std::expected<T, Error>> Client::try_create_async(Request request) const {
  return detail::try_create_task<T>(*this, std::move(request));
}

template <class T>
Task<std::pair<T, Completion>> Client::create_with_completion_async(Request request) const {
  return detail::create_with_completion_task<T>(*this, std::move(request));
}

template <class... Ts>
Task<std::vector<std::variant<Ts...>>> Client::create_parallel_async(Request request) const {
  return detail::create_parallel_task<Ts...>(*this, std::move(request));
}

template <class T>
AsyncPartialStream<T> Client::create_partial_async(Request request) const {
  return AsyncPartialStream<T>(*this, std::move(request));
}

template <class T>
AsyncElementStream<T> Client::create_iterable_async(Request request, ElementPolicy policy) const {
  return AsyncElementStream<T>(*this, std::move(request), policy);
}

}  // namespace instructor
