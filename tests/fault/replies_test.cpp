// Replies that are none, or that do not end, through clients that wait and clients that do not: what the user sees.

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "instructor/async.hpp"
#include "instructor/instructor.hpp"
#include "instructor/testing.hpp"
#include "instructor/testing_faults.hpp"
#include "support/raw_server.hpp"

namespace instructor {
namespace {

using support::Connection;
using support::RawServer;

struct User {
  std::string name;
  int age = 0;
};

constexpr const char* right = R"({"name":"Jason","age":25})";

ClientOptions once(const RawServer& server) {
  return ClientOptions()
      .base_url(server.url())
      .api_key("sk-test-123456")
      .transport_retry(TransportRetry().max_retries(0))
      .circuit_breaker(CircuitBreaker().failures(0));
}

enum class Way { waits, streams, waits_not, streams_not };
constexpr Way all_ways[] = {Way::waits, Way::streams, Way::waits_not, Way::streams_not};

std::expected<User, Error> ask(const Client& client, Way way) {
  const Request request = Request("Jason is 25").max_retries(0);
  try {
    switch (way) {
      case Way::waits: return client.create<User>(request);
      case Way::streams: return client.create_partial<User>(request).result();
      case Way::waits_not: return client.create_async<User>(request).get();
      case Way::streams_not: return client.create_partial_async<User>(request).result().get();
    }
  } catch (const Error& error) {
    EXPECT_EQ(std::string(error.what()).find("sk-test-123456"), std::string::npos);
    return std::unexpected(error);
  }
  return User();
}

/// The error that a server's response comes to, in every way.
void expect_error(const std::function<void(Connection&)>& respond, ErrorCode code, const std::string& words,
                  const TransportOptions& http = {}) {
  RawServer server([&](Connection& connection) {
    if (!connection.read_request().empty()) respond(connection);
  });
  const Client client = from_provider("openai/m", once(server).http(http));
  for (const Way way : all_ways) {
    const auto user = ask(client, way);
    ASSERT_FALSE(user) << static_cast<int>(way);
    EXPECT_EQ(user.error().code(), code) << static_cast<int>(way) << user.error().what();
    EXPECT_NE(std::string(user.error().what()).find(words), std::string::npos) << user.error().what();
  }
}

TEST(Replies, ThatAreHtmlAreNone) {
  const std::string page = "<!DOCTYPE html><html><head><title>Welcome to nginx!</title></head></html>";
  expect_error(
      [&](Connection& connection) {
        connection.write("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: " +
                         std::to_string(page.size()) + "\r\n\r\n" + page);
      },
      ErrorCode::bad_response, "Welcome to nginx!");
  expect_error([&](Connection& connection) { connection.respond(page, "502 Bad Gateway"); }, ErrorCode::server_error,
               "502");
}

TEST(Replies, ThatAreNoUtf8AreNone) {
  expect_error(
      [](Connection& connection) { connection.respond("{\"choices\":[{\"message\":{\"content\":\"\xff\xfe\"}}]}"); },
      ErrorCode::bad_response, "UTF-8");
}

TEST(Replies, WithAnEventOf100MegabytesAreGivenUp) {
  const std::string piece(1 << 20, 'a');
  RawServer server([&](Connection& connection) {
    if (connection.read_request().empty()) return;
    connection.write("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: ");
    for (int i = 0; i < 100 && connection.write(piece); ++i) {
    }
  });
  const Client client = from_provider("openai/m", once(server));
  for (const Way way : {Way::streams, Way::streams_not}) {
    const auto user = ask(client, way);
    ASSERT_FALSE(user);
    EXPECT_EQ(user.error().code(), ErrorCode::response_too_large) << user.error().what();
  }
}

TEST(Replies, ThatDoNotEndAreGivenUp) {
  TransportOptions http;
  http.max_stream_bytes = 1 << 20;
  RawServer server([&](Connection& connection) {
    if (connection.read_request().empty()) return;
    connection.write("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n");
    while (connection.write(": still there\n\ndata: {\"choices\":[]}\n\n")) {
    }
  });
  const Client client = from_provider("openai/m", once(server).http(http));
  for (const Way way : {Way::streams, Way::streams_not}) {
    const auto user = ask(client, way);
    ASSERT_FALSE(user);
    EXPECT_EQ(user.error().code(), ErrorCode::response_too_large) << user.error().what();
  }
}

TEST(Replies, WhoseEventsComeTwiceOrInDisorderAreCheckedLikeOthers) {
  for (const testing::Fault::Kind kind : {testing::Fault::Kind::duplicate, testing::Fault::Kind::reorder}) {
    const auto script = std::make_shared<testing::ScriptedTransport>(
        std::vector<testing::ScriptedReply>{testing::ScriptedReply(right).piece(3), right});
    const auto network = std::make_shared<testing::FaultyTransport>(script);
    network->plan({testing::Fault(kind)});
    auto stream = testing::scripted({}).over(network).create_partial<User>("Jason is 25");
    const User user = stream.result();  // asked again, if what came made no sense
    EXPECT_EQ(user.name, "Jason");
    EXPECT_EQ(user.age, 25);
  }
}

TEST(Replies, OfAServerThatClosesConnectionsAtRandomAreAllThere) {
  std::atomic<int> number = 0;
  RawServer server([&](Connection& connection) {
    while (true) {
      const std::string request = connection.read_request();
      if (request.empty()) return;
      const auto [head, body] = testing::ScriptedReply(right).render(request.substr(request.find("\r\n\r\n") + 4));
      connection.respond(body);
      if (++number % 3 == 0) return;  // without having said so
    }
  });
  const Client client = from_provider("openai/m", ClientOptions().base_url(server.url()).api_key("k"));
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(client.create<User>("Jason is 25").age, 25);
    EXPECT_EQ(client.create_async<User>("Jason is 25").get().age, 25);
  }
}

TEST(Clients, AreSharedByFiftyThreads) {
  RawServer server([&](Connection& connection) {
    for (std::string request = connection.read_request(); !request.empty(); request = connection.read_request()) {
      const auto [head, body] = testing::ScriptedReply(right).render(request.substr(request.find("\r\n\r\n") + 4));
      std::string headers;
      for (const HttpHeader& header : head.headers) headers += header.name + ": " + header.value + "\r\n";
      connection.write("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + headers + "\r\n" +
                       body);
    }
  });
  const Client client = from_provider("openai/m", ClientOptions().base_url(server.url()).api_key("k"));
  std::atomic<int> valid = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 50; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 4; ++i)
        if (const auto user = ask(client, all_ways[(t + i) % 4]); user && user->age == 25) ++valid;
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(valid, 200);
}

TEST(Keys, WithALineBreakAreRefusedAndNotRepeated) {
  try {
    (void)from_provider("openai/m", ClientOptions().api_key("sk-test-123456\r\nX-Evil: 1"));
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::invalid_configuration);
    EXPECT_EQ(std::string(error.what()).find("sk-test"), std::string::npos);
  }
}

}  // namespace
}  // namespace instructor
