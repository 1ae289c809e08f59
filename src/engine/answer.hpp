#pragma once

// Which part of a reply is the answer.

#include <expected>
#include <string>

#include "engine/backend.hpp"
#include "instructor/completion.hpp"
#include "instructor/issue.hpp"

namespace instructor::engine {

struct Answer {
  std::string text;                ///< JSON, to be decoded
  const ToolCall* call = nullptr;  ///< the call that holds it, in tool modes
};

/// The answer, or what is wrong with the reply as such: no tool called, another tool, several different calls.
std::expected<Answer, Issue> find_answer(const Reply& reply, Mode mode, const OutputSpec& output);

}  // namespace instructor::engine
