#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "instructor/codec.hpp"
#include "instructor/error.hpp"
#include "protocol/protocol.hpp"

namespace instructor {
namespace {

const Protocol& protocol() { return anthropic_messages_protocol(); }

constexpr std::string_view user_schema =
    R"({"type":"object","properties":{"name":{"type":"string"},"age":{"type":"integer"}},"required":["name","age"]})";
const OutputSpec user{.name = "User", .description = "A person", .schema = user_schema, .strict = false};

/// A call, and what it refers to.
struct Asked {
  explicit Asked(std::vector<Message> conversation = {Message::user("Jason is 25")})
      : messages(std::move(conversation)) {
    call.model = "claude";
    call.output = user;
    settings.default_max_tokens = 1000;
  }
  Asked& tools(ToolChoice choice, std::vector<OutputSpec> list = {user}) {
    call.tools = std::move(list);
    call.choice = choice;
    return *this;
  }
  Asked& extra(std::string key, std::string json) {
    options.extra.emplace_back(std::move(key), std::move(json));
    return *this;
  }
  std::string text() {
    call.options = &options;
    call.messages.clear();
    for (const Message& message : messages) call.messages.push_back(&message);
    std::string body;
    protocol().encode(call, settings, body);
    return body;
  }
  Json body() { return decode<Json>(text()).value(); }
  Json turns() { return body().at("messages"); }
  ErrorCode refused() {
    try {
      text();
    } catch (const Error& error) {
      return error.code();
    }
    return ErrorCode::server_error;
  }

