#include "reliability/retry_budget.hpp"

#include <atomic>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace instructor {
namespace {

Duration at(std::int64_t seconds) { return Duration::of_seconds(seconds); }

int taken(RetryBudget& budget, Duration now) {
  int count = 0;
  while (count < 1000 && budget.may_retry(now)) ++count;
  return count;
}

TEST(RetryBudget, SmallProgramsMayRetry) {
  RetryBudget budget{TransportRetry()};
  EXPECT_EQ(taken(budget, at(0)), 10);
  EXPECT_EQ(taken(budget, at(6)), 1);
  EXPECT_EQ(taken(budget, at(36)), 5);
  EXPECT_EQ(taken(budget, at(3600)), 10) << "not more for having waited longer";
}

TEST(RetryBudget, RetriesAreAShareOfRequests) {
  RetryBudget budget{TransportRetry().budget(0.25)};
  taken(budget, at(0));
  for (int i = 0; i < 40; ++i) budget.sent();
  EXPECT_EQ(taken(budget, at(0)), 10);
}

TEST(RetryBudget, GoodTimesDoNotPayForAStorm) {
  RetryBudget budget{TransportRetry()};
  for (int i = 0; i < 1'000'000; ++i) budget.sent();
  EXPECT_LE(taken(budget, at(0)), 110);
}

TEST(RetryBudget, AnOutageMultipliesLittle) {
  RetryBudget budget{TransportRetry()};
  int retries = 0;
  for (std::int64_t i = 0; i < 10'000; ++i) {  // 100 a second, all of them fail
    budget.sent();
    for (int k = 0; k < 4 && budget.may_retry(Duration::of_milliseconds(i * 10)); ++k) ++retries;
  }
  EXPECT_LE(retries, 10'000 / 5 + 10 + 10 * 100 / 60 + 1);
  EXPECT_GE(retries, 10'000 / 5);
}

TEST(RetryBudget, AClockThatGoesBackGivesNothing) {
  RetryBudget budget{TransportRetry()};
  EXPECT_EQ(taken(budget, at(3600)), 10);
  EXPECT_EQ(taken(budget, at(0)), 0);
  EXPECT_EQ(taken(budget, at(6)), 1) << "and holds nothing up";
}

TEST(RetryBudget, TimesThatComeOutOfOrderDoNotAddUp) {
  RetryBudget budget{TransportRetry()};
  EXPECT_EQ(taken(budget, at(100)), 10);
  for (int i = 0; i < 1000; ++i)
    EXPECT_FALSE(budget.may_retry(Duration::of_milliseconds(i % 2 == 0 ? 99'500 : 100'100)));
}

TEST(RetryBudget, NoneAtAllStillHasTheFloor) {
  RetryBudget budget{TransportRetry().budget(0)};
  for (int i = 0; i < 1000; ++i) budget.sent();
  EXPECT_EQ(taken(budget, at(0)), 10);
  EXPECT_EQ(RetryBudget(TransportRetry()).stopped(),
            "too many requests had to be sent again of late, more than 20 % (TransportRetry::budget)");
}

TEST(RetryBudget, IsSharedByThreads) {
  RetryBudget budget{TransportRetry().budget(0.5)};
  std::atomic<int> retries = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&] {
      for (int k = 0; k < 100; ++k) {
        budget.sent();
        if (budget.may_retry(at(0))) ++retries;
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(retries + taken(budget, at(0)), 8 * 100 / 2 + 10);
}

}  // namespace
}  // namespace instructor
