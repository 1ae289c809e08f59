#include "dialect/type_text.hpp"

#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <variant>
#include <vector>

#include <nlohmann/json.hpp>

#include "instructor/dynamic.hpp"
#include "instructor/instructor.hpp"
#include "instructor/testing.hpp"

namespace instructor {
namespace {

enum class Priority { low, high };

struct Customer {
  std::string name;
  std::optional<std::string> email;
};

struct Line {
  std::string item;
  int count = 1;

  static constexpr auto describe() {
    return model<Line>("One line of the order", field<&Line::count>("How many", ge(1), le(99), default_value(1)));
  }
};

struct Refund {
  Literal<"refund"> kind;
  double amount;
};
struct Exchange {
  Literal<"exchange"> kind;
  std::string item;
};

struct Ticket {
  std::string subject;
  Priority priority;
  std::vector<std::string> tags;
  Customer customer;
  std::vector<Line> lines;
  std::map<std::string, double> amounts;
  std::tuple<int, std::string> position;
  std::variant<Refund, Exchange> request;
  std::optional<int> rating;
  std::vector<Ticket> related;

  static constexpr auto describe() {
    return model<Ticket>(
        "A support ticket", forbid_extra,
        field<&Ticket::subject>("What it is about", min_length(3), max_length(80), example("Broken lamp")),
        field<&Ticket::priority>("How urgent", default_value(Priority::low)),
        field<&Ticket::tags>("Topics, in a word each.", max_items(5), unique),
        field<&Ticket::rating>("Stars", ge(1), le(5)));
  }
};

std::string text_of(const char* schema) { return core::type_text(Json::parse(schema)); }

/// The text of a field, as it stands in its object.
std::string field_text(const std::string& schema) {
  const std::string whole = text_of((R"({"type":"object","properties":{"x":)" + schema + "}}").c_str());
  const std::size_t from = whole.find("x?: ") + 4;
  return whole.substr(from, whole.rfind('}') - from - 1);
}

// ---- the whole ---------------------------------------------------------------------------------------------------

TEST(TypeText, WritesARichModel) {
  EXPECT_EQ(type_text<Ticket>(), R"(type Customer = { name: string, email?: string | null }

// One line of the order
type Line = {
  item: string,
  count?: integer, // How many; 1 to 99; default 1
}

type Refund = { kind: "refund", amount: number }

type Exchange = { kind: "exchange", item: string }

// A support ticket; no other keys
type Ticket = {
  subject: string, // What it is about; 3 to 80 characters; e.g. "Broken lamp"
  priority?: "low" | "high", // How urgent; default "low"
  tags: string[], // Topics, in a word each. at most 5 items; no item twice
  customer: Customer,
  lines: Line[],
  amounts: { [key]: number },
  position: [integer, string],
  request: Refund | Exchange,
  rating?: integer | null, // Stars; 1 to 5
  related: Ticket[],
}

Ticket)");
}

TEST(TypeText, IsThatOfTheTypeWhateverItIs) {
  EXPECT_EQ(type_text<int>(), "integer");
  EXPECT_EQ(type_text<std::vector<Priority>>(), R"(("low" | "high")[])");
  EXPECT_EQ(type_text<Customer>(), "{ name: string, email?: string | null }");
  EXPECT_EQ(&type_text<Customer>(), &type_text<Customer>());
  const auto model = DynamicModel::from_json_schema(
      R"({"type":"object","title":"Order","properties":{"id":{"type":"integer"},"note":{"type":["string","null"]}},
          "required":["id"],"not":{"required":["other"]}})");
  EXPECT_EQ(model.type_text(), R"(// Order; not: {"required":["other"]})"
                               "\n{ id: integer, note?: string | null }");
  EXPECT_EQ(DynamicModel::from_json_schema(R"({"type":"array","items":{"type":"integer"}})").type_text(), "integer[]");
}

TEST(TypeText, KeepsEveryRule) {
  EXPECT_EQ(field_text(R"({"type":"string","minLength":1})"), "string, // at least 1 character");
  EXPECT_EQ(field_text(R"({"type":"string","maxLength":9})"), "string, // at most 9 characters");
  EXPECT_EQ(field_text(R"({"type":"string","minLength":2,"maxLength":2})"), "string, // exactly 2 characters");
  EXPECT_EQ(field_text(R"({"type":"string","pattern":"^\\d+$"})"), R"(string, // matches /^\d+$/)");
  EXPECT_EQ(field_text(R"({"type":"string","pattern":"a/b\n"})"), R"(string, // matches "a/b\n")");
  EXPECT_EQ(field_text(R"({"type":"string","format":"date"})"), "string, // format date");
  EXPECT_EQ(field_text(R"({"type":"integer","minimum":0})"), "integer, // >= 0");
  EXPECT_EQ(field_text(R"({"type":"integer","maximum":0})"), "integer, // <= 0");
  EXPECT_EQ(field_text(R"({"type":"number","minimum":0.5,"maximum":1})"), "number, // 0.5 to 1");
  EXPECT_EQ(field_text(R"({"type":"number","exclusiveMinimum":0,"exclusiveMaximum":1})"), "number, // > 0; < 1");
  EXPECT_EQ(field_text(R"({"type":"number","multipleOf":0.01})"), "number, // multiple of 0.01");
  EXPECT_EQ(field_text(R"({"type":"array","items":{"type":"string"},"minItems":1,"maxItems":3,"uniqueItems":true})"),
            "string[], // 1 to 3 items; no item twice");
  EXPECT_EQ(field_text(R"({"type":"array","items":{"type":"string","description":"A word","maxLength":9}})"),
            "string[], // each: A word; at most 9 characters");
  EXPECT_EQ(field_text(R"({"type":"object","additionalProperties":{"type":"integer","minimum":1},"maxProperties":3})"),
            "{ [key]: integer }, // at most 3 keys; each value: >= 1");
  EXPECT_EQ(field_text(R"({"default":{"a":[1,null]},"examples":[1,"b"],"example":2})"),
            R"(any, // default {"a":[1,null]}; e.g. 1, "b", 2)");
  EXPECT_EQ(field_text(R"({"type":"string","deprecated":true,"x-unit":"kg","contentEncoding":"base64"})"),
            R"(string, // deprecated: true; x-unit: "kg"; contentEncoding: "base64")");
  EXPECT_EQ(field_text(R"({"minLength":"3","uniqueItems":1})"), R"(any, // minLength: "3"; uniqueItems: 1)");
}

TEST(TypeText, HasSignsForTypes) {
  EXPECT_EQ(field_text(R"({"enum":["a",1,null,{"b":2}]})"), R"("a" | 1 | {"b":2} | null)");
  EXPECT_EQ(field_text(R"({"const":"a"})"), R"("a")");
  EXPECT_EQ(field_text(R"({"type":["string","integer","null"]})"), "string | integer | null");
  EXPECT_EQ(field_text(R"({"type":"array","items":{"type":["string","null"]}})"), "(string | null)[]");
  EXPECT_EQ(field_text(R"({"type":"array","items":{"type":"array"}})"), "any[][]");
  EXPECT_EQ(field_text(R"({"type":"object"})"), "object");
  EXPECT_EQ(field_text("true"), "any");
  EXPECT_EQ(field_text("false"), "never");
  EXPECT_EQ(field_text(R"({"anyOf":[{"type":"null"},{"type":"string","minLength":2}]})"),
            "string | null, // at least 2 characters");
  EXPECT_EQ(field_text(R"({"anyOf":[{"type":"integer","minimum":2},{"type":"string","description":"a */ b"}]})"),
            "integer /* >= 2 */ | string /* a * / b */");
  EXPECT_EQ(field_text(R"({"oneOf":[{"type":"integer"},{"type":"string"}]})"),
            "integer | string, // fits exactly one of these");
  EXPECT_EQ(
      field_text(
          R"({"allOf":[{"type":"object","properties":{"a":true}},{"anyOf":[{"required":["b"]},{"required":["c"]}]}]})"),
      "{ a?: any } & ({ b: any } | { c: any })");
  EXPECT_EQ(
      field_text(R"({"type":"array","prefixItems":[{"type":"integer"},{"type":"string"}],"minItems":2,"maxItems":2})"),
      "[integer, string]");
  EXPECT_EQ(
      field_text(
          R"({"type":"array","prefixItems":[{"type":"integer"},{"type":"string"}],"minItems":1,"items":{"type":"boolean"}})"),
      "[integer, string?, ...boolean[]]");
  EXPECT_EQ(field_text(R"({"type":"array","prefixItems":[{"minimum":1}],"minItems":3})"),
            "[any /* >= 1 */, ...any[]], // at least 3 items");
}

TEST(TypeText, SaysOnceWhatIsSaidBesideAUnionAndInsideOfIt) {
  EXPECT_EQ(
      field_text(R"({"description":"A name","anyOf":[{"type":"string","description":"A name"},{"type":"null"}]})"),
      "string | null, // A name");
}

TEST(TypeText, HasSignsForKeys) {
  EXPECT_EQ(
      field_text(R"({"type":"object","properties":{"a b":{"type":"null"}},"additionalProperties":{"type":"string"}})"),
      R"({ "a b"?: null, [other key]: string })");
  EXPECT_EQ(field_text(R"({"type":"object","properties":{"a":true},"required":["b"],"additionalProperties":false})"),
            "{ a?: any, b: any }, // no other keys");
  EXPECT_EQ(field_text(R"({"type":"object","additionalProperties":false})"), "{}, // no other keys");
  EXPECT_EQ(field_text(R"({"type":"object","patternProperties":{"^x-":{"type":"string"}}})"),
            "{ [key /^x-/]: string }");
  EXPECT_EQ(
      field_text(R"({"type":"object","propertyNames":{"enum":["a","b"]},"additionalProperties":{"type":"integer"}})"),
      R"({ [key: "a" | "b"]: integer })");
  EXPECT_EQ(field_text(R"({"type":"object","propertyNames":{"pattern":"^[a-z]+$"}})"),
            "{ [key: string /* matches /^[a-z]+$/ */]: any }");
}

TEST(TypeText, SaysOnceThatObjectsAreClosed) {
  EXPECT_EQ(
      text_of(
          R"({"type":"object","properties":{"a":{"type":"object","properties":{"b":true},"additionalProperties":false}},"additionalProperties":false})"),
      "// objects have no other keys than these\n\n{ a?: { b?: any } }");
}

TEST(TypeText, LeavesOutTitlesThatSayNothing) {
  EXPECT_EQ(field_text(R"({"title":"X","type":"string"})"), "string");
  EXPECT_EQ(field_text(R"({"title":"The horizontal","description":"From  the\n  left","type":"string"})"),
            "string, // The horizontal: From the left");
  EXPECT_EQ(text_of(R"({"type":"object","properties":{"first_name":{"title":"First Name","type":"string"}}})"),
            "{ first_name?: string }");
}

TEST(TypeText, PutsCommentsOfWhatHasLinesAbove) {
  EXPECT_EQ(text_of(R"({"type":"object","properties":{"to":{"type":"object","description":"Where to","properties":
                        {"street":{"type":"string","description":"With number"}},"required":["street"]}}})"),
            R"({
  // Where to
  to?: {
    street: string, // With number
  },
})");
}

