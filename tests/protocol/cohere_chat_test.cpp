#include <gtest/gtest.h>

#include <string>

#include <nlohmann/json.hpp>

#include "instructor/error.hpp"
#include "protocol/protocol.hpp"
#include "support/asked_call.hpp"

namespace instructor {
namespace {

const Protocol& protocol() { return cohere_chat_protocol(); }

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

TEST(CohereChat, AsksForATool) {
  AskedCall asked({Message::system("Be brief."), Message::user("Jason is 25")});
  asked.options.max_tokens = 100;
  asked.options.temperature = 0;
  asked.options.top_p = 0.5;
  asked.options.seed = 7;
  asked.options.stop = {"END"};
  asked.call.stream = true;
  EXPECT_EQ(
      asked.with_tool().body(protocol()),
      R"({"model":"m","messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Jason is 25"}],)"
      R"("temperature":0,"p":0.5,"max_tokens":100,"seed":7,"stop_sequences":["END"],)"
      R"("tools":[{"type":"function","function":{"name":"User","description":"A person","parameters":)" +
          std::string(user_schema) + R"(}}],"tool_choice":"REQUIRED","stream":true})");
  EXPECT_EQ(protocol().path(asked.call, {}), "/v2/chat");
}

TEST(CohereChat, LeavesTheChoiceToTheModel) {
  EXPECT_EQ(AskedCall().with_tool(ToolChoice::any).json(protocol())["tool_choice"], "REQUIRED");
  EXPECT_FALSE(AskedCall().with_tool(ToolChoice::free).json(protocol()).contains("tool_choice"));
}

TEST(CohereChat, SaysThatAllToolsAreStrict) {
  AskedCall asked;
  asked.call.output.strict = true;
  EXPECT_EQ(asked.with_tool().json(protocol())["strict_tools"], true);
  asked.call.tools.push_back({"other", "", user_schema, false});
  EXPECT_FALSE(asked.json(protocol()).contains("strict_tools"));
}

TEST(CohereChat, AsksForJson) {
  EXPECT_EQ(AskedCall().with_format(TextFormat::json_schema).json(protocol())["response_format"].dump(),
            R"({"type":"json_object","json_schema":)" + std::string(user_schema) + "}");
  EXPECT_EQ(AskedCall().with_format(TextFormat::json_object).json(protocol())["response_format"].dump(),
            R"({"type":"json_object"})");
}

TEST(CohereChat, KeepsNucleusSamplingInItsRange) {
  AskedCall asked;
  asked.options.top_p = 1;
  EXPECT_EQ(asked.json(protocol())["p"], 0.99);
  asked.extra(Json{{"p", 0.4}});
  EXPECT_EQ(asked.json(protocol())["p"], 0.4);
}

TEST(CohereChat, RefusesWhatWouldBeSaidTwice) {
  AskedCall asked;
  asked.extra(Json{{"tools", Json::array()}});
  EXPECT_EQ(error_of([&] { (void)asked.body(protocol()); }).code, ErrorCode::invalid_request);
}

TEST(CohereChat, WritesCallsAndTheirResults) {
  AskedCall asked({Message::user("Look it up."), Message::user(" "),
                   Message::assistant("", {{"a", "w\xC3\xA9 x", "no JSON"}, {"b", "search", R"({"q":1.50})"}}),
                   Message::tool("b", "search", ""), Message::tool_error("a", "x", "not found"),
                   Message::tool("c", "search", "lost"), Message::assistant("", {{"d", "search", "{}"}})});
  EXPECT_EQ(asked.with_tool().json(protocol())["messages"].dump(),
            R"([{"role":"user","content":"Look it up."},)"
            R"({"role":"assistant","tool_calls":[)"
            R"({"id":"a","type":"function","function":{"name":"w_x","arguments":"{\"text\":\"no JSON\"}"}},)"
            R"({"id":"b","type":"function","function":{"name":"search","arguments":"{\"q\":1.50}"}}]},)"
            R"x({"role":"tool","tool_call_id":"b","content":"(nothing)"},)x"
            R"({"role":"tool","tool_call_id":"a","content":"not found"},)"
            R"({"role":"user","content":"Result of the tool search: lost"},)"
            R"({"role":"assistant","content":"Call of the tool search: {}"}])");
}

TEST(CohereChat, SaysSomethingWhereNothingWasSaid) {
  EXPECT_EQ(AskedCall({Message::user("")}).json(protocol())["messages"].size(), 1u);
}

