#include "protocol/anthropic_messages_wire.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "json/slice.hpp"
#include "protocol/error_body.hpp"

namespace instructor::anthropic_messages {

namespace {

/// platform.claude.com/docs/en/api/messages and /docs/en/build-with-claude/handling-stop-reasons, read 2026-11.
FinishReason finish_reason(std::string_view text) {
  struct Row {
    std::string_view text;
    FinishReason reason;
  };
  constexpr std::array rows{
      Row{"end_turn", FinishReason::stop},
      Row{"stop_sequence", FinishReason::stop},
      Row{"tool_use", FinishReason::tool_calls},
      Row{"max_tokens", FinishReason::length},
      Row{"model_context_window_exceeded", FinishReason::length},
      Row{"refusal", FinishReason::content_filter},
      Row{"", FinishReason::unknown},
  };
  const auto row = std::ranges::find(rows, text, &Row::text);
  return row == rows.end() ? FinishReason::other : row->reason;
}

/// A count as a provider may mean it; sums of such cannot overflow.
std::int64_t count(std::int64_t wire) { return std::clamp<std::int64_t>(wire, 0, std::int64_t{1} << 50); }

bool is_said_by_text_and_calls(const Json& block) {
  const std::string_view type = text_at(block, "type");
  if (type == "text") {
    const auto citations = block.find("citations");
    return citations == block.end() || citations->is_null() || citations->empty();
  }
  if (type != "tool_use") return false;
  // A call that a program of the model's made has to be answered as such.
  const auto caller = block.find("caller");
  return caller == block.end() || !caller->is_object() || text_at(*caller, "type") == "direct";
}

}  // namespace

std::string_view text_at(const Json& object, std::string_view name) {
  if (!object.is_object()) return {};
  const auto found = object.find(name);
  if (found == object.end() || !found->is_string()) return {};
  return found->get_ref<const std::string&>();
}

std::string arguments_in(std::string_view block, const Json& read) {
  const auto input = read.find("input");
  if (input == read.end() || input->is_null()) return {};
  const std::string_view text = json::member_text(block, "input");
  return text.empty() ? encode(*input) : std::string(text);
}

Usage usage_of(const WireUsage& wire) {
  Usage usage;
  usage.cached_tokens = count(wire.cache_read_input_tokens);
  usage.input_tokens = count(wire.input_tokens) + count(wire.cache_creation_input_tokens) + usage.cached_tokens;
  usage.output_tokens = count(wire.output_tokens);
  usage.reasoning_tokens = count(wire.output_tokens_details.thinking_tokens);
  usage.total_tokens = usage.input_tokens + usage.output_tokens;
  return usage;
}

void set_end(Reply& reply, std::string stop_reason, const Json& details) {
  reply.finish_reason = finish_reason(stop_reason);
  reply.finish_reason_text = std::move(stop_reason);
  if (reply.finish_reason != FinishReason::content_filter) return;
  reply.refusal = text_at(details, "explanation");
  if (!reply.refusal.empty()) return;
  reply.refusal = "the provider gives no reason";
  if (const std::string_view category = text_at(details, "category"); !category.empty())
    reply.refusal.append(" but the category ").append(category);
}

std::string id_or_number(std::string_view id, std::size_t calls_before) {
  return id.empty() ? "call_" + std::to_string(calls_before + 1) : std::string(id);
}

void keep_native(Reply& reply, const Json& blocks) {
  if (std::ranges::all_of(blocks, is_said_by_text_and_calls)) return;
  reply.native = {std::string(protocol_name), encode(blocks)};
}

void check_envelope(const Issues& issues, std::string_view part, std::string_view body) {
  for (const Issue& issue : issues) {
    const bool unreadable = issue.code == IssueCode::json_invalid || issue.code == IssueCode::truncated ||
                            issue.code == IssueCode::invalid_utf8 || issue.code == IssueCode::too_deep ||
                            issue.code == IssueCode::too_large || issue.path.empty();
    if (unreadable) throw not_a_reply(issue.text(), body);
    // The model may write any number; whoever reads its arguments, which are kept as they are spelled, will say so.
    const bool is_number = issue.code == IssueCode::int_out_of_range || issue.code == IssueCode::finite_number;
    if (is_number && issue.path.find("/input") != std::string::npos) continue;
    if (issue.path.starts_with(part)) throw not_a_reply(issue.path + ": " + issue.text(), body);
  }
}

}  // namespace instructor::anthropic_messages
