#include "model/ecma_regex.hpp"

#include <gtest/gtest.h>

#include <string>

#include "model/pattern.hpp"

namespace instructor::core {
namespace {

/// Whether the pattern matches, by way of RE2; assertions at its start included.
bool matches(std::string_view pattern, std::string_view text) {
  const TranslatedRegex regex = translate_regex(pattern, RegexSyntax::lenient);
  EXPECT_EQ(regex.error + regex.unsupported, "") << pattern;
  const Pattern whole(regex.expression);
  EXPECT_EQ(whole.error(), "") << pattern;
  for (const TranslatedRegex::Lookahead& ahead : regex.ahead)
    if (Pattern(ahead.expression).found_in(text) == ahead.negative) return false;
  return whole.found_in(text);
}

TEST(EcmaRegex, HasItsOwnClasses) {
  EXPECT_TRUE(matches("^\\s$", "\u00a0"));
  EXPECT_TRUE(matches("^\\s$", "\ufeff"));
  EXPECT_FALSE(matches("^\\S$", "\u2028"));
  EXPECT_TRUE(matches("^[\\S]$", "\u00e9"));
  EXPECT_TRUE(matches("^[^\\s]$", "a"));
  EXPECT_FALSE(matches("^\\w$", "\u00e9"));
  EXPECT_FALSE(matches("^.$", "\u2029"));
  EXPECT_TRUE(matches("^[^]$", "\n"));
  EXPECT_FALSE(matches("a[]", "a"));
  EXPECT_TRUE(matches("^\\p{Letter}\\P{digit}$", "\u00e9x"));
  EXPECT_TRUE(matches("^\\p{Script=Greek}$", "\u03b1"));
}

TEST(EcmaRegex, HasItsOwnEscapes) {
  EXPECT_TRUE(matches("^\\cC$", "\x03"));
  EXPECT_TRUE(matches("^\\u{1F600}\\ud83d\\ude00$", "\U0001F600\U0001F600"));
  EXPECT_TRUE(matches("^\\x41\\/\\-[\\b]$", "A/-\b"));
  EXPECT_TRUE(matches("^a{,2}\\@{$", "a{,2}@{"));
  EXPECT_FALSE(matches("^a$", "a\n"));
  EXPECT_TRUE(matches("^(?:a|(?<n>b)){2,3}?$", "abb"));
  EXPECT_TRUE(matches("^a{1500}$", std::string(1500, 'a')));
  EXPECT_FALSE(matches("^a{1500}$", std::string(1499, 'a')));
  EXPECT_TRUE(matches("^[ab]{2,1500}$", std::string(1500, 'b')));
  EXPECT_FALSE(matches("^[ab]{2,1500}$", std::string(1501, 'b')));
}

TEST(EcmaRegex, TakesAssertionsAtTheStart) {
  EXPECT_TRUE(matches("^(?=.*\\d)(?!0)\\w+$", "a1"));
  EXPECT_FALSE(matches("^(?=.*\\d)(?!0)\\w+$", "ab"));
  EXPECT_FALSE(matches("^(?=.*\\d)(?!0)\\w+$", "01"));
  EXPECT_NE(translate_regex("a(?=b)", RegexSyntax::lenient).unsupported, "");
  EXPECT_NE(translate_regex("^(?!a)b|c", RegexSyntax::lenient).unsupported, "");
  EXPECT_NE(translate_regex("(?<=a)b", RegexSyntax::lenient).unsupported, "");
  EXPECT_EQ(translate_regex("(?<=a)b", RegexSyntax::strict).error, "");
}

TEST(EcmaRegex, NestsOnlySoDeep) {
  const std::string end(100000, ')');
  std::string ahead;
  for (int i = 0; i < 100000; ++i) ahead += "^(?=";
  EXPECT_EQ(translate_regex(ahead + end, RegexSyntax::lenient).error, "groups are nested too deeply");
  EXPECT_EQ(translate_regex(std::string(100000, '(') + end, RegexSyntax::strict).error, "groups are nested too deeply");
}

TEST(EcmaRegex, SaysWhatIsWrong) {
  const auto error = [](std::string_view pattern) { return translate_regex(pattern, RegexSyntax::strict).error; };
  EXPECT_EQ(error("a)"), "there is a ) without a (");
  EXPECT_EQ(error("[a"), "there is a [ without a ]");
  EXPECT_EQ(error("+a"), "there is nothing before + to repeat");
  EXPECT_EQ(error("a\\"), "it ends with a \\");
  EXPECT_EQ(error("{"), "there is a { without a \\ before it");
  EXPECT_EQ(error("[b-a]"), "a range of characters ends before it begins");
  EXPECT_EQ(error("\\q"), "\\q has no meaning");
  EXPECT_EQ(error("^(?=(?<n>a))\\k<n>"), "");
}

}  // namespace
}  // namespace instructor::core
