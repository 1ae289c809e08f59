#include "verdicts.hpp"

namespace instructor::jsonschema {
namespace {

TEST(Issues, AreAllOfThemWithTheirPlaces) {
  constexpr std::string_view schema = R"({
    "type": "object", "required": ["name", "tags"], "additionalProperties": false,
    "properties": {
      "name": {"type": "string", "minLength": 3}, "age": {"type": "integer", "minimum": 0},
      "tags": {"type": "array", "items": {"enum": ["low", "high"]}, "maxItems": 2},
      "pos": {"type": "array", "prefixItems": [{"type": "number"}], "items": false}}})";
  EXPECT_EQ(issues_of(schema, R"({"name":"x","age":-1,"tag":[],"pos":[1,2]})"),
            "/name string_too_short expected at least 3 characters, got 1: \"x\"\n"
            "/age greater_than_equal expected at least 0, got -1\n"
            "/tag extra_forbidden no key \"tag\" belongs here (did you mean \"tags\"?)\n"
            "/pos too_long expected at most 1 item, got 2\n"
            "/tags missing missing: expected array (there is \"tag\")\n");
  EXPECT_EQ(issues_of(schema, R"({"name":5,"age":2.5,"tags":["low","hgih","high"]})"),
            "/name string_type expected string, got number 5\n"
            "/age int_from_float expected integer, got 2.5\n"
            "/tags too_long expected at most 2 items, got 3\n"
            "/tags/1 enum expected one of \"low\", \"high\", got \"hgih\" (did you mean \"high\"?)\n");
  EXPECT_EQ(issues_of(schema, "[]"), " model_type expected object, got array []\n");
}

TEST(Issues, OfAlternativesAreThoseOfTheClosest) {
  constexpr std::string_view shapes = R"({"oneOf": [
    {"type": "object", "properties": {"kind": {"const": "circle"}, "radius": {"type": "number"}}, "required": ["kind", "radius"]},
    {"type": "object", "properties": {"kind": {"const": "square"}, "side": {"type": "number"}}, "required": ["kind", "side"]}]})";
  EXPECT_EQ(issues_of(shapes, R"({"kind":"square","side":"2"})"),
            "/side float_type expected number, got string \"2\"\n");
  EXPECT_EQ(issues_of(shapes, "3"), " union_type expected object, got number 3\n");
  EXPECT_EQ(issues_of(R"({"anyOf":[{"type":"integer"},{"type":"null"},{"const":"auto"}]})", "true"),
            " union_type expected integer or null or \"auto\", got true\n");
  EXPECT_EQ(
      issues_of(R"({"anyOf":[{"$ref":"#/$defs/p"},{"type":"null"}],"$defs":{"p":{"type":"object","required":["x"]}}})",
                "{}"),
      "/x missing missing: expected a value\n");
  EXPECT_EQ(issues_of(R"({"oneOf":[{"minimum":1},{"multipleOf":2},{"type":"string"}]})", "4"),
            " one_of_several expected a value that fits one of 3 alternatives, got 2 that fit: 4\n");
}

TEST(Issues, SayWhatIsNotAllowed) {
  EXPECT_EQ(issues_of(R"({"not":{"type":"string"}})", "\"x\""),
            " not_allowed expected anything but string, got \"x\"\n");
  EXPECT_EQ(issues_of(R"({"properties":{"a":false}})", R"({"a":1})"), "/a not_allowed expected no value here, got 1\n");
  EXPECT_EQ(issues_of(R"({"contains":{"type":"string"},"minContains":2})", R"(["a",1])"),
            " contains_too_few expected at least 2 items of the kind that is counted, got 1\n");
  EXPECT_EQ(issues_of(R"({"uniqueItems":true})", "[1,2,1]"), "/2 not_unique expected no item twice, got 1\n");
  EXPECT_EQ(issues_of(R"({"dependentRequired":{"card":["name"]}})", R"({"card":1})"),
            "/name missing missing: expected a value, since there is \"card\"\n");
  EXPECT_EQ(issues_of(R"({"propertyNames":{"maxLength":2}})", R"({"a/b":1})"),
            "/a~1b string_too_long expected at most 2 characters, got 3: \"a/b\" (the key itself)\n");
  SchemaOptions checking;
  checking.check_formats = true;
  EXPECT_EQ(issues_of(R"({"format":"date"})", "\"x\"", checking),
            " string_format expected text of the format date, got \"x\"\n");
}

TEST(Issues, AreNoLongerThanTheyNeedToBe) {
  Json large = Json::array();
  for (int i = 0; i < 5000; ++i) large.push_back({{"key", std::string(500, 'x')}});
  Issues issues;
  Schema(Json::parse(R"({"type":"string"})")).validate(large, issues);
  ASSERT_EQ(issues.size(), 1u);
  EXPECT_LT(issues[0].received.size(), 130u);
}

}  // namespace
}  // namespace instructor::jsonschema
