#include "reliability/single_flight.hpp"

#include <atomic>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "instructor/error.hpp"

namespace instructor {
namespace {

using Flight = SingleFlight<std::string>;
using Part = Flight::Part;

std::shared_ptr<const std::string> text(const char* value) { return std::make_shared<const std::string>(value); }

TEST(SingleFlight, OneLeadsAndAllGetTheSame) {
  Flight flights;
  int woken = 0;
  Flight::Seat leader = flights.join("key", [] {});
  Flight::Seat follower = flights.join("key", [&] { ++woken; });
  Flight::Seat other = flights.join("other", [] {});
  EXPECT_EQ(leader.part(), Part::lead);
  EXPECT_EQ(follower.part(), Part::wait);
  EXPECT_EQ(other.part(), Part::lead);
  leader.land(text("result"));
  EXPECT_EQ(woken, 1);
  EXPECT_EQ(follower.part(), Part::taken);
  EXPECT_EQ(leader.part(), Part::taken);
  EXPECT_EQ(*follower.result(), "result");
  EXPECT_EQ(follower.result(), leader.result());
  EXPECT_EQ(other.part(), Part::lead);
}

TEST(SingleFlight, NothingIsKept) {
  Flight flights;
  Flight::Seat first = flights.join("key", [] {});
  first.land(text("old"));
  Flight::Seat second = flights.join("key", [] {});
  EXPECT_EQ(second.part(), Part::lead);
  EXPECT_EQ(*first.result(), "old");
}

TEST(SingleFlight, FailuresAreSharedToo) {
  Flight flights;
  Flight::Seat leader = flights.join("key", [] {});
  Flight::Seat follower = flights.join("key", [] {});
  leader.fail(std::make_exception_ptr(Error(ErrorCode::transport, "broken")));
  for (const Flight::Seat* const seat : {&leader, &follower, &follower}) {
    try {
      (void)seat->result();
      ADD_FAILURE();
    } catch (Error& error) {
      EXPECT_EQ(error.message(), "broken");
      const Error taken = std::move(error);  // nobody else's
    }
  }
  Flight::Seat next = flights.join("key", [] {});
  next.fail(std::make_exception_ptr(std::runtime_error("other")));
  EXPECT_THROW((void)next.result(), std::runtime_error);
}

TEST(SingleFlight, WhenTheLeaderLeavesTheNextTakesOver) {
  Flight flights;
  int second_woken = 0;
  int third_woken = 0;
  std::optional<Flight::Seat> leader = flights.join("key", [] {});
  std::optional<Flight::Seat> second = flights.join("key", [&] { ++second_woken; });
  Flight::Seat third = flights.join("key", [&] { ++third_woken; });
  leader.reset();
  EXPECT_EQ(second_woken, 1);
  EXPECT_EQ(third_woken, 0);
  EXPECT_EQ(second->part(), Part::lead);
  EXPECT_EQ(third.part(), Part::wait);
  second.reset();
  EXPECT_EQ(third.part(), Part::lead);
  third.land(text("result"));
  EXPECT_EQ(*third.result(), "result");
}

TEST(SingleFlight, WhoLeavesIsMissedByNobody) {
  Flight flights;
  int woken = 0;
  {
    Flight::Seat leader = flights.join("key", [] {});
    {
      Flight::Seat follower = flights.join("key", [&] { ++woken; });
    }
    leader.land(text("result"));
  }
  EXPECT_EQ(woken, 0);
  {
    Flight::Seat alone = flights.join("key", [] {});
  }
  EXPECT_EQ(flights.join("key", [] {}).part(), Part::lead);
}

TEST(SingleFlight, OnlyTheLeaderLands) {
  Flight flights;
  Flight::Seat leader = flights.join("key", [] {});
  Flight::Seat follower = flights.join("key", [] {});
  follower.land(text("wrong"));
  EXPECT_EQ(leader.part(), Part::lead);
  leader.land(text("first"));
  leader.land(text("second"));
  EXPECT_EQ(*follower.result(), "first");
}

TEST(SingleFlight, SeatsOutliveIt) {
  std::optional<Flight::Seat> seat;
  {
    Flight flights;
    seat = flights.join("key", [] {});
  }
  seat->land(text("result"));
  EXPECT_EQ(*seat->result(), "result");
}

TEST(SingleFlight, ThreadsShareWork) {
  Flight flights;
  std::atomic<int> working = 0;
  std::atomic<int> done = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&, i] {
      for (int k = 0; k < 200; ++k) {
        std::atomic<int> woken = 0;
        Flight::Seat seat = flights.join("key", [&] {
          ++woken;
          woken.notify_one();
        });
        for (;;) {
          const int before = woken;
          const Part part = seat.part();
          if (part == Part::taken) {
            EXPECT_EQ(*seat.result(), "result");
            ++done;
            break;
          }
          if (part == Part::lead) {
            EXPECT_EQ(++working, 1);
            --working;
            if ((i + k) % 3 == 0) break;  // cancelled
            seat.land(text("result"));
            continue;
          }
          woken.wait(before);
        }
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_GT(done, 0);
}

}  // namespace
}  // namespace instructor
