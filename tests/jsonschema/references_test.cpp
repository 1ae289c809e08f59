#include "verdicts.hpp"

namespace instructor::jsonschema {
namespace {

TEST(References, AreResolvedByTheirBase) {
  constexpr std::string_view schema = R"({
    "$id": "http://example.com/root.json", "$ref": "folder/item.json#count",
    "$defs": {"i": {"$id": "folder/item.json", "$defs": {"c": {"$anchor": "count", "type": "integer"}}}}})";
  EXPECT_TRUE(valid(schema, "1"));
  EXPECT_FALSE(valid(schema, "\"1\""));
}

TEST(References, EscapesInPointers) {
  constexpr std::string_view schema = R"({"$ref":"#/$defs/a~1b%20c~0","$defs":{"a/b c~":{"type":"null"}}})";
  EXPECT_TRUE(valid(schema, "null"));
  EXPECT_FALSE(valid(schema, "1"));
}

TEST(References, ReachWhatIsGivenAndNothingElse) {
  SchemaOptions options;
  options.remotes.emplace("http://example.com/name.json", Json::parse(R"({"type":"string","minLength":"two"})"));
  EXPECT_EQ(refusal(R"({"properties":{"x":{"$ref":"http://example.com/other.json#/a"}}})", options),
            R"(/properties/x/$ref: the document "http://example.com/other.json" was not given)");
  EXPECT_EQ(refusal(R"({"$ref":"http://example.com/name.json"})", options),
            R"(http://example.com/name.json#/minLength: expected a whole number, at least 0, got "two")");
  EXPECT_EQ(refusal(R"({"$ref":"http://example.com/name.json#/nope"})", options),
            R"(/$ref: there is nothing at "http://example.com/name.json#/nope")");
  EXPECT_EQ(refusal(R"({"$ref":"#nope"})"), R"(/$ref: there is nothing at "#nope")");
  EXPECT_EQ(refusal(R"({"$schema":"http://example.com/my-draft"})"),
            R"(/$schema: the metaschema "http://example.com/my-draft" is not known and was not given)");
}

TEST(References, KnowTheMetaschemas) {
  constexpr std::string_view latest = R"({"$ref":"https://json-schema.org/draft/2020-12/schema"})";
  EXPECT_TRUE(valid(latest, R"({"properties":{"a":{"type":["string","null"]}}})"));
  EXPECT_FALSE(valid(latest, R"({"properties":{"a":{"type":["strin"]}}})"));
  EXPECT_TRUE(issues_of(latest, R"({"$defs":{"a":{"allOf":[{"minLength":-1}]}}})")
                  .starts_with("/$defs/a/allOf/0/minLength greater_than_equal expected at least 0, got -1\n"));
  constexpr std::string_view draft7 = R"({"$ref":"http://json-schema.org/draft-07/schema#"})";
  EXPECT_TRUE(valid(draft7, R"({"items":[{"minimum":1}]})"));
  EXPECT_FALSE(valid(draft7, R"({"items":[{"minimum":"1"}]})"));
}

TEST(References, FollowTheDynamicScope) {
  SchemaOptions options;
  options.remotes.emplace("http://example.com/tree", Json::parse(R"({
    "$id": "http://example.com/tree", "$dynamicAnchor": "node", "type": "object",
    "properties": {"data": true, "children": {"type": "array", "items": {"$dynamicRef": "#node"}}}})"));
  constexpr std::string_view strict = R"({
    "$id": "http://example.com/strict-tree", "$dynamicAnchor": "node", "$ref": "tree", "unevaluatedProperties": false})";
  EXPECT_TRUE(valid(strict, R"({"children":[{"data":1}]})", options));
  EXPECT_FALSE(valid(strict, R"({"children":[{"daat":1}]})", options));
  EXPECT_TRUE(valid(R"({"$ref":"http://example.com/tree"})", R"({"children":[{"daat":1}]})", options));
}

TEST(References, RespectVocabularies) {
  SchemaOptions options;
  options.remotes.emplace("http://example.com/applied", Json::parse(R"({
    "$id": "http://example.com/applied", "$vocabulary": {"https://json-schema.org/draft/2020-12/vocab/core": true,
    "https://json-schema.org/draft/2020-12/vocab/applicator": true}})"));
  options.remotes.emplace("http://example.com/unknown",
                          Json::parse(R"({"$vocabulary":{"http://example.com/v":true}})"));
  constexpr std::string_view schema =
      R"({"$schema":"http://example.com/applied","properties":{"a":{"minimum":5},"b":false}})";
  EXPECT_TRUE(valid(schema, R"({"a":1})", options));
  EXPECT_FALSE(valid(schema, R"({"b":1})", options));
  EXPECT_EQ(refusal(R"({"$schema":"http://example.com/unknown"})", options),
            "/$schema: the vocabulary http://example.com/v is not known, and the metaschema requires it");
}

}  // namespace
}  // namespace instructor::jsonschema
