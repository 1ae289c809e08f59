#include "model/schema_reader.hpp"

#include <gtest/gtest.h>

#include <string>

#include <nlohmann/json.hpp>

#include "instructor/client.hpp"
#include "instructor/codec.hpp"
#include "instructor/dynamic.hpp"
#include "instructor/error.hpp"
#include "instructor/testing.hpp"

namespace instructor {
namespace {

std::string issues_of(const DynamicModel& model, std::string_view text) {
  const auto value = model.decode(text);
  if (value) return "valid";
  std::string out;
  for (const Issue& issue : value.error())
    out += (issue.path.empty() ? "(root)" : issue.path) + " " + std::string(to_string(issue.code)) + "\n";
  return out;
}

std::string failure(std::string_view schema) {
  try {
    (void)DynamicModel::from_json_schema(schema);
    return "none";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::invalid_model);
    return error.message();
  }
}

constexpr std::string_view ticket = R"({
  "title": "Support Ticket", "type": "object", "description": "A ticket",
  "properties": {
    "id": {"type": "integer", "minimum": 1},
    "prio": {"enum": ["low", "high"]},
    "tags": {"type": "array", "items": {"type": "string", "minLength": 2}, "maxItems": 2, "uniqueItems": true},
    "who": {"$ref": "#/$defs/person"},
    "note": {"type": ["string", "null"]},
    "pos": {"type": "array", "prefixItems": [{"type": "number"}, {"type": "string"}], "minItems": 2, "maxItems": 2},
    "k": {"const": 3},
    "m": {"type": "object", "additionalProperties": {"type": "number"}},
    "q": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
    "d": {"type": "string", "default": "x"}
  },
  "required": ["id", "prio", "q"],
  "$defs": {"person": {"type": "object", "properties": {"name": {"type": "string"}, "boss": {"$ref": "#/$defs/person"}},
                        "required": ["name"], "additionalProperties": false}}})";

TEST(DynamicModel, TakesItsNameFromTheTitle) {
  EXPECT_EQ(DynamicModel::from_json_schema(ticket).name(), "Support_Ticket");
  EXPECT_EQ(DynamicModel::from_json_schema(R"({"type":"object"})", "invoice").name(), "invoice");
}

TEST(DynamicModel, FillsInDefaultsThatAreValid) {
  const auto wrong = DynamicModel::from_json_schema(
      R"({"properties":{"b":{"type":"array","items":{"type":"integer"},"default":[1,"z"]},"c":{"default":3}}})");
  EXPECT_EQ(encode(wrong.decode("{}").value()), R"({"c":3})");
  const auto model = DynamicModel::from_json_schema(R"({"properties":{"s":{"type":"string","default":null}}})");
  EXPECT_EQ(encode(model.decode("{}").value()), "{}");
}

TEST(DynamicModel, WritesNumbersAsTheyWereRead) {
  const auto model =
      DynamicModel::from_json_schema(R"({"type":"array","items":{"type":"number","minimum":1}})", "numbers");
  EXPECT_EQ(encode(model.decode("[1,1.0,9007199254740993]").value()), "[1,1.0,9007199254740993]");
  EXPECT_FALSE(model.decode("[0]"));
}

TEST(DynamicModel, DecodesValidValuesAndKeepsUnknownKeys) {
  const auto model = DynamicModel::from_json_schema(ticket);
  const auto value = model.decode(
      R"({"id":1,"prio":"low","q":null,"extra":{"a":[1]},"who":{"name":"a","boss":{"name":"b"}},"pos":[1,"x"],"k":3,"m":{"a":1.5}})");
  ASSERT_TRUE(value) << value.error().text();
  EXPECT_EQ(
      encode(*value),
      R"({"id":1,"prio":"low","q":null,"extra":{"a":[1]},"who":{"name":"a","boss":{"name":"b"}},"pos":[1,"x"],"k":3,)"
      R"("m":{"a":1.5},"d":"x"})");
}

TEST(DynamicModel, ReportsTheSameIssuesAsStructs) {
  const auto model = DynamicModel::from_json_schema(ticket);
  EXPECT_EQ(
      issues_of(
          model,
          R"({"id":0,"prio":"hgih","who":{"nme":"a","boss":3},"tags":["a","bb","bb"],"pos":[1],"k":4,"m":{"a":"x"}})"),
      "/id greater_than_equal\n/prio enum\n/who/nme extra_forbidden\n/who/boss model_type\n/who/name missing\n"
      "/tags/0 string_too_short\n/pos/1 missing\n/k literal_error\n/m/a float_type\n/q missing\n");
  EXPECT_EQ(issues_of(model, R"({"id":1,"prio":"low","q":1,"tags":["aa","bb","bb"]})"),
            "/tags too_long\n/tags/2 not_unique\n");
  EXPECT_EQ(issues_of(model, R"({"id":1,"prio":"low","q":1,"note":null,"who":null})"), "/who model_type\n");
}

