#include "json/mender.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>
#include "instructor/codec.hpp"
#include "instructor/json.hpp"

namespace instructor::json {
namespace {

using enum RepairKind;

struct Mended {
  std::string json;
  Repairs repairs;
  bool empty = false;
  std::size_t consumed = 0;

  friend bool operator==(const Mended&, const Mended&) = default;
};

Mended mend(std::string_view text, std::size_t chunk = std::string_view::npos, const MendLimits& limits = {}) {
  Mender mender(limits);
  Mended mended;
  while (!text.empty()) {
    mender.feed(text.substr(0, chunk), mended.json);
    text.remove_prefix(std::min(chunk, text.size()));
  }
  mender.finish(mended.json);
  mended.repairs = mender.repairs();
  mended.empty = mender.empty();
  mended.consumed = mender.consumed();
  return mended;
}

std::vector<RepairKind> kinds_of(const Repairs& repairs) {
  std::vector<RepairKind> kinds;
  for (const Repair& repair : repairs)
    if (std::find(kinds.begin(), kinds.end(), repair.kind) == kinds.end()) kinds.push_back(repair.kind);
  return kinds;
}

std::string names_of(const std::vector<RepairKind>& kinds) {
  std::string names;
  for (const RepairKind kind : kinds) names.append(to_string(kind)).append(" ");
  return names;
}

/// `text` becomes the value that `json` is, by repairs of these kinds; in one piece, and byte by byte.
void expect_mended(std::string_view text, std::string_view json, const std::vector<RepairKind>& kinds) {
  const Mended mended = mend(text);
  const auto got = decode<Json>(mended.json);
  const auto wanted = decode<Json>(json);
  ASSERT_TRUE(wanted.has_value()) << json;
  ASSERT_TRUE(got.has_value()) << text << "\nbecame\n" << mended.json;
  EXPECT_EQ(got->dump(), wanted->dump()) << text;
  EXPECT_EQ(names_of(kinds_of(mended.repairs)), names_of(kinds)) << text << "\n" << mended.repairs.text();
  EXPECT_EQ(mend(text, 1), mended) << text;
  EXPECT_EQ(mend(text, 3), mended) << text;
}

/// What has come out before the text ended.
std::string so_far(std::string_view text) {
  Mender mender;
  std::string out;
  mender.feed(text, out);
  return out;
}

// ---- JSON stays as it is -------------------------------------------------------------------------------------------

TEST(Mender, LeavesJsonAsItIs) {
  for (const std::string_view text : {
           R"({"a": 1, "b": [true, false, null, -1.5e+10, 0], "c": {"d": {}, "e": []}})",
           " \n[ 1 ,\t2 , { \"a\" : \"b\" } ]\r\n ",
           R"({"a": "x, ", "b": 1, ": ": "}", "c": "]", "d": "},", "e": "{\"k\": 1}, \"y\": 2", "f": "\\"})",
           R"(["a, ", "b", "c: \"d\"", "", "'", "`x`", "// no", "# no", "/* no */", "“x”", "\u00e9\ud83d\ude00"])",
           R"({"": "", "a b": "c: d", "it's": "don't", "x": "y, z: w", "n": "k, l: ", "m": 1})",
           R"([[[2],[3],5],[]])",
           R"({"r": [[1,2],[3,4],[5,6]], "s": [[1],[2]]})",
           R"(["true", "null", "1", "k-1"])",
           "\"text\"",
           "-0.5",
           "null",
           R"({"a": "first, b: ", "c": "second, d: ", "e": 1})",
       }) {
    const Mended mended = mend(text);
    EXPECT_EQ(mended.json, text);
    EXPECT_TRUE(mended.repairs.empty()) << mended.repairs.text();
    EXPECT_EQ(mend(text, 1), mended);
  }
}

TEST(Mender, LeavesLongTokensAsTheyAre) {
  const std::string text = "{\"" + std::string(9000, 'k') + "\": [\"" + std::string(200000, 'x') + "\", " +
                           std::string(3000, '1') + "," + std::string(3000, ' ') + "1." + std::string(3000, '2') + "]}";
  EXPECT_EQ(mend(text).json, text);
  EXPECT_EQ(mend(text, 100).json, text);
  EXPECT_TRUE(mend(text).repairs.empty());
}

