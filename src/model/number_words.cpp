// The English names of numbers.

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "model/decimal_text.hpp"
#include "model/text_folding.hpp"

namespace instructor::core {

namespace {

struct NumberName {
  std::string_view word;
  int value;
};

constexpr std::array<NumberName, 29> small_numbers{
    {{"zero", 0},      {"one", 1},       {"two", 2},       {"three", 3},    {"four", 4},     {"five", 5},
     {"six", 6},       {"seven", 7},     {"eight", 8},     {"nine", 9},     {"ten", 10},     {"eleven", 11},
     {"twelve", 12},   {"thirteen", 13}, {"fourteen", 14}, {"fifteen", 15}, {"sixteen", 16}, {"seventeen", 17},
     {"eighteen", 18}, {"nineteen", 19}, {"twenty", 20},   {"thirty", 30},  {"forty", 40},   {"fourty", 40},
     {"fifty", 50},    {"sixty", 60},    {"seventy", 70},  {"eighty", 80},  {"ninety", 90}}};

/// Powers of ten.
constexpr std::array<NumberName, 22> scales{
    {{"thousand", 3},  {"thousands", 3},  {"k", 3},        {"tsd", 3},    {"lakh", 5}, {"lakhs", 5},
     {"million", 6},   {"millions", 6},   {"mn", 6},       {"mln", 6},    {"mio", 6},  {"crore", 7},
     {"crores", 7},    {"billion", 9},    {"billions", 9}, {"bn", 9},     {"bln", 9},  {"mrd", 9},
     {"trillion", 12}, {"trillions", 12}, {"tn", 12},      {"hundred", 2}}};

template <std::size_t Count>
std::optional<int> look_up(const std::array<NumberName, Count>& names, std::string_view word) {
  const auto found = std::ranges::find(names, word, &NumberName::word);
  return found == names.end() ? std::nullopt : std::optional(found->value);
}

constexpr std::size_t longest_name = 256;
constexpr std::size_t most_words = 24;

constexpr std::int64_t powers[]{1,        10,        100,        1000,        10000,        100000,       1000000,
                                10000000, 100000000, 1000000000, 10000000000, 100000000000, 1000000000000};

/// The words of a whole number, from the left: groups below a thousand, each with its scale, each smaller than the one
/// before.
class NumberNameReader {
 public:
  bool take(std::string_view word) {
    if (const auto value = look_up(small_numbers, word)) return take_small(*value);
    if (word == "hundred") {
      if (!any_ || group_ == 0 || group_ > 99 || had_hundred_) return false;
      group_ *= 100;
      room_ = 100;
      had_hundred_ = true;
      return true;
    }
    const auto scale = word.size() > 2 ? look_up(scales, word) : std::nullopt;
    if (!scale || group_ == 0 || *scale >= last_scale_) return false;
    total_ += group_ * powers[*scale];
    last_scale_ = *scale;
    group_ = 0;
    room_ = 1000;
    had_hundred_ = false;
    return true;
  }

  bool any() const { return any_; }
  std::int64_t value() const { return total_ + group_; }

 private:
  /// Does a number below a hundred fit behind what has come: five behind twenty, and not behind six?
  bool take_small(int value) {
    if (value >= room_ || (any_ && value == 0)) return false;
    group_ += value;
    room_ = value >= 20 ? 10 : 0;
    any_ = true;
    return true;
  }

  std::int64_t total_ = 0;
  std::int64_t group_ = 0;
  int room_ = 1000;  // the next must be smaller
  int last_scale_ = 13;
  bool had_hundred_ = false;
  bool any_ = false;
};

}  // namespace

std::optional<int> scale_of(std::string_view word) { return look_up(scales, word); }

std::optional<DecimalText> read_number_words(std::string_view text) {
  if (text.size() > longest_name) return std::nullopt;
  const std::vector<std::string> words = folded_words(text);
  if (words.empty() || words.size() > most_words) return std::nullopt;
  DecimalText number;
  std::size_t at = 0;
  if (words[at] == "minus" || words[at] == "negative") {
    number.negative = true;
    ++at;
  }
  if (words.size() - at == 2 && (words[at] == "a" || words[at] == "one") && words[at + 1] == "dozen") {
    number.digits = "12";
    return number;
  }
  NumberNameReader reader;
  // "a hundred" is one of them.
  if (words.size() - at >= 2 && words[at] == "a" && scale_of(words[at + 1])) {
    reader.take("one");
    ++at;
  }
  for (; at < words.size() && words[at] != "point"; ++at) {
    const bool joins = words[at] == "and" && reader.any() && at + 1 < words.size();
    if (!joins && !reader.take(words[at])) return std::nullopt;
  }
  if (!reader.any()) return std::nullopt;
  number.digits = reader.value() == 0 ? "" : std::to_string(reader.value());
  if (at == words.size()) return number;
  if (++at == words.size()) return std::nullopt;
  for (; at < words.size(); ++at) {
    const auto digit = look_up(small_numbers, words[at]);
    if (!digit || *digit > 9) return std::nullopt;
    number.digits += static_cast<char>('0' + *digit);
    --number.exponent;
  }
  return number;
}

}  // namespace instructor::core
