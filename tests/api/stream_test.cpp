// Streams through the client, over scripted replies.

#include "instructor/stream.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include <nlohmann/json.hpp>

#include "instructor/dynamic.hpp"
#include "instructor/error.hpp"
#include "instructor/testing.hpp"

namespace instructor {
namespace {

using testing::FakeClock;
using testing::scripted;
using testing::ScriptedReply;
using testing::ScriptedTransport;

struct User {
  std::string name;
  int age;
  std::vector<std::string> tags;

  static constexpr auto describe() { return model<User>("A person", field<&User::age>(ge(0))); }
};

constexpr const char* good = R"({"name":"Jason Smith","age":25,"tags":["a","b"]})";
constexpr const char* bad = R"({"name":"Jason Smith","age":-25,"tags":["a","b","c","d","e","f"]})";

struct Scripted {
  explicit Scripted(std::vector<ScriptedReply> replies, ClientOptions options = {})
      : transport(std::make_shared<ScriptedTransport>(std::move(replies))),
        client(from_provider("openai/scripted", options.api_key("k").transport(transport))) {}

  std::shared_ptr<ScriptedTransport> transport;
  Client client;
};

std::vector<std::string> names(PartialStream<User>& stream) {
  std::vector<std::string> seen;
  for (const Partial<User>& partial : stream) {
    if (stream.restarted()) seen.push_back("(restarted)");
    if (seen.empty() || seen.back() != partial->name) seen.push_back(partial->name);
  }
  return seen;
}

TEST(PartialStream, ShowsTheAnswerWhileItArrivesInEveryMode) {
  for (const Mode mode : {Mode::tools, Mode::json, Mode::json_schema, Mode::md_json}) {
    const Client client = scripted({good}, ClientOptions().mode(mode));
    auto stream = client.create_partial<User>("Jason is 25");
    std::vector<std::string> seen = names(stream);
    EXPECT_GE(seen.size(), 4U) << to_string(mode);
    EXPECT_EQ(seen.back(), "Jason Smith") << to_string(mode);
    const User user = stream.result();
    EXPECT_EQ(user.age, 25);
    EXPECT_EQ(user.tags.size(), 2U);
    EXPECT_EQ(stream.completion().usage.total_tokens, 100) << to_string(mode);
    EXPECT_EQ(stream.completion().attempts.size(), 1U);
    EXPECT_EQ(stream.completion().answer, good);
  }
}

TEST(PartialStream, AsksForTheUsage) {
  Scripted s({good});
  s.client.create_partial<User>("x").result();
  const std::string body = s.transport->requests().at(0).body;
  EXPECT_NE(body.find(R"("stream":true,"stream_options":{"include_usage":true})"), std::string::npos) << body;
}

TEST(PartialStream, AsksAgainAndStartsAnew) {
  Scripted s({bad, good});
  auto stream = s.client.create_partial<User>("x");
  std::vector<std::string> seen = names(stream);
  EXPECT_NE(std::find(seen.begin(), seen.end(), "(restarted)"), seen.end());
  EXPECT_EQ(stream.result().age, 25);
  EXPECT_EQ(stream.completion().attempts.at(0).issues[0].path, "/age");
  EXPECT_EQ(stream.attempt(), 2);
  EXPECT_EQ(stream.completion().attempts.size(), 2U);
  EXPECT_EQ(s.transport->broken_off(), 1);
  // The arguments that were sent back are a document, although the model was interrupted.
  const std::string again = s.transport->requests().at(1).body;
  EXPECT_NE(again.find(R"("arguments":"{\"name\":\"Jason Smith\",\"age\":-25)"), std::string::npos) << again;
  EXPECT_NE(again.find("/age"), std::string::npos);
}

TEST(PartialStream, WaitsForTheEndWhenItShallNotFailFast) {
  Scripted s({bad, good});
  auto stream = s.client.create_partial<User>(Request("x").fail_fast(false));
  EXPECT_EQ(stream.result().age, 25);
  EXPECT_EQ(s.transport->broken_off(), 0);
  EXPECT_EQ(stream.completion().usage.total_tokens, 200);
}

TEST(PartialStream, GivesUpWithTheIssues) {
  Scripted s({bad, bad});
  auto stream = s.client.create_partial<User>(Request("x").max_retries(1));
  try {
    stream.result();
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::validation);
    ASSERT_EQ(error.issues().size(), 1U);
    EXPECT_EQ(error.issues()[0].path, "/age");
    EXPECT_EQ(error.attempts().size(), 2U);
  }
  EXPECT_THROW(stream.next(), Error);
}

TEST(PartialStream, NeverPassesACutOffAnswerForAWholeOne) {
  for (const std::size_t bytes : {0U, 1U, 9U, 20U, 40U}) {
    for (const bool length : {false, true}) {
      if (length && bytes == 0) continue;
      Scripted s({length ? ScriptedReply::cut(good, bytes) : ScriptedReply::breaks_off(good, bytes)});
      auto stream = s.client.create_partial<User>("x");
      try {
        stream.result();
        FAIL() << bytes;
      } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::incomplete);
        if (bytes == 20) {
          ASSERT_NE(error.partial<User>(), nullptr);
          EXPECT_EQ(error.partial<User>()->name, "Jason Smith");
        }
      }
    }
  }
}

