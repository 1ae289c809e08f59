#include "jsonschema/uri.hpp"

#include <gtest/gtest.h>

namespace instructor::jsonschema {
namespace {

TEST(Uri, ResolvesTheExamplesOfTheStandard) {
  constexpr std::string_view base = "http://a/b/c/d;p?q";
  EXPECT_EQ(resolve_uri(base, "g:h"), "g:h");
  EXPECT_EQ(resolve_uri(base, "g"), "http://a/b/c/g");
  EXPECT_EQ(resolve_uri(base, "./g/"), "http://a/b/c/g/");
  EXPECT_EQ(resolve_uri(base, "/g"), "http://a/g");
  EXPECT_EQ(resolve_uri(base, "//g"), "http://g");
  EXPECT_EQ(resolve_uri(base, "?y"), "http://a/b/c/d;p?y");
  EXPECT_EQ(resolve_uri(base, "#s"), "http://a/b/c/d;p?q#s");
  EXPECT_EQ(resolve_uri(base, ""), "http://a/b/c/d;p?q");
  EXPECT_EQ(resolve_uri(base, "../.."), "http://a/");
  EXPECT_EQ(resolve_uri(base, "../../../g"), "http://a/g");
  EXPECT_EQ(resolve_uri(base, "g;x=1/../y"), "http://a/b/c/y");
}

TEST(Uri, ResolvesWithoutAnAbsoluteBase) {
  EXPECT_EQ(resolve_uri("", "item.json#a"), "item.json#a");
  EXPECT_EQ(resolve_uri("folder/root.json", "item.json"), "folder/item.json");
  EXPECT_EQ(resolve_uri("urn:uuid:1", "#a"), "urn:uuid:1#a");
}

TEST(Uri, DecodesWhatIsEncoded) {
  EXPECT_EQ(percent_decoded("a%20b%C3%a9%"), "a b\u00e9%");
  EXPECT_EQ(percent_decoded("%zz"), "%zz");
}

}  // namespace
}  // namespace instructor::jsonschema
