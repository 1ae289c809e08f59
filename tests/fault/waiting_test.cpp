// Limits of time, and giving up: with a clock that is moved by hand, so that no test waits.

#include <gtest/gtest.h>

#include <dlfcn.h>
#include <netdb.h>

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "instructor/error.hpp"
#include "instructor/testing.hpp"
#include "instructor/transport.hpp"
#include "support/http_calls.hpp"
#include "support/raw_server.hpp"

namespace {

instructor::support::Signal lookup_hangs;

/// Looked up since the last time that they were let go.
std::mutex lookups;
std::condition_variable lookups_changed;
int lookups_let_go = 0;

void let_lookups_end() {
  const std::lock_guard lock(lookups);
  ++lookups_let_go;
  lookups_changed.notify_all();
}

}  // namespace

// Instead of that of the C library: one name is looked up until the test lets it go.
extern "C" int getaddrinfo(const char* node, const char* service, const addrinfo* hints,
                           addrinfo** result) noexcept(noexcept(::getaddrinfo(nullptr, nullptr, nullptr, nullptr))) {
  if (node != nullptr && std::string_view(node) == "hangs.example") {
    std::unique_lock lock(lookups);
    lookup_hangs.set();
    lookups_changed.wait(lock, [before = lookups_let_go] { return lookups_let_go != before; });
    return EAI_NONAME;
  }
  using Function = int (*)(const char*, const char*, const addrinfo*, addrinfo**);
  static const auto real = reinterpret_cast<Function>(dlsym(RTLD_NEXT, "getaddrinfo"));
  return real(node, service, hints, result);
}

namespace instructor {
namespace {

using support::Connection;
using support::Outcome;
using support::outcome_of;
using support::post_to;
using support::RawServer;
using support::Signal;
using support::Way;

constexpr std::string_view stream_head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

class Waiting : public ::testing::TestWithParam<Way> {
 protected:
  TransportOptions options() const {
    TransportOptions options;
    options.clock = clock;
    return options;
  }

  /// Makes the request; when `when` is set, `then` happens.
  template <class Then>
  Outcome call(
      const HttpRequest& request, Signal& when, Then then,
      const std::function<void(const Outcome&)>& seen = [](const Outcome&) {}) {
    std::thread other([&] {
      when.wait();
      then();
    });
    Outcome outcome = outcome_of(*http_transport(options()), request, GetParam(), seen);
    other.join();
    return outcome;
  }

