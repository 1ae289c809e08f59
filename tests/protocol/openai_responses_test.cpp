#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "instructor/codec.hpp"
#include "instructor/error.hpp"
#include "instructor/request.hpp"
#include "protocol/protocol.hpp"

namespace instructor {
namespace {

const Protocol& protocol() { return openai_responses_protocol(); }

constexpr std::string_view user_schema =
    R"({"type":"object","properties":{"name":{"type":"string"},"age":{"type":"integer"}},"required":["name","age"]})";
const OutputSpec user{"User", "A person.", user_schema, false};

/// A call and what it points at.
struct Asked {
  std::vector<Message> messages{Message::user("Jason is 25")};
  CallOptions options;
  WireSettings settings;
  Call call;

  Asked() {
    call.model = "gpt-5";
    call.output = user;
  }

  std::string body() {
    call.messages.clear();
    for (const Message& message : messages) call.messages.push_back(&message);
    call.options = &options;
    std::string out;
    protocol().encode(call, settings, out);
    return out;
  }
  std::string member(const char* name) {
    const auto body = decode<Json>(this->body());
    return body && body->contains(name) ? encode((*body)[name]) : "none";
  }
};

Asked tools() {
  Asked asked;
  asked.call.tools = {user};
  asked.call.choice = ToolChoice::the_one;
  return asked;
}

// ---- requests ----------------------------------------------------------------------------------------------------

TEST(OpenAiResponses, AsksForATool) {
  Asked asked = tools();
  asked.options.temperature = 0;
  asked.options.max_tokens = 100;
  EXPECT_EQ(asked.body(),
            R"({"model":"gpt-5","input":[{"type":"message","role":"user","content":"Jason is 25"}],)"
            R"("temperature":0,"max_output_tokens":100,)"
            R"("tools":[{"type":"function","name":"User","description":"A person.","parameters":)" +
                std::string(user_schema) +
                R"(,"strict":false}],"parallel_tool_calls":false,"tool_choice":{"type":"function","name":"User"}})");
}

TEST(OpenAiResponses, LeavesToolsToTheModelOrDemandsAny) {
  Asked asked;
  asked.call.tools = {user, {"Other", "", "{}", true}};
  asked.call.provider_tools = {R"({"type":"web_search"})"};
  EXPECT_EQ(asked.member("tool_choice"), "\"auto\"");
  EXPECT_EQ(asked.member("parallel_tool_calls"), "none");
  EXPECT_TRUE(asked.member("tools").ends_with(
      R"({"type":"function","name":"Other","parameters":{},"strict":true},{"type":"web_search"}])"));
  asked.call.choice = ToolChoice::any;
  EXPECT_EQ(asked.member("tool_choice"), "\"required\"");
  asked.call.choice = ToolChoice::the_one;
  asked.settings.names_tool = false;
  EXPECT_EQ(asked.member("tool_choice"), "\"required\"");
}

TEST(OpenAiResponses, AsksForAFormat) {
  Asked asked;
  asked.call.format = TextFormat::json_schema;
  asked.call.output.strict = true;
  asked.call.stream = true;
  EXPECT_EQ(asked.member("text"),
            R"({"format":{"type":"json_schema","name":"User","description":"A person.","schema":)" +
                std::string(user_schema) + R"(,"strict":true}})");
  EXPECT_EQ(asked.member("stream"), "true");
  EXPECT_EQ(asked.member("tools"), "none");
  asked.call.format = TextFormat::json_object;
  asked.options.extra = {{"text", R"({"verbosity":"low"})"}};
  EXPECT_EQ(asked.member("text"), R"({"format":{"type":"json_object"},"verbosity":"low"})");
}

TEST(OpenAiResponses, TakesExtra) {
  Asked asked = tools();
  asked.options.max_tokens = 5;
  asked.options.extra = {
      {"max_output_tokens", "50"}, {"parallel_tool_calls", "true"}, {"reasoning", R"({"effort":"low"})"}};
  EXPECT_EQ(asked.member("max_output_tokens"), "50");
  EXPECT_EQ(asked.member("parallel_tool_calls"), "true");
  EXPECT_EQ(asked.member("reasoning"), R"({"effort":"low"})");
  for (const auto& [key, value] : std::vector<std::pair<std::string, std::string>>{
           {"tools", "[]"}, {"input", "[]"}, {"text", R"({"format":{"type":"text"}})"}, {"text", "7"}}) {
    asked.options.extra = {{key, value}};
    EXPECT_THROW(asked.body(), Error) << key;
  }
}

TEST(OpenAiResponses, WritesAConversation) {
  Asked asked;
  asked.settings.system_role = "developer";
  asked.messages = {Message::system("Be brief."),
                    Message::user("Look it up."),
                    Message::assistant("I do.", {{"call_1", "look up!", "{}"}, {"", "", "no JSON"}}),
                    Message::tool("call_1", "look up!", "Jason is 25"),
                    Message::tool_error("", "", "it failed"),
                    Message::assistant("")};
  EXPECT_EQ(asked.member("input"),
            R"([{"type":"message","role":"developer","content":"Be brief."},)"
            R"({"type":"message","role":"user","content":"Look it up."},)"
            R"({"type":"message","role":"assistant","content":"I do."},)"
            R"({"type":"function_call","call_id":"call_1","name":"look_up","arguments":"{}"},)"
            R"({"type":"function_call","call_id":"call_14695981039346656037","name":"User","arguments":"no JSON"},)"
            R"({"type":"function_call_output","call_id":"call_1","output":"Jason is 25"},)"
            R"({"type":"function_call_output","call_id":"call_14695981039346656037","output":"it failed"},)"
            R"({"type":"message","role":"assistant","content":""}])");
}

// Ids have 64 characters at most; those of other providers may have more.
TEST(OpenAiResponses, ShortensIdsOfCallsAndResultsAlike) {
  Asked asked;
  const std::string id(300, 'x');
  asked.messages = {Message::assistant("", {{id, "f", "{}"}}), Message::tool(id, "f", "1")};
  const auto input = decode<Json>(asked.member("input"));
  ASSERT_TRUE(input);
  EXPECT_LE((*input)[0]["call_id"].get<std::string>().size(), 64u);
  EXPECT_EQ((*input)[0]["call_id"], (*input)[1]["call_id"]);
}

TEST(OpenAiResponses, HasAPathOfItsOwnOnAzure) {
  Asked asked;
  EXPECT_EQ(protocol().path(asked.call, asked.settings), "/responses");
  asked.settings.api_version = "2024-10-21";
  EXPECT_EQ(protocol().path(asked.call, asked.settings), "/openai/v1/responses");
}

// ---- replies -----------------------------------------------------------------------------------------------------

Reply read(const std::string& body) { return protocol().decode(body); }

Reply of_output(const std::string& output, const std::string& rest = R"("status":"completed")") {
  return read(R"({"id":"resp_1","model":"gpt-5","output":)" + output + "," + rest + "}");
}

constexpr const char* thinking_turn =
    R"([{"id":"rs_1","type":"reasoning","summary":[{"type":"summary_text","text":"Hm. "}],"content":null,)"
    R"("encrypted_content":"gAAA","status":null},)"
    R"({"id":"fc_1","type":"function_call","status":"completed","arguments":"{\"name\": \"Jason\"}","call_id":"call_1",)"
    R"("name":"User"}])";

TEST(OpenAiResponses, ReadsReasoningAndCalls) {
  const Reply reply = of_output(
      thinking_turn,
      R"("status":"completed","usage":{"input_tokens":7,"input_tokens_details":{"cached_tokens":3},"output_tokens":9,
      "output_tokens_details":{"reasoning_tokens":5},"total_tokens":16})");
  EXPECT_EQ(reply.id, "resp_1");
  EXPECT_EQ(reply.model, "gpt-5");
  EXPECT_EQ(reply.reasoning, "Hm. ");
  ASSERT_EQ(reply.tool_calls.size(), 1u);
  EXPECT_EQ(reply.tool_calls[0], (ToolCall{"call_1", "User", "{\"name\": \"Jason\"}"}));
  EXPECT_EQ(reply.finish_reason, FinishReason::tool_calls);
  EXPECT_EQ(reply.finish_reason_text, "completed");
  EXPECT_EQ(reply.usage, (Usage{7, 9, 16, 3, 5, 0}));
}

TEST(OpenAiResponses, SendsBackWhatItThought) {
  Asked asked;
  const Reply reply = of_output(thinking_turn);
  EXPECT_EQ(reply.native.protocol, "openai_responses");
  asked.messages = {Message::user("Jason"), Message::assistant(reply.text, reply.tool_calls),
                    Message::tool_error("call_1", "User", "no age")};
  asked.messages[1].native = reply.native;
  EXPECT_EQ(
      asked.member("input"),
      R"([{"type":"message","role":"user","content":"Jason"},)"
      R"({"id":"rs_1","type":"reasoning","summary":[{"type":"summary_text","text":"Hm. "}],"encrypted_content":"gAAA"},)"
      R"({"id":"fc_1","type":"function_call","status":"completed","arguments":"{\"name\": \"Jason\"}",)"
      R"("call_id":"call_1","name":"User"},)"
      R"({"type":"function_call_output","call_id":"call_1","output":"no age"}])");
}

TEST(OpenAiResponses, SendsBackOnlyWhatTheProviderCanRead) {
  const std::string reasoning = R"([{"id":"rs_1","type":"reasoning","summary":[],"encrypted_content":null})";
  const std::string message = R"({"id":"msg_1","type":"message","content":[{"type":"output_text","text":"hi"}]})";
  // What the provider has stored it finds again by its id.
  EXPECT_NE(of_output(reasoning + "," + message + "]").native.json.find("rs_1"), std::string::npos);
  EXPECT_EQ(of_output(reasoning + "," + message + "]", R"("store":false)").native, NativeTurn());
  // Reasoning that led to nothing is refused.
  EXPECT_EQ(of_output(reasoning + "]").native, NativeTurn());
  // Text and calls are written as well without.
  EXPECT_EQ(of_output("[" + message + "]").native, NativeTurn());
  EXPECT_EQ(
      of_output(
          R"([{"id":"ws_1","type":"web_search_call","status":"completed","action":{"type":"search","query":null}},)" +
          message + "]")
          .native.json,
      R"([{"id":"ws_1","type":"web_search_call","status":"completed","action":{"type":"search"}},)"
      R"({"id":"msg_1","type":"message","content":[{"type":"output_text","text":"hi","annotations":[],"logprobs":[]}],)"
      R"("role":"assistant","status":"completed"}])");
}

TEST(OpenAiResponses, AnswersCustomToolsInTheirWay) {
  Asked asked;
  const Reply reply =
      of_output(R"([{"id":"ctc_1","type":"custom_tool_call","call_id":"call_1","name":"sql","input":"select 1"}])");
  ASSERT_EQ(reply.tool_calls.size(), 1u);
  EXPECT_EQ(reply.tool_calls[0], (ToolCall{"call_1", "sql", "select 1"}));
  asked.messages = {Message::assistant("", reply.tool_calls), Message::tool("call_1", "sql", "1")};
  asked.messages[0].native = reply.native;
  EXPECT_TRUE(
      asked.member("input").ends_with(R"({"type":"custom_tool_call_output","call_id":"call_1","output":"1"}])"));
}

TEST(OpenAiResponses, ReadsTextAndRefusals) {
  const Reply reply = of_output(
      R"([{"type":"message","content":[{"type":"output_text","text":"a"},{"type":"refusal","refusal":"no"},
         {"type":"something new","text":"?"},{"type":"output_text","text":"b"}]},{"type":"image_generation_call"},7])");
  EXPECT_EQ(reply.text, "ab");
  EXPECT_EQ(reply.refusal, "no");
  EXPECT_EQ(reply.finish_reason, FinishReason::stop);
}

