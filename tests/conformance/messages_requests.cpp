// Requests in Anthropic's protocol, held against the provider's description of them and against what it does not say.

#include <algorithm>
#include <exception>
#include <set>
#include <stdexcept>

#include "call_cases.hpp"
#include "data.hpp"
#include "messages_body.hpp"
#include "schema_validator.hpp"
#include "section.hpp"

namespace conformance {

namespace {

using instructor::Message;
using instructor::Role;

const Json nothing;

const Json& at(const Json& object, std::string_view name) {
  const Json* const value = member(object, name);
  return value == nullptr ? nothing : *value;
}

bool is_blank(std::string_view text) { return text.find_first_not_of(" \t\r\n\f\v") == std::string_view::npos; }

bool is_utf8(const std::string& text) {
  try {
    return !Json(text).dump().empty();
  } catch (const Json::exception&) {
    return false;
  }
}

// ---- what every request keeps ------------------------------------------------------------------------------------

/// All texts of a turn.
std::string text_of(const Json& content) {
  if (content.is_string()) return content.get<std::string>();
  std::string text;
  for (const Json& block : content)
    if (text_at(block, "type") == "text") text += text_at(block, "text") + "\n";
  return text;
}

void check_turns(const Json& turns, Differences& out) {
  std::string before;
  std::set<std::string> open;
  for (const Json& turn : turns) {
    const std::string role = text_at(turn, "role");
    if (role == before) out.push_back("two turns of the " + role + " in a row");
    before = role;
    const Json& content = at(turn, "content");
    if (content.empty() || (content.is_string() && is_blank(content.get<std::string>())))
      out.push_back("a turn without content: " + role);
    if (content.is_string()) continue;
    bool results_over = false;
    for (const Json& block : content) {
      const std::string type = text_at(block, "type");
      if (type == "text" && is_blank(text_at(block, "text"))) out.emplace_back("a blank text");
      if (type == "tool_use") open.insert(text_at(block, "id"));
      if (type == "tool_result" && role != "user") out.emplace_back("a result that the user does not give");
      if (type == "tool_result" && results_over) out.emplace_back("a result after other blocks");
      if (type == "tool_result") open.erase(text_at(block, "tool_use_id"));
      results_over = results_over || type != "tool_result";
    }
    if (role == "user" && !open.empty()) out.push_back("no result for the call " + in_quotes(*open.begin()));
    if (role == "user") open.clear();
    if (role != "assistant" || content.empty()) continue;
    const std::string last = text_at(content.back(), "type");
    if (last == "thinking" || last == "redacted_thinking") out.emplace_back("a turn ends with thinking");
    const std::string text = text_at(content.back(), "text");
    if (&turn == &turns.back() && last == "text" && is_blank(text.substr(text.size() - 1)))
      out.emplace_back("the last text ends with white space");
  }
}

/// What was said is there, in order.
void check_messages(const SentCall& sent, const Json& body, Differences& out) {
  const std::string system = text_of(at(body, "system"));
  std::string user;
  std::string assistant;
  std::vector<Json> results;
  std::vector<Json> uses;
  for (const Json& turn : at(body, "messages")) {
    (text_at(turn, "role") == "user" ? user : assistant) += text_of(at(turn, "content")) + "\n";
    if (!at(turn, "content").is_array()) continue;
    for (const Json& block : at(turn, "content")) {
      if (text_at(block, "type") == "tool_result") results.push_back(block);
      if (text_at(block, "type") == "tool_use") uses.push_back(block);
    }
  }
  std::size_t result = 0;
  std::size_t calls = 0;
  for (const Message& message : sent.messages) {
    const std::string& where = message.role == Role::system ? system : message.role == Role::user ? user : assistant;
    std::string text = message.content;
    text.erase(text.find_last_not_of(" \t\r\n\f\v") + 1);
    calls += message.tool_calls.size();
    if (message.role == Role::tool) {
      if (result == results.size()) {
        out.emplace_back("a result is not there");
      } else {
        const Json& block = results[result++];
        if (is_utf8(message.content) && !text.empty() && text_at(block, "content") != message.content)
          out.push_back("another result: " + in_quotes(block.dump()));
        if ((at(block, "is_error") == true) != message.is_error) out.emplace_back("is_error is not what was said");
      }
    } else if (is_utf8(text) && where.find(text) == std::string::npos) {
      out.push_back("what was said is not there: " + in_quotes(text));
    }
  }
  if (calls != uses.size()) out.emplace_back("there are more or fewer calls than were made");
}

void check_output(const CallRun& run, const SentCall& sent, const Json& body, Differences& out) {
  const Json& tools = at(body, "tools");
  if (tools.size() != sent.tools.size() + sent.provider_tools.size()) out.emplace_back("not the tools of the call");
  if (body.contains("tools") != !tools.empty() || body.contains("tools") != body.contains("tool_choice"))
    out.emplace_back("tools and tool_choice belong together");
  for (std::size_t i = 0; i < std::min(tools.size(), sent.tools.size()); ++i) {
    const WantedOutput& wanted = sent.tools[i];
    const Json& tool = tools[i];
    if (text_at(tool, "name") != wanted.name || text_at(tool, "description") != wanted.description)
      out.emplace_back("another tool than that of the call");
    if (at(tool, "input_schema") != Json::parse(wanted.schema)) out.emplace_back("another schema of a tool");
    if ((at(tool, "strict") == true) != wanted.strict) out.emplace_back("strict is not what was asked for");
  }
  if (!tools.empty()) {
    const Json& choice = at(body, "tool_choice");
    const std::string type = text_at(choice, "type");
    const char* const expected = sent.choice == instructor::ToolChoice::the_one ? "tool"
                                 : sent.choice == instructor::ToolChoice::any   ? "any"
                                                                                : "auto";
    if (type != expected) out.push_back("tool_choice: " + type);
    if (type == "tool" &&
        (text_at(choice, "name") != sent.tools.front().name || at(choice, "disable_parallel_tool_use") != true))
      out.emplace_back("the tool is not forced, or not it alone");
    const Json& thinking = at(body, "thinking");
    if (type != "auto" && !thinking.is_null() && text_at(thinking, "type") != "disabled")
      out.emplace_back("a tool is forced while the model thinks");
  }
  const Json& format = at(at(body, "output_config"), "format");
  if (format.is_null() != (sent.format != instructor::TextFormat::json_schema))
    out.emplace_back("a format belongs to json_schema, and to nothing else");
  if (!format.is_null() && at(format, "schema") != Json::parse(sent.output.schema))
    out.emplace_back("another schema of the answer");
  if ((at(body, "stream") == true) != sent.stream) out.emplace_back("stream is not what was asked for");
  if (text_at(body, "model") != run.model) out.emplace_back("another model");
}

void check_options(const CallRun& run, const SentCall& sent, const Json& body, Differences& out) {
  const instructor::CallOptions& options = sent.options;
  Json expected = Json::object();
  if (options.temperature) expected["temperature"] = *options.temperature;
  if (options.top_p) expected["top_p"] = *options.top_p;
  expected["max_tokens"] = options.max_tokens.value_or(run.settings.default_max_tokens);
  if (!options.stop.empty()) expected["stop_sequences"] = options.stop;
  for (const auto& [key, value] : options.extra)
    if (key != "betas" && key != "system" && key != "output_config") expected[key] = Json::parse(value);
  for (const auto& [key, value] : expected.items())
    if (at(body, key) != value) out.push_back(key + ": expected " + value.dump() + ", sent " + at(body, key).dump());
  for (const char* const key : {"temperature", "top_p", "stop_sequences", "thinking", "seed", "betas"})
    if (!expected.contains(key) && body.contains(key)) out.push_back(std::string(key) + " was not asked for");
}

/// What a request may hold that the description knows in its beta form alone.
bool is_beta(const SentCall& sent) {
  return std::ranges::any_of(sent.options.extra, [](const auto& member) { return member.first == "betas"; });
}

// ---- the cases ---------------------------------------------------------------------------------------------------

Message turn_of(const Json& content) {
  const Json body = {{"id", "m"}, {"model", "m"}, {"stop_reason", "end_turn"}, {"content", content}};
  const instructor::Reply reply = instructor::anthropic_messages_protocol().decode(body.dump());
  Message turn = Message::assistant(reply.text, reply.tool_calls);
  turn.native = reply.native;
  return turn;
}

std::vector<Message> own_turns() {
  std::vector<Message> turns;
  for (const char* const content :
       {R"([{"type":"thinking","thinking":"Hm.","signature":"c2ln"},{"type":"redacted_thinking","data":"ZGF0YQ=="},
            {"type":"text","text":"I look it up. ","citations":null},
            {"type":"tool_use","id":"toolu_1","name":"search","input":{"q":"Jason","n":1.50},"caller":{"type":"direct"}}])",
        R"([{"type":"thinking","thinking":"Hm.","signature":"c2ln"}])",
        R"([{"type":"server_tool_use","id":"srvtoolu_1","name":"web_search","input":{"query":"Jason"}},
            {"type":"web_search_tool_result","tool_use_id":"srvtoolu_1","content":[{"type":"web_search_result",
              "title":"Jason","url":"https://example.com","encrypted_content":"eA==","page_age":null}]},
            {"type":"text","text":"He is 25.","citations":[{"type":"web_search_result_location","cited_text":"25",
              "url":"https://example.com","title":"Jason","encrypted_index":"aQ=="}]},
            {"type":"text","text":"","citations":[{"type":"char_location","cited_text":"a","document_index":0,
              "document_title":null,"start_char_index":0,"end_char_index":1,"file_id":null}]},
            {"type":"text","text":" \n "}])",
        R"([{"type":"text","text":"25","citations":[{"type":"char_location","cited_text":"a","document_index":0,
              "document_title":null,"start_char_index":0,"end_char_index":1,"file_id":"f"}]},
            {"type":"server_tool_use","id":"srvtoolu_2","name":"web_search","input":{"query":"more"}}])"})
    turns.push_back(turn_of(Json::parse(content)));
  return turns;
}