// ---- names -------------------------------------------------------------------------------------------------------

TEST(TypeText, RefersByName) {
  EXPECT_EQ(
      text_of(R"({"type":"object","properties":{"a":{"$ref":"#/$defs/N","description":"It"},"b":{"$ref":"#/$defs/N"}},
                        "$defs":{"N":{"type":"object","properties":{"next":{"$ref":"#/$defs/N"}}}}})"),
      R"(type N = { next?: N }

{
  a?: N, // It
  b?: N,
})");
  EXPECT_EQ(text_of(R"({"properties":{"x":{"$ref":"https://example.com/x"}}})"),
            "{\n  x?: any, // $ref: \"https://example.com/x\"\n}");
  const auto model = DynamicModel::from_json_schema(
      R"({"type":"object","title":"Node","properties":{"next":{"$ref":"#"},"k":{"not":{"type":"null"}}}})");
  EXPECT_EQ(model.type_text(), "type Node = {\n  next?: Node,\n  k?: any, // not: {\"type\":\"null\"}\n}\n\nNode");
}

// ---- in calls ----------------------------------------------------------------------------------------------------

std::string system_message(const testing::ScriptedTransport& transport) {
  return decode<Json>(transport.requests().back().body)->at("messages").at(0).at("content").get<std::string>();
}

TEST(TypeText, StandsInTheInstructionsWhereItIsAskedFor) {
  const auto transport = std::make_shared<testing::ScriptedTransport>(
      std::vector<testing::ScriptedReply>(4, R"({"name":"Ada","email":null})"));
  const ClientOptions options = ClientOptions().transport(transport).api_key("sk-test-123456");
  const Client client = from_provider("openai/gpt-4o-mini", options);
  for (const Mode mode : {Mode::json, Mode::md_json}) {
    (void)client.create<Customer>(Request("Ada").mode(mode).schema_style(SchemaStyle::type_text));
    EXPECT_EQ(system_message(*transport),
              "Answer with a JSON object that fits this type, comments included:\n\n"
              "{ name: string, email?: string | null }\n\n"
              "Give the object itself, not the type, and no other text.");
  }
  ClientOptions with_default = options;
  with_default.defaults(Request().mode(Mode::json).schema_style(SchemaStyle::type_text));
  const Client other = from_provider("openai/gpt-4o-mini", with_default);
  (void)other.create<Customer>("Ada");
  EXPECT_NE(system_message(*transport).find("fits this type"), std::string::npos);
  (void)other.create<Customer>(Request("Ada").schema_style(SchemaStyle::json_schema));
  EXPECT_NE(system_message(*transport).find(R"({"type":"object")"), std::string::npos);
}

TEST(TypeText, HasNoEffectWhereTheProviderIsSentASchema) {
  for (const Mode mode : {Mode::tools, Mode::json_schema}) {
    const auto transport = std::make_shared<testing::ScriptedTransport>(
        std::vector<testing::ScriptedReply>(2, R"({"name":"Ada","email":null})"));
    const Client client =
        from_provider("openai/gpt-4o-mini", ClientOptions().transport(transport).api_key("sk-test-123456"));
    (void)client.create<Customer>(Request("Ada").mode(mode));
    (void)client.create<Customer>(Request("Ada").mode(mode).schema_style(SchemaStyle::type_text));
    EXPECT_EQ(transport->requests()[0].body, transport->requests()[1].body);
  }
}

TEST(TypeText, AsksForOtherTypesInAnObject) {
  const auto transport =
      std::make_shared<testing::ScriptedTransport>(std::vector<testing::ScriptedReply>{R"({"content":[1]})"});
  const Client client =
      from_provider("openai/gpt-4o-mini", ClientOptions().transport(transport).api_key("sk-test-123456"));
  const auto model =
      DynamicModel::from_json_schema(R"({"type":"array","items":{"type":"integer"},"contains":{"const":1}})");
  const Json value = client.create(model, Request("?").mode(Mode::json).schema_style(SchemaStyle::type_text));
  EXPECT_EQ(encode(value), "[1]");
  EXPECT_NE(system_message(*transport).find("content: integer[], // contains: {\"const\":1}"), std::string::npos)
      << system_message(*transport);
}

// ---- bounds ------------------------------------------------------------------------------------------------------

TEST(TypeText, IsBounded) {
  Json deep = {{"type", "integer"}};
  for (int i = 0; i < 500; ++i) deep = {{"type", "object"}, {"properties", {{"a", deep}}}};
  const std::string text = core::type_text(deep);
  EXPECT_NE(text.find("fits this JSON Schema: "), std::string::npos);
  EXPECT_LT(text.size(), 40'000u);
  Json wide = {{"type", "object"}, {"properties", Json::object()}};
  Json definitions = Json::object();
  for (int i = 0; i < 2'000; ++i) {
    wide["properties"]["p" + std::to_string(i)] = {{"$ref", "#/$defs/d" + std::to_string(i)}};
    definitions["d" + std::to_string(i)] = {{"allOf", {{{"$ref", "#/$defs/d" + std::to_string((i + 1) % 2'000)}}}}};
  }
  wide["$defs"] = definitions;
  EXPECT_LT(core::type_text(wide).size(), 100'000u);
  for (const char* odd : {"3", "null", R"({"type":5,"enum":{},"required":[1],"properties":[],"anyOf":{},"allOf":[5]})",
                          R"({"$ref":7,"$defs":[]})", R"({"prefixItems":[],"minItems":-1})", R"({"enum":[]})"})
    EXPECT_FALSE(text_of(odd).empty());
}

}  // namespace
}  // namespace instructor
