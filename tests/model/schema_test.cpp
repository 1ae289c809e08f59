#include "instructor/schema.hpp"
#include "instructor/lowering.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "instructor/codec.hpp"

namespace instructor {
namespace {

// Schemas are constants: what a schema is, is proved by the compiler.

struct Address {
  std::string street, city;
  std::optional<std::string> postcode;
};
static_assert(schema<Address> ==
              R"({"type":"object","properties":{"street":{"type":"string"},"city":{"type":"string"},)"
              R"("postcode":{"anyOf":[{"type":"string"},{"type":"null"}]}},"required":["street","city"]})");

enum class Priority { low, medium, high };
static_assert(schema<Priority> == R"({"type":"string","enum":["low","medium","high"]})");

struct Scalars {
  bool b;
  int i;
  std::uint8_t u;
  double d;
  float f;
  std::string s;
};
static_assert(
    schema<Scalars> ==
    R"({"type":"object","properties":{"b":{"type":"boolean"},"i":{"type":"integer"},)"
    R"("u":{"type":"integer","minimum":0},"d":{"type":"number"},"f":{"type":"number"},"s":{"type":"string"}},)"
    R"("required":["b","i","u","d","f","s"]})");

struct Containers {
  std::vector<int> list;
  std::set<std::string> set;
  std::map<std::string, Priority> map;
  std::pair<int, std::string> pair;
  std::array<double, 2> array;
  std::vector<std::optional<bool>> maybe;
};
static_assert(
    schema<Containers> ==
    R"({"type":"object","properties":{"list":{"type":"array","items":{"type":"integer"}},)"
    R"("set":{"type":"array","items":{"type":"string"},"uniqueItems":true},)"
    R"("map":{"type":"object","additionalProperties":{"type":"string","enum":["low","medium","high"]}},)"
    R"("pair":{"type":"array","prefixItems":[{"type":"integer"},{"type":"string"}],"minItems":2,"maxItems":2},)"
    R"("array":{"type":"array","items":{"type":"number"},"minItems":2,"maxItems":2},)"
    R"("maybe":{"type":"array","items":{"anyOf":[{"type":"boolean"},{"type":"null"}]}}},)"
    R"("required":["list","set","map","pair","array","maybe"]})");

struct Person {
  Address home;
  std::optional<Address> work;
  std::vector<Address> others;
};
static_assert(
    schema<Person> ==
    R"({"type":"object","properties":{"home":{"$ref":"#/$defs/Address"},)"
    R"("work":{"anyOf":[{"$ref":"#/$defs/Address"},{"type":"null"}]},)"
    R"("others":{"type":"array","items":{"$ref":"#/$defs/Address"}}},"required":["home","others"],)"
    R"("$defs":{"Address":{"type":"object","properties":{"street":{"type":"string"},"city":{"type":"string"},)"
    R"("postcode":{"anyOf":[{"type":"string"},{"type":"null"}]}},"required":["street","city"]}}})");

struct Node {
  int value;
  std::vector<Node> children;
  std::unique_ptr<Node> next;
};
static_assert(schema<Node> ==
              R"({"type":"object","properties":{"value":{"type":"integer"},)"
              R"("children":{"type":"array","items":{"$ref":"#/$defs/Node"}},)"
              R"("next":{"anyOf":[{"$ref":"#/$defs/Node"},{"type":"null"}]}},"required":["value","children"],)"
              R"("$defs":{"Node":{"type":"object","properties":{"value":{"type":"integer"},)"
              R"("children":{"type":"array","items":{"$ref":"#/$defs/Node"}},)"
              R"("next":{"anyOf":[{"$ref":"#/$defs/Node"},{"type":"null"}]}},"required":["value","children"]}}})");

struct Described {
  std::string text;
  int number;
  double ratio;
  std::vector<int> items;
  Priority priority = Priority::medium;
  std::optional<int> maybe;
  Address address;
  bool flag = false;

  static constexpr auto describe() {
    using namespace instructor;
    return model<Described>(
        "All \"there\" is\nto say", instructor::title("Everything"), forbid_extra,
        field<&Described::text>("A text", alias("words"), instructor::title("Text"), example("one"), example("two"),
                                min_length(1), max_length(9), pattern("^[a-z\\d]+$")),
        field<&Described::number>(ge(-3), lt(100), multiple_of(2)),
        field<&Described::ratio>(gt(0.25), le(99.99), default_value(0.5)),
        field<&Described::items>(min_items(1), max_items(3), unique),
        field<&Described::priority>(default_value(Priority::high), "How soon"),
        field<&Described::maybe>("Perhaps", ge(1)), field<&Described::address>("Where"),
        field<&Described::flag>(defaulted));
  }
};
static_assert(
    schema<Described> ==
    R"({"type":"object","title":"Everything","description":"All \"there\" is\nto say","properties":{)"
    R"("words":{"type":"string","description":"A text","minLength":1,"maxLength":9,"pattern":"^[a-z\\d]+$",)"
    R"("title":"Text","examples":["one","two"]},)"
    R"("number":{"type":"integer","minimum":-3,"exclusiveMaximum":100,"multipleOf":2},)"
    R"("ratio":{"type":"number","exclusiveMinimum":0.25,"maximum":99.99,"default":0.5},)"
    R"("items":{"type":"array","items":{"type":"integer"},"minItems":1,"maxItems":3,"uniqueItems":true},)"
    R"("priority":{"type":"string","enum":["low","medium","high"],"description":"How soon","default":"high"},)"
    R"("maybe":{"anyOf":[{"type":"integer","minimum":1},{"type":"null"}],"description":"Perhaps"},)"
    R"("address":{"$ref":"#/$defs/Address","description":"Where"},)"
    R"("flag":{"type":"boolean"}},"required":["words","number","items","address"],"additionalProperties":false,)"
    R"("$defs":{"Address":{"type":"object","properties":{"street":{"type":"string"},"city":{"type":"string"},)"
    R"("postcode":{"anyOf":[{"type":"string"},{"type":"null"}]}},"required":["street","city"]}}})");

static_assert(schema<std::vector<Address>> ==
              R"({"type":"array","items":{"$ref":"#/$defs/Address"},"$defs":{"Address":{"type":"object","properties":)"
              R"({"street":{"type":"string"},"city":{"type":"string"},)"
              R"("postcode":{"anyOf":[{"type":"string"},{"type":"null"}]}},"required":["street","city"]}}})");
static_assert(schema<int> == R"({"type":"integer"})");

struct Empty {};
static_assert(schema<Empty> == R"({"type":"object","properties":{}})");

namespace other {
struct Address {
  int number;
};
}  // namespace other

struct Namesakes {
  Address ours;
  other::Address theirs;
};
static_assert(schema<Namesakes>.find(R"("theirs":{"$ref":"#/$defs/Address_2"})") != std::string_view::npos);
static_assert(schema<Namesakes>.find(R"("Address_2":{"type":"object","properties":{"number")") !=
              std::string_view::npos);

struct Theirs {
  int x = 0;
  int y = 0;
};

enum class Level { one = 1, two = 1000 };

}  // namespace

template <>
struct Describe<Theirs> {
  static constexpr auto describe() {
    return model<Theirs>("A point", name("point"), field<&Theirs::x>("Across", alias("X")));
  }
};

template <>
struct Describe<Level> {
  static constexpr auto describe() {
    return enumeration<Level>("How high", value<Level::one>("the ground"), value<Level::two>("the top", alias("peak")),
                              range<0, 1000>);
  }
};

namespace {

struct UsesTheirs {
  Theirs point;
  Level level;
};
static_assert(
    schema<UsesTheirs> ==
    R"({"type":"object","properties":{"point":{"$ref":"#/$defs/point"},"level":{"type":"string","enum":["one","peak"],)"
    R"("description":"How high. one: the ground; peak: the top"}},"required":["point","level"],)"
    R"("$defs":{"point":{"type":"object","description":"A point","properties":{"X":{"type":"integer","description":"Across"},)"
    R"("y":{"type":"integer"}},"required":["X","y"]}}})");

TEST(Schema, IsTheSameAtRunTime) {
  EXPECT_EQ(lowered<Described>(dialect::json_schema).schema, schema<Described>);
  EXPECT_EQ(lowered<Node>(dialect::json_schema).schema, schema<Node>);
}

TEST(Schema, IsJson) {
  for (const std::string_view text :
       {schema<Described>, schema<Node>, schema<Containers>, schema<Namesakes>, schema<UsesTheirs>})
    EXPECT_TRUE(decode<Json>(text)) << text;
}

TEST(Schema, EndsInNul) { EXPECT_EQ(schema<Address>.data()[schema<Address>.size()], '\0'); }

struct Local {
  double limit;
  static constexpr auto describe() {
    return model<Local>(field<&Local::limit>(ge(-0.001), le(123456.789), default_value(100)));
  }
};
static_assert(
    schema<Local> ==
    R"({"type":"object","properties":{"limit":{"type":"number","minimum":-0.001,"maximum":123456.789,"default":100}}})");

}  // namespace
}  // namespace instructor
