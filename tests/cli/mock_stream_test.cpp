// The practice server's streams, as they are on the wire.

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>
#include <nlohmann/json.hpp>

#include "instructor/codec.hpp"
#include "instructor/json.hpp"
#include "support/program.hpp"

namespace instructor {
namespace {

using support::PracticeServer;
using support::TemporaryDirectory;

/// A connection to a practice server.
class Client {
 public:
  explicit Client(const PracticeServer& server) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const std::string& url = server.url();
    address.sin_port = htons(static_cast<std::uint16_t>(std::stoul(url.substr(url.rfind(':') + 1))));
    if (::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
      throw std::runtime_error("no connection");
  }
  ~Client() { ::close(fd_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  void ask(const Json& request, std::string_view headers = {}) const {
    const std::string body = encode(request);
    const std::string text =
        "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + std::to_string(body.size()) +
        "\r\n" + std::string(headers) + "\r\n" + body;
    if (::send(fd_, text.data(), text.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(text.size()))
      throw std::runtime_error("not sent");
  }

  /// What comes until it ends with `end`, or until the server closes.
  std::string read_to(std::string_view end) const {
    std::string text;
    char c = 0;
    while ((end.empty() || !text.ends_with(end)) && ::recv(fd_, &c, 1, 0) == 1) text += c;
    return text;
  }

 private:
  int fd_;
};

struct Response {
  int status = 0;
  std::string head;
  std::string body;    ///< without the chunks' sizes
  bool whole = false;  ///< the last chunk has come
};

Response read_response(const std::string& text) {
  Response response;
  const std::size_t end = text.find("\r\n\r\n");
  response.head = text.substr(0, end);
  response.status = std::stoi(response.head.substr(9, 3));
  std::string_view rest = std::string_view(text).substr(end + 4);
  if (response.head.find("Transfer-Encoding: chunked") == std::string::npos) {
    response.body = rest;
    return response;
  }
  while (!rest.empty()) {
    const std::size_t size = std::stoul(std::string(rest.substr(0, rest.find("\r\n"))), nullptr, 16);
    rest.remove_prefix(rest.find("\r\n") + 2);
    response.whole = size == 0;
    response.body += rest.substr(0, size);
    rest.remove_prefix(size + 2);
  }
  return response;
}

/// A stream, put together the way a client does it.
struct Stream {
  std::vector<Json> events;  ///< without the last one, `[DONE]`
  bool done = false;
  std::string content;
  std::string refusal;
  std::vector<std::string> tools;
  std::vector<std::string> arguments;
  std::vector<std::string> pieces;  ///< of content or arguments, in their order
  std::string finish_reason;
};

Stream read_stream(const Response& response) {
  Stream stream;
  std::string_view rest = response.body;
  while (!rest.empty()) {
    EXPECT_TRUE(rest.starts_with("data: ")) << rest;
    const std::size_t end = rest.find("\n\n");
    EXPECT_NE(end, std::string_view::npos);
    const std::string_view data = rest.substr(6, end - 6);
    rest.remove_prefix(end + 2);
    EXPECT_FALSE(stream.done);
    stream.done = data == "[DONE]";
    if (stream.done) continue;
    // The decoder takes no cut character.
    stream.events.push_back(decode<Json>(data).value());

    const Json& event = stream.events.back();
    EXPECT_EQ(event.at("object"), "chat.completion.chunk");
    if (event.at("choices").empty()) continue;
    const Json& choice = event.at("choices").at(0);
    EXPECT_EQ(choice.at("index"), 0);
    if (!choice.at("finish_reason").is_null()) stream.finish_reason = choice.at("finish_reason").get<std::string>();
    const Json& delta = choice.at("delta");
    const auto add = [&](std::string& text, const Json& piece) {
      if (!piece.is_string() || piece == "") return;
      text += piece.get<std::string>();
      stream.pieces.push_back(piece.get<std::string>());
    };
    if (delta.contains("content")) add(stream.content, delta.at("content"));
    if (delta.contains("refusal")) add(stream.refusal, delta.at("refusal"));
    if (!delta.contains("tool_calls")) continue;
    const Json& call = delta.at("tool_calls").at(0);
    const std::size_t index = call.at("index").get<std::size_t>();
    if (call.contains("id")) {
      EXPECT_EQ(index, stream.tools.size());
      EXPECT_EQ(call.at("type"), "function");
      stream.tools.push_back(call.at("function").at("name").get<std::string>());
      stream.arguments.emplace_back();
    }
    add(stream.arguments.at(index), call.at("function").at("arguments"));
  }
  return stream;
}

class MockStream : public ::testing::Test {
 protected:
  static Json request(const Json& more = Json::object()) {
    Json request{{"model", "practice"}, {"stream", true}, {"messages", {{{"role", "user"}, {"content", "Hello."}}}}};
    request.update(more);
    return request;
  }

  static Json request_of_tool(const Json& more = Json::object()) {
    const Json schema{
        {"type", "object"}, {"properties", {{"name", {{"type", "string"}, {"minLength", 8}}}}}, {"required", {"name"}}};
    Json request = MockStream::request(
        {{"tools", {{{"type", "function"}, {"function", {{"name", "Person"}, {"parameters", schema}}}}}},
         {"tool_choice", {{"type", "function"}, {"function", {{"name", "Person"}}}}}});
    request.update(more);
    return request;
  }

  static Response ask(const PracticeServer& server, const Json& request) {
    const Client client(server);
    client.ask(request, "Connection: close\r\n");
    return read_response(client.read_to(""));
  }

  static Stream stream(const PracticeServer& server, const Json& request) {
    const Response response = ask(server, request);
    EXPECT_EQ(response.status, 200);
    EXPECT_NE(response.head.find("Content-Type: text/event-stream"), std::string::npos) << response.head;
    EXPECT_TRUE(response.whole);
    Stream stream = read_stream(response);
    EXPECT_TRUE(stream.done);
    return stream;
  }

  std::vector<std::string> script(const std::string& text, std::vector<std::string> options = {}) const {
    options.insert(options.end(), {"--script", dir_.write("script.json", text)});
    return options;
  }

  TemporaryDirectory dir_;
};

// ---- whole streams -----------------------------------------------------------------------------------------------

TEST_F(MockStream, GivesArgumentsInPieces) {
  const PracticeServer server(INSTRUCTOR_PROGRAM, script(R"([{"answer": {"name": "Ada L."}}])"));
  const Stream got = stream(server, request_of_tool());
  const Json first = got.events.front().at("choices").at(0);
  EXPECT_EQ(encode(first),
            R"({"index":0,"delta":{"role":"assistant","content":null,"tool_calls":[{"index":0,"id":"call_1",)"
            R"("type":"function","function":{"name":"Person","arguments":""}}]},"finish_reason":null})");
  EXPECT_EQ(got.pieces, (std::vector<std::string>{"{\"na", "me\":", "\"Ada", " L.\"", "}"}));
  EXPECT_EQ(got.tools, std::vector<std::string>{"Person"});
  EXPECT_EQ(encode(got.events.back().at("choices")), R"([{"index":0,"delta":{},"finish_reason":"tool_calls"}])");
  for (const Json& event : got.events) {
    EXPECT_EQ(event.at("model"), "practice");
    EXPECT_EQ(event.at("id"), got.events.front().at("id"));
    EXPECT_FALSE(event.contains("usage"));
  }
}

TEST_F(MockStream, GivesWordsInPieces) {
  const PracticeServer server(INSTRUCTOR_PROGRAM,
                              script(R"([{"says": "One two."}, {"says": ""}, {"refuses": "Not this."}])"));
  const Stream says = stream(server, request_of_tool());
  EXPECT_EQ(encode(says.events.front().at("choices")),
            R"([{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}])");
  EXPECT_EQ(says.pieces, (std::vector<std::string>{"One ", "two."}));
  EXPECT_EQ(says.finish_reason, "stop");
  EXPECT_TRUE(says.tools.empty());

  const Stream nothing = stream(server, request());
  EXPECT_EQ(nothing.events.size(), 2u);
  EXPECT_EQ(nothing.finish_reason, "stop");

  const Stream refuses = stream(server, request());
  EXPECT_EQ(refuses.refusal, "Not this.");
  EXPECT_EQ(refuses.content, "");
}

TEST_F(MockStream, NeverCutsACharacter) {
  const PracticeServer server(
      INSTRUCTOR_PROGRAM,
      script(R"([{"says": "aé€😀ß"}, {"says": "aé€😀ß", "chunk_size": 2}, {"cut": "é€😀", "bytes": 7}])",
             {"--chunk-size", "1"}));
  EXPECT_EQ(stream(server, request()).pieces, (std::vector<std::string>{"a", "é", "€", "😀", "ß"}));
  EXPECT_EQ(stream(server, request()).pieces, (std::vector<std::string>{"aé", "€😀", "ß"}));
  const Stream cut = stream(server, request());
  EXPECT_EQ(cut.content, "é€");
  EXPECT_EQ(cut.finish_reason, "length");
}

TEST_F(MockStream, TellsOfUsageWhenAsked) {
  const PracticeServer server(INSTRUCTOR_PROGRAM, {});
  const Stream got = stream(server, request({{"stream_options", {{"include_usage", true}}}}));
  EXPECT_TRUE(got.events.back().at("choices").empty());
  EXPECT_EQ(got.events.back().at("usage").at("total_tokens"), 100);
  EXPECT_TRUE(got.events.front().at("usage").is_null());
  EXPECT_EQ(got.finish_reason, "stop");
}

TEST_F(MockStream, MixesThePiecesOfSeveralCalls) {
  const PracticeServer server(INSTRUCTOR_PROGRAM, script(R"([{"repeats": [{"a": 1}, {"b": 22222}]}])"));
  const Stream got = stream(server, request_of_tool());
  EXPECT_EQ(got.tools, (std::vector<std::string>{"Person", "Person"}));
  EXPECT_EQ(got.arguments, (std::vector<std::string>{R"({"a":1})", R"({"b":22222})"}));
  EXPECT_EQ(got.pieces, (std::vector<std::string>{"{\"a\"", "{\"b\"", ":1}", ":222", "22}"}));
}

TEST_F(MockStream, GivesTheSameAnswerAsWithoutAStream) {
  const PracticeServer streaming(INSTRUCTOR_PROGRAM, {"--seed", "7"});
  const PracticeServer plain(INSTRUCTOR_PROGRAM, {"--seed", "7"});
  const Stream got = stream(streaming, request_of_tool());
  const Json whole = decode<Json>(ask(plain, request_of_tool({{"stream", false}})).body).value();
  EXPECT_EQ(whole.at("object"), "chat.completion");
  const Json& message = whole.at("choices").at(0).at("message");
  EXPECT_EQ(message.at("tool_calls").at(0).at("function").at("arguments"), got.arguments.at(0));
}

TEST_F(MockStream, KeepsTheConnection) {
  const PracticeServer server(INSTRUCTOR_PROGRAM, script(R"([{"says": "one"}, {"says": "two"}])"));
  const Client client(server);
  for (const char* text : {"one", "two"}) {
    client.ask(request());
    EXPECT_EQ(read_stream(read_response(client.read_to("\r\n0\r\n\r\n"))).content, text);
  }
}

// ---- misbehaviour ------------------------------------------------------------------------------------------------

TEST_F(MockStream, IsInvalidFirstAndRightNext) {
  const PracticeServer server(INSTRUCTOR_PROGRAM, {"--misbehave", "invalid_first"});
  EXPECT_EQ(stream(server, request_of_tool()).arguments.at(0), R"({"name":null})");
  const Json next{{{"role", "user"}, {"content", "Hello."}}, {{"role", "assistant"}, {"content", "x"}}};
  const Json answer = decode<Json>(stream(server, request_of_tool({{"messages", next}})).arguments.at(0)).value();
  EXPECT_TRUE(answer.at("name").is_string());
}

TEST_F(MockStream, IsCutOffAtTheTokenLimit) {
  const PracticeServer server(INSTRUCTOR_PROGRAM, {"--misbehave", "truncated"});
  const Stream got = stream(server, request_of_tool());
  EXPECT_EQ(got.finish_reason, "length");
  EXPECT_FALSE(decode<Json>(got.arguments.at(0)).has_value());
}

TEST_F(MockStream, AnswersWithErrorsAsTheyAre) {
  const PracticeServer server(INSTRUCTOR_PROGRAM, script(R"([
    {"error": 429, "message": "Slow down.", "retry_after": 2},
    {"body": "{\"choices\": []}"},
    {"body": "data: {\n\n", "content_type": "text/event-stream"}])"));
  const Response error = ask(server, request());
  EXPECT_EQ(error.status, 429);
  EXPECT_NE(error.head.find("retry-after: 2"), std::string::npos) << error.head;
  EXPECT_NE(error.head.find("Content-Type: application/json"), std::string::npos) << error.head;
  EXPECT_EQ(decode<Json>(error.body).value().at("error").at("message"), "Slow down.");
  EXPECT_EQ(ask(server, request()).body, "{\"choices\": []}");
  EXPECT_EQ(ask(server, request()).body, "data: {\n\n");
  EXPECT_EQ(ask(server, request()).status, 500);
  EXPECT_EQ(ask(server, {{"model", "practice"}, {"stream", true}}).status, 400);
}

TEST_F(MockStream, IsMalformedWhenTold) {
  const PracticeServer malformed(INSTRUCTOR_PROGRAM, {"--misbehave", "malformed"});
  const Response response = ask(malformed, request());
  EXPECT_NE(response.head.find("Content-Type: text/event-stream"), std::string::npos) << response.head;
  const std::string_view event = response.body;
  ASSERT_TRUE(event.starts_with("data: {") && event.ends_with("\n\n")) << event;
  EXPECT_FALSE(decode<Json>(event.substr(6, event.size() - 8)).has_value()) << event;
  EXPECT_FALSE(decode<Json>(ask(malformed, request({{"stream", false}})).body).has_value());
  const PracticeServer html(INSTRUCTOR_PROGRAM, {"--misbehave", "html"});
  EXPECT_TRUE(ask(html, request()).body.starts_with("<html>"));
}

// ---- ends --------------------------------------------------------------------------------------------------------

TEST_F(MockStream, ClosesTheConnectionWhereTold) {
  const std::string replies =
      R"([{"says": "0123456789"}, {"says": "012€456789"}, {"says": "0123456789", "cut_after": 0},
    {"says": "0123456789", "cut_after": 10}, {"says": "0123456789", "cut_after": 11}])";
  PracticeServer server(INSTRUCTOR_PROGRAM, script(replies, {"--cut", "5"}), PracticeServer::Log::kept);
  for (const char* text : {"01234", "012", "", "0123456789"}) {
    const Response response = ask(server, request());
    const Stream got = read_stream(response);
    EXPECT_EQ(response.status, 200);
    EXPECT_FALSE(response.whole);
    EXPECT_FALSE(got.done);
    EXPECT_EQ(got.finish_reason, "");
    EXPECT_EQ(got.content, text);
  }
  EXPECT_EQ(stream(server, request()).content, "0123456789");
  for (const char* outcome : {"cut off after 5 of 10 bytes", "cut off after 3 of 12 bytes",
                              "cut off after 0 of 10 bytes", "cut off after 10 of 10 bytes", "streamed 10 bytes"}) {
    const std::string line = server.log_line();
    EXPECT_TRUE(line.starts_with("mock: POST /v1/chat/completions (")) << line;
    EXPECT_TRUE(line.ends_with(std::string(" -> 200, ") + outcome)) << line;
  }
}

TEST_F(MockStream, NoticesThatAClientHasGone) {
  // More than the sockets' buffers take: the server cannot have sent it all.
  const std::string replies = R"([{"says": ")" + std::string(4'000'000, 'x') + R"("}])";
  PracticeServer server(INSTRUCTOR_PROGRAM, script(replies), PracticeServer::Log::kept);
  {
    const Client client(server);
    client.ask(request());
    client.read_to("xxxx");
  }
  const std::string line = server.log_line();
  EXPECT_NE(line.find("-> 200, client closed the connection after "), std::string::npos) << line;
  EXPECT_TRUE(line.ends_with(" of 4000000 bytes")) << line;
  EXPECT_EQ(server.stop(), 0);
  EXPECT_EQ(server.log_line(), "");
}

TEST_F(MockStream, EndsInTheMiddleOnSigterm) {
  const std::string replies = R"([{"says": "0123456789", "chunk_delay_ms": 100000000}])";
  PracticeServer server(INSTRUCTOR_PROGRAM, script(replies), PracticeServer::Log::kept);
  const Client client(server);
  client.ask(request());
  client.read_to("\n\n");
  EXPECT_EQ(server.stop(), 0);
  EXPECT_TRUE(server.log_line().ends_with("-> 200, stopped after 0 of 10 bytes"));
}

TEST_F(MockStream, SaysWhatIsWrong) {
  for (const char* reply : {R"({"says": "", "chunk_size": 0})", R"({"says": "", "chunk_delay_ms": "1"})",
                            R"({"says": "", "cut_after": -1})"}) {
    const support::Finished bad = support::run({INSTRUCTOR_PROGRAM, "mock", "--script", dir_.write("bad.json", reply)});
    EXPECT_EQ(bad.status, 2) << reply;
    EXPECT_NE(bad.err.find("expects an integer from "), std::string::npos) << bad.err;
  }
  for (const char* option : {"--chunk-size=0", "--chunk-delay=-1", "--cut=-1"})
    EXPECT_EQ(support::run({INSTRUCTOR_PROGRAM, "mock", option}).status, 2) << option;
}

}  // namespace
}  // namespace instructor
