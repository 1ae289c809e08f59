// Many inputs through a client: real calls on the loop, a real server, a real checkpoint.

#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "instructor/async.hpp"
#include "instructor/instructor.hpp"
#include "instructor/map.hpp"
#include "instructor/testing.hpp"
#include "support/program.hpp"
#include "support/raw_server.hpp"

namespace instructor {
namespace {

using support::Connection;
using support::RawServer;

struct User {
  std::string name;
  int age = 0;

  static constexpr auto describe() { return model<User>("A person", field<&User::age>(ge(0), le(130))); }
};

/// Answers with the number in the question as the age; counts how often each is asked.
class Ages {
 public:
  Ages()
      : server_([this](Connection& connection) {
          for (std::string request = connection.read_request(); !request.empty(); request = connection.read_request()) {
            const std::size_t at = request.find("Number ") + 7;
            const int number = std::stoi(request.substr(at));
            {
              const std::lock_guard lock(mutex_);
              ++asked_[number];
            }
            const testing::ScriptedReply reply("{\"name\":\"J\",\"age\":" + std::to_string(number) + "}");
            const auto [head, body] = reply.render(request.substr(request.find("\r\n\r\n") + 4));
            if (!connection.respond(body)) return;
          }
        }) {}

  Client client(ClientOptions options = {}) const {
    return from_provider("openai/m", options.base_url(server_.url()).api_key("k").retry(RetryPolicy().max_retries(0)));
  }
  std::map<int, int> asked() {
    const std::lock_guard lock(mutex_);
    return asked_;
  }

 private:
  std::mutex mutex_;
  std::map<int, int> asked_;
  RawServer server_;
};

std::vector<std::string> numbers(int from, int to) {
  std::vector<std::string> texts;
  for (int i = from; i < to; ++i) texts.push_back("Number " + std::to_string(i));
  return texts;
}

TEST(ClientMap, GivesRowsInOrder) {
  Ages ages;
  const Client client = ages.client();
  int index = 0;
  for (auto& row : client.map<User>(numbers(0, 100), MapOptions().concurrency(16))) {
    EXPECT_EQ(row.index(), static_cast<std::size_t>(index));
    ASSERT_TRUE(row) << row.error().what();
    EXPECT_EQ(row->age, index++);
  }
  EXPECT_EQ(index, 100);
}

TEST(ClientMap, HasErrorsAsRowsAndAsksEqualInputsOnce) {
  Ages ages;
  std::vector<std::string> texts = numbers(128, 134);  // up to 130 are valid
  const std::vector<std::string> again = texts;
  texts.insert(texts.end(), again.begin(), again.end());
  int valid = 0;
  int failed = 0;
  const Client client = ages.client();
  for (auto& row : client.map<User>(texts)) row ? ++valid : ++failed;
  EXPECT_EQ(valid, 6);
  EXPECT_EQ(failed, 6);
  for (const auto& [number, times] : ages.asked()) EXPECT_EQ(times, 1) << number;
}

TEST(ClientMap, GoesOnFromACheckpoint) {
  const support::TemporaryDirectory directory;
  Ages ages;
  const Client client = ages.client();
  const MapOptions options = MapOptions().concurrency(4).checkpoint(directory / "run.db");
  {
    auto run = client.map<User>(numbers(0, 40), options);
    for (int i = 0; i < 10; ++i) ASSERT_NE(run.next(), nullptr);
  }
  const std::map<int, int> before = ages.asked();
  int sum = 0;
  for (auto& row : client.map<User>(numbers(0, 40), options)) sum += row.value().age;
  EXPECT_EQ(sum, 780);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(ages.asked().at(i), before.at(i)) << i;
}

TEST(ClientMap, TellsRequestsApartByAllThatDecidesTheAnswer) {
  Ages ages;
  const Client client = ages.client();
  std::vector<Request> requests{Request("Number 1"), Request("Number 1").temperature(0.5), Request("Number 1").lax(),
                                Request("Number 1").system("Be brief."), Request("Number 1")};
  std::size_t shared = 0;
  for (auto& row : client.map<User>(requests)) shared += row.origin() == RowOrigin::shared ? 1 : 0;
  EXPECT_EQ(shared, 1u);
}

TEST(ClientMap, IsCancelled) {
  RawServer silent([](Connection& connection) {
    (void)connection.read_request();
    connection.wait_for_close();
  });
  const Client client = from_provider("openai/m", ClientOptions().base_url(silent.url()).api_key("k"));
  const Cancellation stop;
  auto run = client.map<User>(numbers(0, 20), MapOptions().cancellation(stop));
  stop.cancel();
  try {
    (void)run.next();
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::cancelled);
  }
}

}  // namespace
}  // namespace instructor
