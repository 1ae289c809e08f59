#include "protocol/cohere_chat_wire.hpp"

#include <algorithm>
#include <array>

#include "instructor/codec.hpp"
#include "protocol/wire_reading.hpp"

namespace instructor::cohere_chat {

FinishReason finish_reason(std::string_view text) {
  struct Row {
    std::string_view text;
    FinishReason reason;
  };
  constexpr std::array rows{
      Row{"COMPLETE", FinishReason::stop},
      Row{"STOP_SEQUENCE", FinishReason::stop},
      Row{"MAX_TOKENS", FinishReason::length},
      Row{"ERROR_LIMIT", FinishReason::length},
      Row{"TOOL_CALL", FinishReason::tool_calls},
      Row{"ERROR_TOXIC", FinishReason::content_filter},
      Row{"", FinishReason::unknown},
  };
  const auto row = std::ranges::find(rows, text, &Row::text);
  return row == rows.end() ? FinishReason::other : row->reason;
}

Usage usage_of(const WireUsage& wire) {
  const bool counted = wire.tokens.input_tokens > 0 || wire.tokens.output_tokens > 0;
  const WireTokens& tokens = counted ? wire.tokens : wire.billed_units;
  Usage usage;
  usage.input_tokens = wire::count(tokens.input_tokens);
  usage.output_tokens = wire::count(tokens.output_tokens);
  usage.total_tokens = usage.input_tokens + usage.output_tokens;
  usage.cached_tokens = wire::count(wire.cached_tokens);
  usage.reasoning_tokens = wire::count(tokens.reasoning_tokens);
  return usage;
}

NativeTurn Turn::with(const std::vector<ToolCall>& calls) const {
  Json turn{{"role", "assistant"}};
  if (!content_.empty()) turn["content"] = content_;
  if (!plan_.empty()) turn["tool_plan"] = plan_;
  for (const ToolCall& call : calls)
    turn["tool_calls"].push_back(
        Json{{"id", call.id},
             {"type", "function"},
             {"function",
              {{"name", wire::called_name(call.name, "_")}, {"arguments", wire::closed_arguments(call.arguments)}}}});
  if (!citations_.empty()) turn["citations"] = citations_;
  if (turn.size() == 1) return {};
  return {std::string(protocol_name), encode(turn)};
}

}  // namespace instructor::cohere_chat
