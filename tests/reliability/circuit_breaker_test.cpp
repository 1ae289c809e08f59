#include "reliability/circuit_breaker.hpp"

#include <atomic>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace instructor {
namespace {

Duration at(std::int64_t seconds) { return Duration::of_seconds(seconds); }

bool goes(Breaker& breaker, Duration now) { return !breaker.enter(now).refused_for(); }

void fail(Breaker& breaker, int times, Duration now) {
  for (int i = 0; i < times; ++i) breaker.enter(now).failed(now);
}

TEST(Breaker, OpensAfterFailuresInARow) {
  Breaker breaker{CircuitBreaker()};
  fail(breaker, 9, at(0));
  breaker.enter(at(0)).succeeded();
  fail(breaker, 9, at(0));
  EXPECT_TRUE(goes(breaker, at(0)));
  fail(breaker, 1, at(0));
  EXPECT_EQ(breaker.enter(at(0)).refused_for(), Duration::of_seconds(30));
  EXPECT_EQ(breaker.enter(at(29)).refused_for(), Duration::of_seconds(1));
}

TEST(Breaker, LetsOneThroughAfterAWhile) {
  Breaker breaker{CircuitBreaker().failures(2).open_for(Duration::of_seconds(5))};
  fail(breaker, 2, at(0));
  Breaker::Pass probe = breaker.enter(at(5));
  EXPECT_FALSE(probe.refused_for());
  EXPECT_TRUE(breaker.enter(at(5)).refused_for());
  EXPECT_TRUE(breaker.enter(at(100)).refused_for()) << "as long as it takes";
  probe.succeeded();
  EXPECT_TRUE(goes(breaker, at(100)));
  fail(breaker, 1, at(100));
  EXPECT_TRUE(goes(breaker, at(100))) << "it counts from the beginning";
}

TEST(Breaker, OpensAgainWhenThatFails) {
  Breaker breaker{CircuitBreaker().failures(2).open_for(Duration::of_seconds(5))};
  fail(breaker, 2, at(0));
  fail(breaker, 1, at(7));
  EXPECT_EQ(breaker.enter(at(7)).refused_for(), Duration::of_seconds(5));
  EXPECT_TRUE(goes(breaker, at(12)));
}

TEST(Breaker, AnAbandonedTryGivesItsPlaceBack) {
  Breaker breaker{CircuitBreaker().failures(1).open_for(Duration::of_seconds(5))};
  fail(breaker, 1, at(0));
  {
    Breaker::Pass probe = breaker.enter(at(5));
    Breaker::Pass moved = std::move(probe);
    EXPECT_TRUE(breaker.enter(at(5)).refused_for());
    moved = Breaker::Pass();
  }
  Breaker::Pass next = breaker.enter(at(5));
  EXPECT_FALSE(next.refused_for());
  next.succeeded();
  EXPECT_TRUE(goes(breaker, at(5)));
}

TEST(Breaker, WhatWasSentBeforeSaysNothing) {
  Breaker breaker{CircuitBreaker().failures(1).open_for(Duration::of_seconds(5))};
  Breaker::Pass slow_success = breaker.enter(at(0));
  Breaker::Pass slow_failure = breaker.enter(at(0));
  fail(breaker, 1, at(0));
  slow_success.succeeded();
  EXPECT_FALSE(goes(breaker, at(1)));
  Breaker::Pass probe = breaker.enter(at(5));
  slow_failure.failed(at(5));
  probe.succeeded();
  EXPECT_TRUE(goes(breaker, at(5)));
}

TEST(Breaker, CanBeSwitchedOff) {
  Breaker breaker{CircuitBreaker().failures(0)};
  fail(breaker, 1000, at(0));
  EXPECT_TRUE(goes(breaker, at(0)));
}

TEST(Breaker, AClockThatGoesBackHoldsNothingUp) {
  Breaker breaker{CircuitBreaker().failures(1)};
  fail(breaker, 1, at(1'000'000));
  EXPECT_EQ(breaker.enter(at(0)).refused_for(), Duration::of_seconds(30));
  EXPECT_TRUE(goes(breaker, at(30)));
}

TEST(Breaker, APassOutlivesIt) {
  Breaker::Pass pass;
  {
    Breaker breaker{CircuitBreaker().failures(1)};
    pass = breaker.enter(at(0));
  }
  pass.failed(at(0));
}

TEST(Breaker, CountsWhatSaysThatAHostIsNotWell) {
  const auto counts = [](ErrorCode code, int status) {
    ErrorDetail detail;
    detail.code = code;
    detail.http_status = status;
    return counts_against_host(detail);
  };
  EXPECT_TRUE(counts(ErrorCode::transport, 0));
  EXPECT_TRUE(counts(ErrorCode::timeout, 0));
  EXPECT_TRUE(counts(ErrorCode::timeout, 504));
  EXPECT_TRUE(counts(ErrorCode::server_error, 500));
  EXPECT_TRUE(counts(ErrorCode::overloaded, 529));
  EXPECT_FALSE(counts(ErrorCode::timeout, 408));
  EXPECT_FALSE(counts(ErrorCode::rate_limited, 429));
  EXPECT_FALSE(counts(ErrorCode::authentication, 401));
  EXPECT_FALSE(counts(ErrorCode::cancelled, 0));
}

TEST(Breaker, SaysWhyNothingWasSent) {
  const ErrorDetail detail = refused_by_breaker(CircuitBreaker(), "api.example.com", Duration::of_seconds(12));
  EXPECT_EQ(detail.code, ErrorCode::transport);
  EXPECT_EQ(detail.retry_after, Duration::of_seconds(12));
  EXPECT_EQ(detail.message,
            "not sent: the last 10 requests to api.example.com failed, so it is left alone for a while "
            "(CircuitBreaker)");
}

TEST(Breaker, AmongThreadsOneTries) {
  Breaker breaker{CircuitBreaker().failures(1).open_for(Duration())};
  fail(breaker, 1, at(0));
  std::atomic<int> trying = 0;
  std::atomic<int> most = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&] {
      for (int k = 0; k < 500; ++k) {
        const Breaker::Pass pass = breaker.enter(at(1));
        if (pass.refused_for()) continue;
        const int count = ++trying;
        for (int seen = most; count > seen && !most.compare_exchange_weak(seen, count);) continue;
        --trying;
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(most, 1);
}

}  // namespace
}  // namespace instructor