TEST(Mender, GivesWhatIsCertainAtOnce) {
  EXPECT_EQ(so_far(R"({"a": 1})"), R"({"a": 1})");
  EXPECT_EQ(so_far(R"({"a": "b", "c": {"d": "e"}})"), R"({"a": "b", "c": {"d": "e"}})");
  EXPECT_EQ(so_far(R"({"text": "growing wor)"), R"({"text": "growing wor)");
  EXPECT_EQ(so_far(R"({"text": "a, b c)"), R"({"text": "a, b c)");
  EXPECT_EQ(so_far(R"({text: growing wor)"), R"({"text": "growing wor)");
  EXPECT_EQ(so_far(R"({"list": ["one", "two thr)"), R"({"list": ["one", "two thr)");
  EXPECT_EQ(so_far("[1, 23"), "[1");
}

TEST(Mender, KnowsWhereTheValueEnds) {
  Mender mender;
  std::string out;
  mender.feed("  {\"a\": 1", out);
  EXPECT_FALSE(mender.done());
  mender.feed("} {\"b\": 2}", out);
  EXPECT_TRUE(mender.done());
  EXPECT_EQ(mender.consumed(), 10u);
  mender.finish(out);
  EXPECT_EQ(out, "  {\"a\": 1} ");
  EXPECT_TRUE(mender.repairs().empty());
}

TEST(Mender, MayGoOnAfterTheRoot) {
  MendLimits limits;
  limits.may_reopen = true;
  const auto reopened = [&](std::string_view text) {
    const Mended mended = mend(text, std::string_view::npos, limits);
    EXPECT_EQ(mend(text, 1, limits), mended) << text;
    return mended.json;
  };
  EXPECT_EQ(reopened(R"({"a": 1}, "b": 2})"), R"({"a": 1, "b": 2})");
  EXPECT_EQ(reopened(R"({"a": {"b": 1}}, "c": 2)"), R"({"a": {"b": 1}, "c": 2})");
  EXPECT_EQ(reopened("{a: 1}, b: 2}"), R"({"a": 1, "b": 2})");
  EXPECT_EQ(reopened("[1, 2], 3]"), "[1, 2, 3]");
  EXPECT_EQ(reopened(R"([{"a": 1}], {"a": 2}])"), R"([{"a": 1}, {"a": 2}])");
  EXPECT_EQ(reopened(R"({"a": 1}, "b", {"c": 2})"), R"({"a": 1})");
  EXPECT_EQ(reopened("[1], [2]"), "[1]");
  EXPECT_EQ(reopened(R"({"a": 1}
Note: x)"),
            "{\"a\": 1}\n");
}

// ---- quotes --------------------------------------------------------------------------------------------------------

TEST(Mender, TakesQuotesOfAnyKind) {
  expect_mended("{'a': 'b', `c`: `d`}", R"({"a": "b", "c": "d"})", {quotes});
  expect_mended("{“a”: „b“, ‘c’: ’d’, «e»: «f»}", R"({"a": "b", "c": "d", "e": "f"})", {quotes});
  expect_mended(R"({""a"": ""b"", 'c': ''d''})", R"({"a": "b", "c": "d"})", {quotes});
  expect_mended(R"({"a": \"b\", "c": 1})", R"({"a": "b", "c": 1})", {quotes});
  expect_mended("{\"a\": ‘x’'}", R"({"a": "x"})", {quotes});
  expect_mended("{\"a\": ‘x'’, \"b\": 1}", R"({"a": "x", "b": 1})", {quotes});
  expect_mended(R"({'a': 'say "hi"', 'b': 'it's', 'c': "it's"})", R"({"a": "say \"hi\"", "b": "it's", "c": "it's"})",
                {quotes, inner_quote});
}

TEST(Mender, TakesTextsInThreeQuotes) {
  expect_mended("{\"a\": \"\"\"one\n  \"two\" three\"\"\", \"b\": 1}", R"({"a": "one\n  \"two\" three", "b": 1})",
                {quotes, control_character});
  expect_mended("{'a': '''\n    def f():\n      pass\n\n    f()\n  '''}", R"j({"a": "def f():\n  pass\n\nf()"})j",
                {quotes, control_character});
  expect_mended("{\"a\": ```python\nprint(1)\n```, \"b\": 1}", R"j({"a": "print(1)", "b": 1})j", {quotes});
}

TEST(Mender, KnowsQuotesInsideATextFromItsEnd) {
  expect_mended(R"({"a": "He said "yes", and left", "b": 1})", R"({"a": "He said \"yes\", and left", "b": 1})",
                {inner_quote});
  expect_mended(R"(["He said "yes", and left", "b"])", R"(["He said \"yes\", and left", "b"])", {inner_quote});
  expect_mended(R"({"a": "the answer is {"b": "c"}, is it", "d": 1})",
                R"({"a": "the answer is {\"b\": \"c\"}, is it", "d": 1})", {inner_quote});
  expect_mended(R"({"a": "see "b": c", "d": "say "e""})", R"({"a": "see \"b\": c", "d": "say \"e\""})", {inner_quote});
  expect_mended(R"({"a "b" c": 1})", R"({"a \"b\" c": 1})", {inner_quote});
  expect_mended(R"({"a": {"b": "x "c"} y", "d": 1}, "e": 2})", R"({"a": {"b": "x \"c\"} y", "d": 1}, "e": 2})",
                {inner_quote});
}

