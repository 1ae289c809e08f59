#include "model/number_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <vector>

#include "json/numbers.hpp"
#include "json/scan.hpp"
#include "model/decimal_text.hpp"
#include "model/text_folding.hpp"

namespace instructor::core {

namespace {

/// What is longer is no number with a few words around it.
constexpr std::size_t longest_number_text = 512;
constexpr int cost_of_sentence = 3;

template <std::size_t Count>
bool is_among(const std::array<std::string_view, Count>& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

constexpr std::array<std::string_view, 40> currencies{
    "usd", "eur", "gbp", "jpy", "chf", "cad", "aud", "nzd",  "inr",   "cny",    "rmb",     "krw",   "sek", "nok",
    "dkk", "pln", "czk", "huf", "rub", "try", "brl", "mxn",  "zar",   "sgd",    "hkd",     "twd",   "thb", "idr",
    "ils", "aed", "sar", "rs",  "us",  "r",   "kr",  "euro", "euros", "dollar", "dollars", "pounds"};

/// About so much.
constexpr std::array<std::string_view, 9> roughly{"about", "approximately", "approx", "around", "roughly",
                                                  "ca",    "circa",         "nearly", "almost"};

/// What may stand right behind a number.
constexpr std::array<std::string_view, 56> units{
    "kg",  "g",   "mg",  "km",   "m",  "cm",  "mm", "nm", "s",  "sec", "secs", "ms",  "ns",  "h",
    "hr",  "hrs", "min", "mins", "lb", "lbs", "oz", "px", "pt", "em",  "gb",   "mb",  "kb",  "tb",
    "gib", "mib", "kib", "ft",   "in", "yd",  "mi", "l",  "ml", "dl",  "w",    "kw",  "mw",  "kwh",
    "hz",  "khz", "mhz", "ghz",  "x",  "st",  "nd", "rd", "th", "yo",  "yr",   "yrs", "mph", "kmh"};

/// Words that say that the number is not the one, or not all.
constexpr std::array<std::string_view, 34> limiting{
    "less",  "more",   "than",    "under", "over", "between", "least",   "most",   "not",   "no",    "never", "up",
    "to",    "or",     "and",     "minus", "plus", "below",   "above",   "before", "after", "until", "from",  "isnt",
    "range", "ranges", "exceeds", "times", "half", "maximum", "minimum", "per",    "dozen", "each"};

struct Token {
  std::size_t begin = 0;
  std::size_t end = 0;
};

bool is_letter(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x80 || ((byte | 0x20) >= 'a' && (byte | 0x20) <= 'z');
}

/// With ASCII for what Unicode has several signs for.
std::string normalised(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const CodePoint point = first_code_point(text);
    const std::uint32_t code = point.value;
    const std::string_view bytes = text.substr(0, point.size);
    text.remove_prefix(point.size);
    if (code < 0x80)
      out += code == '\t' || code == '\n' || code == '\r' ? ' ' : static_cast<char>(code);
    else if (without_space_around(bytes).empty())
      out += ' ';
    else if (code >= 0xFF01 && code <= 0xFF5E)
      out += static_cast<char>(code - 0xFF01 + 0x21);
    else if (code == 0x2212 || code == 0x2010 || code == 0x2011 || code == 0x2012 || code == 0x2013)
      out += '-';
    else if (code == 0x2019 || code == 0x02BC)
      out += '\'';
    else if (code == 0xBC || code == 0xBD || code == 0xBE)
      out += code == 0xBC ? " 1/4" : code == 0xBD ? " 1/2" : " 3/4";
    else
      out += bytes;
  }
  return out;
}

/// Three digits and then none.
bool is_group(std::string_view rest) {
  return rest.size() >= 3 && json::is_digit(rest[0]) && json::is_digit(rest[1]) && json::is_digit(rest[2]) &&
         (rest.size() == 3 || !json::is_digit(rest[3]));
}

std::size_t end_of_token(std::string_view text, std::size_t begin) {
  std::size_t at = begin;
  std::size_t run = 0;  // digits since the last separator
  while (at < text.size()) {
    const char c = text[at];
    if (json::is_digit(c)) {
      ++run;
      ++at;
      continue;
    }
    const std::string_view rest = text.substr(at + 1);
    const bool more = !rest.empty() && json::is_digit(rest[0]);
    const bool joins =
        (c == '.' || c == ',') ? more : (c == ' ' || c == '\'' || c == '_') && run >= 1 && run <= 3 && is_group(rest);
    if (!joins) break;
    run = 0;
    ++at;
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    std::size_t digits = at + 1;
    if (digits < text.size() && (text[digits] == '-' || text[digits] == '+')) ++digits;
    const std::size_t first = digits;
    while (digits < text.size() && json::is_digit(text[digits])) ++digits;
    if (digits != first && (digits == text.size() || !is_letter(text[digits]))) return digits;
  }
  return at;
}

std::vector<Token> tokens_in(std::string_view text) {
  constexpr std::size_t enough = 4;
  std::vector<Token> tokens;
  for (std::size_t at = 0; at < text.size() && tokens.size() < enough;) {
    const bool point = text[at] == '.' && at + 1 < text.size() && json::is_digit(text[at + 1]) &&
                       (at == 0 || !json::is_digit(text[at - 1]));
    if (!json::is_digit(text[at]) && !point) {
      ++at;
      continue;
    }
    const std::size_t end = end_of_token(text, at);
    tokens.push_back({at, end});
    at = end;
  }
  return tokens;
}

constexpr std::string_view money = "$€£¥₹₩₽₺₴₪฿₫";

bool has_money(std::string_view text) {
  while (!text.empty()) {
    const CodePoint point = first_code_point(text);
    if (money.find(text.substr(0, point.size)) != std::string_view::npos) return true;
    text.remove_prefix(point.size);
  }
  return false;
}

/// What stands around a number.
class Surroundings {
 public:
  Surroundings(std::string_view before, std::string_view after) : before_(before), after_(after) {}

