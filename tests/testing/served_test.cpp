// The other side of the wire: every protocol says the same thing in its own way.

#include "instructor/served.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "instructor/codec.hpp"
#include "instructor/testing.hpp"
#include "support/wire_cases.hpp"

namespace instructor {
namespace {

using support::Ask;
using support::Refusals;
using support::Told;
using support::WireCase;
using testing::ScriptedReply;
using testing::Served;
using testing::ServedStream;
using Calls = std::vector<std::pair<std::string, std::string>>;

std::string body_of(Served served) {
  std::string body = std::move(served.body);
  if (served.stream)
    while (const auto part = served.stream->next()) body += part->bytes;
  return body;
}

class ServedProtocols : public ::testing::TestWithParam<WireCase> {
 protected:
  const WireCase& wire() const { return GetParam(); }

  Told ask(const ScriptedReply& reply, const Ask& ask) const {
    const std::string body = body_of(reply.respond(wire().request(ask)));
    return ask.stream ? wire().stream(body) : wire().whole(decode<Json>(body).value());
  }

  /// The same both ways, apart from the pieces.
  void expect_both(const ScriptedReply& reply, Ask request, const auto& expect) const {
    expect(ask(reply, request));
    request.stream = true;
    const Told streamed = ask(reply, request);
    EXPECT_TRUE(streamed.ended);
    expect(streamed);
  }