TEST(Mender, AQuoteMayBeOfAnotherKindThanTheFirst) {
  expect_mended(R"({"a": "x', "b": 'y", "c": "it's, no"})", R"({"a": "x", "b": "y", "c": "it's, no"})",
                {missing_quote, quotes});
  expect_mended(R"(["x', "y"])", R"(["x", "y"])", {missing_quote});
  expect_mended("{\"a\": \"x”}", R"({"a": "x"})", {missing_quote});
}

TEST(Mender, AQuoteMayBeginAText) {
  expect_mended(R"({"a": ""yes" he said", "b": 1})", R"({"a": "\"yes\" he said", "b": 1})", {inner_quote});
  expect_mended(R"({"a": ""b", "c": ""d""})", R"({"a": "b", "c": "d"})", {quotes});
}

TEST(Mender, FindsTheQuoteThatIsMissing) {
  expect_mended(R"({"a": "one, "b": "two", "c": 1})", R"({"a": "one", "b": "two", "c": 1})", {missing_quote});
  expect_mended("{\"a\": \"one\n\"b\": 2}", R"({"a": "one", "b": 2})", {missing_quote, missing_comma});
  expect_mended(R"({"a": "one, b: "two"})", R"({"a": "one", "b": "two"})", {missing_quote, unquoted_key});
  expect_mended(R"({"a": one", "b": 2", c": 3})", R"({"a": "one", "b": 2, "c": 3})", {missing_quote, unquoted_text});
  expect_mended(R"({"a: 1, "b": "c", "d: "e", "f:2})", R"({"a": 1, "b": "c", "d": "e", "f": 2})", {missing_quote});
  expect_mended(R"({"a": ["one, "two", "three]})", R"({"a": ["one", "two", "three"]})", {missing_quote});
  expect_mended(R"({"a": ["x", "y}, "b": 1})", R"({"a": ["x", "y"], "b": 1})", {missing_quote, wrong_bracket});
  expect_mended(R"([{"a": "x}, {"a": "y"}])", R"([{"a": "x"}, {"a": "y"}])", {missing_quote});
  expect_mended(R"({"a": "b {c}. })", R"({"a": "b {c}."})", {missing_quote});
}

TEST(Mender, JoinsTheTextsOfOneValue) {
  expect_mended(R"({"a": "b" + "c", "d": 1})", R"({"a": "bc", "d": 1})", {joined_text});
  expect_mended("{\"a\": \"b\"\n  \"c\"\n  'd', \"e\": 1}", R"({"a": "bcd", "e": 1})", {joined_text});
}

// ---- what has no quotes --------------------------------------------------------------------------------------------

