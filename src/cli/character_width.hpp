#pragma once

// Characters as a terminal takes them.

#include <cstddef>
#include <string>
#include <string_view>

namespace instructor::cli {

/// Stands for a byte that is no part of UTF-8.
inline constexpr char32_t not_utf8 = 0xFFFFFFFF;

struct CodePoint {
  char32_t value = 0;
  std::size_t bytes = 1;
};

/// Of a text that is not empty.
CodePoint first_code_point(std::string_view text);

/// Columns of a character: wide East Asian ones and emoji two, marks none.
std::size_t width_of(char32_t c);

/// Does it do something to a terminal instead of being seen: begins an escape sequence, moves the cursor, turns the
/// direction of the text around it?
bool steers_terminals(char32_t c);

/// Writes a character of the basic plane as JSON can: `\u001b`.
void append_escaped(std::string& out, char32_t c);

}  // namespace instructor::cli