TEST(PartialStream, CarriesOverWhatArrivedBeforeTheConnectionBroke) {
  const Client client = scripted({ScriptedReply::refuses("I will not")});
  auto stream = client.create_partial<User>("x");
  try {
    stream.result();
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::refusal);
    EXPECT_NE(error.message().find("I will not"), std::string::npos);
  }
}

TEST(PartialStream, JudgesSeveralCallsAtTheEnd) {
  Scripted s({ScriptedReply::calls_repeatedly({good, R"({"name":"B","age":1,"tags":[]})"}), good});
  auto stream = s.client.create_partial<User>("x");
  EXPECT_EQ(stream.result().name, "Jason Smith");
  EXPECT_EQ(stream.completion().attempts.at(0).reply.tool_calls.size(), 2U);
  EXPECT_EQ(stream.completion().attempts.at(0).reply.tool_calls[0].arguments, good);
  EXPECT_EQ(stream.completion().attempts.at(0).reply.tool_calls[1].arguments, R"({"name":"B","age":1,"tags":[]})");
  EXPECT_EQ(stream.completion().attempts.at(0).issues[0].code, IssueCode::tool_repeated);
}

TEST(PartialStream, AsksForTypesThatAreNoStructs) {
  const Client client = scripted({R"({"content":["a","bc"]})", R"({"content":12})"});
  auto stream = client.create_partial<std::vector<std::string>>("x");
  std::size_t most = 0;
  std::vector<std::string> paths;
  stream.on_change([&](const std::string& path, const FieldChange&) { paths.push_back(path); });
  for (const auto& partial : stream) most = std::max(most, partial->size());
  EXPECT_EQ(most, 2U);
  EXPECT_EQ(stream.result(), (std::vector<std::string>{"a", "bc"}));
  EXPECT_EQ(paths.back(), "");
  EXPECT_NE(std::find(paths.begin(), paths.end(), "/1"), paths.end());
  EXPECT_EQ(client.create_partial<int>("x").result(), 12);
}

TEST(PartialStream, SaysSoWhenWhatSeemedToBeTheAnswerWasNone) {
  const Client client =
      scripted({ScriptedReply::says("{\"name\": \"it\", he said,\n```json\n" + std::string(good) + "\n```")},
               ClientOptions().mode(Mode::md_json));
  auto stream = client.create_partial<User>("x");
  const std::vector<std::string> seen = names(stream);
  EXPECT_NE(std::find(seen.begin(), seen.end(), "(restarted)"), seen.end());
  EXPECT_EQ(seen.back(), "Jason Smith");
  EXPECT_EQ(stream.result().age, 25);
  EXPECT_EQ(stream.attempt(), 1);
}

TEST(PartialStream, KeepsWhatArrivedOfTypesThatAreNoStructs) {
  const Client client = scripted({ScriptedReply::breaks_off(R"({"content":["a","bc"]})", 16)});
  try {
    client.create_partial<std::vector<std::string>>("x").result();
    FAIL();
  } catch (const Error& error) {
    ASSERT_NE(error.partial<std::vector<std::string>>(), nullptr);
    EXPECT_EQ(error.partial<std::vector<std::string>>()->front(), "a");
  }
  auto number = scripted({R"({"content":12})"}).create_partial<int>("x");
  std::vector<std::string> seen;
  for (const Partial<int>& partial : number) seen.push_back(partial.json());
  EXPECT_EQ(seen, (std::vector<std::string>{"12"}));
}

std::string changes_of(PartialStream<User> stream, Coalesce coalesce) {
  std::string told;
  stream.on_change(
      [&](const std::string& path, const FieldChange& change) {
        told += std::string(to_string(change.kind)) + " " + path + " " + std::string(change.text) +
                std::string(change.json) + "\n";
      },
      coalesce);
  stream.result();
  return told;
}

