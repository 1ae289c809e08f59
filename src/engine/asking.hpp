#pragma once

// What modes have in common.

#include "instructor/mode.hpp"

namespace instructor::engine {

/// The schema stands in the messages.
constexpr bool is_in_words(Mode mode) { return mode == Mode::json || mode == Mode::md_json; }

/// The answer is the arguments of a tool.
constexpr bool is_by_tools(Mode mode) {
  return mode == Mode::tools || mode == Mode::tools_strict || mode == Mode::parallel_tools ||
         mode == Mode::responses_tools;
}

/// Modes that are only taken when they are asked for: others of their kind do the same.
constexpr bool is_chosen_by_name(Mode mode) {
  return mode == Mode::tools_strict || mode == Mode::parallel_tools || mode == Mode::responses_tools;
}

}  // namespace instructor::engine
