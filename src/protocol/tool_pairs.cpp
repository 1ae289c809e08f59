#include "protocol/tool_pairs.hpp"

#include <algorithm>
#include <string_view>
#include <unordered_map>

namespace instructor {

ToolPairs::ToolPairs(std::span<const Message* const> messages) {
  std::unordered_map<std::string_view, const ToolCall*> open;
  bool in_assistant = false;
  for (const Message* const message : messages) {
    if (message->role == Role::system) continue;
    if (message->role == Role::assistant) {
      if (!in_assistant) open.clear();
      in_assistant = true;
      for (const ToolCall& call : message->tool_calls) open.emplace(call.id, &call);
      continue;
    }
    in_assistant = false;
    if (message->role != Role::tool) continue;
    const auto call = open.find(message->tool_call_id);
    if (call == open.end()) continue;
    calls_.insert(call->second);
    results_.insert(message);
    open.erase(call);
  }
}

bool ToolPairs::all_answered(const Message& message) const {
  return std::ranges::all_of(message.tool_calls, [this](const ToolCall& call) { return answered(call); });
}

std::string call_in_words(const ToolCall& call) { return "Call of the tool " + call.name + ": " + call.arguments; }

std::string result_in_words(const Message& message) {
  return (message.is_error ? "Error of the tool " : "Result of the tool ") + message.name + ": " + message.content;
}

}  // namespace instructor
