// Requests to every provider that speaks the OpenAI chat protocol, held against the provider's own description of them
// and against what was asked for.

#include <algorithm>
#include <array>
#include <stdexcept>

#include "call_cases.hpp"
#include "chat_request_rules.hpp"
#include "data.hpp"
#include "schema_validator.hpp"
#include "section.hpp"

namespace conformance {

namespace {

using instructor::Message;
using instructor::Provider;
using instructor::Request;

/// A provider's description of a chat request.
struct Description {
  SchemaValidator validator;
  std::set<std::string> keys;
};

/// Keys that a description leaves out, though the provider knows them.
struct LeftOut {
  std::string_view provider;
  std::string_view key;
};
constexpr std::array left_out{
    // It stands in the path; OpenAI's own client sends it all the same.
    LeftOut{"azure_openai", "model"},
    // The description is a third party's.
    LeftOut{"xai", "stream_options"},
    LeftOut{"xai", "include_usage"},
    LeftOut{"together", "stream_options"},
    LeftOut{"together", "include_usage"},
    // Held against OpenAI's.
    LeftOut{"deepseek", "reasoning_content"},
    LeftOut{"moonshot", "reasoning_content"},
    // It describes no more than "an object" there.
    LeftOut{"writer", "schema"},
};

/// Tools that the provider runs itself.
struct OwnTool {
  std::string_view provider;
  const char* json;
};
constexpr std::array own_tools{
    OwnTool{"groq", R"({"type":"browser_search"})"},
    OwnTool{"mistral", R"({"type":"web_search"})"},
    OwnTool{"openrouter", R"({"type":"openrouter:web_search","parameters":{"max_results":3}})"},
};

/// Messages with something that has to go back.
struct OwnTurn {
  std::string_view provider;
  const char* message;
};
constexpr std::array own_turns{
    OwnTurn{"openrouter", R"({"role":"assistant","content":null,"reasoning":"Hm.","reasoning_details":[
      {"type":"reasoning.text","text":"Hm.","signature":"c2ln","format":"anthropic-claude-v1","index":0},
      {"type":"reasoning.encrypted","data":"ZGF0YQ==","id":"rs_1","format":"openai-responses-v1","index":1}],
      "tool_calls":[{"id":"call_1","index":0,"type":"function","function":{"name":"search","arguments":"{}"}}]})"},
    OwnTurn{"openrouter", R"({"role":"assistant","content":"Jason is 25.","reasoning_details":[
      {"type":"reasoning.summary","summary":"Hm.","format":"openai-responses-v1","index":0}]})"},
    OwnTurn{"deepseek", R"({"role":"assistant","content":"","reasoning_content":"Hm.","tool_calls":[
      {"id":"call_1","type":"function","function":{"name":"search","arguments":"{\"q\":\"Jason\"}"}}]})"},
    OwnTurn{"moonshot", R"({"role":"assistant","content":"I look.","reasoning_content":"Hm.","tool_calls":[
      {"id":"search:0","index":0,"type":"function","function":{"name":"search","arguments":"{}"}}]})"},
};

/// The provider's own description, else OpenAI's, whose protocol it speaks.
std::optional<std::filesystem::path> description_file(const std::filesystem::path& schemas, std::string_view provider) {
  const std::string chat = "chat.completions.request.json";
  std::filesystem::path file = schemas / provider / chat;
  if (provider == "azure_openai") file = schemas / "azure" / ("deployments." + chat);
  if (provider == "writer") file = schemas / "writer" / "chat.request.json";
  for (const std::filesystem::path& each : {file, schemas / "openai" / chat}) {
    std::error_code error;
    if (std::filesystem::is_regular_file(each, error)) return each;
  }
  return std::nullopt;
}

Description read_description(const std::filesystem::path& file, std::string_view provider) {
  const std::expected<Json, std::string> schema = parse_json(read_file(file).value_or(""));
  if (!schema) throw std::runtime_error(schema.error());
  Description out{SchemaValidator(*schema), property_names(*schema)};
  if (out.validator.problems(Json::object()).empty())
    throw std::runtime_error("the description accepts {}, so nothing can be told by it");
  for (const LeftOut& row : left_out)
    if (row.provider == provider) out.keys.emplace(row.key);
  return out;
}

Message turn(const char* message) {
  const instructor::Reply reply = instructor::openai_chat_protocol().decode(
      R"({"id":"c","model":"m","choices":[{"index":0,"finish_reason":"stop","message":)" + std::string(message) +
      "}]}");
  Message out = Message::assistant(reply.text, reply.tool_calls);
  out.native = reply.native;
  if (out.native.json.empty()) throw std::runtime_error("nothing of this turn would go back as it came");
  return out;
}

CallMatrix matrix_of(const Provider& provider, const std::set<std::string>& keys) {
  CallMatrix matrix;
  matrix.provider = &provider;
  for (const OwnTool& row : own_tools)
    if (row.provider == provider.name) matrix.provider_tools.emplace_back(row.json);
  for (const OwnTurn& row : own_turns)
    if (row.provider == provider.name) matrix.own_turns.push_back(turn(row.message));
  instructor::Json extra = instructor::Json::object();
  if (keys.contains("presence_penalty")) extra["presence_penalty"] = -0.5;
  if (keys.contains("user")) extra["user"] = "u-\"1\"";
  matrix.own_options.push_back({"extra", [=](Request& request) { request.temperature(0).extra(extra); }});
  return matrix;
}

Differences problems(const CallRun& run, const Description& description) {
  Differences out;
  if (run.error && run.says_twice && run.error->code() == instructor::ErrorCode::invalid_request) return out;
  if (run.error) out.push_back("the call failed: " + run.error->message());
  if (!run.error && run.sent.size() != 4)
    out.push_back("expected 4 requests, there were " + std::to_string(run.sent.size()));
  for (const SentCall& call : run.sent) {
    const std::expected<Json, std::string> body = parse_json(call.body);
    if (!body) {
      out.push_back("the body is " + body.error());
      return out;
    }
    for (std::string& problem : description.validator.problems(*body)) out.push_back(std::move(problem));
    for (std::string& problem : chat_body_problems(run, call, *body, description.keys))
      out.push_back(std::move(problem));
  }
  for (std::string& problem : conversation_problems(run)) out.push_back(std::move(problem));
  return out;
}

}  // namespace

void run_chat_requests(const std::filesystem::path& data, Report& report) {
  for (const Provider* const provider : instructor::all_providers()) {
    if (provider->protocol != instructor::openai_chat_protocol().name()) continue;
    const std::string group = "chat requests to " + std::string(provider->name);
    const std::optional<std::filesystem::path> file = description_file(data / "schemas", provider->name);
    if (!file) {
      report.note(group + ": skipped, there is no description of them");
      continue;
    }
    Tally& tally = report.tally(group);
    report.note("  (" + group + " are held against " + file->parent_path().filename().string() + "/" +
                file->filename().string() + ")");
    try {
      const Description description = read_description(*file, provider->name);
      run_calls(matrix_of(*provider, description.keys),
                [&](const CallRun& run) { tally.add(run.name, problems(run, description)); });
    } catch (const std::exception& error) {
      tally.add(file->filename().string(), {error.what()});
    }
  }
}

}  // namespace conformance
