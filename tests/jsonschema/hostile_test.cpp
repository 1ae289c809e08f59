#include <limits>

#include "verdicts.hpp"

namespace instructor::jsonschema {
namespace {

Json nested(std::size_t depth, const Json& innermost, const char* key) {
  Json value = innermost;
  for (std::size_t i = 0; i < depth; ++i) {
    Json outer = Json::object();
    outer[key] = std::move(value);
    value = std::move(outer);
  }
  return value;
}

std::string first_code(const Schema& schema, const Json& value) {
  Issues issues;
  EXPECT_FALSE(schema.validate(value, issues));
  return issues.empty() ? "" : std::string(to_string(issues[0].code));
}

TEST(Hostile, LoopsAreRefused) {
  EXPECT_EQ(refusal(R"({"$ref":"#"})"), "refers to itself without anything in between");
  EXPECT_EQ(
      refusal(
          R"({"$ref":"#/$defs/a","$defs":{"a":{"anyOf":[{"$ref":"#/$defs/b"}]},"b":{"not":{"$ref":"#/$defs/a"}}}})"),
      "/$defs/a: refers to itself without anything in between");
  EXPECT_EQ(refusal(R"({"properties":{"next":{"$ref":"#"}}})"), "");
}

TEST(Hostile, LoopsThroughDynamicReferencesEnd) {
  const Schema schema(Json::parse(R"({"$id":"http://x/a","$dynamicAnchor":"n","$ref":"b",
    "$defs":{"b":{"$id":"b","$dynamicAnchor":"n","allOf":[{"$dynamicRef":"#n"}]}}})"));
  EXPECT_EQ(first_code(schema, 1), "too_deep");
}

TEST(Hostile, DeepSchemasAreRefused) {
  const Json schema = nested(100000, true, "not");
  try {
    const Schema compiled(schema);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.message(), "the schema cannot be used: nested too deeply");
  }
}

TEST(Hostile, DeepValuesAreNotValid) {
  const Json value = nested(100000, 1, "a");
  EXPECT_EQ(first_code(Schema(Json::parse(R"({"properties":{"a":{"$ref":"#"}}})")), value), "too_deep");
  EXPECT_EQ(first_code(Schema(Json::parse(R"({"const":{"a":1}})")), value), "literal_error");
  const Json copied = nested(3000, 1, "a");  // a copy of a deeper one would need too much stack itself
  Json twice = Json::array({copied, copied});
  for (int i = 0; i < 20; ++i) twice.push_back(i);
  Issues issues;
  Schema(Json::parse(R"({"uniqueItems":true})")).validate(twice, issues);
}

TEST(Hostile, DoublingEnds) {
  // Each definition applies the next one twice: 2^60 steps.
  Json schema = Json::parse(R"({"$ref":"#/$defs/d0","$defs":{"d60":{"type":"integer"}}})");
  for (int i = 0; i < 60; ++i) {
    const Json next{{"$ref", "#/$defs/d" + std::to_string(i + 1)}};
    schema["$defs"]["d" + std::to_string(i)] = {{"allOf", {next, next}}, {"title", "x"}};
  }
  SchemaOptions options;
  options.max_steps = 100000;
  EXPECT_EQ(first_code(Schema(schema, options), 1), "too_large");
}

TEST(Hostile, ManyReferencesCompileOnce) {
  Json schema = Json::parse(R"({"$defs":{"d0":{"type":"integer"}}})");
  for (int i = 1; i <= 2000; ++i) {
    const Json before{{"$ref", "#/$defs/d" + std::to_string(i - 1)}};
    schema["$defs"]["d" + std::to_string(i)] = {{"properties", {{"a", before}, {"b", before}}}};
  }
  schema["$ref"] = "#/$defs/d2000";
  EXPECT_TRUE(Schema(schema).is_valid(Json::parse(R"({"a":{"b":{"a":1}}})")));
}

TEST(Hostile, PatternsTakeLinearTime) {
  const std::string text(100000, 'a');
  EXPECT_FALSE(Schema(Json::parse(R"({"pattern":"^(a+)+$"})")).is_valid(text + "!"));
}

TEST(Hostile, NumbersThatAreNoneAreNotValid) {
  const Schema schema(Json::parse(R"({"type":"integer"})"));
  EXPECT_FALSE(schema.is_valid(Json(std::numeric_limits<double>::infinity())));
  EXPECT_FALSE(schema.is_valid(Json(std::numeric_limits<double>::quiet_NaN())));
}

}  // namespace
}  // namespace instructor::jsonschema
