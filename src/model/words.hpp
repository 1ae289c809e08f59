#pragma once

// What issues say: the names of types, lists of choices, and near misses.

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "instructor/issue.hpp"
#include "model/plan.hpp"

namespace instructor::core {

/// What is expected of a type: `integer`, `array`, `one of "low", "high"`.
std::string expected_words(const Plan& plan);

/// As many of a list of choices as are shown.
inline constexpr std::size_t max_choices_shown = 20;

/// `one of "low", "high"`, `one of 1, 2 or 7 others`; of a single choice that alone. `text_at` makes the text of one.
template <class TextAt>
std::string one_of_words(std::size_t count, TextAt text_at) {
  std::string words = count > 1 ? "one of " : "";
  for (std::size_t i = 0; i < count && i < max_choices_shown; ++i) words.append(i == 0 ? "" : ", ").append(text_at(i));
  if (count > max_choices_shown) words += " or " + std::to_string(count - max_choices_shown) + " others";
  return words;
}

/// The code for a value of the wrong JSON type.
IssueCode wrong_type_code(const Plan& plan);

/// Letters and digits alone, small.
std::string folded(std::string_view text);

/// The candidate that `text` probably means: the same but for case and punctuation, or the only one within two
/// edits; empty when there is none. Bounded work.
std::string_view nearest(std::string_view text, std::span<const std::string_view> candidates);

/// `did you mean "high"?`, or empty.
std::string did_you_mean(std::string_view candidate);

}  // namespace instructor::core
