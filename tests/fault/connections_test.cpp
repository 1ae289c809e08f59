// What servers and networks do wrong, and what is said of it: the same whichever way a request is made.

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "instructor/error.hpp"
#include "instructor/transport.hpp"
#include "support/gzip.hpp"
#include "support/http_calls.hpp"
#include "support/raw_server.hpp"

namespace instructor {
namespace {

using support::Connection;
using support::Outcome;
using support::outcome_of;
using support::post_to;
using support::RawServer;
using support::Way;

class Connections : public testing::TestWithParam<Way> {
 protected:
  Outcome call(Transport& transport, const HttpRequest& request) {
    Outcome outcome = outcome_of(transport, request, GetParam());
    EXPECT_EQ(outcome.message.find("sk-123456"), std::string::npos) << outcome.message;
    return outcome;
  }
  Outcome call(const RawServer& server) { return call(*http_transport(), post_to(server.url())); }
};

INSTANTIATE_TEST_SUITE_P(Ways, Connections, testing::Values(Way::send, Way::open, Way::start),
                         [](const auto& way) { return support::name_of(way.param); });

TEST_P(Connections, Refused) {
  int port = 0;
  {
    const RawServer server([](Connection&) {});
    port = server.port();
  }
  const std::string host = "127.0.0.1:" + std::to_string(port);
  const Outcome outcome = call(*http_transport(), post_to("http://" + host + "/v1"));
  EXPECT_EQ(outcome.failed, ErrorCode::transport);
  EXPECT_TRUE(outcome.says("cannot connect to " + host)) << outcome.message;
  EXPECT_TRUE(outcome.says("is the server running?")) << outcome.message;
}

struct Broken {
  const char* where;
  std::string text;
  bool head;         // arrives
  const char* body;  // what of it arrives
  ErrorCode code = ErrorCode::transport;
};

TEST_P(Connections, BrokenOff) {
  const std::vector<Broken> cases{
      {"before the headers", "", false, ""},
      {"inside the headers", "HTTP/1.1 200 OK\r\nContent-Ty", false, ""},
      {"inside the body", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"a\":", true, "{\"a\":"},
      {"inside a chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\n{\"a\":", true, "{\"a\":"},
      {"at a broken chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n{\"a\":1}\r\n", true, ""},
      {"no HTTP", "SSH-2.0-OpenSSH_9.2\r\n", false, "", ErrorCode::bad_response},
  };
  for (const Broken& broken : cases) {
    RawServer server([&](Connection& connection) {
      connection.read_request();
      connection.write(broken.text);
    });
    const Outcome outcome = call(server);
    EXPECT_EQ(outcome.failed, broken.code) << broken.where;
    EXPECT_TRUE(outcome.says("127.0.0.1:" + std::to_string(server.port()))) << outcome.message;
    EXPECT_EQ(outcome.head.status, broken.head ? 200 : 0) << broken.where;
    EXPECT_EQ(outcome.body, broken.body) << "what arrived is not lost: " << broken.where;
  }
}

TEST_P(Connections, Reset) {
  for (const std::string text :
       {"", "HTTP/1.1 200 OK\r\nContent-Ty", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"}) {
    RawServer server([&](Connection& connection) {
      connection.read_request();
      connection.write(text);
      connection.reset();
    });
    EXPECT_EQ(call(server).failed, ErrorCode::transport) << text;
  }
}

TEST_P(Connections, HalfClosedByTheServer) {
  // Without a length the end of the connection is the end of the body.
  RawServer server([](Connection& connection) {
    connection.read_request();
    connection.write("HTTP/1.1 200 OK\r\n\r\n{\"a\":1}");
    connection.close_writing();
    connection.wait_for_close();
  });
  const Outcome outcome = call(server);
  EXPECT_EQ(outcome.failed, std::nullopt) << outcome.message;
  EXPECT_EQ(outcome.body, "{\"a\":1}");
}

TEST_P(Connections, MoreThanItsLength) {
  RawServer server([](Connection& connection) {
    connection.read_request();
    connection.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}HTTP/1.1 500 No\r\n\r\n");
    connection.wait_for_close();
  });
  const auto transport = http_transport();
  for (int i = 0; i < 2; ++i) {
    const Outcome outcome = call(*transport, post_to(server.url()));
    EXPECT_EQ(outcome.head.status, 200) << "what is left over is no answer to the next request";
    EXPECT_EQ(outcome.body, "{}");
  }
}

TEST_P(Connections, ClosedInTheMomentTheyAreUsedAgain) {
  for (const bool reset : {false, true}) {
    std::atomic<int> requests = 0;
    RawServer server([&](Connection& connection) {
      connection.read_request();
      ++requests;
      connection.respond("{}");
      // The next request is read, and not answered.
      if (connection.read_request().empty()) return;
      ++requests;
      if (reset) connection.reset();
    });
    const auto transport = http_transport();
    for (int i = 0; i < 6; ++i) {
      const Outcome outcome = call(*transport, post_to(server.url(), std::string(i % 2 == 0 ? 10 : 200'000, 'x')));
      EXPECT_EQ(outcome.failed, std::nullopt) << outcome.message;
      EXPECT_EQ(outcome.body, "{}");
    }
    EXPECT_EQ(requests, 11) << "each that failed was sent once more, on a new connection";
    EXPECT_EQ(server.connections(), 6);
  }
}

TEST_P(Connections, FreshOnesAreNotTriedTwice) {
  RawServer server([](Connection& connection) { connection.read_request(); });
  EXPECT_EQ(call(server).failed, ErrorCode::transport);
  EXPECT_EQ(server.connections(), 1);
}

TEST_P(Connections, HugeBody) {
  std::atomic<std::size_t> sent = 0;
  RawServer server([&](Connection& connection) {
    connection.read_request();
    connection.write("HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n");
    const std::string block(1 << 16, 'x');
    while (sent < 1U << 30 && connection.write(block)) sent += block.size();
  });
  TransportOptions options;
  options.max_response_bytes = 1 << 20;
  options.max_stream_bytes = 1 << 20;
  const Outcome outcome = call(*http_transport(options), post_to(server.url()));
  EXPECT_EQ(outcome.failed, ErrorCode::response_too_large);
  EXPECT_TRUE(outcome.says("1048576")) << outcome.message;
  EXPECT_TRUE(outcome.says(GetParam() == Way::send ? "max_response_bytes" : "max_stream_bytes")) << outcome.message;
  EXPECT_LE(outcome.body.size(), 1U << 20);
  EXPECT_LT(sent, 1U << 28) << "the connection is closed";
}

TEST_P(Connections, HugeHeaders) {
  for (const std::size_t line : {1'000U, 10'000'000U}) {
    RawServer server([&](Connection& connection) {
      connection.read_request();
      connection.write("HTTP/1.1 200 OK\r\n");
      const std::string header = "X-Filler: " + std::string(line, 'x') + "\r\n";
      for (std::size_t written = 0; written < 10'000'000; written += line)
        if (!connection.write(header)) return;
      connection.write("Content-Length: 0\r\n\r\n");
    });
    const Outcome outcome = call(server);
    if (line == 1'000U) {
      EXPECT_EQ(outcome.failed, ErrorCode::response_too_large) << outcome.message;
      EXPECT_TRUE(outcome.says("max_header_bytes")) << outcome.message;
    } else {
      // libcurl gives up one long line itself.
      EXPECT_TRUE(outcome.failed.has_value());
    }
    EXPECT_TRUE(outcome.says("127.0.0.1")) << outcome.message;
  }
}

TEST_P(Connections, WhatUnpacksToTooMuch) {
  const std::string bomb = support::gzip(std::string(20 << 20, ' '));
  RawServer server([&](Connection& connection) {
    connection.read_request();
    connection.respond(bomb, "200 OK", "Content-Encoding: gzip\r\n");
    connection.wait_for_close();
  });
  TransportOptions options;
  options.max_response_bytes = 1 << 20;
  options.max_stream_bytes = 1 << 20;
  EXPECT_EQ(call(*http_transport(options), post_to(server.url())).failed, ErrorCode::response_too_large);
}

TEST_P(Connections, WhatDoesNotUnpack) {
  RawServer server([&](Connection& connection) {
    connection.read_request();
    connection.respond("this is not gzip", "200 OK", "Content-Encoding: gzip\r\n");
    connection.wait_for_close();
  });
  EXPECT_EQ(call(server).failed, ErrorCode::transport);
}

TEST_P(Connections, KeysWithLineBreaks) {
  RawServer server([](Connection& connection) {
    connection.read_request();
    connection.respond("{}");
  });
  using namespace std::string_literals;
  for (const std::string& key : {"sk-123456\n"s, "sk-123456\r\nX-Evil: 1"s, "sk-123456\0x"s}) {
    HttpRequest request = post_to(server.url());
    request.headers.at(1).value = "Bearer " + key;
    const Outcome outcome = call(*http_transport(), request);
    EXPECT_EQ(outcome.failed, ErrorCode::invalid_configuration);
    EXPECT_TRUE(outcome.says("Authorization")) << outcome.message;
  }
  EXPECT_EQ(server.connections(), 0);
}

TEST_P(Connections, ManyThreads) {
  std::atomic<unsigned> count = 0;
  RawServer server([&](Connection& connection) {
    // Connections are closed after one, two or three requests, and nobody is told.
    for (unsigned left = 1 + ++count % 3; left != 0 && !connection.read_request().empty(); --left)
      connection.respond("{\"n\":1}");
  });
  const auto transport = http_transport();
  std::atomic<int> right = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 50; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 10; ++i) {
        const Outcome outcome = outcome_of(*transport, post_to(server.url()), GetParam());
        EXPECT_EQ(outcome.failed, std::nullopt) << outcome.message;
        if (outcome.body == "{\"n\":1}") ++right;
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(right, 500);
}

}  // namespace
}  // namespace instructor