TEST(Mender, TakesWordsWithoutQuotes) {
  expect_mended("{a: hello world, b-c: x}", R"({"a": "hello world", "b-c": "x"})", {unquoted_key, unquoted_text});
  expect_mended("{a: one, two, b: http://x/y,z?q=1#top, c: 1}",
                R"({"a": "one, two", "b": "http://x/y,z?q=1#top", "c": 1})", {unquoted_key, unquoted_text});
  expect_mended("{a: f(x, y) {z}, b: C:\\d}", R"({"a": "f(x, y) {z}", "b": "C:\\d"})", {unquoted_key, unquoted_text});
  expect_mended("{\"a\": one\n two\n b: three}", R"({"a": "one\n two", "b": "three"})",
                {control_character, unquoted_text, missing_comma, unquoted_key});
  expect_mended("[a b, c\n, \"d\"]", R"(["a b", "c", "d"])", {unquoted_text});
  expect_mended("{5: a, 2.5: b, null: c}", R"({"5": "a", "2.5": "b", "null": "c"})", {unquoted_key, unquoted_text});
}

TEST(Mender, TakesALinkAsText) {
  expect_mended(R"j({"a": [the words](http://x/y?z=1), "b": [true, c]})j",
                R"j({"a": "[the words](http://x/y?z=1)", "b": [true, "c"]})j", {unquoted_text});
  expect_mended(R"j(["x", [y](z)])j", R"j(["x", "[y](z)"])j", {unquoted_text});
}

TEST(Mender, ReadsNumbersInAnyNotation) {
  expect_mended("[+1, .5, -.5, 1., 007, 0xFF, -0x10, 0b11, 0o17, 1_000, 1e, 10n]",
                "[1, 0.5, -0.5, 1, 7, 255, -16, 3, 15, 1000, 1, 10]", {number_form});
  expect_mended("[1/3, 10-20, 1.2.3, 2024-01-01, 12:30, 5 kg, 50%]",
                R"(["1/3", "10-20", "1.2.3", "2024-01-01", "12:30", "5 kg", "50%"])", {unquoted_text});
  expect_mended(R"({"a": 1,234.5, "b": 1, "c": [1,234]})", R"({"a": "1,234.5", "b": 1, "c": [1, 234]})",
                {unquoted_text});
}

TEST(Mender, ReadsLiteralsInAnySpelling) {
  expect_mended("[True, FALSE, None, nil, undefined, NaN, Infinity, -Infinity, Null]",
                "[true, false, null, null, null, null, null, null, null]", {literal});
  expect_mended("{a: true story, b: nullable}", R"({"a": "true story", "b": "nullable"})",
                {unquoted_key, unquoted_text});
}

TEST(Mender, TakesWhatACallIsCalledWith) {
  expect_mended(R"j({"a": ObjectId("x"), "b": Decimal('1.5'), "c": set([1, 2]), "d": date(2020, 1, 2)})j",
                R"({"a": "x", "b": "1.5", "c": [1, 2], "d": [2020, 1, 2]})", {stray_text, quotes, wrong_bracket});
  expect_mended("{'a': (1, 'b'), 'c': (), 'd': (2), 'e': {'f', 'g'}, 'h': b'i'}",
                R"({"a": [1, "b"], "c": [], "d": 2, "e": ["f", "g"], "h": "i"})", {quotes, wrong_bracket, stray_text});
  expect_mended(R"j({"a": new Date("x"), "b": new things})j", R"({"a": "x", "b": "new things"})",
                {stray_text, unquoted_text});
  expect_mended("callback({\"a\": 1})", R"({"a": 1})", {stray_text});
}

// ---- signs ---------------------------------------------------------------------------------------------------------

TEST(Mender, PutsAndRemovesCommas) {
  expect_mended("[1, 2,]", "[1, 2]", {trailing_comma});
  expect_mended("9, ", "9", {trailing_comma});
  expect_mended("[,1,,2]", "[1, 2]", {extra_comma});
  expect_mended("[1 2 \"a\" \"b\" [3] {}]", R"([1, 2, "a", "b", [3], {}])", {missing_comma});
  expect_mended("{\"a\": 1 \"b\": \"c\"\n\"d\": \"e\" \"f\": 2}", R"({"a": 1, "b": "c", "d": "e", "f": 2})",
                {missing_comma});
  expect_mended(R"({"a": "b""c": 1})", R"({"a": "b", "c": 1})", {missing_comma});
}

TEST(Mender, PutsColons) {
  expect_mended(R"({"a" = 1, "b" => 2, c = 3})", R"({"a": 1, "b": 2, "c": 3})", {missing_colon, unquoted_key});
  expect_mended(R"({"a" 1, "b" "c", "d" {"e": 2}})", R"({"a": 1, "b": "c", "d": {"e": 2}})", {missing_colon});
  expect_mended("{a 1, b true}", R"({"a": 1, "b": true})", {unquoted_key, missing_colon});
  expect_mended("['a' => 1, 'b' => 2]", R"([{"a": 1, "b": 2}])",
                {missing_bracket, quotes, missing_colon, wrong_bracket});
}

TEST(Mender, TakesSignsOfOtherScripts) {
  expect_mended("{\"a\"：\"一，二\"，\"b\"：［1，2］、“c”：「三」}", R"({"a": "一，二", "b": [1, 2], "c": "三"})",
                {wide_sign, quotes});
  expect_mended("{a：一 二，b：三}", R"({"a": "一 二", "b": "三"})", {unquoted_key, wide_sign, unquoted_text});
  expect_mended("\u200b{\"a\":\u00a01,\u3000\"b\": 2}", R"({"a": 1, "b": 2})", {wide_sign});
  const std::string_view json = R"({"a：": "，", "b": " ，\"，", "c": "x ，", "d": "「」"})";
  EXPECT_EQ(mend(json).json, json);
  EXPECT_EQ(mend(json, 1), mend(json));
  EXPECT_EQ(mend("[\"x ］y\", \"z ，\"]").json, "[\"x ］y\", \"z ，\"]");
}

TEST(Mender, LeavesOutBackslashesBeforeSigns) {
  expect_mended(R"({"a"\: \[1\, 2\]\, "b": \{\}})", R"({"a": [1, 2], "b": {}})", {escape});
}

TEST(Mender, LeavesOutKeysWithoutAValue) {
  expect_mended(R"({"a": , "b": 1, "c": })", R"({"b": 1})", {missing_value});
  expect_mended(R"({"a": 1, "b"})", R"({"a": 1})", {missing_value});
  expect_mended("{\"a\": 1, \"ke\n\"key\": 2}", R"({"a": 1, "key": 2})", {interrupted_key});
}

TEST(Mender, LeavesOutComments) {
  expect_mended("{ // one\n \"a\": 1, /* two, \"b\": 2 */ \"c\": \"// no\" # three\n}", R"({"a": 1, "c": "// no"})",
                {comment});
  expect_mended(R"({"a": {"b": 1 // one }, "c": 2})", R"({"a": {"b": 1}, "c": 2})", {comment});
  expect_mended("[1, /* two", "[1]", {comment, missing_bracket});
  expect_mended("{a: http://x, b: y // z\n}", R"({"a": "http://x", "b": "y"})", {unquoted_key, unquoted_text, comment});
}

TEST(Mender, LeavesOutWhatStandsBetweenValues) {
  expect_mended("[1, 2, ...]", "[1, 2]", {stray_text});
  expect_mended(R"({"a": "b" note, "c": 1, note "d": 2})", R"({"a": "b", "c": 1, "d": 2})", {stray_text});
}

// ---- brackets ------------------------------------------------------------------------------------------------------

TEST(Mender, ClosesWhatABracketImplies) {
  expect_mended(R"([{"a": ["b"}, {"c": 1}])", R"([{"a": ["b"]}, {"c": 1}])", {wrong_bracket});
  expect_mended(R"([{"a": 1, {"b": 2}])", R"([{"a": 1}, {"b": 2}])", {missing_bracket});
  expect_mended(R"({"a": 1, {"b": 2}, "c": 3})", R"({"a": 1, "b": 2, "c": 3})", {wrong_bracket});
  expect_mended(R"([{{"a": 1}, {"a": 2}}, {"a": 3}])", R"([{"a": 1}, {"a": 2}, {"a": 3}])", {wrong_bracket});
  expect_mended(R"({"l": [{"a": 1}, "a": 2}], "b": 3})", R"({"l": [{"a": 1}, {"a": 2}], "b": 3})", {missing_bracket});
  expect_mended(R"("a": 1, "b": 2})", R"({"a": 1, "b": 2})", {missing_bracket});
  expect_mended(R"({"a": [1, 2}, "b": 3})", R"({"a": [1, 2], "b": 3})", {wrong_bracket});
  expect_mended(R"({"a": {"b": 1], "c": 2})", R"({"a": {"b": 1}, "c": 2})", {wrong_bracket});
  expect_mended(R"({"a": [1, 2, "b": 3})", R"({"a": [1, 2], "b": 3})", {missing_bracket});
  expect_mended(R"(["a": 1, "b": 2}, {"c": 3}])", R"([{"a": 1, "b": 2}, {"c": 3}])", {missing_bracket});
  expect_mended(R"({{"a": 1}})", R"({"a": 1})", {wrong_bracket});
  expect_mended(R"({"a": [1, 2], [3]})", R"({"a": [1, 2, 3]})", {wrong_bracket});
  expect_mended(R"({"a": [[1, 2], [3, 4], 5, 6], [7, 8]]})", R"({"a": [[1, 2], [3, 4], [5, 6], [7, 8]]})",
                {missing_bracket});
}

// ---- the end -------------------------------------------------------------------------------------------------------

TEST(Mender, ClosesWhatIsOpenAtTheEnd) {
  expect_mended(R"({"a": [1, {"b": "c"})", R"({"a": [1, {"b": "c"}]})", {missing_bracket});
  expect_mended("[1, 2, ", "[1, 2]", {missing_bracket});
  expect_mended("{\"a\": 1\n```\nThat is it.", R"({"a": 1})", {missing_bracket, text_around});
}

TEST(Mender, SaysWhenTheTextIsCutOff) {
  expect_mended(R"({"a": "b)", R"({"a": "b"})", {cut_off});
  expect_mended(R"({"a": "b\)", R"({"a": "b"})", {cut_off});
  expect_mended(R"({"a": "b\u00)", R"({"a": "b"})", {cut_off});
  expect_mended("{\"a\": \"b\xE2\x82", R"({"a": "b"})", {cut_off});
  expect_mended(R"({"a": 1, "b)", R"({"a": 1})", {cut_off});
  expect_mended(R"({"a": 1, "b")", R"({"a": 1})", {cut_off});
  expect_mended(R"({"a": 1, "b":)", R"({"a": 1})", {cut_off});
  expect_mended(R"({"a": [1, 2.)", R"({"a": [1, 2]})", {cut_off});
  expect_mended(R"({"a": [1, 2)", R"({"a": [1, 2]})", {missing_bracket});
  expect_mended(R"({"a": 1.5e)", R"({"a": 1.5})", {cut_off});
  expect_mended(R"({"a": -)", "{}", {cut_off});
  expect_mended("[true, fal", "[true, false]", {cut_off});
  expect_mended("[tr", "[true]", {cut_off});
}

TEST(Mender, FindsNothingWhereNothingIs) {
  for (const std::string_view text : {"", " \n", "]", "}", "/", "```json\n", "// comment", ":,;"}) {
    const Mended mended = mend(text);
    EXPECT_TRUE(mended.empty) << text << " became " << mended.json;
    EXPECT_EQ(mended.json.find_first_not_of(" \n"), std::string::npos) << text;
  }
}

// ---- the bytes of texts --------------------------------------------------------------------------------------------

TEST(Mender, EscapesWhatMustBe) {
  expect_mended("[\"one\ntwo\t\x01\"]", R"(["one\ntwo\t\u0001"])", {control_character});
  expect_mended("[\"one\n  \"]", R"(["one"])", {control_character});
  expect_mended(R"(["\x41\'\U0001F600\d\users\ud83d!"])", "[\"A'\\ud83d\\ude00\\\\d\\\\users\xEF\xBF\xBD!\"]",
                {escape});
  expect_mended("[\"a\xFF\xC3\", \"b\xE2\x82!\"]", "[\"a\xEF\xBF\xBD\xEF\xBF\xBD\", \"b\xEF\xBF\xBD\xEF\xBF\xBD!\"]",
                {invalid_utf8});
}

TEST(Mender, UnescapesADocument) {
  expect_mended(R"({\"a\": \"say \\\"b\\\"\", \"c\": [1]})", R"({"a": "say \"b\"", "c": [1]})", {escaped_document});
  expect_mended(R"({\n  \"a\": 1\n})", R"({"a": 1})", {escaped_document});
  expect_mended(R"("{\"a\": 1}")", R"("{\"a\": 1}")", {});
  expect_mended(R"({\"a\": \)", "{}", {escaped_document, cut_off});
  const std::string cut = "{" + std::string(150, ' ') + "\\\"a\\";
  EXPECT_EQ(mend(cut, 1), mend(cut));
  EXPECT_EQ(mend(cut).consumed, cut.size());
}

// ---- the root ------------------------------------------------------------------------------------------------------

TEST(Mender, TakesAnyRoot) {
  expect_mended("hello, world", R"("hello, world")", {unquoted_text});
  expect_mended("True", "true", {literal});
  expect_mended("12", "12", {});
  expect_mended("(1)", "1", {stray_text});
  expect_mended("'a'", R"("a")", {quotes});
  expect_mended("\"a\" is it", R"("a")", {text_around});
}

TEST(Mender, LeavesOutWhatStandsAround) {
  expect_mended("\xEF\xBB\xBF{\"a\": 1}", R"({"a": 1})", {});
  expect_mended("```json\n{\"a\": 1}\n```\nbye", R"({"a": 1})", {text_around});
  expect_mended("{\"a\": 1}\n{\"a\": 2}", R"({"a": 1})", {});
  expect_mended("{\"a\": 1}}", R"({"a": 1})", {wrong_bracket});
  expect_mended("{\"a\": 1}} bye", R"({"a": 1})", {text_around});
}

// ---- what is said --------------------------------------------------------------------------------------------------

TEST(Mender, SaysWhatWasDoneAndWhere) {
  const Mended mended = mend("{a: [1, {'b/c': None}], \"d\": x y}");
  ASSERT_EQ(mended.repairs.size(), 4u) << mended.repairs.text();
  EXPECT_EQ(mended.repairs[0], (Repair{unquoted_key, "/a", "a", "a", cost_of(unquoted_key)}));
  EXPECT_EQ(mended.repairs[1], (Repair{quotes, "/a/1/b~1c", "'", "\"", cost_of(quotes)}));
  EXPECT_EQ(mended.repairs[2], (Repair{literal, "/a/1/b~1c", "None", "null", cost_of(literal)}));
  EXPECT_EQ(mended.repairs[3], (Repair{unquoted_text, "/d", "x y", "\"x y\"", cost_of(unquoted_text)}));
}

/// What is fed byte by byte is decided part by part; what is fed whole is taken as much at once as is clear.
TEST(Mender, DecidesAtOnceAsPartByPart) {
  std::mt19937 random(11);
  constexpr std::string_view keys[] = {
      "\"a\":", "\"a b\" : ", "'a':", "a:", "\"a:b\":", "$a.b-1:", "\"a\"::", "a=", "\"\":"};
  constexpr std::string_view values[] = {"\"x\"",
                                         "'x'",
                                         "1",
                                         "-0.5e1",
                                         "true",
                                         "None",
                                         "{}",
                                         "[]",
                                         "[\"x\",\"y\"]",
                                         "{\"k\":{\"l\":1}}",
                                         "[[1,2],[3,4],[5,6]]",
                                         "\"x, y\"",
                                         "\"x, y: z\"",
                                         "\"x \"",
                                         "\"x,\"",
                                         "'it\"s'",
                                         "\"it's\"",
                                         "\"\\n\\\"\"",
                                         "\"{x}\"",
                                         "\"é\"",
                                         "1,2",
                                         "True",
                                         "word",
                                         "\"\"",
                                         "\"x\" // c\n",
                                         "{'a','b'}",
                                         "\"a\":1",
                                         "007"};
  constexpr std::string_view commas[] = {",", ", ", ",\n  ", " ,", ",,", ";", "", "\n"};
  for (int round = 0; round < 4000; ++round) {
    const unsigned oddity = random() % 4 == 0 ? 0 : 40;  // in a thousand: how often it is any of them
    const auto one_of = [&](const auto& pieces, std::size_t usual) {
      const bool odd = random() % 1000 < oddity;
      return pieces[random() % (odd ? std::size(pieces) : usual)];
    };
    std::string text;
    std::string closers;
    for (unsigned i = 0; i < 4 + random() % 12; ++i) {
      const bool object = closers.empty() || closers.back() == '}';
      if (closers.empty() || random() % 4 == 0) {
        if (!closers.empty() && object) text += one_of(keys, 4);
        const bool opens_object = random() % 2 == 0;
        text += opens_object ? '{' : '[';
        closers += opens_object ? '}' : ']';
        continue;
      }
      if (random() % 5 == 0 && closers.size() > 1) {
        text += closers.back();
        closers.pop_back();
      } else {
        if (object) text += one_of(keys, 4);
        text += one_of(values, 10);
      }
      text += one_of(commas, 4);
    }
    for (; !closers.empty(); closers.pop_back()) text += closers.back();
    const Mended mended = mend(text);
    EXPECT_EQ(mend(text, 1), mended) << text << "\n" << mended.repairs.text();
    EXPECT_EQ(mend(text, 7), mended) << text;
  }
}

TEST(Mender, SaysOfEachOfManyWhereItIs) {
  const Mended mended = mend("{'rows':[{'n':'x','t':['y',True,],},{n:'z'}]}");
  std::string said;
  for (const Repair& repair : mended.repairs) said.append(repair.path).append(" ").append(repair.text()).append("\n");
  EXPECT_EQ(said,
            "/rows quotes: ' -> \"\n"
            "/rows/0/n quotes: ' -> \"\n"
            "/rows/0/n quotes: ' -> \"\n"
            "/rows/0/t quotes: ' -> \"\n"
            "/rows/0/t/0 quotes: ' -> \"\n"
            "/rows/0/t/1 literal: True -> true\n"
            "/rows/0/t/1 trailing_comma: , left out\n"
            "/rows/0/t trailing_comma: , left out\n"
            "/rows/1/n unquoted_key: n -> n\n"
            "/rows/1/n quotes: ' -> \"\n");
}

TEST(Mender, CountsMoreRepairsThanItKeeps) {
  std::string text = "[";
  for (int i = 0; i < 400; ++i) text += "'x',";
  const Mended mended = mend(text + "None, {b: 1}]");
  EXPECT_EQ(mended.repairs.total(), 402u);
  EXPECT_EQ(mended.repairs.size(), Repairs::capacity);
  EXPECT_EQ(mended.repairs[255].path, "/255");
  EXPECT_TRUE(mended.repairs.has(literal));
  EXPECT_EQ(mend(text + "None, {b: 1}]", 1), mended);
}

// ---- bounds --------------------------------------------------------------------------------------------------------

TEST(Mender, StopsAtItsDepth) {
  const Mended mended = mend("[[[[1]]]]", 1, {.max_depth = 2});
  EXPECT_EQ(mended.json, "[[]]");
  EXPECT_TRUE(mended.repairs.has(cut_off));
  const std::string deep(100000, '[');
  EXPECT_EQ(mend(deep).json, std::string(128, '[') + std::string(128, ']'));
}

TEST(Mender, HoldsBackNoMoreThanItMay) {
  const std::string key = "{\"a\": 1, \"" + std::string(10000, 'k') + "\": 2}";
  const Mended mended = mend(key, 100, {.max_held = 4096});
  EXPECT_EQ(mended.json, "{\"a\": 1 }");
  EXPECT_TRUE(mended.repairs.has(cut_off));
}

TEST(Mender, DecidesTheSameAtTheEdgeOfItsSight) {
  for (std::size_t size = 1020; size < 1030; ++size) {
    const std::string text = "{" + std::string(size, 'k');
    EXPECT_EQ(mend(text, 1), mend(text)) << size;
  }
}

TEST(Mender, MakesJsonOfAnything) {
  std::mt19937 random(7);
  constexpr std::string_view pieces[] = {"{",  "}", "[",   "]",   ":",    ",", "\"",   "'",       "`",  "\\",
                                         "\n", " ", "a",   "b: ", "1",    "-", "true", "\"k\": ", "//", "/*",
                                         "*/", "#", "```", "“",   "\xE2", "(", ")",    "..."};
  for (int round = 0; round < 3000; ++round) {
    std::string text;
    for (unsigned i = 0; i < random() % 24; ++i) text += pieces[random() % std::size(pieces)];
    const Mended mended = mend(text);
    EXPECT_TRUE(mended.empty || decode<Json>(mended.json, {.last_duplicate_wins = true}).has_value())
        << text << "\nbecame\n"
        << mended.json;
    EXPECT_EQ(mend(text, 1), mended) << text;
    EXPECT_TRUE(mended.empty || mend(mended.json).json == mended.json) << text;
  }
}

}  // namespace
}  // namespace instructor::json
