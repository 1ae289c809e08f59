#include "http/retry_after.hpp"

#include <gtest/gtest.h>

namespace instructor {
namespace {

std::optional<Duration> parsed(std::vector<HttpHeader> headers) {
  HttpHead head;
  head.headers = std::move(headers);
  return retry_after(head);
}

TEST(RetryAfter, ReadsSecondsMillisecondsAndDates) {
  EXPECT_EQ(parsed({{"retry-after", "2"}}), Duration::of_seconds(2));
  EXPECT_EQ(parsed({{"retry-after", "0.5"}}), Duration::of_milliseconds(500));
  EXPECT_EQ(parsed({{"retry-after-ms", "1500"}, {"retry-after", "9"}}), Duration::of_milliseconds(1500));
  EXPECT_EQ(parsed({{"retry-after", "Wed, 21 Oct 2026 07:28:30 GMT"}, {"date", "Wed, 21 Oct 2026 07:28:00 GMT"}}),
            Duration::of_seconds(30));
  EXPECT_EQ(parsed({{"retry-after", "Wed, 21 Oct 2026 07:28:00 GMT"}, {"date", "Wed, 21 Oct 2026 07:29:00 GMT"}}),
            Duration::of_seconds(0));
}

TEST(RetryAfter, IgnoresWhatIsNone) {
  EXPECT_EQ(parsed({}), std::nullopt);
  for (const char* text : {"", "soon", "-5", "1e99", "nan", "12x"})
    EXPECT_EQ(parsed({{"retry-after", text}}), std::nullopt) << text;
}

}  // namespace
}  // namespace instructor
