#pragma once

// Which tool calls of a conversation have a result, and which results a call. Several providers refuse a request where
// one is without the other, or where something stands between them; there both are said in words.

#include <span>
#include <string>
#include <unordered_set>

#include "instructor/message.hpp"

namespace instructor {

class ToolPairs {
 public:
  /// A result belongs to the call with its id in the turn of the assistant right before its own turn.
  explicit ToolPairs(std::span<const Message* const> messages);

  /// Has this call of one of the messages a result?
  bool answered(const ToolCall& call) const { return calls_.contains(&call); }
  /// Have all of this message's?
  bool all_answered(const Message& message) const;
  /// Is this message the result of a call?
  bool answers(const Message& message) const { return results_.contains(&message); }

 private:
  std::unordered_set<const ToolCall*> calls_;
  std::unordered_set<const Message*> results_;
};

/// A call, or a result without its call, in words.
std::string call_in_words(const ToolCall& call);
std::string result_in_words(const Message& message);

}  // namespace instructor
