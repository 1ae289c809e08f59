// A call ends at once, wherever it is, when it is cancelled or nobody holds it any more. Nothing leaks (with
// AddressSanitizer), nothing is touched that is gone (with ThreadSanitizer).

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>

#include <nlohmann/json.hpp>

#include "instructor/async.hpp"
#include "instructor/instructor.hpp"
#include "instructor/testing.hpp"
#include "support/raw_server.hpp"

namespace instructor {
namespace {

using support::Connection;
using support::RawServer;

struct User {
  std::string name;
  int age = 0;
};

/// Says when it has got so far.
class Reached {
 public:
  void signal() {
    const std::lock_guard lock(mutex_);
    reached_ = true;
    changed_.notify_all();
  }
  void wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return reached_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool reached_ = false;
};

constexpr const char* stream_head =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";

std::string chunk(const std::string& text) {
  char size[16];
  std::snprintf(size, sizeof size, "%zx", text.size());
  return std::string(size) + "\r\n" + text + "\r\n";
}

std::string event(const std::string& arguments) {
  const Json delta = {
      {"choices",
       {{{"index", 0},
         {"delta",
          {{"tool_calls",
            {{{"index", 0}, {"id", "call_1"}, {"function", {{"name", "User"}, {"arguments", arguments}}}}}}}}}}}};
  return chunk("data: " + encode(delta) + "\n\n");
}

/// Stops answering at a certain point, and says so.
struct Stuck {
  enum class Where { before_head, after_head, in_events };

  explicit Stuck(Where where)
      : server([this, where](Connection& connection) {
          if (connection.read_request().empty()) return;
          if (where != Where::before_head) connection.write(stream_head);
          if (where == Where::in_events) connection.write(event(R"({"name":"Ja)"));
          reached.signal();
          connection.wait_for_close();
          closed.signal();
        }) {}

  Reached reached;
  Reached closed;
  RawServer server;

  Client client() const { return from_provider("openai/m", ClientOptions().base_url(server.url()).api_key("k")); }
};

constexpr Stuck::Where everywhere[] = {Stuck::Where::before_head, Stuck::Where::after_head, Stuck::Where::in_events};

template <class Call>
void expect_cancelled(Call call) {
  try {
    call();
    FAIL() << "it was not cancelled";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::cancelled) << error.what();
  }
}

TEST(Cancel, EndsTasks) {
  for (const Stuck::Where where : everywhere) {
    Stuck stuck(where);
    Task<User> task = stuck.client().create_async<User>(Request("x").fail_fast(where == Stuck::Where::in_events));
    task.start();
    stuck.reached.wait();
    task.cancel();
    expect_cancelled([&] { (void)task.get(); });
    stuck.closed.wait();
  }
}

TEST(Cancel, EndsTasksThatHaveNotBegun) {
  Stuck stuck(Stuck::Where::before_head);
  Task<User> task = stuck.client().create_async<User>("x");
  task.cancel();
  expect_cancelled([&] { (void)task.get(); });
  EXPECT_EQ(stuck.server.connections(), 0);
}

TEST(Cancel, EndsBlockingCalls) {
  for (const Stuck::Where where : everywhere) {
    Stuck stuck(where);
    const Cancellation stop;
    std::thread canceller([&] {
      stuck.reached.wait();
      stop.cancel();
    });
    expect_cancelled([&] {
      (void)stuck.client().create<User>(Request("x").cancellation(stop).fail_fast(where == Stuck::Where::in_events));
    });
    canceller.join();
    stuck.closed.wait();
  }
}

TEST(Cancel, IsWhatAStopTokenAsksFor) {
  Stuck stuck(Stuck::Where::before_head);
  std::stop_source source;
  std::thread canceller([&] {
    stuck.reached.wait();
    source.request_stop();
  });
  expect_cancelled([&] { (void)stuck.client().create<User>(Request("x").stop(source.get_token())); });
  canceller.join();
}

TEST(Cancel, EndsStreams) {
  for (const Stuck::Where where : everywhere) {
    Stuck stuck(where);
    auto stream = stuck.client().create_partial<User>("x");
    std::thread canceller([&] {
      stuck.reached.wait();
      stream.cancel();
    });
    expect_cancelled([&] {
      while (stream.next() != nullptr) {
      }
    });
    canceller.join();
  }
}

Task<int> look(Client client, std::atomic<int>* ended) {
  struct Count {
    std::atomic<int>* ended;
    ~Count() { ++*ended; }
  } const count{ended};
  auto stream = client.create_partial_async<User>("x");
  int views = 0;
  while (const Partial<User>* partial = co_await stream.next()) views += (*partial)->age == 0 ? 1 : 2;
  co_return views;
}

TEST(Cancel, EndsAsynchronousStreams) {
  for (const Stuck::Where where : everywhere) {
    Stuck stuck(where);
    std::atomic<int> ended = 0;
    Task<int> task = look(stuck.client(), &ended);
    task.start();
    stuck.reached.wait();
    task.cancel();
    expect_cancelled([&] { (void)task.get(); });
    EXPECT_EQ(ended, 1);
    stuck.closed.wait();
  }
}

TEST(Cancel, IsWhatDestroyingATaskDoes) {
  for (const Stuck::Where where : everywhere) {
    Stuck stuck(where);
    std::atomic<int> ended = 0;
    {
      Task<int> task = look(stuck.client(), &ended);
      task.start();
      stuck.reached.wait();
    }
    stuck.closed.wait();
    while (ended == 0) std::this_thread::yield();
  }
}

TEST(Cancel, ReachesWhatACoroutineWaitsFor) {
  Stuck stuck(Stuck::Where::before_head);
  const auto outer = [](Client client) -> Task<int> {
    std::vector<Task<User>> tasks;
    for (int i = 0; i < 3; ++i) tasks.push_back(client.create_async<User>("x"));
    const std::vector<User> users = co_await when_all(std::move(tasks));
    co_return static_cast<int>(users.size());
  };
  Task<int> task = outer(stuck.client());
  task.start();
  stuck.reached.wait();
  task.cancel();
  expect_cancelled([&] { (void)task.get(); });
}

TEST(Cancel, ComesAtAnyMoment) {
  RawServer server([](Connection& connection) {
    while (!connection.read_request().empty())
      if (!connection.respond(
              R"({"choices":[{"message":{"tool_calls":[{"id":"c","type":"function","function":{"name":"User","arguments":"{\"name\":\"J\",\"age\":1}"}}]},"finish_reason":"tool_calls"}]})"))
        return;
  });
  const Client client = from_provider("openai/m", ClientOptions().base_url(server.url()).api_key("k"));
  int cancelled = 0;
  int whole = 0;
  for (int i = 0; i < 200; ++i) {
    Task<User> task = client.create_async<User>("x");
    task.start();
    for (int spin = 0; spin < i * 20; ++spin) std::this_thread::yield();
    task.cancel();
    try {
      EXPECT_EQ(task.get().name, "J");
      ++whole;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::cancelled) << error.what();
      ++cancelled;
    }
  }
  EXPECT_EQ(cancelled + whole, 200);
}

}  // namespace
}  // namespace instructor
