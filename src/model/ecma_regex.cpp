#include "model/ecma_regex.hpp"

#include "json/text.hpp"
#include "model/ecma_translator.hpp"
#include "model/format_checks.hpp"

namespace instructor::core {

namespace {

constexpr std::size_t max_groups = 200;     // inside one another
constexpr std::size_t repeat_limit = 1000;  // of RE2
constexpr std::size_t repeat_most = 10000;

using formats::is_digit;
using formats::is_letter;

}  // namespace

TranslatedRegex RegexTranslator::run() {
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
  if (strict_ && highest_reference_ > groups_)
    fail("there are not as many groups as \\" + std::to_string(highest_reference_) + " counts");
  result_.expression = std::move(out_);
  return std::move(result_);
}

void RegexTranslator::leading_assertions() {
  if (peek() != '^' || in_assertion_ || strict_) return;
  std::size_t begin = at_ + 1;
  // An alternative at the top level would not be bound by them.
  if (!text_.substr(begin).starts_with("(?!") && !text_.substr(begin).starts_with("(?=")) return;
  if (has_top_level_alternative()) return;
  while (text_.substr(begin).starts_with("(?!") || text_.substr(begin).starts_with("(?=")) {
    const bool negative = text_[begin + 2] == '!';
    const std::size_t end = end_of_group(begin);
    if (end == text_.npos) return;
    if (end + 1 < text_.size() && std::string_view("*+?{").find(text_[end + 1]) != std::string_view::npos) return;
    RegexTranslator inner(text_.substr(begin + 3, end - begin - 3),
                          strict_ ? RegexSyntax::strict : RegexSyntax::lenient);
    inner.in_assertion_ = true;
    TranslatedRegex ahead = inner.run();
    if (!ahead.error.empty()) return fail(std::move(ahead.error));
    if (!ahead.unsupported.empty()) return unsupported(std::move(ahead.unsupported));
    result_.ahead.push_back({"^(?:" + ahead.expression + ")", negative});
    groups_ += inner.groups_;
    begin = end + 1;
  }
  out_ += '^';
  at_ = begin;
}

template <class Wanted>
std::size_t RegexTranslator::find_bare(std::size_t begin, Wanted wanted) const {
  std::size_t depth = 0;
  bool in_class = false;
  for (std::size_t i = begin; i < text_.size(); ++i) {
    const char c = text_[i];
    if (c == '\\')
      ++i;
    else if (in_class)
      in_class = c != ']';
    else if (wanted(c, depth))
      return i;
    else if (c == '[')
      in_class = true;
    else if (c == '(')
      ++depth;
    else if (c == ')' && depth > 0)
      --depth;
  }
  return text_.npos;
}

std::size_t RegexTranslator::end_of_group(std::size_t begin) const {
  return find_bare(begin, [](char c, std::size_t depth) { return c == ')' && depth == 1; });
}

bool RegexTranslator::has_top_level_alternative() const {
  return find_bare(0, [](char c, std::size_t depth) { return c == '|' && depth == 0; }) != text_.npos;
}

void RegexTranslator::alternatives() {
  for (;;) {
    while (!done() && peek() != '|' && peek() != ')') term();
    if (done() || peek() == ')') return;
    ++at_;
    out_ += '|';
  }
}

void RegexTranslator::term() {
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

std::size_t RegexTranslator::quantifier_length() const {
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

void RegexTranslator::quantifier(std::size_t begin, bool can_repeat) {
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

void RegexTranslator::repeat(std::size_t begin, std::string_view counts) {
  const auto number = [](std::string_view digits) {
    std::size_t value = 0;
    for (const char c : digits)
      value = std::min<std::size_t>(value * 10 + static_cast<std::size_t>(c - '0'), repeat_most + 1);
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

bool RegexTranslator::group() {
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

std::string RegexTranslator::group_name() {
  std::string name;
  while (!done() && peek() != '>') {
    const char c = text_[at_++];
    if (!is_letter(c) && c != '_' && c != '$' && static_cast<unsigned char>(c) < 0x80 &&
        (name.empty() || !is_digit(c))) {
      fail("a name of a group has letters and digits");
      return name;
    }
    name += c;
  }
  if (name.empty() || !take(">")) fail("the name of a group is not complete");
  return name;
}

TranslatedRegex translate_regex(std::string_view pattern, RegexSyntax syntax) {
  return RegexTranslator(pattern, syntax).run();
}

}  // namespace instructor::core
