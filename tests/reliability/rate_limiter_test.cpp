#include "reliability/rate_limiter.hpp"

#include <algorithm>
#include <atomic>
#include <deque>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "instructor/testing.hpp"

namespace instructor {
namespace {

using Ticket = RateLimiter::Ticket;

Duration ms(std::int64_t count) { return Duration::of_milliseconds(count); }
Duration seconds(std::int64_t count) { return Duration::of_seconds(count); }

/// A call as a program makes it.
struct Call {
  explicit Call(RateLimiter& limiter, std::string_view key = "model", std::int64_t tokens = 0)
      : ticket(limiter.enter(key, tokens, [this] { ++woken; })) {}

  bool goes(Duration now) { return ticket->may_go(now, ask_again); }

  std::atomic<int> woken = 0;
  std::optional<Duration> ask_again;
  std::unique_ptr<Ticket> ticket;
};

/// When calls that are all there at `start` go, the clock moved from one time to ask to the next.
std::vector<Duration> times_of(RateLimiter& limiter, int calls, std::int64_t tokens = 0, Duration start = {}) {
  testing::FakeClock clock;
  clock.advance(start);
  std::deque<Call> waiting;
  for (int i = 0; i < calls; ++i) waiting.emplace_back(limiter, "model", tokens);
  std::vector<Duration> times;
  for (Call& call : waiting) {
    for (int asked = 0; !call.goes(clock.now()); ++asked) {
      if (asked > 100 || !call.ask_again || *call.ask_again <= clock.now()) {
        ADD_FAILURE() << "no time to ask again";
        return times;
      }
      clock.advance(*call.ask_again - clock.now());
    }
    times.push_back(clock.now());
    call.ticket->settle(tokens);
    call.ticket.reset();
  }
  return times;
}

/// The most of `times` that are within any 60 seconds.
std::size_t most_in_a_minute(const std::vector<Duration>& times) {
  std::size_t most = 0;
  for (std::size_t first = 0, end = 0; first < times.size(); ++first) {
    while (end < times.size() && times[end] < times[first] + seconds(60)) ++end;
    most = std::max(most, end - first);
  }
  return most;
}

TEST(RateLimiter, WithoutLimitsEverythingGoes) {
  RateLimiter limiter{RateLimit()};
  for (const Duration time : times_of(limiter, 100, 1'000'000)) EXPECT_EQ(time, Duration());
}

TEST(RateLimiter, NeverExceedsTheRateInAnyMinute) {
  for (const int rate : {1, 2, 9, 10, 60, 333, 6000}) {
    RateLimiter limiter{RateLimit().requests_per_minute(rate)};
    const std::vector<Duration> times = times_of(limiter, 3 * rate + 5, 0, seconds(1000));
    EXPECT_LE(most_in_a_minute(times), static_cast<std::size_t>(rate)) << rate;
    const double minutes = (times.back() - times.front()).seconds() / 60;
    EXPECT_LE(minutes, (3.0 * rate + 5) / (0.9 * rate)) << rate << ": nine tenths of what is allowed are used";
    EXPECT_EQ(std::count(times.begin(), times.end(), times.front()), std::max(1, rate / 10)) << rate << ": at once";
  }
}

TEST(RateLimiter, NeverExceedsTheRateWhateverComes) {
  std::mt19937_64 random(7);
  for (int round = 0; round < 20; ++round) {
    const std::int64_t rate = 1 + static_cast<std::int64_t>(random() % 120);
    RateLimiter limiter{RateLimit().requests_per_minute(rate)};
    testing::FakeClock clock;
    std::deque<Call> waiting;
    std::vector<Duration> times;
    for (int step = 0; step < 4000; ++step) {
      clock.advance(ms(static_cast<std::int64_t>(random() % 400)));
      if (random() % 50 == 0) clock.advance(seconds(static_cast<std::int64_t>(random() % 120)));
      while (random() % 3 == 0) waiting.emplace_back(limiter);
      while (!waiting.empty() && waiting.front().goes(clock.now())) {
        times.push_back(clock.now());
        waiting.pop_front();
      }
    }
    EXPECT_LE(most_in_a_minute(times), static_cast<std::size_t>(rate));
    EXPECT_GT(times.size(), 0U);
  }
}

TEST(RateLimiter, CountsTokens) {
  RateLimiter limiter{RateLimit().tokens_per_minute(60'000)};
  // 6,000 at once, then 900 and a little each second.
  const std::vector<Duration> times = times_of(limiter, 12, 3000);
  EXPECT_EQ(times[0], Duration());
  EXPECT_EQ(times[1], Duration());
  for (std::size_t i = 2; i < times.size(); ++i) EXPECT_NEAR((times[i] - times[i - 1]).seconds(), 3000 / 900.0, 0.01);
}

TEST(RateLimiter, NeverExceedsTheTokensWhateverIsUsed) {
  std::mt19937_64 random(11);
  constexpr std::int64_t rate = 10'000;
  constexpr std::int64_t largest = 4000;
  RateLimiter limiter{RateLimit().tokens_per_minute(rate)};
  testing::FakeClock clock;
  std::vector<std::pair<Duration, std::int64_t>> used;
  for (int i = 0; i < 500; ++i) {
    const auto tokens = static_cast<std::int64_t>(random() % largest);
    Call call(limiter, "model", tokens);
    while (!call.goes(clock.now())) clock.advance(*call.ask_again - clock.now());
    used.emplace_back(clock.now(), tokens);
    if (random() % 2 == 0) clock.advance(ms(static_cast<std::int64_t>(random() % 5000)));
  }
  for (std::size_t first = 0; first < used.size(); ++first) {
    std::int64_t sum = 0;
    for (std::size_t i = first; i < used.size() && used[i].first < used[first].first + seconds(60); ++i)
      sum += used[i].second;
    EXPECT_LE(sum, rate + largest);
  }
}

TEST(RateLimiter, ALargeRequestWaitsUntilNothingIsOwedAndGoes) {
  RateLimiter limiter{RateLimit().tokens_per_minute(6000)};
  Call small(limiter, "model", 600);
  ASSERT_TRUE(small.goes(Duration()));
  Call large(limiter, "model", 1'000'000'000);
  Call behind(limiter, "model", 1);
  EXPECT_FALSE(large.goes(Duration()));
  EXPECT_FALSE(behind.goes(Duration())) << "it does not get past the large one";
  EXPECT_EQ(behind.ask_again, std::nullopt);
  EXPECT_NEAR(large.ask_again->seconds(), 600 / 90.0, 0.01);
  ASSERT_TRUE(large.goes(*large.ask_again));
  EXPECT_EQ(behind.woken, 1);
  EXPECT_FALSE(behind.goes(*large.ask_again));
  EXPECT_LE(*behind.ask_again - *large.ask_again, seconds(68)) << "no more than a minute's worth is owed";
}

TEST(RateLimiter, PutsEstimatesRight) {
  RateLimiter limiter{RateLimit().tokens_per_minute(6000)};
  Call first(limiter, "model", 600);
  ASSERT_TRUE(first.goes(Duration()));
  Call second(limiter, "model", 600);
  ASSERT_FALSE(second.goes(Duration()));
  first.ticket->settle(0);
  EXPECT_EQ(second.woken, 1);
  EXPECT_TRUE(second.goes(Duration()));
  second.ticket->settle(1200);
  second.ticket->settle(0);
  Call third(limiter, "model", 600);
  EXPECT_FALSE(third.goes(Duration()));
  EXPECT_NEAR(third.ask_again->seconds(), 1200 / 90.0, 0.01);
}

TEST(RateLimiter, WhatAServerSaysWasUsedBlocksNothingForLong) {
  RateLimiter limiter{RateLimit().tokens_per_minute(6000)};
  Call first(limiter, "model", 10);
  ASSERT_TRUE(first.goes(Duration()));
  first.ticket->settle(INT64_MAX);
  Call second(limiter, "model", 600);
  ASSERT_FALSE(second.goes(Duration()));
  EXPECT_LE(*second.ask_again, seconds(80));
  EXPECT_TRUE(second.goes(*second.ask_again));
}

TEST(RateLimiter, BoundsWhatIsUnderWay) {
  RateLimiter limiter{RateLimit().concurrent(2)};
  std::deque<Call> calls;
  for (int i = 0; i < 4; ++i) calls.emplace_back(limiter);
  EXPECT_TRUE(calls[0].goes(Duration()));
  EXPECT_TRUE(calls[1].goes(Duration()));
  EXPECT_FALSE(calls[2].goes(Duration()));
  EXPECT_EQ(calls[2].ask_again, std::nullopt) << "it is woken";
  EXPECT_TRUE(calls[1].goes(Duration())) << "it holds its place";
  const int before = calls[2].woken;
  calls[0].ticket.reset();
  EXPECT_EQ(calls[2].woken, before + 1);
  EXPECT_FALSE(calls[3].goes(Duration())) << "in the order in which they came";
  EXPECT_TRUE(calls[2].goes(Duration()));
  EXPECT_FALSE(calls[3].goes(Duration()));
}

TEST(RateLimiter, LetsInAtOnceOnlyWhoNeedNotWait) {
  RateLimiter limiter(RateLimit().concurrent(1));
  std::unique_ptr<Ticket> first = limiter.enter_now("model", 0, {});
  ASSERT_NE(first, nullptr);
  std::optional<Duration> again;
  EXPECT_TRUE(first->may_go({}, again));
  EXPECT_EQ(limiter.enter_now("model", 0, {}), nullptr);
  EXPECT_NE(limiter.enter_now("another", 0, {}), nullptr);
  Call second(limiter);
  EXPECT_FALSE(second.goes({}));
  first.reset();
  EXPECT_EQ(second.woken, 1);
  EXPECT_EQ(limiter.enter_now("model", 0, {}), nullptr) << "the second is in front";
  EXPECT_TRUE(second.goes({}));
}

TEST(RateLimiter, CountsThoseThatItLetsInAtOnce) {
  RateLimiter limiter(RateLimit().requests_per_minute(10));
  EXPECT_NE(limiter.enter_now("model", 0, {}), nullptr);
  EXPECT_EQ(limiter.enter_now("model", 0, {}), nullptr);
  EXPECT_FALSE(Call(limiter).goes({}));
  EXPECT_NE(limiter.enter_now("model", 0, seconds(60)), nullptr);
}

TEST(RateLimiter, AWaitingTicketGivesItsPlaceUp) {
  RateLimiter limiter{RateLimit().concurrent(1)};
  Call first(limiter);
  ASSERT_TRUE(first.goes(Duration()));
  Call second(limiter);
  Call third(limiter);
  Call fourth(limiter);
  third.ticket.reset();
  EXPECT_EQ(fourth.woken, 0) << "it is still not its turn";
  second.ticket.reset();
  EXPECT_EQ(fourth.woken, 1);
  EXPECT_FALSE(fourth.goes(Duration()));
  first.ticket.reset();
  EXPECT_TRUE(fourth.goes(Duration()));
}

TEST(RateLimiter, EachModelIsOnItsOwn) {
  RateLimiter limiter{RateLimit().requests_per_minute(1).concurrent(1)};
  Call a(limiter, "a");
  Call b(limiter, "b");
  EXPECT_TRUE(a.goes(Duration()));
  EXPECT_TRUE(b.goes(Duration()));
}

TEST(RateLimiter, WaitsForWhatTheProviderSaysIsLeft) {
  RateLimiter limiter{RateLimit()};
  RateLimits limits;
  limits.requests_left = 1;
  limits.requests_reset = seconds(20);
  Call first(limiter);
  ASSERT_TRUE(first.goes(Duration()));
  limiter.learn("model", limits, Duration());
  Call second(limiter);
  EXPECT_TRUE(second.goes(seconds(1)));
  Call third(limiter);
  EXPECT_FALSE(third.goes(seconds(2)));
  EXPECT_EQ(third.ask_again, seconds(20));
  EXPECT_TRUE(third.goes(seconds(20)));
  Call other(limiter, "other");
  EXPECT_TRUE(other.goes(seconds(2)));
}

TEST(RateLimiter, LearnsWhatFillsUpBitByBit) {
  // Groq's limit of requests is one of a day: nobody waits for a day when six seconds will do.
  RateLimiter limiter{RateLimit()};
  RateLimits limits;
  limits.requests_limit = 14'400;
  limits.requests_left = 0;
  limits.requests_reset = seconds(86'400);
  limits.gradual = true;
  Call call(limiter);
  limiter.learn("model", limits, Duration());
  EXPECT_FALSE(call.goes(Duration()));
  EXPECT_NEAR(call.ask_again->seconds(), 6, 0.001);
  EXPECT_TRUE(call.goes(*call.ask_again));
}

TEST(RateLimiter, LearnsTokens) {
  RateLimiter limiter{RateLimit()};
  RateLimits limits;
  limits.tokens_limit = 1000;
  limits.tokens_left = 400;
  limits.tokens_reset = seconds(30);
  Call first(limiter, "model", 300);
  limiter.learn("model", limits, Duration());
  EXPECT_TRUE(first.goes(Duration()));
  Call second(limiter, "model", 300);
  EXPECT_FALSE(second.goes(Duration()));
  EXPECT_EQ(second.ask_again, seconds(30));
  first.ticket->settle(50);
  EXPECT_TRUE(second.goes(Duration())) << "less was used than had been estimated";
}

TEST(RateLimiter, DoesNotWaitLongForWhatItHasLearnt) {
  RateLimiter limiter{RateLimit()};
  RateLimits limits;
  limits.requests_left = 0;
  limits.requests_reset = seconds(2'678'400);
  Call call(limiter);
  limiter.learn("model", limits, Duration());
  ASSERT_FALSE(call.goes(Duration()));
  EXPECT_EQ(call.ask_again, seconds(60));
  EXPECT_TRUE(call.goes(seconds(60)));
}

TEST(RateLimiter, WakesTheFirstWhenItLearnsThatThereIsMore) {
  RateLimiter limiter{RateLimit()};
  RateLimits limits;
  limits.requests_left = 0;
  limits.requests_reset = seconds(20);
  Call call(limiter);
  limiter.learn("model", limits, Duration());
  EXPECT_FALSE(call.goes(Duration()));
  EXPECT_EQ(call.woken, 0);
  limits.requests_left = 5;
  limiter.learn("model", limits, seconds(1));
  EXPECT_EQ(call.woken, 1);
  EXPECT_TRUE(call.goes(seconds(1)));
}

TEST(RateLimiter, WhatItLearnsMakesNothingFaster) {
  RateLimiter limiter{RateLimit().requests_per_minute(1)};
  RateLimits limits;
  limits.requests_left = 1000;
  limits.requests_reset = seconds(1);
  Call first(limiter);
  ASSERT_TRUE(first.goes(Duration()));
  limiter.learn("model", limits, Duration());
  Call second(limiter);
  EXPECT_FALSE(second.goes(Duration()));
  EXPECT_EQ(second.ask_again, seconds(60));
}

TEST(RateLimiter, LearnsNothingWhenItIsNotTo) {
  RateLimiter limiter{RateLimit().learn(false)};
  RateLimits limits;
  limits.requests_left = 0;
  limits.requests_reset = seconds(20);
  Call call(limiter);
  limiter.learn("model", limits, Duration());
  limiter.pause("model", seconds(20));
  EXPECT_TRUE(call.goes(Duration()));
}

TEST(RateLimiter, APauseHoldsAllAndLetsThemGoGradually) {
  RateLimiter limiter{RateLimit()};
  Call(limiter).goes(Duration());
  limiter.pause("model", seconds(10));
  limiter.pause("model", seconds(5));
  const std::vector<Duration> times = times_of(limiter, 3000, 0, seconds(1));
  EXPECT_EQ(times[0], seconds(10));
  EXPECT_EQ(times[1], ms(10'200));
  const auto in_second = [&](std::int64_t n) {
    return std::count_if(times.begin(), times.end(),
                         [&](Duration time) { return time >= seconds(n) && time < seconds(n + 1); });
  };
  EXPECT_LE(in_second(10), 10);
  for (std::int64_t n = 10; n < 16; ++n) EXPECT_GT(in_second(n + 1), in_second(n)) << n;
  EXPECT_LE(times.back(), seconds(19)) << "then it is as before";
}

TEST(RateLimiter, NoPauseIsForEver) {
  RateLimiter limiter{RateLimit()};
  Call call(limiter);
  limiter.pause("model", Duration::of_nanoseconds(INT64_MAX));
  ASSERT_FALSE(call.goes(Duration()));
  EXPECT_EQ(call.ask_again, seconds(600));
  EXPECT_TRUE(call.goes(seconds(600)));
}

TEST(RateLimiter, AClockThatGoesBackGivesNothingAndHoldsNothingUp) {
  RateLimiter limiter{RateLimit().requests_per_minute(60)};
  times_of(limiter, 6, 0, seconds(100'000));
  limiter.pause("model", seconds(100'003));
  Call call(limiter);
  EXPECT_FALSE(call.goes(seconds(100'000)));
  EXPECT_FALSE(call.goes(seconds(10)));
  EXPECT_EQ(call.ask_again, seconds(13)) << "what was left of the pause";
  EXPECT_TRUE(call.goes(seconds(13)));

  // Threads whose times come out of order do not add up.
  RateLimiter strict{RateLimit().requests_per_minute(60)};
  times_of(strict, 6, 0, seconds(100));
  Call next(strict);
  for (int i = 0; i < 1000; ++i) {
    EXPECT_FALSE(next.goes(ms(99'500)));
    EXPECT_FALSE(next.goes(ms(100'001)));
  }
}

TEST(RateLimiter, ForgetsModelsThatNobodyAsksFor) {
  RateLimiter limiter{RateLimit().requests_per_minute(1)};
  Call busy(limiter, "busy");
  ASSERT_TRUE(busy.goes(Duration()));
  {
    Call idle(limiter, "idle");
    ASSERT_TRUE(idle.goes(Duration()));
  }
  for (int i = 0; i < 1000; ++i) Call(limiter, std::to_string(i)).goes(Duration());
  Call busy_again(limiter, "busy");
  EXPECT_FALSE(busy_again.goes(Duration())) << "what is under way is not forgotten";
  Call idle_again(limiter, "idle");
  EXPECT_TRUE(idle_again.goes(Duration()));
}

TEST(RateLimiter, TicketsOutliveIt) {
  std::unique_ptr<Ticket> ticket;
  {
    RateLimiter limiter{RateLimit().concurrent(1)};
    ticket = limiter.enter("model", 1, [] {});
  }
  std::optional<Duration> ask_again;
  EXPECT_TRUE(ticket->may_go(Duration(), ask_again));
  ticket->settle(1);
}

TEST(RateLimiter, IsFirstComeFirstServed) {
  std::mt19937_64 random(3);
  RateLimiter limiter{RateLimit().requests_per_minute(600).tokens_per_minute(50'000).concurrent(5)};
  testing::FakeClock clock;
  struct Waiting {
    int number;
    std::unique_ptr<Call> call;
  };
  std::vector<Waiting> waiting;
  std::vector<std::unique_ptr<Call>> under_way;
  int came = 0;
  int last_gone = -1;
  for (int step = 0; step < 20'000; ++step) {
    clock.advance(ms(static_cast<std::int64_t>(random() % 100)));
    if (random() % 4 == 0)
      waiting.push_back({came++, std::make_unique<Call>(limiter, "model", static_cast<std::int64_t>(random() % 500))});
    if (!waiting.empty() && random() % 20 == 0)
      waiting.erase(waiting.begin() + static_cast<std::ptrdiff_t>(random() % waiting.size()));
    if (!under_way.empty() && random() % 3 == 0)
      under_way.erase(under_way.begin() + static_cast<std::ptrdiff_t>(random() % under_way.size()));
    if (waiting.empty()) continue;
    // Somebody asks, whoever it is.
    const auto asking = waiting.begin() + static_cast<std::ptrdiff_t>(random() % 2 * (random() % waiting.size()));
    if (!asking->call->goes(clock.now())) continue;
    EXPECT_GT(asking->number, last_gone);
    last_gone = asking->number;
    under_way.push_back(std::move(asking->call));
    waiting.erase(asking);
    EXPECT_LE(under_way.size(), 5U);
  }
  EXPECT_GT(last_gone, 1000);
}

TEST(RateLimiter, ThreadsGetTheirTurnAndAreWoken) {
  RateLimiter limiter{RateLimit().concurrent(3)};
  std::atomic<int> under_way = 0;
  std::atomic<int> most = 0;
  std::atomic<int> done = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&, i] {
      for (int k = 0; k < 200; ++k) {
        std::atomic<int> woken = 0;
        const auto ticket = limiter.enter("model", 1, [&] {
          ++woken;
          woken.notify_one();
        });
        std::optional<Duration> ask_again;
        bool left = false;
        for (;;) {
          const int before = woken;
          if (ticket->may_go(Duration(), ask_again)) break;
          if ((i + k) % 5 == 0) {  // cancelled
            left = true;
            break;
          }
          woken.wait(before);
        }
        if (left) continue;
        const int count = ++under_way;
        for (int seen = most; count > seen && !most.compare_exchange_weak(seen, count);) continue;
        ++done;
        --under_way;
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_LE(most, 3);
  EXPECT_GE(done, 8 * 160);
}

}  // namespace
}  // namespace instructor
