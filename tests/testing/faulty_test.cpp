// Faults on purpose; and with them what is started through a transport that only blocks.

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "instructor/instructor.hpp"
#include "instructor/testing.hpp"
#include "instructor/testing_faults.hpp"
#include "support/http_calls.hpp"

namespace instructor {
namespace {

using ::instructor::testing::FakeClock;
using ::instructor::testing::Fault;
using ::instructor::testing::FaultyTransport;
using support::Outcome;
using support::outcome_of;
using support::post_to;
using support::Signal;
using support::Way;

/// Answers "abcdef" in three pieces.
class Letters final : public Transport {
 public:
  void send(const HttpRequest&, HttpSink& sink) override {
    sink.head({200, {}});
    for (const char* piece : {"ab", "cd", "ef"})
      if (!sink.body(piece)) return;
  }
  std::unique_ptr<HttpExchange> open(HttpRequest) override {
    struct Exchange final : HttpExchange {
      const HttpHead& head() override { return given_head; }
      std::string_view read() override { return std::string_view("abcdef").substr(at == 6 ? 6 : (at += 2) - 2, 2); }
      HttpHead given_head{200, {}};
      std::size_t at = 0;
    };
    return std::make_unique<Exchange>();
  }
};

class Faulty : public ::testing::TestWithParam<Way> {
 protected:
  Outcome call() { return outcome_of(*network, post_to("http://model.example/v1"), GetParam()); }

  std::shared_ptr<FakeClock> clock = std::make_shared<FakeClock>();
  std::shared_ptr<FaultyTransport> network = std::make_shared<FaultyTransport>(std::make_shared<Letters>(), clock);
};

INSTANTIATE_TEST_SUITE_P(Ways, Faulty, ::testing::Values(Way::send, Way::open, Way::start),
                         [](const auto& way) { return support::name_of(way.param); });

TEST_P(Faulty, FollowsItsPlan) {
  network->plan({Fault::Kind::refuse, Fault::Kind::reset_before_headers, Fault::Kind::reset_in_headers,
                 Fault::resets_in_body(3), Fault::cuts(3), Fault::Kind::duplicate, Fault::Kind::reorder,
                 Fault::Kind::byte_by_byte, Fault::status(429, {{"retry-after", "7"}}, "slow down")});
  for (int i = 0; i < 3; ++i) EXPECT_EQ(call().failed, ErrorCode::transport);
  const Outcome reset = call();
  EXPECT_EQ(reset.failed, ErrorCode::transport);
  EXPECT_TRUE(reset.says("model.example")) << reset.message;
  EXPECT_EQ(reset.body, "abc");
  for (const char* body : {"abc", "ababcdcdefef", "cdabef", "abcdef"}) {
    const Outcome outcome = call();
    EXPECT_EQ(outcome.failed, std::nullopt);
    EXPECT_EQ(outcome.body, body);
  }
  const Outcome limited = call();
  EXPECT_EQ(limited.head.status, 429);
  EXPECT_EQ(limited.head.header("retry-after"), "7");
  EXPECT_EQ(limited.body, "slow down");
  EXPECT_EQ(call().body, "abcdef") << "the plan is over";
  EXPECT_EQ(network->requests(), 10);
  EXPECT_EQ(network->count(Fault::Kind::refuse), 1);
  EXPECT_EQ(network->count(Fault::Kind::none), 1);
}

TEST_P(Faulty, DelaysByTheClock) {
  network->plan({Fault::delays(Duration::of_seconds(5))});
  std::atomic<bool> over = false;
  std::thread time([&] {
    while (!over) clock->advance(Duration::of_seconds(1));
  });
  EXPECT_EQ(call().body, "abcdef");
  over = true;
  time.join();
  EXPECT_GE(clock->now(), Duration::of_seconds(5));
}

TEST_P(Faulty, IsSilentUntilItIsCancelled) {
  network->plan({Fault::Kind::silence, Fault::Kind::silence});
  HttpRequest request = post_to("http://model.example/v1");
  request.cancellation = Cancellation();
  std::thread stop([&] { request.cancellation.cancel(); });
  EXPECT_EQ(outcome_of(*network, request, GetParam()).failed, ErrorCode::cancelled);
  stop.join();
}

TEST_P(Faulty, IsTheSameForTheSameSeed) {
  const auto run = [&](std::uint64_t seed) {
    FaultyTransport faulty(std::make_shared<Letters>(), clock);
    faulty.by_chance(seed, 2);
    std::string all;
    for (int i = 0; i < 40; ++i) {
      const Outcome outcome = outcome_of(faulty, post_to("http://model.example/v1"), GetParam());
      all += std::to_string(outcome.head.status) + outcome.body + outcome.message + '\n';
    }
    EXPECT_LT(faulty.count(Fault::Kind::none), 40);
    EXPECT_GT(faulty.count(Fault::Kind::none), 0);
    return all;
  };
  EXPECT_EQ(run(1), run(1));
  EXPECT_NE(run(1), run(2));
}

// ---- on workers --------------------------------------------------------------------------------------------------

/// Answers once it is told to.
class Held final : public Transport {
 public:
  void send(const HttpRequest&, HttpSink& sink) override {
    ++running;
    running.notify_all();
    go.wait(false);
    sink.head({200, {}});
    sink.body("late");
  }
  std::atomic<int> running = 0;
  std::atomic<bool> go = false;
};

TEST(Workers, RunNoMoreThan64AtOnce) {
  const auto held = std::make_shared<Held>();
  std::vector<std::unique_ptr<HttpExchange>> exchanges;
  for (int i = 0; i < 100; ++i) exchanges.push_back(held->start(post_to("http://a/"), [] {}));
  while (held->running < 64) held->running.wait(held->running);
  EXPECT_FALSE(exchanges.front()->ready());
  EXPECT_EQ(held->running, 64);
  exchanges.back().reset();  // it never was begun
  held->go = true;
  held->go.notify_all();
  exchanges.pop_back();
  for (const auto& exchange : exchanges) {
    EXPECT_EQ(exchange->head().status, 200);
    EXPECT_EQ(exchange->read(), "late");
    EXPECT_EQ(exchange->read(), "");
  }
  EXPECT_EQ(held->running, 99);
}

TEST(Workers, AreNotWaitedForWhenACallIsCancelled) {
  const auto held = std::make_shared<Held>();
  HttpRequest request = post_to("http://a/");
  request.cancellation = Cancellation();
  const Cancellation stop = request.cancellation;
  auto exchange = held->start(request, [] {});
  held->running.wait(0);
  stop.cancel();
  EXPECT_TRUE(exchange->ready());
  EXPECT_THROW(exchange->head(), Error);
  exchange.reset();
  held->go = true;
  held->go.notify_all();
}

TEST(Workers, AreDoneWithATransportThatNobodyShares) {
  for (int i = 0; i < 50; ++i) {
    Letters letters;
    const auto exchange = letters.start(post_to("http://a/"), [] {});
  }
}

}  // namespace
}  // namespace instructor
