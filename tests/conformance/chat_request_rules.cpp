#include "chat_request_rules.hpp"

#include <algorithm>
#include <cctype>

#include <instructor/dialect.hpp>

#include "sent_schema.hpp"

namespace conformance {

namespace {

using instructor::Message;
using instructor::Mode;
using instructor::Role;
using instructor::TextFormat;
using instructor::ToolChoice;
using instructor::WireSettings;

const Json nothing;

const Json& at(const Json& object, std::string_view name) {
  const Json* const value = member(object, name);
  return value == nullptr ? nothing : *value;
}

/// Members below which names stand that the description does not list: the caller's own, and those of tools that the
/// provider runs.
bool holds_free_names(std::string_view key) {
  return key == "parameters" || key == "schema" || key == "metadata" || key == "logit_bias";
}

void find_unknown_keys(const Json& value, const std::set<std::string>& known, Differences& out) {
  if (value.is_array())
    for (const Json& item : value) find_unknown_keys(item, known, out);
  if (!value.is_object()) return;
  for (const auto& [key, inner] : value.items()) {
    if (!known.contains(key)) out.push_back("the description knows no key " + in_quotes(key));
    if (!holds_free_names(key)) find_unknown_keys(inner, known, out);
  }
}

void check_name(const Json& holder, Differences& out) {
  const std::string name = text_at(holder, "name");
  const bool allowed = !name.empty() && name.size() <= 64 && std::ranges::all_of(name, [](unsigned char c) {
    return (c < 0x80 && std::isalnum(c) != 0) || c == '_' || c == '-';
  });
  if (!allowed) out.push_back("a name is 1 to 64 of a-z, A-Z, 0-9, _ and -: " + in_quotes(name));
}

/// Schemas that claim to keep OpenAI's rules do; those of other dialects are checked with the lowered schemas.
void check_schema(const Json& schema, bool strict, const instructor::Dialect* dialect, Differences& out) {
  const Differences problems = sent_schema_problems(schema, strict && dialect == &instructor::dialect::openai_strict);
  out.insert(out.end(), problems.begin(), problems.end());
}

void check_value(std::string_view what, const Json& expected, const Json& sent, Differences& out) {
  if (sent != expected)
    out.push_back(std::string(what) + ": expected " + expected.dump() + ", sent " + in_quotes(sent.dump()));
}

// ---- what is wanted of the model ---------------------------------------------------------------------------------

Json expected_choice(const SentCall& call, const WireSettings& settings) {
  if (call.tools.empty() && call.provider_tools.empty()) return nullptr;
  if (call.choice == ToolChoice::the_one && settings.names_tool)
    return {{"type", "function"}, {"function", {{"name", call.tools.front().name}}}};
  if (settings.any_tool.empty()) return nullptr;
  return call.choice == ToolChoice::free ? "auto" : settings.any_tool;
}

void check_tools(const CallRun& run, const SentCall& call, const Json& body, Differences& out) {
  check_value("tool_choice", expected_choice(call, run.settings), at(body, "tool_choice"), out);
  const std::size_t wanted = call.tools.size() + call.provider_tools.size();
  if (at(body, "tools").size() != wanted || body.contains("tools") != (wanted != 0))
    return out.emplace_back("there are more or fewer tools than were wanted"), void();
  for (std::size_t i = 0; i < call.tools.size(); ++i) {
    const WantedOutput& tool = call.tools[i];
    const Json& sent = at(body, "tools")[i];
    const Json& function = at(sent, "function");
    const bool strict = tool.strict && run.settings.strict_tools;
    check_value("the tool's type", "function", at(sent, "type"), out);
    check_name(function, out);
    check_value("the tool's name", tool.name, at(function, "name"), out);
    check_value("the tool's description", tool.description, text_at(function, "description"), out);
    check_value("the tool's schema", Json::parse(tool.schema), at(function, "parameters"), out);
    check_value("the tool's strictness", strict ? Json(true) : Json(), at(function, "strict"), out);
    check_schema(at(function, "parameters"), strict, run.provider->dialects.strict_tools, out);
  }
  for (std::size_t i = 0; i < call.provider_tools.size(); ++i)
    check_value("a tool of the provider's", Json::parse(call.provider_tools[i]),
                at(body, "tools")[call.tools.size() + i], out);
}

bool any_message_says(const Json& body, std::string_view words) {
  return std::ranges::any_of(at(body, "messages"), [&](const Json& message) {
    return text_at(message, "content").find(words) != std::string::npos;
  });
}

void check_format(const CallRun& run, const SentCall& call, const Json& body, Differences& out) {
  using Form = WireSettings::SchemaForm;
  const Json& format = at(body, "response_format");
  const WantedOutput& output = call.output;
  if (call.format == TextFormat::free) {
    check_value("response_format", nullptr, format, out);
  } else if (call.format == TextFormat::json_object) {
    check_value("response_format", Json{{"type", "json_object"}}, format, out);
  } else {
    const Json schema = Json::parse(output.schema);
    Json expected{{"type", "json_object"}, {"schema", schema}};
    if (run.settings.schema_form != Form::json_object) {
      Json inner = Json::object();
      if (run.settings.schema_form == Form::named) inner["name"] = output.name;
      if (run.settings.schema_form == Form::named && !output.description.empty())
        inner["description"] = output.description;
      inner["schema"] = schema;
      if (run.settings.schema_form == Form::named && output.strict) inner["strict"] = true;
      expected = {{"type", "json_schema"}, {"json_schema", std::move(inner)}};
      if (run.settings.schema_form == Form::named) check_name(at(format, "json_schema"), out);
    }
    check_value("response_format", expected, format, out);
    check_schema(schema, output.strict, run.provider->dialects.strict_format, out);
  }
  if (run.mode != Mode::json && run.mode != Mode::md_json) return;
  // OpenAI rejects JSON mode when no message has the word.
  if (!any_message_says(body, "JSON")) out.emplace_back("no message has the word JSON");
  if (!any_message_says(body, R"("type":"object")")) out.emplace_back("no message has the schema");
  if (run.mode == Mode::md_json && !any_message_says(body, "```json"))
    out.emplace_back("no message asks for a code block");
}

// ---- options -----------------------------------------------------------------------------------------------------

void check_options(const CallRun& run, const SentCall& call, const Json& body, Differences& out) {
  const instructor::CallOptions& options = call.options;
  const WireSettings& settings = run.settings;
  const auto key = [](std::string_view name) { return std::string(name); };
  Json expected{{"model", run.model}};
  if (options.temperature) expected["temperature"] = *options.temperature;
  if (options.top_p) expected["top_p"] = *options.top_p;
  if (options.max_tokens) expected[key(settings.max_tokens_key)] = *options.max_tokens;
  if (options.seed) expected[key(settings.seed_key)] = *options.seed;
  if (!options.stop.empty()) expected["stop"] = options.stop;
  if (call.stream) expected["stream"] = true;
  if (call.stream && settings.stream_usage) expected["stream_options"] = {{"include_usage", true}};
  for (const auto& [name, value] : options.extra) expected[name] = Json::parse(value);
  for (const auto& [name, value] : expected.items()) check_value(name, value, at(body, name), out);
  for (const std::string_view name : {"temperature", "top_p", "seed", "random_seed", "stop", "max_tokens",
                                      "max_completion_tokens", "stream", "stream_options"})
    if (!expected.contains(name) && body.contains(name)) out.push_back(key(name) + " was sent and not asked for");
}

// ---- messages ----------------------------------------------------------------------------------------------------

bool is_text(std::string_view text) {
  try {
    static_cast<void>(Json(text).dump());
    return true;
  } catch (const Json::exception&) {
    return false;
  }
}

/// Texts that are no UTF-8 are sent as something that is.
void check_text(std::string_view what, const std::string& expected, const Json& sent, Differences& out) {
  if (is_text(expected)) check_value(what, expected, sent, out);
}

void check_message(const Message& message, const Json& sent, const WireSettings& settings, Differences& out) {
  if (message.native.protocol == "openai_chat")
    return check_value("the model's own turn", Json::parse(message.native.json), sent, out);
  const std::string_view role = message.role == Role::system ? settings.system_role : to_string(message.role);
  check_value("role", role, at(sent, "role"), out);
  if (message.content.empty() && !message.tool_calls.empty())
    check_value("content", nullptr, at(sent, "content"), out);
  else
    check_text("content", message.content, at(sent, "content"), out);
  if (message.role == Role::tool) check_text("tool_call_id", message.tool_call_id, at(sent, "tool_call_id"), out);
  const Json& calls = at(sent, "tool_calls");
  if (calls.size() != message.tool_calls.size()) return out.emplace_back("there are more or fewer calls"), void();
  for (std::size_t i = 0; i < calls.size(); ++i) {
    const Json& function = at(calls[i], "function");
    if (settings.indexed_calls) check_value("the call's index", i, at(calls[i], "index"), out);
    check_text("the call's id", message.tool_calls[i].id, at(calls[i], "id"), out);
    check_text("the call's arguments", message.tool_calls[i].arguments, at(function, "arguments"), out);
    check_name(function, out);
  }
}

void check_messages(const CallRun& run, const SentCall& call, const Json& body, Differences& out) {
  const Json& messages = at(body, "messages");
  if (messages.size() != call.messages.size())
    return out.emplace_back("there are more or fewer messages than in the conversation"), void();
  for (std::size_t i = 0; i < call.messages.size(); ++i)
    check_message(call.messages[i], messages[i], run.settings, out);
}

}  // namespace

Differences conversation_problems(const CallRun& run) {
  Differences out;
  if (run.sent.empty()) return out;
  // The caller's messages are all there, in order, with at most our own instructions beside them.
  const std::vector<Message>& first = run.sent.front().messages;
  const std::vector<Message>& wanted = run.request->messages();
  std::size_t found = 0;
  for (const Message& message : first) {
    if (found == wanted.size()) break;
    Message same = message;
    if (same.content.starts_with(wanted[found].content)) same.content = wanted[found].content;
    if (same == wanted[found]) ++found;
  }
  if (found < wanted.size()) out.push_back("message " + std::to_string(found) + " of the caller's is not there");
  if (first.size() > wanted.size() + 2) out.emplace_back("there are more messages than were asked for");

  for (std::size_t number = 1; number < run.sent.size(); ++number) {
    const std::vector<Message>& messages = run.sent[number].messages;
    if (messages.size() <= first.size()) {
      out.emplace_back("a further attempt says nothing of the one before");
      continue;
    }
    if (!std::equal(first.begin(), first.end(), messages.begin()))
      out.emplace_back("the conversation changed in a further attempt");
    for (std::size_t i = first.size(); i < messages.size(); ++i)
      if (messages[i].content.empty() && messages[i].tool_calls.empty())
        out.emplace_back("an empty message after a failed attempt");
    const Role last = messages.back().role;
    if (last != Role::user && last != Role::tool)
      out.push_back("after a failed attempt the " + std::string(to_string(last)) + " has the last word");
  }
  return out;
}

std::vector<std::string> repeated_keys(const std::string& text) {
  std::vector<std::string> repeated;
  std::vector<std::set<std::string>> open;
  const Json::parser_callback_t watch = [&](int, Json::parse_event_t event, Json& key) {
    if (event == Json::parse_event_t::object_start) open.emplace_back();
    if (event == Json::parse_event_t::object_end) open.pop_back();
    if (event == Json::parse_event_t::key && !open.back().insert(key.get<std::string>()).second)
      repeated.push_back(key.get<std::string>());
    return true;
  };
  [[maybe_unused]] const Json parsed = Json::parse(text, watch);
  return repeated;
}

Differences chat_body_problems(const CallRun& run, const SentCall& call, const Json& body,
                               const std::set<std::string>& known_keys) {
  Differences out;
  for (const std::string& key : repeated_keys(call.body)) out.push_back("the key " + in_quotes(key) + " stands twice");
  find_unknown_keys(body, known_keys, out);
  check_tools(run, call, body, out);
  check_format(run, call, body, out);
  if (!run.says_twice) check_options(run, call, body, out);
  check_messages(run, call, body, out);
  return out;
}

std::set<std::string> property_names(const Json& schema) {
  std::set<std::string> names;
  if (schema.is_array())
    for (const Json& item : schema) names.merge(property_names(item));
  if (!schema.is_object()) return names;
  for (const auto& [key, value] : schema.items()) {
    if (key == "properties" && value.is_object())
      for (const auto& [name, _] : value.items()) names.insert(name);
    names.merge(property_names(value));
  }
  return names;
}

}  // namespace conformance
