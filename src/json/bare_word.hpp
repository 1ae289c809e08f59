#pragma once

// Words without quotes that stand for a number or a literal, in whatever notation.

#include <string>
#include <string_view>

namespace instructor::json {

struct BareWord {
  enum class Kind : unsigned char { text, number, literal };
  Kind kind = Kind::text;
  std::string json;  ///< of a number or literal
};

/// Numbers: JSON's, and +1, .5, 1., 1e, 007, 0xff, 0o17, 0b11, 1_000, 10n. Literals: true, false and null in any case,
/// None, nil, undefined; NaN and the infinities are null, since JSON has no number that is none of all numbers.
BareWord read_bare_word(std::string_view word);

/// What a word becomes that the end of the text has cut off: `tr` true, `1.` 1, `-` nothing. Empty: it is a text.
/// `known`: it is a beginning of a number or literal, though there may be nothing of it yet.
std::string read_cut_word(std::string_view word, bool& known);

}  // namespace instructor::json
