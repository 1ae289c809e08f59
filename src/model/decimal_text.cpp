#include "model/decimal_text.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "json/scan.hpp"

namespace instructor::core {

namespace {

constexpr std::size_t most_digits = 320;
constexpr int largest_exponent = 320;

std::size_t zeros_at_end(std::string_view digits) {
  std::size_t count = 0;
  while (count < digits.size() && digits[digits.size() - 1 - count] == '0') ++count;
  return count;
}

std::string without_zeros_before(std::string_view digits) {
  digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size()));
  return std::string(digits);
}

/// Takes `e-3` off the end. False: there is one, and it is none that is sensible.
bool take_exponent(std::string_view& text, int& exponent) {
  exponent = 0;
  const std::size_t at = text.find_first_of("eE");
  if (at == std::string_view::npos) return true;
  std::string_view digits = text.substr(at + 1);
  const bool negative = digits.starts_with('-');
  if (negative || digits.starts_with('+')) digits.remove_prefix(1);
  if (digits.empty() || digits.size() > 3 || !std::ranges::all_of(digits, json::is_digit)) return false;
  for (const char c : digits) exponent = exponent * 10 + (c - '0');
  if (negative) exponent = -exponent;
  text = text.substr(0, at);
  return true;
}

/// Are the groups between separators of a kind those of thousands? In India, of hundreds above the last one.
bool are_thousands(std::string_view text, char separator) {
  const std::size_t first = text.find(separator);
  if (first == 0 || first > 3 || text.front() == '0') return false;
  const std::size_t last = text.rfind(separator);
  if (text.size() - last != 4) return false;
  bool threes = true;
  bool twos = first <= 2;
  for (std::size_t from = first + 1; from <= last;) {
    const std::size_t next = text.find(separator, from);
    threes = threes && next - from == 3;
    twos = twos && next - from == 2;
    from = next + 1;
  }
  return threes || twos;
}

std::string without_separator(std::string_view text, char separator) {
  std::string digits(text);
  std::erase(digits, separator);
  return digits;
}

/// The digits before the point, which may be in groups, and those after it.
std::optional<std::pair<std::string, std::string>> parts_of(std::string_view text, bool whole) {
  using Parts = std::pair<std::string, std::string>;
  const auto parts = [](std::string_view before, std::string_view after) {
    return Parts{std::string(before), std::string(after)};
  };
  const auto count = [&](char c) { return std::ranges::count(text, c); };
  for (const char separator : {' ', '\'', '_'}) {
    if (count(separator) == 0) continue;
    const std::size_t point = text.find_first_of(".,");
    const std::string_view before = text.substr(0, point);
    const std::string_view after = point == std::string_view::npos ? std::string_view() : text.substr(point + 1);
    if (!are_thousands(before, separator)) return std::nullopt;
    return parts(without_separator(before, separator), after);
  }
  const auto commas = count(',');
  const auto points = count('.');
  if (commas != 0 && points != 0) {
    const char decimal = text.rfind(',') > text.rfind('.') ? ',' : '.';
    const char group = decimal == ',' ? '.' : ',';
    const std::size_t at = text.find(decimal);
    if (count(decimal) != 1 || !are_thousands(text.substr(0, at), group)) return std::nullopt;
    return parts(without_separator(text.substr(0, at), group), text.substr(at + 1));
  }
  if (commas > 1 || points > 1) {
    const char group = commas != 0 ? ',' : '.';
    if (!are_thousands(text, group)) return std::nullopt;
    return parts(without_separator(text, group), {});
  }
  if (commas == 1) {
    if (are_thousands(text, ',')) return parts(without_separator(text, ','), {});
    const std::size_t at = text.find(',');
    return parts(text.substr(0, at), text.substr(at + 1));
  }
  const std::size_t point = text.find('.');
  if (point == std::string_view::npos) return parts(text, {});
  if (whole && are_thousands(text, '.')) return std::nullopt;
  return parts(text.substr(0, point), text.substr(point + 1));
}

}  // namespace

bool DecimalText::is_whole() const {
  return digits.empty() || exponent >= 0 || zeros_at_end(digits) >= static_cast<std::size_t>(-exponent);
}

std::string DecimalText::json(bool whole) const {
  std::string out = digits;
  int after = exponent;
  if (whole && after < 0) {
    out.resize(out.size() - std::min(out.size(), static_cast<std::size_t>(-after)));
    after = 0;
  }
  if (after > 0 && !out.empty()) out.append(static_cast<std::size_t>(after), '0');
  if (after < 0) {
    const auto places = static_cast<std::size_t>(-after);
    if (out.size() <= places) out.insert(0, places + 1 - out.size(), '0');
    out.insert(out.size() - places, ".");
  }
  if (out.empty()) out = "0";
  return negative ? "-" + out : out;
}

std::optional<DecimalText> read_separated(std::string_view text, bool whole) {
  int exponent = 0;
  if (text.size() > most_digits || !take_exponent(text, exponent)) return std::nullopt;
  const auto parts = parts_of(text, whole && exponent == 0);
  if (!parts) return std::nullopt;
  const auto& [before, after] = *parts;
  if (before.empty() && after.empty()) return std::nullopt;
  if (!std::ranges::all_of(before, json::is_digit) || !std::ranges::all_of(after, json::is_digit)) return std::nullopt;
  DecimalText number;
  number.digits = without_zeros_before(before + after);
  number.exponent = exponent - static_cast<int>(after.size());
  if (number.exponent < -largest_exponent || number.exponent > largest_exponent) return std::nullopt;
  return number;
}

}  // namespace instructor::core
