#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "instructor/codec.hpp"
#include "instructor/error.hpp"
#include "protocol/protocol.hpp"

namespace instructor {
namespace {

/// A stream, event by event.
struct Events {
  std::unique_ptr<EventReader> reader = anthropic_messages_protocol().event_reader();
  Reply reply;
  bool more = true;

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
  std::vector<std::string> start(int index, const std::string& block) {
    return read(R"({"type":"content_block_start","index":)" + std::to_string(index) + R"(,"content_block":)" + block +
                "}");
  }
  std::vector<std::string> delta(int index, const std::string& delta) {
    return read(R"({"type":"content_block_delta","index":)" + std::to_string(index) + R"(,"delta":)" + delta + "}");
  }
  std::vector<std::string> stop(int index) {
    return read(R"({"type":"content_block_stop","index":)" + std::to_string(index) + "}");
  }
  Json native() {
    reader->finish(reply);
    return reply.native.json.empty() ? Json() : decode<Json>(reply.native.json).value();
  }
};

using Told = std::vector<std::string>;

Json json(std::string_view text) { return decode<Json>(text).value(); }

TEST(AnthropicMessagesStream, ReadsAMessage) {
  Events events;
  events.read(R"({"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"claude-x",
    "content":[],"stop_reason":null,"usage":{"input_tokens":25,"cache_read_input_tokens":5,"output_tokens":1}}})");
  EXPECT_EQ(events.start(0, R"({"type":"text","text":""})"), Told());
  EXPECT_EQ(events.read(R"({"type":"ping"})"), Told());
  EXPECT_EQ(events.delta(0, R"({"type":"text_delta","text":"Let"})"), Told{"Let"});
  EXPECT_EQ(events.delta(0, R"({"type":"text_delta","text":" me"})"), Told{" me"});
  events.stop(0);
  EXPECT_EQ(events.start(1, R"({"type":"tool_use","id":"toolu_1","name":"User","input":{}})"), Told());
  EXPECT_EQ(events.delta(1, R"({"type":"input_json_delta","partial_json":""})"), Told());
  EXPECT_EQ(events.delta(1, R"({"type":"input_json_delta","partial_json":"{\"age\": "})"), Told{"0:{\"age\": "});
  EXPECT_EQ(events.delta(1, R"({"type":"input_json_delta","partial_json":"25}"})"), Told{"0:25}"});
  EXPECT_EQ(events.stop(1), Told());
  events.read(R"({"type":"message_delta","delta":{"stop_reason":"tool_use","stop_sequence":null},
    "usage":{"output_tokens":15}})");
  EXPECT_TRUE(events.more);
  events.read(R"({"type":"message_stop"})");
  EXPECT_FALSE(events.more);
  events.reader->finish(events.reply);
  EXPECT_EQ(events.reply.id, "msg_1");
  EXPECT_EQ(events.reply.model, "claude-x");
  EXPECT_EQ(events.reply.text, "Let me");
  EXPECT_EQ(events.reply.tool_calls, (std::vector<ToolCall>{{"toolu_1", "User", R"({"age": 25})"}}));
  EXPECT_EQ(events.reply.finish_reason, FinishReason::tool_calls);
  EXPECT_EQ(events.reply.usage, (Usage{30, 15, 45, 5, 0, 0}));
  EXPECT_EQ(events.reply.native, NativeTurn());
}

