#pragma once

// Decimal numbers of any size, for reading them and moving their point.

#include <optional>
#include <string>
#include <string_view>

namespace instructor::core {

/// digits * 10^exponent
struct DecimalText {
  bool negative = false;
  std::string digits;  ///< without zeros at the front
  int exponent = 0;

  bool is_whole() const;
  /// As JSON spells it, without an exponent: all places, or none of a whole number.
  std::string json(bool whole) const;
};

/// A number with separators of thousands and a decimal point or comma. `whole`: it is to be an integer, and a point
/// before three digits says too little. Empty: it is none, or may be read in two ways.
std::optional<DecimalText> read_separated(std::string_view text, bool whole);

/// The English name of a number: "one hundred and five", "minus three point five", "a dozen". Empty: it is none.
std::optional<DecimalText> read_number_words(std::string_view text);

/// The power of ten of "thousand", "k", "mn", ... Empty: it is no such word.
std::optional<int> scale_of(std::string_view word);

}  // namespace instructor::core
