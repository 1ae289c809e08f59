// What is taken for a value of another type: nothing when decoding is strict, what loses nothing when it is lax.

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <variant>
#include <vector>

#include <nlohmann/json.hpp>

#include "instructor/dynamic.hpp"
#include "instructor/instructor.hpp"
#include "instructor/testing.hpp"
#include "support/decode_all_ways.hpp"

namespace instructor {
namespace {

enum class Level { low = 1, high = 10 };
enum class Colour { red, blue };

}  // namespace

template <>
struct Describe<Level> {
  static constexpr auto describe() { return enumeration<Level>(as_integers); }
};

namespace {

using namespace std::chrono;
using Date = year_month_day;
using DateTime = sys_seconds;
using Time = hh_mm_ss<seconds>;

/// The value again as JSON, or the code of what is wrong.
template <class T>
std::string outcome(std::string_view text, bool lax) {
  DecodeOptions options;
  options.lax = lax;
  const auto value = support::decode_all_ways<T>(text, options);
  return value ? encode(*value) : std::string(to_string(value.error()[0].code));
}

template <class T>
void expect(std::string_view text, const std::string& strict, const std::string& lax) {
  EXPECT_EQ(outcome<T>(text, false), strict) << text;
  EXPECT_EQ(outcome<T>(text, true), lax) << text << " (lax)";
}

TEST(Lax, Integers) {
  expect<int>("5", "5", "5");
  expect<int>("\"5\"", "int_type", "5");
  expect<int>("\" 5 \"", "int_type", "5");
  expect<int>("\"five\"", "int_type", "int_parsing");
  expect<int>("\"\"", "int_type", "int_parsing");
  expect<int>("5.0", "int_type", "5");
  expect<int>("1e2", "int_type", "100");
  expect<int>("5.5", "int_type", "int_from_float");
  expect<int>("true", "int_type", "1");
  expect<int>("null", "int_type", "int_type");
  expect<int>("[]", "int_type", "int_type");
  expect<std::int8_t>("\"500\"", "int_type", "int_out_of_range");
  expect<std::int8_t>("5e2", "int_type", "int_out_of_range");
  expect<std::int64_t>("\"9223372036854775807\"", "int_type", "9223372036854775807");
  expect<std::int64_t>("1e300", "int_type", "int_out_of_range");
  expect<std::int64_t>("1e999", "int_type", "int_out_of_range");
}

TEST(Lax, Numbers) {
  expect<double>("5", "5", "5");
  expect<double>("\"5.5\"", "float_type", "5.5");
  expect<double>("true", "float_type", "1");
  expect<double>("\"x\"", "float_type", "float_parsing");
  expect<double>("\"nan\"", "float_type", "float_parsing");
  expect<double>("\"1e999\"", "float_type", "finite_number");
}

TEST(Lax, Booleans) {
  for (const char* const yes : {"1", "1.0", "\"true\"", "\"YES\"", "\"on\"", "\"t\"", "\"y\"", "\"1\""})
    expect<bool>(yes, "bool_type", "true");
  for (const char* const no : {"0", "0.0", "\"False\"", "\"no\"", "\"off\"", "\"f\"", "\"n\"", "\"0\""})
    expect<bool>(no, "bool_type", "false");
  for (const char* const neither : {"2", "0.5", "\" true\"", "\"maybe\"", "\"\""})
    expect<bool>(neither, "bool_type", "bool_parsing");
}

TEST(Lax, NothingBecomesAText) {
  for (const char* const other : {"5", "true", "null", "1.5", "[]", "{}"})
    expect<std::string>(other, "string_type", "string_type");
  expect<Colour>("\"red\"", "\"red\"", "\"red\"");
  expect<Colour>("0", "enum", "enum");
  expect<Colour>("\"Red\"", "enum", "enum");
  expect<Literal<"a", "b">>("\"c\"", "literal_error", "literal_error");
  expect<Literal<1>>("2", "literal_error", "literal_error");
}

TEST(Lax, EnumsThatAreIntegers) {
  expect<Level>("1", "1", "1");
  expect<Level>("\"1\"", "int_type", "1");
  expect<Level>("1.0", "int_type", "1");
  expect<Level>("5", "literal_error", "literal_error");
  expect<Level>("\"5\"", "int_type", "literal_error");
}

TEST(Lax, DatesAndTimes) {
  expect<Date>("\"2024-01-02\"", "\"2024-01-02\"", "\"2024-01-02\"");
  expect<Date>("\"2024-01-02T00:00:00\"", "date_parsing", "\"2024-01-02\"");
  expect<Date>("\"2024-01-02T00:00:01\"", "date_parsing", "date_parsing");
  expect<Date>("1704153600", "date_type", "\"2024-01-02\"");
  expect<Date>("1704153601", "date_type", "date_parsing");
  expect<Date>("99999999999999", "date_type", "date_parsing");
  expect<DateTime>("\"2024-01-02 03:04\"", "\"2024-01-02T03:04:00Z\"", "\"2024-01-02T03:04:00Z\"");
  expect<DateTime>("\"2024-01-02\"", "datetime_parsing", "\"2024-01-02T00:00:00Z\"");
  expect<DateTime>("1704153600", "datetime_type", "\"2024-01-02T00:00:00Z\"");
  expect<DateTime>("true", "datetime_type", "datetime_type");
  expect<sys_time<milliseconds>>("-0.5", "datetime_type", "\"1969-12-31T23:59:59.5Z\"");
  expect<Time>("\"03:04:05\"", "\"03:04:05\"", "\"03:04:05\"");
  expect<Time>("3600", "time_type", "\"01:00:00\"");
  expect<Time>("86400", "time_type", "time_parsing");
  expect<seconds>("\"PT5S\"", "\"PT5S\"", "\"PT5S\"");
  expect<seconds>("5", "time_delta_type", "\"PT5S\"");
  expect<seconds>("-5", "time_delta_type", "\"-PT5S\"");
  expect<seconds>("5.5", "time_delta_type", "time_delta_parsing");
}

TEST(Lax, OthersAreAsStrict) {
  const std::string uuid = "\"123e4567-e89b-12d3-a456-426614174000\"";
  expect<Uuid>("\"123e4567e89b12d3a456426614174000\"", uuid, uuid);
  expect<Uuid>("5", "uuid_type", "uuid_type");
  expect<Decimal>("1.50", "\"1.50\"", "\"1.50\"");
  expect<std::vector<int>>("{}", "list_type", "list_type");
  expect<std::vector<int>>("5", "list_type", "list_type");
  expect<std::tuple<int, std::string>>("[1]", "missing", "missing");
  expect<std::map<int, std::string>>(R"({"1":"a"})", R"({"1":"a"})", R"({"1":"a"})");
  expect<std::map<std::string, int>>("[]", "dict_type", "dict_type");
}

TEST(Lax, OptionalsAndVariants) {
  expect<std::optional<int>>("null", "null", "null");
  expect<std::optional<int>>("\"5\"", "int_type", "5");
  using IntOrText = std::variant<int, std::string>;
  expect<IntOrText>("\"5\"", "\"5\"", "\"5\"");
  expect<IntOrText>("5.0", "union_type", "5");
  expect<IntOrText>("5.5", "union_type", "union_type");
  expect<std::variant<int, double>>("5.5", "5.5", "5.5");
  expect<std::variant<int, bool>>("true", "true", "true");
  expect<std::variant<int, bool>>("\"yes\"", "union_type", "true");
}

struct Inner {
  int count;
  std::vector<bool> marks;
};
struct Form {
  int exact;
  Inner loose;
  std::vector<std::map<std::string, double>> numbers;

