#include "instructor/codec.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "support/decode_all_ways.hpp"

namespace instructor {
namespace {

using support::decode_all_ways;
using support::issues_of;

struct User {
  std::string name;
  int age;
};

struct Alike {
  int na;
  int name;
  int names;
};

TEST(Decode, FillsAStruct) {
  const auto user = decode_all_ways<User>(R"({"name": "Ada Lovelace", "age": 36})");
  ASSERT_TRUE(user);
  EXPECT_EQ(user->name, "Ada Lovelace");
  EXPECT_EQ(user->age, 36);
}

TEST(Decode, TakesKeysInAnyOrderAndIgnoresUnknownOnes) {
  const auto user = decode_all_ways<User>(
      R"({"x": [1, {"name": 5}, "]"], "age": 36, "y": null, "name": "Ada", "z": "\ud83d\ude00"})");
  ASSERT_TRUE(user);
  EXPECT_EQ(user->name, "Ada");
  EXPECT_EQ(user->age, 36);
}

TEST(Decode, ReportsEveryIssueInOnePass) {
  EXPECT_EQ(issues_of<User>(R"({"name": 1})"), "/name string_type\n/age missing\n");
  EXPECT_EQ(issues_of<User>(R"({"name": null, "age": "36"})"), "/name string_type\n/age int_type\n");
  EXPECT_EQ(issues_of<User>(R"([1])"), "(root) model_type\n");
  EXPECT_EQ(issues_of<User>(R"("x")"), "(root) model_type\n");
}

TEST(Decode, ReportsDuplicateKeys) {
  EXPECT_EQ(issues_of<User>(R"({"name": "a", "age": 1, "name": "b"})"), "/name duplicate_key\n");
  using Map = std::map<std::string, int>;
  EXPECT_EQ(issues_of<Map>(R"({"a": 1, "b": 2, "a": 3})"), "/a duplicate_key\n");
  EXPECT_EQ(issues_of<Json>(R"({"a": 1, "a": {"b": 2}})"), "/a duplicate_key\n");
}

// ---- scalars -----------------------------------------------------------------------------------------------------

TEST(Decode, IsStrictAboutTypes) {
  EXPECT_EQ(issues_of<int>("\"5\""), "(root) int_type\n");
  EXPECT_EQ(issues_of<int>("5.0"), "(root) int_type\n");
  EXPECT_EQ(issues_of<int>("1e2"), "(root) int_type\n");
  EXPECT_EQ(issues_of<int>("true"), "(root) int_type\n");
  EXPECT_EQ(issues_of<double>("\"5.5\""), "(root) float_type\n");
  EXPECT_EQ(issues_of<double>("true"), "(root) float_type\n");
  EXPECT_EQ(issues_of<bool>("1"), "(root) bool_type\n");
  EXPECT_EQ(issues_of<bool>("\"true\""), "(root) bool_type\n");
  EXPECT_EQ(issues_of<std::string>("5"), "(root) string_type\n");
  EXPECT_EQ(issues_of<std::string>("null"), "(root) string_type\n");
}

template <class N>
class DecodeInteger : public ::testing::Test {};
using Integers = ::testing::Types<std::int8_t, std::int16_t, std::int32_t, std::int64_t, std::uint8_t, std::uint16_t,
                                  std::uint32_t, std::uint64_t, long, unsigned long long>;
TYPED_TEST_SUITE(DecodeInteger, Integers);

TYPED_TEST(DecodeInteger, KeepsItsWholeRangeAndNoMore) {
  using Limits = std::numeric_limits<TypeParam>;
  for (const TypeParam value : {Limits::min(), TypeParam{0}, TypeParam{1}, Limits::max()}) {
    const auto decoded = decode_all_ways<TypeParam>(std::to_string(value));
    ASSERT_TRUE(decoded) << value;
    EXPECT_EQ(*decoded, value);
  }
  const auto beyond = [](std::string digits) {  // one further from zero
    std::size_t at = digits.size() - 1;
    ++digits[at];  // no limit of an integer type ends in 9
    return digits;
  };
  EXPECT_EQ(issues_of<TypeParam>(beyond(std::to_string(Limits::max()))), "(root) int_out_of_range\n");
  if (Limits::is_signed)
    EXPECT_EQ(issues_of<TypeParam>(beyond(std::to_string(Limits::min()))), "(root) int_out_of_range\n");
  else
    EXPECT_EQ(issues_of<TypeParam>("-1"), "(root) int_out_of_range\n");
  EXPECT_EQ(issues_of<TypeParam>("99999999999999999999999"), "(root) int_out_of_range\n");
}

TEST(Decode, ReadsFloatingPointNumbers) {
  EXPECT_EQ(*decode_all_ways<double>("1.5e3"), 1500.0);
  EXPECT_EQ(*decode_all_ways<double>("5"), 5.0);
  EXPECT_TRUE(std::signbit(*decode_all_ways<double>("-0")));
  EXPECT_EQ(*decode_all_ways<double>("18446744073709551616"), 18446744073709551616.0);
  EXPECT_EQ(*decode_all_ways<float>("0.1"), 0.1F);
  EXPECT_EQ(*decode_all_ways<double>("1e-400"), 0.0);
  EXPECT_EQ(issues_of<double>("1e400"), "(root) finite_number\n");
  EXPECT_EQ(issues_of<float>("1e39"), "(root) finite_number\n");
  EXPECT_EQ(issues_of<double>("NaN"), "(root) json_invalid\n");
}

TEST(Decode, KeepsNulInText) {
  const auto text = decode_all_ways<std::string>(R"("a\u0000b")");
  ASSERT_TRUE(text);
  EXPECT_EQ(*text, std::string("a\0b", 3));
}

enum class Priority { low, medium, high };

TEST(Decode, KeepsTextsOfEveryLength) {
  // One reads sixteen bytes at a time, and strings grow in steps; the ends of both are where mistakes are.
  for (std::size_t size = 0; size < 200; ++size) {
    for (const std::string_view inside : {"", "\\n", "\\u00e9", "ü"}) {
      const std::string half(size / 2, 'a');
      const std::string rest(size - size / 2, 'b');
      const std::string text = "[\"" + half + std::string(inside) + rest + "\",\"second\"]";
      const std::string_view meant = inside == "\\n" ? "\n" : inside == "\\u00e9" ? "é" : inside;
      EXPECT_EQ(decode<std::vector<std::string>>(text),
                (std::vector<std::string>{half + std::string(meant) + rest, "second"}))
          << text;
    }
  }
}

TEST(Decode, TellsKeysThatBeginAlikeApart) {
  EXPECT_EQ(issues_of<Alike>(R"({"na":1,"name":2,"names":3})"), "valid");
  EXPECT_EQ(issues_of<Alike>(R"({"names":1,"na":2,"name":3})"), "valid");
  EXPECT_EQ(issues_of<Alike>(R"({"n":1,"nam":2,"namesake":3})"), "/na missing\n/name missing\n/names missing\n");
}

TEST(Decode, FindsEnumeratorsByName) {
  EXPECT_EQ(*decode_all_ways<Priority>("\"medium\""), Priority::medium);
  const auto wrong = decode_all_ways<Priority>("\"hihg\"");
  ASSERT_FALSE(wrong);
  const Issue& issue = *wrong.error().begin();
  EXPECT_EQ(issue.code, IssueCode::enumeration);
  EXPECT_EQ(issue.text(), R"(expected one of "low", "medium", "high", got "hihg" (did you mean "high"?))");
  EXPECT_EQ(issues_of<Priority>("1"), "(root) enum\n");
}

enum class Wide : std::uint64_t { one = 1, top = std::uint64_t{1} << 63 };
enum Small : signed char { below = -3, above = 7 };

TEST(Decode, StoresEnumeratorsOfAnyWidth) {
  EXPECT_EQ(*decode_all_ways<Wide>("\"top\""), Wide::top);
  EXPECT_EQ(*decode_all_ways<Small>("\"below\""), Small::below);
}

// ---- containers --------------------------------------------------------------------------------------------------

TEST(Decode, FillsContainers) {
  EXPECT_EQ(*decode_all_ways<std::vector<int>>("[1, 2, 3]"), (std::vector{1, 2, 3}));
  EXPECT_EQ(*decode_all_ways<std::vector<bool>>("[true, false]"), (std::vector{true, false}));
  EXPECT_EQ(*decode_all_ways<std::list<std::string>>(R"(["a", "b"])"), (std::list<std::string>{"a", "b"}));
  EXPECT_EQ(*decode_all_ways<std::set<int>>("[3, 1, 3, 2]"), (std::set{1, 2, 3}));
  using Map = std::map<std::string, std::vector<int>>;
  EXPECT_EQ(*decode_all_ways<Map>(R"({"a": [1], "": []})"), (Map{{"a", {1}}, {"", {}}}));
  using Hashed = std::unordered_map<std::string, int>;
  EXPECT_EQ(*decode_all_ways<Hashed>(R"({"a": 1})"), (Hashed{{"a", 1}}));
  using Pair = std::pair<int, std::string>;
  EXPECT_EQ(*decode_all_ways<Pair>(R"([1, "x"])"), (Pair{1, "x"}));
  using Tuple = std::tuple<int, std::optional<bool>, std::vector<int>>;
  EXPECT_EQ(*decode_all_ways<Tuple>(R"([1, null, [2]])"), (Tuple{1, std::nullopt, {2}}));
  EXPECT_EQ((*decode_all_ways<std::array<int, 3>>("[1, 2, 3]")), (std::array{1, 2, 3}));
  EXPECT_EQ(*decode_all_ways<std::vector<std::optional<int>>>("[1, null]"),
            (std::vector<std::optional<int>>{1, std::nullopt}));
}

TEST(Decode, ReportsIssuesInContainersByPlace) {
  EXPECT_EQ(issues_of<std::vector<int>>(R"([1, "2", 3, null])"), "/1 int_type\n/3 int_type\n");
  EXPECT_EQ(issues_of<std::set<int>>(R"([1, []])"), "/1 int_type\n");
  EXPECT_EQ(issues_of<std::vector<bool>>(R"([true, 0])"), "/1 bool_type\n");
  using Map = std::map<std::string, int>;
  EXPECT_EQ(issues_of<Map>(R"({"a/b~": "x"})"), "/a~1b~0 int_type\n");
  EXPECT_EQ(issues_of<Map>("[]"), "(root) dict_type\n");
  EXPECT_EQ(issues_of<std::vector<int>>("{}"), "(root) list_type\n");
  using Pair = std::pair<int, std::string>;
  EXPECT_EQ(issues_of<Pair>("[1]"), "/1 missing\n");
  EXPECT_EQ(issues_of<Pair>(R"([1, "x", 2])"), "(root) too_long\n");
  EXPECT_EQ(issues_of<Pair>(R"({"first": 1})"), "(root) tuple_type\n");
}

struct Node {
  std::string name;
  std::vector<Node> children;
  std::unique_ptr<Node> next;
};

TEST(Decode, FillsRecursiveTypes) {
  const auto node = decode_all_ways<Node>(
      R"({"name":"a","children":[{"name":"b","children":[]}],"next":{"name":"c","children":[],"next":null}})");
  ASSERT_TRUE(node);
  EXPECT_EQ(node->children.at(0).name, "b");
  ASSERT_NE(node->next, nullptr);
  EXPECT_EQ(node->next->name, "c");
  EXPECT_EQ(node->next->next, nullptr);
  EXPECT_EQ(issues_of<Node>(R"({"name":"a","children":[{"name":"b","children":[{"name":1,"children":[]}]}]})"),
            "/children/0/children/0/name string_type\n");
}

TEST(Decode, BoundsDepth) {
  std::string text;
  for (int i = 0; i < 60; ++i) text += R"({"name":"n","children":[)";
  for (int i = 0; i < 60; ++i) text += "]}";
  EXPECT_TRUE(decode<Node>(text));
  DecodeOptions options;
  options.max_depth = 50;
  const auto deep = decode<Node>(text, options);
  ASSERT_FALSE(deep);
  EXPECT_EQ(deep.error()[0].code, IssueCode::too_deep);
  EXPECT_FALSE(decode<Json>(std::string(100'000, '[')));
  EXPECT_FALSE(decode<User>("{\"x\":" + std::string(100'000, '[')));
}

TEST(Decode, BoundsSizeAndValues) {
  DecodeOptions options;
  options.max_bytes = 10;
  EXPECT_EQ(decode<Json>("[1,2,3,4,5,6]", options).error()[0].code, IssueCode::too_large);
  options = {};
  options.max_values = 3;
  EXPECT_TRUE(decode<std::vector<int>>("[1,2]", options));
  EXPECT_EQ(issues_of<std::vector<int>>("[1,2,3,4]", options), "/2 too_large\n");
}

TEST(Decode, KeepsABoundedNumberOfIssues) {
  std::string text = "[";
  for (int i = 0; i < 5000; ++i) text += i == 0 ? "\"x\"" : ",\"x\"";
  const auto list = decode<std::vector<int>>(text + "]");
  ASSERT_FALSE(list);
  EXPECT_EQ(list.error().total(), 5000u);
  EXPECT_EQ(list.error().size(), Issues::capacity);
}

// ---- what may be left out ----------------------------------------------------------------------------------------

struct Settings {
  std::string name;
  std::optional<int> limit;
  int retries = 3;
  Priority priority = Priority::medium;
  std::vector<std::string> tags = {"new"};
  int zero = 0;
};

TEST(Decode, HonoursMemberInitialisers) {
  const auto settings = decode_all_ways<Settings>(R"({"name": "x", "zero": 0})");
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->limit, std::nullopt);
  EXPECT_EQ(settings->retries, 3);
  EXPECT_EQ(settings->priority, Priority::medium);
  EXPECT_EQ(settings->tags, (std::vector<std::string>{"new"}));
}

TEST(Decode, CannotTellAnInitialiserOfZeroFromNone) {
  EXPECT_EQ(issues_of<Settings>(R"({"name": "x"})"), "/zero missing\n");
}

TEST(Decode, ReplacesInitialValuesOfContainers) {
  EXPECT_EQ(decode<Settings>(R"({"name": "x", "zero": 0, "tags": []})")->tags, (std::vector<std::string>{}));
}

Settings preset() {
  Settings settings;
  settings.name = "preset";
  return settings;
}

struct Nested {
  Settings inner;
  Settings changed = preset();
};

TEST(Decode, ComparesNestedInitialisersWithAFreshStruct) { EXPECT_EQ(issues_of<Nested>("{}"), "/inner missing\n"); }

TEST(Decode, TakesNullForDefaultsOnlyWhenTold) {
  EXPECT_EQ(issues_of<Settings>(R"({"name": "x", "zero": 0, "retries": null})"), "/retries int_type\n");
  DecodeOptions options;
  options.null_is_absent = true;
  const auto settings = decode_all_ways<Settings>(R"({"name": "x", "zero": 0, "retries": null})", options);
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->retries, 3);
  EXPECT_EQ(issues_of<Settings>(R"({"name": null, "zero": 0})", options), "/name string_type\n");
}

TEST(Decode, LeavesMissingFieldsAloneWhenTold) {
  DecodeOptions options;
  options.missing_is_default = true;
  EXPECT_TRUE(decode_all_ways<User>("{}", options));
}

// ---- Json --------------------------------------------------------------------------------------------------------

TEST(Decode, ReadsAnyJson) {
  const auto json = decode_all_ways<Json>(R"({"b":[1,-2,2.5,"x",null,true,{}],"a":18446744073709551615,"":"é"})");
  ASSERT_TRUE(json);
  EXPECT_EQ(encode(*json), R"({"b":[1,-2,2.5,"x",null,true,{}],"a":18446744073709551615,"":"é"})");
  EXPECT_EQ(*json, Json::parse(encode(*json)));
}

TEST(Decode, KeepsTheLastOfDuplicateKeysInJsonWhenTold) {
  DecodeOptions options;
  options.last_duplicate_wins = true;
  EXPECT_EQ(encode(*decode_all_ways<Json>(R"({"a":1,"b":2,"a":[3]})", options)), R"({"a":[3],"b":2})");
}

TEST(Decode, ReportsIntegersThatJsonCannotHold) {
  EXPECT_EQ(issues_of<Json>(R"({"a": 18446744073709551616})"), "/a int_out_of_range\n");
}

struct WithJson {
  Json any;
  std::vector<Json> list;
};

TEST(Decode, HoldsJsonInsideStructs) {
  const auto value = decode_all_ways<WithJson>(R"({"any": {"x": [1]}, "list": [1, "a", {"b": null}]})");
  ASSERT_TRUE(value);
  EXPECT_EQ(encode(*value), R"({"any":{"x":[1]},"list":[1,"a",{"b":null}]})");
}

TEST(Decode, StaysLinearForObjectsWithManyKeys) {
  std::string text = "{";
  for (int i = 0; i < 50'000; ++i) text += (i == 0 ? "\"k" : ",\"k") + std::to_string(i) + "\":1";
  EXPECT_TRUE(decode<Json>(text + "}"));  // a look-up for each key would take minutes
}

// ---- documents that are not JSON ---------------------------------------------------------------------------------

TEST(Decode, SaysWhereJsonIsBroken) {
  const auto broken = decode_all_ways<User>("{\"name\": \"a\",\n \"age\": 3,}");
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error()[0].text(), "expected a key in double quotes, got '}' (line 2, column 11)");
  EXPECT_EQ(broken.error()[0].path, "");
  EXPECT_EQ(issues_of<User>(R"({"name": "a)"), "/name truncated\n");
  EXPECT_EQ(issues_of<User>(""), "(root) truncated\n");
  EXPECT_EQ(issues_of<User>("{\"name\": \"\xFF\"}"), "/name invalid_utf8\n");
  EXPECT_EQ(issues_of<User>("{\"name\": tru}"), "/name json_invalid\n");
}

TEST(Decode, ReportsIssuesBeforeTheBreakToo) {
  EXPECT_EQ(issues_of<User>(R"({"name": 5, "age": )"), "/name string_type\n/age truncated\n");
}

TEST(Decode, CutsReceivedText) {
  const auto value = decode<int>("\"" + std::string(5000, 'x') + "\"");
  EXPECT_LT(value.error()[0].received.size(), 140u);
  const auto list = decode<int>("[" + std::string(5000, ' ') + "]");
  EXPECT_LT(list.error()[0].received.size(), 140u);
}

TEST(Decoder, KnowsWhenTheValueIsWhole) {
  Decoder<User> decoder;
  EXPECT_TRUE(decoder.feed(R"({"name":"a","age":)"));
  EXPECT_FALSE(decoder.done());
  EXPECT_TRUE(decoder.feed("1}"));
  EXPECT_TRUE(decoder.done());
  EXPECT_TRUE(decoder.feed("  \n"));
  EXPECT_TRUE(decoder.finish());
}

}  // namespace
}  // namespace instructor
