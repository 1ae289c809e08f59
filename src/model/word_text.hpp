#pragma once

// Texts that stand for true, for false, and for nothing at all.

#include <cstddef>
#include <optional>
#include <string_view>

namespace instructor::core {

/// "Yes", "on", "0"; or a sentence in which one of the words true and false occurs, and the other does not. Empty: it
/// is neither, or denied ("not true").
std::optional<bool> boolean_in_text(std::string_view text);

/// "", "N/A", "none", "-": there is no value.
bool says_nothing(std::string_view text);

/// Does a word just before `offset` turn what stands there into its opposite, as in "not red"?
bool is_denied(std::string_view text, std::size_t offset);

}  // namespace instructor::core
