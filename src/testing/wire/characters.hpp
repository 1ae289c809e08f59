#pragma once

// Where UTF-8 text may be cut. Bytes that are no UTF-8 are cut off somewhere, but never lost.

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace instructor::testing::wire {

inline bool begins_character(char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }

/// How many bytes of `text`, `most` or a few less, are whole characters.
inline std::size_t whole_characters(std::string_view text, std::size_t most) {
  if (most >= text.size()) return text.size();
  while (most > 0 && !begins_character(text[most])) --most;
  return most;
}

/// How many bytes, `least` or a few more, are whole characters.
inline std::size_t length_of_bytes(std::string_view text, std::size_t least) {
  std::size_t length = std::min(std::max<std::size_t>(least, 1), text.size());
  while (length < text.size() && !begins_character(text[length])) ++length;
  return length;
}

/// The length of the first `count` characters.
inline std::size_t length_of_characters(std::string_view text, std::size_t count) {
  std::size_t length = 0;
  while (length < text.size() && (count > 0 || !begins_character(text[length])))
    if (begins_character(text[length++]) && count > 0) --count;
  return length;
}

}  // namespace instructor::testing::wire
