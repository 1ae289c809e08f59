// What schemas become in the dialects of providers.

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "instructor/dynamic.hpp"
#include "instructor/error.hpp"
#include "instructor/lowering.hpp"
#include "instructor/model.hpp"
#include "instructor/testing.hpp"

namespace instructor {
namespace {

enum class Priority { low, high };

struct Address {
  std::string street;
  std::optional<std::string> postcode;
};

struct Described {
  std::string text;
  int number;
  double ratio;
  std::vector<int> items;
  Priority priority = Priority::low;
  std::optional<int> maybe;
  Address address;

  static constexpr auto describe() {
    return model<Described>("All there is", title("Everything"),
                            field<&Described::text>("A text", title("Text"), example("one"), example("two"),
                                                    min_length(1), max_length(9), pattern("^[a-z\\d]+$")),
                            field<&Described::number>(ge(-3), lt(100), multiple_of(2)),
                            field<&Described::ratio>(gt(0.25), le(99.99), default_value(0.5)),
                            field<&Described::items>(min_items(1), max_items(3), unique),
                            field<&Described::priority>(default_value(Priority::high), "How soon"),
                            field<&Described::maybe>("Perhaps", ge(1)), field<&Described::address>("Where"));
  }
};

Json json(std::string_view text) { return decode<Json>(text).value(); }

/// The schema of one property in a dialect.
Json lowered_property(const char* schema, const Dialect& dialect) {
  const std::string text = std::string(R"({"type":"object","properties":{"x":)") + schema + R"(},"required":["x"]})";
  const auto model = DynamicModel::from_json_schema(text);
  const LoweredSchema& lowered = model.lowered(dialect);
  return lowered.fits() ? json(lowered.schema)["properties"]["x"] : Json(lowered.why_not());
}

TEST(Lowering, OpenAiStrictRequiresAllAndClosesAll) {
  const LoweredSchema& lowered = instructor::lowered<Described>(dialect::openai_strict);
  EXPECT_TRUE(lowered.fits()) << lowered.why_not();
  EXPECT_TRUE(lowered.null_is_absent);
  EXPECT_EQ(
      lowered.schema,
      R"({"type":"object","description":"All there is","properties":{)"
      R"("text":{"type":"string","description":"A text. At least 1 character. At most 9 characters. )"
      R"(For example \"one\", \"two\".","pattern":"^[a-z\\d]+$"},)"
      R"("number":{"type":"integer","minimum":-3,"exclusiveMaximum":100,"multipleOf":2},)"
      R"("ratio":{"anyOf":[{"type":"number","exclusiveMinimum":0.25,"maximum":99.99},{"type":"null"}],)"
      R"("description":"Default: 0.5."},)"
      R"("items":{"type":"array","description":"No item twice.","items":{"type":"integer"},"minItems":1,"maxItems":3},)"
      R"("priority":{"anyOf":[{"type":"string","enum":["low","high"]},{"type":"null"}],)"
      R"("description":"How soon. Default: \"high\"."},)"
      R"("maybe":{"description":"Perhaps","anyOf":[{"type":"integer","minimum":1},{"type":"null"}]},)"
      R"("address":{"type":"object","description":"Where","properties":{"street":{"type":"string"},)"
      R"("postcode":{"anyOf":[{"type":"string"},{"type":"null"}]}},)"
      R"("required":["street","postcode"],"additionalProperties":false}},)"
      R"("required":["text","number","ratio","items","priority","maybe","address"],)"
      R"("additionalProperties":false})");
}

TEST(Lowering, ReportsWhatIsSaidInAnotherWay) {
  EXPECT_EQ(lowered<Described>(dialect::vllm).report(),
            "/text: minLength is said in the description and checked on the reply\n"
            "/text: maxLength is said in the description and checked on the reply\n"
            "/number: multipleOf is said in the description and checked on the reply\n"
            "/items: uniqueItems is said in the description and checked on the reply\n");
  EXPECT_EQ(lowered<Described>(dialect::json_schema).report(), "");
  EXPECT_EQ(lowered<Described>(dialect::openai_tools).report(), "");
}