  const char* finish_of_stop() const { return wire().finishes[0]; }
  const char* finish_of_calls() const { return wire().finishes[1]; }
  const char* finish_of_cut() const { return wire().finishes[2]; }
  const char* finish_of_refusal() const { return wire().finishes[3]; }
};

TEST_P(ServedProtocols, GiveAnswersAsArguments) {
  expect_both(R"({"name":"Ada L."})", {.tools = {"Person"}}, [&](const Told& told) {
    EXPECT_EQ(told.calls, (Calls{{"Person", R"({"name":"Ada L."})"}}));
    EXPECT_EQ(told.text, "");
    EXPECT_EQ(told.finish, finish_of_calls());
    EXPECT_EQ(told.output_tokens, 20);
  });
}

TEST_P(ServedProtocols, GiveAnswersAsContent) {
  expect_both(R"({"name":"Ada L."})", {.format = true}, [&](const Told& told) {
    EXPECT_EQ(told.text, R"({"name":"Ada L."})");
    EXPECT_TRUE(told.calls.empty());
    EXPECT_EQ(told.finish, finish_of_stop());
  });
  expect_both("1", {.text = "Answer in a ```json block."},
              [&](const Told& told) { EXPECT_EQ(told.text, "```json\n1\n```"); });
}

TEST_P(ServedProtocols, SayWordsInsteadOfCalls) {
  for (const char* words : {"I would rather talk.", ""})
    expect_both(ScriptedReply::says(words), {.tools = {"Person"}}, [&](const Told& told) {
      EXPECT_EQ(told.text, words);
      EXPECT_TRUE(told.calls.empty());
      EXPECT_EQ(told.finish, finish_of_stop());
    });
}

TEST_P(ServedProtocols, Refuse) {
  expect_both(ScriptedReply::refuses("Not this."), {.tools = {"Person"}}, [&](const Told& told) {
    EXPECT_EQ(told.refusal, wire().refusals == Refusals::apart ? "Not this." : "");
    EXPECT_EQ(told.text, wire().refusals == Refusals::in_text ? "Not this." : "");
    EXPECT_TRUE(told.calls.empty());
    EXPECT_EQ(told.finish, finish_of_refusal());
  });
}

TEST_P(ServedProtocols, CutAnswersOff) {
  expect_both(ScriptedReply::cut(R"({"name":"é"})", 10), {.format = true}, [&](const Told& told) {
    EXPECT_EQ(told.text, R"({"name":")");
    EXPECT_EQ(told.finish, finish_of_cut());
  });
  const Told call = ask(ScriptedReply::cut(R"({"name":"Ada"})", 11), {.stream = true, .tools = {"Person"}});
  EXPECT_EQ(call.finish, finish_of_cut());
  EXPECT_TRUE(call.ended);
  EXPECT_EQ(call.calls, (wire().cuts_calls ? Calls{{"Person", R"({"name":"Ad)"}} : Calls{}));
}

TEST_P(ServedProtocols, CallSeveralTools) {
  expect_both(ScriptedReply::calls({{"weather", R"({"city":"Oslo"})"}, {"time", "{}"}, {"weather", R"({"a":1})"}}),
              {.tools = {"weather", "time"}, .free = true}, [&](const Told& told) {
                EXPECT_EQ(told.calls,
                          (Calls{{"weather", R"({"city":"Oslo"})"}, {"time", "{}"}, {"weather", R"({"a":1})"}}));
                EXPECT_EQ(std::set<std::string>(told.ids.begin(), told.ids.end()).size(), 3u);
                EXPECT_EQ(told.finish, finish_of_calls());
              });
  expect_both(ScriptedReply::calls("another", "{}"), {.tools = {"Person"}},
              [&](const Told& told) { EXPECT_EQ(told.calls, (Calls{{"another", "{}"}})); });
  expect_both(
      ScriptedReply::calls_repeatedly({R"({"a":1})", R"({"b":2})"}), {.tools = {"Person"}},
      [&](const Told& told) { EXPECT_EQ(told.calls, (Calls{{"Person", R"({"a":1})"}, {"Person", R"({"b":2})"}})); });
}

TEST_P(ServedProtocols, MixThePiecesOfCalls) {
  const Told told =
      ask(ScriptedReply::calls_repeatedly({R"({"a":1})", R"({"b":22222})"}), {.stream = true, .tools = {"Person"}});
  using Pieces = std::vector<std::string>;
  EXPECT_EQ(told.pieces, (wire().cuts_calls ? Pieces{"{\"a\"", "{\"b\"", ":1}", ":222", "22}"}
                                            : Pieces{R"({"a":1})", R"({"b":22222})"}));
}

TEST_P(ServedProtocols, ThinkBeforeTheyAnswer) {
  for (const std::vector<std::string>& tools : {std::vector<std::string>{}, {"Person"}})
    expect_both(ScriptedReply(R"({"name":"Ada"})").thinks("Who is it? é"), {.tools = tools}, [&](const Told& told) {
      EXPECT_EQ(told.reasoning, "Who is it? é");
      EXPECT_EQ(tools.empty() ? told.text : told.calls.at(0).second, R"({"name":"Ada"})");
    });
}

TEST_P(ServedProtocols, SignThoughtsWhereThereAreSignatures) {
  const Told told = ask(ScriptedReply(R"({"name":"Ada"})").thinks("Who?"), {.stream = true, .tools = {"Person"}});
  const std::set<std::string> unsigned_ones{"openai_chat", "cohere", "ollama"};
  EXPECT_EQ(told.signature.empty(), unsigned_ones.contains(wire().name)) << told.signature;
}

TEST_P(ServedProtocols, NeverCutACharacter) {
  const Told told = ask(ScriptedReply::says("aé€😀ß").piece(2), {.stream = true});
  EXPECT_EQ(told.pieces, (std::vector<std::string>{"aé", "€", "😀", "ß"}));
}

TEST_P(ServedProtocols, BreakOff) {
  const Told told = ask(ScriptedReply::breaks_off("012€456789", 5), {.stream = true});
  EXPECT_EQ(told.text, "012");
  EXPECT_FALSE(told.ended);
  EXPECT_EQ(told.finish, "");
  const Told calls = ask(ScriptedReply::breaks_off(R"({"name":"Ada"})", 11), {.stream = true, .tools = {"Person"}});
  EXPECT_EQ(calls.calls, (wire().cuts_calls ? Calls{{"Person", R"({"name":"Ad)"}} : Calls{}));
  EXPECT_FALSE(calls.ended);
}

TEST_P(ServedProtocols, CountTheBytesOfAnswers) {
  Served served = ScriptedReply(R"({"name":"Ada"})").thinks("Hm.").respond(wire().request({.stream = true}));
  ASSERT_NE(served.stream, nullptr);
  EXPECT_EQ(served.stream->answer_size(), 14u);
  std::size_t given = 0;
  while (const auto part = served.stream->next()) {
    EXPECT_EQ(served.stream->complete() && part->answer_bytes > 0, false);
    given += part->answer_bytes;
  }
  EXPECT_EQ(given, 14u);
  EXPECT_TRUE(served.stream->complete());
}

TEST_P(ServedProtocols, TellOfErrorsInTheirOwnShape) {
  for (const int status : {400, 401, 403, 404, 429, 500, 503}) {
    const Served served = ScriptedReply::error(status, "Slow down.", {{"retry-after", "2"}})
                              .respond(wire().request({.stream = true, .tools = {"Person"}}));
    EXPECT_EQ(served.head.status, status);
    EXPECT_EQ(served.head.header("retry-after"), "2");
    EXPECT_EQ(served.head.header("content-type"), "application/json");
    EXPECT_EQ(wire().error(decode<Json>(served.body).value()), "Slow down.");
  }
}

TEST_P(ServedProtocols, ReadRequests) {
  const auto read = [&](const Ask& ask) {
    const HttpRequest request = wire().request(ask);
    const testing::ServedProtocol* const protocol = testing::served_protocol("http://localhost:1" + request.url);
    EXPECT_NE(protocol, nullptr);
    EXPECT_EQ(protocol->key(request), "practice");
    const Json body = decode<Json>(request.body).value();
    EXPECT_FALSE(protocol->problem(request, body).has_value());
    return protocol->read(request.url, body);
  };
  const testing::AskedFor one = read({.stream = true, .tools = {"weather", "time"}, .text = "NK-4471"});
  EXPECT_EQ(one.model, "practice");
  EXPECT_TRUE(one.stream);
  ASSERT_EQ(one.tools.size(), 2u);
  EXPECT_EQ(one.tools[1].name, "time");
  EXPECT_EQ(decode<Json>(one.tools[0].schema).value().at("properties").at("name").at("type"), "string");
  EXPECT_EQ(decode<Json>(one.tools[0].schema).value().at("properties").at("name").at("minLength"), 8);
  EXPECT_EQ(one.tool(), "weather");
  EXPECT_NE(one.conversation.find("NK-4471"), std::string::npos);
  EXPECT_TRUE(one.first_attempt);
  EXPECT_EQ(one.format, "");
  // Ollama has no way to say that a tool must be called.
  EXPECT_EQ(one.several_calls, wire().name == std::string("ollama"));

  const testing::AskedFor several = read({.tools = {"weather", "time"}, .free = true, .again = true});
  EXPECT_TRUE(several.several_calls);
  EXPECT_FALSE(several.must_call);
  EXPECT_FALSE(several.stream);
  EXPECT_FALSE(several.first_attempt);

  const testing::AskedFor format = read({.format = true});
  EXPECT_NE(format.format, "");
  EXPECT_EQ(decode<Json>(format.schema).value(), support::person_schema());
  EXPECT_EQ(format.tool(), "");
}

TEST_P(ServedProtocols, SurviveAnyBody) {
  const HttpRequest request = wire().request({});
  const testing::ServedProtocol& protocol = *testing::served_protocol(request.url);
  for (const char* body :
       {"null", "[]", "3", "{}", R"({"messages":3,"tools":{},"tool_choice":[],"contents":{},"input":7})",
        R"({"messages":[3,null,{"role":1,"content":{"text":[null]}}],"tools":[3,{"function":1}],"model":{}})",
        R"({"tools":[{"functionDeclarations":[3,{"name":4,"parameters":[1]}]}],"generationConfig":[1]})",
        R"({"toolConfig":{"tools":[1,{"toolSpec":2}],"toolChoice":"x"},"outputConfig":1,"text":[],"system":{}})"}) {
    const Json json = decode<Json>(body).value();
    (void)protocol.problem(request, json);
    const testing::AskedFor asked = protocol.read(request.url, json);
    EXPECT_TRUE(asked.first_attempt);
    EXPECT_FALSE(asked.must_call);
  }
}

TEST_P(ServedProtocols, MissWhatTheyNeed) {
  const HttpRequest request = wire().request({});
  const auto problem = testing::served_protocol(request.url)->problem(request, Json::object());
  ASSERT_TRUE(problem.has_value());
  EXPECT_EQ(problem->status, 400);
  EXPECT_NE(problem->message, "");
}

INSTANTIATE_TEST_SUITE_P(All, ServedProtocols, ::testing::ValuesIn(support::wire_cases),
                         [](const auto& row) { return std::string(row.param.name); });

// ---- what is special -----------------------------------------------------------------------------------------------

std::string protocol_at(std::string_view url) {
  const testing::ServedProtocol* const protocol = testing::served_protocol(url);
  return protocol == nullptr ? "none" : std::string(protocol->name());
}

TEST(ServedProtocol, IsFoundByTheUrl) {
  EXPECT_EQ(testing::served_protocols().size(), 7u);
  EXPECT_EQ(protocol_at("https://x.openai.azure.com/openai/deployments/gpt/chat/completions?api-version=2024-10-21"),
            "openai chat");
  EXPECT_EQ(protocol_at("https://api.anthropic.com/v1/messages"), "anthropic messages");
  EXPECT_EQ(protocol_at("http://localhost:8089/messages"), "anthropic messages");
  EXPECT_EQ(protocol_at("https://us-central1-aiplatform.googleapis.com/v1/projects/p/locations/l/publishers/google/"
                        "models/gemini-2.5-flash:generateContent"),
            "gemini");
  EXPECT_EQ(protocol_at("https://bedrock-runtime.us-east-1.amazonaws.com/model/a%3A0/converse-stream"),
            "bedrock converse");
  EXPECT_EQ(protocol_at("http://localhost:11434/api/chat"), "ollama chat");
  EXPECT_EQ(protocol_at("https://api.cohere.com/v2/chat"), "cohere chat");
  EXPECT_EQ(protocol_at("https://api.openai.com/v1/embeddings"), "none");
  EXPECT_EQ(protocol_at("https://api.openai.com"), "none");
  EXPECT_EQ(protocol_at(""), "none");
}

TEST(ServedProtocol, TakesTheModelFromThePath) {
  const auto model_at = [](const char* url) { return testing::served_protocol(url)->read(url, Json::object()).model; };
  EXPECT_EQ(model_at("/openai/deployments/my%20gpt/chat/completions?api-version=1"), "my gpt");
  EXPECT_EQ(model_at("/v1/projects/p/locations/l/publishers/google/models/gemini-3:generateContent"), "gemini-3");
  EXPECT_EQ(model_at("https://h/model/us.anthropic.claude-v1%3A0/converse"), "us.anthropic.claude-v1:0");
}

TEST(ServedProtocol, TakesEitherKeyOfAzure) {
  const HttpRequest request{.url = "/x/chat/completions", .headers = {{"Api-Key", "k-1"}}, .body = "{}"};
  EXPECT_EQ(testing::served_protocol(request.url)->key(request), "k-1");
}

TEST(ServedProtocol, WantsTheVersionOfAnthropic) {
  HttpRequest request = support::wire_cases[2].request({});
  const testing::ServedProtocol& protocol = *testing::served_protocol(request.url);
  const Json body = decode<Json>(request.body).value();
  EXPECT_FALSE(protocol.problem(request, body).has_value());
  std::erase_if(request.headers, [](const HttpHeader& header) { return header.name == "anthropic-version"; });
  EXPECT_EQ(protocol.problem(request, body)->message, "anthropic-version: header is required");
}

TEST(ServedProtocol, TellsVertexWhyAPromptIsBlocked) {
  const std::string body = encode(support::gemini_body({}));
  const auto refused = [&](const char* url) {
    return decode<Json>(ScriptedReply::refuses("Not this.").respond({.url = url, .headers = {}, .body = body}).body)
        .value()
        .at("promptFeedback");
  };
  EXPECT_EQ(refused("/v1/projects/p/locations/l/publishers/google/models/m:generateContent").at("blockReasonMessage"),
            "Not this.");
  EXPECT_FALSE(refused("/v1beta/models/m:generateContent").contains("blockReasonMessage"));
}

TEST(ServedProtocol, StreamsGeminiAsAListUnlessToldOtherwise) {
  const std::string body = encode(support::gemini_body({}));
  const Json list =
      decode<Json>(
          body_of(ScriptedReply::says("One two.")
                      .respond({.url = "/v1beta/models/m:streamGenerateContent", .headers = {}, .body = body})))
          .value();
  ASSERT_EQ(list.size(), 3u);
  EXPECT_EQ(list.at(1).at("candidates").at(0).at("content").at("parts").at(0).at("text"), "two.");
}

TEST(ServedProtocol, SaysThatGeminisArgumentsAreNoObject) {
  const HttpRequest request{
      .url = "/models/m:generateContent", .headers = {}, .body = encode(support::gemini_body({.tools = {"Person"}}))};
  const Json candidate =
      decode<Json>(ScriptedReply("{\"name\": ").respond(request).body).value().at("candidates").at(0);
  EXPECT_EQ(candidate.at("finishReason"), "MALFORMED_FUNCTION_CALL");
  EXPECT_NE(candidate.at("finishMessage").get<std::string>().find("{\"name\": "), std::string::npos);
  EXPECT_FALSE(candidate.at("content").contains("parts"));
}

TEST(ServedProtocol, KeepsWhatThereIsOfArgumentsThatAreCut) {
  const HttpRequest request{
      .url = "/v1/messages", .headers = {}, .body = encode(support::anthropic_body({.tools = {"Person"}}))};
  const auto input = [&](const ScriptedReply& reply) {
    return encode(decode<Json>(reply.respond(request).body).value().at("content").at(0).at("input"));
  };
  EXPECT_EQ(input(ScriptedReply::cut(R"({"name":"Ada","age":36})", 11)), R"({"name":"Ad"})");
  EXPECT_EQ(input("[1]"), "[1]");
  EXPECT_EQ(input("no JSON"), R"("no JSON")");
  EXPECT_EQ(input(""), "{}");
}

TEST(ServedProtocol, CallsTheFirstToolThatMustBeCalled) {
  for (const char* choice : {"any", "required"}) {
    Json body = support::openai_chat_body({.tools = {"a", "b"}, .free = true});
    body["tool_choice"] = choice;
    const testing::AskedFor asked = testing::served_protocols().front()->read("/chat/completions", body);
    EXPECT_TRUE(asked.must_call);
    EXPECT_FALSE(asked.several_calls);
    EXPECT_EQ(asked.tool(), "a");
  }
  Json body = support::openai_chat_body({.tools = {"a", "b"}, .free = true});
  body["tool_choice"] = "none";
  EXPECT_EQ(testing::served_protocols().front()->read("/chat/completions", body).tool(), "");
}

TEST(ScriptedTransport, AnswersInTheProtocolOfTheUrl) {
  testing::ScriptedTransport transport({ScriptedReply::says("One two."), ScriptedReply::says("One two.")});
  HttpRequest request = support::wire_cases[2].request({.stream = true});
  request.url = "https://api.anthropic.com" + request.url;
  const auto exchange = transport.open(request);
  EXPECT_EQ(exchange->head().header("content-type"), "text/event-stream");
  EXPECT_TRUE(exchange->read().starts_with("event: message_start\n"));
  std::string rest = "event: message_start\ndata: {\"type\":\"message_start\"}\n\n";
  while (true) {
    const std::string_view part = exchange->read();
    if (part.empty()) break;
    EXPECT_EQ(support::read_sse(part).size(), 1u) << part;
    rest += part;
  }
  EXPECT_EQ(support::read_anthropic_stream(rest).text, "One two.");
  EXPECT_EQ(transport.broken_off(), 0);
  {
    const auto left = transport.open(request);
  }
  EXPECT_EQ(transport.broken_off(), 1);
}

}  // namespace
}  // namespace instructor
