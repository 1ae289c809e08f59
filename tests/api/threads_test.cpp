#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include <nlohmann/json.hpp>

#include <instructor/instructor.hpp>
#include <instructor/testing.hpp>

namespace {

struct Inner {
  std::map<std::string, int> counts;
  static constexpr auto describe() {
    return instructor::model<Inner>(instructor::field<&Inner::counts>(instructor::min_items(1)));
  }
};
struct Value {
  std::string name;
  std::vector<Inner> inner;
  static constexpr auto describe() {
    return instructor::model<Value>(instructor::field<&Value::name>(instructor::pattern("^[a-z]+$")));
  }
};

/// Gives every request the same answer.
class Fixed final : public instructor::Transport {
 public:
  void send(const instructor::HttpRequest& request, instructor::HttpSink& sink) override {
    auto [head, body] =
        instructor::testing::ScriptedReply(R"({"name":"a","inner":[{"counts":{"x":1}}]})").render(request.body);
    sink.head(std::move(head));
    sink.body(body);
  }
};

TEST(Threads, ShareAClientAndTheTablesBehindIt) {
  const instructor::Client client = instructor::from_provider(
      "openai/x", instructor::ClientOptions().api_key("sk-123456").transport(std::make_shared<Fixed>()));
  std::atomic<int> right = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 16; ++t)
    threads.emplace_back([&] {
      // The first calls meet before anything has been worked out for the types.
      for (int i = 0; i < 20; ++i)
        if (client.create<Value>("...").inner.at(0).counts.at("x") == 1) ++right;
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(right, 320);
}

}  // namespace