NamedRequest option(std::string name, const char* extra) {
  return {std::move(name), [extra](instructor::Request& request) { request.extra(instructor::Json::parse(extra)); }};
}

std::vector<NamedRequest> own_options() {
  return {
      option("thinking", R"({"thinking":{"type":"enabled","budget_tokens":1024},"max_tokens":2048})"),
      option("adaptive thinking", R"({"thinking":{"type":"adaptive"},"output_config":{"effort":"low"}})"),
      option("no thinking", R"({"thinking":{"type":"disabled"},"metadata":{"user_id":"u"},"top_k":5})"),
      option("system text", R"({"system":"Before all.","betas":["context-1m-2025-08-07"]})"),
      option("cached system",
             R"({"system":[{"type":"text","text":"A long text.","cache_control":{"type":"ephemeral"}}]})"),
  };
}

SchemaValidator description(const std::filesystem::path& file) {
  const std::expected<Json, std::string> schema = parse_json(read_file(file).value_or(""));
  if (!schema) throw std::runtime_error(file.filename().string() + ": " + schema.error());
  SchemaValidator validator(*schema);
  if (validator.problems(Json::object()).empty())
    throw std::runtime_error("the description accepts {}, so nothing can be told by it");
  return validator;
}

Differences differences_of(const CallRun& run, const SchemaValidator& validator) {
  Differences out;
  if (run.error && run.says_twice) return out;
  if (run.error) out.push_back("the call failed: " + run.error->message());
  if (run.sent.size() != 4 && !run.says_twice) out.emplace_back("expected 4 calls");
  for (const SentCall& sent : run.sent) {
    const std::expected<Json, std::string> body = parse_json(sent.body);
    if (!body) return {"the body is " + body.error()};
    for (std::string& problem : validator.problems(*body)) out.push_back(std::move(problem));
    if (sent.path != "/v1/messages") out.push_back("path: " + sent.path);
    if (is_beta(sent) != !sent.headers.empty()) out.emplace_back("betas belong into a header");
    check_turns(at(*body, "messages"), out);
    check_messages(sent, *body, out);
    check_output(run, sent, *body, out);
    check_options(run, sent, *body, out);
  }
  return out;
}

