#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "instructor/error.hpp"
#include "protocol/protocol.hpp"

namespace instructor {
namespace {

/// A stream, event by event.
struct Events {
  std::unique_ptr<EventReader> reader = openai_chat_protocol().event_reader();
  Reply reply;

  /// What the event adds: `text`, or `number:arguments`.
  std::vector<std::string> read(std::string_view data) {
    std::vector<Delta> deltas;
    more = reader->read({{}, data}, reply, deltas);
    std::vector<std::string> told;
    for (const Delta& delta : deltas)
      told.push_back((delta.kind == Delta::Kind::text ? "" : std::to_string(delta.call) + ":") +
                     std::string(delta.text));
    return told;
  }

  /// The same for the delta of the only choice.
  std::vector<std::string> delta(const std::string& delta) {
    return read(R"({"id":"c1","model":"m","choices":[{"index":0,"delta":)" + delta + "}]}");
  }

  bool more = true;
};

using Told = std::vector<std::string>;

TEST(OpenAiChatStream, BeginsACallWithEachNameWhereThereIsNeitherIndexNorId) {
  Events events;
  events.delta(R"({"content":"a"})");
  for (const std::string number : {"1", "2", "3"})
    events.delta(R"({"tool_calls":[{"function":{"name":"User","arguments":"[)" + number + R"(]"}}]})");
  events.reader->finish(events.reply);
  EXPECT_EQ(events.reply.tool_calls,
            (std::vector<ToolCall>{{"call_1", "User", "[1]"}, {"call_2", "User", "[2]"}, {"call_3", "User", "[3]"}}));
}

TEST(OpenAiChatStream, AddsToTheRefusalEachTime) {
  Events events;
  for (const std::string text : {"a", "b", "c"}) events.delta(R"({"content":")" + text + R"(","refusal":"no"})");
  EXPECT_EQ(events.reply.text, "abc");
  EXPECT_EQ(events.reply.refusal, "nonono");
}

// The calls move when there are more of them, and short arguments with them.
TEST(OpenAiChatStream, TellsOfSeveralPiecesInOneEvent) {
  Events events;
  EXPECT_EQ(
      events.delta(R"({"content":"hi","tool_calls":[{"index":0,"id":"a","function":{"name":"User","arguments":"{}"}},
      {"index":1,"id":"b","function":{"name":"User","arguments":"[]"}},
      {"index":2,"id":"c","function":{"name":"User","arguments":"{\"a\":"}},
      {"index":2,"function":{"arguments":"\"long enough to be moved to where there is room\"}"}}]})"),
      (Told{"hi", "0:{}", "1:[]", "2:{\"a\":", "2:\"long enough to be moved to where there is room\"}"}));
}

TEST(OpenAiChatStream, ReadsTheFormBeforeTools) {
  Events events;
  EXPECT_EQ(events.delta(R"({"function_call":{"name":"User","arguments":""}})"), Told{});
  EXPECT_EQ(events.delta(R"({"function_call":{"arguments":"{}"}})"), Told{"0:{}"});
  events.delta(R"({"tool_calls":[{"index":0,"id":"a","function":{"name":"User","arguments":"[]"}}]})");
  events.reader->finish(events.reply);
  EXPECT_EQ(events.reply.tool_calls, (std::vector<ToolCall>{{"call_1", "User", "{}"}, {"a", "User", "[]"}}));

  Events empty;
  empty.delta(R"({"content":"hi","function_call":{"name":"","arguments":""}})");
  EXPECT_TRUE(empty.reply.tool_calls.empty());

  Events both;
  both.delta(R"({"tool_calls":[{"index":0,"id":"a","function":{"name":"User","arguments":"{}"}}],
      "function_call":{"name":"User","arguments":"{}"}})");
  EXPECT_EQ(both.reply.tool_calls, (std::vector<ToolCall>{{"a", "User", "{}"}}));
}

TEST(OpenAiChatStream, TakesUsageFromWhereverItIs) {
  Events groq;
  groq.read(R"({"choices":[],"x_groq":{"id":"r","usage":{"prompt_tokens":2,"completion_tokens":3,"total_tokens":5}}})");
  EXPECT_EQ(groq.reply.usage.total_tokens, 5);
  Events output_only;
  output_only.read(R"({"choices":[],"usage":{"completion_tokens":3}})");
  EXPECT_EQ(output_only.reply.usage.output_tokens, 3);
  output_only.read(R"({"choices":[],"usage":null})");
  EXPECT_EQ(output_only.reply.usage.output_tokens, 3);
}