  static constexpr auto describe() { return model<Form>(field<&Form::loose>(lax), field<&Form::numbers>(lax)); }
};

TEST(Lax, ConcernsAFieldAndAllInIt) {
  expect<Form>(R"({"exact":1,"loose":{"count":"2","marks":["yes",0]},"numbers":[{"a":"1.5"}]})",
               R"({"exact":1,"loose":{"count":2,"marks":[true,false]},"numbers":[{"a":1.5}]})",
               R"({"exact":1,"loose":{"count":2,"marks":[true,false]},"numbers":[{"a":1.5}]})");
  expect<Form>(R"({"exact":"1","loose":{"count":2,"marks":[]},"numbers":[]})", "int_type",
               R"({"exact":1,"loose":{"count":2,"marks":[]},"numbers":[]})");
}

TEST(Lax, LimitsHoldForWhatWasTaken) {
  const auto model = DynamicModel::from_json_schema(
      R"({"type":"object","properties":{"n":{"type":"integer","minimum":3},"b":{"type":"boolean"}}})");
  DecodeOptions options;
  options.lax = true;
  EXPECT_EQ(encode(*model.decode(R"({"n":"5","b":"on"})", options)), R"({"n":5,"b":true})");
  EXPECT_EQ(model.decode(R"({"n":"2"})", options).error()[0].code, IssueCode::greater_than_equal);
}

TEST(Lax, IsAskedForByTheCall) {
  const auto client = testing::scripted({R"({"count":"7","marks":[]})", R"({"count":"8","marks":[]})"});
  EXPECT_EQ(client.create<Inner>(Request("x").lax()).count, 7);
  EXPECT_FALSE(client.try_create<Inner>(Request("x").repair(RepairLevel::none).max_retries(0)));
}

}  // namespace
}  // namespace instructor