  std::vector<Message> messages;
  CallOptions options;
  WireSettings settings;
  Call call;
};

Json json(std::string_view text) { return decode<Json>(text).value(); }

// ---- requests ----------------------------------------------------------------------------------------------------

TEST(AnthropicMessages, ForcesTheTool) {
  EXPECT_EQ(Asked().tools(ToolChoice::the_one).text(),
            R"({"model":"claude","max_tokens":1000,"messages":[{"role":"user","content":"Jason is 25"}],)"
            R"("tools":[{"name":"User","description":"A person","input_schema":)" +
                std::string(user_schema) +
                R"(}],"tool_choice":{"type":"tool","name":"User","disable_parallel_tool_use":true}})");
}

TEST(AnthropicMessages, LetsTheModelChooseAmongTools) {
  OutputSpec strict = user;
  strict.strict = true;
  strict.description = {};
  Asked asked;
  asked.tools(ToolChoice::any, {strict, {.name = "search", .description = "", .schema = "{}", .strict = false}});
  asked.call.provider_tools = {R"({"type":"web_search_20250305","name":"web_search"})"};
  const Json body = asked.body();
  EXPECT_EQ(body.at("tool_choice"), json(R"({"type":"any"})"));
  ASSERT_EQ(body.at("tools").size(), 3u);
  EXPECT_EQ(body.at("tools")[0].at("strict"), true);
  EXPECT_FALSE(body.at("tools")[0].contains("description"));
  EXPECT_FALSE(body.at("tools")[1].contains("strict"));
  EXPECT_EQ(body.at("tools")[2], json(R"({"type":"web_search_20250305","name":"web_search"})"));
  EXPECT_EQ(asked.tools(ToolChoice::free).body().at("tool_choice"), json(R"({"type":"auto"})"));
}

TEST(AnthropicMessages, AsksForStructuredOutput) {
  Asked asked;
  asked.call.format = TextFormat::json_schema;
  asked.call.stream = true;
  EXPECT_EQ(asked.text(), R"({"model":"claude","max_tokens":1000,"messages":[{"role":"user","content":"Jason is 25"}],)"
                          R"("output_config":{"format":{"type":"json_schema","schema":)" +
                              std::string(user_schema) + R"(}},"stream":true})");
  asked.extra("output_config", R"({"effort":"low"})");
  EXPECT_EQ(asked.body().at("output_config").at("effort"), "low");
  EXPECT_TRUE(asked.body().at("output_config").contains("format"));
}

TEST(AnthropicMessages, HasNoJsonMode) {
  Asked asked;
  asked.call.format = TextFormat::json_object;
  EXPECT_EQ(asked.text(),
            R"({"model":"claude","max_tokens":1000,"messages":[{"role":"user","content":"Jason is 25"}]})");
}

TEST(AnthropicMessages, SendsOptions) {
  Asked asked;
  asked.options.temperature = 0.5;
  asked.options.top_p = 0.25;
  asked.options.max_tokens = 7;
  asked.options.seed = 3;
  asked.options.stop = {"END"};
  asked.extra("top_k", "5").extra("temperature", "1");
  EXPECT_EQ(asked.body(), json(R"({"model":"claude","max_tokens":7,"top_p":0.25,"stop_sequences":["END"],"top_k":5,
    "temperature":1,"messages":[{"role":"user","content":"Jason is 25"}]})"));
}

TEST(AnthropicMessages, AlwaysSaysHowLongTheAnswerMayBe) {
  Asked asked;
  asked.settings.default_max_tokens = 0;
  EXPECT_EQ(asked.body().at("max_tokens"), 4096);
  EXPECT_EQ(asked.extra("max_tokens", "9").body().at("max_tokens"), 9);
}

TEST(AnthropicMessages, RefusesWhatItWritesItself) {
  for (const char* const key : {"messages", "tools", "tool_choice", "model", "stream", "output_format"})
    EXPECT_EQ(Asked().extra(key, "1").refused(), ErrorCode::invalid_request) << key;
  EXPECT_EQ(Asked().extra("output_config", R"({"format":{}})").refused(), ErrorCode::invalid_request);
  EXPECT_EQ(Asked().extra("output_config", "3").refused(), ErrorCode::invalid_request);
  EXPECT_EQ(Asked().extra("system", "3").refused(), ErrorCode::invalid_request);
}

TEST(AnthropicMessages, PutsInstructionsApart) {
  const std::vector<Message> one{Message::user("a"), Message::system("Be brief."), Message::user("b")};
  EXPECT_EQ(Asked(one).body().at("system"), "Be brief.");
  EXPECT_EQ(Asked(one).turns(),
            json(R"([{"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}])"));
  EXPECT_EQ(Asked({Message::system("A"), Message::system(" "), Message::system("B")}).body().at("system"),
            json(R"([{"type":"text","text":"A"},{"type":"text","text":"B"}])"));
}

TEST(AnthropicMessages, PutsInstructionsAfterThoseOfTheCaller) {
  const std::vector<Message> one{Message::system("B"), Message::user("a")};
  EXPECT_EQ(Asked(one).extra("system", R"("A")").body().at("system"),
            json(R"([{"type":"text","text":"A"},{"type":"text","text":"B"}])"));
  EXPECT_EQ(
      Asked(one)
          .extra("system", R"(["A",{"type":"text","text":"long","cache_control":{"type":"ephemeral"}}])")
          .body()
          .at("system"),
      json(
          R"([{"type":"text","text":"A"},{"type":"text","text":"long","cache_control":{"type":"ephemeral"}},{"type":"text","text":"B"}])"));
  EXPECT_EQ(Asked({Message::user("a")}).extra("system", R"("A")").body().at("system"), "A");
}

TEST(AnthropicMessages, PutsResultsFirstIntoOneTurn) {
  EXPECT_EQ(Asked({Message::user("Go"),
                   Message::assistant("Well", {{"call_1", "User", R"({"age":1.50})"}, {"call_2", "User", "{}"}}),
                   Message::tool("call_1", "User", "fine"), Message::user("and"),
                   Message::tool_error("call_2", "User", "age is missing")})
                .turns()
                .dump(),
            R"([{"role":"user","content":"Go"},{"role":"assistant","content":[{"type":"text","text":"Well"},)"
            R"({"type":"tool_use","id":"call_1","name":"User","input":{"age":1.5}},)"
            R"({"type":"tool_use","id":"call_2","name":"User","input":{}}]},)"
            R"({"role":"user","content":[{"type":"tool_result","tool_use_id":"call_1","content":"fine"},)"
            R"({"type":"tool_result","tool_use_id":"call_2","content":"age is missing","is_error":true},)"
            R"({"type":"text","text":"and"}]}])");
}

TEST(AnthropicMessages, SaysArgumentsAsTheyWereWritten) {
  const std::string body =
      Asked({Message::user("Go"), Message::assistant("", {{"c", "User", R"({"a": 1.50, "b": 12345678901234567})"}}),
             Message::tool("c", "User", "x")})
          .text();
  EXPECT_NE(body.find(R"("input":{"a": 1.50, "b": 12345678901234567})"), std::string::npos);
}

TEST(AnthropicMessages, MakesWhatModelsInventAcceptable) {
  const Json turns =
      Asked({Message::user("Go"),
             Message::assistant("", {{"a:1", "w\xC3\xA9 ird", "no JSON \xFF"}, {"a_3a1", "", "[1]"}, {"", "x", ""}}),
             Message::tool("a:1", "", ""), Message::tool("a_3a1", "", "r"), Message::tool("", "", "s")})
          .turns();
  const Json& uses = turns[1].at("content");
  EXPECT_EQ(uses[0], json(R"({"type":"tool_use","id":"call_a_3a1","name":"w_ird","input":{"text":"no JSON )"
                          "\xEF\xBF\xBD"
                          R"("}})"));
  EXPECT_EQ(uses[1], json(R"({"type":"tool_use","id":"a_3a1","name":"User","input":{"text":"[1]"}})"));
  EXPECT_EQ(uses[2], json(R"({"type":"tool_use","id":"call_","name":"x","input":{}})"));
  const Json& results = turns[2].at("content");
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(results[i].at("tool_use_id"), uses[i].at("id"));
  EXPECT_FALSE(results[0].contains("content"));
}

