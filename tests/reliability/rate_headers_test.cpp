#include "reliability/rate_headers.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace instructor {
namespace {

// 2026-08-19T14:34:22Z
constexpr Duration now = Duration::of_seconds(1'787'150'062);

RateLimits read(std::vector<HttpHeader> headers) {
  HttpHead head;
  head.status = 200;
  head.headers = std::move(headers);
  return read_rate_limits(head, now);
}

Duration seconds(double count) { return Duration::of_nanoseconds(static_cast<std::int64_t>(count * 1e9)); }

std::optional<Duration> reset(const char* text) { return read({{"x-ratelimit-reset-requests", text}}).requests_reset; }

TEST(RateHeaders, ReadsWhatOpenAiSays) {
  const RateLimits limits = read({{"x-ratelimit-limit-requests", "500"},
                                  {"x-ratelimit-limit-tokens", "200000"},
                                  {"x-ratelimit-remaining-requests", "499"},
                                  {"x-ratelimit-remaining-tokens", "199961"},
                                  {"x-ratelimit-reset-requests", "120ms"},
                                  {"x-ratelimit-reset-tokens", "11ms"}});
  EXPECT_EQ(limits.requests_limit, 500);
  EXPECT_EQ(limits.requests_left, 499);
  EXPECT_EQ(limits.requests_reset, Duration::of_milliseconds(120));
  EXPECT_EQ(limits.tokens_limit, 200000);
  EXPECT_EQ(limits.tokens_left, 199961);
  EXPECT_EQ(limits.tokens_reset, Duration::of_milliseconds(11));
  EXPECT_EQ(limits.input_tokens_left, std::nullopt);
  EXPECT_TRUE(limits.gradual);
}

TEST(RateHeaders, ReadsWhatAnthropicSays) {
  const RateLimits limits = read({{"anthropic-ratelimit-requests-limit", "50"},
                                  {"anthropic-ratelimit-requests-remaining", "49"},
                                  {"anthropic-ratelimit-requests-reset", "2026-08-19T14:34:23Z"},
                                  {"anthropic-ratelimit-tokens-limit", "480000"},
                                  {"anthropic-ratelimit-tokens-remaining", "478000"},
                                  {"anthropic-ratelimit-tokens-reset", "2026-08-19T14:34:22.5Z"},
                                  {"anthropic-ratelimit-input-tokens-limit", "400000"},
                                  {"anthropic-ratelimit-input-tokens-remaining", "399000"},
                                  {"anthropic-ratelimit-input-tokens-reset", "2026-08-19T16:34:32+02:00"},
                                  {"anthropic-ratelimit-output-tokens-limit", "80000"},
                                  {"anthropic-ratelimit-output-tokens-remaining", "79000"},
                                  {"anthropic-ratelimit-output-tokens-reset", "2026-08-19T14:34:20Z"}});
  EXPECT_EQ(limits.requests_limit, 50);
  EXPECT_EQ(limits.requests_left, 49);
  EXPECT_EQ(limits.requests_reset, Duration::of_seconds(1));
  EXPECT_EQ(limits.tokens_limit, 480000);
  EXPECT_EQ(limits.tokens_left, 478000);
  EXPECT_EQ(limits.tokens_reset, Duration::of_milliseconds(500));
  EXPECT_EQ(limits.input_tokens_limit, 400000);
  EXPECT_EQ(limits.input_tokens_left, 399000);
  EXPECT_EQ(limits.input_tokens_reset, Duration::of_seconds(10));
  EXPECT_EQ(limits.output_tokens_limit, 80000);
  EXPECT_EQ(limits.output_tokens_left, 79000);
  EXPECT_EQ(limits.output_tokens_reset, Duration()) << "what is over is over now";
  EXPECT_TRUE(limits.gradual);
}

TEST(RateHeaders, TakesMomentsByTheClockOfTheServer) {
  const RateLimits limits =
      read({{"date", "Wed, 19 Aug 2026 13:00:00 GMT"}, {"anthropic-ratelimit-requests-reset", "2026-08-19T13:00:07Z"}});
  EXPECT_EQ(limits.requests_reset, Duration::of_seconds(7));
}

TEST(RateHeaders, WorksOutWhatAzureMeans) {
  // Both are recorded replies: the same service says milliseconds in the one and seconds in the other.
  const RateLimits milliseconds = read({{"x-ratelimit-limit-requests", "120"},
                                        {"x-ratelimit-limit-tokens", "120000"},
                                        {"x-ratelimit-remaining-requests", "119"},
                                        {"x-ratelimit-remaining-tokens", "119986"},
                                        {"x-ratelimit-renewalperiod-requests", "60"},
                                        {"x-ratelimit-renewalperiod-tokens", "60"},
                                        {"x-ratelimit-reset-requests", "500"},
                                        {"x-ratelimit-reset-tokens", "7"}});
  EXPECT_EQ(milliseconds.requests_reset, Duration::of_milliseconds(500));
  EXPECT_EQ(milliseconds.tokens_reset, Duration::of_milliseconds(7));
  const RateLimits whole_seconds = read({{"x-ratelimit-limit-requests", "50"},
                                         {"x-ratelimit-remaining-requests", "49"},
                                         {"x-ratelimit-renewalperiod-requests", "60"},
                                         {"x-ratelimit-reset-requests", "1"}});
  EXPECT_EQ(whole_seconds.requests_reset, Duration::of_milliseconds(1200));
  EXPECT_TRUE(whole_seconds.gradual);
}

TEST(RateHeaders, ReadsTheOtherSpellings) {
  const RateLimits mistral = read({{"ratelimitbysize-limit", "500000"},
                                   {"ratelimitbysize-remaining", "307190"},
                                   {"ratelimitbysize-reset", "46"},
                                   {"x-ratelimitbysize-remaining-month", "997278920"}});
  EXPECT_EQ(mistral.tokens_limit, 500000);
  EXPECT_EQ(mistral.tokens_left, 307190);
  EXPECT_EQ(mistral.tokens_reset, Duration::of_seconds(46));
  EXPECT_FALSE(mistral.gradual);

  const RateLimits newer_mistral = read({{"x-ratelimit-limit-req-minute", "360"},
                                         {"x-ratelimit-remaining-req-minute", "358"},
                                         {"x-ratelimit-remaining-req-10-second", "50"},
                                         {"x-ratelimit-limit-tokens-minute", "20000000"},
                                         {"x-ratelimit-remaining-tokens-minute", "19999990"}});
  EXPECT_EQ(newer_mistral.requests_limit, 360);
  EXPECT_EQ(newer_mistral.requests_left, 358);
  EXPECT_EQ(newer_mistral.tokens_limit, 20000000);
  EXPECT_EQ(newer_mistral.tokens_left, 19999990);

  const RateLimits cerebras = read({{"x-ratelimit-limit-requests-day", "1000000000"},
                                    {"x-ratelimit-remaining-requests-day", "999997455"},
                                    {"x-ratelimit-reset-requests-day", "33011.382867"},
                                    {"x-ratelimit-reset-tokens-minute", "11.38"}});
  EXPECT_EQ(cerebras.requests_left, 999997455);
  EXPECT_EQ(cerebras.requests_reset, seconds(33011.382867));
  EXPECT_EQ(cerebras.tokens_reset, seconds(11.38));

  const RateLimits together =
      read({{"x-ratelimit-limit", "2"}, {"x-ratelimit-remaining", "1"}, {"x-ratelimit-reset", "2"}});
  EXPECT_EQ(together.requests_limit, 2);
  EXPECT_EQ(together.requests_left, 1);
  EXPECT_EQ(together.requests_reset, Duration::of_seconds(2));
  EXPECT_FALSE(together.gradual);
}

TEST(RateHeaders, ReadsEveryDraftOfTheStandard) {
  const RateLimits three =
      read({{"ratelimit-limit", "100, 100;w=60"}, {"ratelimit-remaining", "0"}, {"ratelimit-reset", "12"}});
  EXPECT_EQ(three.requests_limit, 100);
  EXPECT_EQ(three.requests_left, 0);
  EXPECT_EQ(three.requests_reset, Duration::of_seconds(12));

  const RateLimits one = read({{"ratelimit", "limit=100, remaining=50, reset=5"}});
  EXPECT_EQ(one.requests_limit, 100);
  EXPECT_EQ(one.requests_left, 50);
  EXPECT_EQ(one.requests_reset, Duration::of_seconds(5));

  const RateLimits two = read({{"ratelimit", "\"burst;r=9,\";r=5;t=3, \"daily\";r=4000;t=3000"},
                               {"ratelimit-policy", "\"burst\";q=10;w=60, \"daily\";q=5000;w=86400"}});
  EXPECT_EQ(two.requests_limit, 10);
  EXPECT_EQ(two.requests_left, 5);
  EXPECT_EQ(two.requests_reset, Duration::of_seconds(3));

  const RateLimits bytes =
      read({{"ratelimit", "\"b\";r=5;t=3"}, {"ratelimit-policy", "\"b\";q=10;qu=\"content-bytes\""}});
  EXPECT_EQ(bytes, RateLimits()) << "bytes are no requests";
}

TEST(RateHeaders, ReadsEveryFormOfReset) {
  EXPECT_EQ(reset("6m0s"), Duration::of_seconds(360));
  EXPECT_EQ(reset("1m6.779s"), seconds(66.779));
  EXPECT_EQ(reset("2m59.56s"), seconds(179.56));
  EXPECT_EQ(reset("1h2m3s"), Duration::of_seconds(3723));
  EXPECT_EQ(reset("1d"), Duration::of_seconds(86400));
  EXPECT_EQ(reset("20ms"), Duration::of_milliseconds(20));
  EXPECT_EQ(reset("150µs"), seconds(150e-6));
  EXPECT_EQ(reset("0s"), Duration());
  EXPECT_EQ(reset("2.5"), seconds(2.5));
  EXPECT_EQ(reset("1787150092"), Duration::of_seconds(30)) << "seconds since 1970";
  EXPECT_EQ(reset("1787150092000"), Duration::of_seconds(30)) << "milliseconds since 1970";
  EXPECT_EQ(reset("1787150000"), Duration()) << "in the past";
}

TEST(RateHeaders, WhatCannotBeReadIsNotSaid) {
  for (const char* const text : {"",
                                 " ",
                                 "-1",
                                 "+1",
                                 "x",
                                 "1x",
                                 "1m2",
                                 "m",
                                 "ms",
                                 ".5s",
                                 "1e5",
                                 "nan",
                                 "inf",
                                 "1 s",
                                 "2026-08-19",
                                 "2026-13-19T14:34:22Z",
                                 "2026-02-30T14:34:22Z",
                                 "2026-08-19T25:34:22Z",
                                 "2026-08-19T14:34:22",
                                 "2026-08-19T14:34:22+2:00",
                                 "2026-08-19T14:34:22Z ",
                                 "-5s"})
    EXPECT_EQ(reset(text), std::nullopt) << text;
  for (const char* const text : {"", "-1", "+5", "0x5", "5.5", "five", "5 5", " 5"})
    EXPECT_EQ(read({{"x-ratelimit-remaining-requests", text}}).requests_left, std::nullopt) << text;
  // What Azure sends when it does not know.
  EXPECT_EQ(read({{"x-ratelimit-limit-tokens", "-1"},
                  {"x-ratelimit-remaining-tokens", "-1"},
                  {"x-ratelimit-renewalperiod-tokens", "60"}}),
            RateLimits());
  EXPECT_EQ(read({{"x-ratelimit-limit-requests", "0"},
                  {"x-ratelimit-remaining-requests", "0"},
                  {"x-ratelimit-renewalperiod-requests", "60"}})
                .requests_reset,
            std::nullopt);
}

TEST(RateHeaders, BoundsWhatIsHuge) {
  EXPECT_EQ(read({{"x-ratelimit-remaining-requests", "99999999999999999999999"}}).requests_left, 1'000'000'000'000'000);
  EXPECT_EQ(reset("999999999h"), Duration::of_seconds(2'678'400));
  EXPECT_EQ(reset("9999999999999999"), Duration::of_seconds(2'678'400));
}

}  // namespace
}  // namespace instructor
