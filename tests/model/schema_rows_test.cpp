// Appendix A.4 of the reference, row by row: which schema a type has. Where ours differs on purpose, the row says so.

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "instructor/json.hpp"
#include "instructor/literal.hpp"
#include "instructor/schema.hpp"
#include "instructor/text_types.hpp"

#include <nlohmann/json.hpp>

namespace instructor {
namespace {

// object: declaration order, description, no "required" when nothing is; "additionalProperties" only when closed
struct Nothing {
  std::optional<int> a;
  std::optional<int> b;
  static constexpr auto describe() { return model<Nothing>("Words", title("A title")); }
};
static_assert(schema<Nothing> ==
              R"({"type":"object","title":"A title","description":"Words","properties":{"a":{"anyOf":)"
              R"([{"type":"integer"},{"type":"null"}]},"b":{"anyOf":[{"type":"integer"},{"type":"null"}]}}})");
struct Closed {
  int z;
  int a;
  static constexpr auto describe() { return model<Closed>(forbid_extra, field<&Closed::a>(alias("theAlias"))); }
};
static_assert(schema<Closed> ==
              R"({"type":"object","properties":{"z":{"type":"integer"},"theAlias":{"type":"integer"}},)"
              R"("required":["z","theAlias"],"additionalProperties":false})");

// str, int, float and their constraints; bool
struct Limits {
  std::string text;
  int whole;
  double real;
  bool flag;
  static constexpr auto describe() {
    return model<Limits>(field<&Limits::text>(min_length(1), max_length(5), pattern("^a")),
                         field<&Limits::whole>(ge(1), lt(9), multiple_of(2)), field<&Limits::real>(gt(0.5), le(2)));
  }
};
static_assert(schema<Limits> ==
              R"({"type":"object","properties":{"text":{"type":"string","minLength":1,"maxLength":5,"pattern":"^a"},)"
              R"("whole":{"type":"integer","minimum":1,"exclusiveMaximum":9,"multipleOf":2},)"
              R"("real":{"type":"number","exclusiveMinimum":0.5,"maximum":2},"flag":{"type":"boolean"}},)"
              R"("required":["text","whole","real","flag"]})");

// a default is told and the field is not required; one that is made when needed is not told
struct Defaults {
  int told;
  std::vector<int> made = {1, 2};
  static constexpr auto describe() {
    return model<Defaults>(field<&Defaults::told>(default_value(3)), field<&Defaults::made>(defaulted));
  }
};
static_assert(schema<Defaults> == R"({"type":"object","properties":{"told":{"type":"integer","default":3},)"
                                  R"("made":{"type":"array","items":{"type":"integer"}}}})");

// optional: anyOf with null. Ours may be left out, since there is no other way to say so in C++.
static_assert(schema<std::optional<std::string>> == R"({"anyOf":[{"type":"string"},{"type":"null"}]})");

// enums, also of one member: "enum". Ours stand where they are used, which saves a reference.
enum class Colour { red, green };
enum class Only { one };
static_assert(schema<Colour> == R"({"type":"string","enum":["red","green"]})");
static_assert(schema<Only> == R"({"type":"string","enum":["one"]})");

// Literal: one value is "const", several are "enum"
static_assert(schema<Literal<"a">> == R"({"type":"string","const":"a"})");
static_assert(schema<Literal<"a", "b">> == R"({"type":"string","enum":["a","b"]})");
static_assert(schema<Literal<1>> == R"({"type":"integer","const":1})");
static_assert(schema<Literal<1, 2>> == R"({"type":"integer","enum":[1,2]})");

// lists, sets, tuples
static_assert(schema<std::vector<int>> == R"({"type":"array","items":{"type":"integer"}})");
static_assert(schema<std::deque<int>> == R"({"type":"array","items":{"type":"integer"}})");
static_assert(schema<std::set<int>> == R"({"type":"array","items":{"type":"integer"},"uniqueItems":true})");
static_assert(schema<std::tuple<int, std::string>> ==
              R"({"type":"array","prefixItems":[{"type":"integer"},{"type":"string"}],"minItems":2,"maxItems":2})");
static_assert(schema<std::pair<int, int>> ==
              R"({"type":"array","items":{"type":"integer"},"minItems":2,"maxItems":2})");

// maps; what keys may be is "propertyNames"
static_assert(schema<std::map<std::string, int>> == R"({"type":"object","additionalProperties":{"type":"integer"}})");
static_assert(schema<std::unordered_map<std::string, Json>> == R"({"type":"object","additionalProperties":{}})");
static_assert(
    schema<std::map<Colour, int>> ==
    R"({"type":"object","additionalProperties":{"type":"integer"},"propertyNames":{"enum":["red","green"]}})");
static_assert(
    schema<std::map<int, int>> ==
    R"({"type":"object","additionalProperties":{"type":"integer"},"propertyNames":{"pattern":"^-?[0-9]+$"}})");
static_assert(schema<std::map<std::chrono::sys_days, int>> ==
              R"({"type":"object","additionalProperties":{"type":"integer"},"propertyNames":{"format":"date-time"}})");

// anything
static_assert(schema<Json> == "{}");

// unions in their order; those told apart by a constant too: that is in the alternatives themselves
static_assert(schema<std::variant<std::string, int>> == R"({"anyOf":[{"type":"string"},{"type":"integer"}]})");
struct Cat {
  Literal<"cat"> kind;
};
struct Dog {
  Literal<"dog"> kind;
};
static_assert(
    schema<std::variant<Cat, Dog>> ==
    R"({"anyOf":[{"$ref":"#/$defs/Cat"},{"$ref":"#/$defs/Dog"}],"$defs":{"Cat":{"type":"object","properties":)"
    R"({"kind":{"type":"string","const":"cat"}},"required":["kind"]},"Dog":{"type":"object","properties":)"
    R"({"kind":{"type":"string","const":"dog"}},"required":["kind"]}}})");

// dates and times, UUIDs, secrets
static_assert(schema<std::chrono::year_month_day> == R"({"type":"string","format":"date"})");
static_assert(schema<std::chrono::sys_seconds> == R"({"type":"string","format":"date-time"})");
static_assert(schema<std::chrono::hh_mm_ss<std::chrono::seconds>> == R"({"type":"string","format":"time"})");
static_assert(schema<std::chrono::seconds> == R"({"type":"string","format":"duration"})");
static_assert(schema<Uuid> == R"({"type":"string","format":"uuid"})");
static_assert(schema<Secret> == R"({"type":"string","format":"password","writeOnly":true})");

// Decimals are asked for as text, so that nothing is rounded on the way; numbers are taken all the same.
static_assert(schema<Decimal> == R"({"type":"string","pattern":"^-?[0-9]+(\\.[0-9]+)?$"})");
// Bytes are base64, which is told in words.
static_assert(schema<Bytes>.starts_with(R"({"type":"string","description":"As text: bytes in base64)"));

// nested models: a reference, with what is said of the field beside it
struct Point {
  double x;
};
struct Shape {
  Point origin;
  std::string label;
  static constexpr auto describe() {
    return model<Shape>(field<&Shape::origin>("Where it begins"),
                        field<&Shape::label>("What it is called", title("Label"), example("a"), example("b")));
  }
};
static_assert(schema<Shape> ==
              R"({"type":"object","properties":{"origin":{"$ref":"#/$defs/Point","description":"Where it begins"},)"
              R"("label":{"type":"string","description":"What it is called","title":"Label","examples":["a","b"]}},)"
              R"("required":["origin","label"],"$defs":{"Point":{"type":"object","properties":{"x":{"type":"number"}},)"
              R"("required":["x"]}}})");

// a recursive root stands in its place, and in "$defs" for what refers to it
struct Node {
  std::vector<Node> children;
};
static_assert(schema<Node> ==
              R"({"type":"object","properties":{"children":{"type":"array","items":{"$ref":"#/$defs/Node"}}},)"
              R"("required":["children"],"$defs":{"Node":{"type":"object","properties":{"children":{"type":"array",)"
              R"("items":{"$ref":"#/$defs/Node"}}},"required":["children"]}}})");

TEST(SchemaRows, AreProvedByTheCompiler) {}

}  // namespace
}  // namespace instructor