TEST(Lowering, GeminiKnowsNeitherReferencesNorNull) {
  struct Place {
    Address home;
    std::optional<Address> work;
    std::map<std::string, int> counts;
  };
  EXPECT_EQ(lowered<Place>(dialect::vertex_schema).schema,
            R"({"type":"object","properties":{"home":{"type":"object","properties":{"street":{"type":"string"},)"
            R"("postcode":{"type":"string","nullable":true}},"required":["street"],"propertyOrdering":["street",)"
            R"("postcode"]},"work":{"type":"object","properties":{"street":{"type":"string"},"postcode":)"
            R"({"type":"string","nullable":true}},"required":["street"],"propertyOrdering":["street","postcode"],)"
            R"("nullable":true},"counts":{"type":"object","description":"Any keys; each value fits this JSON Schema: )"
            R"({\"type\":\"integer\"}"}},"required":["home","counts"],"propertyOrdering":["home","work","counts"]})");
}

TEST(Lowering, WritesCountsAsGeminiReadsThem) {
  EXPECT_EQ(lowered_property(R"({"type":"string","minLength":2})", dialect::gemini_schema)["minLength"], "2");
  EXPECT_EQ(lowered_property(R"({"type":"string","minLength":2})", dialect::vertex_schema)["minLength"], 2);
  EXPECT_EQ(lowered_property(R"({"type":"integer","exclusiveMinimum":2})", dialect::gemini_schema),
            json(R"({"type":"integer","minimum":3})"));
  EXPECT_EQ(lowered_property(R"({"type":"number","exclusiveMinimum":2})", dialect::gemini_schema),
            json(R"({"type":"number","description":"Greater than 2."})"));
  EXPECT_EQ(lowered_property(R"({"enum":[1,2]})", dialect::gemini_schema),
            json(R"({"type":"integer","description":"One of: 1, 2."})"));
  EXPECT_EQ(
      lowered_property(R"({"anyOf":[{"type":"string"},{"type":"integer"},{"type":"null"}]})", dialect::gemini_schema),
      json(R"({"type":"TYPE_UNSPECIFIED","anyOf":[{"type":"string"},{"type":"integer"}],"nullable":true})"));
}

struct Late {
  std::optional<std::string> thoughts;
  int answer;
  std::optional<std::string> remark;
};

TEST(Lowering, KeepsTheOrderWhereAProviderWouldChangeIt) {
  const Json anthropic = json(lowered<Late>(dialect::anthropic_strict).schema);
  EXPECT_EQ(anthropic["required"], json(R"(["thoughts","answer"])"));
  EXPECT_TRUE(lowered<Late>(dialect::anthropic_strict).null_is_absent);
  const Json gemini = json(lowered<Late>(dialect::gemini_json_schema).schema);
  EXPECT_EQ(gemini["propertyOrdering"], json(R"(["thoughts","answer","remark"])"));
  EXPECT_EQ(json(lowered<Late>(dialect::vllm).schema)["required"], json(R"(["answer"])"));
}

TEST(Lowering, OrderIsWorthLessThanBeingUnderstood) {
  std::string text = R"({"type":"object","properties":{)";
  for (int i = 0; i < 20; ++i) text += "\"p" + std::to_string(i) + R"(":{"type":"integer"},)";
  text += R"("last":{"type":"string"}},"required":["last"]})";
  const auto model = DynamicModel::from_json_schema(text);
  const LoweredSchema& lowered = model.lowered(dialect::anthropic_strict);
  EXPECT_TRUE(lowered.fits()) << lowered.why_not();
  EXPECT_EQ(json(lowered.schema)["required"], json(R"(["last"])"));
  EXPECT_EQ(lowered.report(), "the answer: properties that may be left out come after the others\n");
}

TEST(Lowering, CohereLeavesOutInPlaceOfNull) {
  EXPECT_EQ(lowered<Address>(dialect::cohere).schema,
            R"({"type":"object","properties":{"street":{"type":"string"},"postcode":{"type":"string"}},)"
            R"("required":["street"]})");
  EXPECT_EQ(lowered_property(R"({"type":["string","null"]})", dialect::cohere), "/x: null where a value must be given");
  EXPECT_EQ(lowered_property(R"({"type":["string","integer"]})", dialect::cohere), "/x: one of several types");
}

TEST(Lowering, GrammarsWantAnchoredPatterns) {
  const auto pattern = [](const char* expression) {
    const Json x = lowered_property((R"({"type":"string","pattern":)" + Json(expression).dump() + "}").c_str(),
                                    dialect::llama_cpp);
    return x.contains("pattern") ? x["pattern"].get<std::string>() : x["description"].get<std::string>();
  };
  EXPECT_EQ(pattern("^a+$"), "^a+$");
  EXPECT_EQ(pattern("^a+"), "^a+.*$");
  EXPECT_EQ(pattern("a+$"), "^.*a+$");
  EXPECT_EQ(pattern("a"), "^.*a.*$");
  EXPECT_EQ(pattern("a|b"), "Matches the regular expression: a|b");
  EXPECT_EQ(pattern("a\\$"), "Matches the regular expression: a\\$");
  EXPECT_FALSE(lowered_property(R"({"type":"string","maxLength":2000})", dialect::llama_cpp).contains("maxLength"));
  EXPECT_TRUE(lowered_property(R"({"type":"string","maxLength":1999})", dialect::llama_cpp).contains("maxLength"));
}