TEST(AnthropicMessagesStream, KeepsTheTurnAsItWouldHaveComeWhole) {
  Events events;
  events.start(0, R"({"type":"thinking","thinking":"","signature":""})");
  EXPECT_EQ(events.delta(0, R"({"type":"thinking_delta","thinking":"H"})"), Told());
  events.delta(0, R"({"type":"thinking_delta","thinking":"m"})");
  events.delta(0, R"({"type":"signature_delta","signature":"c2ln"})");
  events.stop(0);
  events.start(1, R"({"type":"redacted_thinking","data":"eA=="})");
  events.start(2, R"({"type":"server_tool_use","id":"srvtoolu_1","name":"web_search","input":{}})");
  EXPECT_EQ(events.delta(2, R"({"type":"input_json_delta","partial_json":"{\"query\":\"x\"}"})"), Told());
  events.start(3, R"({"type":"web_search_tool_result","tool_use_id":"srvtoolu_1","content":[]})");
  events.start(4, R"({"type":"text","text":"","citations":[]})");
  events.delta(4, R"({"type":"text_delta","text":"25"})");
  events.delta(4, R"({"type":"citations_delta","citation":{"type":"char_location","cited_text":"25"}})");
  events.start(5, R"({"type":"compaction","content":null})");
  events.delta(5, R"({"type":"compaction_delta","content":"so far","encrypted_content":"eQ=="})");
  events.delta(5, R"({"type":"delta of tomorrow","text":"?"})");
  EXPECT_EQ(events.native(), json(R"([{"type":"thinking","thinking":"Hm","signature":"c2ln"},
    {"type":"redacted_thinking","data":"eA=="},
    {"type":"server_tool_use","id":"srvtoolu_1","name":"web_search","input":{"query":"x"}},
    {"type":"web_search_tool_result","tool_use_id":"srvtoolu_1","content":[]},
    {"type":"text","text":"25","citations":[{"type":"char_location","cited_text":"25"}]},
    {"type":"compaction","content":"so far","encrypted_content":"eQ=="}])"));
  EXPECT_EQ(events.reply.reasoning, "Hm");
  EXPECT_EQ(events.reply.text, "25");
  EXPECT_TRUE(events.reply.tool_calls.empty());
}

TEST(AnthropicMessagesStream, ReadsCallsSideBySide) {
  Events events;
  events.start(0, R"({"type":"tool_use","id":"a","name":"User","input":{}})");
  events.start(1, R"({"type":"tool_use","id":"b","name":"User","input":{}})");
  EXPECT_EQ(events.delta(1, R"({"type":"input_json_delta","partial_json":"{\"b\""})"), Told{"1:{\"b\""});
  EXPECT_EQ(events.delta(0, R"({"type":"input_json_delta","partial_json":"{\"a\":1}"})"), Told{"0:{\"a\":1}"});
  EXPECT_EQ(events.delta(1, R"({"type":"input_json_delta","partial_json":":2}"})"), Told{"1::2}"});
  EXPECT_EQ(events.reply.tool_calls, (std::vector<ToolCall>{{"a", "User", R"({"a":1})"}, {"b", "User", R"({"b":2})"}}));
}

