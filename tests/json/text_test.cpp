#include "json/text.hpp"

#include <gtest/gtest.h>

namespace instructor::json {
namespace {

std::string as_string(std::string_view text) {
  std::string out;
  append_string(out, text);
  return out;
}

TEST(AppendString, EscapesWhatJsonForbids) {
  EXPECT_EQ(as_string("a\"b\\c"), R"("a\"b\\c")");
  EXPECT_EQ(as_string("\n\r\t\b\x1F"), R"("\n\r\t\u0008\u001f")");
  EXPECT_EQ(as_string(std::string_view("\0", 1)), R"("\u0000")");
  EXPECT_EQ(as_string("Zürich 😀"), "\"Zürich 😀\"");
}

TEST(AppendString, ReplacesBytesThatAreNoText) {
  EXPECT_EQ(as_string("a\xFFz"), "\"a\xEF\xBF\xBDz\"");
  EXPECT_EQ(as_string("\xC3"), "\"\xEF\xBF\xBD\"");
}

TEST(Utf8, KnowsTheWellFormedSequences) {
  EXPECT_TRUE(is_utf8("plain, é, 漢, 😀, \xEF\xBF\xBF"));
  for (const char* text : {"\xC0\xAF", "\xE0\x80\x80", "\xED\xA0\x80", "\xF0\x80\x80\x80", "\xF4\x90\x80\x80",
                           "\xF5\x80\x80\x80", "\x80", "\xE2\x82", "a\xFE"})
    EXPECT_FALSE(is_utf8(text)) << as_string(text);
}

TEST(Utf8, KnowsWhatMayBecomeASequence) {
  for (const char* text : {"\xC3", "\xE2", "\xE2\x82", "\xF0", "\xF0\x9F", "\xF0\x9F\x98", "\xF4", "\xF4\x8F", "\xED",
                           "\xED\x9F", "\xE0\xA0"})
    EXPECT_TRUE(utf8_may_begin(text)) << as_string(text);
  for (const char* text : {"\x80", "\xC0", "\xE0\x80", "\xED\xA0", "\xF4\x90", "\xF5", "\xE2\x41"})
    EXPECT_FALSE(utf8_may_begin(text)) << as_string(text);
}

TEST(CountCodePoints, CountsCharactersNotBytes) {
  EXPECT_EQ(count_code_points(""), 0u);
  EXPECT_EQ(count_code_points("aé漢😀"), 4u);
}

TEST(Shortened, CutsBetweenCharacters) {
  EXPECT_EQ(shortened("short", 10), "short");
  EXPECT_EQ(shortened("abcdef", 3), "abc...");
  EXPECT_EQ(shortened("ab漢字", 3), "ab...");
  EXPECT_TRUE(is_utf8(shortened("😀😀😀", 5)));
}

TEST(Pointer, EscapesTildeAndSlash) {
  std::string pointer;
  append_pointer(pointer, "a/b~c");
  append_pointer(pointer, std::size_t{3});
  append_pointer(pointer, "");
  EXPECT_EQ(pointer, "/a~1b~0c/3/");
}

}  // namespace
}  // namespace instructor::json
