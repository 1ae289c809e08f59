#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include <nlohmann/json.hpp>

#include "instructor/testing.hpp"

namespace instructor {
namespace {

enum class Kind { a, b };

struct Everything {
  bool flag;
  std::int8_t tiny;
  std::uint64_t huge;
  int bounded;
  int even;
  double ratio;
  double price;
  float half;
  std::string text;
  std::string code;
  Kind kind;
  std::optional<int> maybe;
  std::vector<std::string> distinct;
  std::set<int> set;
  std::map<std::string, double> map;
  std::tuple<int, std::string> tuple;
  std::array<bool, 3> array;
  std::vector<Everything> children;
  std::unique_ptr<Everything> next;

  static constexpr auto describe() {
    return model<Everything>(
        field<&Everything::bounded>(gt(10), lt(13)), field<&Everything::even>(ge(-9), le(-5), multiple_of(2)),
        field<&Everything::ratio>(ge(0.25), lt(0.26)), field<&Everything::price>(ge(0), le(10), multiple_of(0.01)),
        field<&Everything::text>(min_length(30), max_length(35)),
        field<&Everything::code>(pattern(R"(^(NK|PT)-\d{4}(?:-[a-f]+)?$)")),
        field<&Everything::distinct>(min_items(4), max_items(5), unique), field<&Everything::set>(min_items(2)),
        field<&Everything::map>(max_items(1)));
  }
};

TEST(Fake, IsValidForEverySeed) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const std::string text = testing::fake_json(type_of<Everything>(), seed);
    const auto value = decode<Everything>(text);
    ASSERT_TRUE(value) << text << "\n" << value.error().text();
  }
}

TEST(Fake, IsTheSameForTheSameSeed) {
  EXPECT_EQ(encode(testing::fake<Everything>(7)), encode(testing::fake<Everything>(7)));
  EXPECT_NE(encode(testing::fake<Everything>(7)), encode(testing::fake<Everything>(8)));
}

struct Checked {
  int value;
  static constexpr auto describe() {
    return model<Checked>(
        field<&Checked::value>(ge(0), le(1000), check([](int v) { return v % 7 == 0; }, "must be a multiple of 7")));
  }
  void validate(Issues& issues) const {
    if (value < 10) issues.add(&Checked::value, "too small");
  }
};

TEST(Fake, TriesToMeetChecks) {
  const auto value = testing::fake<Checked>(1);
  EXPECT_EQ(value.value % 7, 0);
  EXPECT_GE(value.value, 10);
}

struct Impossible {
  int value;
  static constexpr auto describe() {
    return model<Impossible>(field<&Impossible::value>(check([](int) { return false; }, "never")));
  }
};
struct Contradiction {
  int value;
  static constexpr auto describe() { return model<Contradiction>(field<&Contradiction::value>(ge(5), le(4))); }
};

TEST(Fake, SaysWhenItCannot) {
  EXPECT_THROW((void)testing::fake<Impossible>(), Error);
  EXPECT_THROW((void)testing::fake<Contradiction>(), Error);
}

TEST(Fake, MakesChoicesWhereASchemaSaysMoreThanTables) {
  for (const char* const schema :
       {// alternatives that overlap, all of several, patterns of keys
        R"({"type":"object","properties":{"v":{"oneOf":[{"type":"object","properties":{"a":{"type":"integer"}},)"
        R"("required":["a"]},{"type":"object","properties":{"b":{"type":"string"}},"required":["b"]}]}},)"
        R"("required":["v"]})",
        R"({"allOf":[{"$ref":"#/$defs/base"},{"properties":{"b":{"type":"integer","minimum":5}},"required":["b"]}],)"
        R"("$defs":{"base":{"type":"object","properties":{"a":{"type":"string"}},"required":["a"]}}})",
        R"({"type":"object","patternProperties":{"^x[0-9]+$":{"type":"integer"}},"required":["x17"],)"
        R"("additionalProperties":false,"minProperties":2})",
        R"({"type":"object","properties":{"kind":{"enum":["a","b"]}},"required":["kind"],)"
        R"("if":{"properties":{"kind":{"const":"a"}}},"then":{"properties":{"n":{"type":"integer"}},)"
        R"("required":["n"]},"else":{"properties":{"t":{"type":"string"}},"required":["t"]}})",
        R"({"type":"array","contains":{"const":7},"minItems":2})",
        R"({"type":"object","additionalProperties":{"type":["integer","null"]},"minProperties":3})",
        R"({"type":"object","properties":{"a":{"type":"string"},"b":{"type":"string"}},"minProperties":1,)"
        R"("dependentRequired":{"a":["b"]}})"}) {
    const auto model = DynamicModel::from_json_schema(schema);
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      const Json value = testing::fake(model, seed);
      EXPECT_TRUE(model.decode(encode(value))) << schema << encode(value);
    }
  }
}

TEST(Fake, WorksForRunTimeModels) {
  const auto model = DynamicModel::from_json_schema(
      R"({"type":"object","properties":{"id":{"type":"integer","minimum":1000},"when":{"type":"string","format":"date"},)"
      R"("tree":{"$ref":"#/$defs/T"},"fixed":{"const":{"a":[1]}},"code":{"type":["string","null"],"pattern":"^[A-Z]{3}$"}},)"
      R"("required":["id","when","tree","fixed","code"],"$defs":{"T":{"type":"object","properties":{"kids":{"type":"array","items":{"$ref":"#/$defs/T"}}},"required":["kids"]}}})");
  for (std::uint64_t seed = 0; seed < 100; ++seed) EXPECT_NO_THROW((void)testing::fake(model, seed));
  EXPECT_GE(testing::fake(model).at("id").get<int>(), 1000);
}

}  // namespace
}  // namespace instructor
