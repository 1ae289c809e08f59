#include "reliability/backoff.hpp"

#include <set>
#include <vector>

#include <gtest/gtest.h>

namespace instructor {
namespace {

constexpr std::uint64_t highest = UINT64_MAX;

ErrorDetail failure(ErrorCode code, int status = 0) {
  ErrorDetail detail;
  detail.code = code;
  detail.http_status = status;
  return detail;
}

ErrorDetail asks_to_wait(Duration time) {
  ErrorDetail detail = failure(ErrorCode::rate_limited, 429);
  detail.retry_after = time;
  return detail;
}

TEST(Backoff, TellsWhatMayPassFromWhatDoesNot) {
  const TransportRetry settings;
  for (const auto& passing :
       {failure(ErrorCode::rate_limited, 429), failure(ErrorCode::overloaded, 503), failure(ErrorCode::overloaded, 529),
        failure(ErrorCode::server_error, 500), failure(ErrorCode::server_error, 502), failure(ErrorCode::timeout, 408),
        failure(ErrorCode::server_error, 200), failure(ErrorCode::timeout), failure(ErrorCode::transport),
        failure(ErrorCode::invalid_request, 409), failure(ErrorCode::invalid_request, 425)})
    EXPECT_TRUE(may_pass(settings, passing)) << to_string(passing.code) << passing.http_status;
  for (const auto& lasting :
       {failure(ErrorCode::quota, 429), failure(ErrorCode::quota, 402), failure(ErrorCode::authentication, 401),
        failure(ErrorCode::permission, 403), failure(ErrorCode::not_found, 404),
        failure(ErrorCode::invalid_request, 400), failure(ErrorCode::invalid_request, 422), failure(ErrorCode::tls),
        failure(ErrorCode::cancelled), failure(ErrorCode::response_too_large, 200),
        failure(ErrorCode::bad_response, 200), failure(ErrorCode::refusal, 200),
        failure(ErrorCode::content_filter, 400), failure(ErrorCode::validation, 200),
        failure(ErrorCode::incomplete, 200), failure(ErrorCode::invalid_configuration)}) {
    const RetryDecision decision = decide(settings, lasting, 0, 1);
    EXPECT_FALSE(decision.wait) << to_string(lasting.code) << lasting.http_status;
    EXPECT_EQ(decision.stopped, "");
  }
}

TEST(Backoff, TimeoutsCanBeLeftOut) {
  const TransportRetry settings = TransportRetry().timeouts(false);
  EXPECT_FALSE(decide(settings, failure(ErrorCode::timeout), 0, 1).wait);
  EXPECT_TRUE(decide(settings, failure(ErrorCode::timeout, 408), 0, 1).wait) << "the server did not do the work";
  EXPECT_TRUE(decide(settings, failure(ErrorCode::transport), 0, 1).wait);
}

TEST(Backoff, WaitsAreRandomBelowADoublingBound) {
  const TransportRetry settings = TransportRetry().max_retries(100).max_delay(Duration::of_seconds(30));
  const std::vector<std::int64_t> bounds{500, 1000, 2000, 4000, 8000, 16000, 30000, 30000};
  for (std::size_t i = 0; i < bounds.size(); ++i) {
    const auto wait = [&](std::uint64_t random) {
      return *decide(settings, failure(ErrorCode::transport), static_cast<int>(i), random).wait;
    };
    EXPECT_EQ(wait(0), Duration());
    EXPECT_EQ(wait(highest / 2 + 1), Duration::of_milliseconds(bounds[i] / 2));
    EXPECT_LT(wait(highest), Duration::of_milliseconds(bounds[i]));
    EXPECT_GT(wait(highest), Duration::of_milliseconds(bounds[i] - 1));
  }
  EXPECT_LE(*decide(settings, failure(ErrorCode::transport), 99, highest).wait, Duration::of_seconds(30));
}

TEST(Backoff, ExtremeSettingsStayWithinTheirBounds) {
  const TransportRetry longest =
      TransportRetry().base_delay(Duration::of_nanoseconds(INT64_MAX)).max_delay(Duration::of_nanoseconds(INT64_MAX));
  EXPECT_GE(*decide(longest, failure(ErrorCode::transport), 3, highest).wait, Duration());
  const TransportRetry none = TransportRetry().base_delay(Duration::of_seconds(-1));
  EXPECT_EQ(decide(none, failure(ErrorCode::transport), 3, highest).wait, Duration());
}

TEST(Backoff, GivesUpAndSaysSo) {
  EXPECT_EQ(decide(TransportRetry(), failure(ErrorCode::transport), 4, 1).stopped, "gave up after 4 retries");
  EXPECT_EQ(decide(TransportRetry().max_retries(1), failure(ErrorCode::transport), 1, 1).stopped,
            "gave up after 1 retry");
  EXPECT_TRUE(decide(TransportRetry(), failure(ErrorCode::transport), 3, 1).wait);
  const RetryDecision never = decide(TransportRetry().max_retries(0), failure(ErrorCode::transport), 0, 1);
  EXPECT_FALSE(never.wait);
  EXPECT_EQ(never.stopped, "");
}

TEST(Backoff, WaitsAsLongAsTheServerAsks) {
  const TransportRetry settings;
  for (const std::uint64_t random : {std::uint64_t{0}, highest / 2, highest}) {
    const Duration wait = *decide(settings, asks_to_wait(Duration::of_seconds(7)), 0, random).wait;
    EXPECT_GE(wait, Duration::of_seconds(7));
    EXPECT_LE(wait, Duration::of_milliseconds(7500)) << "a little apart, and not more";
  }
  EXPECT_GT(*decide(settings, asks_to_wait(Duration()), 3, highest / 2).wait, Duration::of_milliseconds(1900))
      << "a server that asks for no wait again and again is not hammered";
}

TEST(Backoff, DoesNotWaitForEver) {
  EXPECT_TRUE(decide(TransportRetry(), asks_to_wait(Duration::of_seconds(60)), 0, 1).wait);
  const RetryDecision decision = decide(TransportRetry(), asks_to_wait(Duration::of_seconds(3600)), 0, 1);
  EXPECT_FALSE(decision.wait);
  EXPECT_EQ(decision.stopped, "the server asks to wait 3600 s, more than the 60 s of TransportRetry::max_retry_after");
}

TEST(Backoff, RandomNumbersDiffer) {
  std::set<std::uint64_t> numbers;
  for (int i = 0; i < 1000; ++i) numbers.insert(random_number());
  EXPECT_EQ(numbers.size(), 1000U);
}

}  // namespace
}  // namespace instructor
