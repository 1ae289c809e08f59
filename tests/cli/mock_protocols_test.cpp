// The practice server in each wire protocol, over HTTP.

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "instructor/codec.hpp"
#include "instructor/error.hpp"
#include "instructor/transport.hpp"
#include "support/program.hpp"
#include "support/wire_cases.hpp"

namespace instructor {
namespace {

using support::Ask;
using support::PracticeServer;
using support::TemporaryDirectory;
using support::Told;
using support::WireCase;

struct Response {
  HttpHead head;
  std::string body;
};

/// Takes what comes, also where the connection closes before the end.
class Taker final : public HttpSink {
 public:
  void head(HttpHead head) override { response.head = std::move(head); }
  bool body(std::string_view chunk) override {
    response.body += chunk;
    return true;
  }

  Response response;
};

class MockProtocols : public ::testing::TestWithParam<WireCase> {
 protected:
  const WireCase& wire() const { return GetParam(); }

  Response send(const PracticeServer& server, HttpRequest request) const {
    request.url = server.url().substr(0, server.url().rfind("/v1")) + request.url;
    request.headers.push_back({"content-type", "application/json"});
    Taker taker;
    try {
      http_transport()->send(request, taker);
    } catch (const Error& failure) {
      broke_ = failure.code() == ErrorCode::transport;
    }
    return taker.response;
  }

  Told ask(const PracticeServer& server, const Ask& ask) const {
    const Response response = send(server, wire().request(ask));
    EXPECT_EQ(response.head.status, 200) << response.body;
    return ask.stream ? wire().stream(response.body) : wire().whole(decode<Json>(response.body).value());
  }

  /// The error that a request gets, and its status.
  std::pair<int, std::string> refused(const PracticeServer& server, const HttpRequest& request) const {
    const Response response = send(server, request);
    return {response.head.status, wire().error(decode<Json>(response.body).value())};
  }

  std::vector<std::string> script(const std::string& text) const {
    return {"--script", dir_.write("script.json", text)};
  }

