#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "instructor/duration.hpp"
#include "instructor/error.hpp"
#include "instructor/reliability.hpp"

namespace instructor {

/// What to do after a request has failed.
struct RetryDecision {
  std::optional<Duration> wait;  ///< how long, before it is sent again; nothing: it is not
  /// Why it is not, for ErrorDetail::stopped. Empty where nobody would expect a retry: the failure is of a kind that
  /// does not pass, or there are to be none.
  std::string stopped;
};

/// Is this a failure that may be gone when the request is sent again?
bool may_pass(const TransportRetry& settings, const ErrorDetail& failure);

/// Decides from the failure's `code`, `http_status` and `retry_after`. `random`: any number, from which the wait is
/// taken.
RetryDecision decide(const TransportRetry& settings, const ErrorDetail& failure, int retries_so_far,
                     std::uint64_t random);

/// A number for `decide`. Differs between calls, threads, processes, and a process and its fork. Thread-safe.
std::uint64_t random_number();

}  // namespace instructor