TEST(AnthropicMessages, LeavesOutWhatSaysNothing) {
  EXPECT_EQ(Asked({Message::user(" "), Message::user("a"), Message::assistant(""), Message::user("b"),
                   Message::assistant("said \n"), Message::user("\n")})
                .turns(),
            json(R"([{"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]},
                     {"role":"assistant","content":[{"type":"text","text":"said"}]}])"));
}

Message native(std::string blocks) {
  Message message = Message::assistant("");
  message.native = {"anthropic_messages", std::move(blocks)};
  return message;
}

constexpr const char* thought =
    R"([{"type":"thinking","thinking":"Hm","signature":"c2ln"},{"type":"redacted_thinking","data":"eA=="},{"type":"tool_use","id":"toolu_1","name":"User","input":{"age":5}}])";

TEST(AnthropicMessages, TakesTurnsBackAsTheyCame) {
  const std::string body = Asked({Message::user("Go"), native(thought), Message::tool("toolu_1", "User", "no")}).text();
  EXPECT_NE(body.find(R"({"role":"assistant","content":)" + std::string(thought) + "}"), std::string::npos);
}

TEST(AnthropicMessages, TakesTurnsOfOthersByWhatTheySay) {
  Message message = Message::assistant("text");
  message.native = {"another", thought};
  EXPECT_EQ(Asked({Message::user("Go"), message, Message::user("on")}).turns()[1].at("content"),
            json(R"([{"type":"text","text":"text"}])"));
  message.native = {"anthropic_messages", "no JSON"};
  EXPECT_EQ(Asked({Message::user("Go"), message, Message::user("on")}).turns()[1].at("content"),
            json(R"([{"type":"text","text":"text"}])"));
}

TEST(AnthropicMessages, LeavesOutOfTurnsWhatIsRefused) {
  const auto sent = [](const char* blocks, bool is_last = false) {
    std::vector<Message> messages{Message::user("Go"), native(blocks)};
    if (!is_last) messages.push_back(Message::user("on"));
    const Json turns = Asked(std::move(messages)).turns();
    return turns.size() < 2 ? Json() : turns[1].at("content");
  };
  EXPECT_EQ(sent(R"([{"type":"text","text":" "},{"type":"text","text":"a","citations":[{"type":"char_location",
      "document_index":0,"file_id":null}]},{"type":"thinking","thinking":"cut"},
      {"type":"thinking","thinking":"at the end","signature":"x"}])"),
            json(R"([{"type":"text","text":"a","citations":[{"type":"char_location","document_index":0}]}])"));
  const char* const unanswered =
      R"([{"type":"text","text":"a "},{"type":"server_tool_use","id":"srvtoolu_1","name":"web_search","input":{}}])";
  EXPECT_EQ(sent(unanswered), json(R"([{"type":"text","text":"a "}])"));
  EXPECT_EQ(sent(unanswered, true), json(unanswered));
  EXPECT_EQ(sent(R"([{"type":"text","text":"a "}])", true), json(R"([{"type":"text","text":"a"}])"));
  EXPECT_EQ(sent(R"([{"type":"thinking","thinking":"all","signature":"x"}])"), Json());
}

TEST(AnthropicMessages, SaysBetasInAHeader) {
  Asked asked;
  asked.extra("betas", R"(["context-1m-2025-08-07","interleaved-thinking-2025-05-14"])");
  EXPECT_FALSE(asked.body().contains("betas"));
  std::vector<HttpHeader> headers{{"x", "y"}};
  protocol().add_headers(asked.call, headers);
  ASSERT_EQ(headers.size(), 2u);
  EXPECT_EQ(headers[1].name, "anthropic-beta");
  EXPECT_EQ(headers[1].value, "context-1m-2025-08-07,interleaved-thinking-2025-05-14");
  headers = {{"Anthropic-Beta", "a"}};
  protocol().add_headers(asked.call, headers);
  ASSERT_EQ(headers.size(), 1u);
  EXPECT_EQ(headers[0].value, "a,context-1m-2025-08-07,interleaved-thinking-2025-05-14");
}

