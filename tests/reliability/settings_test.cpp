// What docs/reliability.md says of the settings.

#include <gtest/gtest.h>

#include "instructor/reliability.hpp"

namespace instructor {
namespace {

constexpr Duration negative = Duration::of_seconds(-1);

TEST(Settings, HaveTheDefaultsOfTheDocumentation) {
  const TransportRetry retry;
  EXPECT_EQ(retry.max_retries(), 4);
  EXPECT_EQ(retry.base_delay(), Duration::of_milliseconds(500));
  EXPECT_EQ(retry.max_delay(), Duration::of_seconds(30));
  EXPECT_EQ(retry.max_retry_after(), Duration::of_seconds(60));
  EXPECT_EQ(retry.budget(), 0.2);
  EXPECT_TRUE(retry.timeouts());
  const RateLimit limit;
  EXPECT_EQ(limit.requests_per_minute(), 0);
  EXPECT_EQ(limit.tokens_per_minute(), 0);
  EXPECT_EQ(limit.concurrent(), 0);
  EXPECT_TRUE(limit.learn());
  const CircuitBreaker breaker;
  EXPECT_EQ(breaker.failures(), 10);
  EXPECT_EQ(breaker.open_for(), Duration::of_seconds(30));
  const Hedge hedge;
  EXPECT_EQ(hedge.after(), std::nullopt);
  EXPECT_EQ(hedge.at_most(), 1);
}

TEST(Settings, TakeWhatMakesNoSenseForTheNearestThatDoes) {
  const TransportRetry retry =
      TransportRetry().max_retries(-1).base_delay(negative).max_delay(negative).max_retry_after(negative).budget(-0.5);
  EXPECT_EQ(retry.max_retries(), 0);
  EXPECT_EQ(retry.base_delay(), Duration());
  EXPECT_EQ(retry.max_delay(), Duration());
  EXPECT_EQ(retry.max_retry_after(), Duration());
  EXPECT_EQ(retry.budget(), 0);
  EXPECT_EQ(TransportRetry().budget(__builtin_nan("")).budget(), 0);
  const RateLimit limit = RateLimit().requests_per_minute(-1).tokens_per_minute(INT64_MAX).concurrent(-1);
  EXPECT_EQ(limit.requests_per_minute(), 0);
  EXPECT_EQ(limit.tokens_per_minute(), 10'000'000'000);
  EXPECT_EQ(limit.concurrent(), 0);
  const CircuitBreaker breaker = CircuitBreaker().failures(-1).open_for(negative);
  EXPECT_EQ(breaker.failures(), 0);
  EXPECT_EQ(breaker.open_for(), Duration());
  const Hedge hedge = Hedge().after(negative).at_most(-1);
  EXPECT_EQ(hedge.after(), Duration());
  EXPECT_EQ(hedge.at_most(), 0);
}

}  // namespace
}  // namespace instructor
