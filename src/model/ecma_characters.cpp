// What stands for a character in a regular expression: escapes, properties, classes.

#include <array>

#include "json/escape.hpp"
#include "json/text.hpp"
#include "model/ecma_translator.hpp"
#include "model/format_checks.hpp"

namespace instructor::core {

namespace {

constexpr std::string_view spaces =
    "\\t\\n\\v\\f\\r \\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}\\x{3000}\\x{feff}";
constexpr std::string_view no_spaces =
    "\\x{0}-\\x{8}\\x{e}-\\x{1f}!-\\x{9f}\\x{a1}-\\x{167f}\\x{1681}-\\x{1fff}\\x{200b}-\\x{2027}\\x{202a}-\\x{202e}"
    "\\x{2030}-\\x{205e}\\x{2060}-\\x{2fff}\\x{3001}-\\x{fefe}\\x{ff00}-\\x{10ffff}";

/// Long names of general categories, and their short ones, which RE2 knows.
constexpr std::array<std::pair<std::string_view, std::string_view>, 41> categories{{
    {"Letter", "L"},
    {"Cased_Letter", "LC"},
    {"Uppercase_Letter", "Lu"},
    {"Lowercase_Letter", "Ll"},
    {"Titlecase_Letter", "Lt"},
    {"Modifier_Letter", "Lm"},
    {"Other_Letter", "Lo"},
    {"Mark", "M"},
    {"Combining_Mark", "M"},
    {"Nonspacing_Mark", "Mn"},
    {"Spacing_Mark", "Mc"},
    {"Enclosing_Mark", "Me"},
    {"Number", "N"},
    {"Decimal_Number", "Nd"},
    {"digit", "Nd"},
    {"Letter_Number", "Nl"},
    {"Other_Number", "No"},
    {"Punctuation", "P"},
    {"punct", "P"},
    {"Connector_Punctuation", "Pc"},
    {"Dash_Punctuation", "Pd"},
    {"Open_Punctuation", "Ps"},
    {"Close_Punctuation", "Pe"},
    {"Initial_Punctuation", "Pi"},
    {"Final_Punctuation", "Pf"},
    {"Other_Punctuation", "Po"},
    {"Symbol", "S"},
    {"Math_Symbol", "Sm"},
    {"Currency_Symbol", "Sc"},
    {"Modifier_Symbol", "Sk"},
    {"Other_Symbol", "So"},
    {"Separator", "Z"},
    {"Space_Separator", "Zs"},
    {"Line_Separator", "Zl"},
    {"Paragraph_Separator", "Zp"},
    {"Other", "C"},
    {"Control", "Cc"},
    {"cntrl", "Cc"},
    {"Format", "Cf"},
    {"Surrogate", "Cs"},
    {"Private_Use", "Co"},
}};

using formats::is_digit;
using formats::is_letter;

}  // namespace

std::uint32_t RegexTranslator::take_code_point() {
  const std::size_t length = json::utf8_length(text_.substr(at_));
  const auto byte = [&](std::size_t i) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(text_[at_ + i]));
  };
  std::uint32_t code = byte(0);
  if (length == 2) code = (code & 0x1Fu) << 6 | (byte(1) & 0x3Fu);
  if (length == 3) code = (code & 0xFu) << 12 | (byte(1) & 0x3Fu) << 6 | (byte(2) & 0x3Fu);
  if (length == 4) code = (code & 7u) << 18 | (byte(1) & 0x3Fu) << 12 | (byte(2) & 0x3Fu) << 6 | (byte(3) & 0x3Fu);
  at_ += std::max<std::size_t>(length, 1);
  return code;
}

std::string RegexTranslator::escaped(std::uint32_t code) {
  if (code < 0x80 && (is_digit(static_cast<char>(code)) || is_letter(static_cast<char>(code))))
    return {static_cast<char>(code)};
  constexpr std::string_view hex = "0123456789abcdef";
  std::string digits;
  do {
    digits.insert(digits.begin(), hex[code & 15u]);
    code >>= 4;
  } while (code != 0);
  return "\\x{" + digits + "}";
}

