// What becomes of a call when there is no answer, through clients: retries, limits, breakers, hedges, fallback.

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "instructor/async.hpp"
#include "instructor/fallback.hpp"
#include "instructor/instructor.hpp"
#include "instructor/testing.hpp"
#include "instructor/testing_faults.hpp"

namespace instructor {
namespace {

using testing::FakeClock;
using testing::ScriptedReply;
using testing::ScriptedTransport;

struct User {
  std::string name;
  int age = 0;

  static constexpr auto describe() { return model<User>("A person", field<&User::age>("In years", ge(0), le(130))); }
};

constexpr const char* right = R"({"name":"Jason","age":25})";
constexpr const char* wrong = R"({"name":"Jason","age":-1})";

ScriptedReply busy() { return ScriptedReply::error(503, "Overloaded"); }
ScriptedReply limited(std::string seconds) {
  return ScriptedReply::error(429, "Slow down", {{"retry-after", std::move(seconds)}});
}

const ClientOptions again = ClientOptions().transport_retry(TransportRetry().max_retries(3).base_delay({}));

/// A script, and the time of each request.
class Timed final : public Transport {
 public:
  Timed(std::vector<ScriptedReply> replies, std::shared_ptr<FakeClock> clock)
      : script_(std::make_shared<ScriptedTransport>(std::move(replies))), clock_(std::move(clock)) {}

  void send(const HttpRequest& request, HttpSink& sink) override {
    note();
    script_->send(request, sink);
  }
  std::unique_ptr<HttpExchange> open(HttpRequest request) override {
    note();
    return script_->open(std::move(request));
  }
  std::unique_ptr<HttpExchange> start(HttpRequest request, std::function<void()> wake) override {
    note();
    return script_->start(std::move(request), std::move(wake));
  }

  std::vector<double> seconds() const {
    const std::lock_guard lock(mutex_);
    return seconds_;
  }

 private:
  void note() {
    const std::lock_guard lock(mutex_);
    seconds_.push_back(clock_->now().seconds());
  }

  std::shared_ptr<ScriptedTransport> script_;
  std::shared_ptr<FakeClock> clock_;
  mutable std::mutex mutex_;
  std::vector<double> seconds_;
};

struct Fixture {
  std::shared_ptr<FakeClock> clock = std::make_shared<FakeClock>();
  std::shared_ptr<Timed> transport;
  Client client;

  explicit Fixture(std::vector<ScriptedReply> replies, ClientOptions options = {},
                   const std::string& model = "openai/m")
      : transport(std::make_shared<Timed>(std::move(replies), clock)),
        client(from_provider(model, options.transport(transport).clock(clock).api_key("sk-test-123456"))) {}