  std::shared_ptr<testing::FakeClock> clock = std::make_shared<testing::FakeClock>();
};

INSTANTIATE_TEST_SUITE_P(Ways, Waiting, ::testing::Values(Way::send, Way::open, Way::start),
                         [](const auto& way) { return support::name_of(way.param); });

// ---- limits ------------------------------------------------------------------------------------------------------

TEST_P(Waiting, ForTheConnection) {
  Signal connected;
  RawServer server([&](Connection& connection) {
    connected.set();  // and no handshake
    connection.wait_for_close();
  });
  const Outcome outcome = call(post_to("https://127.0.0.1:" + std::to_string(server.port())), connected,
                               [&] { clock->advance(Duration::of_seconds(11)); });
  EXPECT_EQ(outcome.failed, ErrorCode::timeout);
  EXPECT_TRUE(outcome.says("within 10 s")) << outcome.message;
  EXPECT_TRUE(outcome.says("connect_timeout")) << outcome.message;
}

TEST_P(Waiting, ForTheFirstByte) {
  for (const std::size_t size : {10U, 3'000'000U}) {
    Signal asked;
    RawServer server([&](Connection& connection) {
      connection.read_request();
      asked.set();
      connection.wait_for_close();
    });
    HttpRequest request = post_to(server.url(), std::string(size, 'x'));
    request.timeout = Duration::of_seconds(10'000);
    const Outcome outcome = call(request, asked, [&] { clock->advance(Duration::of_seconds(601)); });
    EXPECT_EQ(outcome.failed, ErrorCode::timeout);
    EXPECT_TRUE(outcome.says("600 s")) << outcome.message;
    EXPECT_TRUE(outcome.says("first_byte_timeout")) << outcome.message;
  }
}

TEST_P(Waiting, ForTheRest) {
  RawServer server([&](Connection& connection) {
    connection.read_request();
    connection.write(std::string(stream_head) + "2\r\nhi\r\n");
    connection.wait_for_close();
  });
  Signal seen;
  HttpRequest request = post_to(server.url());
  request.timeout = Duration::of_seconds(10'000);
  const Outcome outcome = call(
      request, seen, [&] { clock->advance(Duration::of_seconds(301)); },
      [&](const Outcome& so_far) {
        if (so_far.body == "hi") seen.set();
      });
  EXPECT_EQ(outcome.failed, ErrorCode::timeout);
  EXPECT_EQ(outcome.body, "hi");
  EXPECT_TRUE(outcome.says("silent for 300 s")) << outcome.message;
  EXPECT_TRUE(outcome.says("idle_timeout")) << outcome.message;
}

TEST_P(Waiting, ForAServerThatSendsAByteASecond) {
  Signal next;
  std::atomic<bool> over = false;
  RawServer server([&](Connection& connection) {
    connection.read_request();
    connection.write(stream_head);
    while (!over && connection.write("1\r\nx\r\n")) next.wait();
  });
  HttpRequest request = post_to(server.url());
  request.timeout = Duration::of_milliseconds(4500);
  std::size_t length = 0;
  const Outcome outcome = outcome_of(*http_transport(options()), request, GetParam(), [&](const Outcome& so_far) {
    if (so_far.body.size() == length) return;
    length = so_far.body.size();
    clock->advance(Duration::of_seconds(1));
    next.set();
  });
  over = true;
  next.set();
  EXPECT_EQ(outcome.failed, ErrorCode::timeout);
  EXPECT_GE(outcome.body.size(), 4U);
  EXPECT_TRUE(outcome.says("within 4.5 s")) << outcome.message;
  EXPECT_TRUE(outcome.says("Request::timeout")) << outcome.message;
}

TEST_P(Waiting, ForANameThatIsNotFound) {
  const Outcome outcome = outcome_of(*http_transport(), post_to("http://no-such-host.invalid/v1"), GetParam());
  EXPECT_EQ(outcome.failed, ErrorCode::transport);
  EXPECT_TRUE(outcome.says("cannot find no-such-host.invalid")) << outcome.message;
}

TEST_P(Waiting, ForANameThatIsLookedUpForever) {
  const Outcome outcome =
      call(post_to("http://hangs.example/v1"), lookup_hangs, [&] { clock->advance(Duration::of_seconds(11)); });
  let_lookups_end();  // it was not waited for
  EXPECT_EQ(outcome.failed, ErrorCode::timeout);
  EXPECT_TRUE(outcome.says("hangs.example")) << outcome.message;
  EXPECT_TRUE(outcome.says("connect_timeout")) << outcome.message;
}

/// The machine's time, until it jumps.
class JumpingClock final : public Clock {
 public:
  Duration now() const override { return system_clock()->now() - Duration::of_seconds(back_.load()); }
  void jump_back() { back_ += 3600; }

 private:
  std::atomic<int> back_ = 0;
};

TEST_P(Waiting, WithAClockThatJumpsBack) {
  const auto jumping = std::make_shared<JumpingClock>();
  RawServer server([&](Connection& connection) {
    connection.read_request();
    jumping->jump_back();
    connection.write(stream_head);
    jumping->jump_back();
    connection.write("2\r\nhi\r\n0\r\n\r\n");
    connection.read_request();
    jumping->jump_back();
    connection.wait_for_close();
  });
  TransportOptions options;
  options.clock = jumping;
  const auto transport = http_transport(options);
  EXPECT_EQ(outcome_of(*transport, post_to(server.url()), GetParam()).body, "hi");
  HttpRequest unanswered = post_to(server.url());
  unanswered.timeout = Duration::of_milliseconds(100);
  EXPECT_EQ(outcome_of(*transport, unanswered, GetParam()).failed, ErrorCode::timeout);
}

// ---- giving up ---------------------------------------------------------------------------------------------------

class GivingUp : public Waiting {
 protected:
  GivingUp() { request.cancellation = stop; }

  void expect_cancelled(const Outcome& outcome) {
    EXPECT_EQ(outcome.failed, ErrorCode::cancelled);
    EXPECT_TRUE(outcome.says("was cancelled")) << outcome.message;
  }

  Cancellation stop;
  HttpRequest request = post_to("http://127.0.0.1:1/");
};

INSTANTIATE_TEST_SUITE_P(Ways, GivingUp, ::testing::Values(Way::send, Way::open, Way::start),
                         [](const auto& way) { return support::name_of(way.param); });

TEST_P(GivingUp, BeforeAnything) {
  RawServer server([](Connection& connection) { connection.wait_for_close(); });
  stop.cancel();
  request.url = server.url();
  expect_cancelled(outcome_of(*http_transport(), request, GetParam()));
}

TEST_P(GivingUp, WhileANameIsLookedUp) {
  request.url = "http://hangs.example/v1";
  const Outcome outcome = call(request, lookup_hangs, [&] { stop.cancel(); });
  // The loop goes on with others, though the lookup still hangs.
  RawServer server([](Connection& connection) {
    connection.read_request();
    connection.respond("{}");
  });
  EXPECT_EQ(outcome_of(*http_transport(), post_to(server.url()), GetParam()).body, "{}");
  let_lookups_end();
  expect_cancelled(outcome);
}

TEST_P(GivingUp, WhileItConnects) {
  Signal connected;
  Signal closed;
  RawServer server([&](Connection& connection) {
    connected.set();
    connection.wait_for_close();
    closed.set();
  });
  request.url = "https://127.0.0.1:" + std::to_string(server.port());
  expect_cancelled(call(request, connected, [&] { stop.cancel(); }));
  closed.wait();
}

TEST_P(GivingUp, BeforeTheHead) {
  Signal asked;
  Signal closed;
  RawServer server([&](Connection& connection) {
    connection.read_request();
    asked.set();
    connection.wait_for_close();
    closed.set();
  });
  request.url = server.url();
  expect_cancelled(call(request, asked, [&] { stop.cancel(); }));
  closed.wait();
}

TEST_P(GivingUp, InsideTheBody) {
  Signal closed;
  RawServer server([&](Connection& connection) {
    connection.read_request();
    connection.write(std::string(stream_head) + "2\r\nhi\r\n");
    connection.wait_for_close();
    closed.set();
  });
  request.url = server.url();
  Signal seen;
  expect_cancelled(call(
      request, seen, [&] { stop.cancel(); },
      [&](const Outcome& so_far) {
        if (so_far.body == "hi") seen.set();
      }));
  closed.wait();
}

}  // namespace
}  // namespace instructor
