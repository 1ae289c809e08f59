#include "model/find_json.hpp"

#include <gtest/gtest.h>

#include <string>

namespace instructor::core {
namespace {

TEST(FindJson, TakesTextThatIsJson) {
  EXPECT_EQ(find_json(R"({"a":1})"), R"({"a":1})");
  EXPECT_EQ(find_json("  [1, 2]\n"), "[1, 2]");
}

TEST(FindJson, LooksIntoFences) {
  EXPECT_EQ(find_json("Here:\n```json\n{\"a\": 1}\n```\nDone {x}."), "{\"a\": 1}");
  EXPECT_EQ(find_json("```\n[1]\n```"), "[1]");
  EXPECT_EQ(find_json("```json\n{\"a\": \"```\"}\n```"), "{\"a\": \"```\"}");
}

TEST(FindJson, TakesTheLastOfSeveral) {
  EXPECT_EQ(find_json(R"(You said {"a":1}; I say {"a":2}.)"), R"({"a":2})");
  EXPECT_EQ(find_json("```json\n{\"a\":1}\n```\nbetter:\n```json\n{\"a\":2}\n```"), "{\"a\":2}");
}

TEST(FindJson, KeepsArrayRootsAndSkipsProseBraces) {
  EXPECT_EQ(find_json(R"(The list {of things} is [{"a":1},{"a":2}] I think)"), R"([{"a":1},{"a":2}])");
}

TEST(FindJson, GivesWhatThereIsWhenNothingIsWhole) {
  EXPECT_EQ(find_json("no json here"), "no json here");
  EXPECT_EQ(find_json(R"(It is {"a": 1)"), R"({"a": 1)");
  EXPECT_EQ(find_json(""), "");
}

TEST(FindJson, StaysLinearOnHostileText) {
  EXPECT_FALSE(find_json(std::string(1 << 20, '[')).empty());
  std::string text;
  for (int i = 0; i < 200'000; ++i) text += "{\"a\":";
  EXPECT_FALSE(find_json(text).empty());
  std::string fences;
  for (int i = 0; i < 100'000; ++i) fences += "```\n";
  EXPECT_FALSE(find_json(fences).empty());
}

}  // namespace
}  // namespace instructor::core