  TemporaryDirectory dir_;
  mutable bool broke_ = false;  ///< the last response had no end
};

bool is_person(const std::string& text) {
  const auto value = decode<Json>(text);
  return value && value->is_object() && value->contains("name") && value->at("name").is_string() &&
         value->at("name").get<std::string>().size() >= 8;
}

TEST_P(MockProtocols, AnswerWithValuesMadeFromTheSchema) {
  const PracticeServer server(INSTRUCTOR_PROGRAM, {});
  for (const bool stream : {false, true}) {
    const Told call = ask(server, {.stream = stream, .tools = {"Person"}});
    ASSERT_EQ(call.calls.size(), 1u);
    EXPECT_EQ(call.calls[0].first, "Person");
    EXPECT_TRUE(is_person(call.calls[0].second)) << call.calls[0].second;
    const Told content = ask(server, {.stream = stream, .format = true});
    EXPECT_TRUE(is_person(content.text)) << content.text;
    EXPECT_NE(ask(server, {.stream = stream}).text.find("asks for no structure"), std::string::npos);
  }
}

TEST_P(MockProtocols, CallEveryToolWhereTheModelIsFree) {
  const PracticeServer server(INSTRUCTOR_PROGRAM, {});
  for (const bool stream : {false, true}) {
    const Told several = ask(server, {.stream = stream, .tools = {"weather", "time"}, .free = true});
    ASSERT_EQ(several.calls.size(), 2u);
    EXPECT_EQ(several.calls[0].first, "weather");
    EXPECT_EQ(several.calls[1].first, "time");
    EXPECT_TRUE(is_person(several.calls[1].second));
    if (!wire().chooses_tool) continue;
    EXPECT_EQ(ask(server, {.stream = stream, .tools = {"weather", "time"}}).calls.size(), 1u);
  }
}

TEST_P(MockProtocols, FollowTheScript) {
  const PracticeServer server(INSTRUCTOR_PROGRAM, script(R"([
    {"when": "NK-4471", "says": "Found."},
    {"calls": [{"tool": "weather", "arguments": {"city": "Oslo"}}, {"tool": "time"}], "thinks": "Both."},
    {"refuses": "Not this."},
    {"error": 429, "message": "Slow down.", "retry_after": 2},
    {"body": "<html>", "status": 502, "content_type": "text/html"}])"));
  const Told calls = ask(server, {.stream = true, .tools = {"weather"}});
  ASSERT_EQ(calls.calls.size(), 2u);
  EXPECT_EQ(calls.calls[0].second, R"({"city":"Oslo"})");
  EXPECT_EQ(calls.calls[1], (std::pair<std::string, std::string>{"time", "{}"}));
  EXPECT_EQ(calls.reasoning, "Both.");
  EXPECT_EQ(ask(server, {.text = "About NK-4471."}).text, "Found.");
  EXPECT_EQ(ask(server, {.stream = true}).finish, wire().finishes[3]);

  const Response error = send(server, wire().request({.stream = true}));
  EXPECT_EQ(error.head.status, 429);
  EXPECT_EQ(error.head.header("retry-after"), "2");
  EXPECT_EQ(wire().error(decode<Json>(error.body).value()), "Slow down.");
  const Response page = send(server, wire().request({.stream = true}));
  EXPECT_EQ(page.head.status, 502);
  EXPECT_EQ(page.body, "<html>");
  EXPECT_EQ(refused(server, wire().request({})).first, 500);
}

TEST_P(MockProtocols, Misbehave) {
  const PracticeServer invalid(INSTRUCTOR_PROGRAM, {"--misbehave", "invalid_first"});
  EXPECT_EQ(ask(invalid, {.tools = {"Person"}}).calls.at(0).second, R"({"name":null})");
  EXPECT_TRUE(is_person(ask(invalid, {.tools = {"Person"}, .again = true}).calls.at(0).second));

  const PracticeServer truncated(INSTRUCTOR_PROGRAM, {"--misbehave", "truncated"});
  EXPECT_EQ(ask(truncated, {.stream = true, .format = true}).finish, wire().finishes[2]);

  const PracticeServer malformed(INSTRUCTOR_PROGRAM, {"--misbehave", "malformed"});
  EXPECT_FALSE(decode<Json>(send(malformed, wire().request({})).body).has_value());
  EXPECT_NE(send(malformed, wire().request({.stream = true})).body, "");

  const PracticeServer unsupported(INSTRUCTOR_PROGRAM, {"--misbehave", "unsupported"});
  const auto [status, message] = refused(unsupported, wire().request({.tools = {"Person"}}));
  EXPECT_EQ(status, 400);
  EXPECT_EQ(message, "'tools' is not supported with this model (practice server).");
  EXPECT_EQ(refused(unsupported, wire().request({.stream = true, .format = true})).first, 400);
  EXPECT_NE(ask(unsupported, {}).text, "");
}

TEST_P(MockProtocols, WantTheirKey) {
  const PracticeServer server(INSTRUCTOR_PROGRAM, {"--key", "right"});
  EXPECT_EQ(send(server, wire().request({}, "right")).head.status, 200);
  const auto [status, message] = refused(server, wire().request({}, "wrong"));
  EXPECT_TRUE(status == 400 || status == 401 || status == 403) << status;
  EXPECT_EQ(message.find("wrong"), std::string::npos);
  HttpRequest none = wire().request({});
  std::erase_if(none.headers, [&](const HttpHeader& header) { return header.name == wire().key_header; });
  EXPECT_EQ(refused(server, none).first, status);
}

TEST_P(MockProtocols, RefuseWhatIsNoRequest) {
  const PracticeServer server(INSTRUCTOR_PROGRAM, {});
  HttpRequest request = wire().request({});
  request.body = "{\"model\": ";
  EXPECT_EQ(refused(server, request).first, 400);
  request.body = "{}";
  EXPECT_EQ(refused(server, request).first, 400);
}

TEST_P(MockProtocols, CloseTheConnectionWhereTold) {
  PracticeServer server(INSTRUCTOR_PROGRAM,
                        {"--cut", "5", "--script", dir_.write("s.json", R"([{"says": "012€456789"}])")},
                        PracticeServer::Log::kept);
  const Told told = ask(server, {.stream = true});
  EXPECT_EQ(told.text, "012");
  EXPECT_FALSE(told.ended);
  EXPECT_TRUE(broke_);
  EXPECT_TRUE(server.log_line().ends_with(" -> 200, cut off after 3 of 12 bytes"));
}

TEST_P(MockProtocols, GiveEventsAtOnce) {
  // A client that takes compressed responses must not have to wait for their end: the first event comes before a pause
  // that is longer than the test.
  const PracticeServer server(INSTRUCTOR_PROGRAM, {"--chunk-delay", "100000000", "--script",
                                                   dir_.write("s.json", R"([{"says": "012", "thinks": "Hm."}])")});
  HttpRequest request = wire().request({.stream = true});
  request.url = server.url().substr(0, server.url().rfind("/v1")) + request.url;
  const auto exchange = http_transport()->open(std::move(request));
  EXPECT_EQ(exchange->head().status, 200);
  EXPECT_NE(exchange->read(), "");
}

INSTANTIATE_TEST_SUITE_P(All, MockProtocols, ::testing::ValuesIn(support::wire_cases),
                         [](const auto& row) { return std::string(row.param.name); });

// ---- the server itself ---------------------------------------------------------------------------------------------

TEST(Mock, DoesNotKnowOtherPaths) {
  const PracticeServer server(INSTRUCTOR_PROGRAM, {});
  Taker taker;
  HttpRequest request;
  request.url = server.url() + "/embeddings";
  http_transport()->send(request, taker);
  EXPECT_EQ(taker.response.head.status, 404);
}

TEST(Mock, SaysWhatTheDocumentationShows) {
  const PracticeServer server(INSTRUCTOR_PROGRAM, {});
  const std::string root = server.url().substr(0, server.url().rfind("/v1"));
  const std::string& greeting = server.greeting();
  std::string expected;
  for (std::size_t at = 0; at < greeting.size();) {
    const std::size_t found = std::min(greeting.find(root, at), greeting.size());
    expected += greeting.substr(at, found - at) + (found < greeting.size() ? "http://127.0.0.1:8089" : "");
    at = found + root.size();
  }
  const std::string page = support::read_file(INSTRUCTOR_DOCS "/cli.md");
  EXPECT_NE(page.find("```text\n" + expected + "```\n"), std::string::npos) << expected;
}

TEST(Mock, SaysWhatIsWrongWithCalls) {
  const TemporaryDirectory dir;
  for (const char* reply : {R"({"calls": ["weather"]})", R"({"calls": [{"name": "weather"}]})"}) {
    const support::Finished bad = support::run({INSTRUCTOR_PROGRAM, "mock", "--script", dir.write("bad.json", reply)});
    EXPECT_EQ(bad.status, 2);
    EXPECT_NE(bad.err.find("\"calls\" expects {\"tool\""), std::string::npos) << bad.err;
  }
}

}  // namespace
}  // namespace instructor
