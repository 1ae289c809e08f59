#include "engine/attempts.hpp"

#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "instructor/instructor.hpp"
#include "instructor/testing.hpp"

namespace instructor {
namespace {

using testing::ScriptedReply;
using testing::ScriptedTransport;

struct User {
  std::string name;
  int age;

  static constexpr auto describe() { return model<User>("A person", field<&User::age>("In years", ge(0), le(130))); }
};

constexpr const char* right = R"({"name":"Jason","age":25})";
constexpr const char* wrong = R"({"name":"Jason","age":-1})";

/// A client over a script, and what it sent.
struct Scripted {
  std::shared_ptr<ScriptedTransport> transport;
  Client client;

  explicit Scripted(std::vector<ScriptedReply> replies, ClientOptions options = {})
      : transport(std::make_shared<ScriptedTransport>(std::move(replies))),
        client(from_provider(
            "openai/gpt-4o-mini",
            options.transport(transport).api_key("sk-test-123456").transport_retry(TransportRetry().max_retries(0)))) {}

  Json sent(std::size_t request) const { return *decode<Json>(transport->requests().at(request).body); }
  std::size_t requests() const { return transport->requests().size(); }
};

template <class Call>
Error error_of(Call call) {
  try {
    call();
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "expected an Error";
  return Error(ErrorCode::cancelled, "none");
}

const std::vector<Mode> all_modes{Mode::tools, Mode::json, Mode::json_schema, Mode::md_json};

// ---- the answer --------------------------------------------------------------------------------------------------

TEST(Create, GivesTheStructInEveryMode) {
  for (const Mode mode : all_modes) {
    Scripted scripted({right});
    const User user = scripted.client.create<User>(Request("Jason is 25").mode(mode));
    EXPECT_EQ(user.name, "Jason");
    EXPECT_EQ(user.age, 25);
    EXPECT_EQ(scripted.requests(), 1u);
  }
}

TEST(Create, AsksAgainWithEverythingThatIsWrong) {
  for (const Mode mode : all_modes) {
    Scripted scripted({R"({"name":5,"age":-1})", right});
    const User user = scripted.client.create<User>(Request("Jason is 25").mode(mode));
    EXPECT_EQ(user.age, 25);
    ASSERT_EQ(scripted.requests(), 2u);
    const Json messages = scripted.sent(1).at("messages");
    const std::string last = messages.back().at("content").get<std::string>();
    EXPECT_NE(last.find("There are 2 problems"), std::string::npos) << last;
    EXPECT_NE(last.find("/name: expected string, got number 5"), std::string::npos) << last;
    EXPECT_NE(last.find("/age: expected at least 0, got -1"), std::string::npos) << last;
  }
}

TEST(Create, AnswersTheToolCallThatWasWrong) {
  Scripted scripted({wrong, right});
  (void)scripted.client.create<User>("Jason is 25");
  const Json messages = scripted.sent(1).at("messages");
  ASSERT_EQ(messages.size(), 3u);
  EXPECT_EQ(messages[0].at("role"), "user");
  EXPECT_EQ(messages[1].at("role"), "assistant");
  EXPECT_EQ(messages[1].at("tool_calls")[0].at("id"), "call_1");
  EXPECT_EQ(messages[1].at("tool_calls")[0].at("function").at("arguments"), wrong);
  EXPECT_EQ(messages[2].at("role"), "tool");
  EXPECT_EQ(messages[2].at("tool_call_id"), "call_1");
}

TEST(Create, EchoesTheAnswerInModesWithoutTools) {
  for (const Mode mode : {Mode::json, Mode::json_schema, Mode::md_json}) {
    Scripted scripted({wrong, right});
    (void)scripted.client.create<User>(Request("Jason is 25").mode(mode));
    const Json messages = scripted.sent(1).at("messages");
    const Json& echo = messages[messages.size() - 2];
    EXPECT_EQ(echo.at("role"), "assistant");
    EXPECT_NE(echo.at("content").get<std::string>().find(wrong), std::string::npos);
    EXPECT_EQ(messages.back().at("role"), "user");
  }
}

TEST(Create, NeverChangesTheCallersRequest) {
  const Request request = Request("Jason is 25").system("Extract.");
  const std::vector<Message> before = request.messages();
  for (const Mode mode : all_modes) {
    Request copy = request;
    copy.mode(mode);
    Scripted scripted({wrong, right});
    (void)scripted.client.create<User>(copy);
    EXPECT_EQ(copy.messages(), before);
  }
}

TEST(Create, PutsTheSchemaIntoTheSystemMessageWhereThereIsNoOtherPlace) {
  Scripted scripted({right, right});
  (void)scripted.client.create<User>(Request("Jason is 25").system("Extract.").mode(Mode::json));
  const Json messages = scripted.sent(0).at("messages");
  ASSERT_EQ(messages.size(), 2u);
  const std::string system = messages[0].at("content").get<std::string>();
  EXPECT_TRUE(system.starts_with("Extract.\n\n")) << system;
  EXPECT_NE(system.find(schema<User>), std::string::npos);
  EXPECT_EQ(scripted.sent(0).at("response_format").at("type"), "json_object");
  (void)scripted.client.create<User>(Request("Jason is 25").mode(Mode::md_json));
  const Json md = scripted.sent(1).at("messages");
  EXPECT_EQ(md[0].at("role"), "system");
  EXPECT_NE(md[1].at("content").get<std::string>().find("```json"), std::string::npos);
  EXPECT_FALSE(scripted.sent(1).contains("response_format"));
}

TEST(Create, TakesTheAnswerOutOfACodeBlock) {
  Scripted scripted(
      {ScriptedReply::says("Here you are:\n```json\n{\"name\":\"Jason\",\"age\":25}\n```\nAnything else?")});
  EXPECT_EQ(scripted.client.create<User>(Request("...").mode(Mode::md_json)).age, 25);
}

TEST(Create, AsksForTypesThatAreNoStructs) {
  Scripted scripted({R"({"content":[{"name":"a","age":1},{"name":"b","age":2}]})", R"({"content":7})",
                     R"({"content":"x"})", R"({"content":8})"});
  EXPECT_EQ(scripted.client.create<std::vector<User>>("...").size(), 2u);
  EXPECT_EQ(scripted.sent(0).at("tools")[0].at("function").at("name"), "Response");
  EXPECT_EQ(scripted.client.create<int>("..."), 7);
  EXPECT_EQ(scripted.client.create<int>("..."), 8);
}

// ---- schemas -----------------------------------------------------------------------------------------------------

struct Loose {
  std::map<std::string, int> counts;
};

struct Defaults {
  int limit = 10;
  std::string name;

  static constexpr auto describe() { return model<Defaults>(field<&Defaults::limit>(default_value(10))); }
};

TEST(Create, AsksStrictlyWhereTheDialectAllows) {
  Scripted scripted({right, R"({"counts":{"a":1}})", right});
  (void)scripted.client.create<User>("...");
  EXPECT_EQ(scripted.sent(0).at("tools")[0].at("function").at("strict"), true);
  EXPECT_EQ(scripted.sent(0).at("tools")[0].at("function").at("parameters").at("additionalProperties"), false);
  // Free keys have no strict schema.
  EXPECT_EQ(scripted.client.create<Loose>("...").counts.at("a"), 1);
  EXPECT_FALSE(scripted.sent(1).at("tools")[0].at("function").contains("strict"));
  (void)scripted.client.create<User>(Request("...").mode(Mode::json_schema));
  EXPECT_EQ(scripted.sent(2).at("response_format").at("json_schema").at("strict"), true);
  EXPECT_EQ(scripted.sent(2).at("response_format").at("json_schema").at("name"), "User");
}

TEST(Create, TakesNullForDefaultsInStrictAnswers) {
  Scripted scripted({R"({"limit":null,"name":"a"})"});
  EXPECT_EQ(scripted.client.create<Defaults>("...").limit, 10);
  Scripted json({R"({"limit":null,"name":"a"})", R"({"name":"a"})"});
  EXPECT_EQ(json.client.create<Defaults>(Request("...").mode(Mode::json)).limit, 10);
  EXPECT_EQ(json.requests(), 2u);
}

// ---- replies that are no answer ----------------------------------------------------------------------------------

std::string reask_after(ScriptedReply reply) {
  Scripted scripted({std::move(reply), right});
  EXPECT_EQ(scripted.client.create<User>("...").age, 25);
  const Json messages = scripted.sent(1).at("messages");
  // Every call has its answer.
  std::size_t calls = 0;
  std::size_t answers = 0;
  for (const Json& message : messages) {
    if (message.contains("tool_calls")) calls += message.at("tool_calls").size();
    if (message.at("role") == "tool") ++answers;
  }
  EXPECT_EQ(calls, answers);
  return messages.back().at("content").get<std::string>();
}

TEST(Reply, WithoutAToolCallIsAskedAgain) {
  EXPECT_NE(reask_after(ScriptedReply::says("Jason is 25.")).find("no tool was called; answer with a call of \"User\""),
            std::string::npos);
  EXPECT_NE(reask_after(ScriptedReply::calls_repeatedly({})).find("no tool was called"), std::string::npos);
}

TEST(Reply, WithAnotherToolIsAskedAgain) {
  EXPECT_NE(reask_after(ScriptedReply::calls("Person", right)).find("there is no tool \"Person\"; call \"User\""),
            std::string::npos);
}

TEST(Reply, WithoutArgumentsIsAskedAgain) {
  EXPECT_NE(reask_after(ScriptedReply("")).find("no arguments"), std::string::npos);
  EXPECT_NE(reask_after(ScriptedReply("{}")).find("/name: missing"), std::string::npos);
}

TEST(Reply, WithBrokenArgumentsIsAskedAgain) {
  EXPECT_NE(reask_after(ScriptedReply(R"({"name": "Jason", "ag)"))
                .find("got the end of the text"),
            std::string::npos);
}

TEST(Reply, WithSeveralDifferentCallsIsAskedAgain) {
  Scripted scripted({ScriptedReply::calls_repeatedly({right, wrong}), right});
  EXPECT_EQ(scripted.client.create<User>("...").age, 25);
  const Json messages = scripted.sent(1).at("messages");
  EXPECT_NE(messages[2].at("content").get<std::string>().find("call \"User\" exactly once, not 2 times"),
            std::string::npos);
  EXPECT_EQ(messages[3].at("tool_call_id"), "call_2");
}

TEST(Reply, WithTheSameCallTwiceIsTaken) {
  Scripted scripted({ScriptedReply::calls_repeatedly({right, right})});
  EXPECT_EQ(scripted.client.create<User>("...").age, 25);
}

TEST(Reply, ThatRefusesEndsTheCall) {
  Scripted scripted({ScriptedReply::refuses("I would rather not.")});
  const Error error = error_of([&] { (void)scripted.client.create<User>("..."); });
  EXPECT_EQ(error.code(), ErrorCode::refusal);
  EXPECT_EQ(error.category(), ErrorCategory::give_up);
  EXPECT_NE(error.message().find("I would rather not."), std::string::npos);
  EXPECT_EQ(scripted.requests(), 1u);
  EXPECT_EQ(error.attempts().size(), 1u);
}

TEST(Reply, CutOffCarriesThePartialValue) {
  for (const Mode mode : {Mode::tools, Mode::json, Mode::json_schema}) {
    Scripted scripted({ScriptedReply::cut(right, 22)});
    const Error error = error_of([&] { (void)scripted.client.create<User>(Request("...").mode(mode)); });
    EXPECT_EQ(error.code(), ErrorCode::incomplete);
    EXPECT_EQ(error.category(), ErrorCategory::show);
    EXPECT_EQ(scripted.requests(), 1u);
    ASSERT_NE(error.partial<User>(), nullptr);
    EXPECT_EQ(error.partial<User>()->name, "Jason");
    EXPECT_EQ(error.partial<Defaults>(), nullptr);
  }
}

TEST(Reply, ThatIsFilteredEndsTheCall) {
  Scripted scripted({ScriptedReply::response(
      200, {},
      R"({"choices":[{"index":0,"finish_reason":"content_filter","message":{"role":"assistant","content":""}}]})")});
  EXPECT_EQ(error_of([&] { (void)scripted.client.create<User>("..."); }).code(), ErrorCode::content_filter);
}

TEST(Reply, ThatIsAnErrorInA200BodyIsAnError) {
  Scripted scripted({ScriptedReply::response(200, {}, R"({"error":{"message":"Rate limited upstream","code":429}})")});
  const Error error = error_of([&] { (void)scripted.client.create<User>("..."); });
  EXPECT_EQ(error.code(), ErrorCode::rate_limited);
  EXPECT_NE(error.message().find("Rate limited upstream"), std::string::npos);
}

TEST(Reply, ThatIsNoneIsAnErrorThatSaysSo) {
  struct Case {
    const char* body;
    const char* says;
  };
  for (const Case& c :
       {Case{"", "an empty body"}, Case{"<html><title>Welcome to nginx!</title>", "an HTML page (Welcome to nginx!)"},
        Case{"OK", "text that begins with \"OK\""}, Case{R"({"choices":[)", "the end of the text"},
        Case{R"({"object":"list"})", "no choices"}, Case{R"({"choices":[{"message":5}]})", "/choices/0/message"}}) {
    Scripted scripted({ScriptedReply::response(200, {}, c.body)});
    const Error error = error_of([&] { (void)scripted.client.create<User>("..."); });
    EXPECT_EQ(error.code(), ErrorCode::bad_response) << c.body;
    EXPECT_NE(error.message().find(c.says), std::string::npos) << error.message();
  }
}

// ---- giving up ---------------------------------------------------------------------------------------------------

TEST(Retries, AreCountedBesidesTheFirstAttempt) {
  for (const int retries : {0, 1, 2}) {
    Scripted scripted({R"({"name":"a","age":-1})", R"({"name":"a","age":-2})", R"({"name":"a","age":-3})", right});
    const Error error = error_of([&] { (void)scripted.client.create<User>(Request("...").max_retries(retries)); });
    EXPECT_EQ(error.code(), ErrorCode::validation);
    EXPECT_EQ(scripted.requests(), static_cast<std::size_t>(retries) + 1);
    EXPECT_EQ(error.attempts().size(), static_cast<std::size_t>(retries) + 1);
  }
}

TEST(Retries, AreThreeByDefault) {
  Scripted scripted({R"({"name":"a","age":-1})", R"({"name":"a","age":-2})", R"({"name":"a","age":-3})",
                     R"({"name":"a","age":-4})", right});
  (void)error_of([&] { (void)scripted.client.create<User>("..."); });
  EXPECT_EQ(scripted.requests(), 4u);
}

TEST(Retries, StopWhenTheSameIssuesComeThreeTimes) {
  Scripted scripted({wrong, wrong, wrong, right});
  const Error error = error_of([&] { (void)scripted.client.create<User>(Request("...").max_retries(10)); });
  EXPECT_EQ(scripted.requests(), 3u);
  EXPECT_EQ(std::string(error.what()),
            "instructor: openai/gpt-4o-mini did not return a valid User after 3 attempts (300 tokens, 0.0 s)\n"
            "  /age  expected at least 0, got -1\n"
            "  attempt 1: 1 issue   attempt 2: 1 issue   attempt 3: 1 issue (the same three times: stopped)");
  Scripted patient({wrong, wrong, wrong, right});
  EXPECT_EQ(patient.client.create<User>(Request("...").retry(RetryPolicy().stop_when_stuck(false))).age, 25);
}

TEST(Retries, KeepTheHistoryBounded) {
  Scripted scripted({R"({"name":"a","age":-1})", R"({"name":"a","age":-2})", R"({"name":"a","age":-3})", right});
  (void)scripted.client.create<User>("...");
  EXPECT_EQ(scripted.sent(1).at("messages").size(), 3u);
  EXPECT_EQ(scripted.sent(2).at("messages").size(), 5u);
  EXPECT_EQ(scripted.sent(3).at("messages").size(), 5u);
  EXPECT_NE(encode(scripted.sent(3)).find("-3"), std::string::npos);
  EXPECT_EQ(encode(scripted.sent(3)).find("got -1"), std::string::npos);
  Scripted short_memory({R"({"name":"a","age":-1})", R"({"name":"a","age":-2})", right});
  (void)short_memory.client.create<User>(Request("...").retry(RetryPolicy().history(1)));
  EXPECT_EQ(short_memory.sent(2).at("messages").size(), 3u);
}

TEST(Retries, StopAtTheTokenBudget) {
  Scripted scripted({R"({"name":"a","age":-1})", R"({"name":"a","age":-2})", right});
  const Error error =
      error_of([&] { (void)scripted.client.create<User>(Request("...").retry(RetryPolicy().token_budget(150))); });
  EXPECT_EQ(scripted.requests(), 2u);
  EXPECT_NE(std::string(error.what()).find("token budget of 150 used up"), std::string::npos);
  // A valid answer is not rejected for what it cost.
  Scripted dear({right});
  EXPECT_EQ(dear.client.create<User>(Request("...").retry(RetryPolicy().token_budget(1))).age, 25);
}

/// Lets the clock run while a request is under way.
class SlowTransport final : public Transport {
 public:
  SlowTransport(std::shared_ptr<Transport> inner, std::shared_ptr<testing::FakeClock> clock, Duration takes)
      : inner_(std::move(inner)), clock_(std::move(clock)), takes_(takes) {}
  void send(const HttpRequest& request, HttpSink& sink) override {
    timeouts.push_back(request.timeout);
    clock_->advance(takes_);
    inner_->send(request, sink);
  }
  std::vector<Duration> timeouts;

 private:
  std::shared_ptr<Transport> inner_;
  std::shared_ptr<testing::FakeClock> clock_;
  Duration takes_;
};

TEST(Retries, StopAtTheDeadlineAndShortenAttempts) {
  const auto clock = std::make_shared<testing::FakeClock>();
  const auto script = std::make_shared<ScriptedTransport>(std::vector<ScriptedReply>{
      R"({"name":"a","age":-1})", R"({"name":"a","age":-2})", R"({"name":"a","age":-3})", right});
  const auto slow = std::make_shared<SlowTransport>(script, clock, Duration::of_seconds(4));
  const Client client =
      from_provider("openai/gpt-4o-mini", ClientOptions().api_key("sk-test").transport(slow).clock(clock));
  const Error error = error_of([&] {
    (void)client.create<User>(
        Request("...").timeout(Duration::of_seconds(6)).retry(RetryPolicy().deadline(Duration::of_seconds(10))));
  });
  EXPECT_EQ(error.code(), ErrorCode::validation);
  ASSERT_EQ(slow->timeouts.size(), 3u);
  EXPECT_EQ(slow->timeouts[0], Duration::of_seconds(6));
  EXPECT_EQ(slow->timeouts[1], Duration::of_seconds(6));
  EXPECT_EQ(slow->timeouts[2], Duration::of_seconds(2));
  EXPECT_NE(std::string(error.what()).find("12.0 s"), std::string::npos) << error.what();
  EXPECT_EQ(error.attempts()[1].elapsed, Duration::of_seconds(4));
}

// ---- the ledger --------------------------------------------------------------------------------------------------

TEST(Ledger, HoldsEveryAttemptAndTheSumOfUsage) {
  Scripted scripted({ScriptedReply(wrong).usage({.input_tokens = 10, .output_tokens = 3, .total_tokens = 13}),
                     ScriptedReply(right).usage({.input_tokens = 20, .output_tokens = 4, .total_tokens = 24})});
  const auto [user, completion] = scripted.client.create_with_completion<User>("...");
  EXPECT_EQ(user.age, 25);
  ASSERT_EQ(completion.attempts.size(), 2u);
  EXPECT_EQ(completion.attempts[0].number, 1);
  EXPECT_EQ(completion.attempts[0].answer, wrong);
  EXPECT_EQ(completion.attempts[0].issues[0].code, IssueCode::greater_than_equal);
  EXPECT_EQ(completion.attempts[0].reply.usage.total_tokens, 13);
  EXPECT_TRUE(completion.attempts[1].issues.empty());
  EXPECT_EQ(completion.usage, (Usage{.input_tokens = 30, .output_tokens = 7, .total_tokens = 37}));
  EXPECT_EQ(completion.answer, right);
  EXPECT_EQ(completion.text, "");
  EXPECT_EQ(completion.finish_reason, FinishReason::tool_calls);
  EXPECT_EQ(completion.request_id, "req-scripted");
  EXPECT_EQ(completion.model, "gpt-4o-mini");
  EXPECT_TRUE(completion.raw.starts_with("{\"id\":\"chatcmpl-scripted\""));
}

TEST(Ledger, IsInErrorsOfTheProviderToo) {
  Scripted scripted({wrong, ScriptedReply::error(500, "Oops")});
  const Error error = error_of([&] { (void)scripted.client.create<User>("..."); });
  EXPECT_EQ(error.code(), ErrorCode::server_error);
  ASSERT_EQ(error.attempts().size(), 2u);
  EXPECT_EQ(error.attempts()[0].issues.total(), 1u);
  EXPECT_NE(error.attempts()[1].failure.find("Oops"), std::string::npos);
  EXPECT_EQ(error.usage().total_tokens, 100);
}

TEST(TryCreate, ReturnsTheSameErrorAsAValue) {
  Scripted scripted({right, ScriptedReply::refuses("no")});
  const std::expected<User, Error> user = scripted.client.try_create<User>("...");
  ASSERT_TRUE(user);
  EXPECT_EQ(user->age, 25);
  const std::expected<User, Error> refused = scripted.client.try_create<User>("...");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), ErrorCode::refusal);
}

// ---- what cannot be asked ----------------------------------------------------------------------------------------

TEST(Create, RefusesRequestsWithoutMessages) {
  Scripted scripted({right});
  EXPECT_EQ(error_of([&] { (void)scripted.client.create<User>(Request()); }).code(), ErrorCode::invalid_request);
  EXPECT_EQ(scripted.requests(), 0u);
}

TEST(Create, RefusesExtraKeysThatAreItsOwn) {
  Scripted scripted({right});
  Request request("...");
  request.extra({{"messages", Json::array()}});
  const Error error = error_of([&] { (void)scripted.client.create<User>(request); });
  EXPECT_EQ(error.code(), ErrorCode::invalid_request);
  EXPECT_NE(error.message().find("\"messages\""), std::string::npos);
}

TEST(Create, SendsOptionsAndDefaults) {
  Scripted scripted(
      {right},
      ClientOptions().defaults(Request().system("Be exact.").temperature(0.5).max_tokens(100).extra({{"user", "u1"}})));
  (void)scripted.client.create<User>(
      Request("...").temperature(0).top_p(0.9).seed(7).stop_sequences({"END"}).model("gpt-4o").extra(
          {{"metadata", {{"a", 1}}}}));
  const Json body = scripted.sent(0);
  EXPECT_EQ(body.at("model"), "gpt-4o");
  EXPECT_EQ(body.at("temperature"), 0);
  EXPECT_EQ(body.at("top_p"), 0.9);
  EXPECT_EQ(body.at("max_completion_tokens"), 100);
  EXPECT_EQ(body.at("seed"), 7);
  EXPECT_EQ(body.at("stop"), Json({"END"}));
  EXPECT_EQ(body.at("user"), "u1");
  EXPECT_EQ(body.at("metadata").at("a"), 1);
  EXPECT_EQ(body.at("messages")[0].at("content"), "Be exact.");
}

TEST(Create, SendsEachKeyOnce) {
  Scripted scripted({right}, ClientOptions().defaults(Request().extra({{"user", "u1"}})));
  (void)scripted.client.create<User>(
      Request("...").temperature(0).extra({{"user", "u2"}}).extra({{"temperature", 1.5}, {"user", "u3"}}));
  const auto body = decode<Json>(scripted.transport->requests().at(0).body);
  ASSERT_TRUE(body) << body.error().text();  // a key that stands twice is an issue
  EXPECT_EQ(body->at("user"), "u3");
  EXPECT_EQ(body->at("temperature"), 1.5);
}

TEST(Create, SendsOnlyToolNamesThatProvidersAccept) {
  const std::string odd = R"({"choices":[{"message":{"tool_calls":[{"id":"a","function":{"arguments":"{}"}},
    {"id":"b","function":{"name":"get user!","arguments":"{}"}}]}}]})";
  Scripted scripted({ScriptedReply::response(200, {}, odd), right});
  (void)scripted.client.create<User>("...");
  const Json messages = scripted.sent(1).at("messages");
  const Json calls = messages.at(messages.size() - 3).at("tool_calls");
  EXPECT_EQ(calls[0].at("function").at("name"), "User");
  EXPECT_EQ(calls[1].at("function").at("name"), "get_user");
}

// ---- run-time models ---------------------------------------------------------------------------------------------

TEST(DynamicCreate, GoesThroughTheSameLoop) {
  const auto model = DynamicModel::from_json_schema(
      R"({"title":"User","type":"object","properties":{"name":{"type":"string"},"age":{"type":"integer","minimum":0}},"required":["name","age"]})");
  Scripted scripted({wrong, right});
  const auto [value, completion] = scripted.client.create_with_completion(model, "Jason is 25");
  EXPECT_EQ(encode(value), right);
  EXPECT_EQ(completion.attempts.size(), 2u);
  EXPECT_EQ(scripted.sent(0).at("tools")[0].at("function").at("name"), "User");
  Scripted lists({R"({"content":[1,2]})"});
  EXPECT_EQ(encode(lists.client.create(
                DynamicModel::from_json_schema(R"({"type":"array","items":{"type":"integer"}})", "numbers"), "...")),
            "[1,2]");
}

}  // namespace
}  // namespace instructor
