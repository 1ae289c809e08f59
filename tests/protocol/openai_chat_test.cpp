#include <gtest/gtest.h>

#include <string>

#include <nlohmann/json.hpp>

#include "instructor/codec.hpp"
#include "instructor/error.hpp"
#include "instructor/request.hpp"
#include "protocol/protocol.hpp"

namespace instructor {
namespace {

const Protocol& protocol() { return openai_chat_protocol(); }

Reply read(std::string_view body) { return protocol().decode(std::string(body)); }

TEST(OpenAiChat, ReadsToolCalls) {
  const Reply reply = read(R"({"id":"c1","model":"gpt-4o","choices":[{"index":0,"finish_reason":"tool_calls","message":
    {"role":"assistant","content":null,"refusal":null,"tool_calls":[
      {"id":"t1","type":"function","function":{"name":"User","arguments":"{\"a\": 1}"}},
      {"id":"t2","type":"function","function":{"name":"User","arguments":{"a":2}}},
      {"type":"function","function":{"name":"User"}}]}}],
    "usage":{"prompt_tokens":82,"completion_tokens":17,"total_tokens":99,
      "prompt_tokens_details":{"cached_tokens":64,"audio_tokens":3},"completion_tokens_details":{"reasoning_tokens":5,"audio_tokens":4}}})");
  EXPECT_EQ(reply.id, "c1");
  EXPECT_EQ(reply.model, "gpt-4o");
  EXPECT_EQ(reply.text, "");
  ASSERT_EQ(reply.tool_calls.size(), 3u);
  EXPECT_EQ(reply.tool_calls[0], (ToolCall{"t1", "User", "{\"a\": 1}"}));
  EXPECT_EQ(reply.tool_calls[1], (ToolCall{"t2", "User", "{\"a\":2}"}));
  EXPECT_EQ(reply.tool_calls[2], (ToolCall{"call_3", "User", ""}));
  EXPECT_EQ(reply.finish_reason, FinishReason::tool_calls);
  EXPECT_EQ(reply.usage, (Usage{82, 17, 99, 64, 5, 7}));
}

TEST(OpenAiChat, ReadsContentAsTextOrParts) {
  EXPECT_EQ(read(R"({"choices":[{"message":{"content":"hi"},"finish_reason":"stop"}]})").text, "hi");
  const Reply parts =
      read(R"({"choices":[{"message":{"content":[{"type":"thinking","thinking":[{"type":"text","text":"hm"}]},
    {"type":"text","text":"a"},{"type":"text","text":"b"}]}}]})");
  EXPECT_EQ(parts.text, "ab");
  EXPECT_EQ(parts.reasoning, "hm");
}

TEST(OpenAiChat, ReadsWhatServersAdd) {
  EXPECT_EQ(read(R"({"choices":[{"message":{"content":"a","reasoning_content":"r"}}]})").reasoning, "r");
  EXPECT_EQ(read(R"({"choices":[{"message":{"content":"a","reasoning":"r"}}]})").reasoning, "r");
  EXPECT_EQ(read(R"({"choices":[{"message":{"content":null,"refusal":"no"}}]})").refusal, "no");
  const Reply legacy = read(
      R"({"choices":[{"message":{"content":null,"function_call":{"name":"User","arguments":"{}"}},"finish_reason":"function_call"}]})");
  ASSERT_EQ(legacy.tool_calls.size(), 1u);
  EXPECT_EQ(legacy.tool_calls[0].name, "User");
  EXPECT_EQ(legacy.finish_reason, FinishReason::tool_calls);
  EXPECT_EQ(
      read(
          R"({"choices":[{"message":{"content":"a"}}],"usage":{"prompt_tokens":2,"completion_tokens":3,"prompt_cache_hit_tokens":1}})")
          .usage,
      (Usage{2, 3, 5, 1, 0, 0}));
}

TEST(OpenAiChat, CountsReasoningAndAudioWhereProvidersCountThemApart) {
  EXPECT_EQ(
      read(
          R"({"choices":[{"message":{"content":"a"}}],"usage":{"prompt_tokens":291,"completion_tokens":26,"total_tokens":506,
    "completion_tokens_details":{"reasoning_tokens":189}}})")
          .usage,
      (Usage{291, 215, 506, 0, 189, 0}));
  EXPECT_EQ(
      read(
          R"({"choices":[{"message":{"content":"a"}}],"usage":{"prompt_tokens":9,"completion_tokens":201,"total_tokens":585,
    "prompt_tokens_details":{"audio_tokens":375}}})")
          .usage,
      (Usage{384, 201, 585, 0, 0, 375}));
}

