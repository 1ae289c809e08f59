#include "instructor/message.hpp"

#include <utility>

namespace instructor {

std::string_view to_string(Role role) noexcept {
  switch (role) {
    case Role::system: return "system";
    case Role::user: return "user";
    case Role::assistant: return "assistant";
    case Role::tool: return "tool";
  }
  return "unknown";
}

Message::Message(Role message_role, std::string text) : role(message_role), content(std::move(text)) {}
Message::Message(const Message&) = default;
Message::Message(Message&&) noexcept = default;
Message& Message::operator=(const Message&) = default;
Message& Message::operator=(Message&&) noexcept = default;
Message::~Message() = default;

Message Message::system(std::string text) { return {Role::system, std::move(text)}; }

Message Message::user(std::string text) { return {Role::user, std::move(text)}; }

Message Message::assistant(std::string text, std::vector<ToolCall> calls) {
  Message message(Role::assistant, std::move(text));
  message.tool_calls = std::move(calls);
  return message;
}

Message Message::tool(std::string call_id, std::string tool_name, std::string result) {
  Message message(Role::tool, std::move(result));
  message.tool_call_id = std::move(call_id);
  message.name = std::move(tool_name);
  return message;
}

Message Message::tool_error(std::string call_id, std::string tool_name, std::string why) {
  Message message = tool(std::move(call_id), std::move(tool_name), std::move(why));
  message.is_error = true;
  return message;
}

Message Message::assistant(const Completion& completion) {
  Message message = assistant(completion.text, completion.tool_calls);
  message.native = completion.native;
  return message;
}

bool operator==(const Message& a, const Message& b) = default;

}  // namespace instructor
