#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "instructor/completion.hpp"

namespace instructor {

enum class Role : std::uint8_t { system, user, assistant, tool };
std::string_view to_string(Role role) noexcept;

/// One message of a conversation, in the same terms for every provider. A value.
class Message {
 public:
  Message(Role message_role, std::string text) : role(message_role), content(std::move(text)) {}

  static Message system(std::string text) { return {Role::system, std::move(text)}; }
  static Message user(std::string text) { return {Role::user, std::move(text)}; }
  static Message assistant(std::string text, std::vector<ToolCall> calls = {}) {
    Message message(Role::assistant, std::move(text));
    message.tool_calls = std::move(calls);
    return message;
  }
  /// What a tool gave back for a call of the assistant's.
  static Message tool(std::string call_id, std::string tool_name, std::string result) {
    Message message(Role::tool, std::move(result));
    message.tool_call_id = std::move(call_id);
    message.name = std::move(tool_name);
    return message;
  }

  Role role;
  std::string content;
  std::vector<ToolCall> tool_calls;  ///< assistant: the tools it called
  std::string tool_call_id;          ///< tool: the call that this answers
  std::string name;                  ///< tool: its name

  friend bool operator==(const Message&, const Message&) = default;
};

}  // namespace instructor
