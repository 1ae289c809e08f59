// The bytes of texts: escape sequences, control characters, what is not UTF-8.

#include "json/escape.hpp"
#include "json/mending_machine.hpp"
#include "json/text.hpp"

namespace instructor::json {

namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";

void append_escape(std::string& out, std::uint32_t unit) {
  constexpr std::string_view digits = "0123456789abcdef";
  out += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) out += digits[unit >> shift & 15];
}

/// So many hexadecimal digits; false: they are none.
bool read_hex(std::string_view text, std::size_t at, std::size_t count, std::uint32_t& value) {
  if (text.size() < at + count) return false;
  value = 0;
  for (std::size_t i = at; i < at + count; ++i) {
    const int digit = hex_digit(text[i]);
    if (digit < 0) return false;
    value = value * 16 + static_cast<std::uint32_t>(digit);
  }
  return true;
}

/// Could `text`, which is shorter, be the beginning of such digits?
bool may_be_hex(std::string_view text, std::size_t at, std::size_t count) {
  if (text.size() >= at + count) return false;
  for (std::size_t i = at; i < text.size(); ++i)
    if (hex_digit(text[i]) < 0) return false;
  return true;
}

}  // namespace

/// So many bytes as text; they are white space, or anything of ASCII but quotes and backslashes.
void MendingMachine::emit(std::string& out, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    const std::string_view one = rest().substr(0, 1);
    if (static_cast<unsigned char>(one.front()) >= 0x20)
      out += one;
    else
      mend_unit(one, false, out);
    take(1);
  }
}

bool MendingMachine::step_unit(std::string& out) {
  const std::size_t count = mend_unit(rest(), !final_, out);
  if (count == 0) return false;
  text_.last = 0;
  take(count);
  return true;
}

/// Writes what one escape sequence, one control character or one character beyond ASCII becomes, and returns its length
/// in `rest`; 0: more is needed.
std::size_t MendingMachine::mend_unit(std::string_view rest, bool more, std::string& out) {
  const char c = rest.front();
  const auto byte = static_cast<unsigned char>(c);
  // At the end of the text the beginning of a character or escape sequence is left out. A key is never cut so.
  const bool cut = state_ == State::text || state_ == State::words;
  if (byte >= 0x80) {
    if (const std::size_t size = utf8_length(rest.substr(0, 4)); size != 0) {
      out.append(rest, 0, size);
      return size;
    }
    if (utf8_may_begin(rest)) {
      if (more) return 0;
      if (cut) return rest.size();
    }
    if (!text_.utf8_reported) report(RepairKind::invalid_utf8, {}, replacement);
    text_.utf8_reported = true;
    out += replacement;
    return 1;
  }
  if (byte < 0x20) {
    const std::size_t begin = out.size();
    append_escaped(out, rest.substr(0, 1));
    if (!text_.control_reported) report(RepairKind::control_character, rest.substr(0, 1), out.substr(begin));
    text_.control_reported = true;
    return 1;
  }
  if (c != '\\') {
    out += c;
    return 1;
  }
  if (rest.size() == 1) return more ? 0 : 1;
  const char kind = rest[1];
  if (unescaped(kind) != 0) {
    out.append(rest, 0, 2);
    return 2;
  }
  std::uint32_t code = 0;
  const auto becomes = [&](std::size_t size, std::string_view text) {
    report(RepairKind::escape, rest.substr(0, size), text);
    out += text;
    return size;
  };
  if (kind == 'u') {
    if (may_be_hex(rest, 2, 4)) {
      if (more) return 0;
      if (cut) return rest.size();
    }
    if (!read_hex(rest, 2, 4, code)) return becomes(2, "\\\\u");
    if (!is_high_surrogate(code) && !is_low_surrogate(code)) {
      out.append(rest, 0, 6);
      return 6;
    }
    if (is_high_surrogate(code)) {
      const bool may_go_on = rest.size() < 12 && std::string_view("\\u").starts_with(rest.substr(6, 2)) &&
                             (rest.size() <= 8 || may_be_hex(rest, 8, 4));
      if (may_go_on && more) return 0;
      if (may_go_on && cut) return rest.size();
      std::uint32_t low = 0;
      if (rest.substr(6, 2) == "\\u" && read_hex(rest, 8, 4, low) && is_low_surrogate(low)) {
        out.append(rest, 0, 12);
        return 12;
      }
    }
    return becomes(6, replacement);
  }
  std::string text;
  if (kind == 'x' || kind == 'U') {
    const std::size_t digits = kind == 'x' ? 2 : 8;
    if (may_be_hex(rest, 2, digits) && more) return 0;
    if (read_hex(rest, 2, digits, code) && code <= 0x10FFFF && !is_high_surrogate(code) && !is_low_surrogate(code)) {
      if (code < 0x10000) {
        append_escape(text, code);
      } else {
        append_escape(text, 0xD800 + ((code - 0x10000) >> 10));
        append_escape(text, 0xDC00 + ((code - 0x10000) & 0x3FF));
      }
      return becomes(2 + digits, text);
    }
  }
  // Quotes need no backslash. Anything else may have meant it, as in a path or a formula.
  if (kind == '\'' || kind == '`' || static_cast<unsigned char>(kind) >= 0x80 || kind == '\n') return becomes(1, "");
  return becomes(1, "\\\\");
}

}  // namespace instructor::json
