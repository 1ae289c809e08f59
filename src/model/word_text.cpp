#include "model/word_text.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "model/text_folding.hpp"

namespace instructor::core {

namespace {

template <std::size_t Count>
bool is_word_of(const std::array<std::string_view, Count>& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

/// Longer texts are stories.
constexpr std::size_t longest_sentence = 4096;

}  // namespace

bool is_denied(std::string_view text, std::size_t offset) {
  constexpr std::array<std::string_view, 22> denials{
      "not",  "no",     "never", "neither", "nor",    "isnt",   "arent",   "wasnt",  "cannot", "cant",     "dont",
      "wont", "doesnt", "didnt", "without", "except", "rather", "instead", "untrue", "hardly", "shouldnt", "wouldnt"};
  constexpr std::size_t reach = 48;
  const std::size_t from = offset > reach ? offset - reach : 0;
  std::string_view before = text.substr(from, offset - from);
  // A sentence ends what a word denies.
  if (const std::size_t stop = before.find_last_of(".!?;\n"); stop != std::string_view::npos)
    before.remove_prefix(stop + 1);
  while (!before.empty() && (static_cast<unsigned char>(before.front()) & 0xC0) == 0x80) before.remove_prefix(1);
  const FoldedText folded = fold(before);
  std::size_t end = folded.letters.size();
  for (int word = 0; word < 3 && end != 0; ++word) {
    std::size_t begin = end - 1;
    while (begin != 0 && folded.breaks[begin] != Break::hard) --begin;
    if (is_word_of(denials, std::string_view(folded.letters).substr(begin, end - begin))) return true;
    end = begin;
  }
  return false;
}

std::optional<bool> boolean_in_text(std::string_view text) {
  if (text.size() > longest_sentence) return std::nullopt;
  constexpr std::array<std::string_view, 10> yes{"true", "yes",     "on",        "t",       "y",
                                                 "1",    "correct", "confirmed", "enabled", "affirmative"};
  constexpr std::array<std::string_view, 8> no{"false", "no", "off", "f", "n", "0", "incorrect", "disabled"};
  const FoldedText folded = fold(text);
  if (is_word_of(yes, folded.letters)) return true;
  if (is_word_of(no, folded.letters)) return false;
  bool found[2] = {false, false};
  bool denied = false;
  for (std::size_t begin = 0; begin < folded.letters.size();) {
    std::size_t end = begin + 1;
    while (folded.breaks[end] != Break::hard) ++end;
    const std::string_view word = std::string_view(folded.letters).substr(begin, end - begin);
    if (word == "true" || word == "false") {
      found[word == "true"] = true;
      denied = denied || is_denied(text, folded.where[begin]);
    }
    // "Yes, it is": the answer comes first, and an explanation after it.
    const bool first = begin == 0 && (word == "yes" || word == "no");
    const std::size_t after = first ? folded.where[end - 1] + 1 : 0;
    if (first && after < text.size() && std::string_view(",.;:!\n").find(text[after]) != std::string_view::npos)
      return word == "yes";
    begin = end;
  }
  if (denied || found[0] == found[1]) return std::nullopt;
  return found[1];
}

bool says_nothing(std::string_view text) {
  constexpr std::array<std::string_view, 19> words{
      "",          "null",         "none",         "nil",           "na",           "nan",         "nothing",
      "undefined", "unknown",      "notavailable", "notapplicable", "notspecified", "notprovided", "notgiven",
      "notknown",  "notmentioned", "unspecified",  "novalue",       "missing"};
  if (text.size() > 32) return false;
  const std::string_view inner = bared(text);
  // Signs alone say nothing only when they are dashes or question marks.
  const std::string letters = folded_letters(inner);
  if (letters.empty())
    return std::ranges::all_of(inner, [](char c) { return c == '-' || c == '?' || c == '/'; }) || inner == "—" ||
           inner == "–";
  return is_word_of(words, letters);
}

}  // namespace instructor::core
