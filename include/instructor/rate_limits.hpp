#pragma once

#include <cstdint>
#include <optional>

#include "instructor/duration.hpp"

namespace instructor {

/// What a provider says, in the headers of a reply, of how much more may be asked for. What it does not say is not set.
struct RateLimits {
  std::optional<std::int64_t> requests_limit;  ///< how many the provider allows in its period
  std::optional<std::int64_t> requests_left;   ///< how many of them may still be sent
  std::optional<Duration> requests_reset;      ///< when all of them are there again, counted from the reply
  std::optional<std::int64_t> tokens_limit;
  std::optional<std::int64_t> tokens_left;
  std::optional<Duration> tokens_reset;
  std::optional<std::int64_t> input_tokens_limit;
  std::optional<std::int64_t> input_tokens_left;
  std::optional<Duration> input_tokens_reset;
  std::optional<std::int64_t> output_tokens_limit;
  std::optional<std::int64_t> output_tokens_left;
  std::optional<Duration> output_tokens_reset;
  /// They come back bit by bit until the reset, as in a bucket that fills up. False: all at once, at the reset.
  bool gradual = false;

  RateLimits() = default;

  friend bool operator==(const RateLimits&, const RateLimits&) = default;
};

}  // namespace instructor
