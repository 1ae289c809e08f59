#include "protocol/openai_chat_wire.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "json/close.hpp"
#include "protocol/error_body.hpp"

namespace instructor::openai_chat {

FinishReason finish_reason(std::string_view text) {
  struct Row {
    std::string_view text;
    FinishReason reason;
  };
  constexpr std::array rows{
      Row{"stop", FinishReason::stop},
      Row{"eos", FinishReason::stop},
      Row{"length", FinishReason::length},
      Row{"model_length", FinishReason::length},
      Row{"tool_calls", FinishReason::tool_calls},
      Row{"function_call", FinishReason::tool_calls},
      Row{"content_filter", FinishReason::content_filter},
      Row{"", FinishReason::unknown},
  };
  const auto row = std::ranges::find(rows, text, &Row::text);
  return row == rows.end() ? FinishReason::other : row->reason;
}

/// Appends the text in a content that is a string or a list of parts; thinking parts go to `reasoning`.
void append_text(const Json& content, std::string& text, std::string& reasoning) {
  if (content.is_string()) {
    text += content.get_ref<const std::string&>();
  } else if (content.is_array()) {
    for (const Json& part : content) append_text(part, text, reasoning);
  } else if (content.is_object()) {
    if (const auto part = content.find("text"); part != content.end()) append_text(*part, text, reasoning);
    if (const auto part = content.find("thinking"); part != content.end()) append_text(*part, reasoning, reasoning);
  }
}

namespace {

std::string_view text_at(const Json& object, std::string_view name) {
  if (!object.is_object()) return {};
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get_ref<const std::string&>() : std::string_view();
}

/// In a stream a text or a summary comes in pieces, which have one index.
bool goes_on(const Json& detail, const Json& piece) {
  const std::string_view type = text_at(piece, "type");
  return (type == "reasoning.text" || type == "reasoning.summary") && text_at(detail, "type") == type &&
         detail.value("index", Json()) == piece.value("index", Json());
}

}  // namespace

std::string details_text(const Json& details) {
  std::string text;
  if (details.is_array())
    for (const Json& detail : details) text.append(text_at(detail, "text")).append(text_at(detail, "summary"));
  return text;
}

void Kept::take(const Json& reasoning_details, Json extra_content, std::string_view reasoning_content) {
  if (reasoning_details.is_array())
    for (const Json& detail : reasoning_details)
      if (detail.is_object()) add_detail(detail);
  if (!extra_content.is_null()) extra_content_ = std::move(extra_content);
  reasoning_content_ += reasoning_content;
}

void Kept::add_detail(const Json& detail) {
  if (details_.is_null()) details_ = Json::array();
  if (details_.empty() || !goes_on(details_.back(), detail)) {
    details_.push_back(detail);
    return;
  }
  for (const auto& [key, value] : detail.items()) {
    Json& all = details_.back()[key];
    const bool text = (key == "text" || key == "summary") && all.is_string() && value.is_string();
    if (text)
      all.get_ref<std::string&>() += value.get_ref<const std::string&>();
    else if (!value.is_null())
      all = value;
  }
}

void Kept::take_call(std::size_t call, Json extra_content, std::string_view type) {
  if (extra_content.is_null() && type != "custom") return;
  if (calls_.size() <= call) calls_.resize(call + 1);
  if (!extra_content.is_null()) calls_[call].extra_content = std::move(extra_content);
  if (type == "custom") calls_[call].custom = true;
}

NativeTurn Kept::turn(const Reply& reply, bool whole) const {
  const bool reasoning = !reasoning_content_.empty() && !reply.tool_calls.empty();
  const bool signs = std::ranges::any_of(calls_, [](const Call& call) { return !call.extra_content.is_null(); });
  if (details_.is_null() && extra_content_.is_null() && !reasoning && !signs) return {};
  Json message{{"role", "assistant"}, {"content", reply.text}};
  if (reply.text.empty() && !reply.tool_calls.empty()) message["content"] = nullptr;
  for (std::size_t i = 0; i < reply.tool_calls.size(); ++i) {
    const ToolCall& call = reply.tool_calls[i];
    if (call.name.empty()) return {};
    const Call kept = i < calls_.size() ? calls_[i] : Call();
    const char* const type = kept.custom ? "custom" : "function";
    const std::string arguments = whole || kept.custom ? call.arguments : json::closed(call.arguments);
    Json& out = message["tool_calls"].emplace_back(Json{{"id", call.id}, {"type", type}});
    out[type] = {{"name", std::string(detail::SafeName<>(call.name).view())},
                 {kept.custom ? "input" : "arguments", arguments}};
    if (!kept.extra_content.is_null()) out["extra_content"] = kept.extra_content;
  }
  if (reasoning) message["reasoning_content"] = reasoning_content_;
  if (!details_.is_null()) message["reasoning_details"] = details_;
  if (!extra_content_.is_null()) message["extra_content"] = extra_content_;
  return {std::string(protocol_name), encode(message)};
}

bool has_no_text(const Json& arguments) {
  return arguments.is_null() || (arguments.is_string() && arguments.get_ref<const std::string&>().empty());
}

/// Some servers send the form before tools always, empty.
bool says_nothing(const WireFunction& legacy) { return legacy.name.empty() && has_no_text(legacy.arguments); }

std::string arguments_text(Json& arguments) {
  if (arguments.is_null()) return {};
  return arguments.is_string() ? std::move(arguments.get_ref<std::string&>()) : encode(arguments);
}

/// A count as a provider may mean it; sums of such cannot overflow.
std::int64_t count(std::int64_t wire) { return std::clamp<std::int64_t>(wire, 0, std::int64_t{1} << 50); }

bool counts_something(const WireUsage& wire) {
  return wire.prompt_tokens != 0 || wire.completion_tokens != 0 || wire.total_tokens != 0;
}

Usage usage_of(const WireUsage& wire) {
  Usage usage;
  usage.input_tokens = count(wire.prompt_tokens);
  usage.output_tokens = count(wire.completion_tokens);
  usage.total_tokens = count(wire.total_tokens);
  if (usage.total_tokens == 0) usage.total_tokens = usage.input_tokens + usage.output_tokens;
  usage.cached_tokens = count(std::max({wire.prompt_tokens_details.cached_tokens, wire.cached_tokens,
                                        wire.num_cached_tokens, wire.prompt_cache_hit_tokens}));
  usage.reasoning_tokens = count(wire.completion_tokens_details.reasoning_tokens);
  const std::int64_t heard = count(wire.prompt_tokens_details.audio_tokens);
  usage.audio_tokens = heard + count(wire.completion_tokens_details.audio_tokens);
  // Reasoning is part of the output and heard audio of the input. Where a provider counts them apart, as xAI and
  // Mistral do, its total tells.
  const std::int64_t apart = usage.total_tokens - usage.input_tokens - usage.output_tokens;
  if (apart > 0 && apart == usage.reasoning_tokens)
    usage.output_tokens += apart;
  else if (apart > 0 && apart == heard)
    usage.input_tokens += apart;
  return usage;
}

/// Every call gets an id, so that it can be answered.
std::string id_or_number(std::string id, std::size_t calls_before) {
  return id.empty() ? "call_" + std::to_string(calls_before + 1) : std::move(id);
}

/// A server may deviate in what is not the answer.
void check_envelope(const Issues& issues, std::string_view body) {
  for (const Issue& issue : issues) {
    const bool unreadable = issue.code == IssueCode::json_invalid || issue.code == IssueCode::truncated ||
                            issue.code == IssueCode::invalid_utf8 || issue.code == IssueCode::too_deep ||
                            issue.code == IssueCode::too_large || issue.path.empty();
    if (unreadable) throw not_a_reply(issue.text(), body);
    if (issue.path.starts_with("/choices")) throw not_a_reply(issue.path + ": " + issue.text(), body);
  }
}

/// What a choice says instead of an answer.
Error reported_error(const Json& error) { return Error(error_from_body(200, encode(Json{{"error", error}}))); }

}  // namespace instructor::openai_chat