TEST(CohereChat, SendsATurnOfItsOwnBackAsItCame) {
  const Reply reply = read(
      R"({"id":"1","finish_reason":"TOOL_CALL","message":{"role":"assistant","content":[{"type":"thinking","thinking":"Hm."},
      {"type":"text","text":""}],"tool_plan":"I will.","tool_calls":[
      {"id":"a","type":"function","function":{"name":"User","arguments":"{\"age\": 25.0}"}}],
      "citations":[{"start":0,"end":1,"text":"x"}]}})");
  EXPECT_EQ(
      reply.native,
      (NativeTurn{
          "cohere_chat",
          R"({"role":"assistant","content":[{"type":"thinking","thinking":"Hm."}],"tool_plan":"I will.",)"
          R"("tool_calls":[{"id":"a","type":"function","function":{"name":"User","arguments":"{\"age\": 25.0}"}}],)"
          R"("citations":[{"start":0,"end":1,"text":"x"}]})"}));
  Message turn = Message::assistant(reply.text, reply.tool_calls);
  turn.native = reply.native;
  const Message result = Message::tool_error("a", "User", "no name");
  EXPECT_NE(AskedCall({Message::user("?"), turn, result}).with_tool().body(protocol()).find(reply.native.json),
            std::string::npos);
  EXPECT_EQ(AskedCall({Message::user("?"), turn, Message::user("!")}).body(protocol()).find("tool_plan"),
            std::string::npos);
  turn.native.json = "[1]";
  EXPECT_EQ(AskedCall({Message::user("?"), turn, result}).json(protocol())["messages"][1]["tool_calls"].size(), 1u);
}

// ---- replies -----------------------------------------------------------------------------------------------------

TEST(CohereChat, ReadsReplies) {
  const Reply reply = read(
      R"({"id":"r1","finish_reason":"TOOL_CALL","message":{"role":"assistant","content":[{"type":"thinking","thinking":"Hm. "},
      {"type":"text","text":"It "},{"type":"text","text":"is."},{"type":"new"}],"tool_plan":"I will.",
      "tool_calls":[{"id":"a","type":"function","function":{"name":"User","arguments":"{\"a\": 1}"}},
                    {"type":"function","function":{"name":"User","arguments":{"a":2.0}}},{"id":"c","function":null}]},
      "usage":{"billed_units":{"input_tokens":1,"output_tokens":2},"tokens":{"input_tokens":508.0,"output_tokens":86,
      "reasoning_tokens":28},"cached_tokens":144}})");
  EXPECT_EQ(reply.id, "r1");
  EXPECT_EQ(reply.text, "It is.");
  EXPECT_EQ(reply.reasoning, "Hm. I will.");
  EXPECT_EQ(reply.tool_calls,
            (std::vector<ToolCall>{{"a", "User", "{\"a\": 1}"}, {"call_2", "User", "{\"a\":2.0}"}, {"c", "", ""}}));
  EXPECT_EQ(reply.finish_reason, FinishReason::tool_calls);
  EXPECT_EQ(reply.usage, (Usage{508, 86, 594, 144, 28, 0}));
}

TEST(CohereChat, TakesWhatIsBilledWhereTokensAreNotCounted) {
  EXPECT_EQ(read(R"({"message":{"content":"hi"},"usage":{"billed_units":{"input_tokens":3,"output_tokens":2}}})").usage,
            (Usage{3, 2, 5, 0, 0, 0}));
  EXPECT_EQ(read(R"({"message":{"content":"hi"},"usage":{"tokens":{"input_tokens":1e300,"output_tokens":-4}}})")
                .usage.output_tokens,
            0);
}

TEST(CohereChat, KnowsWhyTheModelStopped) {
  const auto reason = [](const std::string& word) {
    return read(R"({"message":{"role":"assistant"},"finish_reason":")" + word + "\"}").finish_reason;
  };
  EXPECT_EQ(reason("COMPLETE"), FinishReason::stop);
  EXPECT_EQ(reason("STOP_SEQUENCE"), FinishReason::stop);
  EXPECT_EQ(reason("MAX_TOKENS"), FinishReason::length);
  EXPECT_EQ(reason("ERROR"), FinishReason::other);
  EXPECT_EQ(reason("TIMEOUT"), FinishReason::other);
  EXPECT_EQ(reason(""), FinishReason::unknown);
}

TEST(CohereChat, TellsWhatIsNoReply) {
  for (const std::string body : {"", "[]", "{}", "<html>", R"({"message":{"tool_calls":7}})", R"({"message":3})"})
    EXPECT_EQ(error_of([&] { (void)read(body); }).code, ErrorCode::bad_response) << body;
  EXPECT_EQ(error_of([] { (void)read(R"({"id":"1","message":"no more"})"); }).message, "no more");
}

TEST(CohereChat, ReadsErrors) {
  const ErrorDetail detail = protocol().decode_error(401, R"({"id":"1","message":"Incorrect API key"})");
  EXPECT_EQ(detail.code, ErrorCode::authentication);
  EXPECT_EQ(detail.message, "Incorrect API key");
}

// ---- streams -----------------------------------------------------------------------------------------------------