bool RegexTranslator::escape() {
  const char c = peek(1);
  if (c == 'b' || c == 'B') {
    at_ += 2;
    out_ += '\\';
    out_ += c;
    return false;
  }
  if (c >= '1' && c <= '9') {
    ++at_;
    std::size_t number = 0;
    while (is_digit(peek()) && number < 1000) number = number * 10 + static_cast<std::size_t>(text_[at_++] - '0');
    highest_reference_ = std::max(highest_reference_, number);
    unsupported("references to groups are not supported");
    return true;
  }
  if (c == 'k' && (strict_ || peek(2) == '<')) {
    at_ += 2;
    if (!take("<")) {
      fail("\\k needs the name of a group");
      return true;
    }
    references_.push_back(group_name());
    unsupported("references to groups are not supported");
    return true;
  }
  std::string set;
  const std::uint32_t code = class_escape(set, false);
  out_ += code != no_code_point ? escaped(code) : set;
  return true;
}

std::uint32_t RegexTranslator::class_escape(std::string& set, bool in_class) {
  ++at_;
  if (done()) {
    fail("it ends with a \\");
    return no_code_point;
  }
  const char c = peek();
  switch (c) {
    case 'd':
    case 'D':
    case 'w':
    case 'W': ++at_; return set = std::string("\\") + c, no_code_point;
    case 's':
    case 'S':
      ++at_;
      set = c == 's' ? spaces : no_spaces;
      if (!in_class) set = "[" + set + "]";
      return no_code_point;
    case 'p':
    case 'P': return property(set), no_code_point;
    case 't': return ++at_, 9;
    case 'n': return ++at_, 10;
    case 'v': return ++at_, 11;
    case 'f': return ++at_, 12;
    case 'r': return ++at_, 13;
    case 'c':
      if (is_letter(peek(1))) {
        at_ += 2;
        return static_cast<std::uint32_t>(text_[at_ - 1]) & 31u;
      }
      if (strict_) fail("\\c needs a letter");
      return '\\';
    case '0':
      if (is_digit(peek(1)) && strict_) fail("\\0 must not be followed by a digit");
      return ++at_, 0;
    case 'x': return hexadecimal(2);
    case 'u': return unicode();
    default: break;
  }
  if (strict_ && std::string_view("^$\\.*+?()[]{}|/").find(c) == std::string_view::npos && !(in_class && c == '-')) {
    fail(std::string("\\") + (static_cast<unsigned char>(c) < 0x80 ? std::string(1, c) : "") + " has no meaning");
    return no_code_point;
  }
  if (!strict_ && !in_class && (c == 'A' || c == 'z' || c == 'Z')) {
    // Written by people who know other languages; a literal letter is never meant.
    ++at_;
    set = c == 'A' ? "^" : "$";
    return no_code_point;
  }
  return take_code_point();
}

std::uint32_t RegexTranslator::hexadecimal(std::size_t count) {
  const char letter = text_[at_++];
  std::uint32_t code = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const int value = json::hex_digit(peek(i));
    if (value < 0) {
      if (strict_) fail(std::string("\\") + letter + " needs " + std::to_string(count) + " hexadecimal digits");
      return static_cast<std::uint32_t>(letter);
    }
    code = code * 16 + static_cast<std::uint32_t>(value);
  }
  at_ += count;
  return code;
}