TEST(AnthropicMessages, PutsNothingElseIntoTheHeader) {
  for (const char* const betas : {R"(["a\r\nx: y"])", "3", R"([[]])", R"("a b")"}) {
    Asked asked;
    asked.extra("betas", betas).text();
    std::vector<HttpHeader> headers;
    EXPECT_THROW(protocol().add_headers(asked.call, headers), Error) << betas;
    EXPECT_TRUE(headers.empty());
  }
}

TEST(AnthropicMessages, CannotForceToolsWhileTheModelThinks) {
  const auto can = [](const char* thinking) {
    CallOptions options;
    if (thinking != nullptr) options.extra.emplace_back("thinking", thinking);
    return protocol().can_force_tools(options);
  };
  EXPECT_TRUE(can(nullptr));
  EXPECT_TRUE(can(R"({"type":"disabled"})"));
  EXPECT_FALSE(can(R"({"type":"enabled","budget_tokens":1024})"));
  EXPECT_FALSE(can(R"({"type":"adaptive"})"));
}

// ---- replies -----------------------------------------------------------------------------------------------------

Reply read(std::string_view body) { return protocol().decode(std::string(body)); }

TEST(AnthropicMessages, ReadsToolCalls) {
  const Reply reply = read(R"({"id":"msg_1","type":"message","role":"assistant","model":"claude-x","content":[
    {"type":"text","text":"Here"},{"type":"tool_use","id":"toolu_1","name":"User","input":{"name":"Jason","age":25}},
    {"type":"tool_use","name":"User","input":{}}],"stop_reason":"tool_use","stop_sequence":null,
    "usage":{"input_tokens":10,"cache_creation_input_tokens":20,"cache_read_input_tokens":300,"output_tokens":7,
      "output_tokens_details":{"thinking_tokens":4}}})");
  EXPECT_EQ(reply.id, "msg_1");
  EXPECT_EQ(reply.model, "claude-x");
  EXPECT_EQ(reply.text, "Here");
  EXPECT_EQ(reply.tool_calls,
            (std::vector<ToolCall>{{"toolu_1", "User", R"({"name":"Jason","age":25})"}, {"call_2", "User", "{}"}}));
  EXPECT_EQ(reply.finish_reason, FinishReason::tool_calls);
  EXPECT_EQ(reply.finish_reason_text, "tool_use");
  EXPECT_EQ(reply.usage, (Usage{330, 7, 337, 300, 4, 0}));
  EXPECT_EQ(reply.native, NativeTurn());
}

TEST(AnthropicMessages, KeepsTheSpellingOfArguments) {
  EXPECT_EQ(read(R"({"content":[{"type":"text","text":"{"},{"type":"tool_use","id":"a","name":"User","input":
    {"n": 123456789012345678901234567890, "m":1e400,"k":1.50,"k":1e2}}]})")
                .tool_calls.front()
                .arguments,
            R"({"n": 123456789012345678901234567890, "m":1e400,"k":1.50,"k":1e2})");
  EXPECT_EQ(read(R"({"content":[{"type":"tool_use","id":"a","name":"User","\u0069nput":{"k": 1}}]})")
                .tool_calls.front()
                .arguments,
            R"({"k":1})");
}

TEST(AnthropicMessages, KeepsThinkingAndItsSignature) {
  const Reply reply = read(R"({"content":[{"type":"thinking","thinking":"Hm","signature":"c2ln"},
    {"type":"text","text":"25"}],"stop_reason":"end_turn"})");
  EXPECT_EQ(reply.reasoning, "Hm");
  EXPECT_EQ(reply.text, "25");
  EXPECT_EQ(reply.native.protocol, "anthropic_messages");
  EXPECT_EQ(reply.native.json,
            R"([{"type":"thinking","thinking":"Hm","signature":"c2ln"},{"type":"text","text":"25"}])");
}

