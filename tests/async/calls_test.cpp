#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "instructor/async.hpp"
#include "instructor/instructor.hpp"
#include "instructor/testing.hpp"
#include "support/raw_server.hpp"

namespace instructor {
namespace {

using testing::ScriptedReply;
using testing::ScriptedTransport;

struct User {
  std::string name;
  int age = 0;

  static constexpr auto describe() { return model<User>("A person", field<&User::age>("In years", ge(0), le(130))); }
};

constexpr const char* right = R"({"name":"Jason","age":25})";
constexpr const char* wrong = R"({"name":"Jason","age":-1})";

Task<std::string> name_of(Client client) {
  User user = co_await client.create_async<User>("Jason is 25");
  co_return user.name;
}

TEST(CreateAsync, GivesTheValueToACoroutine) { EXPECT_EQ(name_of(testing::scripted({right})).get(), "Jason"); }

TEST(CreateAsync, AsksAgain) {
  const auto transport = std::make_shared<ScriptedTransport>(std::vector<ScriptedReply>{wrong, right});
  const Client client = from_provider("openai/m", ClientOptions().transport(transport).api_key("k"));
  auto [user, completion] = client.create_with_completion_async<User>("Jason is 25").get();
  EXPECT_EQ(user.age, 25);
  EXPECT_EQ(completion.attempts.size(), 2u);
  EXPECT_EQ(transport->requests().size(), 2u);
}

TEST(CreateAsync, ThrowsWhatCreateThrows) {
  const Client client = testing::scripted({wrong}, ClientOptions().retry(RetryPolicy().max_retries(0)));
  try {
    client.create_async<User>("Jason is 25").get();
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::validation);
    EXPECT_EQ(error.attempts().size(), 1u);
  }
  const Client other = testing::scripted({wrong}, ClientOptions().retry(RetryPolicy().max_retries(0)));
  const std::expected<User, Error> tried = other.try_create_async<User>("Jason is 25").get();
  ASSERT_FALSE(tried.has_value());
  EXPECT_EQ(tried.error().code(), ErrorCode::validation);
}

TEST(CreateAsync, AsksForNothingBeforeItIsStarted) {
  const auto transport = std::make_shared<ScriptedTransport>(std::vector<ScriptedReply>{right});
  const Client client = from_provider("openai/m", ClientOptions().transport(transport).api_key("k"));
  {
    const Task<User> dropped = client.create_async<User>("Jason is 25");
  }
  EXPECT_TRUE(transport->requests().empty());
  Task<User> task = client.create_async<User>("Jason is 25");
  EXPECT_EQ(task.get().age, 25);
}

TEST(CreateAsync, CallsBack) {
  const Client client = testing::scripted({right});
  std::mutex mutex;
  std::condition_variable changed;
  std::string name;
  client.create_async<User>("Jason is 25").then([&](std::expected<User, Error> user) {
    const std::lock_guard lock(mutex);
    name = user ? user->name : user.error().what();
    changed.notify_one();
  });
  std::unique_lock lock(mutex);
  changed.wait(lock, [&] { return !name.empty(); });
  EXPECT_EQ(name, "Jason");
}

TEST(CreateAsync, ResumesOnTheExecutor) {
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<std::function<void()>> queue;
  const Client client = testing::scripted({right}, ClientOptions().executor([&](std::function<void()> work) {
    const std::lock_guard lock(mutex);
    queue.push_back(std::move(work));
    changed.notify_one();
  }));
  std::thread::id resumed_on;
  bool done = false;
  const auto body = [&](Client c) -> Task<void> {
    (void)co_await c.create_async<User>("Jason is 25");
    resumed_on = std::this_thread::get_id();
    done = true;
  };
  Task<void> task = body(client);
  task.start();
  while (!done) {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return !queue.empty(); });
    const std::function<void()> work = std::move(queue.front());
    queue.pop_front();
    lock.unlock();
    work();
  }
  EXPECT_EQ(resumed_on, std::this_thread::get_id());
}

