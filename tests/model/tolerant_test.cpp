// From what a model wrote to the value that it meant.

#include "instructor/tolerant.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "instructor/dynamic.hpp"
#include "instructor/model.hpp"

namespace instructor {
namespace {

enum class Colour { red, dark_green };

struct Item {
  std::string name;
  int amount;
};

struct Order {
  std::string customer;
  Colour colour;
  std::vector<Item> items;
  std::optional<double> price;
};

constexpr std::string_view order =
    R"({"customer":"Ada","colour":"red","items":[{"name":"nut","amount":2}],"price":null})";

std::string kinds_of(const Repairs& repairs) {
  std::string kinds;
  for (const Repair& repair : repairs)
    kinds += std::string(kinds.empty() ? "" : " ") + repair.path + ":" + std::string(to_string(repair.kind));
  return kinds;
}

TEST(Tolerant, LeavesWhatIsValidAlone) {
  const auto found = decode_tolerant<Order>(order);
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->repairs.empty());
  EXPECT_EQ(found->json, order);
  EXPECT_EQ(found->value.items.at(0).amount, 2);
}

TEST(Tolerant, FindsTheValueInProse) {
  const std::string text = "Sure {as you wish}! Here it is:\n```json\n" + std::string(order) + "\n```\nAnything else?";
  const auto found = decode_tolerant<Order>(text);
  ASSERT_TRUE(found) << found.error().text();
  EXPECT_EQ(found->value.customer, "Ada");
  EXPECT_EQ(found->json, order);
  EXPECT_EQ(kinds_of(found->repairs), ":text_around");
  EXPECT_EQ(found->repairs.cost(), 0);
}

TEST(Tolerant, TakesTheLastOfEquals) {
  const auto found = decode_tolerant<Item>(R"(You said {"name":"nut","amount":1}; I say {"name":"nut","amount":2}.)");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->value.amount, 2);
  EXPECT_TRUE(found->repairs.has(RepairKind::other_value));
}

TEST(Tolerant, TakesTheOneThatFits) {
  const auto found = decode_tolerant<Item>(R"({"name":"nut","amount":2} is what {"query":"nuts"} found)");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->value.amount, 2);
  EXPECT_FALSE(found->repairs.has(RepairKind::other_value));
}

TEST(Tolerant, MendsAndUnderstands) {
  const auto found = decode_tolerant<Order>(R"(Here: {
    customer: 'Ada', // as asked
    "Colour": "Dark Green",
    "items": {"name": "nut", "amount": "1,200"},
    "price": "N/A",
  )");
  ASSERT_TRUE(found) << found.error().text();
  EXPECT_EQ(found->value.customer, "Ada");
  EXPECT_EQ(found->value.colour, Colour::dark_green);
  ASSERT_EQ(found->value.items.size(), 1U);
  EXPECT_EQ(found->value.items[0].amount, 1200);
  EXPECT_FALSE(found->value.price);
  EXPECT_TRUE(found->repairs.has(RepairKind::single_as_list)) << found->repairs.text();
  EXPECT_TRUE(found->repairs.has(RepairKind::missing_bracket)) << found->repairs.text();
}

TEST(Tolerant, ALevelOfSyntaxLeavesValuesAlone) {
  const auto mended = decode_tolerant<Item>("{name: 'nut', amount: 2}", RepairLevel::syntax);
  ASSERT_TRUE(mended);
  EXPECT_EQ(mended->value.amount, 2);
  const auto refused = decode_tolerant<Item>("{name: 'nut', amount: '2'}", RepairLevel::syntax);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().text().find("/amount"), std::string::npos) << refused.error().text();
  EXPECT_FALSE(decode_tolerant<Item>("{name: 'nut', amount: 2}", RepairLevel::none));
}

TEST(Tolerant, ACostIsALimit) {
  constexpr std::string_view text = R"({"name": "nut", "amount": "two"})";
  const auto found = decode_tolerant<Item>(text);
  ASSERT_TRUE(found);
  const int cost = found->repairs.cost();
  EXPECT_GT(cost, 0);
  EXPECT_TRUE(decode_tolerant<Item>(text, RepairPolicy(RepairLevel::full, cost)));
  EXPECT_FALSE(decode_tolerant<Item>(text, RepairPolicy(RepairLevel::full, cost - 1)));
}

