#pragma once

// Which part of a reply is the answer.

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "engine/backend.hpp"
#include "instructor/completion.hpp"
#include "instructor/issue.hpp"

namespace instructor::engine {

struct Answer {
  std::string text;                ///< JSON, to be decoded
  const ToolCall* call = nullptr;  ///< the call that holds it, where one does
  bool is_for_tools = false;       ///< there is no answer: the program's own tools are called
};

/// What was asked for, as far as the answer depends on it.
struct AskedAnswer {
  Mode mode = Mode::tools;
  OutputSpec output;
  std::vector<const TypeInfo*> types;   ///< of the calls, where there may be several
  std::vector<std::string_view> tools;  ///< of the program's own that may be called instead
};

/// The answer, or what is wrong with the reply as such: no tool called, another tool, several different calls.
std::expected<Answer, Issue> find_answer(const Reply& reply, const AskedAnswer& asked);

}  // namespace instructor::engine