TEST(OpenAiChat, BoundsCounts) {
  const Usage usage = read(R"({"choices":[{"message":{"content":"a"}}],"usage":{"prompt_tokens":9223372036854775807,
    "completion_tokens":9223372036854775807,"cached_tokens":-5}})")
                          .usage;
  EXPECT_GT(usage.total_tokens, usage.input_tokens);
  EXPECT_EQ(usage.cached_tokens, 0);
}

TEST(OpenAiChat, ReadsReasoningDetailsAndIgnoresAnEmptyFunctionCall) {
  const Reply reply = read(R"({"choices":[{"message":{"content":"a","function_call":{"name":"","arguments":""},
    "reasoning_details":[{"type":"reasoning.text","text":"r1 "},{"type":"reasoning.summary","summary":"r2"}]}}]})");
  EXPECT_EQ(reply.reasoning, "r1 r2");
  EXPECT_TRUE(reply.tool_calls.empty());
}

TEST(OpenAiChat, ReadsCallsOfCustomTools) {
  const Reply reply = read(
      R"({"choices":[{"message":{"tool_calls":[{"id":"c","type":"custom","custom":{"name":"sql","input":"select 1"}}]}}]})");
  ASSERT_EQ(reply.tool_calls.size(), 1u);
  EXPECT_EQ(reply.tool_calls[0], (ToolCall{"c", "sql", "select 1"}));
}

TEST(OpenAiChat, ForgivesDeviationsOutsideTheAnswer) {
  const Reply reply = read(
      R"({"id":7,"model":null,"usage":null,"service_tier":{},"choices":[{"message":{"content":"x","tool_calls":null},"logprobs":null}]})");
  EXPECT_EQ(reply.text, "x");
  EXPECT_THROW(read(R"({"choices":[{"message":{"content":"x","tool_calls":"none"}}]})"), Error);
}

TEST(OpenAiChat, MapsFinishReasons) {
  const auto reason = [](const std::string& text) {
    return read(R"({"choices":[{"message":{"content":"x"},"finish_reason":")" + text + "\"}]}").finish_reason;
  };
  EXPECT_EQ(reason("stop"), FinishReason::stop);
  EXPECT_EQ(reason("length"), FinishReason::length);
  EXPECT_EQ(reason("content_filter"), FinishReason::content_filter);
  EXPECT_EQ(reason("eos"), FinishReason::stop);
  EXPECT_EQ(reason("something new"), FinishReason::other);
  EXPECT_EQ(reason(""), FinishReason::unknown);
}

std::string sent_back(const Reply& reply) {
  Message message = Message::assistant(reply.text, reply.tool_calls);
  message.native = reply.native;
  Call call;
  const CallOptions options;
  call.messages = {&message};
  call.options = &options;
  std::string body;
  protocol().encode(call, {}, body);
  return body;
}

TEST(OpenAiChat, SendsBackWhatProvidersWantBack) {
  const Reply details = read(R"({"choices":[{"message":{"role":"assistant","content":null,"reasoning":"Hm.",
    "reasoning_details":[{"type":"reasoning.text","text":"Hm.","signature":"c2ln","index":0}],
    "tool_calls":[{"id":"t1","index":0,"type":"function","function":{"name":"User","arguments":"{\"a\": 1}"}}]}}]})");
  EXPECT_EQ(sent_back(details),
            R"({"model":"","messages":[{"role":"assistant","content":null,"tool_calls":[{"id":"t1","type":"function",)"
            R"("function":{"name":"User","arguments":"{\"a\": 1}"}}],)"
            R"("reasoning_details":[{"type":"reasoning.text","text":"Hm.","signature":"c2ln","index":0}]}]})");

  const Reply gemini = read(R"({"choices":[{"message":{"content":"a","tool_calls":[
    {"id":"","type":"function","function":{"name":"User","arguments":"{}"},
     "extra_content":{"google":{"thought_signature":"c2ln"}}}]}}]})");
  EXPECT_EQ(
      gemini.native.json,
      R"({"role":"assistant","content":"a","tool_calls":[{"id":"call_1","type":"function",)"
      R"("function":{"name":"User","arguments":"{}"},"extra_content":{"google":{"thought_signature":"c2ln"}}}]})");

  const Reply deepseek = read(R"({"choices":[{"message":{"content":"","reasoning_content":"r","tool_calls":[
    {"id":"t1","type":"function","function":{"name":"User","arguments":"{}"}}]}}]})");
  EXPECT_NE(deepseek.native.json.find(R"("reasoning_content":"r")"), std::string::npos);
}

