#pragma once

// What is to be shown of a JSON text that is cut off: a second answer, slow and by hand, to compare the library's with.
//
// Containers that are open count as closed. An unfinished string is shown up to its last whole character. A key without
// a value, a number whose end has not been seen, and an unfinished true, false or null are not shown. A key that came
// before, and its value, are passed over. A text that is no strict JSON counts up to where it goes wrong.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data.hpp"

namespace conformance {

/// What a text ends inside of.
enum class Tail { nothing, number, literal, string };

struct Arrived {
  std::optional<Json> value;         ///< what is to be shown; nothing: nothing
  bool whole = false;                ///< the root is over
  bool faulty = false;               ///< it holds what is JSON, but cannot be taken
  std::vector<std::string> growing;  ///< keys and indices that lead to the innermost value that is not over
  std::optional<std::size_t> wrong;  ///< where it stops being JSON
  Tail tail = Tail::nothing;         ///< of values alone, not of keys
  std::size_t tail_begin = 0;
};

Arrived arrived_of(std::string_view text);

/// The longest number that the text begins with; 0: none.
std::size_t number_length(std::string_view text);

}  // namespace conformance
