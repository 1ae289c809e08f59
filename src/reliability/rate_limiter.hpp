#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include "instructor/duration.hpp"
#include "instructor/rate_limits.hpp"
#include "instructor/reliability.hpp"

namespace instructor {

/// Says when requests may go: RateLimit. Those with one key (a model) go in the order in which they came. It has no
/// clock and no thread: whoever waits asks. Thread-safe.
class RateLimiter {
 public:
  explicit RateLimiter(const RateLimit& settings);

  /// A place in the queue of one request, and, once it may go, one of those that are under way. Destroying it gives up
  /// either. Outlives the limiter. Thread-safe, but for its destruction.
  class Ticket;

  /// Queues up. `wake` is called, on the thread of whoever changed something and perhaps too often, when `may_go` may
  /// say something new: possibly before `enter` returns, and not once the ticket is destroyed. It must be quick, not
  /// throw, and not use the limiter; and a lock that it takes must not be held while the ticket is destroyed.
  std::unique_ptr<Ticket> enter(std::string_view key, std::int64_t tokens_estimate, std::function<void()> wake);
  /// A ticket with which the request may go: nobody is in front, and nothing holds it back. Null: queue up.
  std::unique_ptr<Ticket> enter_now(std::string_view key, std::int64_t tokens_estimate, Duration now);

  /// What a reply says is left is what may be sent until its reset (RateLimit::learn); the last reply counts. A wait
  /// that comes of this is at most a minute: then a request goes, and the provider itself decides.
  void learn(std::string_view key, const RateLimits& limits, Duration now);
  /// No request goes before `until`, and after it they go one by one first, then ever faster: what was refused together
  /// does not come back together. Of several the latest counts; none is longer than ten minutes. Without
  /// RateLimit::learn it does nothing.
  void pause(std::string_view key, Duration until);

 private:
  struct Waiting;
  struct Queue;
  struct State;
  std::shared_ptr<State> state_;
};

class RateLimiter::Ticket {
 public:
  ~Ticket();
  Ticket(const Ticket&) = delete;
  Ticket& operator=(const Ticket&) = delete;

  /// True: send. From then on it is, too. False: ask again at `ask_again_at`, or where that is not set when woken; in
  /// either case earlier when woken. The one in front holds up those behind it, so it should ask, or go.
  bool may_go(Duration now, std::optional<Duration>& ask_again_at);
  /// What the request used after all, instead of the estimate. Once; 0 where it was not processed. Without it the
  /// estimate stands.
  void settle(std::int64_t tokens_used);

 private:
  friend class RateLimiter;
  Ticket(std::shared_ptr<State> state, std::shared_ptr<Waiting> waiting);

  std::shared_ptr<State> state_;
  std::shared_ptr<Waiting> waiting_;
};

}  // namespace instructor