/// What was recorded is taken back: as the turn before the last.
void run_recorded_turns(const std::filesystem::path& data, Report& report) {
  const SchemaValidator validator = description(data / "schemas/anthropic/messages.beta.request.json");
  const instructor::Provider* const provider = instructor::find_provider("anthropic");
  for (const std::filesystem::path& file : files_below(data / "cassettes/anthropic", ".json")) {
    const std::expected<Json, std::string> cassette = parse_json(read_file(file).value_or(""));
    if (!cassette) continue;
    for (const Json& interaction : at(*cassette, "interactions")) {
      const Json& recorded = at(at(interaction, "response"), "body");
      const std::optional<MessageBody> body = read_message_body(recorded);
      if (!body) continue;
      const Message turn = turn_of(body->blocks);
      std::vector<Message> messages{Message::user("Hello."), turn};
      for (const instructor::ToolCall& call : turn.tool_calls)
        messages.push_back(Message::tool(call.id, call.name, "done"));
      messages.push_back(Message::user("And now?"));
      instructor::CallOptions options;
      instructor::Call call;
      call.model = "m";
      call.options = &options;
      for (const Message& message : messages) call.messages.push_back(&message);
      std::string text;
      instructor::anthropic_messages_protocol().encode(call, provider->settings, text);
      const Json sent = Json::parse(text);
      Differences differences = validator.problems(sent);
      check_turns(at(sent, "messages"), differences);
      report.tally("recorded messages taken back").add(file.filename().string(), differences);
    }
  }
}

}  // namespace

void run_messages_requests(const std::filesystem::path& data, Report& report) {
  const std::filesystem::path file = data / "schemas/anthropic/messages.request.json";
  if (!read_file(file)) return report.note("messages requests: skipped, there is no description of them");
  const SchemaValidator validator = description(file);
  for (const instructor::Provider* const provider : instructor::all_providers()) {
    if (provider->protocol != "anthropic_messages") continue;
    CallMatrix matrix;
    matrix.provider = provider;
    matrix.own_turns = own_turns();
    matrix.own_options = own_options();
    matrix.provider_tools = {R"({"type":"web_search_20250305","name":"web_search","max_uses":3})"};
    Tally& tally = report.tally("messages requests to " + std::string(provider->name));
    run_calls(matrix, [&](const CallRun& run) { tally.add(run.name, differences_of(run, validator)); });
  }
  run_recorded_turns(data, report);
}

}  // namespace conformance
