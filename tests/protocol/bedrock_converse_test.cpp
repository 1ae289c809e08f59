#include <gtest/gtest.h>

#include <string>

#include <nlohmann/json.hpp>

#include "instructor/error.hpp"
#include "protocol/protocol.hpp"
#include "support/asked_call.hpp"

namespace instructor {
namespace {

const Protocol& protocol() { return bedrock_converse_protocol(); }

Reply read(const std::string& content, const std::string& rest = R"(,"stopReason":"end_turn")") {
  return protocol().decode(R"({"output":{"message":{"role":"assistant","content":)" + content + "}}" + rest + "}");
}

Message turn_of(const Reply& reply) {
  Message turn = Message::assistant(reply.text, reply.tool_calls);
  turn.native = reply.native;
  return turn;
}

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

TEST(BedrockConverse, AsksForATool) {
  AskedCall asked({Message::system("Be brief."), Message::user("Jason is 25")});
  asked.options.max_tokens = 100;
  asked.options.temperature = 0;
  asked.options.stop = {"END"};
  asked.with_tool();
  EXPECT_EQ(asked.body(protocol()),
            R"({"system":[{"text":"Be brief."}],"messages":[{"role":"user","content":[{"text":"Jason is 25"}]}],)"
            R"("inferenceConfig":{"maxTokens":100,"temperature":0,"stopSequences":["END"]},)"
            R"("toolConfig":{"tools":[{"toolSpec":{"name":"User","description":"A person","inputSchema":{"json":)" +
                std::string(user_schema) + R"(}}}],"toolChoice":{"tool":{"name":"User"}}}})");
}

TEST(BedrockConverse, ForcesAnyToolOrNone) {
  EXPECT_EQ(AskedCall().with_tool(ToolChoice::any).json(protocol())["toolConfig"]["toolChoice"].dump(),
            R"({"any":{}})");
  EXPECT_FALSE(AskedCall().with_tool(ToolChoice::free).json(protocol())["toolConfig"].contains("toolChoice"));
}

TEST(BedrockConverse, SaysWhatIsStrict) {
  AskedCall asked;
  asked.call.output.strict = true;
  EXPECT_EQ(asked.with_tool().json(protocol())["toolConfig"]["tools"][0]["toolSpec"]["strict"], true);
}

TEST(BedrockConverse, SendsASchemaAsText) {
  const Json body = AskedCall().with_format(TextFormat::json_schema).json(protocol());
  EXPECT_EQ(
      body["outputConfig"]["textFormat"],
      (Json{
          {"type", "json_schema"},
          {"structure",
           {{"jsonSchema", {{"schema", std::string(user_schema)}, {"name", "User"}, {"description", "A person"}}}}}}));
  EXPECT_FALSE(AskedCall().with_format(TextFormat::json_object).json(protocol()).contains("outputConfig"));
}

TEST(BedrockConverse, HasTheModelInThePath) {
  AskedCall asked;
  asked.call.model = "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.amazon.nova-lite-v1:0";
  EXPECT_EQ(protocol().path(asked.call, {}),
            "/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Ainference-profile%2Fus.amazon.nova-lite-v1%3A0/"
            "converse");
  asked.call.stream = true;
  EXPECT_TRUE(protocol().path(asked.call, {}).ends_with("/converse-stream"));
}

TEST(BedrockConverse, MergesTurnsAndBeginsWithTheUser) {
  AskedCall asked({Message::assistant("Hello."), Message::assistant("Well?"), Message::user("Jason"),
                   Message::user(" \n"), Message::user("is 25"), Message::assistant(""), Message::user("So?")});
  EXPECT_EQ(asked.json(protocol())["messages"].dump(),
            R"([{"role":"user","content":[{"text":"Begin."}]},)"
            R"({"role":"assistant","content":[{"text":"Hello."},{"text":"Well?"}]},)"
            R"({"role":"user","content":[{"text":"Jason"},{"text":"is 25"},{"text":"So?"}]}])");
}

TEST(BedrockConverse, PutsResultsRightAfterTheirCalls) {
  AskedCall asked({Message::user("Look it up."),
                   Message::assistant("I will.", {{"a", "search", R"({"q":1.50})"}, {"b b", "w\xC3\xA9 x", "no JSON"}}),
                   Message::user("And?"), Message::tool_error("b b", "x", "not found"),
                   Message::tool("a", "search", "")});
  const Json messages = asked.with_tool().json(protocol())["messages"];
  ASSERT_EQ(messages.size(), 3u);
  const std::string other = messages[1]["content"][2]["toolUse"]["toolUseId"];
  EXPECT_EQ(messages[1]["content"][1].dump(), R"({"toolUse":{"toolUseId":"a","name":"search","input":{"q":1.5}}})");
  EXPECT_EQ(messages[1]["content"][2]["toolUse"]["name"], "w_x");
  EXPECT_EQ(messages[1]["content"][2]["toolUse"]["input"], (Json{{"text", "no JSON"}}));
  EXPECT_EQ(other.find(' '), std::string::npos);
  EXPECT_EQ(messages[2]["content"],
            (Json{{{"toolResult", {{"toolUseId", other}, {"content", {{{"text", "not found"}}}}, {"status", "error"}}}},
                  {{"toolResult", {{"toolUseId", "a"}, {"content", {{{"text", "(nothing)"}}}}}}},
                  {{"text", "And?"}}}));
}

TEST(BedrockConverse, SaysCallsInWordsWhereTheyAreRefused) {
  const std::vector<Message> messages{Message::user("Look it up."), Message::assistant("", {{"a", "search", "{}"}}),
                                      Message::tool("a", "search", "Jason is 25.")};
  const std::string in_words = R"([{"role":"user","content":[{"text":"Look it up."}]},)"
                               R"({"role":"assistant","content":[{"text":"Call of the tool search: {}"}]},)"
                               R"({"role":"user","content":[{"text":"Result of the tool search: Jason is 25."}]}])";
  EXPECT_EQ(AskedCall(messages).json(protocol())["messages"].dump(), in_words);
  // There are tools, but the two do not belong together.
  std::vector<Message> strangers = messages;
  strangers.back().tool_call_id = "b";
  EXPECT_EQ(AskedCall(strangers).with_tool().json(protocol())["messages"].dump(), in_words);
}

TEST(BedrockConverse, AnswersTwoResultsOfOneCallOnce) {
  AskedCall asked({Message::user("?"), Message::assistant("", {{"a", "s", "{}"}, {"a", "s", "{}"}}),
                   Message::tool("a", "s", "1"), Message::tool("a", "s", "2")});
  const Json messages = asked.with_tool().json(protocol())["messages"];
  EXPECT_TRUE(messages[1]["content"][0].contains("toolUse"));
  EXPECT_TRUE(messages[1]["content"][1].contains("text"));
  EXPECT_TRUE(messages[2]["content"][0].contains("toolResult"));
  EXPECT_EQ(messages[2]["content"][1]["text"], "Result of the tool s: 2");
}

TEST(BedrockConverse, SendsATurnOfItsOwnBackAsItCame) {
  const Reply reply = read(
      R"([{"reasoningContent":{"reasoningText":{"text":"Hm.","signature":"sig"}}},{"text":" \n"},
          {"toolUse":{"toolUseId":"t1","name":"User","input":{"age":25.0,"big":9007199254740993},"type":"tool_use"}}])");
  const std::string blocks =
      R"({"reasoningContent":{"reasoningText":{"text":"Hm.","signature":"sig"}}},)"
      R"({"toolUse":{"toolUseId":"t1","name":"User","input":{"age":25.0,"big":9007199254740993}}})";
  EXPECT_EQ(reply.native, (NativeTurn{"bedrock_converse", "[" + blocks + "]"}));
  const std::vector<Message> messages{Message::user("Jason is 25"), turn_of(reply),
                                      Message::tool_error("t1", "User", "no name")};
  EXPECT_NE(AskedCall(messages).with_tool().body(protocol()).find(blocks), std::string::npos);
  // Without tools it would be refused.
  EXPECT_EQ(AskedCall(messages).body(protocol()).find("toolUse"), std::string::npos);
  // A turn of another protocol's is none of its own.
  std::vector<Message> foreign = messages;
  foreign[1].native = {"other", R"(["secret"])"};
  EXPECT_EQ(AskedCall(foreign).with_tool().body(protocol()).find("secret"), std::string::npos);
}

TEST(BedrockConverse, TakesNoTurnThatIsNone) {
  for (const std::string json : {"", "{", "7", "[]", "[1]", R"([{"toolUse":{"toolUseId":"x"}}])"}) {
    Message turn = Message::assistant("said");
    turn.native = {"bedrock_converse", json};
    EXPECT_EQ(AskedCall({Message::user("?"), turn}).with_tool().json(protocol())["messages"][1]["content"].dump(),
              R"([{"text":"said"}])")
        << json;
  }
}

TEST(BedrockConverse, MergesWhatTheCallerSaysOfNestedOptions) {
  AskedCall asked;
  asked.options.max_tokens = 100;
  asked.options.temperature = 0.5;
  asked.extra(Json{{"inferenceConfig", {{"maxTokens", 7}, {"other", "x"}}},
                   {"outputConfig", {{"effort", "low"}}},
                   {"additionalModelRequestFields", {{"top_k", 3}}}});
  const Json body = asked.with_format(TextFormat::json_schema).json(protocol());
  EXPECT_EQ(body["inferenceConfig"].dump(), R"({"temperature":0.5,"maxTokens":7,"other":"x"})");
  EXPECT_EQ(body["outputConfig"]["effort"], "low");
  EXPECT_EQ(body["outputConfig"]["textFormat"]["type"], "json_schema");
  EXPECT_EQ(body["additionalModelRequestFields"]["top_k"], 3);
}

TEST(BedrockConverse, RefusesWhatWouldBeSaidTwice) {
  for (const Json& extra : {Json{{"messages", Json::array()}}, Json{{"toolConfig", Json::object()}},
                            Json{{"outputConfig", {{"textFormat", 1}}}}, Json{{"inferenceConfig", 3}}}) {
    AskedCall asked;
    asked.extra(extra).with_format(TextFormat::json_schema);
    EXPECT_EQ(error_of([&] { (void)asked.body(protocol()); }).code, ErrorCode::invalid_request) << extra;
  }
}

TEST(BedrockConverse, CannotForceToolsWhileTheModelThinks) {
  const auto can = [](const std::string& fields) {
    CallOptions options;
    options.extra.emplace_back("additionalModelRequestFields", fields);
    return protocol().can_force_tools(options);
  };
  EXPECT_TRUE(protocol().can_force_tools({}));
  EXPECT_TRUE(can(R"({"top_k":3})"));
  EXPECT_TRUE(can(R"({"thinking":{"type":"disabled"}})"));
  EXPECT_FALSE(can(R"({"thinking":{"type":"enabled","budget_tokens":1024}})"));
  EXPECT_FALSE(can(R"({"reasoning_config":{"type":"enabled"}})"));
  EXPECT_TRUE(can("[1"));
}

// ---- replies -----------------------------------------------------------------------------------------------------

TEST(BedrockConverse, ReadsAllKindsOfBlocks) {
  const Reply reply = read(
      R"([{"reasoningContent":{"reasoningText":{"text":"Hm."}}},{"reasoningContent":{"redactedContent":"cmVk"}},
          {"text":"It is "},{"citationsContent":{"content":[{"text":"Rome"}],"citations":[{"title":"t"}]}},
          {"toolUse":{"toolUseId":"s","name":"nova_code_interpreter","input":{},"type":"server_tool_use"}},
          {"toolResult":{"toolUseId":"s","content":[{"json":1}],"type":"nova_code_interpreter_result"}},
          {"image":{"format":"png","source":{"bytes":"AA=="}}},{"new":{}},7,null,
          {"toolUse":{"toolUseId":"a","name":"User","input":{"n":1.0}}},{"toolUse":{"name":"User"}}])",
      R"(,"stopReason":"tool_use","usage":{"inputTokens":4,"outputTokens":132,"totalTokens":1300,
          "cacheReadInputTokens":1164,"cacheWriteInputTokens":0},
          "trace":{"promptRouter":{"invokedModelId":"the-model"}})");
  EXPECT_EQ(reply.reasoning, "Hm.");
  EXPECT_EQ(reply.text, "It is Rome");
  EXPECT_EQ(reply.model, "the-model");
  EXPECT_EQ(reply.tool_calls, (std::vector<ToolCall>{{"a", "User", R"({"n":1.0})"}, {"call_2", "User", "{}"}}));
  EXPECT_EQ(reply.finish_reason, FinishReason::tool_calls);
  EXPECT_EQ(reply.usage, (Usage{1168, 132, 1300, 1164, 0, 0}));
}

