#include "chat_body.hpp"

#include <algorithm>
#include <initializer_list>

namespace conformance {

namespace {

std::int64_t count_at(const Json* object, std::string_view name) {
  if (object == nullptr) return 0;
  const Json* const value = member(*object, name);
  return value != nullptr && value->is_number_integer() ? value->get<std::int64_t>() : 0;
}

/// A list of parts: text, and what the model thought.
void read_parts(const Json& parts, ChatText& out) {
  for (const Json& part : parts) {
    if (part.is_string()) out.text += part.get<std::string>();
    if (!part.is_object()) continue;
    const std::string kind = text_at(part, "type");
    if (kind == "thinking") {
      if (const Json* const inner = member(part, "thinking")) {
        if (inner->is_string()) out.reasoning += inner->get<std::string>();
        if (inner->is_array())
          for (const Json& piece : *inner) out.reasoning += text_at(piece, "text");
      }
    } else if (kind == "refusal") {
      out.refusal += text_at(part, "refusal");
    } else {
      out.text += text_at(part, "text");
    }
  }
}

void read_reasoning(const Json& message, ChatText& out) {
  out.reasoning = text_at(message, "reasoning");
  if (out.reasoning.empty()) out.reasoning = text_at(message, "reasoning_content");
  if (!out.reasoning.empty()) return;
  // OpenRouter's list, which Snowflake sends without the plain text beside it.
  const Json* const details = member(message, "reasoning_details");
  if (details == nullptr || !details->is_array()) return;
  for (const Json& detail : *details) {
    out.reasoning += text_at(detail, "text");
    out.reasoning += text_at(detail, "summary");
  }
}

void read_call(const Json* function, std::string id, ChatBody& out) {
  if (function == nullptr || !function->is_object()) return;
  ChatCall call;
  call.id = std::move(id);
  call.name = text_at(*function, "name");
  if (const Json* const arguments = member(*function, "arguments")) call.arguments = *arguments;
  out.calls.push_back(std::move(call));
}

/// A custom tool takes text as it is.
void read_custom_call(const Json& custom, std::string id, ChatBody& out) {
  out.calls.push_back({std::move(id), text_at(custom, "name"), Json(text_at(custom, "input"))});
}

void read_calls(const Json& message, ChatBody& out) {
  const Json* const calls = member(message, "tool_calls");
  if (calls != nullptr && calls->is_array()) {
    for (const Json& call : *calls) {
      const Json* const custom = member(call, "custom");
      if (text_at(call, "type") == "custom" && custom != nullptr)
        read_custom_call(*custom, text_at(call, "id"), out);
      else
        read_call(member(call, "function"), text_at(call, "id"), out);
    }
  }
  // The form before tools. Some servers send it always, empty.
  const Json* const legacy = member(message, "function_call");
  if (out.calls.empty() && legacy != nullptr && !text_at(*legacy, "name").empty()) read_call(legacy, {}, out);
}

bool is_null_or(bool (*fits)(const Json&), const Json& object, std::string_view name) {
  const Json* const value = member(object, name);
  return value == nullptr || fits(*value);
}

}  // namespace

bool is_odd_choice(const Json& choice, std::string_view part) {
  constexpr auto text = [](const Json& value) { return value.is_string(); };
  constexpr auto list = [](const Json& value) { return value.is_array(); };
  constexpr auto object = [](const Json& value) { return value.is_object(); };
  if (!is_null_or(text, choice, "finish_reason") || !is_null_or(object, choice, part)) return true;
  const Json* const message = member(choice, part);
  if (message == nullptr) return false;
  for (const std::string_view name : {"refusal", "reasoning", "reasoning_content"})
    if (!is_null_or(text, *message, name)) return true;
  if (!is_null_or(list, *message, "tool_calls") || !is_null_or(object, *message, "function_call")) return true;
  if (const Json* const calls = member(*message, "tool_calls"))
    for (const Json& call : *calls)
      if (!call.is_object() || !is_null_or(text, call, "id") || !is_null_or(object, call, "function")) return true;
  return false;
}

ChatText read_chat_text(const Json& message) {
  ChatText out;
  read_reasoning(message, out);
  out.refusal = text_at(message, "refusal");
  if (const Json* const content = member(message, "content")) {
    if (content->is_string()) out.text = content->get<std::string>();
    if (content->is_array()) read_parts(*content, out);
  }
  return out;
}

ChatUsage read_chat_usage(const Json* usage) {
  ChatUsage counts;
  if (usage == nullptr || !usage->is_object()) return counts;
  const Json* const prompt = member(*usage, "prompt_tokens_details");
  const Json* const completion = member(*usage, "completion_tokens_details");
  counts.input = count_at(usage, "prompt_tokens");
  counts.output = count_at(usage, "completion_tokens");
  counts.total = count_at(usage, "total_tokens");
  counts.cached = std::max({count_at(prompt, "cached_tokens"), count_at(usage, "cached_tokens"),
                            count_at(usage, "num_cached_tokens"), count_at(usage, "prompt_cache_hit_tokens")});
  counts.reasoning = count_at(completion, "reasoning_tokens");
  const std::int64_t heard = count_at(prompt, "audio_tokens");
  counts.audio = heard + count_at(completion, "audio_tokens");
  // Usage counts reasoning as output and heard audio as input. Where a provider counts them apart, as xAI and Mistral
  // do, its total shows it.
  const std::int64_t apart = counts.total - counts.input - counts.output;
  if (apart > 0 && apart == counts.reasoning)
    counts.output += apart;
  else if (apart > 0 && apart == heard)
    counts.input += apart;
  if (counts.total == 0) counts.total = counts.input + counts.output;
  return counts;
}

std::optional<ChatBody> read_chat_body(const Json& body) {
  const Json* const choices = member(body, "choices");
  if (choices == nullptr || !choices->is_array() || choices->empty()) return std::nullopt;
  const Json& choice = choices->front();
  if (!choice.is_object() || member(choice, "error") != nullptr) return std::nullopt;

  ChatBody out;
  out.odd = is_odd_choice(choice, "message");
  out.id = text_at(body, "id");
  out.model = text_at(body, "model");
  out.finish_reason = text_at(choice, "finish_reason");
  out.usage = read_chat_usage(member(body, "usage"));
  const Json* const message = member(choice, "message");
  if (message == nullptr || !message->is_object()) return out;  // withheld by a content filter
  static_cast<ChatText&>(out) = read_chat_text(*message);
  read_calls(*message, out);
  return out;
}

}  // namespace conformance
