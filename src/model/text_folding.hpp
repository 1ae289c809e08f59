#pragma once

// Texts as people compare them: without regard to case, accents, punctuation and white space.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace instructor::core {

/// The first code point of well-formed UTF-8 text, which is not empty, and its length in bytes.
struct CodePoint {
  std::uint32_t value = 0;
  std::size_t size = 1;
};
CodePoint first_code_point(std::string_view text);

/// What stands between two letters of a folded text.
enum class Break : std::uint8_t {
  none,
  soft,  ///< nothing, but a new word begins: as in `camelCase`
  hard,  ///< white space, punctuation, or an end of the text
};

/// The letters and digits of a text: small, without accents.
struct FoldedText {
  std::string letters;
  std::vector<Break> breaks;         ///< before each byte of `letters`, and one at the end
  std::vector<std::uint32_t> where;  ///< for each byte of `letters`, where in the text it comes from
};
/// `text` is well-formed UTF-8 of less than 4 GiB. Linear.
FoldedText fold(std::string_view text);

/// The letters alone.
std::string folded_letters(std::string_view text);

/// Its words, of letters and digits.
std::vector<std::string> folded_words(std::string_view text);

/// With small letters, and otherwise as it is.
std::string in_small_letters(std::string_view text);

/// Without white space and Markdown's signs of emphasis and code around it, and without a pair of quotes.
std::string_view bared(std::string_view text);

/// Without white space around it, that of Unicode too.
std::string_view without_space_around(std::string_view text);

/// How many bytes must be inserted, deleted, replaced or swapped with their neighbour to make one of the other; `limit`
/// + 1 when that is more than `limit`. Takes time in proportion to the size and to `limit`.
std::size_t spelling_distance(std::string_view a, std::string_view b, std::size_t limit);

}  // namespace instructor::core
