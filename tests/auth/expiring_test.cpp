#include "auth/expiring.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <string>
#include <thread>
#include <vector>

namespace instructor {
namespace {

using namespace std::chrono_literals;

using Token = Expiring<std::string>;

class ExpiringValue : public ::testing::Test {
 protected:
  std::string get(Token& token) {
    return token.get(clock, [&]() -> Token::Fetched {
      ++fetches;
      if (fails) throw Error(ErrorCode::server_error, "no " + std::to_string(fetches));
      return {"token " + std::to_string(fetches), clock() + life};
    });
  }

  std::atomic<std::int64_t> now = 1000;
  WallClock clock = [this] { return std::chrono::sys_seconds(std::chrono::seconds(now.load())); };
  std::atomic<int> fetches = 0;
  std::atomic<bool> fails = false;
  std::chrono::seconds life = 3600s;
};

TEST_F(ExpiringValue, IsFetchedAnewBeforeItExpires) {
  Token token(300s);
  EXPECT_EQ(get(token), "token 1");
  now = 1000 + 3299;
  EXPECT_EQ(get(token), "token 1");
  now = 1000 + 3300;
  EXPECT_EQ(get(token), "token 2");
}

TEST_F(ExpiringValue, ThatLivesShortIsUsedForHalfOfItsLife) {
  Token token(300s);
  life = 100s;
  EXPECT_EQ(get(token), "token 1");
  now = 1000 + 49;
  EXPECT_EQ(get(token), "token 1");
  now = 1000 + 50;
  EXPECT_EQ(get(token), "token 2");
}

TEST_F(ExpiringValue, ThatHasExpiredOnArrivalIsUsedOnce) {
  Token token(300s);
  life = -10s;
  EXPECT_EQ(get(token), "token 1");
  EXPECT_EQ(get(token), "token 2");
}

TEST_F(ExpiringValue, OutlastsFailuresAsLongAsItHolds) {
  Token token(300s);
  EXPECT_EQ(get(token), "token 1");
  fails = true;
  now = 1000 + 3400;
  EXPECT_EQ(get(token), "token 1");
  EXPECT_EQ(get(token), "token 1");
  EXPECT_EQ(fetches, 2) << "who has just failed is left alone for a while";
  now = 1000 + 3430;
  EXPECT_EQ(get(token), "token 1");
  EXPECT_EQ(fetches, 3);
  now = 1000 + 3600;
  EXPECT_THROW(get(token), Error);
  fails = false;
  EXPECT_EQ(get(token), "token 5");
}

/// Runs `count` threads that all ask while the first fetch is under way, and returns what they got.
std::vector<std::string> from_many_threads(Token& token, const WallClock& clock, std::ptrdiff_t count, bool fail,
                                           std::atomic<int>& fetches) {
  std::latch asking(count);
  std::vector<std::string> got(static_cast<std::size_t>(count));
  std::vector<std::thread> threads;
  for (std::string& mine : got)
    threads.emplace_back([&] {
      asking.count_down();
      try {
        mine = token.get(clock, [&]() -> Token::Fetched {
          ++fetches;
          asking.wait();  // until all are about to ask
          if (fail) throw Error(ErrorCode::server_error, "busy");
          return {"token", clock() + 3600s};
        });
      } catch (const Error& error) {
        mine = error.message();
      }
    });
  for (std::thread& thread : threads) thread.join();
  return got;
}

TEST_F(ExpiringValue, IsFetchedOnceForManyThreads) {
  Token token(300s);
  const std::vector<std::string> got = from_many_threads(token, clock, 8, false, fetches);
  EXPECT_EQ(got, std::vector<std::string>(8, "token"));
  EXPECT_EQ(fetches, 1);
}

TEST_F(ExpiringValue, ThatCannotBeFetchedIsAnErrorForAllWhoWait) {
  Token token(300s);
  const std::vector<std::string> got = from_many_threads(token, clock, 8, true, fetches);
  EXPECT_EQ(got, std::vector<std::string>(8, "busy"));
}

TEST_F(ExpiringValue, StaysInUseWhileAnotherThreadFetches) {
  Token token(300s);
  EXPECT_EQ(get(token), "token 1");
  now = 1000 + 3400;
  std::string seen;
  const std::string fetched = token.get(clock, [&]() -> Token::Fetched {
    std::thread([&] { seen = get(token); }).join();  // does not wait for us
    return {"new", clock() + 3600s};
  });
  EXPECT_EQ(seen, "token 1");
  EXPECT_EQ(fetched, "new");
  EXPECT_EQ(fetches, 1);
}

}  // namespace
}  // namespace instructor
