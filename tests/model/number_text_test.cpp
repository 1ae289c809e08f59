#include "model/number_text.hpp"

#include <gtest/gtest.h>

#include <string>

namespace instructor::core {
namespace {

std::string number(std::string_view text) {
  const auto found = number_in_text(text, false);
  return found ? found->json : "none";
}

std::string whole(std::string_view text) {
  const auto found = number_in_text(text, true);
  return found ? found->json : "none";
}

TEST(NumberText, ReadsSeparators) {
  EXPECT_EQ(number("25"), "25");
  EXPECT_EQ(number("1,200.00"), "1200.00");
  EXPECT_EQ(number("1.200,00"), "1200.00");
  EXPECT_EQ(number("1,200"), "1200");
  EXPECT_EQ(number("1,5"), "1.5");
  EXPECT_EQ(number("1 234 567,89"), "1234567.89");
  EXPECT_EQ(number("1\u202F234"), "1234");
  EXPECT_EQ(number("1'000"), "1000");
  EXPECT_EQ(number("1\u2019000"), "1000");
  EXPECT_EQ(number("12,34,567"), "1234567");
  EXPECT_EQ(number("1.000.000"), "1000000");
  EXPECT_EQ(number(".5"), "0.5");
  EXPECT_EQ(number("5."), "5");
  EXPECT_EQ(number("1.5e-3"), "0.0015");
  EXPECT_EQ(number("1.2.3"), "none");
  EXPECT_EQ(number("1,23,45"), "none");
}

TEST(NumberText, LeavesWhatMayBeTwoNumbers) {
  EXPECT_EQ(number("1.200"), "1.200");
  EXPECT_EQ(whole("1.200"), "none");
  EXPECT_EQ(whole("3.7"), "none");
  EXPECT_EQ(whole("5.0"), "5");
  EXPECT_EQ(number("5-10"), "none");
  EXPECT_EQ(number("5 to 10"), "none");
  EXPECT_EQ(number("10:30"), "none");
  EXPECT_EQ(number("2024-03-05"), "none");
  EXPECT_EQ(number("($5)"), "none");
  EXPECT_EQ(whole("1/2"), "none");
}

TEST(NumberText, ReadsSigns) {
  EXPECT_EQ(number("-5"), "-5");
  EXPECT_EQ(number("\u22125"), "-5");
  EXPECT_EQ(number("- 5"), "-5");
  EXPECT_EQ(number("+7"), "7");
  EXPECT_EQ(number("-$5"), "-5");
  EXPECT_EQ(number("-0"), "0");
}

TEST(NumberText, ReadsMoneyUnitsAndScales) {
  EXPECT_EQ(number("$1,200.00"), "1200.00");
  EXPECT_EQ(number("\u20AC3"), "3");
  EXPECT_EQ(number("3 \u20AC"), "3");
  EXPECT_EQ(number("USD 5"), "5");
  EXPECT_EQ(number("Rs. 27,030,000.00"), "27030000.00");
  EXPECT_EQ(number("5kg"), "5");
  EXPECT_EQ(number("5 years"), "5");
  EXPECT_EQ(number("~5"), "5");
  EXPECT_EQ(number("about 5"), "5");
  EXPECT_EQ(number("#5"), "5");
  EXPECT_EQ(number("3.5 million"), "3500000");
  EXPECT_EQ(number("2k"), "2000");
  EXPECT_EQ(number("10M"), "10000000");
  EXPECT_EQ(number("$5m"), "5000000");
  EXPECT_EQ(number("5m"), "none");
  EXPECT_EQ(number("28558C"), "none");
}

TEST(NumberText, KeepsPercentAsItIsSaid) {
  const auto found = number_in_text("12.5 %", false);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->json, "12.5");
  EXPECT_EQ(found->hundredth, "0.125");
  EXPECT_EQ(number("80 percent"), "80");
}

TEST(NumberText, ReadsWords) {
  EXPECT_EQ(number("twenty-five"), "25");
  EXPECT_EQ(number("Twenty Five"), "25");
  EXPECT_EQ(number("one hundred and five"), "105");
  EXPECT_EQ(number("two hundred thousand"), "200000");
  EXPECT_EQ(number("three million two hundred thousand and one"), "3200001");
  EXPECT_EQ(number("minus three point five"), "-3.5");
  EXPECT_EQ(number("a dozen"), "12");
  EXPECT_EQ(number("five years"), "5");
  EXPECT_EQ(number("zero"), "0");
  EXPECT_EQ(number("twenty six five"), "none");
  EXPECT_EQ(number("one of the best"), "none");
  EXPECT_EQ(number("ten to twenty"), "none");
  EXPECT_EQ(number("a lot"), "none");
}

TEST(NumberText, ReadsFractions) {
  EXPECT_EQ(number("1/5"), "0.2");
  EXPECT_EQ(number("-1/2"), "-0.5");
  EXPECT_EQ(number("2 1/2"), "2.5");
  EXPECT_EQ(number("\u00BD"), "0.5");
  EXPECT_EQ(number("1/0"), "none");
}

TEST(NumberText, FindsTheOneNumberOfASentence) {
  const auto found = number_in_text("The answer is 42.", true);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->json, "42");
  EXPECT_GT(found->cost, number_in_text("42", true)->cost);
  EXPECT_EQ(number("at least 5"), "none");
  EXPECT_EQ(number("less than 5"), "none");
  EXPECT_EQ(number("5 or 6"), "none");
  EXPECT_EQ(number("5 feet 11 inches"), "none");
  EXPECT_EQ(number("COVID-19"), "none");
  EXPECT_EQ(number("v2"), "none");
  EXPECT_EQ(number("it is not 5"), "none");
}

TEST(NumberText, GivesUpOnWhatIsNoNumber) {
  EXPECT_EQ(number(""), "none");
  EXPECT_EQ(number("soon"), "none");
  EXPECT_EQ(number("1e999"), "none");
  EXPECT_EQ(number(std::string(5000, '9')), "none");
  EXPECT_EQ(number(std::string(1000, 'x') + " 1"), "none");
}

}  // namespace
}  // namespace instructor::core
