// Documents in which something was lost, doubled or changed places: they come out as they were, or with what the damage
// itself changed, or not at all. What is never lost in silence is whole parts of them.

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "instructor/codec.hpp"
#include "instructor/tolerant.hpp"
#include "testing/random.hpp"

namespace instructor {
namespace {

using testing::Random;

struct Line {
  std::string name;
  int amount;
  std::optional<std::string> note;
};

struct Invoice {
  int number;
  std::vector<Line> lines;
  std::optional<std::string> remark;
};

Invoice any_invoice(Random& random) {
  Invoice invoice;
  invoice.number = static_cast<int>(random.below(1000));
  const std::uint64_t count = 1 + random.below(4);
  for (std::uint64_t i = 0; i < count; ++i) {
    Line line;
    line.name = "item " + std::string(1, static_cast<char>('a' + i)) + (random.one_in(3) ? ", with {x}" : "");
    line.amount = static_cast<int>(random.below(10'000));
    if (random.one_in(2)) line.note = "see \"here\": " + std::to_string(random.below(100));
    invoice.lines.push_back(line);
  }
  if (random.one_in(2)) invoice.remark = "ok";
  return invoice;
}

std::string spoiled(const std::string& json, Random& random) {
  const std::size_t size = 1 + random.below(10);
  const std::size_t at = random.below(json.size() - 2 * size);
  const std::string before = json.substr(0, at);
  const std::string piece = json.substr(at, size);
  const std::string after = json.substr(at + size);
  switch (random.below(4)) {
    case 0: return before + after.substr(0, size) + piece + after.substr(size);
    case 1: return before + piece + piece + after;
    case 2: return before + after;
    default: return before + "{}[]\":,"[random.below(7)] + piece + after;
  }
}

TEST(Spoiled, NoItemIsLostInSilence) {
  Random random(1);
  std::size_t as_they_were = 0;
  for (int round = 0; round < 6000; ++round) {
    const Invoice invoice = any_invoice(random);
    const std::string json = encode(invoice);
    const std::string text = spoiled(json, random);
    const auto understood = decode_tolerant<Invoice>(text);
    if (!understood || understood->repairs.empty()) continue;
    EXPECT_EQ(understood->value.lines.size(), invoice.lines.size()) << text << "\n"
                                                                    << understood->json << "\n"
                                                                    << understood->repairs.text();
    if (encode(understood->value) == json) ++as_they_were;
  }
  EXPECT_GT(as_they_were, 800U);
}

TEST(Spoiled, OneQuoteTooManyOrTooFewCostsNothingElse) {
  const std::string rest = R"("lines":[{"name":"a","amount":1},{"name":"b","amount":2}],"remark":"ok"})";
  for (const std::string_view number : {R"({"number"":7,)", R"({""number":7,)", R"({number":7,)", R"({"number:7,)"}) {
    const auto understood = decode_tolerant<Invoice>(std::string(number) + rest);
    ASSERT_TRUE(understood) << number;
    EXPECT_EQ(encode(understood->value), R"({"number":7,)" + rest) << number;
  }
}

struct Account {
  std::string owner;
  double balance;
};

/// What the repairs of a text for an Account cost; nothing: it is not understood.
std::optional<int> cost(std::string_view text) {
  const auto understood = decode_tolerant<Account>(text, {RepairLevel::full, 100});
  if (!understood) return std::nullopt;
  return understood->repairs.cost();
}

TEST(Spoiled, KeysThatTheTypeDoesNotKnowAreDoubtfulWhereTheTextIsBroken) {
  EXPECT_EQ(cost(R"({"owner":"Ada","balance":1,"since":1843})"), 0);
  EXPECT_EQ(cost(R"({owner:'Ada',"balance":"1","since":1843,})"), 1) << "slips, but the text is not broken";
  EXPECT_EQ(cost(R"({"owner":"Ada" "balance":1})"), 1);
  EXPECT_EQ(cost(R"({"owner":"Ada" "balance":1,"since":1843})"), 7);
  const auto understood = decode_tolerant<Account>(R"({"owner":"Ada" "balance":1,"since":1843})");
  ASSERT_TRUE(understood);
  ASSERT_EQ(understood->repairs.size(), 2U);
  EXPECT_EQ(understood->repairs[1].kind, RepairKind::extra_key);
  EXPECT_EQ(understood->repairs[1].path, "/since");
}

TEST(Spoiled, MoreJsonBehindTheValueIsNoSmallThing) {
  EXPECT_EQ(cost(R"({"owner":"Ada","balance":1}, "since": 1843})"), 8);
  EXPECT_EQ(cost(R"({"owner":"Ada","balance":1}}, {"since": 1843})"), 8);
  EXPECT_EQ(cost(R"({"owner":"Ada","balance":1}])"), 2) << "a bracket too many";
  EXPECT_EQ(cost(R"({"owner":"Ada","balance":1}, as you wished)"), 2);
  EXPECT_EQ(cost(R"({"owner":"Ada","balance":1} as you wished)"), 0);
}

TEST(Spoiled, WhatMayHaveBeenAKeyIsNoTextForNothing) {
  EXPECT_EQ(cost(R"({"owner":"the "great" Ada","balance":1})"), 3);
  EXPECT_EQ(cost(R"({"owner":"{"name": "Ada"}","balance":1})"), 4) << "JSON in a text";
  EXPECT_EQ(cost(R"({"owner":"say {"name": 1}","balance":1})"), 5);
  EXPECT_EQ(cost(R"({"owner":"Ada, "aged": 36","balance":1})"), 9);
}

}  // namespace
}  // namespace instructor