  /// On a thread that waits, while time is moved here; or as a task.
  std::expected<User, Error> ask(bool waits, const Request& request = "Jason is 25") {
    if (!waits) {
      Task<std::expected<User, Error>> task = client.try_create_async<User>(request);
      task.start();
      while (!task.done()) pass();
      return task.get();
    }
    std::atomic<bool> done = false;
    std::expected<User, Error> result = std::unexpected(Error(ErrorCode::cancelled, "none"));
    std::thread thread([&] {
      result = client.try_create<User>(request);
      done = true;
    });
    while (!done) pass();
    thread.join();
    return result;
  }
  void pass() {
    clock->advance(Duration::of_milliseconds(50));
    std::this_thread::yield();
  }
};

class Delivery : public ::testing::TestWithParam<bool> {};
INSTANTIATE_TEST_SUITE_P(Ways, Delivery, ::testing::Bool(),
                         [](const auto& way) { return way.param ? "Blocking" : "Async"; });

TEST_P(Delivery, SendsAgainAndTellsInTheLedger) {
  Fixture f({busy(), ScriptedReply::breaks(Error(ErrorCode::transport, "it broke")), right});
  const std::expected<User, Error> user = f.ask(GetParam());
  ASSERT_TRUE(user) << user.error().what();
  EXPECT_EQ(f.transport->seconds().size(), 3u);
}

TEST(DeliveryLedger, HasWhatWentWrongOnTheWay) {
  const Client client = testing::scripted({busy(), wrong, busy(), right}, again);
  const auto [user, completion] = client.create_with_completion<User>("Jason is 25");
  ASSERT_EQ(completion.attempts.size(), 2u);
  ASSERT_EQ(completion.attempts[0].reply.failed_sends.size(), 1u);
  EXPECT_EQ(completion.attempts[0].reply.failed_sends[0].http_status, 503);
  EXPECT_NE(completion.attempts[0].reply.failed_sends[0].failure.find("Overloaded"), std::string::npos);
  EXPECT_EQ(completion.attempts[1].reply.failed_sends.size(), 1u);
  EXPECT_EQ(completion.attempts[1].provider_and_model, "openai/scripted");
}

TEST_P(Delivery, WaitsAsLongAsTheProviderAsks) {
  Fixture f({limited("7"), right});
  ASSERT_TRUE(f.ask(GetParam()));
  const std::vector<double> at = f.transport->seconds();
  ASSERT_EQ(at.size(), 2u);
  EXPECT_GE(at[1] - at[0], 7);
}

TEST_P(Delivery, DoesNotWaitLongerThanItMay) {
  Fixture f({limited("3600"), right});
  const std::expected<User, Error> user = f.ask(GetParam());
  ASSERT_FALSE(user);
  EXPECT_EQ(user.error().code(), ErrorCode::rate_limited);
  ASSERT_TRUE(user.error().retry_after());
  EXPECT_EQ(user.error().retry_after()->seconds(), 3600);
  EXPECT_EQ(f.transport->seconds().size(), 1u);
}

TEST_P(Delivery, GivesUpAfterMaxRetries) {
  Fixture f({busy(), busy(), busy(), right}, ClientOptions().transport_retry(TransportRetry().max_retries(2)));
  const std::expected<User, Error> user = f.ask(GetParam());
  ASSERT_FALSE(user);
  EXPECT_EQ(user.error().code(), ErrorCode::overloaded);
  EXPECT_NE(user.error().message().find("sent 3 times"), std::string::npos) << user.error().message();
  EXPECT_EQ(user.error().attempts().at(0).reply.failed_sends.size(), 2u);
  EXPECT_EQ(f.transport->seconds().size(), 3u);
}

TEST_P(Delivery, DoesNotSendAgainWhatWouldFailAgain) {
  for (const int status : {400, 401, 403, 404, 422}) {
    Fixture f({ScriptedReply::error(status, "No"), right});
    EXPECT_FALSE(f.ask(GetParam())) << status;
    EXPECT_EQ(f.transport->seconds().size(), 1u) << status;
  }
}

TEST_P(Delivery, OutlastsAnOutageAndLeavesTheProviderAlone) {
  // Each call fails quickly while the breaker is open, and the first after its time is let through.
  std::vector<ScriptedReply> replies(10, busy());
  replies.emplace_back(right);
  replies.emplace_back(right);
  Fixture f(std::move(replies), ClientOptions().transport_retry(TransportRetry().max_retries(0)));
  // Nothing here waits, and time stands still.
  const auto ask_now = [&]() -> std::expected<User, Error> {
    if (GetParam()) return f.client.try_create<User>("Jason is 25");
    return f.client.try_create_async<User>("Jason is 25").get();
  };
  for (int i = 0; i < 10; ++i) EXPECT_FALSE(ask_now());
  const std::expected<User, Error> refused = ask_now();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().category(), ErrorCategory::retry_later);
  EXPECT_EQ(f.transport->seconds().size(), 10u) << "it was sent";
  f.clock->advance(Duration::of_seconds(31));
  EXPECT_TRUE(ask_now());
  EXPECT_TRUE(ask_now());
}

TEST_P(Delivery, SurvivesAStormOfLimits) {
  std::vector<ScriptedReply> replies;
  for (int i = 0; i < 4; ++i) replies.push_back(i % 2 == 0 ? limited("2") : ScriptedReply::error(429, "Slow down"));
  replies.emplace_back(right);
  Fixture f(std::move(replies));
  EXPECT_TRUE(f.ask(GetParam()));
  EXPECT_EQ(f.transport->seconds().size(), 5u);
}

TEST_P(Delivery, KeepsTheDeadlineOfTheCall) {
  Fixture f({limited("30"), right}, ClientOptions().retry(RetryPolicy().deadline(Duration::of_seconds(10))));
  const std::expected<User, Error> user = f.ask(GetParam());
  ASSERT_FALSE(user);
  EXPECT_EQ(f.transport->seconds().size(), 1u);
}

TEST_P(Delivery, KeepsTheRateThatIsAskedFor) {
  Fixture f(std::vector<ScriptedReply>(6, right), ClientOptions().rate_limit(RateLimit().requests_per_minute(10)));
  for (int i = 0; i < 6; ++i) ASSERT_TRUE(f.ask(GetParam()));
  const std::vector<double> at = f.transport->seconds();
  EXPECT_GE(at.back() - at.front(), 29);  // five times six seconds, but for when a request says that it goes
}

TEST_P(Delivery, EndsAtOnceWhenCancelledWhileItWaits) {
  Fixture f({limited("50"), right});
  const Cancellation stop;
  std::thread canceller([&] {
    while (f.transport->seconds().empty()) std::this_thread::yield();
    stop.cancel();
  });
  // Time stands still.
  std::expected<User, Error> user = std::unexpected(Error(ErrorCode::transport, "none"));
  const Request request = Request("Jason is 25").cancellation(stop);
  if (GetParam())
    user = f.client.try_create<User>(request);
  else
    user = f.client.try_create_async<User>(request).get();
  canceller.join();
  ASSERT_FALSE(user);
  EXPECT_EQ(user.error().code(), ErrorCode::cancelled);
  EXPECT_EQ(f.transport->seconds().size(), 1u);
}

// ---- streams -----------------------------------------------------------------------------------------------------

TEST(DeliveryStream, BeginsAnewWhenTheConnectionBreaks) {
  const auto script =
      std::make_shared<ScriptedTransport>(std::vector<ScriptedReply>{ScriptedReply(right).piece(2), right});
  const auto network = std::make_shared<testing::FaultyTransport>(script);
  network->plan({testing::Fault::resets_in_body(900)});
  const Client client = testing::scripted({}, again).over(network);
  auto stream = client.create_partial<User>("Jason is 25");
  bool restarted = false;
  for (const Partial<User>& partial : stream) {
    restarted = restarted || stream.restarted();
    (void)partial;
  }
  EXPECT_TRUE(restarted);
  EXPECT_EQ(stream.completion().attempts.size(), 1u);
}

TEST(DeliveryStream, KeepsElementsThatWereHandedOut) {
  const std::string list = R"({"tasks":[{"name":"A","age":1},{"name":"B","age":2}]})";
  const auto script =
      std::make_shared<ScriptedTransport>(std::vector<ScriptedReply>{ScriptedReply(list).piece(4), list});
  const auto network = std::make_shared<testing::FaultyTransport>(script);
  network->plan({testing::Fault::resets_in_body(2200)});
  const Client client = testing::scripted({}, again).over(network);
  auto stream = client.create_iterable<User>("...");
  std::vector<std::string> names;
  try {
    for (User& user : stream) names.push_back(user.name);
    ADD_FAILURE() << "it began anew";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::transport);
  }
  EXPECT_EQ(names, std::vector<std::string>{"A"});
}

