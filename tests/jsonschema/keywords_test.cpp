#include "verdicts.hpp"

namespace instructor::jsonschema {
namespace {

TEST(Keywords, ReadsNumbersAsWhatTheyAreWorth) {
  EXPECT_TRUE(valid(R"({"type":"integer"})", "1.0"));
  EXPECT_TRUE(valid(R"({"type":"integer"})", "12345678910111213141516171819202122232425262728293031"));
  EXPECT_FALSE(valid(R"({"type":"integer"})", "1.5"));
  EXPECT_TRUE(valid(R"({"const":1})", "1.0"));
  EXPECT_TRUE(valid(R"({"enum":[[0,{"a":2.0}]]})", R"([0.0,{"a":2}])"));
  EXPECT_FALSE(valid(R"({"const":false})", "0"));
  EXPECT_TRUE(valid(R"({"multipleOf":0.01})", "19.99"));
  EXPECT_FALSE(valid(R"({"multipleOf":0.01})", "19.995"));
  EXPECT_TRUE(valid(R"({"maximum":18446744073709551615})", "18446744073709551615"));
  EXPECT_FALSE(valid(R"({"maximum":9007199254740992})", "9007199254740993"));
  EXPECT_FALSE(valid(R"({"exclusiveMaximum":9223372036854775808})", "9223372036854775808"));
  EXPECT_TRUE(valid(R"({"exclusiveMinimum":-9223372036854775808})", "-9223372036854775807"));
}

TEST(Keywords, CountsCodePoints) {
  EXPECT_TRUE(valid(R"({"maxLength":2})", "\"\U0001F600\U0001F600\""));
  EXPECT_FALSE(valid(R"({"minLength":3})", "\"\U0001F600\U0001F600\""));
  EXPECT_TRUE(valid(R"({"maxLength":2.0})", R"("ab")"));
}

TEST(Keywords, ComparesItemsByValue) {
  EXPECT_FALSE(valid(R"({"uniqueItems":true})", R"([1,"a",1.0])"));
  EXPECT_FALSE(valid(R"({"uniqueItems":true})", R"([{"a":1,"b":2},{"b":2,"a":1}])"));
  EXPECT_TRUE(valid(R"({"uniqueItems":true})", R"([1,true,"1",[1],null])"));
  std::string many = "[";
  for (int i = 0; i < 1000; ++i) many += std::to_string(i) + ",";
  EXPECT_TRUE(valid(R"({"uniqueItems":true})", many + "1000]"));
  EXPECT_FALSE(valid(R"({"uniqueItems":true})", many + "500.0]"));
}

TEST(Keywords, FindsOneOfManyValues) {
  std::string list = R"({"enum":["a","b",)";
  for (int i = 0; i < 100; ++i) list += "[" + std::to_string(i) + "],";
  list += "null]}";
  EXPECT_TRUE(valid(list, "[70.0]"));
  EXPECT_TRUE(valid(list, "\"b\""));
  EXPECT_TRUE(valid(list, "null"));
  EXPECT_FALSE(valid(list, "[100]"));
  EXPECT_FALSE(valid(list, "\"c\""));
}

TEST(Keywords, MatchesPatternsAsEcmaScriptDoes) {
  EXPECT_TRUE(valid(R"({"pattern":"^[a-z0-9_-]{2,4}$"})", R"("a-_9")"));
  EXPECT_FALSE(valid(R"({"pattern":"^[a-z]{2,4}$"})", R"("abcde")"));
  EXPECT_FALSE(valid(R"({"pattern":"^[a-z]{2,4}$"})", R"("ab\n")"));
  EXPECT_TRUE(valid(R"({"pattern":"^x-"})", R"("x-a")"));
  EXPECT_FALSE(valid(R"({"pattern":"^x-$"})", R"("x-a")"));
  EXPECT_TRUE(valid(R"({"pattern":"^\\S+\\u00e9$"})", "\"caf\u00e9\""));
  EXPECT_TRUE(valid(R"({"pattern":"^(?!con$|aux$)[a-z]+$"})", R"("console")"));
  EXPECT_FALSE(valid(R"({"pattern":"^(?!con$|aux$)[a-z]+$"})", R"("aux")"));
  EXPECT_TRUE(valid(R"({"pattern":"^.{0,3000}$"})", "\"" + std::string(3000, 'x') + "\""));
  EXPECT_FALSE(valid(R"({"pattern":"^.{0,3000}$"})", "\"" + std::string(3001, 'x') + "\""));
}

TEST(Keywords, LooksAtMembers) {
  constexpr std::string_view schema = R"({
    "properties": {"a": {"type": "integer"}}, "patternProperties": {"^n_": {"type": "null"}},
    "additionalProperties": {"type": "string"}, "propertyNames": {"maxLength": 3}, "required": ["a"]})";
  EXPECT_TRUE(valid(schema, R"({"a":1,"n_x":null,"z":"s"})"));
  EXPECT_FALSE(valid(schema, R"({"a":"1"})"));
  EXPECT_FALSE(valid(schema, R"({"a":1,"n_x":1})"));
  EXPECT_FALSE(valid(schema, R"({"a":1,"z":1})"));
  EXPECT_FALSE(valid(schema, R"({"a":1,"long":"s"})"));
  EXPECT_FALSE(valid(schema, R"({"z":"s"})"));
  EXPECT_TRUE(valid(schema, "5"));
}

