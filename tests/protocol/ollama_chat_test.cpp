#include <gtest/gtest.h>

#include <string>

#include <nlohmann/json.hpp>

#include "instructor/error.hpp"
#include "protocol/protocol.hpp"
#include "support/asked_call.hpp"

namespace instructor {
namespace {

const Protocol& protocol() { return ollama_chat_protocol(); }

Reply read(std::string_view body) { return protocol().decode(std::string(body)); }

ErrorDetail error_of(const auto& act) {
  try {
    act();
  } catch (const Error& error) {
    return error.detail();
  }
  ADD_FAILURE() << "no error";
  return {};
}

// ---- requests ----------------------------------------------------------------------------------------------------

TEST(OllamaChat, OffersATool) {
  AskedCall asked({Message::system("Be brief."), Message::user("Jason is 25")});
  asked.options.max_tokens = 100;
  asked.options.temperature = 0;
  asked.options.top_p = 0.5;
  asked.options.seed = 7;
  asked.options.stop = {"END"};
  EXPECT_EQ(
      asked.with_tool().body(protocol()),
      R"({"model":"m","messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Jason is 25"}],)"
      R"("tools":[{"type":"function","function":{"name":"User","description":"A person","parameters":)" +
          std::string(user_schema) +
          R"(}}],"options":{"temperature":0,"top_p":0.5,"num_predict":100,"seed":7,"stop":["END"]},"stream":false})");
  EXPECT_EQ(protocol().path(asked.call, {}), "/api/chat");
  EXPECT_FALSE(protocol().can_force_tools({}));
}

TEST(OllamaChat, AlwaysSaysWhetherItStreams) {
  AskedCall asked;
  asked.call.stream = true;
  EXPECT_EQ(asked.body(protocol()),
            R"({"model":"m","messages":[{"role":"user","content":"Jason is 25"}],"stream":true})");
}

TEST(OllamaChat, AsksForJson) {
  EXPECT_EQ(AskedCall().with_format(TextFormat::json_schema).json(protocol())["format"], Json::parse(user_schema));
  EXPECT_EQ(AskedCall().with_format(TextFormat::json_object).json(protocol())["format"], "json");
}

TEST(OllamaChat, MergesWhatTheCallerSaysOfOptions) {
  AskedCall asked;
  asked.options.max_tokens = 100;
  asked.options.temperature = 0;
  asked.extra(Json{{"options", {{"num_predict", 7}, {"num_ctx", 4096}}}, {"think", true}});
  const Json body = asked.json(protocol());
  EXPECT_EQ(body["options"].dump(), R"({"temperature":0,"num_predict":7,"num_ctx":4096})");
  EXPECT_EQ(body["think"], true);
  for (const Json& extra : {Json{{"options", 3}}, Json{{"stream", true}}}) {
    AskedCall wrong;
    wrong.extra(extra);
    EXPECT_EQ(error_of([&] { (void)wrong.body(protocol()); }).code, ErrorCode::invalid_request) << extra;
  }
}

TEST(OllamaChat, WritesCallsAndTheirResults) {
  AskedCall asked({Message::assistant("I will.", {{"a", "w\xC3\xA9 x", "no JSON"}, {"", "search", R"({"q":1.50})"}}),
                   Message::tool_error("a", "search", "not found")});
  EXPECT_EQ(asked.body(protocol()),
            R"({"model":"m","messages":[{"role":"assistant","content":"I will.","tool_calls":[)"
            R"({"id":"a","function":{"name":"w_x","arguments":{"text":"no JSON"}}},)"
            R"({"function":{"name":"search","arguments":{"q":1.50}}}]},)"
            R"({"role":"tool","tool_name":"search","tool_call_id":"a","content":"not found"}],"stream":false})");
}

TEST(OllamaChat, SendsATurnOfItsOwnBackAsItCame) {
  const Reply reply = read(R"({"model":"m","message":{"role":"assistant","content":"","thinking":"Hm.","tool_calls":[
    {"id":"a","function":{"index":0,"name":"User","arguments":{"age":25.0}}}]},"done":true})");
  EXPECT_EQ(reply.native,
            (NativeTurn{"ollama_chat", R"({"role":"assistant","content":"","thinking":"Hm.","tool_calls":[)"
                                       R"({"id":"a","function":{"name":"User","arguments":{"age":25.0}}}]})"}));
  Message turn = Message::assistant("said");
  turn.native = reply.native;
  EXPECT_NE(AskedCall({turn}).body(protocol()).find(reply.native.json), std::string::npos);
  turn.native.json = "[";
  EXPECT_EQ(AskedCall({turn}).json(protocol())["messages"].dump(), R"([{"role":"assistant","content":"said"}])");
}

// ---- replies -----------------------------------------------------------------------------------------------------

