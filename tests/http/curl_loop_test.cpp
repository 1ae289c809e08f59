// What is started runs on one thread, and is read by whoever wants to.

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "instructor/error.hpp"
#include "instructor/testing.hpp"
#include "instructor/transport.hpp"
#include "support/http_calls.hpp"
#include "support/raw_server.hpp"

namespace instructor {
namespace {

using support::Connection;
using support::Outcome;
using support::outcome_of;
using support::post_to;
using support::RawServer;
using support::Signal;
using support::Started;
using support::Way;

void serve_forever(Connection& connection, std::string_view body) {
  while (!connection.read_request().empty() && connection.respond(body)) {
  }
}

constexpr std::string_view stream_head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

TEST(CurlLoop, SendsAndReceives) {
  std::string seen;
  RawServer server([&](Connection& connection) {
    seen = connection.read_request();
    connection.respond(R"({"ok":true})", "201 Created", "X-Request-Id: r1\r\n");
  });
  const Outcome outcome = outcome_of(*http_transport(), post_to(server.url(), R"({"a":1})"), Way::start);
  EXPECT_EQ(outcome.failed, std::nullopt) << outcome.message;
  EXPECT_EQ(outcome.head.status, 201);
  EXPECT_EQ(outcome.head.header("x-request-id"), "r1");
  EXPECT_EQ(outcome.body, R"({"ok":true})");
  EXPECT_TRUE(seen.starts_with("POST /v1 HTTP/1.1\r\n")) << seen;
  EXPECT_NE(seen.find("Authorization: Bearer sk-123456\r\n"), std::string::npos);
  EXPECT_TRUE(seen.ends_with("\r\n\r\n{\"a\":1}"));
}

TEST(CurlLoop, MayBeWaitedForInsteadOfWoken) {
  RawServer server([](Connection& connection) { serve_forever(connection, "{}"); });
  const auto exchange = http_transport()->start(post_to(server.url()), [] {});
  EXPECT_EQ(exchange->head().status, 200);
  EXPECT_EQ(exchange->read(), "{}");
  EXPECT_EQ(exchange->read(), "");
  EXPECT_TRUE(exchange->ready());
  EXPECT_EQ(exchange->read(), "");
}

TEST(CurlLoop, SharesConnectionsBetweenTransports) {
  RawServer server([](Connection& connection) { serve_forever(connection, "{}"); });
  for (int i = 0; i < 20; ++i) EXPECT_EQ(outcome_of(*http_transport(), post_to(server.url()), Way::start).body, "{}");
  EXPECT_EQ(server.connections(), 1);
}

TEST(CurlLoop, KeepsConnectionsOfABurst) {
  constexpr int at_once = 60;
  RawServer server([](Connection& connection) { serve_forever(connection, "{}"); });
  const auto transport = http_transport();
  for (int wave = 0; wave < 5; ++wave) {
    std::vector<std::unique_ptr<Started>> started;
    for (int i = 0; i < at_once; ++i) started.push_back(std::make_unique<Started>(*transport, post_to(server.url())));
    for (const auto& one : started) {
      EXPECT_EQ(one->head().status, 200);
      EXPECT_EQ(one->read(), "{}");
      EXPECT_EQ(one->read(), "");
    }
  }
  EXPECT_LE(server.connections(), at_once);
}

TEST(CurlLoop, HoldsManyAtOnce) {
  constexpr int at_once = 250;
  std::atomic<int> waiting = 0;
  Signal all;
  std::atomic<bool> go = false;
  RawServer server([&](Connection& connection) {
    connection.read_request();
    connection.write(stream_head);
    if (++waiting == at_once) {
      go = true;
      go.notify_all();
    }
    go.wait(false);
    connection.write("2\r\nhi\r\n0\r\n\r\n");
    connection.wait_for_close();
  });
  const auto transport = http_transport();
  std::atomic<int> woken = 0;
  std::vector<std::unique_ptr<HttpExchange>> exchanges;
  for (int i = 0; i < at_once; ++i) exchanges.push_back(transport->start(post_to(server.url()), [&] { ++woken; }));
  for (const auto& exchange : exchanges) {
    EXPECT_EQ(exchange->head().status, 200);
    EXPECT_EQ(exchange->read(), "hi");
    EXPECT_EQ(exchange->read(), "");
  }
  EXPECT_GE(woken, at_once);
}

TEST(CurlLoop, WakesOnceForWhatIsNotLookedAt) {
  Signal sent;
  Signal go_on;
  RawServer server([&](Connection& connection) {
    connection.read_request();
    connection.write(stream_head);
    go_on.wait();
    for (int i = 0; i < 100; ++i) connection.write("1\r\nx\r\n");
    connection.write("0\r\n\r\n");
    sent.set();
    connection.wait_for_close();
  });
  std::atomic<int> woken = 0;
  const auto exchange = http_transport()->start(post_to(server.url()), [&] {
    ++woken;
    woken.notify_all();
  });
  woken.wait(0);
  EXPECT_TRUE(exchange->ready());
  EXPECT_EQ(exchange->head().status, 200);
  EXPECT_FALSE(exchange->ready());
  go_on.set();
  sent.wait();
  woken.wait(1);
  EXPECT_TRUE(exchange->ready());
  EXPECT_EQ(woken, 2) << "nothing was taken since";
  std::string body;
  for (std::string_view piece = exchange->read(); !piece.empty(); piece = exchange->read()) body += piece;
  EXPECT_EQ(body, std::string(100, 'x'));
}

TEST(CurlLoop, DoesNotWakeOnceItIsDestroyed) {
  Signal gone;
  RawServer server([&](Connection& connection) {
    connection.read_request();
    connection.write(stream_head);
    connection.wait_for_close();
    gone.set();
  });
  auto alive = std::make_shared<int>(0);
  const std::weak_ptr<int> watching = alive;
  auto exchange = http_transport()->start(post_to(server.url()), [alive] { EXPECT_EQ(*alive, 0); });
  alive.reset();
  EXPECT_EQ(exchange->head().status, 200);
  exchange.reset();
  EXPECT_TRUE(watching.expired()) << "what the function holds goes with the exchange";
  gone.wait();
}

TEST(CurlLoop, KeepsAConnectionWhoseResponseIsNearlyOver) {
  Signal left;
  Signal ended;
  RawServer server([&](Connection& connection) {
    while (!connection.read_request().empty()) {
      connection.write(std::string(stream_head) + "2\r\nhi\r\n");
      left.wait();
      connection.write("4\r\nmore\r\n0\r\n\r\n");
      ended.set();
    }
  });
  RawServer other([](Connection& connection) { serve_forever(connection, "{}"); });
  TransportOptions options;
  options.clock = std::make_shared<testing::FakeClock>();  // the end is waited for as long as that stands still
  const auto transport = http_transport(options);
  for (int i = 0; i < 10; ++i) {
    auto exchange = transport->start(post_to(server.url()), [] {});
    EXPECT_EQ(exchange->head().status, 200);
    EXPECT_EQ(exchange->read(), "hi");
    exchange->finish();
    exchange.reset();
    left.set();
    ended.wait();
    // The loop has gone round with the end before it when this has an answer.
    for (int turns = 0; turns < 3; ++turns)
      EXPECT_EQ(outcome_of(*transport, post_to(other.url()), Way::start).body, "{}");
  }
  EXPECT_EQ(server.connections(), 1);
}

TEST(CurlLoop, TimesTheSilenceFromWhatCameLast) {
  Signal next;
  std::atomic<bool> over = false;
  RawServer server([&](Connection& connection) {
    connection.read_request();
    connection.write(stream_head);
    for (int i = 0; i < 4 && !over && connection.write("1\r\nx\r\n"); ++i) next.wait();
    connection.write("0\r\n\r\n");
  });
  RawServer other([](Connection& connection) { serve_forever(connection, "{}"); });
  TransportOptions options;
  const auto clock = std::make_shared<testing::FakeClock>();
  options.clock = clock;
  options.idle_timeout = Duration::of_seconds(300);
  const auto transport = http_transport(options);
  HttpRequest request = post_to(server.url());
  request.timeout = Duration::of_seconds(10'000);
  std::size_t length = 0;
  const Outcome outcome = outcome_of(*transport, request, Way::start, [&](const Outcome& so_far) {
    if (so_far.body.size() == length) return;
    length = so_far.body.size();
    // The loop is done with this piece when this has an answer.
    EXPECT_EQ(outcome_of(*transport, post_to(other.url()), Way::start).body, "{}");
    clock->advance(Duration::of_seconds(200));
    next.set();
  });
  over = true;
  next.set();
  EXPECT_EQ(outcome.failed, std::nullopt) << outcome.message;
  EXPECT_EQ(outcome.body, "xxxx");
}

TEST(CurlLoop, BoundsWhatNobodyReads) {
  Signal closed;
  RawServer server([&](Connection& connection) {
    connection.read_request();
    connection.write("HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\n");
    const std::string block(1 << 16, 'x');
    while (connection.write(block)) {
    }
    closed.set();
  });
  TransportOptions options;
  options.max_unread_bytes = 1 << 20;
  const auto transport = http_transport(options);
  const auto exchange = transport->start(post_to(server.url()), [] {});
  EXPECT_EQ(exchange->head().status, 200);
  closed.wait();
  std::size_t got = 0;
  try {
    for (std::string_view piece = exchange->read(); !piece.empty(); piece = exchange->read()) got += piece.size();
    FAIL() << "it ended after " << got;
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::response_too_large);
    EXPECT_NE(error.message().find("max_unread_bytes"), std::string::npos) << error.message();
  }
  EXPECT_GT(got, 1U << 20);
  EXPECT_LT(got, 2U << 20);
}

TEST(CurlLoop, RefusesWhatCannotBeSent) {
  const Outcome outcome = outcome_of(*http_transport(), post_to("ftp://127.0.0.1/x"), Way::start);
  EXPECT_EQ(outcome.failed, ErrorCode::invalid_configuration) << outcome.message;
}

}  // namespace
}  // namespace instructor