TEST(DynamicModel, WritesTheSchemaBackAsUnderstood) {
  const auto model = DynamicModel::from_json_schema(ticket);
  EXPECT_EQ(issues_of(DynamicModel::from_json_schema(model.schema()), R"({"id":1,"prio":"low","q":null})"), "valid");
  EXPECT_NE(model.lowered(dialect::openai_strict)
                .schema.find(R"("required":["id","prio","tags","who","note","pos","k","m","q","d"])"),
            std::string::npos);
}

TEST(DynamicModel, ReadsRecursiveSchemas) {
  const auto tree = DynamicModel::from_json_schema(
      R"({"type":"object","properties":{"children":{"type":"array","items":{"$ref":"#"}}},"required":["children"]})",
      "tree");
  EXPECT_EQ(issues_of(tree, R"({"children":[{"children":[{"children":[{}]}]}]})"),
            "/children/0/children/0/children/0/children missing\n");
  EXPECT_NE(tree.schema().find("#/$defs/tree"), std::string::npos);
  const auto map = DynamicModel::from_json_schema(
      R"({"type":"object","properties":{"a":{"$ref":"#/$defs/T"}},"$defs":{"T":{"type":"object","additionalProperties":{"$ref":"#/$defs/T"}}}})");
  EXPECT_EQ(issues_of(map, R"({"a":{"x":{"y":1}}})"), "/a/x/y model_type\n");
  const auto inner = DynamicModel::from_json_schema(
      R"({"type":"object","properties":{"p":{"type":"object","properties":{"q":{"$ref":"#/properties/p"}}}}})");
  EXPECT_EQ(issues_of(inner, R"({"p":{"q":{"q":5}}})"), "/p/q/q model_type\n");
  EXPECT_LT(inner.schema().size(), 1000u);
}

TEST(DynamicModel, AcceptsRootsThatAreNoObjects) {
  const auto list = DynamicModel::from_json_schema(R"({"type":"array","items":{"type":"integer"}})", "numbers");
  EXPECT_EQ(issues_of(list, "[1,\"2\"]"), "/1 int_type\n");
  EXPECT_EQ(list.asked_type().kind, Kind::object);
  EXPECT_EQ(list.asked_type().name, "numbers");
}

TEST(DynamicModel, KnowsOlderSpellings) {
  const auto model = DynamicModel::from_json_schema(
      R"({"definitions":{"N":{"type":"number","minimum":0,"exclusiveMinimum":true}},"properties":{"a":{"$ref":"#/definitions/N"},)"
      R"("b":{"type":"string","nullable":true}}})");
  EXPECT_EQ(issues_of(model, R"({"a":0,"b":null})"), "/a greater_than\n");
}

TEST(DynamicModel, ResolvesEscapedReferences) {
  const auto model = DynamicModel::from_json_schema(
      R"({"properties":{"x":{"$ref":"#/$defs/a~1b%20c"}},"$defs":{"a/b c":{"type":"integer"}}})");
  EXPECT_EQ(issues_of(model, R"({"x":"1"})"), "/x int_type\n");
}

TEST(DynamicModel, RefusesWhatIsNoSchema) {
  EXPECT_EQ(failure("[1"), "the schema is not JSON: expected a comma or ], got the end of the text (line 1, column 3)");
  EXPECT_EQ(failure("3"), "the schema cannot be used: expected a schema (an object, true or false), got 3");
  EXPECT_EQ(failure("false"), "the schema cannot be used: the schema false allows no value at all");
  EXPECT_EQ(
      failure(R"({"type":"objekt"})"),
      "the schema cannot be used: /type: expected one of \"object\", \"array\", \"string\", \"number\", \"integer\", "
      "\"boolean\", \"null\", got \"objekt\"");
  EXPECT_EQ(failure(R"({"properties":[]})"), "the schema cannot be used: /properties: expected object, got []");
  EXPECT_EQ(failure(R"({"properties":{"a":{"minLength":-1}}})"),
            "the schema cannot be used: /properties/a/minLength: expected a whole number, at least 0, got -1");
  EXPECT_EQ(failure(R"({"properties":{"a":{"type":"string","pattern":"("}}})"),
            "the schema cannot be used: /properties/a/pattern: no regular expression: there is a ( without a )");
  EXPECT_EQ(failure(R"({"type":"number","multipleOf":0})"),
            "the schema cannot be used: /multipleOf: expected a number above 0, got 0");
  EXPECT_EQ(failure(R"({"enum":[]})"), "the schema cannot be used: /enum: expected at least one value");
  EXPECT_EQ(failure(R"({"required":"a"})"), "the schema cannot be used: /required: expected array, got \"a\"");
}

TEST(DynamicModel, RefusesReferencesThatLeadNowhere) {
  EXPECT_EQ(failure(R"({"$ref":"#/$defs/x"})"), "the schema cannot be used: /$ref: there is nothing at \"#/$defs/x\"");
  EXPECT_EQ(failure(R"({"$ref":"https://example.com/s.json"})"),
            "the schema cannot be used: /$ref: the document \"https://example.com/s.json\" was not given");
  EXPECT_EQ(failure(R"({"$ref":"#/$defs/a","$defs":{"a":{"$ref":"#/$defs/a"}}})"),
            "the schema cannot be used: /$defs/a: refers to itself without anything in between");
}

TEST(DynamicModel, ChecksWhatTablesDoNotExpress) {
  const char* const text =
      R"({"type":"object","required":["a"],"properties":{"a":{"allOf":[{"type":"string"},{"minLength":2}]},)"
      R"("b":{"type":"integer","default":7},"e":{"type":"string","format":"email"}},)"
      R"("patternProperties":{"^x":{"type":"number"}},"additionalProperties":false,"dependentRequired":{"b":["e"]}})";
  const auto model = DynamicModel::from_json_schema(text, "odd");
  EXPECT_EQ(encode(*model.decode(R"({"a":"ab","x1":2})")), R"({"a":"ab","x1":2,"b":7})");
  EXPECT_EQ(issues_of(model, R"({"a":"a","x1":"y","z":1})"),
            "/a string_too_short\n/x1 float_type\n/z extra_forbidden\n");
  EXPECT_EQ(issues_of(model, R"({"a":"ab","b":1})"), "/e missing\n");
  EXPECT_EQ(issues_of(model, R"({"a":"ab","e":"no address"})"), "valid");
  EXPECT_EQ(issues_of(DynamicModel::from_json_schema(text, SchemaOptions().check_formats()),
                      R"({"a":"ab","e":"no address"})"),
            "/e string_format\n");
  // The language model reads what was written; a strict dialect could not say it.
  EXPECT_EQ(model.schema(), encode(*decode<Json>(text)));
  const auto client = testing::scripted({R"({"a":"a"})", R"({"a":"ab"})"});
  EXPECT_EQ(encode(client.create(model, "x")), R"({"a":"ab","b":7})");
  EXPECT_EQ(issues_of(model, encode(testing::fake(model))), "valid");
}

TEST(DynamicModel, WrapsWhatIsNoObject) {
  const auto model = DynamicModel::from_json_schema(
      R"({"type":"array","items":{"$ref":"#/$defs/n"},"contains":{"const":3},"$defs":{"n":{"type":"integer"}}})");
  const auto client = testing::scripted({R"({"content":[1,2]})", R"({"content":[1,3]})"});
  auto [value, completion] = client.create_with_completion(model, "x");
  EXPECT_EQ(encode(value), "[1,3]");
  ASSERT_EQ(completion.attempts.size(), 2U);
  EXPECT_EQ(completion.attempts[0].issues[0].path, "/content");
}

TEST(DynamicModel, FollowsReferencesToDocumentsThatAreGiven) {
  const auto model =
      DynamicModel::from_json_schema(R"({"type":"object","properties":{"a":{"$ref":"https://example.com/s.json"}}})",
                                     SchemaOptions("far").remote("https://example.com/s.json", R"({"type":"string"})"));
  EXPECT_EQ(issues_of(model, R"({"a":"x"})"), "valid");
  EXPECT_EQ(issues_of(model, R"({"a":1})"), "/a string_type\n");
}

TEST(DynamicModel, JudgesAsJsonSchemaDoes) {
  const auto verdict = [](std::string_view schema, std::string_view value) {
    return DynamicModel::from_json_schema(schema).decode(value).has_value();
  };
  EXPECT_TRUE(verdict(R"({"properties":{"a":{"type":"string"}}})", "12"));
  EXPECT_TRUE(verdict(R"({"minLength":3})", "1"));
  EXPECT_FALSE(verdict(R"({"minLength":3})", "\"a\""));
  EXPECT_TRUE(verdict(R"({"type":"integer"})", "1.0"));
  EXPECT_FALSE(verdict(R"({"type":"integer"})", "1.5"));
  EXPECT_TRUE(verdict(R"({"const":1})", "1.0"));
  EXPECT_TRUE(verdict(R"({"enum":[{"a":1,"b":2}]})", R"({"b":2,"a":1.0})"));
  EXPECT_TRUE(verdict(R"({"enum":[[false],[1]]})", "[1.0]"));
  EXPECT_FALSE(verdict(R"({"enum":[[false]]})", "[0]"));
  EXPECT_FALSE(verdict(R"({"uniqueItems":true})", "[1,1.0]"));
  EXPECT_TRUE(verdict(R"({"anyOf":[{"required":["a"]},{"required":["b"]}]})", R"({"b":1})"));
  EXPECT_FALSE(verdict(R"({"oneOf":[{"type":"integer"},{"type":"number"}]})", "1"));
  EXPECT_TRUE(verdict(R"({"prefixItems":[{"type":"string"}]})", R"(["a",1])"));
  EXPECT_TRUE(verdict(R"({"type":"null"})", "null"));
  EXPECT_FALSE(verdict(R"({"type":"null"})", "0"));
}

TEST(DynamicModel, TakesAlternatives) {
  const auto model = DynamicModel::from_json_schema(R"({
    "type":"object","required":["id"],"properties":{
      "id":{"type":["string","integer","null"]},
      "shape":{"oneOf":[{"$ref":"#/$defs/circle"},{"$ref":"#/$defs/square"}],"description":"What it is"},
      "more":{"type":"array","items":{"anyOf":[{"type":"boolean"},{"type":"string","minLength":3},{"type":"null"}]}}},
    "$defs":{
      "circle":{"type":"object","required":["kind","radius"],
                "properties":{"kind":{"const":"circle"},"radius":{"type":"number"}}},
      "square":{"type":"object","required":["kind","side"],
                "properties":{"kind":{"const":"square"},"side":{"type":"number","exclusiveMinimum":0}}}}})");
  const char* const good = R"({"id":null,"shape":{"side":2,"kind":"square"},"more":[true,"abc",null,"abcd"]})";
  EXPECT_EQ(issues_of(model, good), "valid");
  EXPECT_EQ(issues_of(model, R"({"id":1.5,"shape":{"side":0,"kind":"square"},"more":["ab",1]})"),
            "/id union_type\n/shape/side greater_than\n/more/0 string_too_short\n/more/1 union_type\n");
  EXPECT_EQ(issues_of(model, R"({"id":"a","shape":{"kind":"oval"}})"), "/shape/kind union_tag_invalid\n");
  // The schema that is sent says the same.
  EXPECT_EQ(issues_of(DynamicModel::from_json_schema(model.schema()), good), "valid");
}

TEST(DynamicModel, BoundsAlternativesOfAlternatives) {
  std::string wide = R"({"$defs":{"d0":{"type":"string"})";
  for (int i = 1; i < 60; ++i) {
    const std::string last = "{\"$ref\":\"#/$defs/d" + std::to_string(i - 1) + "\"}";
    wide += ",\"d" + std::to_string(i) + R"(":{"anyOf":[)" + last + "," + last + R"(,{"type":"integer"}]})";
  }
  const std::string text = wide + R"(},"type":"object","properties":{"a":{"$ref":"#/$defs/d59"}}})";
  try {
    EXPECT_EQ(issues_of(DynamicModel::from_json_schema(text), R"({"a":"x"})"), "valid");
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::unsupported_schema) << error.message();
  }
}

TEST(DynamicModel, BoundsSchemasThatExplode) {
  std::string deep;
  for (int i = 0; i < 5000; ++i) deep += R"({"items":)";
  EXPECT_NE(failure(deep + "{}" + std::string(5000, '}')), "none");
  // Each level says the next one twice.
  std::string wide = R"({"$defs":{"d0":{"type":"string"})";
  for (int i = 1; i < 60; ++i) {
    const std::string last = "{\"$ref\":\"#/$defs/d" + std::to_string(i - 1) + "\"}";
    wide += ",\"d" + std::to_string(i) + R"(":{"type":"array","prefixItems":[)" + last +
            R"(,{"type":"array","items":)" + last + R"(}],"minItems":2,"maxItems":2})";
  }
  const auto model = DynamicModel::from_json_schema(wide + R"(},"properties":{"x":{"$ref":"#/$defs/d59"}}})");
  EXPECT_THROW((void)model.schema(), Error);
}

}  // namespace
}  // namespace instructor