TEST(OllamaChat, ReadsReplies) {
  const Reply reply = read(
      R"({"model":"qwen3","created_at":"2026-08-07T06:08:11Z","message":{"role":"assistant","content":"It is.","thinking":"Hm.",
      "tool_calls":[{"id":"a","function":{"name":"User","arguments":{"a":1.0}}},{"function":{"name":"User","arguments":"{}"}},
                    {"function":{"name":"User"}}],"images":null},
      "done":true,"done_reason":"stop","prompt_eval_count":310,"eval_count":145})");
  EXPECT_EQ(reply.model, "qwen3");
  EXPECT_EQ(reply.text, "It is.");
  EXPECT_EQ(reply.reasoning, "Hm.");
  EXPECT_EQ(reply.tool_calls,
            (std::vector<ToolCall>{{"a", "User", "{\"a\":1.0}"}, {"call_2", "User", "{}"}, {"call_3", "User", "{}"}}));
  EXPECT_EQ(reply.finish_reason, FinishReason::stop);
  EXPECT_EQ(reply.usage, (Usage{310, 145, 455, 0, 0, 0}));
}

TEST(OllamaChat, KnowsWhyTheModelStopped) {
  const auto reason = [](const std::string& word) {
    return read(R"({"message":{},"done_reason":")" + word + "\"}").finish_reason;
  };
  EXPECT_EQ(reason("length"), FinishReason::length);
  EXPECT_EQ(reason("load"), FinishReason::other);
  EXPECT_EQ(reason(""), FinishReason::unknown);
}

TEST(OllamaChat, TellsWhatIsNoReply) {
  for (const std::string body :
       {"", "[]", "{}", "Ollama is running", R"({"message":{"content":7}})", R"({"message":3})"})
    EXPECT_EQ(error_of([&] { (void)read(body); }).code, ErrorCode::bad_response) << body;
  EXPECT_EQ(error_of([] { (void)read(R"({"error":"out of memory"})"); }).message, "out of memory");
  const ErrorDetail detail = protocol().decode_error(404, R"({"error":"model 'x' not found"})");
  EXPECT_EQ(detail.code, ErrorCode::not_found);
  EXPECT_EQ(detail.message, "model 'x' not found");
}

// ---- streams -----------------------------------------------------------------------------------------------------

TEST(OllamaChatStream, ComesToWhatTheWholeReplySays) {
  ReadEvents events(protocol());
  const auto line = [&](std::string_view data) { return events.read({}, data); };
  EXPECT_EQ(line(R"({"model":"m","message":{"role":"assistant","content":"","thinking":"Hm."},"done":false})"), Told{});
  EXPECT_EQ(line(R"({"model":"m","message":{"content":"It "},"done":false})"), Told{"It "});
  EXPECT_EQ(
      line(
          R"({"model":"m","message":{"content":"is.","tool_calls":[{"function":{"name":"A","arguments":{"x":1.0}}}]}})"),
      (Told{"is.", "0:{\"x\":1.0}"}));
  EXPECT_EQ(
      line(
          R"({"message":{"content":"","tool_calls":[{"function":{"name":"B","arguments":{}}},{"function":{"name":"C","arguments":{}}}]}})"),
      (Told{"1:{}", "2:{}"}));
  EXPECT_TRUE(events.more);
  line(
      R"({"model":"m","message":{"content":""},"done":true,"done_reason":"stop","prompt_eval_count":3,"eval_count":4})");
  EXPECT_FALSE(events.more);
  const Reply whole = read(R"({"model":"m","message":{"content":"It is.","thinking":"Hm.","tool_calls":[
    {"function":{"name":"A","arguments":{"x":1.0}}},{"function":{"name":"B","arguments":{}}},{"function":{"name":"C","arguments":{}}}]},
    "done":true,"done_reason":"stop","prompt_eval_count":3,"eval_count":4})");
  const Reply& streamed = events.finish();
  EXPECT_EQ(streamed.model, whole.model);
  EXPECT_EQ(streamed.text, whole.text);
  EXPECT_EQ(streamed.reasoning, whole.reasoning);
  EXPECT_EQ(streamed.tool_calls, whole.tool_calls);
  EXPECT_EQ(streamed.native, whole.native);
  EXPECT_EQ(streamed.usage, whole.usage);
  EXPECT_EQ(streamed.finish_reason, whole.finish_reason);
}

TEST(OllamaChatStream, TellsOfErrors) {
  ReadEvents events(protocol());
  const ErrorDetail detail = error_of([&] { events.read({}, R"({"error":"the runner has crashed"})"); });
  EXPECT_EQ(detail.code, ErrorCode::server_error);
  EXPECT_EQ(detail.message, "the runner has crashed");
  EXPECT_EQ(error_of([&] { events.read({}, "nonsense"); }).code, ErrorCode::bad_response);
}

}  // namespace
}  // namespace instructor