// As OpenRouter streams it: one text in pieces, its signature after it, and encrypted reasoning whole.
TEST(OpenAiChatStream, PutsReasoningDetailsTogether) {
  Events events;
  const auto details = [&](const std::string& list) { events.delta(R"({"reasoning_details":[)" + list + "]}"); };
  details(R"({"type":"reasoning.text","text":"The ","format":"f","index":0})");
  details(R"({"type":"reasoning.text","text":"user","format":"f","index":0})");
  details(R"({"type":"reasoning.text","text":null,"signature":"c2ln","format":"f","index":0})");
  details(R"({"type":"reasoning.encrypted","data":"YQ==","index":1},
             {"type":"reasoning.encrypted","data":"Yg==","index":1},{"type":"reasoning.text","text":"x","index":2})");
  events.delta(R"({"tool_calls":[{"index":0,"id":"a","function":{"name":"User","arguments":"{\"n\":"},
      "extra_content":{"google":{"thought_signature":"c2ln"}}}]})");
  events.delta(R"({"tool_calls":[{"index":0,"function":{"arguments":"\"x"}}]})");
  events.reader->finish(events.reply);
  EXPECT_EQ(events.reply.reasoning, "The userx");
  EXPECT_EQ(
      events.reply.native.json,
      R"({"role":"assistant","content":null,"tool_calls":[{"id":"a","type":"function",)"
      R"("function":{"name":"User","arguments":"{\"n\":\"x\"}"},)"
      R"("extra_content":{"google":{"thought_signature":"c2ln"}}}],)"
      R"("reasoning_details":[{"type":"reasoning.text","text":"The user","format":"f","index":0,"signature":"c2ln"},)"
      R"({"type":"reasoning.encrypted","data":"YQ==","index":1},{"type":"reasoning.encrypted","data":"Yg==","index":1},)"
      R"({"type":"reasoning.text","text":"x","index":2}]})");
}

TEST(OpenAiChatStream, KeepsReasoningBesideCalls) {
  Events events;
  events.delta(R"({"reasoning_content":"r1"})");
  events.delta(R"({"reasoning_content":"r2"})");
  events.delta(R"({"tool_calls":[{"index":0,"id":"a","function":{"name":"User","arguments":"{}"}}]})");
  events.reader->finish(events.reply);
  EXPECT_NE(events.reply.native.json.find(R"("reasoning_content":"r1r2")"), std::string::npos);
}

// Events that differ in their text alone are read in a shorter way; what else they bring must not get lost.
TEST(OpenAiChatStream, KeepsWhatEachEventBringsBesideText) {
  Events events;
  for (const std::string text : {"a", "b", "c"})
    events.delta(R"({"content":")" + text + R"(","reasoning_details":[{"type":"reasoning.encrypted","data":"YQ=="}]})");
  events.reader->finish(events.reply);
  EXPECT_EQ(events.reply.text, "abc");
  const std::string one = R"({"type":"reasoning.encrypted","data":"YQ=="})";
  EXPECT_NE(events.reply.native.json.find(one + "," + one + "," + one), std::string::npos);
}

std::string error_of(std::string_view data) {
  Events events;
  try {
    events.read(data);
  } catch (const Error& error) {
    return std::string(to_string(error.code())) + ": " + error.message();
  }
  return "no error";
}

TEST(OpenAiChatStream, ReportsErrors) {
  EXPECT_EQ(error_of(R"({"error":{"message":"too many","code":429}})"), "rate_limited: too many");
  EXPECT_EQ(error_of(R"({"choices":[{"index":0,"delta":{"content":""},"finish_reason":"error",
      "error":{"message":"too many","code":429}}]})"),
            "rate_limited: too many");
  EXPECT_NE(error_of("what").find("bad_response"), std::string::npos);
}

TEST(OpenAiChat, ReportsAnErrorInsideAChoice) {
  try {
    openai_chat_protocol().decode(
        R"({"choices":[{"message":{"content":""},"finish_reason":"error","error":{"message":"too many","code":429}}]})");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::rate_limited);
    EXPECT_EQ(error.message(), "too many");
  }
}

}  // namespace
}  // namespace instructor
