#include "json/numbers.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>

namespace instructor::json {
namespace {

TEST(ClassifyNumber, FollowsTheGrammar) {
  for (const char* text : {"0", "-0", "7", "-12", "10", "123456789012345678901234567890"})
    EXPECT_EQ(classify_number(text), NumberForm::integer) << text;
  for (const char* text : {"0.5", "-0.0", "1e5", "1E+5", "1e-5", "12.25e10", "0e0"})
    EXPECT_EQ(classify_number(text), NumberForm::floating) << text;
  for (const char* text :
       {"", "-", "+1", "01", "-01", ".5", "1.", "1.e5", "1e", "1e+", "0x10", "1 ", "NaN", "1.2.3", "--1"})
    EXPECT_EQ(classify_number(text), NumberForm::invalid) << text;
}

TEST(ParseInteger, KeepsAllBits) {
  Number number;
  ASSERT_EQ(parse_integer("9223372036854775807", number), Fit::exact);
  EXPECT_EQ(number.form, Number::Form::signed_integer);
  EXPECT_EQ(number.signed_value, std::numeric_limits<std::int64_t>::max());
  ASSERT_EQ(parse_integer("-9223372036854775808", number), Fit::exact);
  EXPECT_EQ(number.signed_value, std::numeric_limits<std::int64_t>::min());
  ASSERT_EQ(parse_integer("18446744073709551615", number), Fit::exact);
  EXPECT_EQ(number.form, Number::Form::unsigned_integer);
  EXPECT_EQ(number.unsigned_value, std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(parse_integer("18446744073709551616", number), Fit::too_large);
  EXPECT_EQ(parse_integer("-9223372036854775809", number), Fit::too_large);
  EXPECT_EQ(parse_integer("99999999999999999999", number), Fit::too_large);
}

TEST(ParseDouble, IsTheNearestDouble) {
  double value = 0;
  ASSERT_EQ(parse_double("0.1", value), Fit::exact);
  EXPECT_EQ(value, 0.1);
  ASSERT_EQ(parse_double("1.7976931348623157e308", value), Fit::exact);
  EXPECT_EQ(value, std::numeric_limits<double>::max());
}

TEST(ParseDouble, TellsHugeFromTiny) {
  double value = 1;
  EXPECT_EQ(parse_double("1e309", value), Fit::too_large);
  EXPECT_EQ(parse_double("-1e400", value), Fit::too_large);
  EXPECT_EQ(parse_double("123456789e999999999999", value), Fit::too_large);
  ASSERT_EQ(parse_double("1e-400", value), Fit::exact);
  EXPECT_EQ(value, 0);
  ASSERT_EQ(parse_double("-0.0000000001e-999999999999", value), Fit::exact);
  EXPECT_EQ(value, 0);
  EXPECT_TRUE(std::signbit(value));
  EXPECT_EQ(parse_double(std::string(400, '9'), value), Fit::too_large);
  EXPECT_EQ(parse_double("0." + std::string(400, '0') + "1", value), Fit::exact);
}

TEST(Compare, DoesNotRound) {
  // 2^53 + 1 has no double.
  EXPECT_GT(compare(std::int64_t{9007199254740993}, 9007199254740992.0), 0);
  EXPECT_EQ(compare(std::int64_t{9007199254740992}, 9007199254740992.0), 0);
  EXPECT_LT(compare(std::int64_t{-1}, std::uint64_t{0}), 0);
  EXPECT_LT(compare(std::int64_t{5}, 5.5), 0);
  EXPECT_GT(compare(std::int64_t{-5}, -5.5), 0);
  EXPECT_LT(compare(std::numeric_limits<std::uint64_t>::max(), 1e30), 0);
  EXPECT_GT(compare(std::numeric_limits<std::int64_t>::min(), -1e30), 0);
  EXPECT_GT(compare(1e30, std::int64_t{7}), 0);
}

TEST(IsMultiple, CountsInDecimals) {
  EXPECT_TRUE(is_multiple("0.3", 0.1));
  EXPECT_TRUE(is_multiple("19.99", 0.01));
  EXPECT_FALSE(is_multiple("19.999", 0.01));
  EXPECT_TRUE(is_multiple("10", 5));
  EXPECT_FALSE(is_multiple("12", 5));
  EXPECT_TRUE(is_multiple("0", 5));
  EXPECT_TRUE(is_multiple("-15", 5));
  EXPECT_TRUE(is_multiple("0.0075", 0.0001));
  EXPECT_FALSE(is_multiple("0.00751", 0.0001));
  EXPECT_TRUE(is_multiple("1e3", 2.5));
  EXPECT_TRUE(is_multiple("1e308", 0.5));
  EXPECT_FALSE(is_multiple("7", 1e30));
}

TEST(Append, IsTheShortestTextThatReadsBack) {
  const auto text = [](double value) {
    std::string out;
    append_double(out, value);
    return out;
  };
  EXPECT_EQ(text(0.1), "0.1");
  EXPECT_EQ(text(1), "1");
  EXPECT_EQ(text(1e300), "1e+300");
  std::string out;
  append_float(out, 0.1F);
  EXPECT_EQ(out, "0.1");
}

}  // namespace
}  // namespace instructor::json
