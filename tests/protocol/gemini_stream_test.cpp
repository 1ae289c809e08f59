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
  std::unique_ptr<EventReader> reader = gemini_protocol().event_reader();
  Reply reply;

  /// What the event adds: `text`, or `number:arguments`.
  std::vector<std::string> read(std::string_view data) {
    std::vector<Delta> deltas;
    reader->read({{}, data}, reply, deltas);
    std::vector<std::string> told;
    for (const Delta& delta : deltas)
      told.push_back((delta.kind == Delta::Kind::text ? "" : std::to_string(delta.call) + ":") +
                     std::string(delta.text));
    return told;
  }

  std::vector<std::string> parts(const std::string& parts, const std::string& rest = "") {
    return read(R"({"candidates":[{"content":{"role":"model","parts":[)" + parts + "]}" + rest + "}]}");
  }

  std::vector<std::string> call(const std::string& call) { return parts(R"({"functionCall":)" + call + "}"); }

  const Reply& finished() {
    reader->finish(reply);
    return reply;
  }
};

using Told = std::vector<std::string>;

TEST(GeminiStream, AddsUpToTheReplyThatComesWhole) {
  Events events;
  EXPECT_EQ(events.parts(R"({"text":"so","thought":true})"), Told{});
  EXPECT_EQ(events.parts(R"({"text":" on","thought":true})"), Told{});
  EXPECT_EQ(events.parts(R"({"text":"Hel"})"), Told{"Hel"});
  EXPECT_EQ(events.parts(R"({"text":"lo"},{"text":"!","thoughtSignature":"c2ln"})"), (Told{"lo", "!"}));
  EXPECT_EQ(events.parts(R"({"functionCall":{"name":"User","args":{"age":1}}},{"functionCall":{"name":"User"}})"),
            (Told{R"(0:{"age":1})", "1:{}"}));
  EXPECT_EQ(events.parts(R"({"text":""})", R"(,"finishReason":"STOP")"), Told{});
  events.read(R"({"usageMetadata":{"promptTokenCount":3,"candidatesTokenCount":4,"totalTokenCount":7},
    "modelVersion":"m","responseId":"r"})");
  Reply whole = gemini_protocol().decode(R"({"candidates":[{"content":{"role":"model","parts":[
    {"text":"so on","thought":true},{"text":"Hello"},{"text":"!","thoughtSignature":"c2ln"},
    {"functionCall":{"name":"User","args":{"age":1}}},{"functionCall":{"name":"User"}}]},"finishReason":"STOP"}],
    "usageMetadata":{"promptTokenCount":3,"candidatesTokenCount":4,"totalTokenCount":7},
    "modelVersion":"m","responseId":"r"})");
  const Reply& reply = events.finished();
  EXPECT_EQ(reply.text, whole.text);
  EXPECT_EQ(reply.reasoning, whole.reasoning);
  EXPECT_EQ(reply.tool_calls, whole.tool_calls);
  EXPECT_EQ(reply.finish_reason, whole.finish_reason);
  EXPECT_EQ(reply.finish_reason, FinishReason::tool_calls);
  EXPECT_EQ(reply.usage, whole.usage);
  EXPECT_EQ(reply.native, whole.native);
  EXPECT_EQ(reply.id + reply.model, "rm");
}

TEST(GeminiStream, KeepsSignaturesWhereTheyAre) {
  Events events;
  events.parts(R"({"text":"a"})");
  events.parts(R"({"text":"b"})");
  events.parts(R"({"text":"","thoughtSignature":"c2ln"})");
  events.parts(R"({"text":"c"})");
  EXPECT_EQ(events.finished().native.json,
            R"({"role":"model","parts":[{"text":"ab"},{"text":"","thoughtSignature":"c2ln"},{"text":"c"}]})");
}