  /// False: the number is part of something else, or the rest changes what it says.
  bool read() {
    // For bookkeepers ($5) is less than nothing.
    if (before_.find('(') != std::string_view::npos && after_.find(')') != std::string_view::npos) return false;
    take_sign();
    if (!before_.empty()) {
      const char last = before_.back();
      if (is_letter(last) && !is_money_code()) return false;
      if (last == '-' || last == '+') return false;  // covid-19
      if (last == '_' || last == '/' || last == ':' || last == '.' || last == ',') {
        if (last != ':' && !ends_with_short_form()) return false;
      }
    }
    if (before_.find_first_of("<>") != std::string_view::npos || after_.find_first_of("<>") != std::string_view::npos ||
        before_.find("≤") != std::string_view::npos || before_.find("≥") != std::string_view::npos)
      return false;
    return take_scale() && read_words();
  }

  bool negative = false;
  bool percent = false;
  int scale = 0;
  int cost = 1;

 private:
  void take_sign() {
    std::string_view before = before_;
    if (before.ends_with('+') || before.ends_with('-')) {
      const char sign = before.back();
      before.remove_suffix(1);
      // In "covid-19" and "5-10" it is no sign.
      if (!before.empty() && (is_letter(before.back()) || json::is_digit(before.back()))) return;
      negative = sign == '-';
      before_ = before;
      return;
    }
    const std::string_view bare = without_space_around(before);
    if (bare == "-" || bare == "+") {
      negative = bare == "-";
      before_ = {};
    } else if (bare.starts_with('-') && has_money(bare) && folded_words(bare).empty()) {
      negative = true;  // -$5
    }
  }

  bool is_money_code() const {
    const std::vector<std::string> words = folded_words(before_);
    return ends_with_money_sign() || (!words.empty() && is_among(currencies, words.back()));
  }
  bool ends_with_money_sign() const {
    std::size_t at = before_.size() - 1;
    while (at != 0 && (static_cast<unsigned char>(before_[at]) & 0xC0) == 0x80) --at;
    return has_money(before_.substr(at));
  }
  /// "Rs.", "No.", "approx."
  bool ends_with_short_form() const {
    const std::vector<std::string> words = folded_words(before_);
    return before_.ends_with('.') && words.size() == 1 &&
           (is_among(currencies, words[0]) || is_among(roughly, words[0]) || words[0] == "no");
  }

  bool take_scale() {
    const bool glued = !after_.empty() && is_letter(after_.front());
    std::string_view rest = without_space_around(after_);
    std::size_t size = 0;
    while (size < rest.size() && is_letter(rest[size])) ++size;
    const std::string_view word = rest.substr(0, size);
    const std::string small_word = in_small_letters(word);
    const bool of_money = has_money(before_) || has_money(after_) || words_name_money(before_);
    if (word == "M" || (of_money && (small_word == "m" || small_word == "b"))) {
      scale = small_word == "m" ? 6 : 9;
    } else if (glued && (small_word == "m" || word == "B")) {
      return false;  // metres, or millions?
    } else if (const auto power = scale_of(small_word); power && (glued || small_word.size() > 1)) {
      scale = *power;
    } else if (glued && !is_among(units, small_word) && !is_among(currencies, small_word) &&
               static_cast<unsigned char>(word.front()) < 0x80) {
      return false;
    } else {
      return true;
    }
    after_ = rest.substr(size);
    return true;
  }

  static bool words_name_money(std::string_view text) {
    return std::ranges::any_of(folded_words(text), [](const std::string& word) { return is_among(currencies, word); });
  }

