#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "instructor/error.hpp"
#include "protocol/protocol.hpp"

namespace instructor {
namespace {

/// A stream, event by event.
struct Events {
  std::unique_ptr<EventReader> reader = openai_responses_protocol().event_reader();
  Reply reply;
  bool more = true;

  /// What the event adds: `text`, or `number:arguments`.
  std::vector<std::string> read(const std::string& data, std::string_view name = {}) {
    std::vector<Delta> deltas;
    more = reader->read({name, data}, reply, deltas);
    std::vector<std::string> told;
    for (const Delta& delta : deltas)
      told.push_back((delta.kind == Delta::Kind::text ? "" : std::to_string(delta.call) + ":") +
                     std::string(delta.text));
    return told;
  }
  std::vector<std::string> text(const std::string& delta, int item = 0, int part = 0) {
    return read(R"({"type":"response.output_text.delta","item_id":"m)" + std::to_string(item) + R"(","output_index":)" +
                std::to_string(item) + R"(,"content_index":)" + std::to_string(part) + R"(,"delta":")" + delta +
                R"("})");
  }
  std::vector<std::string> arguments(const std::string& delta, int item) {
    return read(R"({"type":"response.function_call_arguments.delta","output_index":)" + std::to_string(item) +
                R"(,"delta":")" + delta + R"("})");
  }
  std::vector<std::string> call(int item, const std::string& id) {
    return read(R"({"type":"response.output_item.added","output_index":)" + std::to_string(item) +
                R"(,"item":{"type":"function_call","id":"fc_)" + id + R"(","call_id":")" + id +
                R"(","name":"User","arguments":""}})");
  }
  std::vector<std::string> completed(const std::string& output) {
    return read(R"({"type":"response.completed","response":{"id":"r","model":"m","status":"completed","output":)" +
                output + "}}");
  }
  Reply finish() {
    reader->finish(reply);
    return reply;
  }
};

using Told = std::vector<std::string>;

const std::string message =
    R"({"type":"message","id":"m0","role":"assistant","content":[{"type":"output_text","text":"Hello"}]})";

TEST(OpenAiResponsesStream, PutsTextTogether) {
  Events events;
  events.read(R"({"type":"response.created","response":{"id":"r","model":"m","status":"in_progress","output":[]}})");
  EXPECT_EQ(events.reply.id, "r");
  EXPECT_EQ(events.text("Hel"), Told{"Hel"});
  EXPECT_EQ(events.text("lo"), Told{"lo"});
  EXPECT_EQ(events.read(R"({"type":"response.output_text.done","output_index":0,"content_index":0,"text":"Hello"})"),
            Told{});
  EXPECT_EQ(events.read(R"({"type":"response.content_part.done","output_index":0,"content_index":0,
      "part":{"type":"output_text","text":"Hello"}})"),
            Told{});
  EXPECT_EQ(events.read(R"({"type":"response.output_item.done","output_index":0,"item":)" + message + "}"), Told{});
  EXPECT_EQ(events.completed("[" + message + "]"), Told{});
  EXPECT_FALSE(events.more);
  const Reply reply = events.finish();
  EXPECT_EQ(reply.text, "Hello");
  EXPECT_EQ(reply.finish_reason, FinishReason::stop);
}

TEST(OpenAiResponsesStream, TakesOnceWhatNoDeltaBrought) {
  Events events;
  EXPECT_EQ(events.read(R"({"type":"response.output_text.done","output_index":0,"text":"Hel"})"), Told{"Hel"});
  EXPECT_EQ(events.read(R"({"type":"response.output_item.done","output_index":0,"item":)" + message + "}"), Told{"lo"});
  EXPECT_EQ(events.call(1, "a"), Told{});
  EXPECT_EQ(events.read(R"({"type":"response.function_call_arguments.done","output_index":1,"arguments":"{}"})"),
            Told{"0:{}"});
  const std::string output =
      "[" + message + R"(,{"type":"function_call","id":"fc_a","call_id":"a","name":"User","arguments":"{}"},
         {"type":"function_call","id":"fc_b","call_id":"b","name":"User","arguments":"[]"}])";
  EXPECT_EQ(events.completed(output), Told{"1:[]"});
  const Reply reply = events.finish();
  EXPECT_EQ(reply.text, "Hello");
  EXPECT_EQ(reply.tool_calls, (std::vector<ToolCall>{{"a", "User", "{}"}, {"b", "User", "[]"}}));
  EXPECT_EQ(reply.finish_reason, FinishReason::tool_calls);

  Events whole;
  EXPECT_EQ(whole.completed("[" + message + "]"), Told{"Hello"});
}