TEST(BedrockConverse, CountsWhatWentThroughTheCacheOnce) {
  const auto usage = [](const std::string& counts) { return read("[]", R"(,"usage":)" + counts).usage; };
  EXPECT_EQ(
      usage(
          R"({"inputTokens":10,"outputTokens":5,"totalTokens":115,"cacheReadInputTokens":60,"cacheWriteInputTokens":40})"),
      (Usage{110, 5, 115, 60, 0, 0}));
  EXPECT_EQ(
      usage(
          R"({"inputTokens":110,"outputTokens":5,"totalTokens":115,"cacheReadInputTokens":60,"cacheWriteInputTokens":40})"),
      (Usage{110, 5, 115, 60, 0, 0}));
  EXPECT_EQ(usage(R"({"inputTokens":10,"outputTokens":5})"), (Usage{10, 5, 15, 0, 0, 0}));
  EXPECT_GT(usage(R"({"inputTokens":9223372036854775807,"cacheReadInputTokens":9223372036854775807,"totalTokens":-1})")
                .input_tokens,
            0);
}

TEST(BedrockConverse, KnowsWhyTheModelStopped) {
  const auto reason = [](const std::string& word) {
    const Reply reply = read("[]", R"(,"stopReason":")" + word + "\"");
    EXPECT_EQ(reply.finish_reason_text, word);
    return reply.finish_reason;
  };
  EXPECT_EQ(reason("end_turn"), FinishReason::stop);
  EXPECT_EQ(reason("stop_sequence"), FinishReason::stop);
  EXPECT_EQ(reason("max_tokens"), FinishReason::length);
  EXPECT_EQ(reason("model_context_window_exceeded"), FinishReason::length);
  EXPECT_EQ(reason("guardrail_intervened"), FinishReason::content_filter);
  EXPECT_EQ(reason("content_filtered"), FinishReason::content_filter);
  EXPECT_EQ(reason("malformed_tool_use"), FinishReason::other);
}

