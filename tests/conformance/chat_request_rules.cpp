#include "chat_request_rules.hpp"

#include <algorithm>
#include <cctype>

#include "sent_schema.hpp"

namespace conformance {

namespace {

using instructor::Message;
using instructor::Mode;

const Json nothing;

const Json& at(const Json& object, std::string_view name) {
  const Json* const value = member(object, name);
  return value == nullptr ? nothing : *value;
}

/// Keys that stand twice in one object. Parsers take one or the other.
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

/// Members below which the caller's own names stand.
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

bool any_message_says(const Json& body, std::string_view words) {
  return std::ranges::any_of(at(body, "messages"), [&](const Json& message) {
    return text_at(message, "content").find(words) != std::string::npos;
  });
}

void check_output(Mode mode, const Json& body, Differences& out) {
  const bool has_tools = body.contains("tools") || body.contains("tool_choice");
  if (has_tools != (mode == Mode::tools)) out.emplace_back("tools belong to mode tools, and to no other");
  const bool has_format = body.contains("response_format");
  if (has_format != (mode == Mode::json || mode == Mode::json_schema))
    out.emplace_back("response_format belongs to modes json and json_schema, and to no other");

  if (mode == Mode::tools) {
    const Json& tools = at(body, "tools");
    if (!tools.is_array() || tools.size() != 1) return out.emplace_back("exactly one tool is expected"), void();
    const Json& function = at(tools.front(), "function");
    check_name(function, out);
    if (text_at(at(at(body, "tool_choice"), "function"), "name") != text_at(function, "name"))
      out.emplace_back("tool_choice does not name the tool");
    const Differences problems = sent_schema_problems(at(function, "parameters"), at(function, "strict") == Json(true));
    out.insert(out.end(), problems.begin(), problems.end());
  } else if (mode == Mode::json_schema) {
    const Json& format = at(at(body, "response_format"), "json_schema");
    check_name(format, out);
    const Differences problems = sent_schema_problems(at(format, "schema"), at(format, "strict") == Json(true));
    out.insert(out.end(), problems.begin(), problems.end());
  } else {
    // OpenAI rejects JSON mode when no message has the word.
    if (!any_message_says(body, "JSON")) out.emplace_back("no message has the word JSON");
    if (!any_message_says(body, R"("type":"object")")) out.emplace_back("no message has the schema");
    if (mode == Mode::md_json && !any_message_says(body, "```json"))
      out.emplace_back("no message asks for a code block");
  }
}

void check_option(const Json& body, const std::string& key, const Json& expected, Differences& out) {
  if (at(body, key) != expected)
    out.push_back(key + ": expected " + expected.dump() + ", sent " + in_quotes(at(body, key).dump()));
}

void check_options(const AskedFor& asked, const Json& body, Differences& out) {
  const instructor::CallOptions& options = asked.request->options();
  check_option(body, "model", asked.model, out);
  Json expected = Json::object();
  if (options.temperature) expected["temperature"] = *options.temperature;
  if (options.top_p) expected["top_p"] = *options.top_p;
  if (options.max_tokens) expected[asked.max_tokens_key] = *options.max_tokens;
  if (options.seed) expected["seed"] = *options.seed;
  if (!options.stop.empty()) expected["stop"] = options.stop;
  for (const auto& [key, value] : options.extra) expected[key] = Json::parse(value);
  for (const auto& [key, value] : expected.items()) check_option(body, key, value, out);
  for (const std::string_view key : {"temperature", "top_p", "seed", "stop", "max_tokens", "max_completion_tokens"})
    if (!expected.contains(key) && body.contains(key)) out.push_back(std::string(key) + " was sent and not asked for");
}

/// Every tool call is answered, right after the message that makes it, and nothing else is.
void check_tool_answers(const Json& messages, Differences& out) {
  std::set<std::string> open;
  for (const Json& message : messages) {
    const std::string role = text_at(message, "role");
    if (role == "tool") {
      if (open.erase(text_at(message, "tool_call_id")) == 0)
        out.push_back("a tool message answers no call: " + in_quotes(text_at(message, "tool_call_id")));
      continue;
    }
    for (const std::string& id : open) out.push_back("the tool call " + in_quotes(id) + " is not answered");
    open.clear();
    for (const Json& call : at(message, "tool_calls")) {
      const std::string id = text_at(call, "id");
      if (id.empty() || !open.insert(id).second) out.push_back("a tool call has no id of its own: " + in_quotes(id));
      check_name(at(call, "function"), out);
    }
  }
  for (const std::string& id : open) out.push_back("the tool call " + in_quotes(id) + " is not answered");
}

void check_roles(const Json& messages, Differences& out) {
  bool talking = false;
  for (const Json& message : messages) {
    const bool system = text_at(message, "role") == "system";
    if (system && talking) out.emplace_back("a system message comes after others");
    talking = talking || !system;
  }
}

bool says(const Json& message, const Message& wanted) {
  if (text_at(message, "role") != to_string(wanted.role)) return false;
  if (!text_at(message, "content").starts_with(wanted.content)) return false;
  if (text_at(message, "tool_call_id") != wanted.tool_call_id) return false;
  const Json& calls = at(message, "tool_calls");
  if (calls.size() != wanted.tool_calls.size()) return false;
  for (std::size_t i = 0; i < wanted.tool_calls.size(); ++i) {
    const instructor::ToolCall& call = wanted.tool_calls[i];
    const Json& function = at(calls[i], "function");
    if (text_at(calls[i], "id") != call.id || text_at(function, "name") != call.name ||
        text_at(function, "arguments") != call.arguments)
      return false;
  }
  return true;
}

/// The caller's messages are all there, in order, with at most our own instructions beside them.
void check_first_messages(const AskedFor& asked, const Json& messages, Differences& out) {
  const std::vector<Message>& wanted = asked.request->messages();
  std::size_t found = 0;
  for (const Json& message : messages)
    if (found < wanted.size() && says(message, wanted[found])) ++found;
  if (found < wanted.size()) out.push_back("message " + std::to_string(found) + " of the caller's is not there");
  const bool in_words = asked.mode == Mode::json || asked.mode == Mode::md_json;
  const std::size_t most = wanted.size() + (in_words ? 2 : 0);
  if (messages.size() > most) out.emplace_back("there are more messages than were asked for");
}

}  // namespace

Differences conversation_problems(const AskedFor& asked, const std::vector<SentBody>& sent) {
  Differences out;
  if (sent.empty()) return out;
  const Json& first = at(sent.front().value, "messages");
  check_first_messages(asked, first, out);
  for (std::size_t number = 1; number < sent.size(); ++number) {
    const Json& messages = at(sent[number].value, "messages");
    if (messages.size() <= first.size()) {
      out.emplace_back("a further attempt says nothing of the one before");
      continue;
    }
    for (std::size_t i = 0; i < first.size(); ++i)
      if (messages[i] != first[i]) out.push_back("message " + std::to_string(i) + " changed in a further attempt");
    for (std::size_t i = first.size(); i < messages.size(); ++i)
      if (text_at(messages[i], "content").empty() && at(messages[i], "tool_calls").empty())
        out.emplace_back("an empty message after a failed attempt");
    const std::string last = text_at(messages.back(), "role");
    if (last != "user" && last != "tool") out.push_back("after a failed attempt the " + last + " has the last word");
  }
  return out;
}

Differences body_problems(const AskedFor& asked, const SentBody& sent, const std::set<std::string>& known_keys) {
  Differences out;
  for (const std::string& key : repeated_keys(sent.text)) out.push_back("the key " + in_quotes(key) + " stands twice");
  find_unknown_keys(sent.value, known_keys, out);
  check_output(asked.mode, sent.value, out);
  check_options(asked, sent.value, out);
  const Json& messages = at(sent.value, "messages");
  check_roles(messages, out);
  check_tool_answers(messages, out);
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

bool same_request(const instructor::Request& left, const instructor::Request& right) {
  const instructor::CallOptions& a = left.options();
  const instructor::CallOptions& b = right.options();
  return left.messages() == right.messages() && left.model() == right.model() && left.mode() == right.mode() &&
         a.temperature == b.temperature && a.top_p == b.top_p && a.max_tokens == b.max_tokens && a.seed == b.seed &&
         a.stop == b.stop && a.extra == b.extra && left.retry().has_value() == right.retry().has_value() &&
         left.timeout().has_value() == right.timeout().has_value();
}

}  // namespace conformance
