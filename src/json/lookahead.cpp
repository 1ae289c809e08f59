#include "json/lookahead.hpp"

namespace instructor::json {

namespace {

constexpr std::size_t longest_key = 256;
constexpr std::size_t longest_bare_key = 64;

}  // namespace

WideSign wide_sign(std::string_view text) {
  if (text.size() < 2) return {};
  if (text.starts_with("\xC2\xA0")) return {' ', 2};  // no-break space
  if (text.size() < 3) return {};
  const auto is = [text](std::string_view sign) { return text.starts_with(sign); };
  if (is("，") || is("、")) return {',', 3};
  if (is("：")) return {':', 3};
  if (is("；")) return {';', 3};
  if (is("＝")) return {'=', 3};
  if (is("｛")) return {'{', 3};
  if (is("｝")) return {'}', 3};
  if (is("［") || is("【")) return {'[', 3};
  if (is("］") || is("】")) return {']', 3};
  // Ideographic space, spaces of certain widths, without width, line separators, byte order mark.
  if (is("\xE3\x80\x80") || is("\xEF\xBB\xBF") || is("\xE2\x81\xA0")) return {' ', 3};
  const auto last = static_cast<unsigned char>(text[2]);
  if (is("\xE2\x80") && last >= 0x80 &&
      (last <= 0x8D || (last >= 0xA8 && last <= 0xAF && (last < 0xAA || last == 0xAF))))
    return {' ', 3};
  return {};
}

int Lookahead::beyond_ascii(std::size_t i) {
  const auto byte = static_cast<unsigned char>(text_[i]);
  const auto is_lead = [](unsigned char c) { return c == 0xC2 || c == 0xE2 || c == 0xE3 || c == 0xEF; };
  if (is_lead(byte)) {
    if (i + (byte == 0xC2 ? 1 : 2) >= text_.size()) short_ = short_ || more_;
    const WideSign wide = wide_sign(text_.substr(i, 3));
    return wide ? wide.meaning : byte;
  }
  // Within a sign?
  for (std::size_t before = 1; before <= 2 && before <= i; ++before)
    if (is_lead(static_cast<unsigned char>(text_[i - before])))
      return wide_sign(text_.substr(i - before, 3)).size > before ? ' ' : byte;
  return byte;
}

QuoteSign Lookahead::sign(std::size_t i) {
  using enum QuoteFamily;
  switch (at(i)) {
    case '"': return {twofold, 1, true};
    case '\'': return {single, 1, true};
    case '`': return {backtick, 1, true};
    case 0xC2:
      if (const int second = at(i + 1); second == 0xAB || second == 0xBB) return {twofold, 2, false};  // « »
      if (is(i + 1, '\xB4')) return {single, 2, false};                                                // ´
      return {};
    case 0xE3:
      if (at(i + 1) != 0x80) return {};
      if (const int third = at(i + 2); third >= 0x8C && third <= 0x8F) return {corner, 3, false};  // 「」『』
      return {};
    case 0xE2:
      if (at(i + 1) != 0x80) return {};
      if (const int third = at(i + 2); third >= 0x98 && third <= 0x9B) return {single, 3, false};   // U+2018 to U+201B
      if (const int third = at(i + 2); third >= 0x9C && third <= 0x9F) return {twofold, 3, false};  // U+201C to U+201F
      return {};
    case 0xEF:
      if (at(i + 1) != 0xBC) return {};
      if (is(i + 2, '\x82')) return {twofold, 3, false};  // U+FF02
      if (is(i + 2, '\x87')) return {single, 3, false};   // U+FF07
      return {};
    default: return {};
  }
}

std::size_t Lookahead::after_blanks(std::size_t i) {
  while (is_blank(at(i))) ++i;
  return i;
}

std::size_t Lookahead::after_space(std::size_t i) {
  while (true) {
    i = after_blanks(i);
    if (is(i, '/') && is(i + 1, '*')) {
      i += 2;
      while (at(i) != end && !(is(i, '*') && is(i + 1, '/'))) ++i;
      if (at(i) == end) return i;
      i += 2;
    } else if (is(i, '#') || (is(i, '/') && is(i + 1, '/'))) {
      while (at(i) != end && !is(i, '\n')) ++i;
    } else {
      return i;
    }
  }
}

Lookahead::Quoted Lookahead::quoted(std::size_t i, std::size_t& stop) {
  const QuoteSign opening = sign(i);
  const std::size_t last = i + longest_key;
  i += opening.size;
  while (i < last) {
    const int c = at(i);
    if (c == end) break;
    if (c == '\n') {
      stop = i;
      return Quoted::broken;
    }
    if (c == '\\') {
      i += 2;
    } else if (const QuoteSign other = sign(i); opening.closed_by(other)) {
      stop = i + other.size;
      return Quoted::closed;
    } else {
      ++i;
    }
  }
  stop = i;
  return Quoted::open;
}

bool Lookahead::bare_key_follows(std::size_t i) {
  const std::size_t begin = i;
  while (i - begin < longest_bare_key && is_name_byte(at(i)) && !sign(i)) ++i;
  if (i == begin || i - begin == longest_bare_key) return false;
  if (is(i, '"')) ++i;  // only its first quote is missing
  i = after_blanks(i);
  return is(i, ':') && !(is(i + 1, '/') && is(i + 2, '/'));
}

bool Lookahead::key_follows(std::size_t i) {
  const QuoteSign opening = sign(i);
  if (!opening) return bare_key_follows(i);
  std::size_t stop = 0;
  const Quoted outcome = quoted_key(i, stop);
  if (outcome == Quoted::open) return true;
  if (outcome == Quoted::closed) {
    const int c = at(after_space(stop));
    if (c == ':' || c == '=' || c == end) return true;
  }
  return bare_key_follows(i + opening.size);  // `"key: "value"`: its second quote is missing
}

bool Lookahead::whole_key_follows(std::size_t i) {
  std::size_t stop = 0;
  if (!sign(i) || quoted_key(i, stop) != Quoted::closed) return false;
  const int c = at(after_space(stop));
  return c == ':' || c == '=';
}

bool Lookahead::quoted_name_follows(std::size_t i, std::size_t& stop) {
  const QuoteSign opening = sign(i);
  if (!opening) return false;
  const std::size_t begin = i += opening.size;
  while (i - begin < longest_bare_key && is_name_byte(at(i)) && !sign(i)) ++i;
  const QuoteSign closing = sign(i);
  stop = i + closing.size;
  return i != begin && opening.closed_by(closing);
}

bool Lookahead::named_key_follows(std::size_t i) {
  std::size_t stop = 0;
  return quoted_name_follows(i, stop) && is(after_space(stop), ':');
}

/// As quoted; the quotes may be doubled.
Lookahead::Quoted Lookahead::quoted_key(std::size_t i, std::size_t& stop) {
  const QuoteSign opening = sign(i);
  const bool doubled = opening.closed_by(sign(i + opening.size)) && is_name_byte(at(i + std::size_t{2} * opening.size));
  if (!doubled) return quoted(i, stop);
  const Quoted outcome = quoted(i + opening.size, stop);
  if (outcome == Quoted::closed)
    if (const QuoteSign second = sign(stop); opening.closed_by(second)) stop += second.size;
  return outcome;
}

bool Lookahead::value_ends(std::size_t i) {
  const int c = at(i);
  return c == ',' || c == ']' || c == '}' || c == ')' || c == ';' || c == end;
}

bool Lookahead::scalar_follows(std::size_t i) {
  const std::size_t begin = i;
  while (is_number(at(i)) || is(i, '.') || is(i, '+') || is(i, '-') || is_letter(at(i))) ++i;
  if (i == begin) return false;
  const int first = at(begin);
  const bool number = is_number(first) || first == '-' || first == '.' || first == '+';
  const std::string_view word = text_.substr(begin, i - begin);
  const bool literal =
      word == "true" || word == "false" || word == "null" || word == "True" || word == "False" || word == "None";
  if (!number && !literal && at(i) != end) return false;
  const std::size_t next = after_space(i);
  const int c = at(next);
  return value_ends(next) || static_cast<bool>(sign(next)) || (number && (is_number(c) || c == '-'));
}

}  // namespace instructor::json