TEST(BedrockConverse, TellsWhatIsNoReply) {
  for (const std::string body :
       {"", "[]", "{}", "<html>", R"({"output":{"message":{"content":"text"}}})", R"({"output":7})"})
    EXPECT_EQ(error_of([&] { (void)protocol().decode(body); }).code, ErrorCode::bad_response) << body;
  EXPECT_EQ(error_of([] { (void)protocol().decode(R"({"__type":"ThrottlingException","message":"slow down"})"); }).code,
            ErrorCode::rate_limited);
}

TEST(BedrockConverse, ReadsErrors) {
  const auto detail = [](int status, const char* body) { return protocol().decode_error(status, body); };
  EXPECT_EQ(detail(400, R"({"message":"The provided model identifier is invalid."})").message,
            "The provided model identifier is invalid.");
  EXPECT_EQ(detail(403, R"({"Message":"no access"})").message, "no access");
  const ErrorDetail named = detail(
      403, R"({"__type":"com.amazon.coral.service#UnrecognizedClientException","message":"The token is invalid."})");
  EXPECT_EQ(named.code, ErrorCode::authentication);
  EXPECT_EQ(named.provider_code, "UnrecognizedClientException");
  EXPECT_EQ(detail(400, R"({"__type":"ServiceQuotaExceededException:http://x"})").code, ErrorCode::quota);
  EXPECT_EQ(detail(424, R"({"message":"the model failed"})").code, ErrorCode::server_error);
  EXPECT_EQ(detail(429, R"({"message":"slow down"})").code, ErrorCode::rate_limited);
  EXPECT_EQ(detail(408, "{}").code, ErrorCode::timeout);
}

// ---- streams -----------------------------------------------------------------------------------------------------

TEST(BedrockConverseStream, ComesToWhatTheWholeReplySays) {
  ReadEvents events(protocol());
  EXPECT_EQ(events.read("messageStart", R"({"role":"assistant","p":"abc"})"), Told{});
  events.read("contentBlockDelta", R"({"contentBlockIndex":0,"delta":{"reasoningContent":{"text":"H"}}})");
  events.read("contentBlockDelta", R"({"contentBlockIndex":0,"delta":{"reasoningContent":{"text":"m."}},"p":"ab"})");
  events.read("contentBlockDelta", R"({"contentBlockIndex":0,"delta":{"reasoningContent":{"signature":"sig"}}})");
  events.read("contentBlockStop", R"({"contentBlockIndex":0})");
  EXPECT_EQ(events.read("contentBlockDelta", R"({"contentBlockIndex":1,"delta":{"text":"It is"}})"), Told{"It is"});
  EXPECT_EQ(events.read("contentBlockDelta", R"({"contentBlockIndex":1,"delta":{"text":" so."},"p":"x"})"),
            Told{" so."});
  events.read("contentBlockStop", R"({"contentBlockIndex":1})");
  events.read("contentBlockStart", R"({"contentBlockIndex":2,"start":{"toolUse":{"toolUseId":"a","name":"User"}}})");
  events.read("contentBlockStart", R"({"contentBlockIndex":3,"start":{"toolUse":{"toolUseId":"b","name":"Other"}}})");
  EXPECT_EQ(events.read("contentBlockDelta", R"({"contentBlockIndex":3,"delta":{"toolUse":{"input":"{\"x\":"}}})"),
            Told{"1:{\"x\":"});
  EXPECT_EQ(events.read("contentBlockStop", R"({"contentBlockIndex":2})"), Told{"0:{}"});
  EXPECT_EQ(events.read("contentBlockDelta", R"({"contentBlockIndex":3,"delta":{"toolUse":{"input":"2.0}"}}})"),
            Told{"1:2.0}"});
  events.read("contentBlockStop", R"({"contentBlockIndex":3})");
  events.read("messageStop", R"({"stopReason":"tool_use"})");
  events.read("something_new", R"({"x":1})");
  events.read("metadata", R"({"usage":{"inputTokens":1,"outputTokens":2,"totalTokens":3},"metrics":{"latencyMs":4}})");
  Reply whole = read(
      R"([{"reasoningContent":{"reasoningText":{"text":"Hm.","signature":"sig"}}},{"text":"It is so."},
          {"toolUse":{"toolUseId":"a","name":"User","input":{}}},
          {"toolUse":{"toolUseId":"b","name":"Other","input":{"x":2.0}}}])",
      R"(,"stopReason":"tool_use","usage":{"inputTokens":1,"outputTokens":2,"totalTokens":3})");
  const Reply& streamed = events.finish();
  EXPECT_EQ(streamed.text, whole.text);
  EXPECT_EQ(streamed.reasoning, whole.reasoning);
  EXPECT_EQ(streamed.native, whole.native);
  EXPECT_EQ(streamed.usage, whole.usage);
  EXPECT_EQ(streamed.finish_reason, whole.finish_reason);
  ASSERT_EQ(streamed.tool_calls.size(), 2u);
  EXPECT_EQ(streamed.tool_calls, whole.tool_calls);
}

