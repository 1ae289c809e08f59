// Processes that end, or fork, while requests are under way.

#include <gtest/gtest.h>

#include <pthread.h>
#include <atomic>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "instructor/error.hpp"
#include "instructor/testing.hpp"
#include "instructor/transport.hpp"
#include "support/http_calls.hpp"
#include "support/raw_server.hpp"

namespace instructor {
namespace {

using support::Connection;
using support::outcome_of;
using support::post_to;
using support::RawServer;
using support::Signal;
using support::Way;

constexpr std::string_view stream_head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

/// What a child exits with when it does this; it is ended if it hangs.
template <class Function>
int exit_code_of(Function function) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::alarm(60);
    function();  // exits
    ::_exit(99);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

bool fails_cancelled(HttpExchange& exchange) {
  try {
    exchange.head();
    while (!exchange.read().empty()) {
    }
  } catch (const Error& error) {
    return error.code() == ErrorCode::cancelled;
  }
  return false;
}

TEST(Processes, EndWithTransfersUnderWay) {
  RawServer server([&](Connection& connection) {
    connection.read_request();
    connection.write(stream_head);
    connection.wait_for_close();
  });
  // A program that exits while one thread waits, and another exchange is never looked at.
  const int code = exit_code_of([&] {
    static auto* const kept = new std::atomic<int>(0);
    static const auto transport = http_transport();
    static const auto forgotten = transport->start(post_to(server.url()), [] {});
    // Never destroyed: the thread goes on while statics are.
    static HttpExchange* const waited_for = transport->start(post_to(server.url()), [] {}).release();
    waited_for->head();
    ::signal(SIGPIPE, SIG_DFL);
    // Not a std::thread: it would own memory that nobody frees.
    pthread_t thread{};
    const auto wait = +[](void*) -> void* {
      kept->store(fails_cancelled(*waited_for) ? 1 : 2);
      return nullptr;
    };
    ::pthread_create(&thread, nullptr, wait, nullptr);
    ::pthread_detach(thread);
    std::exit(7);
  });
  EXPECT_EQ(code, 7);
}

TEST(Processes, StartNothingWhenTheyEnd) {
  RawServer server([](Connection& connection) {
    connection.read_request();
    connection.respond("{}");
  });
  const int code = exit_code_of([&] {
    static std::string url = server.url();
    static std::shared_ptr<Transport> transport = http_transport();
    // Runs after the loop has ended: it is registered first.
    std::atexit([] {
      const auto late = transport->start(post_to(url), [] {});
      ::_exit(late->ready() && fails_cancelled(*late) ? 8 : 9);
    });
    outcome_of(*transport, post_to(url), Way::start);
    std::exit(1);
  });
  EXPECT_EQ(code, 8);
}

class Forks : public ::testing::TestWithParam<bool> {};

INSTANTIATE_TEST_SUITE_P(Clocks, Forks, ::testing::Values(false, true),
                         [](const auto& way) { return way.param ? "Own" : "Machine"; });

TEST_P(Forks, WithTransfersUnderWay) {
  Signal go_on;
  RawServer server([&](Connection& connection) {
    const std::string request = connection.read_request();
    if (!request.starts_with("POST /held")) {
      connection.respond("{}");
      connection.read_request();
      return;
    }
    connection.write(std::string(stream_head) + "2\r\nhi\r\n");
    go_on.wait();
    connection.write("5\r\nthere\r\n0\r\n\r\n");
    connection.wait_for_close();
  });
  TransportOptions options;
  if (GetParam()) options.clock = std::make_shared<testing::FakeClock>();
  const auto transport = http_transport(options);
  EXPECT_EQ(outcome_of(*transport, post_to(server.url()), Way::send).body, "{}");  // leaves a connection
  auto started = transport->start(post_to(server.url("/held")), [] {});
  EXPECT_EQ(started->head().status, 200);
  EXPECT_EQ(started->read(), "hi");
  const int code = exit_code_of([&] {
    int failures = 0;
    if (!started->ready() || !fails_cancelled(*started)) failures |= 1;
    started.reset();
    if (outcome_of(*transport, post_to(server.url()), Way::start).body != "{}") failures |= 2;
    if (outcome_of(*transport, post_to(server.url()), Way::send).body != "{}") failures |= 4;
    ::_exit(failures);
  });
  EXPECT_EQ(code, 0);
  go_on.set();
  EXPECT_EQ(started->read(), "there") << "the parent's goes on";
  EXPECT_EQ(started->read(), "");
}

}  // namespace
}  // namespace instructor