TEST(Changes, AreToldAsTheyHappen) {
  const ScriptedReply reply = ScriptedReply(R"({"name":"Jason","age":25,"tags":["x"]})").piece(6);
  EXPECT_EQ(changes_of(scripted({reply}).create_partial<User>("x"), Coalesce::per_change()),
            "begun  {}\n"
            "appended /name Jas\n"
            "appended /name on\n"
            "set /name \"Jason\"\n"
            "set /age 25\n"
            "begun /tags []\n"
            "set /tags/0 \"x\"\n"
            "completed /tags [\"x\"]\n"
            "completed  {\"name\":\"Jason\",\"age\":25,\"tags\":[\"x\"]}\n");
}

TEST(Changes, AreToldOncePerField) {
  EXPECT_EQ(changes_of(scripted({R"({"name":"Jason","age":25,"tags":["x"]})"}).create_partial<User>("x"),
                       Coalesce::per_field()),
            "set /name \"Jason\"\n"
            "set /age 25\n"
            "set /tags/0 \"x\"\n"
            "completed /tags [\"x\"]\n"
            "completed  {\"name\":\"Jason\",\"age\":25,\"tags\":[\"x\"]}\n");
}

TEST(Changes, AreToldOnceInAWhile) {
  auto clock = std::make_shared<FakeClock>();
  const Client client = scripted({R"({"name":"Jason Smith","age":25,"tags":["x"]})"}, ClientOptions().clock(clock));
  auto stream = client.create_partial<User>("x");
  std::string told;
  stream.on_change(
      [&](const std::string& path, const FieldChange& change) {
        told += std::string(to_string(change.kind)) + " " + path + " " + std::string(change.text) + "\n";
      },
      Coalesce::every(Duration::of_milliseconds(50)));
  while (const Partial<User>* partial = stream.next())
    if ((*partial)->name == "Jason S") break;
  EXPECT_EQ(told, "");
  clock->advance(Duration::of_milliseconds(50));
  stream.next();
  EXPECT_EQ(told, "begun  \nappended /name Jason S\n");
  told.clear();
  stream.result();
  EXPECT_TRUE(told.starts_with("appended /name mith\nset /name \nset /age \n")) << told;
}

TEST(Changes, SayWhenEverythingIsVoid) {
  Scripted s({bad, good});
  const std::string told = changes_of(s.client.create_partial<User>("x"), Coalesce::per_field());
  EXPECT_EQ(told.find("set /name \"Jason Smith\"\nrestarted  \nset /name"), 0U) << told;
}

TEST(FailFast, BreaksCreateOffToo) {
  Scripted s({bad, good});
  EXPECT_EQ(s.client.create<User>(Request("x").fail_fast(true)).age, 25);
  EXPECT_EQ(s.transport->broken_off(), 1);
  EXPECT_NE(s.transport->requests().at(0).body.find("\"stream\":true"), std::string::npos);
}

// ---- elements ----------------------------------------------------------------------------------------------------

struct Task {
  std::string title;
  int hours;

  static constexpr auto describe() { return model<Task>("A task", field<&Task::hours>(ge(0))); }
};

template <class T>
std::vector<T> all(ElementStream<T>& stream) {
  std::vector<T> elements;
  for (T& element : stream) elements.push_back(std::move(element));
  return elements;
}

TEST(ElementStream, HandsOutEachElementTheMomentItIsWhole) {
  Scripted s({R"({"tasks":[{"title":"a }","hours":1},{"title":"b","hours":2}]})"});
  auto stream = s.client.create_iterable<Task>("x");
  Task* first = stream.next();
  ASSERT_NE(first, nullptr);
  EXPECT_EQ(first->title, "a }");
  EXPECT_EQ(s.transport->broken_off(), 0);
  EXPECT_EQ(stream.next()->hours, 2);
  EXPECT_EQ(stream.next(), nullptr);
  EXPECT_EQ(stream.next(), nullptr);
  EXPECT_EQ(stream.completion().usage.total_tokens, 100);
  EXPECT_NE(s.transport->requests().at(0).body.find(R"("name":"IterableTask")"), std::string::npos);
}

TEST(ElementStream, TakesScalarsAndBareArrays) {
  const Client client = scripted({R"({"tasks":[1,2,3]})", R"( [4, 5])", R"({"tasks":["a","b"]})", R"([])"},
                                 ClientOptions().mode(Mode::json_schema));
  auto one = client.create_iterable<int>("x");
  EXPECT_EQ(all(one), (std::vector<int>{1, 2, 3}));
  auto two = client.create_iterable<int>("x");
  EXPECT_EQ(all(two), (std::vector<int>{4, 5}));
  auto three = client.create_iterable<std::string>("x");
  EXPECT_EQ(all(three), (std::vector<std::string>{"a", "b"}));
  auto four = client.create_iterable<Task>("x");
  EXPECT_TRUE(all(four).empty());
}

