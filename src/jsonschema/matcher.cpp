#include "jsonschema/matcher.hpp"

#include <algorithm>
#include <charconv>

#include "json/text.hpp"
#include "model/ecma_regex.hpp"
#include "model/format_checks.hpp"

namespace instructor::jsonschema {

namespace {

bool is_word(char c) { return core::formats::is_letter(c) || core::formats::is_digit(c) || c == '_'; }

/// Stands for itself wherever it is.
bool is_plain(char c) {
  return is_word(c) || c == ' ' || c == '-' || c == '/' || c == ':' || c == '@' || c == '#' || c == ',' || c == '=';
}

}  // namespace

Matcher::Matcher(std::string_view pattern) {
  if (read_simple(pattern) || read_run(pattern)) return;
  core::TranslatedRegex regex = core::translate_regex(pattern, core::RegexSyntax::lenient);
  error_ = !regex.error.empty() ? std::move(regex.error) : std::move(regex.unsupported);
  if (!error_.empty()) return;
  const auto add = [this](const std::string& expression, bool negative) {
    const auto& part = parts_.emplace_back(std::make_unique<Part>(expression, negative));
    if (error_.empty()) error_ = part->pattern.error();
  };
  for (const core::TranslatedRegex::Lookahead& ahead : regex.ahead) add(ahead.expression, ahead.negative);
  add(regex.expression, false);
}

bool Matcher::read_simple(std::string_view pattern) {
  if (pattern.empty() || pattern == ".*" || pattern == "^.*" || pattern == "^") {
    form_ = Form::everything;
    return true;
  }
  if (!pattern.starts_with('^')) return false;
  pattern.remove_prefix(1);
  const bool whole = pattern.ends_with('$');
  if (whole) pattern.remove_suffix(1);
  if (!whole && pattern.ends_with(".*")) pattern.remove_suffix(2);
  if (!std::ranges::all_of(pattern, is_plain)) return false;
  form_ = whole ? Form::whole : Form::prefix;
  literal_ = pattern;
  return true;
}

/// `^[a-z_]+$`, also with `*`, `{2}`, `{2,}`, `{2,8}` or nothing, and `\d` or `\w` as members.
bool Matcher::read_run(std::string_view pattern) {
  if (!pattern.starts_with("^[") || !pattern.ends_with('$') || pattern.starts_with("^[^")) return false;
  pattern.remove_prefix(2);
  pattern.remove_suffix(1);
  std::size_t at = 0;
  const auto set = [this](char first, char last) {
    for (int c = first; c <= last; ++c) bytes_.set(static_cast<std::size_t>(c));
  };
  for (; at < pattern.size() && pattern[at] != ']'; ++at) {
    const char c = pattern[at];
    const char next = at + 1 < pattern.size() ? pattern[at + 1] : ']';
    if (c == '\\') {
      ++at;
      if (next == 'd' || next == 'w') set('0', '9');
      if (next == 'w') {
        set('a', 'z');
        set('A', 'Z');
        set('_', '_');
      }
      // Anything else that is escaped, or begins a range, is left to the translator.
      if ((next != 'd' && next != 'w') || (at + 1 < pattern.size() && pattern[at + 1] == '-')) return false;
    } else if (is_word(c) && next == '-' && at + 2 < pattern.size() && is_word(pattern[at + 2])) {
      if (pattern[at + 2] < c) return false;
      set(c, pattern[at + 2]);
      at += 2;
    } else if ((is_plain(c) && c != '-') || c == '.' || c == '$' || c == '+' || c == '*' || (c == '-' && next == ']')) {
      if (c != '-' && next == '-' && at + 2 < pattern.size() && pattern[at + 2] != ']') return false;
      set(c, c);
    } else {
      return false;
    }
  }
  if (at >= pattern.size()) return false;
  const std::string_view repeat = pattern.substr(at + 1);
  min_ = max_ = 1;
  if (repeat == "+" || repeat == "*") {
    min_ = repeat == "+" ? 1 : 0;
    max_ = SIZE_MAX;
  } else if (!repeat.empty()) {
    const char* const end = repeat.data() + repeat.size();
    if (repeat.size() < 3 || !repeat.starts_with('{') || !repeat.ends_with('}')) return false;
    auto [stop, error] = std::from_chars(repeat.data() + 1, end, min_);
    if (error != std::errc()) return false;
    max_ = min_;
    if (*stop == ',') {
      max_ = SIZE_MAX;
      if (*++stop != '}') {
        const auto second = std::from_chars(stop, end, max_);
        if (second.ec != std::errc()) return false;
        stop = second.ptr;
      }
    }
    if (stop != end - 1 || max_ < min_) return false;
  }
  if (bytes_.none()) return false;
  form_ = Form::run;
  return true;
}

bool Matcher::found_in(std::string_view text) const {
  switch (form_) {
    case Form::everything: return true;
    case Form::prefix: return text.starts_with(literal_);
    case Form::whole: return text == literal_;
    case Form::run:
      if (text.size() < min_ || text.size() > max_) return false;
      return std::ranges::all_of(text, [this](char c) { return bytes_[static_cast<unsigned char>(c)]; });
    case Form::expression: break;
  }
  return error_.empty() && std::ranges::all_of(parts_, [text](const std::unique_ptr<Part>& part) {
           return part->pattern.found_in(text) != part->negative;
         });
}

}  // namespace instructor::jsonschema
