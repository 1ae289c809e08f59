// A transport of the program's own, as examples/socket_transport.hpp has it, under every kind of call.

#include <gtest/gtest.h>

#include <string>
#include <thread>

#include "../examples/socket_transport.hpp"
#include "instructor/async.hpp"
#include "instructor/instructor.hpp"
#include "instructor/testing.hpp"
#include "support/raw_server.hpp"

namespace instructor {
namespace {

using support::Connection;
using support::RawServer;

struct User {
  std::string name;
  int age = 0;
};

std::string body_of(const std::string& request) { return request.substr(request.find("\r\n\r\n") + 4); }

/// A scripted model behind a socket.
class Model {
 public:
  explicit Model(testing::ScriptedReply reply, bool chunked)
      : server_([reply = std::move(reply), chunked](Connection& connection) {
          const std::string request = connection.read_request();
          if (request.empty()) return;
          const auto [head, body] = reply.render(body_of(request));
          std::string text = "HTTP/1.1 " + std::to_string(head.status) + " X\r\n";
          for (const HttpHeader& header : head.headers) text += header.name + ": " + header.value + "\r\n";
          if (!chunked) {
            connection.write(text + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
            return;
          }
          text += "Transfer-Encoding: chunked\r\n\r\n";
          for (std::size_t at = 0; at < body.size(); at += 7) {
            const std::string piece = body.substr(at, 7);
            text += std::to_string(piece.size()) + "\r\n" + piece + "\r\n";
          }
          connection.write(text + "0\r\n\r\n");
        }) {}

  Client client(ClientOptions options = {}) const {
    return from_provider("openai/m",
                         options.base_url(server_.url()).api_key("k").transport(std::make_shared<SocketTransport>()));
  }

 private:
  RawServer server_;
};

constexpr const char* right = R"({"name":"Jason","age":25})";

TEST(OwnTransport, DoesForEveryKindOfCall) {
  for (const bool chunked : {false, true}) {
    const Model model(right, chunked);
    EXPECT_EQ(model.client().create<User>("x").age, 25);
    EXPECT_EQ(model.client().create_partial<User>("x").result().name, "Jason");
    EXPECT_EQ(model.client().create_async<User>("x").get().age, 25);
    EXPECT_EQ(model.client().create_partial_async<User>("x").result().get().age, 25);
  }
}

TEST(OwnTransport, HasItsErrorsTreatedLikeOthers) {
  const Model model(testing::ScriptedReply::error(401, "No such key"), false);
  EXPECT_EQ(model.client().try_create<User>("x").error().code(), ErrorCode::authentication);

  RawServer broken([](Connection& connection) {
    (void)connection.read_request();
    connection.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{");
  });
  const Client client = from_provider("openai/m", ClientOptions()
                                                      .base_url(broken.url())
                                                      .api_key("k")
                                                      .transport(std::make_shared<SocketTransport>())
                                                      .transport_retry(TransportRetry().max_retries(1).base_delay({})));
  const auto user = client.try_create<User>("x");
  ASSERT_FALSE(user);
  EXPECT_EQ(user.error().code(), ErrorCode::transport);
  EXPECT_EQ(broken.connections(), 2);
}

TEST(OwnTransport, IsCancelled) {
  std::atomic<bool> asked = false;
  RawServer silent([&](Connection& connection) {
    (void)connection.read_request();
    asked = true;
    connection.wait_for_close();
  });
  const Client client = from_provider(
      "openai/m", ClientOptions().base_url(silent.url()).api_key("k").transport(std::make_shared<SocketTransport>()));
  Task<User> task = client.create_async<User>("x");
  task.start();
  while (!asked) std::this_thread::yield();
  task.cancel();
  try {
    (void)task.get();
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::cancelled);
  }
}

}  // namespace
}  // namespace instructor