TEST(OpenAiResponsesStream, TellsItemsApartWhateverServersSayOfThem) {
  Events interleaved;
  interleaved.call(0, "a");
  interleaved.call(1, "b");
  EXPECT_EQ(interleaved.arguments("[1", 0), Told{"0:[1"});
  EXPECT_EQ(interleaved.arguments("[2]", 1), Told{"1:[2]"});
  EXPECT_EQ(interleaved.arguments("]", 0), Told{"0:]"});
  EXPECT_EQ(interleaved.reply.tool_calls, (std::vector<ToolCall>{{"a", "User", "[1]"}, {"b", "User", "[2]"}}));

  Events by_id;
  for (const std::string id : {"a", "b"})
    by_id.read(R"({"type":"response.output_item.added","item":{"type":"function_call","id":"fc_)" + id +
               R"(","call_id":")" + id + R"(","name":"User"}})");
  EXPECT_EQ(by_id.read(R"({"type":"response.function_call_arguments.delta","item_id":"fc_a","delta":"{}"})"),
            Told{"0:{}"});

  // The part's number is another one in the end, and so is the id.
  Events renumbered;
  EXPECT_EQ(renumbered.text("Hello", 0, 1), Told{"Hello"});
  EXPECT_EQ(
      renumbered.completed(R"([{"type":"message","id":"other","content":[{"type":"output_text","text":"Hello"}]}])"),
      Told{});
}

TEST(OpenAiResponsesStream, ReadsReasoningAndRefusals) {
  Events events;
  events.read(R"({"type":"response.reasoning_summary_text.delta","output_index":0,"summary_index":0,"delta":"Hm"})");
  events.read(R"({"type":"response.reasoning_text.delta","output_index":1,"delta":". "})");
  events.read(R"({"type":"response.output_item.done","output_index":2,"item":{"type":"reasoning",
      "summary":[{"type":"summary_text","text":"So."}]}})");
  events.read(R"({"type":"response.refusal.delta","output_index":3,"delta":"no"})");
  EXPECT_EQ(events.reply.reasoning, "Hm. So.");
  EXPECT_EQ(events.reply.refusal, "no");
}

TEST(OpenAiResponsesStream, GoesByTheEventsNameWhereTheDataHasNone) {
  Events events;
  EXPECT_EQ(events.read(R"({"delta":"a"})", "response.output_text.delta"), Told{"a"});
}

TEST(OpenAiResponsesStream, PassesOverWhatItDoesNotKnow) {
  Events events;
  EXPECT_EQ(events.read(R"({"type":"response.web_search_call.searching","output_index":0})"), Told{});
  EXPECT_EQ(events.read(R"({"type":"response.shell_call_output_content.delta","delta":{"stdout":"x"}})"), Told{});
  EXPECT_EQ(events.read(R"({"type":"something.new","response":7,"item":[],"delta":null})"), Told{});
  EXPECT_EQ(events.read("{}"), Told{});
  EXPECT_TRUE(events.more);
  events.read("[DONE]");
  EXPECT_FALSE(events.more);
}

TEST(OpenAiResponsesStream, KeepsWhatGoesBack) {
  const std::string reasoning = R"({"type":"reasoning","id":"rs","summary":[],"encrypted_content":"gAAA"})";
  Events events;
  events.read(R"({"type":"response.output_item.done","output_index":0,"item":)" + reasoning + "}");
  events.call(1, "a");
  events.arguments("{\\\"name\\\":\\\"Ja", 1);
  Reply broken_off = events.finish();
  EXPECT_EQ(broken_off.native.json,
            R"([{"type":"reasoning","id":"rs","summary":[],"encrypted_content":"gAAA"},)"
            R"({"type":"function_call","name":"User","arguments":"{\"name\":\"Ja\"}","id":"fc_a","call_id":"a"}])");

  // What was broken off the provider does not find again.
  Events stored;
  stored.read(
      R"({"type":"response.output_item.done","output_index":0,"item":{"type":"reasoning","id":"rs","summary":[]}})");
  stored.call(1, "a");
  EXPECT_EQ(stored.finish().native, NativeTurn());

  Events whole;
  const std::string output =
      "[" + reasoning + R"(,{"type":"function_call","id":"fc_a","call_id":"a","name":"User","arguments":"{}"}])";
  whole.completed(output);
  EXPECT_EQ(whole.finish().native,
            openai_responses_protocol().decode(R"({"status":"completed","output":)" + output + "}").native);
}

std::string error_of(const std::string& data) {
  Events events;
  try {
    events.read(data);
  } catch (const Error& error) {
    return std::string(to_string(error.code())) + ": " + error.message();
  }
  return "no error";
}

TEST(OpenAiResponsesStream, ReportsErrors) {
  EXPECT_EQ(error_of(R"({"type":"error","code":"rate_limit_exceeded","message":"too many","param":null})"),
            "rate_limited: too many");
  EXPECT_EQ(error_of(R"({"type":"error","error":{"type":"insufficient_quota","message":"no money"}})"),
            "quota: no money");
  EXPECT_EQ(
      error_of(
          R"({"type":"response.failed","response":{"status":"failed","error":{"code":"server_error","message":"m"}}})"),
      "server_error: m");
  EXPECT_EQ(error_of(R"({"error":{"message":"too many","code":429}})"), "rate_limited: too many");
  EXPECT_NE(error_of(R"({"type":"response.failed"})").find("server_error"), std::string::npos);
  EXPECT_NE(error_of("what").find("bad_response"), std::string::npos);
}

TEST(OpenAiResponsesStream, BoundsTheNumberOfItems) {
  Events events;
  EXPECT_THROW(
      {
        for (int i = 0; i < 20'000; ++i) events.text("", i);
      },
      Error);
}

}  // namespace
}  // namespace instructor