TEST(GeminiStream, PutsArgumentsTogetherThatComeOneByOne) {
  Events events;
  EXPECT_EQ(events.parts(R"({"functionCall":{"name":"f","willContinue":true},"thoughtSignature":"c2ln"})"), Told{});
  events.call(
      R"({"partialArgs":[{"jsonPath":"$.items[0].name","stringValue":"Ap","willContinue":true}],"willContinue":true})");
  events.call(R"({"partialArgs":[{"jsonPath":"$.items[0].name","stringValue":"ple"}],"willContinue":true})");
  events.call(R"({"partialArgs":[{"jsonPath":"$.items[0]['the price']","numberValue":0.5},
    {"jsonPath":"$.items[1].name","nullValue":"NULL_VALUE"}],"willContinue":true})");
  EXPECT_EQ(events.call(R"({"partialArgs":[{"jsonPath":"$.ok","boolValue":true}]})"),
            Told{R"(0:{"items":[{"name":"Apple","the price":0.5},{"name":null}],"ok":true})"});
  // The mark of the end comes late.
  EXPECT_EQ(events.call("{}"), Told{});
  EXPECT_EQ(events.call(R"({"name":"g","id":"x","willContinue":true})"), Told{});
  EXPECT_EQ(events.call("{}"), Told{"1:{}"});
  const Reply& reply = events.finished();
  ASSERT_EQ(reply.tool_calls.size(), 2u);
  EXPECT_EQ(reply.tool_calls[1], (ToolCall{"x", "g", "{}"}));
  EXPECT_EQ(reply.native.json,
            R"({"role":"model","parts":[{"functionCall":{"name":"f","args":{"items":[{"name":"Apple","the price":0.5},)"
            R"({"name":null}],"ok":true}},"thoughtSignature":"c2ln"},{"functionCall":{"name":"g","id":"x"}}]})");
}

TEST(GeminiStream, EndsACallThatIsOpenWhereTheReplyEnds) {
  Events events;
  events.call(
      R"({"name":"f","willContinue":true,"partialArgs":[{"jsonPath":"$.a","stringValue":"x","willContinue":true}]})");
  EXPECT_EQ(events.parts("", R"(,"finishReason":"MAX_TOKENS")"), Told{R"(0:{"a":"x"})"});
  Events broken_off;
  broken_off.call(R"({"name":"f","willContinue":true,"partialArgs":[{"jsonPath":"$.a","numberValue":1}]})");
  EXPECT_EQ(broken_off.finished().native.json,
            R"({"role":"model","parts":[{"functionCall":{"name":"f","args":{"a":1}}}]})");
}

TEST(GeminiStream, RefusesArgumentsWithoutAPlace) {
  for (const char* path : {"", "a", "$.", "$[", "$['a", "$.a[7]", "$[99999999999999999999]", "$..a", "$[*]", "$.b.c"}) {
    Events events;
    events.call(R"({"name":"f","willContinue":true,"partialArgs":[{"jsonPath":"$.b","stringValue":"x"}]})");
    EXPECT_THROW(events.call(R"({"partialArgs":[{"jsonPath":")" + std::string(path) + R"(","numberValue":1}]})"), Error)
        << path;
  }
  Events events;
  std::string deep = "$";
  for (int i = 0; i < 100; ++i) deep += ".a";
  EXPECT_THROW(events.call(R"({"name":"f","partialArgs":[{"jsonPath":")" + deep + R"(","numberValue":1}]})"), Error);
}

TEST(GeminiStream, HasNothingOfAnEventThatCannotBeRead) {
  Events events;
  events.parts(R"({"text":"a"},{"functionCall":{"name":"f","willContinue":true}})");
  EXPECT_THROW(events.parts(R"({"text":"b"},{"functionCall":{"name":"g","args":{}}},
    {"functionCall":{"name":"h","partialArgs":[{"jsonPath":"?"}]}})"),
               Error);
  EXPECT_EQ(events.reply.text, "a");
  ASSERT_EQ(events.reply.tool_calls.size(), 1u);
  EXPECT_EQ(events.finished().tool_calls[0].arguments, "");
}

TEST(GeminiStream, TellsWhyThePromptWasNotTaken) {
  Events events;
  events.read(R"({"promptFeedback":{"blockReason":"SAFETY"},"usageMetadata":{"promptTokenCount":3}})");
  EXPECT_EQ(events.finished().finish_reason, FinishReason::content_filter);
  EXPECT_EQ(events.reply.refusal, "the prompt was blocked: SAFETY");
}

TEST(GeminiStream, ThrowsWhatItReports) {
  Events events;
  events.parts(R"({"text":"a"})");
  try {
    events.read(R"({"error":{"code":503,"message":"The model is overloaded.","status":"UNAVAILABLE"}})");
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::overloaded);
  }
  EXPECT_THROW(events.read("no JSON"), Error);
  EXPECT_NO_THROW(events.read(R"({"somethingNew":{}})"));
}

}  // namespace
}  // namespace instructor