TEST(OpenAiChat, KeepsNoTurnThatTextAndCallsSayAsWell) {
  EXPECT_EQ(read(R"({"choices":[{"message":{"content":"a","reasoning":"r","reasoning_details":null}}]})").native,
            NativeTurn());
  // DeepSeek wants its reasoning back beside calls alone.
  EXPECT_EQ(read(R"({"choices":[{"message":{"content":"a","reasoning_content":"r"}}]})").native, NativeTurn());
  // What a model has made up would not be taken back.
  EXPECT_EQ(
      read(R"({"choices":[{"message":{"extra_content":{},"tool_calls":[{"function":{"arguments":"{}"}}]}}]})").native,
      NativeTurn());
}

TEST(OpenAiChat, NumbersCallsWhereThatIsWanted) {
  const Message message = Message::assistant("", {{"a", "f", "{}"}, {"b", "f", "{}"}});
  Call call;
  const CallOptions options;
  call.messages = {&message};
  call.options = &options;
  WireSettings settings;
  settings.indexed_calls = true;
  std::string body;
  protocol().encode(call, settings, body);
  EXPECT_NE(body.find(R"({"index":1,"id":"b","type":"function")"), std::string::npos);
}

struct ErrorCase {
  int status;
  const char* body;
  ErrorCode code;
  const char* provider_code;
  const char* message;
};

TEST(OpenAiChat, ReadsErrors) {
  for (const ErrorCase& c : {
           ErrorCase{
               401,
               R"({"error":{"message":"Incorrect API key","type":"invalid_request_error","code":"invalid_api_key"}})",
               ErrorCode::authentication, "invalid_api_key", "Incorrect API key"},
           ErrorCase{404,
                     R"({"error":{"message":"no such model","type":"invalid_request_error","code":"model_not_found"}})",
                     ErrorCode::not_found, "model_not_found", "no such model"},
           ErrorCase{429, R"({"error":{"message":"slow down","type":"requests","code":"rate_limit_exceeded"}})",
                     ErrorCode::rate_limited, "rate_limit_exceeded", "slow down"},
           ErrorCase{429, R"({"error":{"message":"no money","type":"insufficient_quota","code":"insufficient_quota"}})",
                     ErrorCode::quota, "insufficient_quota", "no money"},
           ErrorCase{400, R"({"error":{"message":"bad","type":"invalid_request_error","code":null}})",
                     ErrorCode::invalid_request, "invalid_request_error", "bad"},
           ErrorCase{400, R"({"error":{"message":"filtered","code":"content_filter"}})", ErrorCode::content_filter,
                     "content_filter", "filtered"},
           ErrorCase{401, R"({"detail":"Invalid API Key"})", ErrorCode::authentication, "", "Invalid API Key"},
           ErrorCase{500, R"({"error":"boom"})", ErrorCode::server_error, "", "boom"},
           ErrorCase{503, "", ErrorCode::overloaded, "", "an empty body"},
           ErrorCase{529, R"({"error":{"type":"overloaded_error","message":"busy"}})", ErrorCode::overloaded,
                     "overloaded_error", "busy"},
           ErrorCase{502, "<html><title>502 Bad Gateway</title></html>", ErrorCode::server_error, "",
                     "an HTML page (502 Bad Gateway)"},
           ErrorCase{422, R"([{"error":{"message":"in a list"}}])", ErrorCode::invalid_request, "", "in a list"},
           ErrorCase{403, R"({"message":"not yours"})", ErrorCode::permission, "", "not yours"},
           ErrorCase{400, "\xFF\xFE", ErrorCode::invalid_request, "", "text that begins with"},
       }) {
    const ErrorDetail detail = protocol().decode_error(c.status, c.body);
    EXPECT_EQ(detail.code, c.code) << c.body;
    EXPECT_EQ(detail.provider_code, c.provider_code) << c.body;
    EXPECT_NE(detail.message.find(c.message), std::string::npos) << detail.message;
    EXPECT_EQ(detail.http_status, c.status);
  }
}

TEST(OpenAiChat, BoundsWhatItRepeats) {
  const std::string long_message(1 << 20, 'x');
  EXPECT_LT(protocol().decode_error(400, R"({"error":{"message":")" + long_message + "\"}}").message.size(), 700u);
  EXPECT_LT(protocol().decode_error(400, long_message).message.size(), 700u);
  EXPECT_LT(protocol().decode_error(400, long_message).body.size(), 3000u);
}

TEST(OpenAiChat, SurvivesHostileBodies) {
  EXPECT_THROW(read(std::string(100'000, '[')), Error);
  EXPECT_THROW(read("{\"choices\":" + std::string(100'000, '[')), Error);
  EXPECT_THROW(read("{\"choices\":[{\"message\":{\"content\":" + std::string(100'000, '[')), Error);
  EXPECT_THROW(read(std::string("{\"choices\":[{\"message\":{\"content\":\"a\0b\"}}]}", 43)), Error);
  EXPECT_NO_THROW(protocol().decode_error(400, std::string(100'000, '{')));
}

}  // namespace
}  // namespace instructor
