#include "model/validate.hpp"

#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "instructor/codec.hpp"
#include "instructor/error.hpp"
#include "support/decode_all_ways.hpp"

namespace instructor {
namespace {

using support::decode_all_ways;
using support::issues_of;

bool is_lower_case(const std::string& text) {
  for (const char c : text)
    if (c >= 'A' && c <= 'Z') return false;
  return true;
}

void trim(std::string& text) {
  while (!text.empty() && text.back() == ' ') text.pop_back();
  while (!text.empty() && text.front() == ' ') text.erase(0, 1);
}

struct Numbers {
  int from = 1;
  int above = 1;
  double to = 1;
  double below = 1;
  int step = 10;
  std::optional<int> maybe;

  static constexpr auto describe() {
    using namespace instructor;
    return model<Numbers>(field<&Numbers::from>(ge(1)), field<&Numbers::above>(gt(0)), field<&Numbers::to>(le(9.5)),
                          field<&Numbers::below>(lt(10)), field<&Numbers::step>(multiple_of(5)),
                          field<&Numbers::maybe>(ge(0), le(130)));
  }
};

TEST(Rules, LimitNumbers) {
  EXPECT_EQ(issues_of<Numbers>(R"({"from":1,"above":1,"to":9.5,"below":9.99,"step":15,"maybe":130})"), "valid");
  EXPECT_EQ(issues_of<Numbers>(R"({"from":0,"above":0,"to":9.51,"below":10,"step":12,"maybe":131})"),
            "/from greater_than_equal\n/above greater_than\n/to less_than_equal\n/below less_than\n/step multiple_of\n"
            "/maybe less_than_equal\n");
  EXPECT_EQ(issues_of<Numbers>(R"({"maybe":null})"), "valid");
  EXPECT_EQ(issues_of<Numbers>(R"({"maybe":-1})"), "/maybe greater_than_equal\n");
}

TEST(Rules, SayWhatIsExpectedAndWhatCame) {
  const auto value = decode<Numbers>(R"({"from":0,"to":10.25,"step":7})");
  ASSERT_FALSE(value);
  EXPECT_EQ(value.error().text(),
            "  /from  expected at least 1, got 0\n"
            "  /to    expected at most 9.5, got 10.25\n"
            "  /step  expected a multiple of 5, got 7\n");
}

struct Texts {
  std::string length;
  std::string code;

  static constexpr auto describe() {
    using namespace instructor;
    return model<Texts>(field<&Texts::length>(min_length(2), max_length(4)),
                        field<&Texts::code>(pattern("^[A-Z]{2}-[0-9]+$")));
  }
};

TEST(Rules, LimitTextsByCodePoints) {
  EXPECT_EQ(issues_of<Texts>(R"({"length":"é漢","code":"AB-1"})"), "valid");
  EXPECT_EQ(issues_of<Texts>(R"({"length":"😀😀😀😀","code":"AB-1"})"), "valid");
  EXPECT_EQ(issues_of<Texts>(R"({"length":"é","code":"ab-1"})"),
            "/length string_too_short\n/code string_pattern_mismatch\n");
  EXPECT_EQ(issues_of<Texts>(R"({"length":"abcde","code":"AB-1x"})"),
            "/length string_too_long\n/code string_pattern_mismatch\n");
  EXPECT_EQ(decode<Texts>(R"({"length":"x","code":"AB-1"})").error()[0].text(),
            R"(expected at least 2 characters, got 1: "x")");
}

struct Lists {
  std::vector<int> items;
  std::vector<std::string> distinct;
  std::map<std::string, int> keys;
  std::set<int> set;

  static constexpr auto describe() {
    using namespace instructor;
    return model<Lists>(field<&Lists::items>(min_items(1), max_items(2)), field<&Lists::distinct>(unique),
                        field<&Lists::keys>(max_items(1)), field<&Lists::set>(min_items(2)));
  }
};

TEST(Rules, LimitContainers) {
  EXPECT_EQ(issues_of<Lists>(R"({"items":[1],"distinct":["a","b"],"keys":{"a":1},"set":[1,2]})"), "valid");
  EXPECT_EQ(issues_of<Lists>(R"({"items":[],"distinct":["a","b","a"],"keys":{"a":1,"b":2},"set":[1,1]})"),
            "/items too_short\n/distinct/2 not_unique\n/keys too_long\n/set too_short\n");
  EXPECT_EQ(issues_of<Lists>(R"({"items":[1,2,3],"distinct":[],"keys":{},"set":[1,2]})"), "/items too_long\n");
}

struct Checked {
  std::string name;
  std::optional<std::string> nick;
  std::vector<int> even;

