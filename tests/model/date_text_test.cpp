#include "model/date_text.hpp"

#include <gtest/gtest.h>

#include <string>

namespace instructor::core {
namespace {

/// The likeliest.
std::string first(std::string_view format, std::string_view text) {
  const auto spellings = date_spellings(text, format);
  return spellings.empty() ? "none" : spellings.front().text;
}

TEST(DateText, ReadsDates) {
  for (const std::string_view text :
       {"March 5, 2024", "5 March 2024", "5th of March 2024", "Mar 5 2024", "5-Mar-2024", "Tuesday, March 5th, 2024",
        "2024/03/05", "2024.3.5", "2024-3-5", "20240305", "5.3.2024", "05.03.2024", "2024-03-05T10:00:00",
        "Tue, 5 Mar 2024 10:00:00 +0000"})
    EXPECT_EQ(first("date", text), "2024-03-05") << text;
  EXPECT_EQ(first("date", "**2024-03-05**"), "2024-03-05");
}

TEST(DateText, LeavesWhatMayBeTwoDates) {
  EXPECT_EQ(first("date", "03/04/2024"), "none");
  EXPECT_EQ(first("date", "13/04/2024"), "2024-04-13");
  EXPECT_EQ(first("date", "04/13/2024"), "2024-04-13");
  EXPECT_EQ(first("date", "05/05/2024"), "2024-05-05");
  EXPECT_EQ(first("date", "3/14/24"), "none");
}

TEST(DateText, MakesNothingUp) {
  EXPECT_EQ(first("date", "March 2024"), "none");
  EXPECT_EQ(first("date", "March 5"), "none");
  EXPECT_EQ(first("date", "today"), "none");
  EXPECT_EQ(first("date", "31.02.2024"), "none");
  EXPECT_EQ(first("date", "5 March or 6 March 2024"), "none");
  EXPECT_EQ(first("date", "before March 5, 2024"), "none");
  EXPECT_EQ(first("date", ""), "none");
}

TEST(DateText, ReadsTimes) {
  EXPECT_EQ(first("time", "3:05 pm"), "15:05:00");
  EXPECT_EQ(first("time", "3 p.m."), "15:00:00");
  EXPECT_EQ(first("time", "12 am"), "00:00:00");
  EXPECT_EQ(first("time", "12:30PM"), "12:30:00");
  EXPECT_EQ(first("time", "8:30"), "08:30:00");
  EXPECT_EQ(first("time", "25:00"), "none");
  EXPECT_EQ(first("time", "13 pm"), "none");
}

TEST(DateText, ReadsDatesAndTimes) {
  EXPECT_EQ(first("date-time", "Tue, 05 Mar 2024 10:00:00 GMT"), "2024-03-05T10:00:00Z");
  EXPECT_EQ(first("date-time", "Tue, 05 Mar 2024 10:00:00 -0500 (EST)"), "2024-03-05T10:00:00-05:00");
  EXPECT_EQ(first("date-time", "March 5, 2024 at 3:05 PM"), "2024-03-05T15:05:00");
  EXPECT_EQ(first("date-time", "2024-03-05 10:00:00 UTC"), "2024-03-05T10:00:00Z");
  EXPECT_EQ(first("date-time", "20240305T100000Z"), "2024-03-05T10:00:00Z");
  EXPECT_EQ(first("date-time", "2024-03-05 10:00 UTC+2"), "2024-03-05T10:00:00+02:00");
  EXPECT_EQ(first("date-time", "2024-03-05 10:00:00.250"), "2024-03-05T10:00:00.250");
  EXPECT_EQ(first("date-time", "10:00"), "none");
}

TEST(DateText, MidnightIsDoubtful) {
  const auto spellings = date_spellings("March 5, 2024", "date-time");
  ASSERT_EQ(spellings.size(), 1u);
  EXPECT_EQ(spellings[0].text, "2024-03-05T00:00:00");
  EXPECT_GT(spellings[0].cost, 1);
}

TEST(DateText, ReadsDurations) {
  EXPECT_EQ(first("duration", "1h 30m"), "PT1H30M");
  EXPECT_EQ(first("duration", "1h30m"), "PT1H30M");
  EXPECT_EQ(first("duration", "90 minutes"), "PT1H30M");
  EXPECT_EQ(first("duration", "1.5 hours"), "PT1H30M");
  EXPECT_EQ(first("duration", "1 hour and 30 minutes"), "PT1H30M");
  EXPECT_EQ(first("duration", "two days"), "P2D");
  EXPECT_EQ(first("duration", "an hour"), "PT1H");
  EXPECT_EQ(first("duration", "250 ms"), "PT0.25S");
  EXPECT_EQ(first("duration", "pt5m"), "PT5M");
  // What is no duration comes back as it is, for the type to refuse.
  EXPECT_EQ(first("duration", "30m 1h"), "30M 1H");
  EXPECT_EQ(first("duration", "99999999999999999999 days"), "99999999999999999999 DAYS");
}

TEST(DateText, GivesUpOnLongTexts) {
  EXPECT_EQ(first("date", std::string(1000, '1')), "none");
  EXPECT_EQ(first("duration", std::string(100'000, 'h')), "none");
}

}  // namespace
}  // namespace instructor::core
