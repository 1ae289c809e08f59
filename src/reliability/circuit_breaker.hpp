#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "instructor/duration.hpp"
#include "instructor/error.hpp"
#include "instructor/reliability.hpp"

namespace instructor {

/// Is this a failure that says the host is not well?
bool counts_against_host(const ErrorDetail& failure);

/// Whether requests to one host are sent. Thread-safe.
class Breaker {
 public:
  explicit Breaker(const CircuitBreaker& settings);

  /// The right to send one request. Say how it ended; one that is dropped without a word (cancelled) counts for
  /// nothing, and gives its place back if it was the one that tries whether the host is back. Moves; outlives the
  /// Breaker.
  class Pass;
  /// Asks for a pass.
  Pass enter(Duration now);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

class Breaker::Pass {
 public:
  Pass() = default;
  Pass(Pass&&) noexcept = default;
  Pass& operator=(Pass&& other) noexcept;
  ~Pass();

  /// Nothing: the request may be sent. Else how long the host is left alone; nothing need be reported then.
  const std::optional<Duration>& refused_for() const { return refused_for_; }
  /// Somebody answered, if only to refuse.
  void succeeded();
  /// The host is not well: `counts_against_host`.
  void failed(Duration now);

 private:
  friend class Breaker;
  std::shared_ptr<State> state_;  // null: refused, or reported
  std::uint64_t period_ = 0;
  bool probe_ = false;
  std::optional<Duration> refused_for_;
};

/// What a call fails with that is not sent: `transport`, with `retry_after`. Not for `decide`: the call ends here.
ErrorDetail refused_by_breaker(const CircuitBreaker& settings, std::string_view host, Duration refused_for);

}  // namespace instructor
