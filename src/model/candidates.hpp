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

inline constexpr std::size_t max_candidates = 16;

/// The objects and lists in a text, none inside another closed one, in their order: in Markdown fences, in prose, not
/// in reasoning (`<think>` and the like) unless there is nothing else. JSON need not be well-formed for that: quotes
/// and brackets are enough. Of more than `max_candidates` those in the middle are left out. Work is bounded by a small
/// multiple of the length.
std::vector<Candidate> find_candidates(std::string_view text);

}  // namespace instructor::core
