#include "reliability/rate_limiter.hpp"

#include <algorithm>
#include <cmath>
#include <list>
#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "reliability/callback.hpp"
#include "reliability/clock_order.hpp"
#include "reliability/rate_bucket.hpp"

namespace instructor {

namespace {

constexpr std::size_t max_keys = 256;
constexpr Duration longest_pause = Duration::of_seconds(600);

/// How long after a pause calls are held apart, and how far: 200 ms at first, half as far with every second.
constexpr Duration careful_for = Duration::of_seconds(8);
Duration gap_after(Duration since_pause) {
  return Duration::of_nanoseconds(static_cast<std::int64_t>(200e6 * std::exp2(-since_pause.seconds())));
}

}  // namespace

struct RateLimiter::Waiting {
  Waiting(std::function<void()> wake, std::int64_t estimate) : callback(std::move(wake)), tokens(estimate) {}

  Callback callback;
  const std::int64_t tokens;
  std::shared_ptr<Queue> queue;
  std::list<std::shared_ptr<Waiting>>::iterator place;  // while it is not under way
  bool under_way = false;
  bool settled = false;
};

/// What is known of one key. Times are moments of the caller's clock.
struct RateLimiter::Queue {
  explicit Queue(const RateLimit& settings)
      : requests(settings.requests_per_minute()), tokens(settings.tokens_per_minute()) {}

  std::list<std::shared_ptr<Waiting>> waiting;
  int under_way = 0;
  MinuteBucket requests;
  MinuteBucket tokens;
  LearnedLimit learned_requests;
  LearnedLimit learned_tokens;
  std::optional<Duration> last;  // up to which the buckets have been filled
  std::optional<Duration> paused_until;
  std::optional<Duration> next_after_pause;
  std::uint64_t used = 0;

  bool idle() const { return waiting.empty() && under_way == 0; }
  std::shared_ptr<Waiting> front() const { return waiting.empty() ? nullptr : waiting.front(); }
  void advance(Duration now);
  Duration wait_of(const Waiting& first) const;
  void take(const Waiting& first);
  /// The first of all goes, or is told when it may.
  bool let_go(Waiting& first, Duration now, std::optional<Duration>& when);
};

void RateLimiter::Queue::advance(Duration now) {
  if (!last) last = now;
  if (now < *last && *last - now > out_of_order) {
    const Duration back = *last - now;
    if (paused_until) paused_until = *paused_until - back;
    if (next_after_pause) next_after_pause = *next_after_pause - back;
    last = now;
  }
  if (now > *last) {
    const std::int64_t microseconds = (now - *last).nanoseconds() / 1000;
    requests.advance(microseconds);
    tokens.advance(microseconds);
    learned_requests.advance(microseconds);
    learned_tokens.advance(microseconds);
    last = *last + Duration::of_nanoseconds(microseconds * 1000);
  }
  if (paused_until) paused_until = std::min(*paused_until, *last + longest_pause);
  if (paused_until && *last > *paused_until + careful_for) paused_until.reset();
}

Duration RateLimiter::Queue::wait_of(const Waiting& first) const {
  Duration wait;
  for (const Duration needed : {requests.wait_for(1), tokens.wait_for(first.tokens), learned_requests.wait_for(1),
                                learned_tokens.wait_for(first.tokens)})
    wait = std::max(wait, needed);
  if (paused_until && last) wait = std::max(wait, *std::max(paused_until, next_after_pause) - *last);
  return wait;
}

void RateLimiter::Queue::take(const Waiting& first) {
  requests.take(1);
  tokens.take(first.tokens);
  learned_requests.take(1);
  learned_tokens.take(first.tokens);
  if (paused_until) next_after_pause = *last + gap_after(*last - *paused_until);
}

bool RateLimiter::Queue::let_go(Waiting& first, Duration now, std::optional<Duration>& when) {
  advance(now);
  if (const Duration then = *last + wait_of(first); then > now && then > *last) {
    when = then;
    return false;
  }
  take(first);
  ++under_way;
  first.under_way = true;
  return true;
}

struct RateLimiter::State {
  explicit State(const RateLimit& given) : settings(given) {}

  const RateLimit settings;
  std::mutex mutex;
  std::map<std::string, std::shared_ptr<Queue>, std::less<>> queues;
  std::uint64_t uses = 0;

