// Requests of OpenAI's Responses protocol to every provider that speaks it, held against the provider's own description
// of them, and against what was asked for.

#include <algorithm>
#include <optional>
#include <stdexcept>

#include "call_cases.hpp"
#include "chat_request_rules.hpp"
#include "data.hpp"
#include "protocol/protocol.hpp"
#include "schema_validator.hpp"
#include "section.hpp"

namespace conformance {

namespace {

using instructor::Message;
using instructor::Mode;
using instructor::Provider;
using instructor::Request;
using instructor::Role;
using instructor::TextFormat;
using instructor::ToolChoice;

const Json nothing;

const Json& at(const Json& object, std::string_view name) {
  const Json* const value = member(object, name);
  return value == nullptr ? nothing : *value;
}

/// A turn of the model's that has more in it than text and calls.
Message turn(const char* output) {
  const instructor::Reply reply = instructor::openai_responses_protocol().decode(
      R"({"id":"resp_1","status":"completed","model":"m","output":)" + std::string(output) + "}");
  Message message = Message::assistant(reply.text, reply.tool_calls);
  message.native = reply.native;
  if (message.native.json.empty()) throw std::runtime_error("nothing of this turn would go back as it came");
  return message;
}

std::vector<Message> own_turns() {
  return {
      turn(R"([{"id":"rs_1","type":"reasoning","summary":[{"type":"summary_text","text":"Hm."}],"content":null,
               "encrypted_content":"gAAA","status":null},
              {"id":"fc_1","type":"function_call","status":"completed","call_id":"call_1","name":"search",
               "arguments":"{\"q\":\"Jason\"}"},
              {"id":"fc_2","type":"function_call","call_id":"call_2","name":"search","arguments":"{}"}])"),
      turn(R"([{"id":"rs_2","type":"reasoning","summary":[],"encrypted_content":null},
              {"id":"ws_1","type":"web_search_call","status":"completed",
               "action":{"type":"search","query":"Jason","queries":["Jason"],"sources":null}},
              {"id":"msg_1","type":"message","status":"completed","role":"assistant","phase":"final_answer",
               "content":[{"type":"output_text","text":"Jason is 25.","annotations":[{"type":"url_citation",
                 "url":"https://example.com","title":"Jason","start_index":0,"end_index":5}],"logprobs":[]}]}])"),
  };
}

std::vector<NamedRequest> own_options(const char* extra) {
  return {{"extra", [=](Request& request) { request.temperature(0).extra(instructor::Json::parse(extra)); }}};
}

void check_tools(const SentCall& call, const Provider& provider, const Json& body, Differences& out) {
  const Json& tools = at(body, "tools");
  if (tools.size() != call.tools.size() + call.provider_tools.size())
    return out.emplace_back("there are more or fewer tools than were wanted"), void();
  for (std::size_t i = 0; i < call.tools.size(); ++i) {
    const WantedOutput& wanted = call.tools[i];
    if (text_at(tools[i], "name") != wanted.name || text_at(tools[i], "description") != wanted.description ||
        at(tools[i], "parameters") != Json::parse(wanted.schema))
      out.push_back("the tool " + in_quotes(wanted.name) + " was sent as " + in_quotes(tools[i].dump()));
    if (at(tools[i], "strict") != (wanted.strict && provider.settings.strict_tools))
      out.push_back("the tool " + in_quotes(wanted.name) + " does not say rightly whether it is strict");
  }
  for (std::size_t i = 0; i < call.provider_tools.size(); ++i)
    if (tools[call.tools.size() + i] != Json::parse(call.provider_tools[i]))
      out.push_back("the tool " + in_quotes(call.provider_tools[i]) + " was changed");
  if (tools.empty()) {
    if (body.contains("tool_choice") || body.contains("tools")) out.emplace_back("no tools, and yet something of them");
    return;
  }
  const bool named = call.choice == ToolChoice::the_one && provider.settings.names_tool;
  const Json expected = named                             ? Json{{"type", "function"}, {"name", call.tools[0].name}}
                        : call.choice == ToolChoice::free ? Json("auto")
                                                          : Json("required");
  if (at(body, "tool_choice") != expected) out.push_back("tool_choice is " + in_quotes(at(body, "tool_choice").dump()));
  if ((at(body, "parallel_tool_calls") == false) != (call.choice == ToolChoice::the_one))
    out.emplace_back("parallel calls are forbidden where one tool has to be called, and nowhere else");
}

