// Calls whose answers are repaired instead of asked for again.

#include "instructor/repair.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "instructor/dynamic.hpp"
#include "instructor/error.hpp"
#include "instructor/stream.hpp"
#include "instructor/testing.hpp"

namespace instructor {
namespace {

using testing::scripted;
using testing::ScriptedReply;

struct User {
  std::string name;
  int age;

  static constexpr auto describe() { return model<User>("A person", field<&User::age>(ge(0))); }
};

constexpr const char* good = R"({"name":"Jason","age":25})";
constexpr const char* in_words = R"({"name":"Jason","age":"twenty-five"})";

TEST(Repair, AnAnswerThatIsUnderstoodCostsNoSecondCall) {
  for (const Mode mode : {Mode::tools, Mode::json, Mode::json_schema, Mode::md_json}) {
    const Client client = scripted({in_words, good}, ClientOptions().mode(mode));
    const auto [user, completion] = client.create_with_completion<User>("x");
    EXPECT_EQ(user.age, 25) << to_string(mode);
    ASSERT_EQ(completion.attempts.size(), 1U) << to_string(mode);
    ASSERT_EQ(completion.repairs.size(), mode == Mode::md_json ? 2U : 1U) << to_string(mode) << ": and the fence";
    EXPECT_EQ(completion.repairs[0].kind, RepairKind::number_text);
    EXPECT_EQ(completion.repairs[0].path, "/age");
    EXPECT_EQ(completion.answer, good);
    EXPECT_EQ(completion.attempts[0].repairs, completion.repairs);
    EXPECT_TRUE(completion.attempts[0].issues.empty());
  }
}

TEST(Repair, StrictStaysAvailable) {
  const Client client = scripted({in_words, good});
  const auto [user, completion] = client.create_with_completion<User>(Request("x").repair(RepairLevel::none));
  EXPECT_EQ(completion.attempts.size(), 2U);
  EXPECT_TRUE(completion.repairs.empty());

  const Client strict = scripted({in_words, good}, ClientOptions().defaults(Request().repair(RepairLevel::syntax)));
  EXPECT_EQ(strict.create_with_completion<User>("x").second.attempts.size(), 2U);
}

TEST(Repair, ACostLimitDecidesBetweenRepairAndAskingAgain) {
  const Client client = scripted({in_words, good});
  const auto [user, completion] =
      client.create_with_completion<User>(Request("x").repair(RepairPolicy(RepairLevel::full, 0)));
  ASSERT_EQ(completion.attempts.size(), 2U);
  EXPECT_EQ(completion.attempts[0].issues[0].code, IssueCode::int_type);
}

TEST(Repair, RulesStillHold) {
  const Client client = scripted({R"({"name":"Jason","age":"minus 3"})", good});
  const auto [user, completion] = client.create_with_completion<User>("x");
  EXPECT_EQ(user.age, 25);
  EXPECT_EQ(completion.attempts.size(), 2U);
}

TEST(Repair, TextInsteadOfACallIsUnderstood) {
  const Client client = scripted({ScriptedReply::says("Here you are: {name: 'Jason', age: 25}"), good});
  const auto [user, completion] = client.create_with_completion<User>(Request("x").mode(Mode::tools));
  EXPECT_EQ(user.name, "Jason");
  EXPECT_EQ(completion.attempts.size(), 1U);
  EXPECT_TRUE(completion.repairs.has(RepairKind::text_around));

  const Client prose = scripted({ScriptedReply::says("I will not."), good});
  EXPECT_EQ(prose.create_with_completion<User>(Request("x").mode(Mode::tools)).second.attempts.size(), 2U);
}

/// The names that are seen on the way.
std::vector<std::string> names(PartialStream<User>& stream) {
  std::vector<std::string> seen;
  for (const Partial<User>& partial : stream)
    if (!partial->name.empty() && (seen.empty() || seen.back() != partial->name)) seen.push_back(partial->name);
  return seen;
}

TEST(Repair, StreamsAreMendedAsTheyCome) {
  const std::vector<std::string> answers = {
      "```json\n{\"name\": \"Jason\", \"age\": 25}\n```",
      "Sure! Here it is: {\"name\": \"Jason\", \"age\": 25} Bye.",
      "{name: 'Jason', \"age\": 25,}",
      "Sure.\n{\n  // the name\n  'name': \"Jason\"\n  age: 25\n",
  };
  for (const Mode mode : {Mode::json, Mode::md_json})
    for (const std::string& answer : answers)
      for (const std::size_t piece : {1U, 3U, 1000U}) {
        const Client client =
            scripted({ScriptedReply::says(answer).piece(piece), ScriptedReply(good)}, ClientOptions().mode(mode));
        auto stream = client.create_partial<User>("x");
        const std::vector<std::string> seen = names(stream);
        if (piece != 1000) {
          EXPECT_GE(seen.size(), 2U) << answer;
        }
        EXPECT_EQ(seen.back(), "Jason") << answer;
        EXPECT_EQ(stream.result().age, 25) << answer;
        EXPECT_EQ(stream.completion().attempts.size(), 1U) << answer;
      }
}

TEST(Repair, ArgumentsOfCallsAreMendedAsTheyCome) {
  const Client client = scripted({"{\"name\": 'Jason', \"age\": \"25\"", good});
  auto stream = client.create_partial<User>(Request("x").mode(Mode::tools));
  EXPECT_GE(names(stream).size(), 2U);
  const User user = stream.result();
  EXPECT_EQ(user.age, 25);
  EXPECT_EQ(stream.completion().attempts.size(), 1U);
  EXPECT_TRUE(stream.completion().repairs.has(RepairKind::quotes));
  EXPECT_TRUE(stream.completion().repairs.has(RepairKind::number_text));
}

TEST(Repair, AStreamIsBrokenOffOnlyForWhatNoRepairMends) {
  const Client client = scripted({R"({"age": "twenty-five", "name": "Jason"})", good});
  auto stream = client.create_partial<User>(Request("x").mode(Mode::json));
  EXPECT_EQ(stream.result().age, 25);
  EXPECT_EQ(stream.completion().attempts.size(), 1U);

  const Client wrong = scripted({R"({"age": -25, "name": "Jason"})", good});
  auto again = wrong.create_partial<User>(Request("x").mode(Mode::json));
  EXPECT_EQ(again.result().age, 25);
  EXPECT_EQ(again.completion().attempts.size(), 2U);
}

TEST(Repair, ElementsAreUnderstoodAsTheyCome) {
  const char* const list = R"({"tasks":[{"name":"a","age":"1"},{"name":"b","age":2},{"Name":"c","age":"3 years"}]})";
  for (const Mode mode : {Mode::tools, Mode::json, Mode::md_json}) {
    const Client client = scripted({list}, ClientOptions().mode(mode));
    auto stream = client.create_iterable<User>("x");
    std::vector<int> ages;
    for (const User& user : stream) ages.push_back(user.age);
    EXPECT_EQ(ages, (std::vector<int>{1, 2, 3})) << to_string(mode);
    EXPECT_EQ(stream.completion().attempts.size(), 1U);
    EXPECT_TRUE(stream.completion().repairs.has(RepairKind::number_text));
    EXPECT_TRUE(stream.completion().repairs.has(RepairKind::key_spelling));
  }
}

TEST(Repair, ElementsComeOnceWhenTheListIsMended) {
  const std::string list = "{\"tasks\":[{\"name\":\"a\",\"age\":1},{\"name\":\"b\",\"age\":2},{name:'c','age':3}]}";
  for (const std::size_t piece : {1U, 7U, 1000U}) {
    const Client client = scripted({ScriptedReply(list).piece(piece)});
    auto stream = client.create_iterable<User>("x");
    std::vector<int> ages;
    for (const User& user : stream) ages.push_back(user.age);
    EXPECT_EQ(ages, (std::vector<int>{1, 2, 3})) << piece;
    EXPECT_EQ(stream.completion().attempts.size(), 1U);
  }
}

TEST(Repair, RunTimeModelsAreRepairedToo) {
  const auto model = DynamicModel::from_json_schema(
      R"({"type":"object","properties":{"n":{"type":"integer"}},"required":["n"],"additionalProperties":false})");
  const Client client = scripted({"{n: '5', why: 'because'}"});
  const auto [value, completion] = client.create_with_completion(model, "x");
  EXPECT_EQ(encode(value), R"({"n":5})");
  EXPECT_TRUE(completion.repairs.has(RepairKind::extra_key));
}

}  // namespace
}  // namespace instructor
