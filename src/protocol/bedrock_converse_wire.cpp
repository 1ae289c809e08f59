#include "protocol/bedrock_converse_wire.hpp"

#include <algorithm>
#include <array>

#include "protocol/wire_reading.hpp"

namespace instructor::bedrock_converse {

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
      Row{"guardrail_intervened", FinishReason::content_filter},
      Row{"content_filtered", FinishReason::content_filter},
      Row{"refusal", FinishReason::content_filter},
      Row{"", FinishReason::unknown},
  };
  const auto row = std::ranges::find(rows, text, &Row::text);
  return row == rows.end() ? FinishReason::other : row->reason;
}

/// `inputTokens` counts neither what was read from the cache nor what was written to it.
/// https://docs.aws.amazon.com/bedrock/latest/userguide/prompt-caching.html
/// Some models count them in all the same, and then the total tells.
Usage usage_of(const WireUsage& wire) {
  Usage usage;
  usage.input_tokens = wire::count(wire.input_tokens);
  usage.output_tokens = wire::count(wire.output_tokens);
  usage.total_tokens = wire::count(wire.total_tokens);
  usage.cached_tokens = wire::count(wire.cache_read_input_tokens);
  if (usage.total_tokens != usage.input_tokens + usage.output_tokens)
    usage.input_tokens += usage.cached_tokens + wire::count(wire.cache_write_input_tokens);
  if (usage.total_tokens == 0) usage.total_tokens = usage.input_tokens + usage.output_tokens;
  return usage;
}

std::string safe_id(std::string_view id) {
  constexpr std::string_view taken = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.:-";
  constexpr std::size_t longest = 64;
  if (!id.empty() && id.size() <= longest && id.find_first_not_of(taken) == std::string_view::npos)
    return std::string(id);
  std::uint64_t hash = 0xCBF29CE484222325;  // FNV-1a
  for (const char c : id) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3;
  return "call_" + std::to_string(hash);
}

bool is_server_tool(const Json& tool_use) { return wire::text_at(tool_use, "type") == "server_tool_use"; }

Json block_to_send_back(const Json& block) {
  using wire::member;
  if (const Json* const text = member(block, "text"))
    return text->is_string() && !wire::is_blank(text->get_ref<const std::string&>()) ? Json{{"text", *text}} : Json();
  if (const Json* const call = member(block, "toolUse")) {
    const Json* const input = member(*call, "input");
    Json sent{{"toolUseId", safe_id(wire::text_at(*call, "toolUseId"))},
              {"name", wire::called_name(wire::text_at(*call, "name"), "_")},
              {"input", input != nullptr && input->is_object() ? *input : Json::object()}};
    if (input != nullptr && !input->is_object()) sent["input"]["text"] = wire::arguments_text(*input);
    if (is_server_tool(*call)) sent["type"] = "server_tool_use";
    return {{"toolUse", std::move(sent)}};
  }
  for (const std::string_view kind : {"toolResult", "reasoningContent", "citationsContent"})
    if (const Json* const said = member(block, kind))
      return said->is_object() && !said->empty() ? Json{{kind, *said}} : Json();
  return {};
}

}  // namespace instructor::bedrock_converse