void check_format(const SentCall& call, const Json& body, Differences& out) {
  const Json& format = at(at(body, "text"), "format");
  if (call.format == TextFormat::free) {
    if (!format.is_null()) out.emplace_back("a format that nobody wants");
  } else if (call.format == TextFormat::json_object) {
    if (format != Json{{"type", "json_object"}}) out.push_back("the format is " + in_quotes(format.dump()));
  } else if (text_at(format, "type") != "json_schema" || text_at(format, "name") != call.output.name ||
             text_at(format, "description") != call.output.description ||
             at(format, "schema") != Json::parse(call.output.schema) || at(format, "strict") != call.output.strict) {
    out.push_back("the format is " + in_quotes(format.dump()));
  }
}

void check_options(const SentCall& call, const Json& body, Differences& out) {
  Json expected = Json::object();
  if (call.options.temperature) expected["temperature"] = *call.options.temperature;
  if (call.options.top_p) expected["top_p"] = *call.options.top_p;
  if (call.options.max_tokens) expected["max_output_tokens"] = *call.options.max_tokens;
  if (call.stream) expected["stream"] = true;
  for (const auto& [key, value] : call.options.extra) expected[key] = Json::parse(value);
  if (expected.contains("text") && call.format != TextFormat::free) {
    Json text{{"format", at(at(body, "text"), "format")}};
    text.update(expected["text"]);
    expected["text"] = std::move(text);
  }
  for (const auto& [key, value] : expected.items())
    if (at(body, key) != value)
      out.push_back(key + " was wanted as " + value.dump() + " and sent as " + at(body, key).dump());
  for (const std::string_view key :
       {"temperature", "top_p", "max_output_tokens", "max_tokens", "seed", "stop", "stream", "stream_options"})
    if (!expected.contains(key) && body.contains(key)) out.push_back(std::string(key) + " was not wanted");
}

/// What a message has to become.
std::vector<Json> items_of(const Message& message, std::string_view system_role) {
  if (message.role == Role::tool) return {{{"type", "function_call_output"}, {"output", message.content}}};
  if (message.role != Role::assistant)
    return {{{"role", message.role == Role::system ? system_role : "user"}, {"content", message.content}}};
  std::vector<Json> items;
  if (!message.native.json.empty()) {
    for (const Json& item : Json::parse(message.native.json)) items.push_back(item);
    return items;
  }
  if (!message.content.empty() || message.tool_calls.empty())
    items.push_back({{"role", "assistant"}, {"content", message.content}});
  for (const instructor::ToolCall& call : message.tool_calls)
    items.push_back({{"type", "function_call"}, {"arguments", call.arguments}});
  return items;
}

bool is_valid_text(std::string_view text) {
  try {
    static_cast<void>(Json(text).dump());
    return true;
  } catch (const Json::exception&) {
    return false;
  }
}

void check_input(const SentCall& call, std::string_view system_role, const Json& body, Differences& out) {
  std::vector<Json> expected;
  for (const Message& message : call.messages)
    for (Json& item : items_of(message, system_role)) expected.push_back(std::move(item));
  const Json& input = at(body, "input");
  if (input.size() != expected.size()) return out.emplace_back("there are more or fewer items than messages"), void();
  std::vector<std::string> called;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    for (const auto& [key, value] : expected[i].items())
      if (at(input[i], key) != value && !(value.is_string() && !is_valid_text(value.get<std::string>())))
        out.push_back("item " + std::to_string(i) + " has another " + key + ": " + in_quotes(at(input[i], key).dump()));
    const std::string type = text_at(input[i], "type");
    if (type == "function_call") called.push_back(text_at(input[i], "call_id"));
    if (type == "function_call_output" && called.empty()) continue;
    if (type == "function_call_output" && std::ranges::find(called, text_at(input[i], "call_id")) == called.end())
      out.push_back("a result answers no call: " + in_quotes(input[i].dump()));
  }
}