TEST(AnthropicMessages, TakesNoToolOfTheProvidersForAnAnswer) {
  const Reply reply = read(R"({"content":[{"type":"server_tool_use","id":"srvtoolu_1","name":"web_search",
    "input":{"query":"x"}},{"type":"web_search_tool_result","tool_use_id":"srvtoolu_1","content":[]},
    {"type":"mcp_tool_use","id":"m","name":"n","server_name":"s","input":{}},{"type":"of tomorrow"},
    {"type":"text","text":"25"}],"stop_reason":"end_turn"})");
  EXPECT_TRUE(reply.tool_calls.empty());
  EXPECT_EQ(reply.text, "25");
  EXPECT_EQ(json(reply.native.json).size(), 5u);
}

TEST(AnthropicMessages, ReadsWhyItStopped) {
  const auto reason = [](const std::string& text) {
    return read(R"({"content":[],"stop_reason":)" + text + "}").finish_reason;
  };
  EXPECT_EQ(reason(R"("end_turn")"), FinishReason::stop);
  EXPECT_EQ(reason(R"("stop_sequence")"), FinishReason::stop);
  EXPECT_EQ(reason(R"("max_tokens")"), FinishReason::length);
  EXPECT_EQ(reason(R"("model_context_window_exceeded")"), FinishReason::length);
  EXPECT_EQ(reason(R"("pause_turn")"), FinishReason::other);
  EXPECT_EQ(reason(R"("compaction")"), FinishReason::other);
  EXPECT_EQ(reason("null"), FinishReason::unknown);
}

TEST(AnthropicMessages, ReadsRefusals) {
  const Reply reply = read(R"({"content":[],"stop_reason":"refusal",
    "stop_details":{"type":"refusal","category":"cyber","explanation":"Not that."}})");
  EXPECT_EQ(reply.refusal, "Not that.");
  EXPECT_EQ(reply.finish_reason, FinishReason::content_filter);
  EXPECT_FALSE(read(R"({"content":[],"stop_reason":"refusal","stop_details":null})").refusal.empty());
  EXPECT_NE(read(R"({"content":[],"stop_reason":"refusal","stop_details":{"category":"bio"}})").refusal.find("bio"),
            std::string::npos);
}

TEST(AnthropicMessages, BoundsCounts) {
  const Usage usage = read(R"({"content":[],"usage":{"input_tokens":9223372036854775807,"output_tokens":-5,
    "cache_read_input_tokens":9223372036854775807}})")
                          .usage;
  EXPECT_GT(usage.input_tokens, 0);
  EXPECT_EQ(usage.output_tokens, 0);
  EXPECT_GE(usage.total_tokens, usage.input_tokens);
}

TEST(AnthropicMessages, ToleratesWhatIsNoneOfTheAnswer) {
  const Reply reply = read(R"({"id":5,"model":null,"content":[{"type":"text","text":"a"},null,7,{"text":3}],
    "stop_reason":null,"usage":"none"})");
  EXPECT_EQ(reply.text, "a");
  EXPECT_EQ(reply.id, "");
}

ErrorCode failure(std::string_view body) {
  try {
    read(body);
  } catch (const Error& error) {
    return error.code();
  }
  return ErrorCode::invalid_model;
}

TEST(AnthropicMessages, RefusesWhatIsNoReply) {
  for (const char* const body : {"", "{}", "[]", "null", R"({"content":"text"})", R"({"content":[)", "<html>"})
    EXPECT_EQ(failure(body), ErrorCode::bad_response) << body;
  EXPECT_EQ(failure(R"({"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}})"),
            ErrorCode::overloaded);
}

TEST(AnthropicMessages, ReadsErrors) {
  struct Case {
    int status;
    const char* type;
    ErrorCode code;
  };
  for (const Case& each :
       {Case{400, "invalid_request_error", ErrorCode::invalid_request},
        Case{401, "authentication_error", ErrorCode::authentication}, Case{402, "billing_error", ErrorCode::quota},
        Case{403, "permission_error", ErrorCode::permission}, Case{404, "not_found_error", ErrorCode::not_found},
        Case{413, "request_too_large", ErrorCode::invalid_request},
        Case{429, "rate_limit_error", ErrorCode::rate_limited}, Case{500, "api_error", ErrorCode::server_error},
        Case{504, "timeout_error", ErrorCode::timeout}, Case{529, "overloaded_error", ErrorCode::overloaded}}) {
    const ErrorDetail detail = protocol().decode_error(
        each.status, R"({"type":"error","error":{"type":")" + std::string(each.type) + R"(","message":"Why"}})");
    EXPECT_EQ(detail.code, each.code) << each.type;
    EXPECT_EQ(detail.message, "Why");
    EXPECT_EQ(detail.provider_code, each.type);
  }
}

}  // namespace
}  // namespace instructor