TEST(Tolerant, WhatIsCutOffIsAskedForAgain) {
  const auto cut = decode_tolerant<Item>(R"({"amount": 2, "name": "nu)");
  ASSERT_FALSE(cut);
  EXPECT_EQ(cut.error()[0].code, IssueCode::truncated);
  EXPECT_EQ(cut.error().total(), 1U) << "what is missing is missing because of it";
  EXPECT_TRUE(decode_tolerant<Item>(R"({"amount": 2, "name": "nu)", RepairPolicy(RepairLevel::full, 100)));
}

struct Node {
  std::string name;
  std::vector<Node> children;
};

TEST(Tolerant, APartOfAValueThatIsCutOffIsNotTheValue) {
  constexpr std::string_view text =
      R"({"name": "root", "children": [{"name": "a", "children": []}, {"name": "b", "chi)";
  EXPECT_FALSE(decode_tolerant<Node>(text));
  EXPECT_FALSE(decode_tolerant<Node>(R"({"children": [{"name": "a", "children": []}], "na)"));
  const auto whole = decode_tolerant<Json>(R"({"a": {"b": 1}, "c": {"d": 2)");
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->value.dump(), R"({"a":{"b":1},"c":{"d":2}})");
  const auto prose = decode_tolerant<Node>(R"(Smile :-{ and take {"name": "a", "children": []})");
  ASSERT_TRUE(prose) << prose.error().text();
  EXPECT_EQ(prose->value.name, "a");
}

TEST(Tolerant, AKeyMayComeAgainWithTheSameValue) {
  const auto same = decode_tolerant<Item>(R"({"name": "nut", "amount": 2, "name": "nut"})");
  ASSERT_TRUE(same) << same.error().text();
  EXPECT_EQ(kinds_of(same->repairs), "/name:duplicate_key");
  EXPECT_EQ(same->json, R"({"name":"nut","amount":2})");
  const auto both = decode_tolerant<Order>(
      R"({"customer":"Ada","colour":"Red","items":[{"name":"nut","amount":"2","name":"nut"}],"colour":"Red"})");
  ASSERT_TRUE(both) << both.error().text();
  EXPECT_TRUE(both->repairs.has(RepairKind::duplicate_key) && both->repairs.has(RepairKind::choice_text));
  EXPECT_EQ(decode_tolerant<Json>(R"([{"b":"v","b":"v"}])")->json, R"([{"b":"v"}])");
  EXPECT_FALSE(decode_tolerant<Item>(R"({"name": "nut", "amount": 2, "name": "bolt"})")) << "which one is meant?";
}

TEST(Tolerant, NothingIsMadeUp) {
  const auto found = decode_tolerant<Item>(R"(Here: {"name": "nut"})");
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error()[0].code, IssueCode::missing) << found.error().text();
  EXPECT_FALSE(decode_tolerant<Item>("I cannot help with that."));
  EXPECT_FALSE(decode_tolerant<std::vector<Item>>("I cannot help with that."));
}

TEST(Tolerant, SaysWhatIsWrongWithWhatComesNearest) {
  const auto found = decode_tolerant<Item>(R"(I think {so}: {"name": "nut", "amount": [1, 2]})");
  ASSERT_FALSE(found);
  ASSERT_EQ(found.error().total(), 1U) << found.error().text();
  EXPECT_EQ(found.error()[0].path, "/amount");
}

TEST(Tolerant, SeveralValuesAreAList) {
  const auto found = decode_tolerant<std::vector<Item>>(R"({"name":"a","amount":1}
{"name":"b","amount":2})");
  ASSERT_TRUE(found) << found.error().text();
  ASSERT_EQ(found->value.size(), 2U);
  EXPECT_EQ(found->value[1].name, "b");
  EXPECT_TRUE(found->repairs.has(RepairKind::values_as_list));
}

TEST(Tolerant, OfManyItemsNoneIsLost) {
  std::string lines;
  for (int i = 0; i < 100; ++i) lines += "{\"name\": \"n\", \"amount\": " + std::to_string(i) + "}\n";
  const auto found = decode_tolerant<std::vector<Item>>(lines);
  ASSERT_TRUE(found) << found.error().text();
  EXPECT_EQ(found->value.size(), 100U);
  EXPECT_EQ(decode_tolerant<std::vector<Item>>("See {note 1}: " + lines)->value.size(), 100U);

  // One that is not understood, or needs mending, is still one of them.
  EXPECT_FALSE(decode_tolerant<std::vector<Item>>(lines + R"({"name": "n", "amount": "abc"})"));
  EXPECT_FALSE(decode_tolerant<std::vector<Item>>(R"({"name": "a", "amount": "abc"} {"name": "b", "amount": 2})"));
  EXPECT_EQ(
      decode_tolerant<std::vector<Item>>(R"({"name": "a", "amount": 1} {"name": "b", "amount": "two"})")->value.size(),
      2U);
}

