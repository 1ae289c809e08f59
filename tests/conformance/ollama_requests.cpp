// Requests to Ollama's own chat.

#include <set>

#include "described_requests.hpp"
#include "section.hpp"

namespace conformance {

namespace {

using instructor::Role;
using instructor::TextFormat;

Differences problems(const CallRun& run, const SentCall& sent, const Json& body) {
  Differences out;
  static const std::set<std::string> known{"model",  "messages", "tools", "format",
                                           "stream", "options",  "think", "keep_alive"};
  for (const auto& [key, _] : body.items())
    if (!known.contains(key) && !run.says_twice) out.push_back("the provider does not know " + in_quotes(key));
  expect_at(body, "/model", run.model, out);
  expect_at(body, "/stream", sent.stream, out);
  if (body["messages"].size() != sent.messages.size()) out.emplace_back("not as many messages as there are");
  std::string said;
  for (const Json& message : body["messages"]) said += text_at(message, "content") + "\n";
  for (const Role role : {Role::system, Role::user, Role::assistant, Role::tool})
    expect_texts(texts_of(sent, role), "the conversation", said, out);

  const instructor::CallOptions& options = sent.options;
  expect_at(body, "/options/temperature", options.temperature ? Json(*options.temperature) : Json(), out);
  expect_at(body, "/options/top_p", options.top_p ? Json(*options.top_p) : Json(), out);
  expect_at(body, "/options/num_predict", options.max_tokens ? Json(*options.max_tokens) : Json(), out);
  expect_at(body, "/options/seed", options.seed ? Json(*options.seed) : Json(), out);
  expect_at(body, "/options/stop", options.stop.empty() ? Json() : Json(options.stop), out);

  for (std::size_t i = 0; i < sent.tools.size(); ++i) {
    const std::string place = "/tools/" + std::to_string(i) + "/function/";
    expect_at(body, place + "name", sent.tools[i].name, out);
    expect_at(body, place + "parameters", *parse_json(sent.tools[i].schema), out);
  }
  if (body.contains("tools") == sent.tools.empty())
    out.emplace_back("there are tools, or none, against what was asked");
  Json format;
  if (sent.format == TextFormat::json_object) format = "json";
  if (sent.format == TextFormat::json_schema) format = *parse_json(sent.output.schema);
  expect_at(body, "/format", format, out);
  for (const instructor::Message& message : sent.messages)
    if (!message.native.json.empty() && sent.body.find(message.native.json) == std::string::npos)
      out.emplace_back("a turn of its own is not sent as it came");
  return out;
}

}  // namespace

void run_ollama_requests(const std::filesystem::path& data, Report& report) {
  CallMatrix matrix;
  matrix.provider = instructor::find_provider("ollama_native");
  const instructor::Protocol& protocol = instructor::ollama_chat_protocol();
  matrix.own_turns = {
      own_turn(protocol,
               R"({"model":"m","message":{"role":"assistant","content":"Jason is 25.","thinking":"Hm."},"done":true})"),
      own_turn(protocol, R"({"model":"m","message":{"role":"assistant","content":"","thinking":"Hm.","tool_calls":[
        {"id":"call_x","function":{"index":0,"name":"search","arguments":{"q":"Jason"}}},
        {"function":{"name":"search","arguments":{}}}]},"done":true})")};
  matrix.own_options = {
      {"options of its own", [](instructor::Request& request) {
         request.extra(instructor::Json{{"think", true}, {"keep_alive", "5m"}, {"options", {{"num_ctx", 4096}}}});
       }}};
  matrix.model = "qwen3:8b";
  run_described_calls(matrix, data / "schemas/ollama/chat.request.json", problems, report);
}

}  // namespace conformance