std::uint32_t RegexTranslator::unicode() {
  if (peek(1) != '{') {
    const std::uint32_t high = hexadecimal(4);
    if (high < 0xD800 || high > 0xDBFF || peek() != '\\' || peek(1) != 'u' || peek(2) == '{') {
      if (high >= 0xD800 && high <= 0xDFFF) unsupported("half a surrogate pair is not supported");
      return high;
    }
    ++at_;
    const std::uint32_t low = hexadecimal(4);
    if (low < 0xDC00 || low > 0xDFFF) unsupported("half a surrogate pair is not supported");
    return 0x10000 + ((high & 0x3FFu) << 10 | (low & 0x3FFu));
  }
  std::uint32_t code = 0;
  std::size_t i = 2;
  for (; peek(i) != '}'; ++i) {
    const int value = json::hex_digit(peek(i));
    if (value < 0 || code > 0x10FFFF) {
      fail("\\u{ needs a code point and a }");
      return 0;
    }
    code = code * 16 + static_cast<std::uint32_t>(value);
  }
  if (i == 2 || code > 0x10FFFF) fail("\\u{ needs a code point and a }");
  at_ += i + 1;
  return code;
}

void RegexTranslator::property(std::string& set) {
  const bool negative = text_[at_] == 'P';
  const std::size_t end = text_.find('}', at_);
  if (peek(1) != '{' || end == text_.npos) return fail("\\p needs the name of a property in braces");
  std::string_view name = text_.substr(at_ + 2, end - at_ - 2);
  at_ = end + 1;
  for (const char c : name)
    if (!is_letter(c) && !is_digit(c) && c != '_' && c != '=') return fail("\\p needs the name of a property");
  if (const std::size_t equals = name.find('='); equals != name.npos) {
    const std::string_view key = name.substr(0, equals);
    if (key != "Script" && key != "sc" && key != "Script_Extensions" && key != "scx" && key != "General_Category" &&
        key != "gc")
      return fail("the property " + std::string(key) + " is unknown");
    name = name.substr(equals + 1);
  }
  if (name.empty()) return fail("\\p needs the name of a property");
  for (const auto& [long_name, short_name] : categories)
    if (name == long_name) name = short_name;
  if (name == "ASCII" || name == "Any" || name == "ASCII_Hex_Digit") {
    const std::string_view inside = name == "ASCII" ? "\\x{0}-\\x{7f}"
                                    : name == "Any" ? "\\x{0}-\\x{10ffff}"
                                                    : "0-9a-fA-F";
    if (negative) return unsupported("\\P{" + std::string(name) + "} is not supported");
    set = "[" + std::string(inside) + "]";
    return;
  }
  if (name == "LC") {
    if (negative) return unsupported("\\P{LC} is not supported");
    set = "[\\p{Lu}\\p{Ll}\\p{Lt}]";
    return;
  }
  set = std::string(negative ? "\\P{" : "\\p{").append(name).append("}");
}

void RegexTranslator::character_class() {
  ++at_;
  std::string inside;
  const bool negative = take("^");
  bool empty = true;
  while (!done() && peek() != ']') {
    std::string set;
    const std::uint32_t first = class_member(set);
    empty = false;
    if (peek() == '-' && peek(1) != ']' && at_ + 1 < text_.size()) {
      const std::size_t dash = at_++;
      std::string other;
      const std::uint32_t last = class_member(other);
      if (!result_.error.empty()) return;
      if (first != no_code_point && last != no_code_point) {
        if (last < first) return fail("a range of characters ends before it begins");
        inside += escaped(first) + "-" + escaped(last);
        continue;
      }
      if (strict_) return fail("a range of characters needs two characters");
      at_ = dash + 1;
      inside += (first != no_code_point ? escaped(first) : set) + "\\-";
      continue;
    }
    inside += first != no_code_point ? escaped(first) : unbracketed(set);
  }
  if (!take("]")) return fail("there is a [ without a ]");
  if (empty)
    out_ += negative ? "[\\x{0}-\\x{10ffff}]" : "[^\\x{0}-\\x{10ffff}]";
  else
    out_ += (negative ? "[^" : "[") + inside + "]";
}

std::uint32_t RegexTranslator::class_member(std::string& set) {
  if (peek() != '\\') return take_code_point();
  if (peek(1) == 'b') return at_ += 2, 8;
  if (peek(1) >= '1' && peek(1) <= '9' && strict_) {
    fail("a class of characters has no references to groups");
    return no_code_point;
  }
  return class_escape(set, true);
}

}  // namespace instructor::core
