// Requests to generateContent, of AI Studio and Vertex.

#include <algorithm>
#include <set>

#include "described_requests.hpp"
#include "section.hpp"

namespace conformance {

namespace {

using instructor::Role;
using instructor::TextFormat;
using instructor::ToolChoice;

/// Name and id of what stands under this key in the parts of a turn.
std::vector<std::pair<std::string, std::string>> named_in(const Json& content, std::string_view key) {
  std::vector<std::pair<std::string, std::string>> out;
  for (const Json& part : content["parts"])
    if (const Json* const inner = member(part, key)) out.emplace_back(text_at(*inner, "name"), text_at(*inner, "id"));
  return out;
}

void judge_part(const Json& part, std::string& said, Differences& out) {
  static const std::set<std::string> known{"text",         "thought",          "thoughtSignature",
                                           "functionCall", "functionResponse", "toolCall"};
  for (const auto& [key, _] : part.items())
    if (!known.contains(key)) out.push_back("a part has " + in_quotes(key));
  if (part.contains("text")) {
    if (text_at(part, "text").empty() && !part.contains("thoughtSignature")) out.emplace_back("a part is empty");
    said += text_at(part, "text") + "\n";
  }
  if (const Json* const call = member(part, "functionCall"))
    if (!call->contains("args") || !(*call)["args"].is_object())
      out.emplace_back("the arguments of a call are no object");
  if (const Json* const response = member(part, "functionResponse")) {
    const Json* const result = member(*response, "response");
    if (result == nullptr || !result->is_object() || result->size() != 1) out.emplace_back("a result is no object");
    if (result != nullptr) said += text_at(*result, "output") + text_at(*result, "error") + "\n";
  }
}

/// Turns alternate, and each turn with calls is followed by one with as many results, of the same names and ids.
void judge_contents(const SentCall& sent, const Json& contents, std::string& said, Differences& out) {
  if (contents.empty()) out.emplace_back("there is no content");
  std::vector<std::pair<std::string, std::string>> open;
  std::string before;
  for (const Json& content : contents) {
    const std::string role = text_at(content, "role");
    if (role != "user" && role != "model") out.push_back("there is no role " + in_quotes(role));
    if (role == before) out.emplace_back("two turns in a row are of one role");
    before = role;
    if (!content.contains("parts") || content["parts"].empty()) {
      out.emplace_back("a turn has no parts");
      continue;
    }
    for (const Json& part : content["parts"]) judge_part(part, said, out);
    if (named_in(content, "functionResponse") != open) out.emplace_back("calls and results are not the same");
    open = named_in(content, "functionCall");
  }
  if (!open.empty()) out.emplace_back("the last calls have no results");
  for (const Role role : {Role::user, Role::tool}) expect_texts(texts_of(sent, role), "the conversation", said, out);
}

void judge_system(const SentCall& sent, const Json& body, const std::string& said, Differences& out) {
  const std::vector<std::string> texts = texts_of(sent, Role::system);
  std::string system;
  if (const Json* const instruction = member(body, "systemInstruction"))
    for (const Json& part : (*instruction)["parts"]) system += text_at(part, "text") + "\n";
  const bool apart = std::ranges::any_of(
      sent.messages, [](const instructor::Message& m) { return m.role != Role::system && !m.content.empty(); });
  expect_texts(texts, "the system instruction", apart ? system : said, out);
}

void judge_options(const CallRun& run, const SentCall& sent, const Json& body, Differences& out) {
  const instructor::CallOptions& options = sent.options;
  const std::string config = "/generationConfig/";
  if (!run.says_twice)
    expect_at(body, config + "temperature", options.temperature ? Json(*options.temperature) : Json(), out);
  expect_at(body, config + "topP", options.top_p ? Json(*options.top_p) : Json(), out);
  expect_at(body, config + "maxOutputTokens", options.max_tokens ? Json(*options.max_tokens) : Json(), out);
  expect_at(body, config + "seed", options.seed ? Json(*options.seed) : Json(), out);
  expect_at(body, config + "stopSequences", options.stop.empty() ? Json() : Json(options.stop), out);
  const bool own =
      std::ranges::any_of(options.extra, [](const auto& extra) { return extra.first == "safetySettings"; });
  expect_at(body, config + "thinkingConfig/thinkingBudget", own ? Json(128) : Json(), out);
  if (body.contains("safetySettings") != own) out.emplace_back("safetySettings are sent against what was asked for");
}

void judge_tools(const CallRun& run, const SentCall& sent, const Json& body, Differences& out) {
  const bool vertex = run.provider->name == "vertexai";
  const std::size_t lists = (sent.tools.empty() ? 0U : 1U) + sent.provider_tools.size();
  const Json* const tools = member(body, "tools");
  if ((tools == nullptr ? 0 : tools->size()) != lists) out.emplace_back("there are more or fewer tools than asked for");
  for (std::size_t i = 0; i < sent.tools.size(); ++i) {
    const std::string place = "/tools/0/functionDeclarations/" + std::to_string(i) + "/";
    expect_at(body, place + "name", sent.tools[i].name, out);
    expect_at(body, place + "description", sent.tools[i].description, out);
    expect_at(body, place + (vertex ? "parameters" : "parametersJsonSchema"), *parse_json(sent.tools[i].schema), out);
  }
  for (std::size_t i = 0; i < sent.provider_tools.size(); ++i)
    expect_at(body, "/tools/" + std::to_string(i + (sent.tools.empty() ? 0 : 1)), *parse_json(sent.provider_tools[i]),
              out);
  const std::string calling = "/toolConfig/functionCallingConfig/";
  const bool forced = sent.choice != ToolChoice::free;
  expect_at(body, calling + "mode", sent.tools.empty() ? Json() : Json(forced ? "ANY" : "AUTO"), out);
  Json names = Json::array();
  for (const WantedOutput& tool : sent.tools)
    if (sent.choice == ToolChoice::any || names.empty()) names.push_back(tool.name);
  expect_at(body, calling + "allowedFunctionNames", sent.tools.empty() || !forced ? Json() : names, out);

  const std::string config = "/generationConfig/";
  expect_at(body, config + "responseMimeType", sent.format == TextFormat::free ? Json() : Json("application/json"),
            out);
  const Json schema = sent.format == TextFormat::json_schema ? *parse_json(sent.output.schema) : Json();
  expect_at(body, config + "responseSchema", vertex ? schema : Json(), out);
  expect_at(body, config + "responseJsonSchema", vertex ? Json() : schema, out);
}

Differences problems(const CallRun& run, const SentCall& sent, const Json& body) {
  Differences out;
  static const std::set<std::string> known{"contents",   "systemInstruction", "tools",
                                           "toolConfig", "generationConfig",  "safetySettings"};
  for (const auto& [key, _] : body.items())
    if (!known.contains(key)) out.push_back("the provider does not know " + in_quotes(key));
  const std::string path =
      "/models/" + run.model + (sent.stream ? ":streamGenerateContent?alt=sse" : ":generateContent");
  if (sent.path != path) out.push_back("the path is " + in_quotes(sent.path));
  std::string said;
  judge_contents(sent, body["contents"], said, out);
  judge_system(sent, body, said, out);
  judge_options(run, sent, body, out);
  judge_tools(run, sent, body, out);
  for (const instructor::Message& message : sent.messages) {
    if (message.native.json.empty()) continue;
    const std::string begin = R"({"role":"model","parts":[)";
    const std::string parts = message.native.json.substr(begin.size(), message.native.json.size() - begin.size() - 2);
    if (!message.native.json.starts_with(begin) || sent.body.find(parts) == std::string::npos)
      out.emplace_back("a turn of its own is not sent as it came");
  }
  return out;
}

}  // namespace

void run_gemini_requests(const std::filesystem::path& data, Report& report) {
  const instructor::Protocol& protocol = instructor::gemini_protocol();
  for (const auto& [provider, folder] : {std::pair{"google", "gemini"}, std::pair{"vertexai", "vertex"}}) {
    CallMatrix matrix;
    matrix.provider = instructor::find_provider(provider);
    matrix.model = "gemini-2.5-flash";
    matrix.own_turns = {
        own_turn(protocol, R"({"candidates":[{"content":{"role":"model","parts":[{"text":"Hm.","thought":true},
          {"text":"Jason is 25.","thoughtSignature":"c2lnbmVk"}]},"finishReason":"STOP"}]})"),
        own_turn(protocol, R"({"candidates":[{"content":{"role":"model","parts":[
          {"functionCall":{"id":"f1","name":"search","args":{"q":"Jason"}},"thoughtSignature":"c2lnbmVk"},
          {"functionCall":{"name":"search","args":{}}}]},"finishReason":"STOP"}]})"),
        own_turn(protocol, R"({"candidates":[{"content":{"parts":[{"functionCall":{"name":"default_api:weird name",
          "args":{}}}]},"finishReason":"STOP"}]})")};
    matrix.own_options = {{"options of its own", [](instructor::Request& request) {
                             request.extra(instructor::Json::parse(
                                 R"({"generationConfig":{"thinkingConfig":{"thinkingBudget":128}},
                                     "safetySettings":[{"category":"HARM_CATEGORY_HARASSMENT","threshold":"OFF"}]})"));
                           }}};
    matrix.provider_tools = {R"({"googleSearch":{}})", R"({"codeExecution":{}})"};
    run_described_calls(matrix, data / "schemas" / folder / "generateContent.request.json", problems, report);
  }
}

}  // namespace conformance
