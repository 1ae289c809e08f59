// Streams over real sockets: what arrives is shown before the rest is sent, and what is not wanted is not waited for.

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <semaphore>
#include <string>
#include <string_view>

#include "instructor/instructor.hpp"
#include "support/raw_server.hpp"

namespace instructor {
namespace {

using support::Connection;
using support::RawServer;

struct User {
  std::string name;
  int age;

  static constexpr auto describe() { return model<User>("", field<&User::age>(ge(0))); }
};

constexpr std::string_view stream_head =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";

bool chunk(Connection& connection, const std::string& text) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string size;
  for (std::size_t rest = text.size(); rest != 0; rest /= 16) size.insert(size.begin(), digits[rest % 16]);
  return connection.write(size + "\r\n" + text + "\r\n");
}

std::string content(std::string_view text) {
  return "data: {\"id\":\"a\",\"choices\":[{\"index\":0,\"delta\":{\"content\":" + encode(std::string(text)) +
         "}}]}\n\n";
}

const std::string last =
    "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
    "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":2,\"total_tokens\":3}}\n\n"
    "data: [DONE]\n\n";

Client client_of(const RawServer& server, ClientOptions options = {}) {
  return from_provider("openai/x", options.base_url(server.url())
                                       .api_key("secret-key-1")
                                       .mode(Mode::json_schema)
                                       .transport_retry(TransportRetry().max_retries(0)));
}

TEST(CurlStream, ShowsWhatArrivesBeforeTheRestIsSent) {
  std::binary_semaphore seen(0);
  RawServer server([&](Connection& connection) {
    while (!connection.read_request().empty()) {
      connection.write(stream_head);
      chunk(connection, content("{\"name\":\"Jo"));
      seen.acquire();
      chunk(connection, content("seph\",\"age\":5}") + last);
      connection.write("0\r\n\r\n");
    }
  });
  const Client client = client_of(server);
  for (int i = 0; i < 3; ++i) {
    auto stream = client.create_partial<User>("x");
    const Partial<User>* partial = stream.next();
    ASSERT_NE(partial, nullptr);
    EXPECT_EQ((*partial)->name, "Jo");
    seen.release();
    EXPECT_EQ(stream.result().name, "Joseph");
    EXPECT_EQ(stream.completion().usage.total_tokens, 3);
  }
  EXPECT_EQ(server.connections(), 1) << "whole streams leave the connection for the next";
}

TEST(CurlStream, ClosesTheConnectionWhenAFieldIsWrong) {
  std::atomic<int> requests = 0;
  std::binary_semaphore closed(0);
  RawServer server([&](Connection& connection) {
    while (!connection.read_request().empty()) {
      connection.write(stream_head);
      if (++requests == 1) {
        chunk(connection, content("{\"age\":-5,"));
        connection.wait_for_close();  // the rest is never sent
        closed.release();
        return;
      }
      chunk(connection, content("{\"age\":5,\"name\":\"Jo\"}") + last);
      connection.write("0\r\n\r\n");
    }
  });
  const Client client = client_of(server);
  auto stream = client.create_partial<User>("x");
  bool restarted = false;
  while (stream.next() != nullptr) restarted = restarted || stream.restarted();
  EXPECT_TRUE(restarted);
  closed.acquire();
  EXPECT_EQ(stream.result().age, 5);
  requests = 0;
  EXPECT_EQ(client.create<User>(Request("x").fail_fast(true)).age, 5);
  closed.acquire();
}

TEST(CurlStream, ClosesTheConnectionWhenItIsNoLongerWanted) {
  std::binary_semaphore closed(0);
  RawServer server([&](Connection& connection) {
    connection.read_request();
    connection.write(stream_head);
    chunk(connection, content("{\"name\":\"Jo"));
    connection.wait_for_close();
    closed.release();
  });
  {
    const Client client = client_of(server);
    auto stream = client.create_partial<User>("x");
    EXPECT_NE(stream.next(), nullptr);
  }
  closed.acquire();
}

TEST(CurlStream, CarriesWhatArrivedWhenTheConnectionBreaks) {
  RawServer server([&](Connection& connection) {
    connection.read_request();
    connection.write(stream_head);
    chunk(connection, content("{\"name\":\"Joseph\",\"a"));
  });
  auto stream = client_of(server).create_partial<User>("x");
  try {
    stream.result();
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::transport);
    ASSERT_NE(error.partial<User>(), nullptr);
    EXPECT_EQ(error.partial<User>()->name, "Joseph");
    EXPECT_EQ(error.attempts().size(), 1U);
  }
}

TEST(CurlStream, ReadsErrorsAndWholeReplies) {
  std::atomic<int> requests = 0;
  RawServer server([&](Connection& connection) {
    while (!connection.read_request().empty()) {
      if (++requests == 1)
        connection.respond(R"({"error":{"message":"slow down, secret-key-1"}})", "429 Too Many Requests",
                           "Retry-After: 7\r\n");
      else
        connection.respond(
            R"({"choices":[{"message":{"content":"{\"name\":\"Jo\",\"age\":1}"},"finish_reason":"stop"}],"usage":{"total_tokens":9}})");
    }
  });
  const Client client = client_of(server);
  try {
    client.create_partial<User>("x").result();
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::rate_limited);
    EXPECT_EQ(error.retry_after(), Duration::of_seconds(7));
    EXPECT_EQ(std::string(error.what()).find("secret-key-1"), std::string::npos);
  }
  auto whole = client.create_partial<User>("x");
  EXPECT_EQ(whole.result().name, "Jo");
  EXPECT_EQ(whole.completion().usage.total_tokens, 9);
}

TEST(CurlStream, BoundsTheResponse) {
  RawServer server([&](Connection& connection) {
    connection.read_request();
    connection.write(stream_head);
    while (chunk(connection, content("") + ": " + std::string(10000, 'x') + "\n\n")) {
    }
  });
  TransportOptions small;
  small.max_stream_bytes = 100'000;
  auto stream = client_of(server, ClientOptions().http(small)).create_partial<User>("x");
  try {
    stream.result();
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::response_too_large);
  }
}

}  // namespace
}  // namespace instructor
