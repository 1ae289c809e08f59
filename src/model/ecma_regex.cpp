#include "model/ecma_regex.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "json/text.hpp"

namespace instructor::core {

namespace {

constexpr std::uint32_t no_code_point = 0xFFFFFFFF;
constexpr std::size_t max_groups = 200;  // inside one another
constexpr std::size_t repeat_limit = 1000;  // of RE2
constexpr std::size_t repeat_most = 10000;

constexpr std::string_view spaces =
    "\\t\\n\\v\\f\\r \\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}\\x{3000}\\x{feff}";
constexpr std::string_view no_spaces =
    "\\x{0}-\\x{8}\\x{e}-\\x{1f}!-\\x{9f}\\x{a1}-\\x{167f}\\x{1681}-\\x{1fff}\\x{200b}-\\x{2027}\\x{202a}-\\x{202e}"
    "\\x{2030}-\\x{205e}\\x{2060}-\\x{2fff}\\x{3001}-\\x{fefe}\\x{ff00}-\\x{10ffff}";

/// Long names of general categories, and their short ones, which RE2 knows.
constexpr std::array<std::pair<std::string_view, std::string_view>, 41> categories{{
    {"Letter", "L"}, {"Cased_Letter", "LC"}, {"Uppercase_Letter", "Lu"}, {"Lowercase_Letter", "Ll"},
    {"Titlecase_Letter", "Lt"}, {"Modifier_Letter", "Lm"}, {"Other_Letter", "Lo"}, {"Mark", "M"},
    {"Combining_Mark", "M"}, {"Nonspacing_Mark", "Mn"}, {"Spacing_Mark", "Mc"}, {"Enclosing_Mark", "Me"},
    {"Number", "N"}, {"Decimal_Number", "Nd"}, {"digit", "Nd"}, {"Letter_Number", "Nl"}, {"Other_Number", "No"},
    {"Punctuation", "P"}, {"punct", "P"}, {"Connector_Punctuation", "Pc"}, {"Dash_Punctuation", "Pd"},
    {"Open_Punctuation", "Ps"}, {"Close_Punctuation", "Pe"}, {"Initial_Punctuation", "Pi"},
    {"Final_Punctuation", "Pf"}, {"Other_Punctuation", "Po"}, {"Symbol", "S"}, {"Math_Symbol", "Sm"},
    {"Currency_Symbol", "Sc"}, {"Modifier_Symbol", "Sk"}, {"Other_Symbol", "So"}, {"Separator", "Z"},
    {"Space_Separator", "Zs"}, {"Line_Separator", "Zl"}, {"Paragraph_Separator", "Zp"}, {"Other", "C"},
    {"Control", "Cc"}, {"cntrl", "Cc"}, {"Format", "Cf"}, {"Surrogate", "Cs"}, {"Private_Use", "Co"},
}};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

class Translator {
 public:
  Translator(std::string_view pattern, RegexSyntax syntax) : text_(pattern), strict_(syntax == RegexSyntax::strict) {}

  TranslatedRegex run() {
    if (!json::is_utf8(text_)) {
      fail("it is no valid UTF-8");
      return std::move(result_);
    }
    leading_assertions();
    alternatives();
    if (result_.error.empty() && at_ < text_.size()) fail("there is a ) without a (");
    for (const std::string& name : references_)
      if (result_.error.empty() && std::ranges::find(names_, name) == names_.end())
        fail("there is no group named " + name);
    if (strict_ && highest_reference_ > groups_) fail("there are not as many groups as \\" + std::to_string(highest_reference_) + " counts");
    result_.expression = std::move(out_);
    return std::move(result_);
  }

 private:
  void fail(std::string what) {
    if (result_.error.empty()) result_.error = std::move(what);
    at_ = text_.size();
  }
  void unsupported(std::string what) {
    if (result_.unsupported.empty()) result_.unsupported = std::move(what);
  }

  bool done() const { return at_ >= text_.size(); }
  char peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
  bool take(std::string_view expected) {
    if (!text_.substr(std::min(at_, text_.size())).starts_with(expected)) return false;
    at_ += expected.size();
    return true;
  }