TEST(Keywords, KnowsWhatWasEvaluated) {
  constexpr std::string_view schema = R"({
    "properties": {"a": true},
    "anyOf": [{"properties": {"b": {"type": "integer"}}, "required": ["b"]}, {"properties": {"c": true}, "required": ["c"]}],
    "if": {"properties": {"kind": {"const": 1}}, "required": ["kind"]}, "then": {"properties": {"one": true}},
    "unevaluatedProperties": false})";
  EXPECT_TRUE(valid(schema, R"({"a":1,"b":2,"c":3})"));
  EXPECT_FALSE(valid(schema, R"({"a":1,"c":3,"b":"an alternative that does not hold evaluates nothing"})"));
  EXPECT_TRUE(valid(schema, R"({"b":2,"kind":1,"one":1})"));
  EXPECT_FALSE(valid(schema, R"({"b":2,"one":1})"));
  EXPECT_FALSE(valid(R"({"prefixItems":[true],"contains":{"type":"string"},"unevaluatedItems":false})", "[1,\"a\",2]"));
  EXPECT_TRUE(valid(R"({"prefixItems":[true],"contains":{"type":"string"},"unevaluatedItems":false})", "[1,\"a\"]"));
  std::string many = "{";
  for (int i = 0; i < 300; ++i) many += "\"k" + std::to_string(i) + "\":1,";
  EXPECT_TRUE(
      valid(R"({"allOf":[{"patternProperties":{"^k":true}}],"unevaluatedProperties":false})", many + "\"k\":1}"));
  EXPECT_FALSE(
      valid(R"({"allOf":[{"patternProperties":{"^k":true}}],"unevaluatedProperties":false})", many + "\"x\":1}"));
}

TEST(Keywords, ReadsDraft7) {
  SchemaOptions draft7;
  draft7.default_draft = Draft::draft7;
  EXPECT_FALSE(valid(R"({"items":[{"type":"string"}],"additionalItems":false})", R"(["a","b"])", draft7));
  EXPECT_FALSE(valid(R"({"dependencies":{"a":["b"],"c":{"required":["d"]}}})", R"({"a":1})", draft7));
  EXPECT_TRUE(
      valid(R"({"$ref":"#/definitions/s","maxLength":1,"definitions":{"s":{"type":"string"}}})", R"("abc")", draft7));
  EXPECT_FALSE(valid(R"({"$ref":"#/$defs/s","maxLength":1,"$defs":{"s":{"type":"string"}}})", R"("abc")"));
  EXPECT_TRUE(valid(R"({"prefixItems":[{"type":"string"}]})", "[1]", draft7));
  EXPECT_FALSE(
      valid(R"({"$schema":"http://json-schema.org/draft-04/schema#","minimum":3,"exclusiveMinimum":true})", "3"));
}

TEST(Keywords, ChecksFormatsWhereAsked) {
  SchemaOptions checking;
  checking.check_formats = true;
  EXPECT_TRUE(valid(R"({"format":"date"})", R"("yesterday")"));
  EXPECT_FALSE(valid(R"({"format":"date"})", R"("yesterday")", checking));
  EXPECT_TRUE(valid(R"({"format":"date"})", "5", checking));
  EXPECT_TRUE(valid(R"({"format":"colour"})", R"("yesterday")", checking));
}

TEST(Keywords, RefusesWrongValuesWithTheirPlace) {
  EXPECT_EQ(refusal(R"({"properties":{"a b":{"minLength":-1}}})"),
            "/properties/a b/minLength: expected a whole number, at least 0, got -1");
  EXPECT_EQ(refusal(R"({"type":"int"})"), R"(/type: expected the name of a type, got "int")");
  EXPECT_EQ(refusal(R"({"type":["string",3]})"), "/type/1: expected string, got 3");
  EXPECT_EQ(refusal(R"({"required":"a"})"), R"(/required: expected array, got "a")");
  EXPECT_EQ(refusal(R"({"items":[{}]})"), "/items: expected a schema (an object, true or false), got an array");
  EXPECT_EQ(refusal(R"({"multipleOf":0})"), "/multipleOf: expected a number above 0, got 0");
  EXPECT_EQ(refusal(R"({"uniqueItems":1})"), "/uniqueItems: expected true or false, got 1");
  EXPECT_EQ(refusal("[]"), "expected a schema (an object, true or false), got []");
  EXPECT_EQ(refusal(R"({"patternProperties":{"a(":true}})"),
            R"(/patternProperties/a(: the pattern "a(" cannot be used: there is a ( without a ))");
  EXPECT_EQ(refusal(R"({"pattern":"(a)\\1"})"),
            R"(/pattern: the pattern "(a)\\1" cannot be used: references to groups are not supported)");
}

}  // namespace
}  // namespace instructor::jsonschema
