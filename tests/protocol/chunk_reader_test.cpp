// The events of a chat completion stream.

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "instructor/error.hpp"
#include "instructor/json.hpp"
#include "protocol/protocol.hpp"

namespace instructor {
namespace {

struct Read {
  Reply reply;
  std::string text;                    // of the deltas
  std::vector<std::string> arguments;  // of the deltas, by call
};

Read read(const std::vector<std::string>& events) {
  const std::unique_ptr<EventReader> reader = openai_chat_protocol().event_reader();
  Read read;
  for (const std::string& event : events) {
    std::vector<Delta> deltas;
    const bool more = reader->read({{}, event}, read.reply, deltas);
    for (const Delta& delta : deltas) {
      if (delta.kind == Delta::Kind::text) {
        read.text += delta.text;
      } else {
        if (read.arguments.size() <= delta.call) read.arguments.resize(delta.call + 1);
        read.arguments[delta.call] += delta.text;
      }
    }
    if (!more) break;
  }
  reader->finish(read.reply);
  return read;
}

std::string event(const std::string& delta, const std::string& rest = "") {
  return R"({"id":"c1","object":"chat.completion.chunk","model":"m","choices":[{"index":0,"delta":)" + delta +
         R"(,"finish_reason":null}])" + rest + "}";
}

std::string content(const std::string& text, const std::string& rest = "") {
  return event(R"({"content":)" + Json(text).dump() + "}", rest);
}

TEST(ChunkReader, PutsTextTogether) {
  const std::vector<std::string> pieces{"Hel",  "lo", "",   " \"x\"\\", "\n\t/", "é", "\xF0\x9F\x98\x80",
                                        "\x01", "lo", "lo", "}"};
  std::vector<std::string> alike{event(R"({"role":"assistant","content":""})")};
  std::vector<std::string> different = alike;
  std::vector<std::string> escaped = alike;
  std::string whole;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    whole += pieces[i];
    alike.push_back(content(pieces[i]));
    different.push_back(content(pieces[i], ",\"obfuscation\":\"" + std::to_string(i) + "\""));
    escaped.push_back(event(R"({"content": )" + Json(pieces[i]).dump(-1, ' ', true) + "}"));
  }
  EXPECT_EQ(read(alike).reply.text, whole);
  EXPECT_EQ(read(alike).text, whole);
  EXPECT_EQ(read(different).text, whole);
  EXPECT_EQ(read(escaped).text, whole);
  EXPECT_EQ(read(alike).reply.id, "c1");
  EXPECT_EQ(read(alike).reply.model, "m");
}

TEST(ChunkReader, IsNotMisledByEventsThatLookAlike) {
  EXPECT_EQ(read({content("a"), content("b"), event(R"({"content":"c","refusal":"no"})"), content("d")}).reply.refusal,
            "no");
  EXPECT_EQ(read({content("a"), content("b"), event(R"({"content":"b"},"x":{"content":"z"})"), content("d")}).text,
            "abbd");
  EXPECT_THROW(read({content("a"), event(R"({"content":"b","content":"c"})")}), Error);
  EXPECT_THROW(read({content("a"), event(R"({"content":"b"c"})")}), Error);
  EXPECT_THROW(read({content("a"), event("{\"content\":\"\xFF\"}")}), Error);
  EXPECT_THROW(read({content("a"), "not json"}), Error);
}

TEST(ChunkReader, PutsCallsTogetherByIndexAndId) {
  const Read by_index = read({
      event(R"({"tool_calls":[{"index":0,"id":"a","type":"function","function":{"name":"F","arguments":""}}]})"),
      event(R"({"tool_calls":[{"index":1,"id":"b","type":"function","function":{"name":"G","arguments":""}}]})"),
      event(R"({"tool_calls":[{"index":0,"function":{"arguments":"{\"x\""}}]})"),
      event(R"({"tool_calls":[{"index":1,"function":{"arguments":"{\"y\""}}]})"),
      event(
          R"({"tool_calls":[{"index":0,"function":{"arguments":":1}"}},{"index":1,"function":{"arguments":":2}"}}]})"),
  });
  ASSERT_EQ(by_index.reply.tool_calls.size(), 2U);
  EXPECT_EQ(by_index.reply.tool_calls[0], (ToolCall{"a", "F", R"({"x":1})"}));
  EXPECT_EQ(by_index.reply.tool_calls[1], (ToolCall{"b", "G", R"({"y":2})"}));
  EXPECT_EQ(by_index.arguments, (std::vector<std::string>{R"({"x":1})", R"({"y":2})"}));

  const Read without_index = read({
      event(R"({"tool_calls":[{"id":"a","function":{"name":"F","arguments":"{"}}]})"),
      event(R"({"tool_calls":[{"function":{"arguments":"}"}}]})"),
      event(R"({"tool_calls":[{"id":"b","function":{"name":"G","arguments":"{}"}}]})"),
  });
  ASSERT_EQ(without_index.reply.tool_calls.size(), 2U);
  EXPECT_EQ(without_index.reply.tool_calls[0].arguments, "{}");
  EXPECT_EQ(without_index.reply.tool_calls[1].name, "G");

  const Read one_index = read({
      event(R"({"tool_calls":[{"index":0,"id":"a","function":{"name":"F","arguments":"{}"}}]})"),
      event(R"({"tool_calls":[{"index":0,"id":"b","function":{"name":"F","arguments":"{}"}}]})"),
  });
  ASSERT_EQ(one_index.reply.tool_calls.size(), 2U);

  const Read no_id = read({event(R"({"tool_calls":[{"index":0,"function":{"name":"F","arguments":"{}"}}]})")});
  EXPECT_EQ(no_id.reply.tool_calls.at(0).id, "call_1");
}

TEST(ChunkReader, ReadsUsageAndFinishReason) {
  const Read read_all = read({content("a"), R"({"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]})",
                              R"({"choices":[],"usage":{"prompt_tokens":5,"completion_tokens":7,"total_tokens":12}})",
                              "[DONE]", content("never")});
  EXPECT_EQ(read_all.reply.finish_reason, FinishReason::stop);
  EXPECT_EQ(read_all.reply.usage.total_tokens, 12);
  EXPECT_EQ(read_all.text, "a");
  EXPECT_EQ(read({R"({"choices":[],"x_groq":{"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}})"})
                .reply.usage.total_tokens,
            3);
}

TEST(ChunkReader, ReportsErrorsInTheStream) {
  try {
    read({content("a"), R"({"error":{"message":"too busy","code":503}})"});
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(error.message().find("too busy"), std::string::npos);
  }
}

}  // namespace
}  // namespace instructor