TEST(CreateAsync, RefusesToWaitForItself) {
  const Client client = testing::scripted({right, right});
  const auto body = [](Client c) -> Task<std::string> {
    (void)co_await c.create_async<User>("Jason is 25");
    try {
      (void)c.create_async<User>("Jason is 25").get();
    } catch (const Error& error) {
      co_return error.message();
    }
    co_return "";
  };
  EXPECT_NE(body(client).get().find("would wait for itself"), std::string::npos);
}

// ---- streams -----------------------------------------------------------------------------------------------------

Task<std::vector<std::string>> names_seen(Client client) {
  std::vector<std::string> seen;
  auto stream = client.create_partial_async<User>("Jason is 25");
  while (const Partial<User>* partial = co_await stream.next())
    if (seen.empty() || seen.back() != (*partial)->name) seen.push_back((*partial)->name);
  seen.push_back(std::to_string((co_await stream.result()).age));
  co_return seen;
}

TEST(StreamAsync, ShowsWhatArrives) {
  const std::vector<std::string> seen = names_seen(testing::scripted({ScriptedReply(right).piece(3)})).get();
  ASSERT_GE(seen.size(), 3u);
  EXPECT_EQ(seen.back(), "25");
  EXPECT_EQ(seen[seen.size() - 2], "Jason");
}

struct Story {
  std::string text;
};

TEST(StreamAsync, GivesTheResultOfAnyNumberOfChanges) {
  const std::string text(1 << 18, 'x');
  const Client client = testing::scripted({ScriptedReply(R"({"text":")" + text + R"("})").piece(2)});
  EXPECT_EQ(client.create_partial_async<Story>("A long one").result().get().text, text);
}

Task<std::vector<std::string>> elements_seen(Client client) {
  std::vector<std::string> seen;
  auto stream = client.create_iterable_async<User>("Jason is 25, Sarah 30");
  while (User* user = co_await stream.next()) seen.push_back(std::move(user->name));
  co_return seen;
}

TEST(StreamAsync, HandsOutElements) {
  const Client client = testing::scripted({R"({"tasks":[{"name":"Jason","age":25},{"name":"Sarah","age":30}]})"});
  EXPECT_EQ(elements_seen(client).get(), (std::vector<std::string>{"Jason", "Sarah"}));
}

// ---- many --------------------------------------------------------------------------------------------------------

TEST(WhenAll, KeepsOrderAndLimit) {
  std::atomic<int> at_once = 0;
  std::atomic<int> most = 0;
  std::vector<ScriptedReply> replies(40, ScriptedReply(right));
  const Client client = testing::scripted(std::move(replies));
  const auto one = [&](Client c, int number) -> Task<int> {
    const int now = ++at_once;
    for (int seen = most; seen < now && !most.compare_exchange_weak(seen, now);) {
    }
    (void)co_await c.create_async<User>("Jason is 25");
    --at_once;
    co_return number;
  };
  std::vector<Task<int>> tasks;
  for (int i = 0; i < 40; ++i) tasks.push_back(one(client, i));
  const std::vector<int> numbers = when_all(std::move(tasks), 5).get();
  ASSERT_EQ(numbers.size(), 40u);
  for (int i = 0; i < 40; ++i) EXPECT_EQ(numbers[static_cast<std::size_t>(i)], i);
  EXPECT_LE(most, 5);
}

TEST(WhenAll, GivesDifferentTypes) {
  const Client client = testing::scripted({right, R"({"content":7})"});
  const auto [user, number] = when_all(client.create_async<User>("a"), client.create_async<int>("b")).get();
  EXPECT_EQ(user.age + number, 32);
}

TEST(WhenAll, CancelsTheOthersWhenOneFails) {
  support::RawServer silent([](support::Connection& connection) {
    (void)connection.read_request();
    connection.wait_for_close();
  });
  const Client waits = from_provider("openai/m", ClientOptions().base_url(silent.url()).api_key("k"));
  const Client fails = testing::scripted({wrong}, ClientOptions().retry(RetryPolicy().max_retries(0)));
  std::vector<Task<User>> tasks;
  tasks.push_back(waits.create_async<User>("a"));
  tasks.push_back(fails.create_async<User>("b"));
  tasks.push_back(waits.create_async<User>("c"));
  try {
    when_all(std::move(tasks)).get();
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::validation);
  }
}

}  // namespace
}  // namespace instructor
