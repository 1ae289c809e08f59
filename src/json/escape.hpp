#pragma once

// Escape sequences in JSON strings.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "json/scan.hpp"
#include "json/text.hpp"

namespace instructor::json {

/// What `\c` stands for; 0 when it is no escape of two characters.
constexpr char unescaped(char c) {
  switch (c) {
    case '"':
    case '\\':
    case '/': return c;
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    default: return 0;
  }
}

constexpr int hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

constexpr bool is_high_surrogate(std::uint32_t unit) { return unit >= 0xD800 && unit <= 0xDBFF; }
constexpr bool is_low_surrogate(std::uint32_t unit) { return unit >= 0xDC00 && unit <= 0xDFFF; }

/// Four hexadecimal digits that are a code point by themselves; 0 when they are not, or are U+0000.
constexpr std::uint32_t simple_code_point(const char* digits) {
  const int a = hex_digit(digits[0]);
  const int b = hex_digit(digits[1]);
  const int c = hex_digit(digits[2]);
  const int d = hex_digit(digits[3]);
  if ((a | b | c | d) < 0) return 0;
  const auto unit = static_cast<std::uint32_t>(a * 4096 + b * 256 + c * 16 + d);
  return is_high_surrogate(unit) || is_low_surrogate(unit) ? 0 : unit;
}

/// Appends a code point as UTF-8.
inline void append_code_point(Buffer& out, std::uint32_t code) {
  const auto put = [&out](std::uint32_t byte) { out.append(static_cast<char>(byte)); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0 | (code >> 6));
    put(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    put(0xE0 | (code >> 12));
    put(0x80 | ((code >> 6) & 0x3F));
    put(0x80 | (code & 0x3F));
  } else {
    put(0xF0 | (code >> 18));
    put(0x80 | ((code >> 12) & 0x3F));
    put(0x80 | ((code >> 6) & 0x3F));
    put(0x80 | (code & 0x3F));
  }
}

/// Collects one sequence (`\n`, `\u00e9`, a surrogate pair of two) byte by byte, backslash included.
class EscapeReader {
 public:
  enum class Status : std::uint8_t { incomplete, complete, invalid };

  void clear() { size_ = 0; }

  Status take(char c) {
    text_[size_++] = c;
    switch (size_) {
      case 1: return Status::incomplete;
      case 2:
        if (c == 'u') return Status::incomplete;
        return unescaped(c) != 0 ? Status::complete : Status::invalid;
      case 7: return c == '\\' ? Status::incomplete : Status::invalid;
      case 8: return c == 'u' ? Status::incomplete : Status::invalid;
      default: break;
    }
    if (hex_digit(c) < 0) return Status::invalid;
    if (size_ == 6) {
      if (is_low_surrogate(unit(2))) return Status::invalid;
      return is_high_surrogate(unit(2)) ? Status::incomplete : Status::complete;
    }
    if (size_ == 12) return is_low_surrogate(unit(8)) ? Status::complete : Status::invalid;
    return Status::incomplete;
  }

  /// Of a complete sequence.
  std::uint32_t code_point() const {
    if (text_[1] != 'u') return static_cast<unsigned char>(unescaped(text_[1]));
    if (size_ == 12) return 0x10000 + ((unit(2) - 0xD800) << 10) + (unit(8) - 0xDC00);
    return unit(2);
  }

  /// What should have come instead of the last byte of an invalid one.
  const char* expectation() const {
    if (size_ == 2) return "one of \" \\ / b f n r t u after a backslash";
    if (size_ > 6) return "the second half of a surrogate pair";
    if (size_ == 6 && hex_digit(text_[5]) >= 0) return "the first half of a surrogate pair before the second";
    return "four hexadecimal digits after \\u";
  }

 private:
  std::uint32_t unit(std::size_t at) const {
    std::uint32_t value = 0;
    for (std::size_t i = at; i < at + 4; ++i) value = value * 16 + static_cast<std::uint32_t>(hex_digit(text_[i]));
    return value;
  }

  std::array<char, 12> text_{};
  std::size_t size_ = 0;
};

/// The text of a JSON string from what stands between its quotes. False: it has an escape of more than one part, or is
/// no string; `out` is then anything.
inline bool unescape(std::string_view raw, Buffer& out) {
  out.clear();
  const char* p = raw.data();
  const char* const end = p + raw.size();
  while (p != end) {
    p = copy_plain(p, end, out);
    if (p == end) break;
    if (*p == '\\') {
      if (end - p < 2) return false;
      if (const char simple = unescaped(p[1])) {
        out.append(simple);
        p += 2;
        continue;
      }
      if (end - p < 6 || p[1] != 'u') return false;
      const std::uint32_t code = simple_code_point(p + 2);
      if (code == 0) return false;
      append_code_point(out, code);
      p += 6;
    } else {
      const std::size_t length =
          static_cast<unsigned char>(*p) < 0x80 ? 0 : utf8_length({p, static_cast<std::size_t>(end - p)});
      if (length == 0) return false;
      out.append(p, p + length);
      p += length;
    }
  }
  return true;
}

}  // namespace instructor::json