struct Call {
  Literal<"call"> kind;
  std::string name;
};
struct Visit {
  Literal<"visit"> kind;
  std::string street;
  int number;

  static constexpr auto describe() { return model<Visit>(field<&Visit::number>(ge(1))); }
};

TEST(ElementStream, TakesVariants) {
  using Entry = std::variant<int, std::string, std::vector<int>, Call, Visit>;
  const ScriptedReply reply =
      R"({"tasks":[1,"a",[2,3],{"kind":"call","name":"Ann"},{"street":"Main","number":4,"kind":"visit"}]})";
  for (std::size_t piece : {1U, 3U, 1000U}) {
    ScriptedReply cut = reply;
    Scripted s({cut.piece(piece)});
    auto stream = s.client.create_iterable<Entry>("x");
    const std::vector<Entry> entries = all(stream);
    ASSERT_EQ(entries.size(), 5U);
    EXPECT_EQ(std::get<int>(entries[0]), 1);
    EXPECT_EQ(std::get<std::string>(entries[1]), "a");
    EXPECT_EQ(std::get<std::vector<int>>(entries[2]).size(), 2U);
    EXPECT_EQ(std::get<Call>(entries[3]).name, "Ann");
    EXPECT_EQ(std::get<Visit>(entries[4]).street, "Main");
  }
}

TEST(ElementStream, NamesListsOfVariantsAfterTheirStructs) {
  Scripted s({R"({"tasks":[{"kind":"call","name":"Ann"}]})"});
  auto stream = s.client.create_iterable<std::variant<Call, Visit>>("x");
  EXPECT_EQ(all(stream).size(), 1U);
  EXPECT_NE(s.transport->requests().at(0).body.find(R"("name":"IterableCallOrVisit")"), std::string::npos);
}

TEST(ElementStream, PoliciesHoldForVariantsToo) {
  const char* const mixed =
      R"({"tasks":[{"kind":"call","name":"Ann"},{"kind":"fax","name":"Bob"},{"street":"Main","number":0,"kind":"visit"},)"
      R"({"name":"no kind"},5,{"kind":"call","name":"Cy"}]})";
  Scripted skipping({mixed});
  auto stream = skipping.client.create_iterable<std::variant<Call, Visit>>("x", ElementPolicy::skip);
  const auto calls = all(stream);
  ASSERT_EQ(calls.size(), 2U);
  EXPECT_EQ(std::get<Call>(calls[1]).name, "Cy");
  ASSERT_EQ(stream.skipped().size(), 4U);
  EXPECT_EQ(stream.skipped()[0].issues[0].path, "/tasks/1/kind");
  EXPECT_EQ(stream.skipped()[1].issues[0].path, "/tasks/2/number");
  EXPECT_EQ(stream.skipped()[2].issues[0].code, IssueCode::union_tag_not_found);
  EXPECT_EQ(stream.skipped()[3].issues[0].code, IssueCode::union_type);
  Scripted asking({mixed, R"({"tasks":[{"kind":"call","name":"Bob"}]})"});
  auto again = asking.client.create_iterable<std::variant<Call, Visit>>("x");
  EXPECT_EQ(all(again).size(), 2U);
  EXPECT_EQ(asking.transport->broken_off(), 1);
}

TEST(PartialStream, OfAVariantIsTheVariant) {
  Scripted s({R"({"content":{"kind":"visit","street":"Main Street","number":4}})"});
  auto stream = s.client.create_partial<std::variant<Call, Visit>>("x");
  std::vector<std::string> streets;
  for (const auto& partial : stream)
    if (const auto visit = partial.as<Visit>()) streets.push_back((*visit)->street);
  EXPECT_GT(streets.size(), 2U);
  EXPECT_EQ(std::get<Visit>(stream.result()).number, 4);
}

constexpr const char* one_bad =
    R"({"tasks":[{"title":"a","hours":1},{"title":"b","hours":-2},{"title":"c","hours":3}]})";

TEST(ElementStream, AsksForTheRestAgain) {
  Scripted s({one_bad, R"({"tasks":[{"title":"b","hours":2},{"title":"c","hours":3}]})"});
  auto stream = s.client.create_iterable<Task>("x");
  const std::vector<Task> tasks = all(stream);
  ASSERT_EQ(tasks.size(), 3U);
  EXPECT_EQ(tasks[1].hours, 2);
  EXPECT_EQ(tasks[2].title, "c");
  EXPECT_EQ(s.transport->broken_off(), 1);
  const std::string again = s.transport->requests().at(1).body;
  EXPECT_NE(again.find("The first element was accepted"), std::string::npos) << again;
}