  bool read_words() {
    const std::string_view rest = without_space_around(after_);
    const std::vector<std::string> behind = folded_words(after_);
    percent = rest.starts_with('%') || (!behind.empty() && (behind[0] == "percent" || behind[0] == "pct"));
    const std::vector<std::string> in_front = folded_words(before_);
    const auto harmless = [](const std::string& word) {
      return is_among(currencies, word) || is_among(roughly, word) || word == "no" || word == "number";
    };
    const auto limits = [](const std::string& word) {
      return is_among(limiting, word) || read_number_words(word).has_value();
    };
    constexpr std::size_t most_unit_words = 3;
    const bool plain_front = std::ranges::all_of(in_front, harmless) && without_space_around(before_).size() <= 24;
    if (!plain_front && std::ranges::any_of(in_front, limits)) return false;
    if (std::ranges::any_of(behind, limits)) return false;
    if (!plain_front || behind.size() > most_unit_words) cost = cost_of_sentence;
    return true;
  }

  std::string_view before_;
  std::string_view after_;
};

std::optional<NumberInText> made(DecimalText number, const Surroundings& around, bool whole) {
  number.exponent += around.scale;
  number.negative = around.negative && !number.digits.empty();
  if (whole && !number.is_whole()) return std::nullopt;
  NumberInText result{number.json(whole), {}, around.cost};
  if (around.percent) {
    number.exponent -= 2;
    result.hundredth = number.json(false);
  }
  return result;
}

/// 1/3, or 2 1/2.
std::optional<NumberInText> read_fraction(std::string_view text, const std::vector<Token>& tokens) {
  const std::size_t first = tokens.size() - 2;
  const auto value_of = [&](const Token& token) -> double {
    double value = 0;
    const std::string_view digits = text.substr(token.begin, token.end - token.begin);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    const bool plain = error == std::errc() && end == digits.data() + digits.size() && digits.size() <= 15;
    return plain ? value : -1;
  };
  const auto between = [&](std::size_t i) {
    return without_space_around(text.substr(tokens[i].end, tokens[i + 1].begin - tokens[i].end));
  };
  if (between(first) != "/" || (first == 1 && !between(0).empty())) return std::nullopt;
  const double above = value_of(tokens[first]);
  const double below = value_of(tokens[first + 1]);
  const double wholes = first == 1 ? value_of(tokens[0]) : 0;
  if (above < 0 || below <= 0 || wholes < 0) return std::nullopt;
  Surroundings around(text.substr(0, tokens[0].begin), text.substr(tokens.back().end));
  if (!around.read() || around.scale != 0 || around.percent) return std::nullopt;
  const double value = wholes + above / below;
  NumberInText result{{}, {}, around.cost};
  json::append_double(result.json, around.negative ? -value : value);
  return result;
}

/// "twenty-five", "five years"
std::optional<NumberInText> read_words_and_unit(std::string_view text, bool whole) {
  std::optional<DecimalText> number = read_number_words(text);
  std::string_view name = text;
  for (int units_left = 2; !number && units_left != 0; --units_left) {
    const std::size_t space = name.find_last_of(' ');
    if (space == std::string_view::npos) return std::nullopt;
    const std::vector<std::string> unit = folded_words(name.substr(space));
    constexpr std::array<std::string_view, 8> not_units{"of", "the", "is", "a", "an", "in", "thing", "point"};
    if (unit.size() != 1 || is_among(limiting, unit[0]) || read_number_words(unit[0]) || is_among(not_units, unit[0]))
      return std::nullopt;
    name = without_space_around(name.substr(0, space));
    number = read_number_words(name);
  }
  if (!number || (whole && !number->is_whole())) return std::nullopt;
  return NumberInText{number->json(whole), {}, 1};
}

}  // namespace

std::optional<NumberInText> number_in_text(std::string_view text, bool whole) {
  text = bared(text);
  if (text.empty() || text.size() > longest_number_text) return std::nullopt;
  const std::string plain = normalised(text);
  const std::string_view line = without_space_around(plain);
  const std::vector<Token> tokens = tokens_in(line);
  if (tokens.empty()) return read_words_and_unit(line, whole);
  if (!whole && (tokens.size() == 2 || tokens.size() == 3)) return read_fraction(line, tokens);
  if (tokens.size() != 1) return std::nullopt;
  const Token token = tokens.front();
  Surroundings around(line.substr(0, token.begin), line.substr(token.end));
  if (!around.read()) return std::nullopt;
  const auto number = read_separated(line.substr(token.begin, token.end - token.begin), whole && around.scale == 0);
  if (!number) return std::nullopt;
  return made(*number, around, whole);
}

}  // namespace instructor::core
