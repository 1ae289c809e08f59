#include "model/candidates.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace instructor::core {
namespace {

std::vector<std::string> found_in(std::string_view text) {
  std::vector<std::string> texts;
  for (const Candidate& candidate : find_candidates(text).values)
    texts.push_back(std::string(candidate.text) + (candidate.closed ? "" : " ..."));
  return texts;
}
using Texts = std::vector<std::string>;

TEST(Candidates, StandInProse) {
  EXPECT_EQ(found_in("No JSON here."), Texts{});
  EXPECT_EQ(found_in(R"(You said {"a":1}; I say [2].)"), (Texts{R"({"a":1})", "[2]"}));
  EXPECT_EQ(found_in(R"({"a":1}{"a":2}
{"a":3})"),
            (Texts{R"({"a":1})", R"({"a":2})", R"({"a":3})"}));
}

TEST(Candidates, StandInFences) {
  EXPECT_EQ(found_in("Here:\n```json\n{\"a\": 1}\n```\nDone."), Texts{"{\"a\": 1}"});
  EXPECT_EQ(found_in("```json {\"a\": 1} ``` and ~~~\n[2]\n~~~"), (Texts{"{\"a\": 1}", "[2]"}));
  EXPECT_EQ(found_in("```\n{\"code\": \"```cpp\\nint a;\\n```\"}\n```"),
            Texts{"{\"code\": \"```cpp\\nint a;\\n```\"}"});
  EXPECT_EQ(found_in("```json\n{\"a\": [1, 2\n```\nThat is all."), (Texts{"{\"a\": [1, 2\n ...", "[1, 2\n ..."}));
}

TEST(Candidates, QuotesHideBrackets) {
  EXPECT_EQ(found_in(R"({"a": "}"} x)"), Texts{R"({"a": "}"})"});
  EXPECT_EQ(found_in(R"({'a': '}', b: "it's"} x)"), Texts{R"({'a': '}', b: "it's"})"});
  EXPECT_EQ(found_in("{\n// it's } here\n\"a\": 1} x"), Texts{"{\n// it's } here\n\"a\": 1}"});
}

TEST(Candidates, AMissingQuoteDoesNotSwallowTheRest) {
  EXPECT_EQ(found_in(R"({"a": "x} and more)"), Texts{R"({"a": "x})"});
}

TEST(Candidates, WhereOneBracketMoreClosesTheMenderKnowsTheEnd) {
  EXPECT_EQ(found_in(R"({"a": "}" "b", "c": "d"} x)"), Texts{R"({"a": "}" "b", "c": "d"})"});
  EXPECT_EQ(found_in(R"({"a": "b} "c" d})"), Texts{R"({"a": "b} "c" d})"});
  EXPECT_EQ(found_in(R"({"a": 1}, "b": 2} x)"), Texts{R"({"a": 1}, "b": 2})"});
  EXPECT_EQ(found_in(R"({"a": 1}} x)"), Texts{R"({"a": 1})"});
  EXPECT_EQ(found_in(R"({"a": "x} and {"b": "y"})"), (Texts{R"({"a": "x})", R"({"b": "y"})"}));
}

TEST(Candidates, AFenceMayHoldATuple) {
  EXPECT_EQ(found_in("As asked:\n```python\n(1, [2])\n```"), Texts{"(1, [2]) ..."});
  EXPECT_EQ(found_in("```\n(see below)\n```\n[1]"), Texts{"[1]"});
  EXPECT_EQ(found_in("```\n({\"a\": 1})\n```"), Texts{"{\"a\": 1}"});
}

TEST(Candidates, WhatIsNotClosedGoesToTheEnd) { EXPECT_EQ(found_in(R"(It is {"a": 1)"), Texts{R"({"a": 1 ...)"}); }

TEST(Candidates, ReasoningIsLeftOut) {
  EXPECT_EQ(found_in(R"(<think>perhaps {"a":1}</think>{"a":2})"), Texts{R"({"a":2})"});
  EXPECT_EQ(found_in(R"(perhaps {"a":1}</think>{"a":2})"), Texts{R"({"a":2})"});
  EXPECT_EQ(found_in(R"({"a":2}<thinking>or {"a":1}?)"), Texts{R"({"a":2})"});
  EXPECT_EQ(found_in(R"(<think>it is {"a":1})"), Texts{R"({"a":1})"}) << "there is nothing else";
  EXPECT_EQ(found_in(R"({"html": "<think>x</think>"})"), Texts{R"({"html": "<think>x</think>"})"});
}

TEST(Candidates, AreBounded) {
  std::string many;
  for (int i = 0; i < 100; ++i) many += "{\"n\":" + std::to_string(i) + "} ";
  const std::vector<std::string> some = found_in(many);
  ASSERT_EQ(some.size(), 100U) << "none of those that are closed is lost";
  EXPECT_EQ(some.front(), "{\"n\":0}");
  EXPECT_EQ(some.back(), "{\"n\":99}");
  std::string too_many;
  for (std::size_t i = 0; i <= max_closed_candidates; ++i) too_many += "{}";
  EXPECT_FALSE(find_candidates(too_many + "{}").complete);

  EXPECT_LE(find_candidates(std::string(1 << 20, '[')).values.size(), max_open_candidates);
  std::string fences;
  for (int i = 0; i < 100'000; ++i) fences += "a ```\n{";
  EXPECT_LE(find_candidates(fences).values.size(), max_open_candidates);
}

}  // namespace
}  // namespace instructor::core