  std::shared_ptr<Queue> find(std::string_view key) {
    const auto found = queues.find(key);
    return found == queues.end() ? nullptr : found->second;
  }
  std::shared_ptr<Queue> find_or_make(std::string_view key);
  /// Changes what is known of a key. Wakes the first in its queue where it may go earlier than it was told.
  template <class Change>
  void change(std::string_view key, Change change);
};

std::shared_ptr<RateLimiter::Queue> RateLimiter::State::find_or_make(std::string_view key) {
  std::shared_ptr<Queue> queue = find(key);
  if (queue == nullptr) {
    if (queues.size() >= max_keys) {
      auto oldest = queues.end();
      for (auto each = queues.begin(); each != queues.end(); ++each)
        if (each->second->idle() && (oldest == queues.end() || each->second->used < oldest->second->used))
          oldest = each;
      if (oldest != queues.end()) queues.erase(oldest);
    }
    queue = std::make_shared<Queue>(settings);
    queues.emplace(key, queue);
  }
  queue->used = ++uses;
  return queue;
}

template <class Change>
void RateLimiter::State::change(std::string_view key, Change change) {
  std::shared_ptr<Waiting> earlier;
  {
    const std::lock_guard lock(mutex);
    const std::shared_ptr<Queue> queue = find(key);
    if (queue == nullptr) return;
    const std::shared_ptr<Waiting> first = queue->front();
    const Duration before = first == nullptr ? Duration() : queue->wait_of(*first);
    change(*queue);
    if (first != nullptr && queue->wait_of(*first) < before) earlier = first;
  }
  if (earlier != nullptr) earlier->callback.wake();
}

RateLimiter::RateLimiter(const RateLimit& settings) : state_(std::make_shared<State>(settings)) {}

std::unique_ptr<RateLimiter::Ticket> RateLimiter::enter(std::string_view key, std::int64_t tokens_estimate,
                                                        std::function<void()> wake) {
  auto waiting = std::make_shared<Waiting>(std::move(wake), std::max<std::int64_t>(tokens_estimate, 0));
  const std::lock_guard lock(state_->mutex);
  waiting->queue = state_->find_or_make(key);
  waiting->place = waiting->queue->waiting.insert(waiting->queue->waiting.end(), waiting);
  return std::unique_ptr<Ticket>(new Ticket(state_, std::move(waiting)));
}

std::unique_ptr<RateLimiter::Ticket> RateLimiter::enter_now(std::string_view key, std::int64_t tokens_estimate,
                                                            Duration now) {
  auto waiting = std::make_shared<Waiting>(nullptr, std::max<std::int64_t>(tokens_estimate, 0));
  const std::lock_guard lock(state_->mutex);
  waiting->queue = state_->find_or_make(key);
  Queue& queue = *waiting->queue;
  const int most = state_->settings.concurrent();
  std::optional<Duration> when;
  if (!queue.waiting.empty() || (most > 0 && queue.under_way >= most) || !queue.let_go(*waiting, now, when))
    return nullptr;
  return std::unique_ptr<Ticket>(new Ticket(state_, std::move(waiting)));
}

void RateLimiter::learn(std::string_view key, const RateLimits& limits, Duration now) {
  const bool of_tokens =
      limits.tokens_left ? limits.tokens_reset.has_value() : limits.input_tokens_left && limits.input_tokens_reset;
  const bool says_something = of_tokens || (limits.requests_left && limits.requests_reset);
  if (!says_something || !state_->settings.learn()) return;
  state_->change(key, [&](Queue& queue) {
    queue.advance(now);
    queue.learned_requests.learn(limits.requests_limit, limits.requests_left, limits.requests_reset, limits.gradual);
    // Where tokens are counted in both ways, `tokens` is the one that is nearer to its end (Anthropic).
    if (limits.tokens_left)
      queue.learned_tokens.learn(limits.tokens_limit, limits.tokens_left, limits.tokens_reset, limits.gradual);
    else
      queue.learned_tokens.learn(limits.input_tokens_limit, limits.input_tokens_left, limits.input_tokens_reset,
                                 limits.gradual);
  });
}

void RateLimiter::pause(std::string_view key, Duration until) {
  if (!state_->settings.learn()) return;
  state_->change(key, [&](Queue& queue) {
    if (queue.paused_until && until <= *queue.paused_until) return;
    queue.paused_until = until;
    queue.next_after_pause.reset();
  });
}

RateLimiter::Ticket::Ticket(std::shared_ptr<State> state, std::shared_ptr<Waiting> waiting)
    : state_(std::move(state)), waiting_(std::move(waiting)) {}

RateLimiter::Ticket::~Ticket() {
  waiting_->callback.forget();
  std::shared_ptr<Waiting> next;
  {
    const std::lock_guard lock(state_->mutex);
    Queue& queue = *waiting_->queue;
    const bool in_the_way = waiting_->under_way || queue.front() == waiting_;
    if (waiting_->under_way)
      --queue.under_way;
    else
      queue.waiting.erase(waiting_->place);
    if (in_the_way) next = queue.front();
  }
  if (next != nullptr) next->callback.wake();
}

bool RateLimiter::Ticket::may_go(Duration now, std::optional<Duration>& ask_again_at) {
  ask_again_at.reset();
  std::shared_ptr<Waiting> next;
  {
    const std::lock_guard lock(state_->mutex);
    if (waiting_->under_way) return true;
    Queue& queue = *waiting_->queue;
    const int most = state_->settings.concurrent();
    if (queue.front() != waiting_ || (most > 0 && queue.under_way >= most)) return false;
    if (!queue.let_go(*waiting_, now, ask_again_at)) return false;
    queue.waiting.erase(waiting_->place);
    next = queue.front();
  }
  if (next != nullptr) next->callback.wake();
  return true;
}

void RateLimiter::Ticket::settle(std::int64_t tokens_used) {
  std::shared_ptr<Waiting> next;
  {
    const std::lock_guard lock(state_->mutex);
    if (!waiting_->under_way || waiting_->settled) return;
    waiting_->settled = true;
    Queue& queue = *waiting_->queue;
    // What was taken was at most a minute's worth.
    const std::int64_t most = state_->settings.tokens_per_minute();
    const auto within = [&](std::int64_t count) { return most == 0 ? count : std::min(count, most); };
    queue.tokens.take(within(std::max<std::int64_t>(tokens_used, 0)) - within(waiting_->tokens));
    queue.learned_tokens.take(std::max<std::int64_t>(tokens_used, 0) - waiting_->tokens);
    if (tokens_used < waiting_->tokens) next = queue.front();
  }
  if (next != nullptr) next->callback.wake();
}

}  // namespace instructor