TEST(Lowering, ToldFormatsAreThoseThatAreKnown) {
  const char* const schema = R"({"type":"string","format":"uri"})";
  EXPECT_EQ(lowered_property(schema, dialect::anthropic_strict)["format"], "uri");
  EXPECT_EQ(lowered_property(schema, dialect::openai_strict),
            json(R"({"type":"string","description":"Format: uri."})"));
}

// ---- schemas that say more than tables ---------------------------------------------------------------------------

TEST(Lowering, MergesAllOf) {
  EXPECT_EQ(lowered_property(R"({"allOf":[{"type":"string","minLength":2,"pattern":"^a"},)"
                             R"({"type":["string","null"],"minLength":4,"pattern":"b$","description":"B"}]})",
                             dialect::vllm),
            json(R"({"type":"string","description":"B. At least 4 characters. Matches the regular expression: b$",)"
                 R"("pattern":"^a"})"));
  const auto model = DynamicModel::from_json_schema(
      R"({"type":"object","allOf":[{"$ref":"#/$defs/Base"},{"properties":{"b":{"type":"integer"}},"required":["b"]}],)"
      R"("$defs":{"Base":{"type":"object","properties":{"a":{"type":"string"}},"required":["a"]}}})");
  EXPECT_EQ(model.lowered(dialect::openai_strict).schema,
            R"({"type":"object","properties":{"a":{"type":"string"},"b":{"type":"integer"}},)"
            R"("required":["a","b"],"additionalProperties":false})");
}

TEST(Lowering, AChoiceIsNeverOutermost) {
  const auto model =
      DynamicModel::from_json_schema(R"({"type":"object","properties":{"a":{"type":"integer"},"b":{"type":"integer"}},)"
                                     R"("anyOf":[{"required":["a"]},{"required":["b"]}]})");
  for (const Dialect* const dialect :
       {static_cast<const Dialect*>(&dialect::openai_tools), static_cast<const Dialect*>(&dialect::anthropic_strict)})
    EXPECT_TRUE(model.lowered(*dialect).fits()) << model.lowered(*dialect).why_not();
  EXPECT_EQ(json(model.lowered(dialect::anthropic_strict).schema)["properties"]["content"]["description"],
            R"(Must also fit this JSON Schema: {"anyOf":[{"required":["a"]},{"required":["b"]}]})");
  const auto client = testing::scripted({R"({"content":{}})", R"({"content":{"b":1}})"});
  EXPECT_EQ(encode(client.create(model, "?")), R"({"b":1})");
}

TEST(Lowering, ConditionsAreToldInWords) {
  const auto model = DynamicModel::from_json_schema(
      R"({"type":"object","properties":{"a":{"type":"integer"},"b":{"type":"integer"}},"required":["a","b"],)"
      R"("if":{"properties":{"a":{"const":1}}},"then":{"properties":{"b":{"const":2}}}})");
  const LoweredSchema& lowered = model.lowered(dialect::openai_strict);
  ASSERT_TRUE(lowered.fits()) << lowered.why_not();
  EXPECT_EQ(json(lowered.schema)["description"],
            R"(Must also fit this JSON Schema: {"if":{"properties":{"a":{"const":1}}}}. )"
            R"(Must also fit this JSON Schema: {"then":{"properties":{"b":{"const":2}}}})");
  EXPECT_TRUE(model.decode(R"({"a":1,"b":2})"));
  EXPECT_FALSE(model.decode(R"({"a":1,"b":3})"));
}