TEST(AnthropicMessagesStream, TakesAnInputThatComesWhole) {
  Events events;
  EXPECT_EQ(events.start(0, R"({"type":"tool_use","id":"a","name":"User","input":{"age":25}})"),
            Told{"0:{\"age\":25}"});
  EXPECT_EQ(events.delta(0, R"({"type":"input_json_delta","partial_json":"{\"age\":25}"})"), Told());
  EXPECT_EQ(events.stop(0), Told());
  EXPECT_EQ(events.reply.tool_calls.front().arguments, R"({"age":25})");
}

TEST(AnthropicMessagesStream, KeepsTheSpellingOfArguments) {
  Events events;
  EXPECT_EQ(events.start(0, R"({"type":"tool_use","id":"a","name":"User","input":{"n": 1e400, "k":1.50}})"),
            Told{R"(0:{"n": 1e400, "k":1.50})"});
}

TEST(AnthropicMessagesStream, KnowsToolsWithoutParameters) {
  Events events;
  events.start(0, R"({"type":"tool_use","id":"a","name":"now","input":{}})");
  EXPECT_EQ(events.stop(0), Told{"0:{}"});
  EXPECT_EQ(events.stop(0), Told());
}

TEST(AnthropicMessagesStream, ClosesWhatWasBrokenOff) {
  Events events;
  events.start(0, R"({"type":"thinking","thinking":"Hm","signature":"c2ln"})");
  events.start(1, R"({"type":"tool_use","name":"User","input":{}})");
  events.delta(1, R"({"type":"input_json_delta","partial_json":"{\"name\": \"Jas"})");
  EXPECT_EQ(events.native(), json(R"([{"type":"thinking","thinking":"Hm","signature":"c2ln"},
    {"type":"tool_use","name":"User","input":{"name":"Jas"},"id":"call_1"}])"));
  EXPECT_EQ(events.reply.tool_calls, (std::vector<ToolCall>{{"call_1", "User", R"({"name": "Jas)"}}));
  EXPECT_EQ(events.reply.finish_reason, FinishReason::unknown);
}

TEST(AnthropicMessagesStream, TakesLaterCountsForAll) {
  Events events;
  events.read(R"({"type":"message_start","message":{"usage":{"input_tokens":9,"output_tokens":1}}})");
  events.read(R"({"type":"message_delta","delta":{},"usage":{"input_tokens":40,"cache_read_input_tokens":2,
    "cache_creation_input_tokens":3,"output_tokens":50}})");
  EXPECT_EQ(events.reply.usage, (Usage{45, 50, 95, 2, 0, 0}));
  events.read(R"({"type":"message_delta","delta":{},"usage":{"input_tokens":0,"output_tokens":60}})");
  EXPECT_EQ(events.reply.usage, (Usage{45, 60, 105, 2, 0, 0}));
}

TEST(AnthropicMessagesStream, ReadsRefusals) {
  Events events;
  events.read(R"({"type":"message_delta","delta":{"stop_reason":"refusal",
    "stop_details":{"type":"refusal","explanation":"Not that."}},"usage":{"output_tokens":5}})");
  EXPECT_EQ(events.reply.refusal, "Not that.");
  EXPECT_EQ(events.reply.finish_reason, FinishReason::content_filter);
}

TEST(AnthropicMessagesStream, GoesWithoutTheBeginningOfABlock) {
  Events events;
  EXPECT_EQ(events.delta(0, R"({"type":"text_delta","text":"a"})"), Told{"a"});
  EXPECT_EQ(events.delta(1, R"({"type":"input_json_delta","partial_json":"{"})"), Told{"0:{"});
  EXPECT_EQ(events.delta(2, R"({"type":"signature_delta","signature":"x"})"), Told());
  EXPECT_EQ(events.reply.tool_calls, (std::vector<ToolCall>{{"call_1", "", "{"}}));
}

TEST(AnthropicMessagesStream, TakesTheTypeFromTheFrame) {
  Events events;
  std::vector<Delta> deltas;
  EXPECT_FALSE(events.reader->read({"message_stop", "{}"}, events.reply, deltas));
  EXPECT_FALSE(events.reader->read({{}, "[DONE]"}, events.reply, deltas));
}

ErrorCode failure(std::string_view data) {
  Events events;
  try {
    events.read(data);
  } catch (const Error& error) {
    return error.code();
  }
  return ErrorCode::invalid_model;
}

TEST(AnthropicMessagesStream, ReportsErrors) {
  EXPECT_EQ(failure(R"({"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}})"),
            ErrorCode::overloaded);
  EXPECT_EQ(failure(R"({"type":"error","error":{"type":"rate_limit_error","message":"Slow"}})"),
            ErrorCode::rate_limited);
  EXPECT_EQ(failure("{"), ErrorCode::bad_response);
  EXPECT_EQ(failure("[]"), ErrorCode::bad_response);
  EXPECT_EQ(failure(R"({"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":7}})"),
            ErrorCode::bad_response);
}

TEST(AnthropicMessagesStream, PassesOverWhatItDoesNotKnow) {
  EXPECT_EQ(failure(R"({"type":"event_of_tomorrow","delta":{"x":[]}})"), ErrorCode::invalid_model);
}

}  // namespace
}  // namespace instructor