TEST(Tolerant, WhereAnythingWillDoNothingIsLost) {
  const auto json_of = [](std::string_view text) { return decode_tolerant<Json>(text)->value.dump(); };
  EXPECT_EQ(json_of(R"({"a":1}{"a":2})"), R"({"a":2})");
  EXPECT_EQ(json_of(R"({"a":1},{"a":2})"), R"([{"a":1},{"a":2}])");
  EXPECT_EQ(json_of(R"({"a":1}[2,3])"), R"([{"a":1},[2,3]])");
  EXPECT_EQ(json_of(R"({"a":1}, [])"), R"({"a":1})");
  EXPECT_EQ(json_of("[]{}"), "[]");
  EXPECT_EQ(json_of("Say:\n```\n{\"a\":1}\n```\nand\n```json\n[2]\n```"), R"([{"a":1},[2]])");
  EXPECT_EQ(json_of(R"(Perhaps {"a":1}, but better {"b":2}.)"), R"({"b":2})");
}

TEST(Tolerant, AListIsFoundAmongProse) {
  const auto found = decode_tolerant<std::vector<Item>>(R"(They are [see 1]: [{"name":"a","amount":1}].)");
  ASSERT_TRUE(found) << found.error().text();
  EXPECT_EQ(found->value.size(), 1U);
}

TEST(Tolerant, ScalarsStandInWords) {
  EXPECT_EQ(decode_tolerant<int>("42")->value, 42);
  EXPECT_EQ(decode_tolerant<int>("```\n42\n```")->value, 42);
  EXPECT_EQ(decode_tolerant<bool>("Yes")->value, true);
  EXPECT_EQ(decode_tolerant<Colour>("The colour is dark green.")->value, Colour::dark_green);
  EXPECT_EQ(decode_tolerant<std::string>("Hello, world")->value, "Hello, world");
}

TEST(Tolerant, ListsStandInWords) {
  using Colours = std::vector<Colour>;
  EXPECT_EQ(decode_tolerant<Colours>("Red, dark green")->value, (Colours{Colour::red, Colour::dark_green}));
  EXPECT_EQ(decode_tolerant<Colours>("- red\n- dark-green")->value, (Colours{Colour::red, Colour::dark_green}));
  EXPECT_EQ(decode_tolerant<Colours>("red")->value, Colours{Colour::red});
  EXPECT_EQ(decode_tolerant<std::vector<int>>("1\n2\n3")->value, (std::vector<int>{1, 2, 3}));
  EXPECT_FALSE(decode_tolerant<Colours>("none of them"));
  EXPECT_FALSE(decode_tolerant<Colours>("It is red or dark green"));
  EXPECT_FALSE(decode_tolerant<std::vector<int>>("1,200"));  // one number or two?
}

struct Payment {
  double amount;
  std::string note;
  std::vector<int> parts;

  static constexpr auto describe() {
    return model<Payment>(field<&Payment::amount>(repair(RepairLevel::none)),
                          field<&Payment::parts>(repair(RepairLevel::full, 1)));
  }
};

TEST(Tolerant, FieldsMayOptOut) {
  EXPECT_TRUE(decode_tolerant<Payment>(R"({"amount": 1200, note: "x", "parts": []})"));
  EXPECT_FALSE(decode_tolerant<Payment>(R"({"amount": "1,200", "note": "x", "parts": []})"));
  EXPECT_FALSE(decode_tolerant<Payment>(R"({"amount": 1_200, "note": "x", "parts": []})")) << "nor its spelling";
  EXPECT_TRUE(decode_tolerant<Payment>(R"({"amount": 1200, "note": 5, "parts": ["7"]})"));
  EXPECT_FALSE(decode_tolerant<Payment>(R"({"amount": 1200, "note": 5, "parts": ["1", "2"]})")) << "its own limit";
}

TEST(Tolerant, RunTimeModelsDoTheSame) {
  const auto model = DynamicModel::from_json_schema(
      R"({"type":"object","properties":{"n":{"type":"integer"},"c":{"enum":["red","green"]}},"required":["n","c"]})");
  const auto found = model.decode_tolerant("It is {n: '5', c: 'Green'}");
  ASSERT_TRUE(found) << found.error().text();
  EXPECT_EQ(found->value, (Json{{"n", 5}, {"c", "green"}}));
  EXPECT_FALSE(model.decode_tolerant("It is {n: '5'}"));
}

TEST(Tolerant, HostileTextsAreBounded) {
  EXPECT_FALSE(decode_tolerant<Order>(std::string(1 << 18, '[')));
  EXPECT_FALSE(decode_tolerant<Order>(std::string(1 << 18, '"')));
  std::string quotes;
  for (int i = 0; i < 20'000; ++i) quotes += "{\"a\": '";
  EXPECT_FALSE(decode_tolerant<Order>(quotes));
  std::string values;
  for (int i = 0; i < 20'000; ++i) values += "{\"amount\": 1} ";
  EXPECT_FALSE(decode_tolerant<Order>(values));
}

}  // namespace
}  // namespace instructor
