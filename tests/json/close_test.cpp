#include "json/close.hpp"

#include <gtest/gtest.h>

#include <string>

#include <nlohmann/json.hpp>
#include "instructor/codec.hpp"

namespace instructor::json {
namespace {

TEST(Closed, MakesEveryBeginningADocument) {
  const std::string text =
      R"( {"a": [1, -2.5e3, true, null, {"b": "c\n\u00e9\ud83d\ude00 ü"}], "k\"ey": {}, "l": [[], ["x"]], "n": 12} )";
  for (std::size_t size = 2; size <= text.size(); ++size) {
    const std::string whole = closed(text.substr(0, size));
    EXPECT_TRUE(decode<Json>(whole).has_value()) << whole;
  }
  EXPECT_EQ(decode<Json>(closed(text)), decode<Json>(text));
}

TEST(Closed, DropsWhatIsNotFinished) {
  EXPECT_EQ(closed(R"({"a": 1, "b)"), R"({"a": 1})");
  EXPECT_EQ(closed(R"({"a": 1, "b": tr)"), R"({"a": 1})");
  EXPECT_EQ(closed(R"({"a": 12)"), R"({})");
  EXPECT_EQ(closed(R"({"a": [1, 2)"), R"({"a": [1]})");
  EXPECT_EQ(closed(R"({"a": "x\u00)"), R"({"a": "x"})");
  EXPECT_EQ(closed(R"({"a": "x\ud83d)"), R"({"a": "x"})");
  EXPECT_EQ(closed(""), "");
}

}  // namespace
}  // namespace instructor::json
