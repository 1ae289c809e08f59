#pragma once

// Numbers as people write them.

#include <optional>
#include <string>
#include <string_view>

namespace instructor::core {

struct NumberInText {
  std::string json;       ///< as JSON spells it
  std::string hundredth;  ///< where it was per cent: the share of one
  int cost = 1;           ///< how doubtful it is
};

/// The number that a text means: "1,200.50", "$5", "12 %", "5 kg", "twenty-five", "3.5 million", "1/3"; with `whole`
/// only integers, which "5.0" is as well. Empty: it means none, several, or one of two ("1.200" is a thousand or one,
/// "5-10" a range). A per cent stays what it says: "12 %" is 12. `text` is well-formed UTF-8.
std::optional<NumberInText> number_in_text(std::string_view text, bool whole);

}  // namespace instructor::core
