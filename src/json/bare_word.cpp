#include "json/bare_word.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

#include "json/numbers.hpp"
#include "json/scan.hpp"

namespace instructor::json {

namespace {

struct LiteralWord {
  std::string_view word;
  std::string_view json;
};
constexpr std::array literal_words = {
    LiteralWord{"true", "true"},      LiteralWord{"false", "false"},   LiteralWord{"null", "null"},
    LiteralWord{"none", "null"},      LiteralWord{"nil", "null"},      LiteralWord{"undefined", "null"},
    LiteralWord{"nan", "null"},       LiteralWord{"infinity", "null"}, LiteralWord{"-infinity", "null"},
    LiteralWord{"+infinity", "null"}, LiteralWord{"-nan", "null"},
};
constexpr std::size_t longest_word = 4096;

char in_lower_case(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool begins_with_any_case(std::string_view word, std::string_view beginning) {
  return beginning.size() <= word.size() &&
         std::ranges::equal(beginning, word.substr(0, beginning.size()), {}, in_lower_case);
}

/// 0xff and its kind; empty where it is none, or has more than 64 bits.
std::string number_of_base(std::string_view digits, int base) {
  std::uint64_t value = 0;
  const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
  if (digits.empty() || error != std::errc() || stop != digits.data() + digits.size()) return {};
  std::string json;
  append_unsigned(json, value);
  return json;
}

/// Digits with single underscores between them, without those.
bool without_underscores(std::string_view word, std::string& out) {
  for (std::size_t i = 0; i < word.size(); ++i) {
    if (word[i] != '_') {
      out += word[i];
    } else if (i == 0 || i + 1 == word.size() || !is_digit(word[i - 1]) || !is_digit(word[i + 1])) {
      return false;
    }
  }
  return true;
}

/// Decimal digits, a point, digits, an exponent, each of which may be missing; empty: it is no number.
std::string decimal_number(std::string_view word) {
  std::string json;
  if (word.starts_with('-')) json = "-";
  if (word.starts_with('-') || word.starts_with('+')) word.remove_prefix(1);
  const auto take_digits = [&word] {
    std::size_t count = 0;
    while (count < word.size() && is_digit(word[count])) ++count;
    const std::string_view digits = word.substr(0, count);
    word.remove_prefix(count);
    return digits;
  };
  std::string_view whole = take_digits();
  std::string_view fraction;
  if (word.starts_with('.')) {
    word.remove_prefix(1);
    fraction = take_digits();
  }
  if (whole.empty() && fraction.empty()) return {};
  while (whole.size() > 1 && whole.front() == '0') whole.remove_prefix(1);
  json += whole.empty() ? "0" : whole;
  if (!fraction.empty()) json.append(".").append(fraction);
  if (word.starts_with('e') || word.starts_with('E')) {
    std::string exponent(1, word.front());
    word.remove_prefix(1);
    if (word.starts_with('-') || word.starts_with('+')) {
      exponent += word.front();
      word.remove_prefix(1);
    }
    if (const std::string_view digits = take_digits(); !digits.empty()) json.append(exponent).append(digits);
  }
  return word.empty() ? json : std::string();
}

std::string number_in_any_notation(std::string_view given) {
  if (given.empty() || given.size() > longest_word) return {};
  std::string plain;
  if (!without_underscores(given, plain)) return {};
  std::string_view word = plain;
  if (word.size() > 1 && word.ends_with('n') && is_digit(word[word.size() - 2])) word.remove_suffix(1);
  if (std::string json = decimal_number(word); !json.empty()) return json;
  const bool negative = word.starts_with('-');
  if (negative || word.starts_with('+')) word.remove_prefix(1);
  if (word.size() < 3 || word[0] != '0') return {};
  const char mark = in_lower_case(word[1]);
  const int base = mark == 'x' ? 16 : mark == 'o' ? 8 : mark == 'b' ? 2 : 0;
  std::string json = base == 0 ? std::string() : number_of_base(word.substr(2), base);
  return json.empty() || !negative ? json : "-" + json;
}

}  // namespace

BareWord read_bare_word(std::string_view word) {
  for (const LiteralWord& literal : literal_words)
    if (word.size() == literal.word.size() && begins_with_any_case(literal.word, word))
      return {BareWord::Kind::literal, std::string(literal.json)};
  if (classify_number(word) != NumberForm::invalid) return {BareWord::Kind::number, std::string(word)};
  if (std::string json = number_in_any_notation(word); !json.empty()) return {BareWord::Kind::number, json};
  return {};
}

std::string read_cut_word(std::string_view word, bool& known) {
  known = true;
  if (word == "-" || word == "+" || word == "." || word == "-." || word == "+.") return {};
  for (const LiteralWord& literal : literal_words)
    if (begins_with_any_case(literal.word, word)) return std::string(literal.json);
  std::string json = number_in_any_notation(word);
  known = !json.empty();
  return json;
}

}  // namespace instructor::json
