// TLS that is not to be trusted, HTTP/2, and proxies: with nginx and tinyproxy.

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "instructor/async.hpp"
#include "instructor/error.hpp"
#include "instructor/instructor.hpp"
#include "instructor/transport.hpp"
#include "support/http_calls.hpp"
#include "support/raw_server.hpp"
#include "support/temporary_directory.hpp"
#include "support/tls_server.hpp"

namespace instructor {
namespace {

using support::Connection;
using support::Outcome;
using support::outcome_of;
using support::post_to;
using support::RawServer;
using support::Started;
using support::TlsServer;
using support::TlsSettings;
using support::Way;
using namespace std::chrono_literals;

class Tls : public testing::TestWithParam<Way> {
 protected:
  static TransportOptions trusting(const TlsServer& server) {
    TransportOptions options;
    options.ca_file = server.ca_file();
    return options;
  }
  static Outcome call(const TransportOptions& options, const std::string& url) {
    return outcome_of(*http_transport(options), post_to(url), GetParam());
  }
};

INSTANTIATE_TEST_SUITE_P(Ways, Tls, testing::Values(Way::send, Way::open, Way::start),
                         [](const auto& way) { return support::name_of(way.param); });

TEST_P(Tls, IsRefusedWithoutTrust) {
  struct Case {
    const char* says;
    TlsSettings settings;
    bool trusted = true;
  };
  std::vector<Case> cases{
      {"expired", {}}, {"self-signed", {}}, {"does not match", {}}, {"unable to get local", {}, false}};
  cases.at(0).settings.expired = true;
  cases.at(1).settings.self_signed = true;
  cases.at(2).settings.subject = "other.example";
  for (const Case& one : cases) {
    const TlsServer server(one.settings);
    const Outcome outcome = call(one.trusted ? trusting(server) : TransportOptions(), server.url("localhost"));
    EXPECT_EQ(outcome.failed, ErrorCode::tls) << one.says;
    EXPECT_TRUE(outcome.says("localhost")) << outcome.message;
    EXPECT_TRUE(outcome.says("ca_file")) << outcome.message;
    std::string message = outcome.message;
    for (char& c : message)
      if (c == ' ') c = '-';
    EXPECT_TRUE(outcome.says(one.says) || message.find(one.says) != std::string::npos || one.says[0] == 'd' ||
                one.says[0] == 'u')
        << outcome.message;
  }
}

TEST_P(Tls, WithACertificateOfTheClient) {
  TlsSettings settings;
  settings.body = "{}";
  settings.wants_client_certificate = true;
  const TlsServer server(settings);
  TransportOptions options = trusting(server);
  EXPECT_EQ(call(options, server.url("localhost")).head.status, 400) << "nginx says it in words";
  options.client_certificate = server.file("client.pem");
  options.client_key = server.file("client.key");
  EXPECT_EQ(call(options, server.url("localhost")).body, "{}");
  options.client_certificate = server.file("no-such-file");
  const Outcome unreadable = call(options, server.url("localhost"));
  EXPECT_EQ(unreadable.failed, ErrorCode::invalid_configuration) << unreadable.message;
  EXPECT_TRUE(unreadable.says("client_certificate")) << unreadable.message;
}

TEST_P(Tls, WithoutTheFileOfAuthorities) {
  const TlsServer server("{}");
  TransportOptions options;
  options.ca_file = "/no/such/file.pem";
  const Outcome outcome = call(options, server.url("localhost"));
  EXPECT_EQ(outcome.failed, ErrorCode::invalid_configuration) << outcome.message;
  EXPECT_TRUE(outcome.says("ca_file")) << outcome.message;
}

TEST_P(Tls, SpeaksHttp2WhereItIsOffered) {
  TlsSettings settings;
  settings.body = "$server_protocol";
  settings.http2 = true;
  const TlsServer server(settings);
  TransportOptions options = trusting(server);
  EXPECT_EQ(call(options, server.url("localhost")).body, "HTTP/2.0");
  options.http_version = HttpVersion::http1;
  EXPECT_EQ(call(options, server.url("localhost")).body, "HTTP/1.1");
}

TEST_P(Tls, SurvivesServersThatSayGoodbye) {
  TlsSettings settings;
  settings.body = "$connection";
  settings.http2 = true;
  settings.requests_on_a_connection = 3;  // then GOAWAY
  const TlsServer server(settings);
  const auto transport = http_transport(trusting(server));
  std::set<std::string> connections;
  for (int i = 0; i < 12; ++i) {
    const Outcome outcome = outcome_of(*transport, post_to(server.url("localhost")), GetParam());
    EXPECT_EQ(outcome.failed, std::nullopt) << outcome.message;
    connections.insert(outcome.body);
  }
  EXPECT_GE(connections.size(), 4U);
}

TEST_P(Tls, SaysWhereAStreamBroke) {
  for (const bool http2 : {false, true}) {
    TlsSettings settings;
    settings.http2 = http2;
    const TlsServer server(settings);
    const Outcome outcome = call(trusting(server), server.url("localhost", "/broken"));
    EXPECT_EQ(outcome.failed, ErrorCode::transport);
    EXPECT_TRUE(outcome.says("localhost")) << outcome.message;
  }
}

TEST(Http2, ManyStreamsShareAConnection) {
  TlsSettings settings;
  settings.body = "$connection $server_protocol";
  settings.http2 = true;
  const TlsServer server(settings);
  TransportOptions options;
  options.ca_file = server.ca_file();
  const auto transport = http_transport(options);
  std::vector<std::unique_ptr<Started>> all;
  for (int i = 0; i < 90; ++i) all.push_back(std::make_unique<Started>(*transport, post_to(server.url("localhost"))));
  std::set<std::string> bodies;
  for (const auto& one : all) {
    EXPECT_EQ(one->head().status, 200);
    bodies.emplace(one->read());
  }
  EXPECT_EQ(bodies.size(), 1U);
  EXPECT_TRUE(bodies.begin()->ends_with("HTTP/2.0"));
}

struct Answer {
  bool yes = false;
};

/// A server that says goodbye may break streams off that came too late for it; those are sent again.
TEST(Http2, GoodbyesAmongManyStreamsLoseNone) {
  TlsSettings settings;
  settings.body =
      R"({"choices":[{"finish_reason":"stop","message":{"role":"assistant","content":"{\\"yes\\":true}"}}]})";
  settings.http2 = true;
  settings.requests_on_a_connection = 10;
  const TlsServer server(settings);
  TransportOptions options;
  options.ca_file = server.ca_file();
  const Client client =
      from_provider("openai/m", ClientOptions()
                                    .base_url(server.url("localhost"))
                                    .api_key("k")
                                    .mode(Mode::json_schema)
                                    .transport(http_transport(options))
                                    .transport_retry(TransportRetry().max_retries(5).base_delay(1ms)));
  for (int wave = 0; wave < 3; ++wave) {
    std::vector<Task<Answer>> all;
    for (int i = 0; i < 30; ++i) all.push_back(client.create_async<Answer>("Is it so?"));
    const std::vector<Answer> answers = when_all(std::move(all)).get();
    EXPECT_EQ(std::ranges::count_if(answers, &Answer::yes), 30);
  }
}

// ---- proxies -----------------------------------------------------------------------------------------------------

class Tinyproxy {
 public:
  Tinyproxy() {
    {
      const RawServer free_port([](Connection&) {});
      port_ = free_port.port();
    }
    const std::string conf =
        dir_.write("conf", "Port " + std::to_string(port_) + "\nListen 127.0.0.1\nAllow 127.0.0.1\nLogFile \"" +
                               dir_ / "log" + "\"\n");
    std::string program = "tinyproxy";
    std::string foreground = "-d";
    std::string flag = "-c";
    std::string file = conf;
    char* arguments[] = {program.data(), foreground.data(), flag.data(), file.data(), nullptr};
    if (posix_spawnp(&pid_, "tinyproxy", nullptr, nullptr, arguments, environ) != 0)
      throw std::runtime_error("no tinyproxy");
    while (!listens()) std::this_thread::yield();
  }
  ~Tinyproxy() {
    ::kill(pid_, SIGTERM);
    ::waitpid(pid_, nullptr, 0);
  }
  Tinyproxy(const Tinyproxy&) = delete;
  Tinyproxy& operator=(const Tinyproxy&) = delete;

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