TEST(BedrockConverseStream, KeepsWhatToolsOfTheProviderAndCitationsSay) {
  ReadEvents events(protocol());
  events.read("contentBlockStart",
              R"({"contentBlockIndex":0,"start":{"toolUse":{"toolUseId":"s","name":"n","type":"server_tool_use"}}})");
  EXPECT_EQ(events.read("contentBlockDelta", R"({"contentBlockIndex":0,"delta":{"toolUse":{"input":"{\"a\":1}"}}})"),
            Told{});
  events.read("contentBlockStart",
              R"({"contentBlockIndex":1,"start":{"toolResult":{"toolUseId":"s","type":"r","status":"success"}}})");
  events.read("contentBlockDelta", R"({"contentBlockIndex":1,"delta":{"toolResult":[{"json":{"stdOut":"2"}}]}})");
  events.read("contentBlockDelta", R"({"contentBlockIndex":2,"delta":{"citation":{"title":"facts"}}})");
  EXPECT_EQ(events.read("contentBlockDelta", R"({"contentBlockIndex":2,"delta":{"text":"Ruby"}})"), Told{"Ruby"});
  events.read("contentBlockDelta",
              R"({"contentBlockIndex":3,"delta":{"reasoningContent":{"redactedContent":"cmVk"}}})");
  EXPECT_EQ(events.finish().native.json,
            R"([{"toolUse":{"toolUseId":"s","name":"n","input":{"a":1},"type":"server_tool_use"}},)"
            R"({"toolResult":{"toolUseId":"s","type":"r","status":"success","content":[{"json":{"stdOut":"2"}}]}},)"
            R"({"citationsContent":{"content":[{"text":"Ruby"}],"citations":[{"title":"facts"}]}},)"
            R"({"reasoningContent":{"redactedContent":"cmVk"}}])");
  EXPECT_TRUE(events.reply.tool_calls.empty());
}

