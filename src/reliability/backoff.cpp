#include "reliability/backoff.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <random>

namespace instructor {

namespace {

/// Failures that may be gone the next time. The account's quota (`quota`), although some providers say 429 for it, is
/// not gone before somebody pays.
constexpr std::array passing_codes{ErrorCode::rate_limited, ErrorCode::overloaded, ErrorCode::server_error,
                                   ErrorCode::timeout, ErrorCode::transport};

/// Statuses whose code does not tell: the request was fine, the moment was not. 408: the server got tired of waiting
/// (RFC 9110, section 15.5.9); 409: something else had the lock, as OpenAI and Anthropic use it; 425: too early
/// (RFC 8470).
constexpr std::array passing_statuses{408, 409, 425};

bool is_in(const auto& list, auto value) { return std::find(list.begin(), list.end(), value) != list.end(); }

/// In [0, 1).
double share_of(std::uint64_t random) { return static_cast<double>(random >> 11) * 0x1p-53; }

Duration part_of(Duration whole, double share) {
  return Duration::of_nanoseconds(static_cast<std::int64_t>(static_cast<double>(whole.nanoseconds()) * share));
}

Duration longest_wait(const TransportRetry& settings, int retries_so_far) {
  const double doubled =
      std::ldexp(static_cast<double>(settings.base_delay().nanoseconds()), std::clamp(retries_so_far, 0, 62));
  const auto most = static_cast<double>(settings.max_delay().nanoseconds());
  return doubled >= most ? settings.max_delay() : Duration::of_nanoseconds(static_cast<std::int64_t>(doubled));
}

std::string in_seconds(Duration time) {
  const std::int64_t seconds = time.milliseconds() / 1000 + (time.milliseconds() % 1000 != 0 ? 1 : 0);
  return std::to_string(seconds) + " s";
}

std::uint64_t mixed(std::uint64_t value) {  // the finaliser of SplitMix64
  value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
  value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
  return value ^ (value >> 31);
}

}  // namespace

bool may_pass(const TransportRetry& settings, const ErrorDetail& failure) {
  if (failure.code == ErrorCode::timeout && failure.http_status == 0) return settings.timeouts();
  if (is_in(passing_codes, failure.code)) return true;
  return failure.code == ErrorCode::invalid_request && is_in(passing_statuses, failure.http_status);
}

RetryDecision decide(const TransportRetry& settings, const ErrorDetail& failure, int retries_so_far,
                     std::uint64_t random) {
  RetryDecision decision;
  if (settings.max_retries() == 0 || !may_pass(settings, failure)) return decision;
  if (retries_so_far >= settings.max_retries()) {
    decision.stopped =
        "gave up after " + std::to_string(retries_so_far) + (retries_so_far == 1 ? " retry" : " retries");
    return decision;
  }
  const double share = share_of(random);
  Duration wait = part_of(longest_wait(settings, retries_so_far), share);
  if (failure.retry_after) {
    if (*failure.retry_after > settings.max_retry_after()) {
      decision.stopped = "the server asks to wait " + in_seconds(*failure.retry_after) + ", more than the " +
                         in_seconds(settings.max_retry_after()) + " of TransportRetry::max_retry_after";
      return decision;
    }
    wait = std::max(wait, *failure.retry_after + part_of(settings.base_delay(), share));
  }
  decision.wait = wait;
  return decision;
}

std::uint64_t random_number() {
  static std::atomic<std::uint64_t> state = [] {
    std::random_device device;
    return std::uint64_t{device()} << 32 | device();
  }();
  constexpr std::uint64_t step = 0x9E3779B97F4A7C15;
  // A child made by fork() goes on from the same state.
  return mixed(state.fetch_add(step, std::memory_order_relaxed) ^ mixed(static_cast<std::uint64_t>(::getpid())));
}

}  // namespace instructor