TEST(CohereChatStream, ComesToWhatTheWholeReplySays) {
  ReadEvents events(protocol());
  const auto read_event = [&](std::string_view data) { return events.read({}, data); };
  read_event(
      R"({"id":"r1","type":"message-start","delta":{"message":{"role":"assistant","content":[],"tool_plan":"","tool_calls":[],"citations":[]}}})");
  read_event(R"({"type":"content-start","index":0,"delta":{"message":{"content":{"type":"thinking","thinking":""}}}})");
  read_event(R"({"type":"content-delta","index":0,"delta":{"message":{"content":{"thinking":"Hm."}}}})");
  read_event(R"({"type":"content-end","index":0})");
  EXPECT_EQ(read_event(R"({"type":"content-delta","index":1,"delta":{"message":{"content":{"text":"It "}}}})"),
            Told{"It "});
  EXPECT_EQ(read_event(R"({"type":"content-delta","index":1,"delta":{"message":{"content":{"text":"is."}}}})"),
            Told{"is."});
  read_event(
      R"({"type":"citation-start","index":0,"delta":{"message":{"citations":{"start":0,"end":2,"text":"It"}}}})");
  read_event(R"({"type":"citation-end","index":0})");
  read_event(R"({"type":"tool-plan-delta","delta":{"message":{"tool_plan":"I will."}}})");
  read_event(
      R"({"type":"tool-call-start","index":0,"delta":{"message":{"tool_calls":{"id":"a","type":"function","function":{"name":"User","arguments":""}}}}})");
  read_event(
      R"({"type":"tool-call-start","index":1,"delta":{"message":{"tool_calls":{"type":"function","function":{"name":"Other"}}}}})");
  EXPECT_EQ(
      read_event(
          R"({"type":"tool-call-delta","index":0,"delta":{"message":{"tool_calls":{"function":{"arguments":"{\"x\":"}}}}})"),
      Told{"0:{\"x\":"});
  EXPECT_EQ(
      read_event(
          R"({"type":"tool-call-delta","index":1,"delta":{"message":{"tool_calls":{"function":{"arguments":"{}"}}}}})"),
      Told{"1:{}"});
  EXPECT_EQ(
      read_event(
          R"({"type":"tool-call-delta","index":0,"delta":{"message":{"tool_calls":{"function":{"arguments":"1}"}}}}})"),
      Told{"0:1}"});
  read_event(R"({"type":"tool-call-end","index":0})");
  read_event(R"({"type":"new-thing","delta":{"more":1}})");
  read_event(
      R"({"type":"message-end","delta":{"finish_reason":"TOOL_CALL","usage":{"tokens":{"input_tokens":9,"output_tokens":4}}}})");
  EXPECT_TRUE(events.more);
  read_event("[DONE]");
  EXPECT_FALSE(events.more);
  const Reply whole = read(
      R"({"id":"r1","finish_reason":"TOOL_CALL","message":{"content":[{"type":"thinking","thinking":"Hm."},{"type":"text","text":"It is."}],
      "tool_plan":"I will.","tool_calls":[{"id":"a","function":{"name":"User","arguments":"{\"x\":1}"}},{"function":{"name":"Other","arguments":"{}"}}],
      "citations":[{"start":0,"end":2,"text":"It"}]},"usage":{"tokens":{"input_tokens":9,"output_tokens":4}}})");
  const Reply& streamed = events.finish();
  EXPECT_EQ(streamed.id, whole.id);
  EXPECT_EQ(streamed.text, whole.text);
  EXPECT_EQ(streamed.reasoning, whole.reasoning);
  EXPECT_EQ(streamed.tool_calls, whole.tool_calls);
  EXPECT_EQ(streamed.native, whole.native);
  EXPECT_EQ(streamed.usage, whole.usage);
  EXPECT_EQ(streamed.finish_reason, whole.finish_reason);
}

TEST(CohereChatStream, BeginsACallWithEachStart) {
  ReadEvents events(protocol());
  for (const std::string id : {"a", "b"}) {
    events.read({}, R"({"type":"tool-call-start","index":0,"delta":{"message":{"tool_calls":{"id":")" + id +
                        R"(","function":{"name":"User","arguments":""}}}}})");
    events.read(
        {},
        R"({"type":"tool-call-delta","index":0,"delta":{"message":{"tool_calls":{"function":{"arguments":"{}"}}}}})");
  }
  EXPECT_EQ(events.finish().tool_calls, (std::vector<ToolCall>{{"a", "User", "{}"}, {"b", "User", "{}"}}));
}

TEST(CohereChatStream, ClosesWhatWasBrokenOff) {
  ReadEvents events(protocol());
  events.read(
      {},
      R"({"type":"tool-call-start","index":0,"delta":{"message":{"tool_calls":{"id":"a","function":{"name":"User","arguments":"{\"name\":\"Ja"}}}}})");
  EXPECT_NE(events.finish().native.json.find(R"("arguments":"{\"name\":\"Ja\"}")"), std::string::npos);
}

TEST(CohereChatStream, TellsOfErrors) {
  const auto detail = [](std::string_view data) {
    ReadEvents events(protocol());
    return error_of([&] { events.read({}, data); });
  };
  EXPECT_EQ(detail(R"({"id":"1","message":"went wrong"})").message, "went wrong");
  const ErrorDetail ended =
      detail(R"({"type":"message-end","delta":{"error":"the model failed","finish_reason":"ERROR"}})");
  EXPECT_EQ(ended.message, "the model failed");
  EXPECT_EQ(ended.code, ErrorCode::server_error);
  EXPECT_EQ(detail("{").code, ErrorCode::bad_response);
  EXPECT_EQ(detail(R"({"type":7})").code, ErrorCode::bad_response);
}

}  // namespace
}  // namespace instructor
