#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "instructor/error.hpp"
#include "instructor/transport.hpp"
#include "support/gzip.hpp"
#include "support/raw_server.hpp"
#include "support/tls_server.hpp"

namespace instructor {
namespace {

using support::Connection;
using support::RawServer;

class Collector final : public HttpSink {
 public:
  void head(HttpHead head) override { this->received = std::move(head); }
  bool body(std::string_view chunk) override {
    text += chunk;
    return text.size() < enough;
  }
  HttpHead received;
  std::string text;
  std::size_t enough = static_cast<std::size_t>(-1);
};

HttpRequest post(const std::string& url, std::string body = "{}") {
  HttpRequest request;
  request.url = url;
  request.headers = {{"Content-Type", "application/json"}, {"Authorization", "Bearer sk-123456"}};
  request.body = std::move(body);
  request.timeout = Duration::of_seconds(20);
  return request;
}

struct Failed {
  ErrorCode code;
  std::string message;
};

Failed failure(Transport& transport, const HttpRequest& request) {
  Collector sink;
  try {
    transport.send(request, sink);
  } catch (const Error& error) {
    EXPECT_EQ(std::string(error.what()).find("sk-123456"), std::string::npos);
    return {error.code(), error.message()};
  }
  ADD_FAILURE() << "expected an Error, got " << sink.received.status << " " << sink.text.substr(0, 100);
  return {ErrorCode::cancelled, {}};
}

void serve_forever(Connection& connection, std::string_view body) {
  while (!connection.read_request().empty() && connection.respond(body)) {
  }
}

TEST(CurlTransport, SendsAndReceives) {
  std::string seen;
  RawServer server([&](Connection& connection) {
    seen = connection.read_request();
    connection.respond(R"({"ok":true})", "201 Created", "X-Request-Id: r1\r\n");
  });
  const auto transport = http_transport();
  Collector sink;
  transport->send(post(server.url(), R"({"a":1})"), sink);
  EXPECT_EQ(sink.received.status, 201);
  EXPECT_EQ(sink.received.header("x-request-id"), "r1");
  EXPECT_EQ(sink.text, R"({"ok":true})");
  EXPECT_TRUE(seen.starts_with("POST /v1 HTTP/1.1\r\n")) << seen;
  EXPECT_NE(seen.find("Authorization: Bearer sk-123456\r\n"), std::string::npos);
  EXPECT_TRUE(seen.ends_with("\r\n\r\n{\"a\":1}"));
  EXPECT_EQ(seen.find("Expect:"), std::string::npos);
}

TEST(CurlTransport, SendsEachRequestToItsUrl) {
  std::mutex mutex;
  std::vector<std::string> lines;
  RawServer server([&](Connection& connection) {
    for (std::string seen = connection.read_request(); !seen.empty(); seen = connection.read_request()) {
      {
        const std::lock_guard lock(mutex);
        lines.push_back(seen.substr(0, seen.find(" HTTP/")));
      }
      if (!connection.respond("{}")) return;
    }
  });
  const auto transport = http_transport();
  const std::string base = server.url("");
  for (const char* const path : {"/v1/chat", "/v2/a%20b?api-version=2024-10-21", "/v1/chat", ""}) {
    Collector sink;
    transport->send(post(base + path), sink);
    EXPECT_EQ(sink.text, "{}");
  }
  EXPECT_EQ(failure(*transport, post("http://bad host/v1")).code, ErrorCode::invalid_configuration);
  Collector sink;
  transport->send(post(base + "/v1/chat"), sink);
  const std::lock_guard lock(mutex);
  EXPECT_EQ(lines, (std::vector<std::string>{"POST /v1/chat", "POST /v2/a%20b?api-version=2024-10-21", "POST /v1/chat",
                                             "POST /", "POST /v1/chat"}));
}

TEST(CurlTransport, SaysOnceWhatItCanUnpack) {
  std::mutex mutex;
  std::string last;
  RawServer server([&](Connection& connection) {
    for (std::string seen = connection.read_request(); !seen.empty(); seen = connection.read_request()) {
      {
        const std::lock_guard lock(mutex);
        last = seen;
      }
      if (!connection.respond("{}")) return;
    }
  });
  const auto transport = http_transport();
  const auto accepted = [&](const HttpRequest& request) {
    Collector sink;
    transport->send(request, sink);
    const std::lock_guard lock(mutex);
    const std::string seen = last;
    std::vector<std::string> lines;
    for (std::size_t at = 0; at < seen.size();) {
      const std::size_t end = std::min(seen.find("\r\n", at), seen.size());
      std::string line = seen.substr(at, end - at);
      for (char& c : line)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
      if (line.starts_with("accept-encoding:")) lines.push_back(line);
      at = end + 2;
    }
    return lines;
  };
  HttpRequest request = post(server.url());
  const std::vector<std::string> said = accepted(request);
  ASSERT_EQ(said.size(), 1U);
  EXPECT_NE(said[0].find("gzip"), std::string::npos) << said[0];
  request.headers.push_back({"accept-Encoding", "identity"});
  EXPECT_EQ(accepted(request), std::vector<std::string>{"accept-encoding: identity"});
}

TEST(CurlTransport, ReusesConnections) {
  RawServer server([](Connection& connection) { serve_forever(connection, "{}"); });
  const auto transport = http_transport();
  for (int i = 0; i < 20; ++i) {
    Collector sink;
    transport->send(post(server.url()), sink);
    EXPECT_EQ(sink.text, "{}");
  }
  EXPECT_EQ(server.connections(), 1);
}

TEST(CurlTransport, ServesManyThreads) {
  RawServer server([](Connection& connection) { serve_forever(connection, R"({"n":1})"); });
  const auto transport = http_transport();
  std::atomic<int> right = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 20; ++i) {
        Collector sink;
        transport->send(post(server.url()), sink);
        if (sink.text == R"({"n":1})") ++right;
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(right, 160);
  EXPECT_LE(server.connections(), 8);
}

TEST(CurlTransport, GivesAnyStatusAndEmptyBodies) {
  RawServer server([](Connection& connection) {
    connection.read_request();
    connection.respond("", "503 Service Unavailable");
    connection.wait_for_close();
  });
  Collector sink;
  http_transport()->send(post(server.url()), sink);
  EXPECT_EQ(sink.received.status, 503);
  EXPECT_EQ(sink.text, "");
}

TEST(CurlTransport, DoesNotFollowRedirects) {
  RawServer other([](Connection& connection) { serve_forever(connection, "stolen"); });
  RawServer server([&](Connection& connection) {
    connection.read_request();
    connection.respond("", "307 Temporary Redirect", "Location: " + other.url() + "\r\n");
    connection.wait_for_close();
  });
  Collector sink;
  http_transport()->send(post(server.url()), sink);
  EXPECT_EQ(sink.received.status, 307);
  EXPECT_EQ(other.connections(), 0);
}

TEST(CurlTransport, RetriesOnceWhenAnIdleConnectionIsGone) {
  RawServer server([](Connection& connection) {
    connection.read_request();
    connection.respond("{}");  // and closes, without having said so
  });
  const auto transport = http_transport();
  for (int i = 0; i < 5; ++i) {
    Collector sink;
    transport->send(post(server.url()), sink);
    EXPECT_EQ(sink.text, "{}");
  }
  EXPECT_EQ(server.connections(), 5);
}

// ---- faults ------------------------------------------------------------------------------------------------------

TEST(CurlTransport, SaysWhereNothingListens) {
  int port = 0;
  {
    RawServer server([](Connection&) {});
    port = server.port();
  }
  const Failed failed = failure(*http_transport(), post("http://127.0.0.1:" + std::to_string(port) + "/v1"));
  EXPECT_EQ(failed.code, ErrorCode::transport);
  EXPECT_NE(failed.message.find("127.0.0.1:" + std::to_string(port)), std::string::npos) << failed.message;
}

TEST(CurlTransport, SaysWhichHostIsNotFound) {
  const Failed failed = failure(*http_transport(), post("http://no-such-host.invalid/v1"));
  EXPECT_EQ(failed.code, ErrorCode::transport);
  EXPECT_NE(failed.message.find("no-such-host.invalid"), std::string::npos);
}

TEST(CurlTransport, SurvivesConnectionsThatBreak) {
  const std::vector<std::pair<const char*, std::string>> cases{
      {"before the headers", ""},
      {"inside the headers", "HTTP/1.1 200 OK\r\nContent-Ty"},
      {"inside the body", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"a\":"},
      {"inside a chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\n{\"a\":"},
      {"at a broken chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n{\"a\":1}\r\n"},
  };
  for (const bool reset : {false, true}) {
    for (const auto& [where, text] : cases) {
      RawServer server([&](Connection& connection) {
        connection.read_request();
        connection.write(text);
        if (reset) connection.reset();
      });
      const Failed failed = failure(*http_transport(), post(server.url()));
      EXPECT_EQ(failed.code, ErrorCode::transport) << where << failed.message;
    }
  }
}

TEST(CurlTransport, TimesOut) {
  RawServer server([](Connection& connection) {
    connection.read_request();
    connection.wait_for_close();
  });
  HttpRequest request = post(server.url());
  request.timeout = Duration::of_milliseconds(50);
  EXPECT_EQ(failure(*http_transport(), request).code, ErrorCode::timeout);
}

TEST(CurlTransport, BoundsTheBody) {
  std::atomic<bool> client_left = false;
  RawServer server([&](Connection& connection) {
    connection.read_request();
    connection.write("HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\n");
    const std::string block(1 << 16, 'x');
    while (connection.write(block)) {
    }
    client_left = true;
  });
  TransportOptions options;
  options.max_response_bytes = 1 << 20;
  const Failed failed = failure(*http_transport(options), post(server.url()));
  EXPECT_EQ(failed.code, ErrorCode::response_too_large);
  EXPECT_NE(failed.message.find("1048576"), std::string::npos);
}

TEST(CurlTransport, BoundsWhatIsUnpacked) {
  const std::string small = support::gzip(R"({"ok":true})");
  const std::string bomb = support::gzip(std::string(20 << 20, ' '));
  RawServer server([&](Connection& connection) {
    while (true) {
      const std::string request = connection.read_request();
      if (request.empty()) return;
      connection.respond(request.starts_with("POST /bomb") ? bomb : small, "200 OK", "Content-Encoding: gzip\r\n");
    }
  });
  TransportOptions options;
  options.max_response_bytes = 1 << 20;
  const auto transport = http_transport(options);
  Collector sink;
  transport->send(post(server.url("/small")), sink);
  EXPECT_EQ(sink.text, R"({"ok":true})");
  EXPECT_EQ(failure(*transport, post(server.url("/bomb"))).code, ErrorCode::response_too_large);
}

TEST(CurlTransport, BoundsTheHeaders) {
  RawServer server([](Connection& connection) {
    connection.read_request();
    connection.write("HTTP/1.1 200 OK\r\n");
    const std::string header = "X-Filler: " + std::string(1000, 'x') + "\r\n";
    for (int i = 0; i < 10'000; ++i)
      if (!connection.write(header)) return;
  });
  const Failed failed = failure(*http_transport(), post(server.url()));
  EXPECT_TRUE(failed.code == ErrorCode::response_too_large || failed.code == ErrorCode::transport) << failed.message;
}

TEST(CurlTransport, StopsWhenTheSinkHasEnough) {
  std::mutex mutex;
  std::condition_variable changed;
  bool closed = false;
  RawServer server([&](Connection& connection) {
    connection.read_request();
    connection.write("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\nfirst part");
    connection.wait_for_close();
    const std::lock_guard lock(mutex);
    closed = true;
    changed.notify_all();
  });
  Collector sink;
  sink.enough = 5;
  http_transport()->send(post(server.url()), sink);
  EXPECT_EQ(sink.text, "first part");
  std::unique_lock lock(mutex);
  changed.wait(lock, [&] { return closed; });
}

TEST(CurlTransport, PassesOnWhatASinkThrows) {
  class Throwing final : public HttpSink {
   public:
    void head(HttpHead) override {}
    bool body(std::string_view) override { throw std::logic_error("from the sink"); }
  };
  RawServer server([](Connection& connection) { serve_forever(connection, "{}"); });
  Throwing sink;
  EXPECT_THROW(http_transport()->send(post(server.url()), sink), std::logic_error);
}

// ---- TLS, with nginx ---------------------------------------------------------------------------------------------

TEST(CurlTransport, ChecksCertificates) {
  const support::TlsServer server(R"({"ok":true})");
  const Failed unknown = failure(*http_transport(), post(server.url("localhost")));
  EXPECT_EQ(unknown.code, ErrorCode::tls);
  EXPECT_NE(unknown.message.find("ca_file"), std::string::npos) << unknown.message;

  TransportOptions options;
  options.ca_file = server.ca_file();
  const auto transport = http_transport(options);
  Collector sink;
  transport->send(post(server.url("localhost")), sink);
  EXPECT_EQ(sink.text, R"({"ok":true})");
  // The certificate is for localhost.
  EXPECT_EQ(failure(*transport, post(server.url("127.0.0.1"))).code, ErrorCode::tls);
}

TEST(CurlTransport, DoesNotTakePlainHttpForTls) {
  RawServer server([](Connection& connection) { connection.write("HTTP/1.1 400 Bad Request\r\n\r\n"); });
  EXPECT_EQ(failure(*http_transport(), post("https://127.0.0.1:" + std::to_string(server.port()))).code,
            ErrorCode::tls);
}

}  // namespace
}  // namespace instructor