class Judge {
 public:
  Judge(const Provider& provider, const Json& schema, Tally& tally)
      : provider_(provider), validator_(schema), tally_(tally) {}

  void judge(const CallRun& run) {
    Differences out;
    if (run.error && !run.says_twice) out.push_back("the call failed: " + run.error->message());
    if (!run.error && run.sent.size() != 4) out.push_back(std::to_string(run.sent.size()) + " requests, not 4");
    for (const SentCall& call : run.sent) {
      const std::expected<Json, std::string> body = parse_json(call.body);
      if (!body) {
        out.push_back("the body is " + body.error());
        break;
      }
      const Differences schema = validator_.problems(*body);
      out.insert(out.end(), schema.begin(), schema.end());
      for (const std::string& key : repeated_keys(call.body)) out.push_back(in_quotes(key) + " stands twice");
      if (text_at(*body, "model") != run.model) out.emplace_back("another model");
      check_tools(call, provider_, *body, out);
      check_format(call, *body, out);
      if (!run.says_twice) check_options(call, *body, out);
      check_input(call, run.settings.system_role, *body, out);
    }
    tally_.add(run.name, out);
  }

 private:
  const Provider& provider_;
  SchemaValidator validator_;
  Tally& tally_;
};

std::optional<std::filesystem::path> description_file(const std::filesystem::path& schemas, std::string_view provider) {
  // What the folder of Azure's OpenAI is called.
  const std::string_view folder = provider == "azure_openai" ? "azure" : provider;
  for (const std::string_view owner : {folder, std::string_view("openai")})
    for (const std::string_view endpoint : {"v1.responses", "responses"}) {
      std::filesystem::path file = schemas / owner / (std::string(endpoint) + ".request.json");
      std::error_code error;
      if (std::filesystem::is_regular_file(file, error)) return file;
    }
  return std::nullopt;
}

void run_provider(const Provider& provider, const std::filesystem::path& file, Tally& tally) {
  const std::expected<Json, std::string> schema = parse_json(read_file(file).value_or(""));
  if (!schema) throw std::runtime_error(schema.error());
  CallMatrix matrix;
  matrix.provider = &provider;
  matrix.protocol = &instructor::openai_responses_protocol();
  if (provider.protocol != matrix.protocol->name()) matrix.modes = {Mode::responses_tools};
  if (provider.name == "groq") {
    // It describes neither reasoning nor tools of its own.
    matrix.own_options = own_options(R"({"user":"u-1","store":false,"reasoning":{"effort":"low"}})");
  } else {
    matrix.own_options = own_options(R"({"user":"u-1","store":false,"include":["reasoning.encrypted_content"],
                        "reasoning":{"effort":"low","summary":"auto"},"text":{"verbosity":"low"}})");
    matrix.own_turns = own_turns();
    matrix.provider_tools = {R"({"type":"web_search_preview","search_context_size":"low"})"};
  }
  Judge judge(provider, *schema, tally);
  run_calls(matrix, [&](const CallRun& run) { judge.judge(run); });
}

}  // namespace

void run_responses_requests(const std::filesystem::path& data, Report& report) {
  for (const Provider* const provider : instructor::all_providers()) {
    const bool speaks = provider->protocol == instructor::openai_responses_protocol().name() ||
                        std::ranges::find(provider->modes, Mode::responses_tools) != provider->modes.end();
    if (!speaks) continue;
    const std::string group = "responses requests to " + std::string(provider->name);
    const std::optional<std::filesystem::path> file = description_file(data / "schemas", provider->name);
    if (!file) {
      report.note(group + ": skipped, there is no description of them");
      continue;
    }
    Tally& tally = report.tally(group);
    report.note("  (" + group + " are held against " + file->parent_path().filename().string() + "/" +
                file->filename().string() + ")");
    try {
      run_provider(*provider, *file, tally);
    } catch (const std::exception& error) {
      tally.add(file->filename().string(), {error.what()});
    }
  }
}

}  // namespace conformance