TEST(OpenAiResponses, SaysWhyItEnded) {
  const auto reason = [](const std::string& rest) { return of_output("[]", rest).finish_reason; };
  EXPECT_EQ(reason(R"("status":"incomplete","incomplete_details":{"reason":"max_output_tokens"})"),
            FinishReason::length);
  EXPECT_EQ(reason(R"("status":"incomplete","incomplete_details":{"reason":"content_filter"})"),
            FinishReason::content_filter);
  EXPECT_EQ(reason(R"("status":"incomplete")"), FinishReason::other);
  EXPECT_EQ(reason(R"("status":"queued")"), FinishReason::other);
  EXPECT_EQ(reason(R"("status":null)"), FinishReason::unknown);
  EXPECT_EQ(of_output("[]", R"("status":"incomplete","incomplete_details":{"reason":"max_output_tokens"})")
                .finish_reason_text,
            "max_output_tokens");
}

TEST(OpenAiResponses, GivesEveryCallAnId) {
  const Reply reply = of_output(
      R"([{"type":"reasoning","content":[{"type":"reasoning_text","text":"r"}]},
         {"type":"function_call","name":"a","arguments":{"n":1.50}},{"type":"function_call","call_id":"x","name":"b"}])");
  ASSERT_EQ(reply.tool_calls.size(), 2u);
  EXPECT_EQ(reply.tool_calls[0], (ToolCall{"call_1", "a", "{\"n\":1.5}"}));
  EXPECT_EQ(reply.tool_calls[1], (ToolCall{"x", "b", ""}));
  EXPECT_NE(reply.native.json.find(R"("arguments":"{\"n\":1.5}","call_id":"call_1")"), std::string::npos);
}

ErrorCode code_of(const std::string& body) {
  try {
    read(body);
    return ErrorCode::invalid_configuration;
  } catch (const Error& error) {
    return error.code();
  }
}

TEST(OpenAiResponses, ReportsFailures) {
  const auto failed = [](const std::string& code) {
    return code_of(R"({"status":"failed","output":[],"error":{"code":")" + code + R"(","message":"m"}})");
  };
  EXPECT_EQ(failed("server_error"), ErrorCode::server_error);
  EXPECT_EQ(failed("rate_limit_exceeded"), ErrorCode::rate_limited);
  EXPECT_EQ(failed("invalid_prompt"), ErrorCode::invalid_request);
  EXPECT_EQ(code_of(R"({"status":"failed","output":[]})"), ErrorCode::server_error);
  EXPECT_EQ(code_of(R"({"object":"chat.completion","choices":[]})"), ErrorCode::bad_response);
  EXPECT_EQ(code_of("<html>"), ErrorCode::bad_response);
  EXPECT_EQ(code_of(""), ErrorCode::bad_response);
  const ErrorDetail xai = protocol().decode_error(400, R"({"code":"invalid-argument","error":"Incorrect API key"})");
  EXPECT_EQ(xai.message, "Incorrect API key");
  EXPECT_EQ(xai.provider_code, "invalid-argument");
}

}  // namespace
}  // namespace instructor
