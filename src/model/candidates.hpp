#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace instructor::core {

/// A part of a text that may be the JSON value meant, from its first bracket on.
struct Candidate {
  std::string_view text;
  bool closed = false;  ///< up to its closing bracket; otherwise to the end of the fence or of the text

  friend bool operator==(const Candidate&, const Candidate&) = default;
};

/// Those that are not closed overlap: of more than these the ones in the middle are left out.
inline constexpr std::size_t max_open_candidates = 16;
inline constexpr std::size_t max_closed_candidates = 100'000;

struct Candidates {
  std::vector<Candidate> values;
  bool complete = true;  ///< no closed one was left out
};

/// The objects and lists in a text, none inside another closed one, in their order: in Markdown fences, in prose, not
/// in reasoning (`<think>` and the like) unless there is nothing else. JSON need not be well-formed for that: quotes
/// and brackets are enough. Work is bounded by a small multiple of the length.
Candidates find_candidates(std::string_view text);

}  // namespace instructor::core
