// Requests to Cohere's chat.

#include <algorithm>
#include <set>

#include "described_requests.hpp"
#include "section.hpp"

namespace conformance {

namespace {

using instructor::Role;
using instructor::TextFormat;
using instructor::ToolChoice;

void judge_messages(const SentCall& sent, const Json& messages, Differences& out) {
  std::set<std::string> open;
  std::string said;
  for (const Json& message : messages) {
    const std::string role = text_at(message, "role");
    if (role == "tool") {
      if (open.erase(text_at(message, "tool_call_id")) != 1) out.emplace_back("a result has no call");
    } else if (!open.empty() && role != "system") {
      out.emplace_back("a call has no result before something else is said");
      open.clear();
    }
    if (const Json* const content = member(message, "content")) {
      const std::string text = content->is_string() ? content->get<std::string>() : content->dump();
      if (is_blank(text)) out.emplace_back("a message is blank");
      said += text + "\n";
    }
    if (const Json* const calls = member(message, "tool_calls"))
      for (const Json& call : *calls) {
        open.insert(text_at(call, "id"));
        const auto arguments = parse_json(text_at(call["function"], "arguments"));
        if (!arguments || !arguments->is_object()) out.emplace_back("the arguments of a call are no object");
      }
  }
  if (!open.empty()) out.emplace_back("the last call has no result");
  for (const Role role : {Role::system, Role::user, Role::tool})
    expect_texts(texts_of(sent, role), "the conversation", said, out);
}

Differences problems(const CallRun& run, const SentCall& sent, const Json& body) {
  Differences out;
  static const std::set<std::string> known{
      "model",           "messages", "tools", "strict_tools", "tool_choice",    "temperature", "p",       "k",
      "response_format", "stream",   "seed",  "max_tokens",   "stop_sequences", "safety_mode", "thinking"};
  for (const auto& [key, _] : body.items())
    if (!known.contains(key)) out.push_back("the provider does not know " + in_quotes(key));
  expect_at(body, "/model", run.model, out);
  expect_at(body, "/stream", sent.stream ? Json(true) : Json(), out);
  judge_messages(sent, body["messages"], out);

  const instructor::CallOptions& options = sent.options;
  if (!run.says_twice) expect_at(body, "/temperature", options.temperature ? Json(*options.temperature) : Json(), out);
  expect_at(body, "/max_tokens", options.max_tokens ? Json(*options.max_tokens) : Json(), out);
  expect_at(body, "/seed", options.seed ? Json(*options.seed) : Json(), out);
  expect_at(body, "/stop_sequences", options.stop.empty() ? Json() : Json(options.stop), out);
  if (body.contains("p") != options.top_p.has_value()) out.emplace_back("p is not what top_p says");

  const bool tools = !sent.tools.empty();
  if (body.contains("tools") != tools) out.emplace_back("there are tools, or none, against what was asked for");
  for (std::size_t i = 0; i < sent.tools.size(); ++i) {
    const std::string place = "/tools/" + std::to_string(i) + "/function/";
    expect_at(body, place + "name", sent.tools[i].name, out);
    expect_at(body, place + "parameters", *parse_json(sent.tools[i].schema), out);
  }
  expect_at(body, "/tool_choice", tools && sent.choice != ToolChoice::free ? Json("REQUIRED") : Json(), out);
  if (sent.format == TextFormat::free) {
    expect_at(body, "/response_format", Json(), out);
  } else {
    expect_at(body, "/response_format/type", "json_object", out);
    const bool by_schema = sent.format == TextFormat::json_schema;
    expect_at(body, "/response_format/json_schema", by_schema ? *parse_json(sent.output.schema) : Json(), out);
  }
  for (const instructor::Message& message : sent.messages)
    if (!message.native.json.empty() && sent.body.find(message.native.json) == std::string::npos)
      out.emplace_back("a turn of its own is not sent as it came");
  return out;
}

}  // namespace

void run_cohere_requests(const std::filesystem::path& data, Report& report) {
  CallMatrix matrix;
  matrix.provider = instructor::find_provider("cohere");
  const instructor::Protocol& protocol = instructor::cohere_chat_protocol();
  matrix.own_turns = {
      own_turn(protocol, R"({"id":"1","finish_reason":"COMPLETE","message":{"role":"assistant","content":[
        {"type":"thinking","thinking":"Hm."},{"type":"text","text":"Jason is 25."}],
        "citations":[{"start":0,"end":5,"text":"Jason","sources":[{"type":"document","id":"doc:0","document":{"id":"doc:0"}}],"type":"TEXT_CONTENT"}]}})"),
      own_turn(protocol,
               R"({"id":"1","finish_reason":"TOOL_CALL","message":{"role":"assistant","tool_plan":"I will look it up.",
        "tool_calls":[{"id":"search_1","type":"function","function":{"name":"search","arguments":"{\"q\":\"Jason\"}"}},
                      {"id":"search_2","type":"function","function":{"name":"search","arguments":"{}"}}]}})")};
  matrix.own_options = {{"options of its own", [](instructor::Request& request) {
                           request.extra(instructor::Json{{"k", 3}, {"safety_mode", "STRICT"}});
                         }}};
  matrix.model = "command-a-03-2025";
  run_described_calls(matrix, data / "schemas/cohere/v2.chat.request.json", problems, report);
}

}  // namespace conformance
