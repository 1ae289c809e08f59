#pragma once

// What a client does so that calls succeed although connections break and providers are busy; docs/reliability.md.
//
//   ClientOptions()
//       .transport_retry(TransportRetry().max_retries(2))
//       .rate_limit(RateLimit().requests_per_minute(300).concurrent(16))
//       .circuit_breaker(CircuitBreaker().failures(5))
//       .hedge(Hedge().after(3s));
//
// Each is a value with chained setters. Numbers that make no sense (less than nothing) are taken for the nearest that
// do.

#include <cstdint>
#include <optional>

#include "instructor/duration.hpp"
#include "instructor/rate_limits.hpp"

namespace instructor {

/// When a request is sent again because there was no answer: the connection broke, nothing came in time, or the
/// provider said that it cannot answer now (408, 409, 429, 5xx). Answers that are not valid are another matter:
/// RetryPolicy.
///
/// The n-th retry waits for a random time between 0 and `base_delay` doubled n - 1 times, at most `max_delay`: clients
/// that failed together do not come back together. Where the provider says how long to wait, that long at least.
class TransportRetry {
 public:
  TransportRetry() = default;

  /// How often one request is sent again. Default 4, which outlasts the restart of a server behind a load balancer;
  /// 0: never.
  TransportRetry& max_retries(int count) {
    max_retries_ = count < 0 ? 0 : count;
    return *this;
  }
  /// The longest wait before the first retry. Default 500 ms.
  TransportRetry& base_delay(Duration time) {
    base_delay_ = not_negative(time);
    return *this;
  }
  /// No random wait is longer. Default 30 s.
  TransportRetry& max_delay(Duration time) {
    max_delay_ = not_negative(time);
    return *this;
  }
  /// A provider that asks to wait longer (Retry-After) is not waited for: the call fails at once, and the error has
  /// what was asked for. Default 60 s, the period of most providers' limits.
  TransportRetry& max_retry_after(Duration time) {
    max_retry_after_ = not_negative(time);
    return *this;
  }
  /// Retries may be at most this share of the requests of a client, beyond ten a minute that are always allowed: when a
  /// provider is down, retries must not multiply what it has to bear. Default 0.2.
  TransportRetry& budget(double share) {
    budget_ = share >= 0 ? share : 0;
    return *this;
  }
  /// Whether what took too long (connecting, the first byte) is tried again too. Default true. False suits requests
  /// that are dear, where a provider may have done the work although nothing came.
  TransportRetry& timeouts(bool retried) {
    timeouts_ = retried;
    return *this;
  }

  int max_retries() const { return max_retries_; }
  Duration base_delay() const { return base_delay_; }
  Duration max_delay() const { return max_delay_; }
  Duration max_retry_after() const { return max_retry_after_; }
  double budget() const { return budget_; }
  bool timeouts() const { return timeouts_; }

 private:
  static Duration not_negative(Duration time) { return time < Duration() ? Duration() : time; }

  int max_retries_ = 4;
  Duration base_delay_ = Duration::of_milliseconds(500);
  Duration max_delay_ = Duration::of_seconds(30);
  Duration max_retry_after_ = Duration::of_seconds(60);
  double budget_ = 0.2;
  bool timeouts_ = true;
};

/// How fast a client asks. Each model has its own count, as it has at providers. Calls that must wait go in the order
/// in which they came.
class RateLimit {
 public:
  RateLimit() = default;

  /// Never more requests in any 60 seconds. A tenth of them may go at once, the others evenly over the minute. Default
  /// 0: as many as there are.
  RateLimit& requests_per_minute(std::int64_t count) {
    requests_per_minute_ = bounded(count);
    return *this;
  }
  /// Tokens of requests and answers in a minute, estimated before a request goes and put right when its reply is there.
  /// What is larger than a tenth of this waits until nothing is owed, and then goes. Default 0: any number.
  RateLimit& tokens_per_minute(std::int64_t count) {
    tokens_per_minute_ = bounded(count);
    return *this;
  }
  /// How many requests may be under way at once. Default 0: any number.
  RateLimit& concurrent(int count) {
    concurrent_ = count < 0 ? 0 : count;
    return *this;
  }
  /// Whether what the provider says of its own limits (headers of replies, Retry-After) holds calls back before they
  /// would be refused. Never makes calls faster than the other settings say. Default true.
  RateLimit& learn(bool obey) {
    learn_ = obey;
    return *this;
  }

  std::int64_t requests_per_minute() const { return requests_per_minute_; }
  std::int64_t tokens_per_minute() const { return tokens_per_minute_; }
  int concurrent() const { return concurrent_; }
  bool learn() const { return learn_; }

 private:
  static constexpr std::int64_t most = 10'000'000'000;
  static std::int64_t bounded(std::int64_t count) { return count < 0 ? 0 : count > most ? most : count; }

  std::int64_t requests_per_minute_ = 0;
  std::int64_t tokens_per_minute_ = 0;
  int concurrent_ = 0;
  bool learn_ = true;
};

/// When a host is left alone for a while because nothing that was sent to it came to an answer. Calls to it then fail
/// without being sent; after the while one of them is let through, and decides how it goes on. Failures are connections
/// that cannot be made or break, timeouts, and 5xx; a refusal for any other reason (429, a wrong key) shows that
/// somebody is there.
class CircuitBreaker {
 public:
  CircuitBreaker() = default;

  /// How many requests have to fail in a row. Default 10, more than one call with its retries; 0: never.
  CircuitBreaker& failures(int in_a_row) {
    failures_ = in_a_row < 0 ? 0 : in_a_row;
    return *this;
  }
  /// How long the host is left alone. Default 30 s.
  CircuitBreaker& open_for(Duration time) {
    open_for_ = time < Duration() ? Duration() : time;
    return *this;
  }

  int failures() const { return failures_; }
  Duration open_for() const { return open_for_; }

 private:
  int failures_ = 10;
  Duration open_for_ = Duration::of_seconds(30);
};

/// Sends a request that takes unusually long a second time, and takes the reply that comes first; the other is broken
/// off. Against the slow few of many calls. Costs tokens: providers charge for both. Without `after` nothing is sent
/// twice.
class Hedge {
 public:
  Hedge() = default;

  /// How long to wait for the first byte before the request is sent again: take what 95 of 100 requests stay below.
  /// Default: none.
  Hedge& after(Duration time) {
    after_ = time < Duration() ? Duration() : time;
    return *this;
  }
  /// How many may be sent beside the first, one after each further wait. Default 1.
  Hedge& at_most(int extra) {
    at_most_ = extra < 0 ? 0 : extra;
    return *this;
  }

  const std::optional<Duration>& after() const { return after_; }
  int at_most() const { return at_most_; }

 private:
  std::optional<Duration> after_;
  int at_most_ = 1;
};

}  // namespace instructor