TEST(Lowering, BringsWhatIsReferredToElsewhere) {
  const auto model = DynamicModel::from_json_schema(
      R"({"type":"object","properties":{"p":{"$ref":"https://example.org/point"},"again":{"$ref":"#/properties/p"}},)"
      R"("required":["p","again"]})",
      SchemaOptions().remote("https://example.org/point",
                             R"({"type":"object","properties":{"x":{"$ref":"#/$defs/n"}},"required":["x"],)"
                             R"("$defs":{"n":{"type":"number"}}})"));
  EXPECT_EQ(model.lowered(dialect::openai_strict).schema,
            R"({"type":"object","properties":{"p":{"$ref":"#/$defs/point"},"again":{"$ref":"#/$defs/p"}},)"
            R"("required":["p","again"],"additionalProperties":false,"$defs":{"point":{"type":"object",)"
            R"("properties":{"x":{"$ref":"#/$defs/n"}},"required":["x"],"additionalProperties":false},)"
            R"("n":{"type":"number"},"p":{"$ref":"#/$defs/point"}}})");
  EXPECT_EQ(json(model.schema())["$defs"].size(), 3U);
}

TEST(Lowering, ANullThatStandsForNothingIsNone) {
  // `b` is left out by being null, which the schema itself does not take.
  const auto model = DynamicModel::from_json_schema(
      R"({"type":"object","properties":{"a":{"type":"string","not":{"const":"x"}},"b":{"type":"string"}},)"
      R"("required":["a"]})");
  const auto client = testing::scripted({R"({"a":"x","b":null})", R"({"a":"y","b":null})"});
  EXPECT_EQ(encode(client.create(model, "?")), R"({"a":"y"})");
}

TEST(Lowering, RefusesBeforeAnythingIsSent) {
  const auto refusal = [](const char* schema) { return lowered_property(schema, dialect::openai_strict); };
  EXPECT_EQ(refusal(R"({"type":"object","additionalProperties":{"type":"number"}})"),
            "/x: an object with free keys (a map)");
  EXPECT_EQ(refusal(R"({"type":"array","items":{"type":"object","patternProperties":{"^a":{}}}})"),
            "/x/*: an object with keys that are known by a pattern alone");
  EXPECT_EQ(refusal("{}"), "/x: a value of any type");
  EXPECT_EQ(refusal(R"({"enum":[1,"a"]})"), json(R"({"type":["integer","string"],"enum":[1,"a"]})"));
}

TEST(Lowering, CountsWhatThereMayBe) {
  std::string text = R"({"type":"object","properties":{)";
  for (int i = 0; i < 25; ++i) text += (i == 0 ? "\"p" : ",\"p") + std::to_string(i) + R"(":{"type":"integer"})";
  text += "}}";
  EXPECT_EQ(DynamicModel::from_json_schema(text).lowered(dialect::anthropic_strict).why_not(),
            "/p24: here there are more than 24 properties that may be left out");
  EXPECT_EQ(DynamicModel::from_json_schema(R"({"type":"array","items":{"type":"integer"}})")
                .lowered(dialect::openai_strict)
                .why_not(),
            "");
}

TEST(Lowering, DoesNotGrowWithoutEnd) {
  // Each definition refers twice to the next: written in place, 2^40 objects.
  std::string text = R"({"type":"object","properties":{"x":{"$ref":"#/$defs/d0"}},"$defs":{)";
  for (int i = 0; i < 40; ++i) {
    const std::string next = R"({"$ref":"#/$defs/d)" + std::to_string(i + 1) + "\"}";
    text.append("\"d").append(std::to_string(i)).append(R"(":{"type":"object","properties":{"a":)").append(next);
    text.append(",\"b\":").append(next).append("}},");
  }
  text += R"("d40":{"type":"integer"}}})";
  const auto model = DynamicModel::from_json_schema(text);
  EXPECT_THROW(model.lowered(dialect::gemini_schema), Error);
  EXPECT_FALSE(model.lowered(dialect::openai_strict).fits());
}

struct Gateway : Dialect {
  static constexpr DialectRow own_rows[]{{SchemaRule::patterns, Handling::described, {"the manual", "2026-11"}}};
  constexpr Gateway() : Dialect("gateway", "ours", own_rows) {}
};

TEST(Lowering, TakesDialectsOfOnesOwn) {
  EXPECT_EQ(lowered_property(R"({"type":"string","pattern":"^a"})", Gateway()),
            json(R"({"type":"string","description":"Matches the regular expression: ^a"})"));
}

TEST(Dialects, AreKnownByName) {
  for (const Dialect* const known : dialect::all) EXPECT_EQ(dialect::find(known->name()), known);
  EXPECT_EQ(dialect::find("none"), nullptr);
}

TEST(Dialects, SayWhereTheirRulesAreWrittenDown) {
  for (const Dialect* const known : dialect::all)
    for (const DialectRow& row : known->rows()) {
      EXPECT_FALSE(row.source.where.empty()) << known->name() << ' ' << to_string(row.rule);
      EXPECT_EQ(row.source.read.size(), 7U) << known->name() << ' ' << to_string(row.rule);
      EXPECT_FALSE(explanation(row.rule).empty());
    }
}

}  // namespace
}  // namespace instructor