TEST(ElementStream, LeavesElementsOutWhenTold) {
  Scripted s({one_bad});
  auto stream = s.client.create_iterable<Task>("x", ElementPolicy::skip);
  const std::vector<Task> tasks = all(stream);
  ASSERT_EQ(tasks.size(), 2U);
  EXPECT_EQ(tasks[1].title, "c");
  ASSERT_EQ(stream.skipped().size(), 1U);
  EXPECT_EQ(stream.skipped()[0].index, 1U);
  EXPECT_EQ(stream.skipped()[0].issues[0].path, "/tasks/1/hours");
}

TEST(ElementStream, DecidesAboutElementsByPolicyAlone) {
  const ScriptedReply early =
      R"({"tasks":[{"title":"a","hours":1},{"hours":"x","title":"bbbbbbbbbbbb"},{"title":"c","hours":3}]})";
  Scripted s({early});
  auto stream = s.client.create_iterable<Task>("x", ElementPolicy::skip);
  EXPECT_EQ(all(stream).size(), 2U);
  EXPECT_EQ(stream.skipped().size(), 1U);
  EXPECT_EQ(s.transport->broken_off(), 0);
}

TEST(ElementStream, StopsWhenTold) {
  for (const std::size_t piece : {4U, 1000U}) {
    Scripted s({ScriptedReply(one_bad).piece(piece)});
    auto stream = s.client.create_iterable<Task>("x", ElementPolicy::stop);
    ASSERT_NE(stream.next(), nullptr);
    try {
      stream.next();
      FAIL();
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::validation);
      EXPECT_EQ(error.issues()[0].path, "/tasks/1/hours");
    }
    EXPECT_EQ(s.transport->requests().size(), 1U);
  }
}

TEST(ElementStream, KeepsWhatCameBeforeTheStreamBrokeOff) {
  Scripted s({ScriptedReply::breaks_off(one_bad, 36)});
  auto stream = s.client.create_iterable<Task>("x");
  ASSERT_NE(stream.next(), nullptr);
  EXPECT_THROW(stream.next(), Error);
}

// ---- run-time models ---------------------------------------------------------------------------------------------

TEST(JsonStream, ShowsRunTimeModels) {
  const DynamicModel model = DynamicModel::from_json_schema(
      R"({"title":"User","type":"object","properties":{"name":{"type":"string"},"age":{"type":"integer","minimum":0},)"
      R"("kind":{"enum":["aa","bb"]}},"required":["name","age"]})");
  Scripted s({R"({"name":"Jo","age":-1})", R"({"name":"Jo","kind":"bb","age":25})"});
  JsonStream stream = s.client.create_partial(model, "x");
  std::vector<std::string> seen;
  while (const Partial<Json>* partial = stream.next()) seen.push_back(partial->json());
  EXPECT_EQ(seen.back(), R"({"name":"Jo","kind":"bb","age":25})");
  EXPECT_NE(std::find(seen.begin(), seen.end(), R"({"name":"Jo","kind":"bb"})"), seen.end());
  EXPECT_EQ(std::count(seen.begin(), seen.end(), "{}"), 2) << "before and after the restart";
  EXPECT_EQ(stream.attempt(), 2);
  EXPECT_EQ(stream.result().dump(), R"({"name":"Jo","kind":"bb","age":25})");

  const DynamicModel counted = DynamicModel::from_json_schema(
      R"({"title":"C","type":"object","properties":{"count":{"type":"integer","default":1},"cut":{"type":"integer"}}})");
  const Client nulls = scripted({R"({"count":null,"cut":5})", ScriptedReply::breaks_off(R"({"cut":12345})", 10)});
  EXPECT_EQ(nulls.create_partial(counted, "x").result().dump(), R"({"cut":5,"count":1})");
  try {
    nulls.create_partial(counted, "x").result();
    FAIL();
  } catch (const Error& error) {
    ASSERT_NE(error.partial<Json>(), nullptr);
    EXPECT_EQ(error.partial<Json>()->dump(), "{}");
  }

  const DynamicModel list = DynamicModel::from_json_schema(R"({"type":"array","items":{"type":"string"}})", "Names");
  const Client client = scripted({R"({"content":["a","b"]})"});
  JsonStream names = client.create_partial(list, "x");
  std::string last;
  while (const Partial<Json>* partial = names.next()) last = partial->json();
  EXPECT_EQ(last, R"(["a","b"])");
  EXPECT_EQ(names.result().size(), 2U);
}

}  // namespace
}  // namespace instructor
