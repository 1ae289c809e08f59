// Values of several types at once, and tools of the program's own beside the answer.

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include <nlohmann/json.hpp>

#include "instructor/codec.hpp"
#include "instructor/parallel.hpp"
#include "instructor/testing.hpp"

namespace instructor {
namespace {

using testing::ScriptedReply;
using testing::ScriptedTransport;

struct Weather {
  std::string city;
};

struct Search {
  std::string query;
  int count = 3;
};

struct Nothing {};

struct Advice {
  std::string clothes;
};

struct Script {
  explicit Script(std::vector<ScriptedReply> replies)
      : transport(std::make_shared<ScriptedTransport>(std::move(replies))),
        client(from_provider("openai/gpt-4o", ClientOptions().api_key("k").transport(transport))) {}

  Json body(std::size_t number) const { return decode<Json>(transport->requests().at(number).body).value(); }

  std::shared_ptr<ScriptedTransport> transport;
  Client client;
};

const ScriptedReply three_calls = ScriptedReply::calls({{"Weather", R"({"city":"Oslo"})"},
                                                        {"Search", R"({"query":"match","count":1})"},
                                                        {"Weather", R"({"city":"Rome"})"}});

void expect_three(const std::vector<std::variant<Weather, Search>>& calls) {
  ASSERT_EQ(calls.size(), 3u);
  EXPECT_EQ(std::get<Weather>(calls[0]).city, "Oslo");
  EXPECT_EQ(std::get<Search>(calls[1]).query, "match");
  EXPECT_EQ(std::get<Search>(calls[1]).count, 1);
  EXPECT_EQ(std::get<Weather>(calls[2]).city, "Rome");
}

TEST(Parallel, GivesValuesInTheOrderOfTheCalls) {
  Script script({three_calls});
  expect_three(script.client.create_parallel<Weather, Search>("x"));
  const Json body = script.body(0);
  ASSERT_EQ(body.at("tools").size(), 2u);
  EXPECT_EQ(body.at("tools").at(0).at("function").at("name"), "Weather");
  EXPECT_EQ(body.at("tools").at(1).at("function").at("name"), "Search");
  EXPECT_EQ(body.at("tool_choice"), "auto");
  EXPECT_FALSE(body.at("tools").at(0).at("function").contains("strict"));
}

TEST(Parallel, OneTypeWillDoAndTypesMayBeEmpty) {
  Script script({ScriptedReply::calls({{"Nothing", ""}, {"Nothing", "{}"}})});
  EXPECT_EQ(script.client.create_parallel<Nothing>("x").size(), 2u);
}

TEST(Parallel, EachCallHearsWhatIsWrongWithIt) {
  Script script(
      {ScriptedReply::calls({{"Weather", R"({"city":null})"}, {"Search", R"({"query":"match"})"}}), three_calls});
  auto [calls, completion] = script.client.create_parallel_with_completion<Weather, Search>("x");
  expect_three(calls);
  ASSERT_EQ(completion.attempts.size(), 2u);
  ASSERT_EQ(completion.attempts[0].issues.size(), 1u);
  EXPECT_EQ((*completion.attempts[0].issues.begin()).path, "/calls/0/Weather/city");
  const Json messages = script.body(1).at("messages");
  ASSERT_EQ(messages.size(), 4u);
  EXPECT_EQ(messages[1].at("tool_calls").size(), 2u);
  EXPECT_EQ(messages[2].at("tool_call_id"), "call_1");
  EXPECT_NE(messages[2].at("content").get<std::string>().find("city"), std::string::npos);
  EXPECT_EQ(messages[3].at("tool_call_id"), "call_2");
  EXPECT_NE(messages[3].at("content").get<std::string>().find("in order"), std::string::npos);
}

TEST(Parallel, TextAndUnknownToolsAreNoAnswer) {
  Script script({ScriptedReply::says("It rains."),
                 ScriptedReply::calls({{"Weather", R"({"city":"Oslo"})"}, {"Fly", "{}"}}), three_calls});
  auto [calls, completion] = script.client.create_parallel_with_completion<Weather, Search>("x");
  expect_three(calls);
  EXPECT_EQ((*completion.attempts[0].issues.begin()).code, IssueCode::tool_missing);
  EXPECT_EQ((*completion.attempts[1].issues.begin()).code, IssueCode::tool_unknown);
}

TEST(Parallel, HalfAnArgumentIsAnIssue) {
  Script script({ScriptedReply::calls({{"Weather", R"({"city":"Os)"}, {"Search", R"({"query":"a"})"}}), three_calls});
  expect_three(script.client.create_parallel<Weather, Search>("x"));
  EXPECT_EQ(script.transport->requests().size(), 2u);
}

TEST(Parallel, WhatFollowsTheArgumentsIsNoFurtherCall) {
  Script script({ScriptedReply::calls({{"Weather", R"({"city":"Oslo"}},{"Search":{"query":"a"})"}}), three_calls});
  expect_three(script.client.create_parallel<Weather, Search>("x"));
  EXPECT_EQ(script.transport->requests().size(), 2u);
}

TEST(Parallel, StreamsHandOutEachCallWhenItIsWhole) {
  Script script({three_calls});
  std::vector<std::variant<Weather, Search>> calls;
  auto stream = script.client.stream_parallel<Weather, Search>("x");
  while (auto* call = stream.next()) calls.push_back(std::move(*call));
  expect_three(calls);
  EXPECT_EQ(stream.completion().tool_calls.size(), 3u);
  EXPECT_EQ(stream.completion().attempts.size(), 1u);
}

TEST(Parallel, StreamsAskForWhatIsMissing) {
  Script script(
      {ScriptedReply::calls({{"Weather", R"({"city":"Oslo"})"}, {"Search", R"({"query":null})"}}),
       ScriptedReply::calls({{"Search", R"({"query":"match","count":1})"}, {"Weather", R"({"city":"Rome"})"}})});
  std::vector<std::variant<Weather, Search>> calls;
  for (auto& call : script.client.stream_parallel<Weather, Search>("x")) calls.push_back(std::move(call));
  expect_three(calls);
  const Json messages = script.body(1).at("messages");
  ASSERT_GE(messages.size(), 4u);
  EXPECT_NE(messages[2].at("content").get<std::string>().find("accepted"), std::string::npos);
}

TEST(Parallel, IsAModeOfItsOwn) {
  Script script({three_calls});
  const auto user = script.client.try_create<Weather>(Request("x").mode(Mode::parallel_tools));
  ASSERT_FALSE(user);
  EXPECT_EQ(user.error().code(), ErrorCode::unsupported_mode);
  try {
    (void)script.client.create_parallel<Weather>(Request("x").mode(Mode::json));
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::unsupported_mode);
  }
}

// ---- tools beside the answer -------------------------------------------------------------------------------------

Request with_tool() {
  Request request("What should Jason wear?");
  request.tool(Tool::of<Weather>("get_weather", "The weather at a place."));
  return request;
}

TEST(OwnTools, AreReturnedWhenCalled) {
  Script script({ScriptedReply::calls({{"get_weather", R"({"city":"Oslo"})"}}), R"({"clothes":"a coat"})"});
  Request request = with_tool();
  auto turn = script.client.create_or_call<Advice>(request);
  ASSERT_FALSE(turn);
  ASSERT_EQ(turn.calls.size(), 1u);
  EXPECT_EQ(turn.calls[0].name, "get_weather");
  EXPECT_EQ(decode<Weather>(turn.calls[0].arguments)->city, "Oslo");
  EXPECT_EQ(script.body(0).at("tool_choice"), "required");
  ASSERT_EQ(script.body(0).at("tools").size(), 2u);

  request.message(Message::assistant(turn.completion));
  request.message(Message::tool(turn.calls[0].id, turn.calls[0].name, "rain"));
  turn = script.client.create_or_call<Advice>(request);
  ASSERT_TRUE(turn);
  EXPECT_EQ(turn.answer->clothes, "a coat");
  EXPECT_EQ(script.body(1).at("messages").size(), 3u);
}

TEST(OwnTools, DoNotKeepCreateFromAnAnswer) {
  Script script({R"({"clothes":"a coat"})"});
  EXPECT_EQ(script.client.create<Advice>(with_tool()).clothes, "a coat");
  EXPECT_EQ(script.body(0).at("tool_choice").at("function").at("name"), "Advice");
  EXPECT_EQ(script.body(0).at("tools").size(), 2u);
}

TEST(OwnTools, StandBesideParallelCalls) {
  Script script({ScriptedReply::calls({{"get_weather", R"({"city":"Oslo"})"}, {"Search", R"({"query":"a"})"}})});
  auto [calls, completion] = script.client.create_parallel_with_completion<Search>(with_tool());
  ASSERT_EQ(calls.size(), 1u);
  EXPECT_EQ(std::get<Search>(calls[0]).query, "a");
  ASSERT_EQ(completion.tool_calls.size(), 2u);
  EXPECT_EQ(completion.tool_calls[0].name, "get_weather");
}

TEST(OwnTools, MayBeCalledInOtherModes) {
  Script script({ScriptedReply::calls({{"get_weather", R"({"city":"Oslo"})"}})});
  const auto turn = script.client.create_or_call<Advice>(with_tool().mode(Mode::json_schema));
  ASSERT_FALSE(turn);
  EXPECT_EQ(turn.calls.size(), 1u);
  EXPECT_TRUE(script.body(0).contains("response_format"));
}

TEST(OwnTools, NamesAreDistinct) {
  Script script({});
  Request request("x");
  request.tool(Tool::of<Weather>("Advice"));
  const auto advice = script.client.try_create<Advice>(request);
  ASSERT_FALSE(advice);
  EXPECT_EQ(advice.error().code(), ErrorCode::invalid_request);
}

TEST(OwnTools, ThoseOfTheProviderAreSentAsTheyAre) {
  Script script({R"({"clothes":"a coat"})"});
  EXPECT_EQ(script.client.create<Advice>(Request("x").provider_tool({{"type", "web_search"}})).clothes, "a coat");
  EXPECT_EQ(script.body(0).at("tools").at(1).at("type"), "web_search");
  EXPECT_EQ(script.body(0).at("tool_choice"), "auto");
}

}  // namespace
}  // namespace instructor
