// Requests to Amazon Bedrock's Converse API.

#include <map>
#include <set>

#include "described_requests.hpp"
#include "section.hpp"

namespace conformance {

namespace {

using instructor::Role;
using instructor::TextFormat;
using instructor::ToolChoice;

bool offers_tools(const SentCall& sent) { return !sent.tools.empty() || !sent.provider_tools.empty(); }

/// Turns take turns, and each call is answered at the beginning of the next one.
void judge_turns(const SentCall& sent, const Json& messages, Differences& out) {
  std::set<std::string> open;
  std::string expected_role = "user";
  for (const Json& message : messages) {
    if (message["role"] != expected_role) out.push_back("the roles do not alternate, or do not begin with the user");
    expected_role = expected_role == "user" ? "assistant" : "user";
    if (message["content"].empty()) out.emplace_back("a turn is empty");
    bool results_are_over = false;
    std::set<std::string> called;
    for (const Json& block : message["content"]) {
      if (const Json* const text = member(block, "text"); text != nullptr && is_blank(text->get<std::string>()))
        out.emplace_back("a text is blank");
      const Json* const use = member(block, "toolUse");
      if (use != nullptr && text_at(*use, "type").empty() && !called.insert(text_at(*use, "toolUseId")).second)
        out.emplace_back("two calls of a turn have one id");
      if (use != nullptr && !(*use)["input"].is_object()) out.emplace_back("an input is no object");
      const Json* const result = member(block, "toolResult");
      if ((use != nullptr || result != nullptr) && !offers_tools(sent))
        out.emplace_back("there are calls or results, and no tools");
      if (result != nullptr && message["role"] == "user") {
        if (results_are_over) out.emplace_back("a result comes after something else");
        if (open.erase(text_at(*result, "toolUseId")) != 1) out.emplace_back("a result has no call");
      } else {
        results_are_over = true;
      }
    }
    if (!open.empty()) out.emplace_back("a call has no result");
    open = std::move(called);
  }
  if (!open.empty()) out.emplace_back("the last call has no result");
}

std::string texts_in(const Json& messages, std::string_view role) {
  std::string out;
  for (const Json& message : messages)
    if (message["role"] == role)
      for (const Json& block : message["content"]) {
        out += text_at(block, "text") + "\n";
        if (const Json* const result = member(block, "toolResult"))
          for (const Json& part : (*result)["content"]) out += text_at(part, "text") + "\n";
      }
  return out;
}

void judge_tools(const SentCall& sent, const Json& body, Differences& out) {
  const Json* const config = member(body, "toolConfig");
  if (!offers_tools(sent)) {
    if (config != nullptr) out.emplace_back("there are tools that nobody asked for");
    return;
  }
  if (config == nullptr) return out.emplace_back("there are no tools"), void();
  const Json& tools = (*config)["tools"];
  if (tools.size() != sent.tools.size() + sent.provider_tools.size())
    out.emplace_back("not as many tools as asked for");
  for (std::size_t i = 0; i < sent.tools.size() && i < tools.size(); ++i) {
    const std::string place = "/" + std::to_string(i) + "/toolSpec/";
    const WantedOutput& tool = sent.tools[i];
    expect_at(tools, place + "name", tool.name, out);
    expect_at(tools, place + "description", tool.description.empty() ? Json() : Json(tool.description), out);
    expect_at(tools, place + "inputSchema/json", *parse_json(tool.schema), out);
    expect_at(tools, place + "strict", tool.strict ? Json(true) : Json(), out);
  }
  for (std::size_t i = 0; i < sent.provider_tools.size(); ++i)
    expect_at(tools, "/" + std::to_string(sent.tools.size() + i), *parse_json(sent.provider_tools[i]), out);
  Json choice;
  if (sent.choice == ToolChoice::any) choice = {{"any", Json::object()}};
  if (sent.choice == ToolChoice::the_one) choice = {{"tool", {{"name", sent.tools.front().name}}}};
  expect_at(*config, "/toolChoice", choice, out);
}

void judge_options(const SentCall& sent, const Json& body, Differences& out) {
  const instructor::CallOptions& options = sent.options;
  for (const auto& [key, value] : options.extra)
    if (key == "inferenceConfig") return;
  const std::string place = "/inferenceConfig/";
  expect_at(body, place + "temperature", options.temperature ? Json(*options.temperature) : Json(), out);
  expect_at(body, place + "topP", options.top_p ? Json(*options.top_p) : Json(), out);
  expect_at(body, place + "maxTokens", options.max_tokens ? Json(*options.max_tokens) : Json(), out);
  expect_at(body, place + "stopSequences", options.stop.empty() ? Json() : Json(options.stop), out);
}

void judge_format(const SentCall& sent, const Json& body, Differences& out) {
  const std::string place = "/outputConfig/textFormat";
  if (sent.format != TextFormat::json_schema) return expect_at(body, place, Json(), out);
  const Json schema = body.value(Json::json_pointer(place + "/structure/jsonSchema/schema"), Json());
  expect_at(body, place + "/type", "json_schema", out);
  expect_at(body, place + "/structure/jsonSchema/name", sent.output.name, out);
  if (schema != sent.output.schema) out.push_back("the schema is not sent as text: " + in_quotes(schema.dump()));
}

/// A turn in the provider's own words goes back as it came, where its calls are answered and there are tools.
void judge_own_turns(const SentCall& sent, Differences& out) {
  for (std::size_t i = 0; i < sent.messages.size(); ++i) {
    const instructor::Message& message = sent.messages[i];
    const bool answered = i + 1 < sent.messages.size() && sent.messages[i + 1].role == Role::tool;
    if (message.native.json.size() < 2) continue;
    const std::string blocks = message.native.json.substr(1, message.native.json.size() - 2);
    const bool plain = blocks.find("toolUse") == std::string::npos;
    if (plain || (answered && offers_tools(sent)))
      if (sent.body.find(blocks) == std::string::npos) out.emplace_back("a turn of its own is not sent as it came");
  }
}

Differences problems(const CallRun& run, const SentCall& sent, const Json& body) {
  Differences out;
  static const std::set<std::string> known{"messages",        "system",
                                           "inferenceConfig", "toolConfig",
                                           "guardrailConfig", "additionalModelRequestFields",
                                           "requestMetadata", "performanceConfig",
                                           "outputConfig"};
  for (const auto& [key, _] : body.items())
    if (!known.contains(key) && !run.says_twice) out.push_back("the provider does not know " + in_quotes(key));
  judge_turns(sent, body["messages"], out);
  std::string system;
  if (const Json* const blocks = member(body, "system"))
    for (const Json& block : *blocks) system += text_at(block, "text") + "\n";
  expect_texts(texts_of(sent, Role::system), "the system text", system, out);
  expect_texts(texts_of(sent, Role::user), "the user's text", texts_in(body["messages"], "user"), out);
  expect_texts(texts_of(sent, Role::tool), "the user's text", texts_in(body["messages"], "user"), out);
  judge_tools(sent, body, out);
  judge_options(sent, body, out);
  judge_format(sent, body, out);
  judge_own_turns(sent, out);
  if (sent.path.find(':') != std::string::npos || !sent.path.starts_with("/model/") ||
      !sent.path.ends_with(sent.stream ? "/converse-stream" : "/converse"))
    out.push_back("the path is " + in_quotes(sent.path));
  return out;
}

}  // namespace

void run_converse_requests(const std::filesystem::path& data, Report& report) {
  const instructor::Protocol& protocol = instructor::bedrock_converse_protocol();
  const auto turn = [&](const std::string& content) {
    return own_turn(protocol, R"({"output":{"message":{"role":"assistant","content":)" + content +
                                  R"(}},"stopReason":"end_turn"})");
  };
  CallMatrix matrix;
  matrix.provider = instructor::find_provider("bedrock");
  matrix.own_turns = {
      turn(R"([{"reasoningContent":{"reasoningText":{"text":"Hm.","signature":"c2ln"}}},{"text":"Jason is 25."}])"),
      turn(R"([{"reasoningContent":{"reasoningText":{"signature":"c2ln","text":"Hm."}}},{"text":" \n"},
               {"toolUse":{"input":{"q":"Jason"},"name":"search","toolUseId":"tooluse_1","type":"tool_use"}},
               {"toolUse":{"input":{},"name":"search","toolUseId":"tooluse_2"}}])"),
      turn(R"([{"reasoningContent":{"redactedContent":"cmVk"}},
               {"toolUse":{"input":{"snippet":"1+1"},"name":"nova_code_interpreter","toolUseId":"tooluse_3","type":"server_tool_use"}},
               {"toolResult":{"content":[{"json":{"stdOut":"2"}}],"status":"success","toolUseId":"tooluse_3","type":"nova_code_interpreter_result"}},
               {"citationsContent":{"content":[{"text":"Jason is 25."}],"citations":[{"title":"People"}]}}])")};
  matrix.provider_tools = {R"({"systemTool":{"name":"nova_code_interpreter"}})",
                           R"({"cachePoint":{"type":"default"}})"};
  const auto add = [](std::string json) {
    return [json = std::move(json)](instructor::Request& request) { request.extra(instructor::Json::parse(json)); };
  };
  matrix.own_options = {
      {"fields of the model", add(R"({"additionalModelRequestFields":{"top_k":200},"requestMetadata":{"a":"b"}})")},
      {"nested options",
       add(R"({"inferenceConfig":{"maxTokens":9,"stopSequences":["x"]},"outputConfig":{"effort":"low"}})")},
      {"thinking", add(R"({"additionalModelRequestFields":{"thinking":{"type":"enabled","budget_tokens":1024}}})")}};
  for (const std::string_view endpoint : {"converse", "converse-stream"})
    for (const std::string_view model :
         {"us.anthropic.claude-sonnet-4-5-20250929-v1:0", "meta.llama3-1-70b-instruct-v1:0"}) {
      matrix.model = model;
      run_described_calls(matrix, data / "schemas/bedrock" / (std::string(endpoint) + ".request.json"), problems,
                          report);
    }
}

}  // namespace conformance