  static constexpr auto describe() {
    using namespace instructor;
    return model<Checked>(
        field<&Checked::name>(transform<trim>(), check<is_lower_case>("must be lower case"), min_length(2)),
        field<&Checked::nick>(check([](const std::string& nick) { return nick != "x"; }, "must not be x"),
                              transform([](std::string text) { return text + "!"; })),
        field<&Checked::even>(check(
            [](const std::vector<int>& values) {
              for (const int value : values)
                if (value % 2 != 0) throw std::runtime_error("there is " + std::to_string(value));
              return true;
            },
            "must all be even")));
  }
};

TEST(Checks, RunAfterTransformsAndLimits) {
  const auto value = decode_all_ways<Checked>(R"({"name":"  ada ","nick":"ann","even":[2]})");
  ASSERT_TRUE(value);
  EXPECT_EQ(value->name, "ada");
  EXPECT_EQ(value->nick, "ann!");
  EXPECT_EQ(issues_of<Checked>(R"({"name":"  a  ","even":[]})"), "/name string_too_short\n");
  EXPECT_EQ(issues_of<Checked>(R"({"name":"Ada","even":[]})"), "/name assertion_error\n");
}

TEST(Checks, LookInsideOptionals) {
  EXPECT_EQ(issues_of<Checked>(R"({"name":"ada","nick":null,"even":[]})"), "valid");
  EXPECT_EQ(issues_of<Checked>(R"({"name":"ada","nick":"","even":[]})"), "valid");
}

TEST(Checks, TurnExceptionsIntoIssues) {
  const auto value = decode<Checked>(R"({"name":"ada","even":[2,3]})");
  ASSERT_FALSE(value);
  EXPECT_EQ(value.error()[0].path, "/even");
  EXPECT_EQ(value.error()[0].text(), "must all be even (there is 3), got [2,3]");
}

struct WholeOptional {
  std::optional<int> value;

  static constexpr auto describe() {
    using namespace instructor;
    return model<WholeOptional>(field<&WholeOptional::value>(
        check([](const std::optional<int>& v) { return v.has_value(); }, "must be given when the key is")));
  }
};

TEST(Checks, MaySeeTheWholeOptional) {
  EXPECT_EQ(issues_of<WholeOptional>(R"({"value":1})"), "valid");
  EXPECT_EQ(issues_of<WholeOptional>(R"({"value":null})"), "/value assertion_error\n");
}

struct Line {
  int quantity = 1;
  double price = 0.5;

  void validate(Issues& issues) const {
    if (quantity * price > 100) issues.add(&Line::price, "too dear");
  }
};

struct Order {
  std::vector<Line> lines;
  bool urgent;
  std::string reason;

  static constexpr auto describe() {
    using namespace instructor;
    return model<Order>(field<&Order::reason>(alias("why")));
  }

  void validate(Issues& issues) const {
    if (urgent && reason.empty()) {
      issues.add(&Order::reason, "an urgent order has a reason");
      issues.add("look again");
    }
    if (lines.size() > 1) issues.add_at("/lines/1", "one line is enough");
  }
};

TEST(Validate, SeesWholeObjectsAndNamesMembers) {
  EXPECT_EQ(issues_of<Order>(R"({"lines":[{"quantity":3,"price":2.5}],"urgent":false,"why":""})"), "valid");
  const auto order = decode_all_ways<Order>(R"({"lines":[],"urgent":true,"why":""})");
  ASSERT_FALSE(order);
  EXPECT_EQ(order.error().text(), "  /why    an urgent order has a reason\n  (root)  look again\n");
  EXPECT_EQ(
      issues_of<Order>(R"({"lines":[{"quantity":1,"price":1},{"quantity":2,"price":2}],"urgent":false,"why":""})"),
      "/lines/1 value_error\n");
}

TEST(Validate, AddsToThePathOfNestedObjects) {
  EXPECT_EQ(issues_of<Order>(R"({"lines":[{"quantity":300,"price":2}],"urgent":false,"why":""})"),
            "/lines/0/price value_error\n");
}

TEST(Validate, RunsOnlyOnObjectsThatAreOtherwiseValid) {
  EXPECT_EQ(issues_of<Order>(R"({"lines":[],"urgent":true,"why":5})"), "/why string_type\n");
}

struct Throwing {
  int value;
  void validate(Issues&) const { throw std::out_of_range("no such index"); }
};

TEST(Validate, TurnsExceptionsIntoIssues) {
  EXPECT_EQ(decode<Throwing>(R"({"value":1})").error()[0].text(), "cannot be validated: no such index");
}

struct Closed {
  int value;
  static constexpr auto describe() { return instructor::model<Closed>(instructor::forbid_extra); }
};

TEST(Model, MayForbidUnknownKeys) {
  EXPECT_EQ(issues_of<Closed>(R"({"value":1})"), "valid");
  const auto closed = decode_all_ways<Closed>(R"({"valeu":1,"other":{}})");
  ASSERT_FALSE(closed);
  EXPECT_EQ(closed.error().text(),
            "  /valeu  no key \"valeu\" belongs here (did you mean \"value\"?)\n"
            "  /other  no key \"other\" belongs here\n"
            "  /value  missing: expected integer (there is \"valeu\")\n");
}

struct BadPattern {
  std::string text;
  static constexpr auto describe() {
    return instructor::model<BadPattern>(instructor::field<&BadPattern::text>(instructor::pattern("(")));
  }
};

TEST(Model, WithAPatternThatIsNoneIsRefused) {
  try {
    (void)decode<BadPattern>(R"({"text":"a"})");
    FAIL() << "expected an Error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::invalid_model);
    EXPECT_NE(std::string(error.what()).find("BadPattern.text"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace instructor