  std::uint32_t take_code_point() {
    const std::size_t length = json::utf8_length(text_.substr(at_));
    const auto byte = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(text_[at_ + i])); };
    std::uint32_t code = byte(0);
    if (length == 2) code = (code & 0x1Fu) << 6 | (byte(1) & 0x3Fu);
    if (length == 3) code = (code & 0xFu) << 12 | (byte(1) & 0x3Fu) << 6 | (byte(2) & 0x3Fu);
    if (length == 4)
      code = (code & 7u) << 18 | (byte(1) & 0x3Fu) << 12 | (byte(2) & 0x3Fu) << 6 | (byte(3) & 0x3Fu);
    at_ += std::max<std::size_t>(length, 1);
    return code;
  }

  static std::string escaped(std::uint32_t code) {
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

  // ---- structure -------------------------------------------------------------------------------------------------

  /// `^(?!a)(?=b)c` is what `^c` matches where `^a` does not and `^b` does: RE2 has no assertions of this kind.
  void leading_assertions() {
    if (peek() != '^') return;
    std::size_t begin = at_ + 1;
    // An alternative at the top level would not be bound by them.
    if (!text_.substr(begin).starts_with("(?!") && !text_.substr(begin).starts_with("(?=")) return;
    if (has_top_level_alternative()) return;
    while (text_.substr(begin).starts_with("(?!") || text_.substr(begin).starts_with("(?=")) {
      const bool negative = text_[begin + 2] == '!';
      const std::size_t end = end_of_group(begin);
      if (end == text_.npos) return;
      if (end + 1 < text_.size() && std::string_view("*+?{").find(text_[end + 1]) != std::string_view::npos) return;
      Translator inner(text_.substr(begin + 3, end - begin - 3), strict_ ? RegexSyntax::strict : RegexSyntax::lenient);
      TranslatedRegex ahead = inner.run();
      if (!ahead.error.empty()) return fail(std::move(ahead.error));
      if (!ahead.unsupported.empty()) return unsupported(std::move(ahead.unsupported));
      if (!ahead.ahead.empty()) return unsupported("assertions inside assertions are not supported");
      result_.ahead.push_back({"^(?:" + ahead.expression + ")", negative});
      groups_ += inner.groups_;
      begin = end + 1;
    }
    out_ += '^';
    at_ = begin;
  }

  /// The index of the ) that ends the group that begins at `begin`.
  std::size_t end_of_group(std::size_t begin) const {
    std::size_t depth = 0;
    bool in_class = false;
    for (std::size_t i = begin; i < text_.size(); ++i) {
      const char c = text_[i];
      if (c == '\\')
        ++i;
      else if (in_class)
        in_class = c != ']';
      else if (c == '[')
        in_class = true;
      else if (c == '(')
        ++depth;
      else if (c == ')' && --depth == 0)
        return i;
    }
    return text_.npos;
  }

  bool has_top_level_alternative() const {
    bool in_class = false;
    for (std::size_t i = 0, depth = 0; i < text_.size(); ++i) {
      const char c = text_[i];
      if (c == '\\')
        ++i;
      else if (in_class)
        in_class = c != ']';
      else if (c == '[')
        in_class = true;
      else if (c == '(')
        ++depth;
      else if (c == ')' && depth > 0)
        --depth;
      else if (c == '|' && depth == 0)
        return true;
    }
    return false;
  }

  void alternatives() {
    for (;;) {
      while (!done() && peek() != '|' && peek() != ')') term();
      if (done() || peek() == ')') return;
      ++at_;
      out_ += '|';
    }
  }

  void term() {
    const std::size_t begin = out_.size();
    const char c = peek();
    bool can_repeat = true;
    if (c == '^' || c == '$') {
      ++at_;
      out_ += c;
      can_repeat = false;
    } else if (c == '(') {
      can_repeat = group();
    } else if (c == '.') {
      ++at_;
      out_ += "[^\\n\\r\\x{2028}\\x{2029}]";
    } else if (c == '[') {
      character_class();
    } else if (c == '\\') {
      can_repeat = escape();
    } else if (c == '*' || c == '+' || c == '?') {
      return fail("there is nothing before " + std::string(1, c) + " to repeat");
    } else if (strict_ && (c == '{' || c == '}' || c == ']')) {
      return fail(std::string("there is a ") + c + " without a \\ before it");
    } else if (c == '{' && quantifier_length() != 0) {
      return fail("there is nothing before { to repeat");
    } else {
      out_ += escaped(take_code_point());
    }
    quantifier(begin, can_repeat);
  }

  /// Of `{2}`, `{2,}` or `{2,3}` here; 0 when there is none.
  std::size_t quantifier_length() const {
    std::size_t i = 1;
    const auto digits = [&] {
      const std::size_t first = i;
      while (is_digit(peek(i))) ++i;
      return i > first;
    };
    if (peek() != '{' || !digits()) return 0;
    if (peek(i) == ',') {
      ++i;
      digits();
    }
    return peek(i) == '}' ? i + 1 : 0;
  }

  void quantifier(std::size_t begin, bool can_repeat) {
    const char c = peek();
    const std::size_t counted = c == '{' ? quantifier_length() : 0;
    if (done() || (c != '*' && c != '+' && c != '?' && counted == 0)) {
      // In lenient syntax a { that counts nothing stands for itself.
      if (c == '{' && strict_ && !done()) fail("there is a { without a \\ before it");
      return;
    }
    if (!can_repeat) return fail("what matches no text cannot be repeated");
    if (counted == 0) {
      ++at_;
      out_ += c;
    } else {
      const std::string_view inside = text_.substr(at_ + 1, counted - 2);
      at_ += counted;
      repeat(begin, inside);
    }
    if (peek() == '?' && !done()) ++at_;  // lazy or not: what matches is the same
  }

  void repeat(std::size_t begin, std::string_view counts) {
    const auto number = [](std::string_view digits) {
      std::size_t value = 0;
      for (const char c : digits) value = std::min<std::size_t>(value * 10 + static_cast<std::size_t>(c - '0'), repeat_most + 1);
      return value;
    };
    const std::size_t comma = counts.find(',');
    const std::size_t least = number(counts.substr(0, comma));
    const bool open = comma != counts.npos && comma + 1 == counts.size();
    const std::size_t most = comma == counts.npos ? least : open ? least : number(counts.substr(comma + 1));
    if (most < least && !open) return fail("the repetition {" + std::string(counts) + "} ends before it begins");
    if (least > repeat_most || most > repeat_most)
      return unsupported("more than " + std::to_string(repeat_most) + " repetitions are not supported");
    const std::string body = out_.substr(begin);
    if (most <= repeat_limit) {
      out_ += "{" + std::string(counts) + "}";
      return;
    }
    if (body.size() > 200 || body.find('{') != body.npos)
      if (!body.starts_with('[') && !body.starts_with("\\x{"))
        return unsupported("more than " + std::to_string(repeat_limit) + " repetitions of a group are not supported");
    out_.resize(begin);
    out_ += "(?:";
    for (std::size_t left = least; left > 0;) {
      const std::size_t part = std::min(left, repeat_limit);
      out_ += body + "{" + std::to_string(part) + "}";
      left -= part;
    }
    for (std::size_t left = most - least; left > 0;) {
      const std::size_t part = std::min(left, repeat_limit);
      out_ += body + "{0," + std::to_string(part) + "}";
      left -= part;
    }
    if (open) out_ += body + "*";
    out_ += ")";
  }

  /// Returns whether it may be repeated.
  bool group() {
    if (++depth_ > max_groups) {
      unsupported("groups are nested too deeply");
      fail("groups are nested too deeply");
      return false;
    }
    ++at_;
    bool assertion = false;
    out_ += "(?";
    if (!take("?")) {
      ++groups_;
      out_ += ':';
    } else if (take(":")) {
      out_ += ':';
    } else if (take("=") || take("!")) {
      assertion = true;
      out_ += ':';
      unsupported("(?= and (?! are only supported at the start, after ^");
    } else if (take("<=") || take("<!")) {
      assertion = true;
      out_ += ':';
      unsupported("(?<= and (?<! are not supported");
    } else if (take("<") || (!strict_ && take("P<"))) {
      ++groups_;
      const std::string name = group_name();
      if (result_.error.empty() && std::ranges::find(names_, name) != names_.end()) fail("two groups are named " + name);
      names_.push_back(name);
      out_ += ':';
    } else {
      std::string flags;
      while (!done() && (peek() == 'i' || peek() == 'm' || peek() == 's' || peek() == '-')) flags += text_[at_++];
      out_ += flags;
      if (take(":")) {
        out_ += ':';
      } else if (!strict_ && !flags.empty() && take(")")) {
        out_ += ')';
        --depth_;
        return false;
      } else {
        fail("what follows (? is unknown");
      }
    }
    alternatives();
    if (!take(")")) fail("there is a ( without a )");
    out_ += ')';
    --depth_;
    return !assertion;
  }

  std::string group_name() {
    std::string name;
    while (!done() && peek() != '>') {
      const char c = text_[at_++];
      if (!is_letter(c) && c != '_' && c != '$' && static_cast<unsigned char>(c) < 0x80 && (name.empty() || !is_digit(c))) {
        fail("a name of a group has letters and digits");
        return name;
      }
      name += c;
    }
    if (name.empty() || !take(">")) fail("the name of a group is not complete");
    return name;
  }

  // ---- characters ------------------------------------------------------------------------------------------------

  bool escape() {
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

  /// What follows a backslash here: one code point, or `set` in RE2's syntax.
  std::uint32_t class_escape(std::string& set, bool in_class) {
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

  std::uint32_t hexadecimal(std::size_t count) {
    const char letter = text_[at_++];
    std::uint32_t code = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const char c = peek(i);
      const int value = is_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
      if (value < 0) {
        if (strict_) fail(std::string("\\") + letter + " needs " + std::to_string(count) + " hexadecimal digits");
        return static_cast<std::uint32_t>(letter);
      }
      code = code * 16 + static_cast<std::uint32_t>(value);
    }
    at_ += count;
    return code;
  }

  std::uint32_t unicode() {
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
      const char c = peek(i);
      const int value = is_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
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

  void property(std::string& set) {
    const bool negative = text_[at_] == 'P';
    const std::size_t end = text_.find('}', at_);
    if (peek(1) != '{' || end == text_.npos) return fail("\\p needs the name of a property in braces");
    std::string_view name = text_.substr(at_ + 2, end - at_ - 2);
    at_ = end + 1;
    for (const char c : name)
      if (!is_letter(c) && !is_digit(c) && c != '_' && c != '=') return fail("\\p needs the name of a property");
    if (const std::size_t equals = name.find('='); equals != name.npos) {
      const std::string_view key = name.substr(0, equals);
      if (key != "Script" && key != "sc" && key != "Script_Extensions" && key != "scx" && key != "General_Category" && key != "gc")
        return fail("the property " + std::string(key) + " is unknown");
      name = name.substr(equals + 1);
    }
    if (name.empty()) return fail("\\p needs the name of a property");
    for (const auto& [long_name, short_name] : categories)
      if (name == long_name) name = short_name;
    if (name == "ASCII" || name == "Any" || name == "ASCII_Hex_Digit") {
      const std::string_view inside = name == "ASCII" ? "\\x{0}-\\x{7f}" : name == "Any" ? "\\x{0}-\\x{10ffff}" : "0-9a-fA-F";
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

  void character_class() {
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

  static std::string unbracketed(const std::string& set) {
    return set.starts_with('[') ? set.substr(1, set.size() - 2) : set;
  }

  std::uint32_t class_member(std::string& set) {
    if (peek() != '\\') return take_code_point();
    if (peek(1) == 'b') return at_ += 2, 8;
    if (peek(1) >= '1' && peek(1) <= '9' && strict_) {
      fail("a class of characters has no references to groups");
      return no_code_point;
    }
    return class_escape(set, true);
  }

  std::string_view text_;
  bool strict_;
  std::size_t at_ = 0;
  std::size_t depth_ = 0;
  std::size_t groups_ = 0;
  std::size_t highest_reference_ = 0;
  std::vector<std::string> names_{};
  std::vector<std::string> references_{};
  std::string out_{};
  TranslatedRegex result_{};
};

}  // namespace

TranslatedRegex translate_regex(std::string_view pattern, RegexSyntax syntax) { return Translator(pattern, syntax).run(); }

}  // namespace instructor::core