TEST(DeliveryStream, IsCancelledFromAnotherThread) {
  const Client client = testing::scripted({ScriptedReply(right).piece(1)});
  auto stream = client.create_partial<User>("Jason is 25");
  ASSERT_NE(stream.next(), nullptr);
  std::thread([&] { stream.cancel(); }).join();
  try {
    while (stream.next() != nullptr) {
    }
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::cancelled);
  }
}

// ---- one request for many calls, many for one --------------------------------------------------------------------

/// Answers when it is told to.
class Held final : public Transport {
 public:
  void send(const HttpRequest&, HttpSink&) override { throw Error(ErrorCode::invalid_request, "not this way"); }
  std::unique_ptr<HttpExchange> start(HttpRequest request, std::function<void()> wake) override {
    const std::lock_guard lock(mutex_);
    auto box = std::make_shared<Box>();
    box->wake = std::move(wake);
    box->request = std::move(request);
    boxes_.push_back(box);
    changed_.notify_all();
    return std::make_unique<Exchange>(box);
  }

  void wait_for(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return boxes_.size() >= count; });
  }
  std::size_t count() {
    const std::lock_guard lock(mutex_);
    return boxes_.size();
  }
  void answer(std::size_t index, ScriptedReply reply) {
    std::shared_ptr<Box> box;
    {
      const std::lock_guard lock(mutex_);
      box = boxes_.at(index);
    }
    auto [head, body] = reply.render(box->request.body);
    std::function<void()> wake;
    {
      const std::lock_guard lock(box->mutex);
      box->head = std::move(head);
      box->body = std::move(body);
      box->there = true;
      wake = box->wake;
    }
    if (wake != nullptr) wake();
  }

 private:
  struct Box {
    std::mutex mutex;
    std::function<void()> wake;
    HttpRequest request;
    HttpHead head;
    std::string body;
    bool there = false;
  };
  class Exchange final : public HttpExchange {
   public:
    explicit Exchange(std::shared_ptr<Box> box) : box_(std::move(box)) {}
    ~Exchange() override {
      const std::lock_guard lock(box_->mutex);
      box_->wake = nullptr;
    }
    bool ready() override {
      const std::lock_guard lock(box_->mutex);
      return box_->there;
    }
    const HttpHead& head() override { return box_->head; }
    std::string_view read() override { return std::exchange(given_, true) ? std::string_view() : box_->body; }

   private:
    std::shared_ptr<Box> box_;
    bool given_ = false;
  };

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::shared_ptr<Box>> boxes_;
};