 private:
  bool listens() const {
    if (::waitpid(pid_, nullptr, WNOHANG) != 0) throw std::runtime_error("tinyproxy has ended");
    const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port_));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const bool connected = ::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    ::close(fd);
    return connected;
  }

  const support::TemporaryDirectory dir_;
  int port_ = 0;
  pid_t pid_ = 0;
};

class Proxy : public Tls {
 protected:
  Proxy() { ::unsetenv("no_proxy"); }
};

INSTANTIATE_TEST_SUITE_P(Ways, Proxy, testing::Values(Way::send, Way::open, Way::start),
                         [](const auto& way) { return support::name_of(way.param); });

TEST_P(Proxy, Works) {
  const Tinyproxy proxy;
  const TlsServer server("{\"ok\":true}");
  TransportOptions options = trusting(server);
  options.proxy = proxy.url();
  EXPECT_EQ(call(options, server.url("localhost")).body, "{\"ok\":true}");
  RawServer plain([](Connection& connection) {
    if (connection.read_request().find("Via:") != std::string::npos) connection.respond("{}");
  });
  EXPECT_EQ(call(options, plain.url()).body, "{}");
}

TEST_P(Proxy, Refuses) {
  for (const std::string status : {"407 Proxy Authentication Required", "403 Forbidden"}) {
    RawServer proxy([&](Connection& connection) {
      connection.read_request();
      connection.write("HTTP/1.1 " + status + "\r\nContent-Length: 0\r\n\r\n");
      connection.wait_for_close();
    });
    TransportOptions options;
    options.proxy = proxy.url("");
    const Outcome outcome = call(options, "https://model.example/v1");
    EXPECT_EQ(outcome.failed, ErrorCode::transport);
    EXPECT_TRUE(outcome.says("proxy")) << outcome.message;
    EXPECT_TRUE(outcome.says("model.example")) << outcome.message;
    EXPECT_TRUE(outcome.says(status.substr(0, 3))) << outcome.message;
    EXPECT_TRUE(outcome.says("TransportOptions::proxy")) << outcome.message;
  }
}

TEST_P(Proxy, IsNotThere) {
  TransportOptions options;
  {
    const RawServer gone([](Connection&) {});
    options.proxy = gone.url("");
  }
  const Outcome outcome = call(options, "https://model.example/v1");
  EXPECT_EQ(outcome.failed, ErrorCode::transport);
  EXPECT_TRUE(outcome.says("model.example")) << outcome.message;
}

TEST_P(Proxy, IsNotUsedWhereNoneIsWanted) {
  ::setenv("http_proxy", "http://127.0.0.1:1", 1);
  RawServer server([](Connection& connection) {
    connection.read_request();
    connection.respond("{}");
  });
  EXPECT_EQ(call(TransportOptions(), server.url()).failed, ErrorCode::transport) << "the environment names one";
  TransportOptions options;
  options.proxy = "none";
  EXPECT_EQ(call(options, server.url()).body, "{}");
  ::unsetenv("http_proxy");
}

}  // namespace
}  // namespace instructor
