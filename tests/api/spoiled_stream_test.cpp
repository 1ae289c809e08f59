// Streams whose events come twice or in another order. Nothing on the wire tells it: what is put together is the value
// that was sent, or an error; the elements that are handed out are those that were sent, in their order.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "instructor/instructor.hpp"
#include "instructor/testing.hpp"

namespace instructor {
namespace {

/// Of any numbers: what is spoiled may have others than were sent.
constexpr std::int64_t check_of(std::int64_t id, std::int64_t number) {
  return (id % 99'991 * 7919 + number % 99'991 * 104'729 + 17) % 999'983;
}

struct Seat {
  std::int64_t id = 0;
  std::int64_t number = 0;
  std::int64_t check = 0;

  friend bool operator==(const Seat&, const Seat&) = default;
  void validate(Issues& issues) const {
    if (check != check_of(id, number)) issues.add(&Seat::check, "must fit the id and the number");
  }
};

/// Answers each stream with the same events.
class SameEvents final : public Transport {
 public:
  void send(const HttpRequest&, HttpSink&) override { ADD_FAILURE() << "a stream was wanted"; }
  std::unique_ptr<HttpExchange> open(HttpRequest request) override {
    asked_ = request.body;
    return std::make_unique<Exchange>(body);
  }
  const std::string& asked() const { return asked_; }

  std::string body;

 private:
  class Exchange final : public HttpExchange {
   public:
    explicit Exchange(std::string body) : body_(std::move(body)) {
      head_.status = 200;
      head_.headers.push_back({"content-type", "text/event-stream"});
    }
    const HttpHead& head() override { return head_; }
    std::string_view read() override { return std::exchange(read_, true) ? std::string_view() : body_; }

   private:
    HttpHead head_;
    std::string body_;
    bool read_ = false;
  };

  std::string asked_;
};

std::vector<std::string> events_of(std::string_view body) {
  std::vector<std::string> events;
  while (!body.empty()) {
    const std::size_t size = std::min(body.find("\n\n") + 2, body.size());
    events.emplace_back(body.substr(0, size));
    body.remove_prefix(size);
  }
  return events;
}

class SpoiledStream : public ::testing::TestWithParam<Mode> {
  std::shared_ptr<SameEvents> transport_ = std::make_shared<SameEvents>();

 protected:
  Client client_ = from_provider("openai/x", ClientOptions().api_key("k").mode(GetParam()).transport(transport_));

  /// Calls `take` for `answer` as it arrives with one event spoiled, for each event of the answer's.
  template <class Take>
  void spoil(const std::string& answer, Take&& take) {
    transport_->body.clear();
    std::forward<Take>(take)();  // for the request alone
    const std::string asked = transport_->asked();
    for (const std::size_t piece : {1U, 2U, 3U, 5U, 6U, 8U, 11U}) {
      const auto [head, body] = testing::ScriptedReply(answer).piece(piece).render(asked);
      const std::vector<std::string> events = events_of(body);
      for (std::size_t at = 1; at + 4 < events.size(); ++at) {
        std::vector<std::string> twice = events;
        twice.insert(twice.begin() + static_cast<std::ptrdiff_t>(at), events[at]);
        std::vector<std::string> swapped = events;
        std::swap(swapped[at], swapped[at + 1]);
        for (const std::vector<std::string>* const spoiled : {&twice, &swapped}) {
          transport_->body.clear();
          for (const std::string& event : *spoiled) transport_->body += event;
          std::forward<Take>(take)();
        }
      }
    }
  }
};

TEST_P(SpoiledStream, ElementsAreThoseThatWereSent) {
  std::vector<Seat> seats;
  std::string answer;
  for (int number = 0; number < 3; ++number) {
    seats.push_back({6789, number, check_of(6789, number)});
    answer += (number == 0 ? R"({"tasks":[)" : ",") + encode(seats.back());
  }
  answer += "]}";
  int whole = 0;
  spoil(answer, [&] {
    std::vector<Seat> taken;
    std::string repairs;
    bool failed = false;
    try {
      auto stream = client_.create_iterable<Seat>(Request("x").max_retries(0));
      while (const Seat* const seat = stream.next()) taken.push_back(*seat);
      repairs = stream.completion().repairs.text();
    } catch (const Error&) {
      failed = true;
    }
    ASSERT_LE(taken.size(), seats.size()) << repairs;
    EXPECT_TRUE(std::equal(taken.begin(), taken.end(), seats.begin())) << repairs;
    if (failed) return;
    EXPECT_EQ(taken.size(), seats.size()) << repairs;
    ++whole;
  });
  EXPECT_GT(whole, 20);
}

TEST_P(SpoiledStream, AValueIsTheOneThatWasSent) {
  const Seat seat{424242, 1, check_of(424242, 1)};
  int whole = 0;
  spoil(encode(seat), [&] {
    try {
      auto stream = client_.create_partial<Seat>(Request("x").max_retries(0));
      EXPECT_EQ(stream.result(), seat) << stream.completion().repairs.text();
      ++whole;
    } catch (const Error&) {
    }
  });
  EXPECT_GT(whole, 5);
}

INSTANTIATE_TEST_SUITE_P(, SpoiledStream, ::testing::Values(Mode::tools, Mode::json, Mode::md_json),
                         [](const auto& tested) { return std::string(to_string(tested.param)); });

struct Ticket {
  int id;
};

/// The elements of an answer, and what is told to those who ask again.
std::string taken_from(const testing::ScriptedReply& first, Mode mode) {
  const Client client = testing::scripted({first, R"({"tasks":[{"id":9}]})"}, ClientOptions().mode(mode));
  auto stream = client.create_iterable<Ticket>("x");
  std::string taken;
  while (const Ticket* const ticket = stream.next()) taken += std::to_string(ticket->id) + " ";
  return taken + "of " + std::to_string(stream.completion().attempts.size());
}

TEST(HandedOut, WhatIsHandedOutIsOfOneList) {
  for (const Mode mode : {Mode::tools, Mode::json, Mode::md_json}) {
    EXPECT_EQ(taken_from(R"({"tasks":[{"id":1}]}{"tasks":[{"id":2},{"id":3}]})", mode), "1 9 of 2") << to_string(mode);
    EXPECT_EQ(taken_from(R"([{"id":1}] and so [{"id":2},{"id":3}])", mode), "1 9 of 2") << to_string(mode);
    EXPECT_EQ(taken_from(R"([{"id":1}] and so [1])", mode), "1 of 1") << to_string(mode);
    EXPECT_EQ(taken_from(R"({"tasks":[{"id":1},{"id":2}])", mode), "1 2 of 1") << to_string(mode) << ", not closed";
    EXPECT_EQ(taken_from(R"({"tasks":[{"id":1} {"id":"2"}])", mode), "1 2 of 1") << to_string(mode) << ", mended";
    EXPECT_EQ(taken_from(R"({"id":1} {"id":2})", mode), "1 2 of 1") << to_string(mode) << ", items alone";
  }
}

TEST(HandedOut, AnElementWhoseTextIsTooBrokenIsAskedForAgain) {
  EXPECT_EQ(taken_from(R"({"tasks":[{"id":1},{"id" 2,"x"y":1},{"id":3}]})", Mode::tools), "1 9 of 2");
}

}  // namespace
}  // namespace instructor