TEST(Hedging, TakesTheReplyThatComesFirst) {
  const auto clock = std::make_shared<FakeClock>();
  const auto held = std::make_shared<Held>();
  const Client client = from_provider("openai/m", ClientOptions().transport(held).clock(clock).api_key("k").hedge(
                                                      Hedge().after(Duration::of_seconds(2))));
  Task<User> task = client.create_async<User>("Jason is 25");
  task.start();
  held->wait_for(1);
  while (held->count() < 2) {
    clock->advance(Duration::of_seconds(1));
    std::this_thread::yield();
  }
  held->answer(1, right);
  EXPECT_EQ(task.get().age, 25);
  EXPECT_EQ(held->count(), 2u);
}

TEST(SingleFlightCalls, AreMadeOnce) {
  const auto held = std::make_shared<Held>();
  const Client client = from_provider("openai/m", ClientOptions().transport(held).api_key("k").single_flight(true));
  std::vector<Task<User>> tasks;
  for (int i = 0; i < 5; ++i) tasks.push_back(client.create_async<User>("Jason is 25"));
  tasks.push_back(client.create_async<User>("Somebody else"));
  for (Task<User>& task : tasks) task.start();
  held->wait_for(2);
  held->answer(0, right);
  held->answer(1, right);
  for (Task<User>& task : tasks) EXPECT_EQ(task.get().age, 25);
  EXPECT_EQ(held->count(), 2u);
}

TEST(SingleFlightCalls, GoOnWhenTheLeaderIsCancelled) {
  const auto held = std::make_shared<Held>();
  const Client client = from_provider("openai/m", ClientOptions().transport(held).api_key("k").single_flight(true));
  Task<User> leader = client.create_async<User>("Jason is 25");
  leader.start();
  held->wait_for(1);
  Task<User> other = client.create_async<User>("Jason is 25");
  other.start();
  leader.cancel();
  EXPECT_THROW((void)leader.get(), Error);
  held->wait_for(2);
  held->answer(1, right);
  EXPECT_EQ(other.get().age, 25);
}

// ---- fallback ----------------------------------------------------------------------------------------------------

TEST(Fallback, AsksTheNextClient) {
  Fixture first({ScriptedReply::error(401, "No such key")});
  Fixture second({wrong, right}, {}, "anthropic/claude-x");
  const Client client = fallback(std::vector<Client>{first.client, second.client});
  const auto [user, completion] = client.create_with_completion<User>("Jason is 25");
  EXPECT_EQ(user.age, 25);
  ASSERT_EQ(completion.attempts.size(), 3u);
  EXPECT_EQ(completion.attempts[0].provider_and_model, "openai/m");
  EXPECT_NE(completion.attempts[0].failure.find("No such key"), std::string::npos);
  EXPECT_EQ(completion.attempts[1].provider_and_model, "anthropic/claude-x");
  EXPECT_EQ(completion.attempts[1].issues.size(), 1u);
}

TEST(Fallback, GoesByTheKindOfError) {
  for (const bool also : {false, true}) {
    Fixture first({wrong}, ClientOptions().retry(RetryPolicy().max_retries(0)));
    Fixture second({right});
    FallbackPolicy policy;
    if (also) policy.on(ErrorCategory::show);
    const std::expected<User, Error> user =
        fallback(std::vector<Client>{first.client, second.client}, policy).try_create<User>("Jason is 25");
    EXPECT_EQ(user.has_value(), also);
    EXPECT_EQ(second.transport->seconds().size(), also ? 1u : 0u);
  }
}

TEST(Fallback, TellsAllWhenNoneCan) {
  Fixture first({ScriptedReply::error(401, "No such key")});
  Fixture second({ScriptedReply::error(403, "Not you")});
  const std::expected<User, Error> user =
      fallback(std::vector<Client>{first.client, second.client}).try_create<User>("Jason is 25");
  ASSERT_FALSE(user);
  EXPECT_EQ(user.error().code(), ErrorCode::permission);
  EXPECT_EQ(user.error().attempts().size(), 2u);
}

TEST(Fallback, LetsStreamsBeginAnew) {
  Fixture first({ScriptedReply::error(401, "No such key")});
  Fixture second({right});
  auto stream = fallback(std::vector<Client>{first.client, second.client}).create_partial<User>("Jason is 25");
  EXPECT_EQ(stream.result().age, 25);
  EXPECT_EQ(stream.completion().attempts.size(), 2u);
}

TEST(Fallback, IsForAsynchronousCallsToo) {
  Fixture first({ScriptedReply::error(401, "No such key")});
  Fixture second({right});
  EXPECT_EQ(fallback(std::vector<Client>{first.client, second.client}).create_async<User>("x").get().age, 25);
  EXPECT_THROW((void)fallback(std::vector<Client>()), Error);
}

}  // namespace
}  // namespace instructor
