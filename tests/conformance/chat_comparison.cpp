#include "chat_comparison.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "data.hpp"

namespace conformance {

namespace {

using instructor::FinishReason;

/// All that the providers' descriptions list; anything else must come out as `other`.
FinishReason expected_reason(std::string_view text) {
  struct Row {
    std::string_view text;
    FinishReason reason;
  };
  constexpr std::array rows{
      Row{"", FinishReason::unknown},
      Row{"stop", FinishReason::stop},
      Row{"eos", FinishReason::stop},
      Row{"length", FinishReason::length},
      Row{"model_length", FinishReason::length},
      Row{"tool_calls", FinishReason::tool_calls},
      Row{"function_call", FinishReason::tool_calls},
      Row{"content_filter", FinishReason::content_filter},
  };
  const auto row = std::ranges::find(rows, text, &Row::text);
  return row == rows.end() ? FinishReason::other : row->reason;
}

class Comparison {
 public:
  void text(std::string_view name, std::string_view expected, std::string_view got) {
    if (expected != got) differ(name, in_quotes(expected), in_quotes(got));
  }

  void count(std::string_view name, std::int64_t expected, std::int64_t got) {
    if (expected != got) differ(name, std::to_string(expected), std::to_string(got));
  }

  void differ(std::string_view name, std::string_view expected, std::string_view got) {
    differences_.push_back(std::string(name) + ": expected " + std::string(expected) + ", got " + std::string(got));
  }

  Differences take() { return std::move(differences_); }

 private:
  Differences differences_;
};

void compare_arguments(const std::string& name, const Json& expected, const std::string& got, Comparison& comparison) {
  if (expected.is_null()) return comparison.text(name, "", got);
  if (expected.is_string()) return comparison.text(name, expected.get<std::string>(), got);
  const std::expected<Json, std::string> value = parse_json(got);
  if (!value || *value != expected) comparison.differ(name, in_quotes(expected.dump()), in_quotes(got));
}

void compare_calls(const std::vector<ChatCall>& expected, const std::vector<instructor::ToolCall>& got,
                   Comparison& comparison) {
  comparison.count("tool calls", static_cast<std::int64_t>(expected.size()), static_cast<std::int64_t>(got.size()));
  for (std::size_t i = 0; i < std::min(expected.size(), got.size()); ++i) {
    const std::string name = "tool call " + std::to_string(i);
    if (!expected[i].id.empty()) comparison.text(name + " id", expected[i].id, got[i].id);
    comparison.text(name + " name", expected[i].name, got[i].name);
    compare_arguments(name + " arguments", expected[i].arguments, got[i].arguments, comparison);
  }
  // Each call must be answerable, also where the provider gave no id.
  std::set<std::string> ids;
  for (const instructor::ToolCall& call : got)
    if (call.id.empty() || !ids.insert(call.id).second) comparison.differ("tool call id", "one of its own", call.id);
}

}  // namespace

Differences compare_chat(const instructor::Reply& reply, const ChatBody& expected) {
  return compare_chat(reply, expected, expected_reason(expected.finish_reason));
}

Differences compare_chat(const instructor::Reply& reply, const ChatBody& expected, FinishReason reason) {
  Comparison comparison;
  comparison.text("id", expected.id, reply.id);
  comparison.text("model", expected.model, reply.model);
  comparison.text("text", expected.text, reply.text);
  comparison.text("reasoning", expected.reasoning, reply.reasoning);
  comparison.text("refusal", expected.refusal, reply.refusal);
  comparison.text("finish_reason_text", expected.finish_reason, reply.finish_reason_text);
  comparison.text("finish_reason", to_string(reason), to_string(reply.finish_reason));
  compare_calls(expected.calls, reply.tool_calls, comparison);
  comparison.count("input_tokens", expected.usage.input, reply.usage.input_tokens);
  comparison.count("output_tokens", expected.usage.output, reply.usage.output_tokens);
  comparison.count("total_tokens", expected.usage.total, reply.usage.total_tokens);
  comparison.count("cached_tokens", expected.usage.cached, reply.usage.cached_tokens);
  comparison.count("reasoning_tokens", expected.usage.reasoning, reply.usage.reasoning_tokens);
  comparison.count("audio_tokens", expected.usage.audio, reply.usage.audio_tokens);
  return comparison.take();
}

}  // namespace conformance
