// What users write, as they write it.

#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include <instructor/instructor.hpp>
#include <instructor/testing.hpp>

using namespace std::chrono_literals;
using instructor::Request;
using instructor::RetryPolicy;

struct User {
  std::string name;
  int age;
};

enum class Priority { low, medium, high };

struct Address {
  std::string street, city;
  std::optional<std::string> postcode;
};

struct Ticket {
  std::string title;
  Priority priority = Priority::medium;
  std::vector<Address> addresses;
  std::map<std::string, double> amounts;

  static constexpr auto describe() {
    using namespace instructor;
    return model<Ticket>("A support ticket",
                         field<&Ticket::title>("One line, no full stop", min_length(3), max_length(80),
                                               example("Payment fails at checkout")),
                         field<&Ticket::addresses>("Every postal address mentioned", max_items(10)),
                         field<&Ticket::amounts>(alias("sums"), "Amounts by currency code"));
  }

  void validate(instructor::Issues& issues) const {
    if (priority == Priority::high && amounts.empty())
      issues.add(&Ticket::amounts, "a high-priority ticket names an amount");
  }
};

static_assert(instructor::schema<Address> ==
              R"({"type":"object","properties":{"street":{"type":"string"},"city":{"type":"string"},)"
              R"("postcode":{"anyOf":[{"type":"string"},{"type":"null"}]}},"required":["street","city"]})");

namespace {

constexpr const char* jason = R"({"name":"Jason","age":25})";

TEST(Examples, OneCall) {
  auto client = instructor::testing::scripted({jason, jason, jason, jason});
  User user = client.create<User>("Jason is 25 years old");
  EXPECT_EQ(user.age, 25);

  auto maybe = client.try_create<User>("Jason is 25 years old");
  ASSERT_TRUE(maybe);
  EXPECT_EQ(maybe->name, "Jason");

  User precise =
      client.create<User>(Request("Jason is 25").system("Extract the person.").temperature(0).max_retries(2));
  EXPECT_EQ(precise.name, "Jason");

  auto [person, completion] = client.create_with_completion<User>("...");
  EXPECT_EQ(person.name, "Jason");
  EXPECT_EQ(completion.usage.total_tokens, 100);
  EXPECT_EQ(completion.attempts.size(), 1u);
  EXPECT_FALSE(completion.raw.empty());
}

TEST(Examples, WrongFirstThenRight) {
  auto client = instructor::testing::scripted({R"({"name":"Jason","age":"old"})", jason});
  EXPECT_EQ(client.create<User>("...").age, 25);
}

TEST(Examples, TheTicket) {
  auto client =
      instructor::testing::scripted({R"({"title":"x","addresses":[],"sums":{"EUR":"twelve"}})",
                                     R"({"title":"Pay","priority":"high","addresses":[],"sums":{}})",
                                     R"({"title":"Pay","addresses":[{"street":"a","city":"b"}],"sums":{"EUR":12}})"});
  const auto [ticket, completion] = client.create_with_completion<Ticket>("...");
  EXPECT_EQ(ticket.priority, Priority::medium);
  EXPECT_EQ(ticket.amounts.at("EUR"), 12);
  ASSERT_EQ(completion.attempts.size(), 3u);
  EXPECT_EQ(completion.attempts[0].issues.text(),
            "  /title     expected at least 3 characters, got 1: \"x\"\n"
            "  /sums/EUR  expected number, got string \"twelve\"\n");
  EXPECT_EQ(completion.attempts[1].issues.text(), "  /sums  a high-priority ticket names an amount\n");
}

TEST(Examples, RestOfACall) {
  auto client = instructor::testing::scripted({jason});
  const User user = client.create<User>(Request("Who is this?")
                                            .retry(RetryPolicy().max_retries(3).deadline(2min).token_budget(20'000))
                                            .mode(instructor::Mode::json_schema)
                                            .timeout(30s)
                                            .extra({{"seed", 7}}));
  EXPECT_EQ(user.name, "Jason");
}

TEST(Examples, WithoutAProvider) {
  const auto result = instructor::decode<User>(jason);
  ASSERT_TRUE(result);
  EXPECT_EQ(instructor::encode(*result), jason);
  const User sample = instructor::testing::fake<User>(7);
  EXPECT_FALSE(sample.name.empty());
}

TEST(Examples, Durations) {
  EXPECT_EQ(instructor::Duration(2min).seconds(), 120);
  EXPECT_EQ(static_cast<std::chrono::milliseconds>(instructor::Duration(1500ms)), 1500ms);
  EXPECT_LT(instructor::Duration(1s), instructor::Duration(2s));
  const instructor::Duration longest = std::chrono::years(10'000);
  EXPECT_EQ(longest, instructor::Duration::of_seconds(INT64_MAX));
  EXPECT_EQ(longest + instructor::Duration(1s), longest);
  EXPECT_EQ(instructor::Duration() - longest - longest, instructor::Duration(-1s) - longest);
}

TEST(Examples, ClientsAreValues) {
  auto client = instructor::testing::scripted({jason, jason});
  auto copy = client;
  EXPECT_EQ(client.create<User>("...").age, 25);
  EXPECT_EQ(copy.create<User>("...").age, 25);
}

}  // namespace
