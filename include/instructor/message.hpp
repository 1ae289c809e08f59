#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "instructor/completion.hpp"

namespace instructor {

enum class Role : std::uint8_t { system, user, assistant, tool };
std::string_view to_string(Role role) noexcept;

/// One message of a conversation, in the same terms for every provider. A value.
class Message {
 public:
  Message(Role message_role, std::string text);

  static Message system(std::string text);
  static Message user(std::string text);
  static Message assistant(std::string text, std::vector<ToolCall> calls = {});
  /// What the model said in a call that is over, to go on from there. Providers that want their thinking and its
  /// signatures back get them.
  static Message assistant(const Completion& completion);
  /// What a tool gave back for a call of the assistant's.
  static Message tool(std::string call_id, std::string tool_name, std::string result);
  /// Why a tool gave nothing back.
  static Message tool_error(std::string call_id, std::string tool_name, std::string why);

  Message(const Message&);
  Message(Message&&) noexcept;
  Message& operator=(const Message&);
  Message& operator=(Message&&) noexcept;
  ~Message();

  Role role;
  std::string content;
  std::vector<ToolCall> tool_calls;  ///< assistant: the tools it called
  std::string tool_call_id;          ///< tool: the call that this answers
  std::string name;                  ///< tool: its name
  bool is_error = false;             ///< tool: it failed, and the content says why
  NativeTurn native;                 ///< assistant: the same in the provider's own words

  friend bool operator==(const Message& a, const Message& b);
};

}  // namespace instructor
