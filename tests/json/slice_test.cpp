#include "json/slice.hpp"

#include <gtest/gtest.h>

namespace instructor::json {
namespace {

using Texts = std::vector<std::string_view>;

TEST(Slice, GivesMembersAsTheyAreSpelled) {
  constexpr std::string_view object = R"( { "a" : 1.50 ,"b":{"a":[1e2, "}\"]"]}, "c":"x\\","d":[],"a":-0,"e":null })";
  EXPECT_EQ(member_text(object, "a"), "-0");
  EXPECT_EQ(member_text(object, "b"), R"({"a":[1e2, "}\"]"]})");
  EXPECT_EQ(member_text(object, "c"), R"("x\\")");
  EXPECT_EQ(member_text(object, "d"), "[]");
  EXPECT_EQ(member_text(object, "e"), "null");
  EXPECT_EQ(member_text(object, "f"), "");
  EXPECT_EQ(member_text("{}", "a"), "");
  EXPECT_EQ(member_text(R"(["a",1])", "a"), "");
}

TEST(Slice, GivesItemsAsTheyAreSpelled) {
  EXPECT_EQ(item_texts(R"([1.0, {"a":[2]} ,"," ,[ ] , true])"),
            (Texts{"1.0", R"({"a":[2]})", R"(",")", "[ ]", "true"}));
  EXPECT_EQ(item_texts("[]"), Texts());
  EXPECT_EQ(item_texts(" [ ] "), Texts());
  EXPECT_EQ(item_texts(R"({"a":1})"), Texts());
}

TEST(Slice, EndsWhereTheTextEnds) {
  for (const std::string_view text :
       {"", "{", "[", R"({"a)", R"({"a":)", R"({"a":[)", R"({"a":"\)", "[1", "[1,", "[,"}) {
    EXPECT_LE(member_text(text, "a").size(), text.size());
    EXPECT_LE(item_texts(text).size(), 1u) << text;
  }
}

}  // namespace
}  // namespace instructor::json
