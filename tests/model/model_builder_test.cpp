#include "instructor/model_builder.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "instructor/instructor.hpp"
#include "instructor/testing.hpp"

namespace instructor {
namespace {

DynamicModel ticket() {
  return type::object("Ticket", "A support ticket")
      .field("subject", type::string().min_length(3), "What it is about")
      .field("priority", type::one_of({"low", "high"}).default_value("low"))
      .field("tags", type::list(type::string()).max_items(5))
      .field("customer", type::object("Customer").field("name", type::string()))
      .optional_field("note", type::string())
      .build();
}

std::string issues_of(const DynamicModel& model, std::string_view text) {
  const auto value = model.decode(text);
  if (value) return "valid";
  std::string out;
  for (const Issue& issue : value.error())
    out += (issue.path.empty() ? "(root)" : issue.path) + " " + std::string(to_string(issue.code)) + "\n";
  return out;
}

/// What is wrong with a field of this type.
std::string issues_in(const type::Type& type, const std::string& value) {
  return issues_of(type::object("Probe").field("x", type).build(), "{\"x\":" + value + "}");
}

std::string failure(const type::Type& type) {
  try {
    (void)type.build();
    return "none";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::invalid_model);
    return error.message();
  }
}

// ---- what it makes -----------------------------------------------------------------------------------------------

TEST(ModelBuilder, MakesAModelOfAnObject) {
  const DynamicModel model = ticket();
  EXPECT_EQ(model.name(), "Ticket");
  EXPECT_EQ(
      model.schema(),
      R"({"type":"object","title":"Ticket","description":"A support ticket","properties":{)"
      R"("subject":{"type":"string","description":"What it is about","minLength":3},)"
      R"("priority":{"type":"string","enum":["low","high"],"default":"low"},)"
      R"("tags":{"type":"array","items":{"type":"string"},"maxItems":5},)"
      R"("customer":{"$ref":"#/$defs/Customer"},"note":{"type":"string"}},"required":["subject","tags","customer"],)"
      R"("$defs":{"Customer":{"type":"object","properties":{"name":{"type":"string"}},"required":["name"]}}})");
  const auto value = model.decode(R"({"subject":"Broken","tags":["a"],"customer":{"name":"Ada"}})");
  ASSERT_TRUE(value) << value.error().text();
  EXPECT_EQ(encode(*value), R"({"subject":"Broken","tags":["a"],"customer":{"name":"Ada"},"priority":"low"})");
  EXPECT_EQ(issues_of(model, R"({"subject":"x","priority":"lo","tags":[1],"customer":{}})"),
            "/subject string_too_short\n/priority enum\n/tags/0 string_type\n/customer/name missing\n");
}

TEST(ModelBuilder, IsWhatFromJsonSchemaMakesOfItsSchema) {
  const auto built = type::object("Pair").field("a", type::integer()).field("b", type::map(type::number()));
  EXPECT_EQ(DynamicModel::from_json_schema(built.schema()).schema(), built.build().schema());
}

TEST(ModelBuilder, HasEveryScalarAndItsRules) {
  EXPECT_EQ(issues_in(type::string().min_length(2).max_length(3), R"("äö")"), "valid");
  EXPECT_EQ(issues_in(type::string().max_length(3), R"("abcd")"), "/x string_too_long\n");
  EXPECT_EQ(issues_in(type::string().pattern("^a+$"), R"("ab")"), "/x string_pattern_mismatch\n");
  EXPECT_EQ(issues_in(type::integer().ge(1).le(3), "4"), "/x less_than_equal\n");
  EXPECT_EQ(issues_in(type::integer().ge(1), "1.5"), "/x int_type\n");
  EXPECT_EQ(issues_in(type::number().gt(0).lt(0.5), "0.5"), "/x less_than\n");
  EXPECT_EQ(issues_in(type::number().gt(0), "0"), "/x greater_than\n");
  EXPECT_EQ(issues_in(type::number().multiple_of(0.1), "0.3"), "valid");
  EXPECT_EQ(issues_in(type::number().multiple_of(0.1), "0.35"), "/x multiple_of\n");
  EXPECT_EQ(issues_in(type::integer().le(std::numeric_limits<std::uint64_t>::max()), "18446744073709551615"), "valid");
  EXPECT_EQ(issues_in(type::boolean(), "1"), "/x bool_type\n");
  EXPECT_EQ(issues_in(type::null(), "null"), "valid");
  EXPECT_EQ(issues_in(type::any(), R"([1,{"a":null}])"), "valid");
}

TEST(ModelBuilder, ChecksFormatsOnDemand) {
  const auto built = type::object("Day").field("date", type::string().format("date"));
  EXPECT_TRUE(built.build().decode(R"({"date":"soon"})"));
  EXPECT_FALSE(built.build(SchemaOptions().check_formats()).decode(R"({"date":"soon"})"));
}

TEST(ModelBuilder, HasChoicesAndConstantsOfAnyType) {
  EXPECT_EQ(issues_in(type::one_of({"a", "b"}), R"("c")"), "/x enum\n");
  EXPECT_EQ(issues_in(type::one_of({1, 2}), "2"), "valid");
  EXPECT_NE(issues_in(type::one_of({1, 2}), "3"), "valid");
  const auto mixed = type::one_of({"auto", 0, 2.5, true, nullptr});
  for (const char* value : {R"("auto")", "0", "2.5", "true", "null"}) EXPECT_EQ(issues_in(mixed, value), "valid");
  EXPECT_NE(issues_in(mixed, "false"), "valid");
  EXPECT_EQ(issues_in(type::constant("refund"), R"("refund")"), "valid");
  EXPECT_NE(issues_in(type::constant(7), "8"), "valid");
  EXPECT_EQ(issues_in(type::constant(Json{{"a", 1}}), R"({"a":1})"), "valid");
  const std::vector<std::string> names{"red", "green"};
  EXPECT_EQ(issues_in(type::one_of(names), R"("green")"), "valid");
  EXPECT_NE(issues_in(type::one_of(names), R"("blue")"), "valid");
}

TEST(ModelBuilder, HasContainers) {
  EXPECT_EQ(issues_in(type::list(type::integer()).min_items(2), "[1]"), "/x too_short\n");
  EXPECT_EQ(issues_in(type::list(type::integer()).unique(), "[1,1]"), "/x/1 not_unique\n");
  EXPECT_EQ(issues_in(type::set(type::string()), R"(["a","b"])"), "valid");
  EXPECT_EQ(issues_in(type::set(type::string()), R"(["a","a"])"), "/x/1 not_unique\n");
  EXPECT_EQ(issues_in(type::map(type::number()).max_items(1), R"({"a":1,"b":2})"), "/x too_long\n");
  EXPECT_EQ(issues_in(type::map(type::number()), R"({"a":"b"})"), "/x/a float_type\n");
  const auto by_currency = type::map(type::number()).keys(type::one_of({"EUR", "USD"}));
  EXPECT_EQ(issues_in(by_currency, R"({"EUR":1})"), "valid");
  EXPECT_NE(issues_in(by_currency, R"({"DM":1})"), "valid");
  const auto pair = type::tuple({type::integer(), type::string()});
  EXPECT_EQ(issues_in(pair, R"([1,"a"])"), "valid");
  EXPECT_EQ(issues_in(pair, R"(["a",1])"), "/x/0 int_type\n/x/1 string_type\n");
  EXPECT_NE(issues_in(pair, "[1]"), "valid");
}

TEST(ModelBuilder, HasObjectsWithinObjects) {
  const auto inner = type::object().field("a", type::integer()).forbid_extra();
  EXPECT_EQ(issues_in(inner, R"({"a":1,"b":2})"), "/x/b extra_forbidden\n");
  EXPECT_EQ(issues_in(type::list(inner), R"([{"a":1},{}])"), "/x/1/a missing\n");
}

TEST(ModelBuilder, HasNullAndUnions) {
  EXPECT_EQ(issues_in(type::string().min_length(2).nullable(), "null"), "valid");
  EXPECT_EQ(issues_in(type::string().min_length(2).nullable(), R"("a")"), "/x string_too_short\n");
  EXPECT_EQ(issues_in(type::object("Inner").field("a", type::integer()).nullable(), "null"), "valid");
  const auto either = type::any_of({type::integer(), type::list(type::string())});
  EXPECT_EQ(issues_in(either, "5"), "valid");
  EXPECT_EQ(issues_in(either, R"(["a"])"), "valid");
  EXPECT_NE(issues_in(either, "null"), "valid");
  auto or_null = either;
  EXPECT_EQ(issues_in(or_null.nullable(), "null"), "valid");
  const auto request = type::any_of({
      type::object("Refund").field("kind", type::constant("refund")).field("amount", type::number()),
      type::object("Exchange").field("kind", type::constant("exchange")).field("item", type::string()),
  });
  EXPECT_EQ(issues_in(request, R"({"kind":"exchange","item":"lamp"})"), "valid");
  EXPECT_EQ(issues_in(request, R"({"kind":"exchange"})"), "/x/item missing\n");
}

TEST(ModelBuilder, TellsWordsOfFieldsAndTypes) {
  const auto iban = type::string().description("An IBAN");
  const auto money = type::object("Money", "An amount").field("cents", type::integer());
  const auto built = type::object("Transfer")
                         .field("from", iban, "Who pays")
                         .field("to", iban)
                         .field("fee", type::string().description("In euro").nullable(), "What it costs.")
                         .field("sum", money, "All of it")
                         .field("day", type::string().title("Day").example("Monday").example("Tuesday"));
  EXPECT_EQ(
      built.build().schema(),
      R"({"type":"object","title":"Transfer","properties":{)"
      R"("from":{"type":"string","description":"Who pays. An IBAN"},"to":{"type":"string","description":"An IBAN"},)"
      R"("fee":{"anyOf":[{"type":"string","description":"In euro"},{"type":"null"}],"description":"What it costs."},)"
      R"("sum":{"$ref":"#/$defs/Money","description":"All of it"},)"
      R"("day":{"type":"string","title":"Day","examples":["Monday","Tuesday"]}},)"
      R"("required":["from","to","fee","sum","day"],"$defs":{"Money":{"type":"object","description":"An amount",)"
      R"("properties":{"cents":{"type":"integer"}},"required":["cents"]}}})");
}

TEST(ModelBuilder, TakesDefaultsOfAnyType) {
  const DynamicModel model = type::object("Settings")
                                 .field("count", type::integer().default_value(3))
                                 .field("rate", type::number().default_value(0.5))
                                 .field("on", type::boolean().default_value(true))
                                 .field("note", type::string().nullable().default_value(nullptr))
                                 .field("tags", type::list(type::string()).default_value(Json::array({"a"})))
                                 .build();
  EXPECT_EQ(encode(model.decode("{}").value()), R"({"count":3,"rate":0.5,"on":true,"note":null,"tags":["a"]})");
}

TEST(ModelBuilder, TakesFieldsInALoop) {
  auto form = type::object("Form");
  for (int i = 0; i < 100; ++i) form.field("question_" + std::to_string(i), type::string(), "No. " + std::to_string(i));
  const type::ObjectType before = form;
  form.field("last", type::boolean());
  EXPECT_EQ(form.build().type().fields.size(), 101u);
  EXPECT_EQ(before.build().type().fields.size(), 100u);
}

TEST(ModelBuilder, MakesModelsOfOtherTypesThanObjects) {
  const DynamicModel cities = type::list(type::string()).name("Cities").build();
  EXPECT_EQ(cities.name(), "Cities");
  EXPECT_TRUE(cities.decode(R"(["Rome"])"));
  EXPECT_EQ(type::integer().build(SchemaOptions("count")).name(), "count");
  EXPECT_TRUE(type::object("Point").field("x", type::number()).nullable().build().decode("null"));
}

// ---- names -------------------------------------------------------------------------------------------------------

TEST(ModelBuilder, RefersByNameToWhatHoldsItself) {
  const DynamicModel model = type::object("Task")
                                 .field("title", type::string())
                                 .field("parts", type::list(type::reference("Task")))
                                 .optional_field("next", type::reference("Task").nullable())
                                 .build();
  EXPECT_EQ(issues_of(model, R"({"title":"a","parts":[{"title":"b","parts":[]}],"next":null})"), "valid");
  EXPECT_EQ(issues_of(model, R"({"title":"a","parts":[{"title":1,"parts":[{}]}]})"),
            "/parts/0/title string_type\n/parts/0/parts/0/title missing\n/parts/0/parts/0/parts missing\n");

  const auto folder = type::object("Folder").field("files", type::list(type::reference("File")));
  const auto file = type::object("File").field("in", folder).field("name", type::string());
  EXPECT_EQ(issues_of(file.build(), R"({"in":{"files":[{"in":{"files":[]},"name":2}]},"name":"x"})"),
            "/in/files/0/name string_type\n");

  const auto tree = type::any_of({type::integer(), type::list(type::reference("Tree"))}).name("Tree");
  EXPECT_EQ(issues_in(tree, "[1,[2,[]]]"), "valid");
  EXPECT_NE(issues_in(tree, R"([1,["a"]])"), "valid");
}

TEST(ModelBuilder, WritesATypeWithANameOnce) {
  const auto level = type::one_of({"low", "high"}).name("Level");
  const auto person = type::object("Person").field("level", level);
  const auto built =
      type::object("Pair").field("a", person).field("b", person).field("c", level).field("d", type::reference("Level"));
  EXPECT_EQ(
      built.schema(),
      R"({"type":"object","properties":{"a":{"$ref":"#/$defs/Person"},"b":{"$ref":"#/$defs/Person"},)"
      R"("c":{"$ref":"#/$defs/Level"},"d":{"$ref":"#/$defs/Level"}},"required":["a","b","c","d"],"title":"Pair",)"
      R"("$defs":{"Person":{"type":"object","properties":{"level":{"$ref":"#/$defs/Level"}},"required":["level"]},)"
      R"("Level":{"type":"string","enum":["low","high"]}}})");
  EXPECT_TRUE(built.build().decode(R"({"a":{"level":"low"},"b":{"level":"high"},"c":"low","d":"high"})"));
}

// ---- calls -------------------------------------------------------------------------------------------------------

TEST(ModelBuilder, AsksForItAndStreamsIt) {
  const char* const wrong = R"({"subject":"x","tags":[],"customer":{"name":"Ada"}})";
  const char* const right = R"({"subject":"Broken lamp","tags":["lamp"],"customer":{"name":"Ada"}})";
  const auto client = testing::scripted({wrong, right, right});
  const Json value = client.create(ticket(), "My lamp is broken. Ada");
  EXPECT_EQ(value.at("subject"), "Broken lamp");
  EXPECT_EQ(value.at("priority"), "low");

  auto stream = client.create_partial(ticket(), "...");
  bool grew = false;
  for (const Partial<Json>& partial : stream)
    grew = grew || (partial->contains("subject") && partial->at("subject").get<std::string>().size() < 11);
  EXPECT_TRUE(grew);
  EXPECT_EQ(stream.result().at("customer").at("name"), "Ada");

  const auto numbers = testing::scripted({R"({"content":[1,2]})"});
  EXPECT_EQ(encode(numbers.create(type::list(type::integer()).build(), "...")), "[1,2]");
}

// ---- what is refused ---------------------------------------------------------------------------------------------

TEST(ModelBuilder, NamesThePathOfWhatCannotBe) {
  const auto in_list = [](const type::Type& type) {
    return failure(
        type::object("M").field("a", type::object().field("b", type::list(type::object().field("c", type)))));
  };
  EXPECT_EQ(in_list(type::reference("Nobody")),
            "the model M cannot be built: /a/b/*/c: there is no type \"Nobody\"; the types with names are M");
  EXPECT_EQ(failure(type::list(type::reference("Nobody"))),
            "the model answer cannot be built: /*: there is no type \"Nobody\"; no type in this model has a name");
  EXPECT_EQ(in_list(type::one_of(std::vector<std::string>{})),
            "the model M cannot be built: /a/b/*/c: one_of expects at least one value");
  EXPECT_EQ(in_list(type::one_of({"a", "b", "a"})),
            "the model M cannot be built: /a/b/*/c: the value \"a\" comes twice");
  EXPECT_EQ(in_list(type::any_of({})), "the model M cannot be built: /a/b/*/c: any_of expects at least one type");
  EXPECT_EQ(in_list(type::tuple({type::integer(), type::string().min_length(3).max_length(2)})),
            "the model M cannot be built: /a/b/*/c/1: minLength 3 and maxLength 2 leave no value");
  EXPECT_EQ(in_list(type::integer().gt(3).lt(3)),
            "the model M cannot be built: /a/b/*/c: exclusiveMinimum 3 and exclusiveMaximum 3 leave no value");
  EXPECT_EQ(in_list(type::number().multiple_of(0)),
            "the model M cannot be built: /a/b/*/c: multiple_of expects a number above 0, got 0");
  EXPECT_NE(in_list(type::string().pattern("(")).find("/a/b/*/c: the pattern is no regular expression"),
            std::string::npos);
  EXPECT_EQ(in_list(type::number().ge(std::numeric_limits<double>::infinity())),
            "the model M cannot be built: /a/b/*/c: minimum is no number that JSON has");
  EXPECT_EQ(in_list(type::string().description("\xff")),
            "the model M cannot be built: /a/b/*/c: the description is not valid UTF-8");
  EXPECT_EQ(in_list(type::constant("\xff")), "the model M cannot be built: /a/b/*/c: a value is not valid UTF-8");
}

TEST(ModelBuilder, RefusesDefaultsAndExamplesThatAreNotValid) {
  const auto in_field = [](const type::Type& type) { return failure(type::object("M").field("a", type)); };
  EXPECT_EQ(in_field(type::one_of({"low", "high"}).default_value("lo")),
            "the model M cannot be built: /a: the default \"lo\" is not valid: expected one of \"low\", \"high\", got "
            "\"lo\" (did you mean \"low\"?)");
  EXPECT_EQ(in_field(type::integer().default_value("3")),
            "the model M cannot be built: /a: the default \"3\" is not valid: expected integer, got string \"3\"");
  EXPECT_EQ(in_field(type::integer().ge(1).example(0)),
            "the model M cannot be built: /a: the example 0 is not valid: expected at least 1, got 0");
  EXPECT_EQ(in_field(type::object("P").field("x", type::number()).default_value(Json{{"x", "y"}})),
            "the model M cannot be built: /a/x: the default an object is not valid: expected number, got string \"y\"");
  EXPECT_EQ(
      failure(type::object("M")
                  .field("next", type::reference("M").default_value(Json{{"next", 5}}))
                  .optional_field("last", type::reference("M").default_value(Json::object()))),
      "the model M cannot be built: /next/next: the default an object is not valid: expected object (M), got number 5");
  EXPECT_EQ(failure(type::list(type::integer().default_value(1))),
            "the model answer cannot be built: /*: only a field has a default or examples");
  EXPECT_EQ(in_field(type::list(type::integer().title("Number"))),
            "the model M cannot be built: /a/*: only an object or a field has a title");
  EXPECT_EQ(in_field(type::integer().example(1).example(2).example(3).example(4).example(5)),
            "the model M cannot be built: /a: has 5 examples; at most 4 are told");
}

TEST(ModelBuilder, RefusesKeysAndNamesThatComeTwice) {
  EXPECT_EQ(failure(type::object("M").field("a", type::object().field("b", type::any()).field("b", type::null()))),
            "the model M cannot be built: /a/b: there are two fields with this key");
  EXPECT_EQ(failure(type::object("M")
                        .field("a", type::object("P").field("x", type::integer()))
                        .field("b", type::object("P").field("x", type::string()))),
            "the model M cannot be built: /b: another type, at /a, is called P");
  EXPECT_EQ(failure(type::object("M").field("a", type::object("M"))),
            "the model M cannot be built: /a: another type, at the root, is called M");
  EXPECT_EQ(failure(type::object("M").field("a", type::object("a b"))),
            "the model M cannot be built: /a: the name \"a b\" is not made of letters, digits, - and _; a title may be "
            "any text");
  EXPECT_EQ(failure(type::reference("A").name("A")), "the model A cannot be built: a reference has no name of its own");
}

TEST(ModelBuilder, IsBounded) {
  type::Type deep = type::integer();
  for (int i = 0; i < 200; ++i) deep = type::list(deep);
  EXPECT_NE(failure(deep).find("nested deeper than 100 levels"), std::string::npos);
  type::Type wide = type::integer();
  for (int i = 0; i < 40; ++i) wide = type::tuple({wide, wide});
  EXPECT_NE(failure(wide).find("more than 20000 parts"), std::string::npos);
  type::Type named = type::integer();
  for (int i = 0; i < 40; ++i) named = type::object("N" + std::to_string(i)).field("a", named).field("b", named);
  EXPECT_EQ(failure(named), "none");
  EXPECT_NE(failure(type::any_of({type::reference("A")}).name("A")).find("itself"), std::string::npos);
}

}  // namespace
}  // namespace instructor
