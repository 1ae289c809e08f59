#pragma once

// How calls are told that nobody waits for them any more.
//
//   Cancellation stop;
//   std::thread worker([&] { client.try_create<User>(Request("...").cancellation(stop)); });   // Error: cancelled
//   stop.cancel();
//
// A std::stop_token does as well: Request::stop, with stop.hpp. (<stop_token> takes longer to compile than most of
// these headers, so it is not included here.)

#include <functional>
#include <memory>

namespace instructor {

/// Cancels whatever has a copy of it. Cheap to copy; copies are one. Safe from many threads.
class Cancellation {
 public:
  Cancellation();

  /// One that never happens.
  static Cancellation never() noexcept { return Cancellation(nullptr); }

  /// Calls what watches, on this thread. Once; later calls do nothing.
  void cancel() const noexcept;
  bool cancelled() const noexcept;
  bool can_be_cancelled() const noexcept { return state_ != nullptr; }

  /// Keeps a callback in place. When it is destroyed the callback is not called any more, nor running on another
  /// thread.
  class Watch;
  /// Calls `callback` on the thread that cancels, or now if that has happened. It must not throw.
  Watch watch(std::function<void()> callback) const;

  /// What cancels, as long as somebody has a copy.
  std::function<void()> canceller() const;
  /// Lives as long as the last copy: what calls the canceller.
  void keep(std::shared_ptr<void> source) const;

 private:
  struct State;
  explicit Cancellation(std::shared_ptr<State> state) noexcept : state_(std::move(state)) {}

  std::shared_ptr<State> state_;
};

class Cancellation::Watch {
 public:
  Watch() = default;
  Watch(Watch&&) noexcept = default;
  Watch& operator=(Watch&& other) noexcept;
  ~Watch();

 private:
  friend class Cancellation;
  struct Entry;
  std::shared_ptr<State> state_;
  std::shared_ptr<Entry> entry_;
};

}  // namespace instructor
