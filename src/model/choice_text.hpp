#pragma once

// Which of a list of names a text means.

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "instructor/repair.hpp"

namespace instructor::core {

/// One of the names, and what else is known of it.
struct ChoiceName {
  std::string_view name;
  std::string_view description{};
  std::span<const std::string_view> aliases{};
};

struct FoundChoice {
  std::size_t index = 0;
  RepairKind kind = RepairKind::choice_text;
  int cost = 0;
};

/// The one that the text means: it is the name but for case, punctuation and accents, or an alias, or the description;
/// or the text has it as a word, and no other one, or not as often; or no other is as near in spelling. Empty: there is
/// none, there are two, or it would take long to tell. `text` is well-formed UTF-8.
std::optional<FoundChoice> find_choice(std::string_view text, std::span<const ChoiceName> choices);

}  // namespace instructor::core