TEST(BedrockConverseStream, SendsBackOnlyWhatIsTakenWhereItWasBrokenOff) {
  ReadEvents events(protocol());
  events.read("contentBlockDelta", R"({"contentBlockIndex":0,"delta":{"reasoningContent":{"text":"I thi"}}})");
  events.read("contentBlockStart",
              R"({"contentBlockIndex":1,"start":{"toolUse":{"toolUseId":"s","name":"n","type":"server_tool_use"}}})");
  events.read("contentBlockStart", R"({"contentBlockIndex":2,"start":{"toolUse":{"toolUseId":"a","name":"User"}}})");
  events.read("contentBlockDelta", R"({"contentBlockIndex":2,"delta":{"toolUse":{"input":"{\"name\":\"Jas\",\"ag"}}})");
  EXPECT_EQ(events.finish().native.json, R"([{"toolUse":{"toolUseId":"a","name":"User","input":{"name":"Jas"}}}])");
  EXPECT_EQ(events.reply.tool_calls.front().arguments, R"({"name":"Jas","ag)");
}

TEST(BedrockConverseStream, TellsOfErrors) {
  const auto code = [](std::string_view name, std::string_view data) {
    ReadEvents events(protocol());
    const ErrorDetail detail = error_of([&] { events.read(name, data); });
    EXPECT_NE(detail.message.find("why"), std::string::npos) << name;
    return detail.code;
  };
  const std::string_view why = R"({"message":"why"})";
  EXPECT_EQ(code("throttlingException", why), ErrorCode::rate_limited);
  EXPECT_EQ(code("internalServerException", why), ErrorCode::server_error);
  EXPECT_EQ(code("serviceUnavailableException", why), ErrorCode::overloaded);
  EXPECT_EQ(code("validationException", why), ErrorCode::invalid_request);
  EXPECT_EQ(code("modelTimeoutException", why), ErrorCode::timeout);
  EXPECT_EQ(code("modelStreamErrorException", R"({"message":"it","originalMessage":"why","originalStatusCode":500})"),
            ErrorCode::server_error);
  EXPECT_EQ(code("aNewException", why), ErrorCode::server_error);
  EXPECT_EQ(code("internalError", "why"), ErrorCode::server_error);
  ReadEvents events(protocol());
  EXPECT_EQ(error_of([&] { events.read("contentBlockDelta", "{"); }).code, ErrorCode::bad_response);
  EXPECT_EQ(error_of([&] { events.read("contentBlockDelta", R"({"delta":{"text":7}})"); }).code,
            ErrorCode::bad_response);
}

}  // namespace
}  // namespace instructor
