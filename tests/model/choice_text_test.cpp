#include "model/choice_text.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "model/text_folding.hpp"
#include "model/word_text.hpp"

namespace instructor::core {
namespace {

/// The name that is chosen, with its cost where that is not the usual one.
std::string chosen(std::string_view text, const std::vector<ChoiceName>& names) {
  const auto found = find_choice(text, names);
  if (!found) return "none";
  std::string result(names[found->index].name);
  if (found->kind == RepairKind::choice_nearest) result += " nearest";
  if (found->cost > cost_of(found->kind)) result += " doubtful";
  return result;
}

std::string chosen(std::string_view text, std::initializer_list<std::string_view> names) {
  std::vector<ChoiceName> choices;
  for (const std::string_view name : names) choices.push_back({name});
  return chosen(text, choices);
}

TEST(ChoiceText, OverlooksCasePunctuationAndAccents) {
  EXPECT_EQ(chosen("red", {"RED", "BLUE"}), "RED");
  EXPECT_EQ(chosen(" Red. ", {"RED", "BLUE"}), "RED");
  EXPECT_EQ(chosen("**red**", {"RED", "BLUE"}), "RED");
  EXPECT_EQ(chosen("in progress", {"IN_PROGRESS", "DONE"}), "IN_PROGRESS");
  EXPECT_EQ(chosen("in-progress", {"InProgress", "Done"}), "InProgress");
  EXPECT_EQ(chosen("TWO!@#", {"ONE", "TWO"}), "TWO");
  EXPECT_EQ(chosen("cafe", {"caf\u00E9", "bar"}), "caf\u00E9");
  EXPECT_EQ(chosen("STRASSE", {"stra\u00DFe", "weg"}), "stra\u00DFe");
  EXPECT_EQ(chosen("\u041C\u043E\u0441\u043A\u0412\u0410", {"\u043C\u043E\u0441\u043A\u0432\u0430", "x"}),
            "\u043C\u043E\u0441\u043A\u0432\u0430");
}

TEST(ChoiceText, PrefersWhatIsNearer) {
  EXPECT_EQ(chosen("C++", {"C", "C++", "C#"}), "C++");
  EXPECT_EQ(chosen("c++", {"C", "C++", "C#"}), "C++");
  EXPECT_EQ(chosen("ab", {"a_b", "A-B"}), "none");
}

TEST(ChoiceText, KnowsAliasesAndDescriptions) {
  const std::array<std::string_view, 1> first_alias{"k1"};
  const std::array<std::string_view, 1> second_alias{"k-2-3.1_1"};
  const std::vector<ChoiceName> names{{"ONE", "the first of them", first_alias},
                                      {"TWO", "the second of them", second_alias}};
  EXPECT_EQ(chosen("k1", names), "ONE");
  EXPECT_EQ(chosen("K-2-3 1_1", names), "TWO");
  EXPECT_EQ(chosen("The second of them.", names), "TWO");
  EXPECT_EQ(chosen("k1: the first of them", names), "ONE");
  EXPECT_EQ(chosen("ONE - the first of them", names), "ONE");
}

TEST(ChoiceText, FindsTheWordInASentence) {
  EXPECT_EQ(chosen("The answer is One", {"ONE", "TWO"}), "ONE");
  EXPECT_EQ(chosen("1. one", {"ONE", "TWO"}), "ONE");
  EXPECT_EQ(chosen("TWO\" is one of the answers", {"ONE", "TWO"}), "TWO");
  EXPECT_EQ(chosen("It is in progress now", {"IN_PROGRESS", "DONE"}), "IN_PROGRESS");
  EXPECT_EQ(chosen("I live in New York", {"York", "New York"}), "New York");
  EXPECT_EQ(chosen("a tone of voice", {"ONE", "TWO"}), "none");
  EXPECT_EQ(chosen("A good answer is hard", {"A", "B"}), "none");
  EXPECT_EQ(chosen("Answer: B", {"A", "B"}), "B");
}

TEST(ChoiceText, LeavesTwoNamesAlone) {
  EXPECT_EQ(chosen("ONE. is the answer, not TWO", {"ONE", "TWO"}), "none");
  EXPECT_EQ(chosen("one or two", {"ONE", "TWO"}), "none");
  EXPECT_EQ(chosen("it is red or Dark Blue", {"red", "dark_blue"}), "none");
  EXPECT_EQ(chosen("it is dark red", {"red", "dark_red"}), "dark_red");
  EXPECT_EQ(chosen("red is fine, blue is better, so blue", {"RED", "BLUE"}), "BLUE doubtful");
}

TEST(ChoiceText, TakesAFirstLineThatIsExplained) {
  EXPECT_EQ(chosen("**Red**\n\nIt is red, not blue; blue is darker.", {"red", "blue"}), "red doubtful");
  EXPECT_EQ(chosen("red\nblue", {"red", "blue"}), "none");
  EXPECT_EQ(chosen("It is red or blue\nI think", {"red", "blue"}), "none");
}

TEST(ChoiceText, LeavesWhatIsDenied) {
  EXPECT_EQ(chosen("it is not red", {"red", "blue"}), "none");
  EXPECT_EQ(chosen("definitely not a red one", {"red", "blue"}), "none");
  EXPECT_EQ(chosen("It isn't great. So red", {"red", "blue"}), "red");
}

TEST(ChoiceText, TakesTheNearestSpelling) {
  EXPECT_EQ(chosen("positve", {"positive", "negative"}), "positive nearest");
  EXPECT_EQ(chosen("hihg", {"high", "low"}), "high nearest");
  EXPECT_EQ(chosen("bue", {"blue", "glue"}), "none");
  EXPECT_EQ(chosen("hat", {"hot", "cold"}), "none");
  EXPECT_EQ(chosen("gpt-3", {"gpt-4", "claude"}), "none");
  EXPECT_EQ(chosen("unapproved", {"approved", "rejected"}), "none");
  EXPECT_EQ(chosen("inactive", {"active", "deleted"}), "none");
  EXPECT_EQ(chosen("something else", {"red", "blue"}), "none");
}

TEST(ChoiceText, StaysBoundedOnLongTexts) {
  std::string text;
  for (int i = 0; i < 200'000; ++i) text += "red blue ";
  EXPECT_EQ(chosen(text, {"red", "blue"}), "none");
  EXPECT_EQ(chosen("", {"red", "blue"}), "none");
}

TEST(WordText, ReadsBooleans) {
  for (const std::string_view text : {"true", "True.", "YES", "on", "1", "Answer: **True**", "Yes, it is"})
    EXPECT_EQ(boolean_in_text(text), true) << text;
  for (const std::string_view text : {"false", "No", "off", "0", "I think that is false", "no, never"})
    EXPECT_EQ(boolean_in_text(text), false) << text;
  for (const std::string_view text : {"", "true or false", "it is not true", "perhaps", "no idea", "untrue"})
    EXPECT_EQ(boolean_in_text(text), std::nullopt) << text;
}

TEST(WordText, KnowsWhatSaysNothing) {
  for (const std::string_view text :
       {"", " ", "N/A", "n.a.", "none", "null", "-", "\u2014", "Unknown", "not available"})
    EXPECT_TRUE(says_nothing(text)) << text;
  for (const std::string_view text : {"no", "0", "nobody", "+", "none of them"})
    EXPECT_FALSE(says_nothing(text)) << text;
}

TEST(TextFolding, CountsEdits) {
  EXPECT_EQ(spelling_distance("", "", 2), 0u);
  EXPECT_EQ(spelling_distance("abc", "abc", 2), 0u);
  EXPECT_EQ(spelling_distance("abc", "acb", 2), 1u);
  EXPECT_EQ(spelling_distance("abc", "abcd", 2), 1u);
  EXPECT_EQ(spelling_distance("kitten", "sitting", 3), 3u);
  EXPECT_EQ(spelling_distance("kitten", "sitting", 2), 3u);
  EXPECT_EQ(spelling_distance("a", std::string(100'000, 'a'), 2), 3u);
}

}  // namespace
}  // namespace instructor::core
