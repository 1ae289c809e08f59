// Dates, times, identifiers and other values that are texts in JSON; keys of maps; flags; boxes.

#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

#include <nlohmann/json.hpp>

#include "instructor/instructor.hpp"
#include "instructor/testing.hpp"
#include "support/decode_all_ways.hpp"

struct Version {
  int major = 0;
  int minor = 0;
};

template <>
struct instructor::TextForm<Version> {
  static constexpr std::string_view what = "a version";
  static constexpr std::string_view example = "1.12";
  static bool parse(std::string_view text, Version& version) {
    return std::sscanf(std::string(text).c_str(), "%d.%d", &version.major, &version.minor) == 2;
  }
  static std::string print(const Version& version) {
    return std::to_string(version.major) + "." + std::to_string(version.minor);
  }
};

namespace instructor {
namespace {

using namespace std::chrono;
using support::decode_all_ways;
using support::issues_of;

template <class T>
std::string again(std::string_view json) {
  const auto value = decode_all_ways<T>(json);
  return value ? encode(*value) : value.error()[0].text();
}

// ---- chrono ------------------------------------------------------------------------------------------------------

TEST(Dates, AreDaysThatExist) {
  using Date = year_month_day;
  EXPECT_EQ(*decode<Date>("\"2026-11-21\""), 2026y / November / 21d);
  EXPECT_EQ(again<Date>("\"2024-02-29\""), "\"2024-02-29\"");
  for (const char* const wrong :
       {"2023-02-29", "2026-13-01", "2026-00-10", "2026-1-1", "21.11.2026", "2026-11-21T00:00:00", "", "2026-11-21 "})
    EXPECT_EQ(issues_of<Date>("\"" + std::string(wrong) + "\""), "(root) date_parsing\n") << wrong;
  EXPECT_EQ(issues_of<Date>("1704153600"), "(root) date_type\n");
  EXPECT_EQ(again<Date>("\"tomorrow\""), "expected a date, as \"2026-11-21\", got \"tomorrow\"");
  EXPECT_THROW(encode(Date()), Error);
}

TEST(DateTimes, AreInstants) {
  using Time = sys_seconds;
  const Time moment = sys_days(2024y / January / 2d) + 3h + 4min + 5s;
  EXPECT_EQ(*decode<Time>("\"2024-01-02T03:04:05Z\""), moment);
  EXPECT_EQ(*decode<Time>("\"2024-01-02t04:04:05+01:00\""), moment);
  EXPECT_EQ(*decode<Time>("\"2024-01-01 21:34:05-0530\""), moment);
  EXPECT_EQ(*decode<Time>("\"2024-01-02 03:04\""), moment - 5s);
  EXPECT_EQ(again<Time>("\"1969-12-31T23:59:59Z\""), "\"1969-12-31T23:59:59Z\"");
  EXPECT_EQ(again<Time>("\"0001-01-01T00:00:00Z\""), "\"0001-01-01T00:00:00Z\"");
  EXPECT_EQ(again<Time>("\"9999-12-31T23:59:59Z\""), "\"9999-12-31T23:59:59Z\"");
  using Milliseconds = sys_time<milliseconds>;
  EXPECT_EQ(*decode<Milliseconds>("\"2024-01-02T03:04:05.250Z\""), moment + 250ms);
  EXPECT_EQ(again<Milliseconds>("\"1969-12-31T23:59:59.750Z\""), "\"1969-12-31T23:59:59.75Z\"");
  // Nothing is cut off.
  EXPECT_EQ(issues_of<Time>("\"2024-01-02T03:04:05.250Z\""), "(root) datetime_parsing\n");
  EXPECT_EQ(issues_of<Milliseconds>("\"2024-01-02T03:04:05.0001Z\""), "(root) datetime_parsing\n");
  for (const char* const wrong : {"2024-01-02", "2024-01-02T25:00:00Z", "2024-01-02T03:60:00Z", "2024-01-02T03:04:05X",
                                  "2024-01-02T03:04:05+1", "2024-01-02T03:04:05Zx"})
    EXPECT_EQ(issues_of<Time>("\"" + std::string(wrong) + "\""), "(root) datetime_parsing\n") << wrong;
  EXPECT_EQ(issues_of<Time>("1704153600"), "(root) datetime_type\n");
}

TEST(DateTimes, WithoutOffsetAreLocal) {
  using Wall = local_time<seconds>;
  EXPECT_EQ(*decode<Wall>("\"2024-01-02T03:04:05\""), local_days(2024y / January / 2d) + 3h + 4min + 5s);
  EXPECT_EQ(again<Wall>("\"2024-01-02T03:04:05\""), "\"2024-01-02T03:04:05\"");
  EXPECT_EQ(issues_of<Wall>("\"2024-01-02T03:04:05Z\""), "(root) datetime_parsing\n");
}

TEST(Times, AreTimesOfDay) {
  using Time = hh_mm_ss<milliseconds>;
  EXPECT_EQ(decode<Time>("\"03:04:05.5\"")->to_duration(), 3h + 4min + 5500ms);
  EXPECT_EQ(again<Time>("\"23:59\""), "\"23:59:00\"");
  EXPECT_EQ(again<Time>("\"23:59:01Z\""), "\"23:59:01\"");
  EXPECT_EQ(issues_of<Time>("\"23:59:01+02:00\""), "(root) time_parsing\n");
  EXPECT_EQ(issues_of<Time>("\"24:00\""), "(root) time_parsing\n");
  EXPECT_EQ(issues_of<Time>("3600"), "(root) time_type\n");
}

TEST(Durations, AreSpans) {
  EXPECT_EQ(*decode<seconds>("\"PT5S\""), 5s);
  EXPECT_EQ(*decode<seconds>("\"00:00:05\""), 5s);
  EXPECT_EQ(*decode<minutes>("\"P1DT2H3M\""), 24h + 2h + 3min);
  EXPECT_EQ(*decode<hours>("\"P2W\""), 14 * 24h);
  EXPECT_EQ(*decode<milliseconds>("\"-PT1.5S\""), -1500ms);
  EXPECT_EQ(*decode<duration<double>>("\"PT0.25S\""), duration<double>(0.25));
  EXPECT_EQ(again<milliseconds>("\"-PT1.5S\""), "\"-PT1.5S\"");
  EXPECT_EQ(again<seconds>("\"PT93784S\""), "\"P1DT2H3M4S\"");
  EXPECT_EQ(again<seconds>("\"PT0S\""), "\"PT0S\"");
  EXPECT_EQ(*decode<Duration>("\"PT1M\""), Duration::of_seconds(60));
  for (const char* const wrong :
       {"P", "PT", "P1Y", "P1M", "PT5", "5S", "PT5S1H", "PT1.5H", "P1DT", "PT99999999999999999999S"})
    EXPECT_EQ(issues_of<seconds>("\"" + std::string(wrong) + "\""), "(root) time_delta_parsing\n") << wrong;
  EXPECT_EQ(issues_of<seconds>("\"PT1.5S\""), "(root) time_delta_parsing\n");
  EXPECT_EQ(issues_of<minutes>("\"PT90S\""), "(root) time_delta_parsing\n");
  EXPECT_EQ(issues_of<seconds>("5"), "(root) time_delta_type\n");
}

TEST(Dates, SurviveEncodingOnEveryDay) {
  for (sys_days date = sys_days(1580y / January / 1d); date < sys_days(2420y / January / 1d); date += days(17)) {
    const sys_seconds time = date + 12h;
    ASSERT_EQ(*decode<sys_seconds>(encode(time)), time);
    ASSERT_EQ(*decode<year_month_day>(encode(year_month_day(date))), year_month_day(date));
  }
}

// ---- others ------------------------------------------------------------------------------------------------------

TEST(Bytes, AreBase64) {
  EXPECT_EQ(again<Bytes>("\"aGVsbG8=\""), "\"aGVsbG8=\"");
  EXPECT_EQ(decode<Bytes>("\"aGVsbG8\"")->size(), 5U);
  EXPECT_EQ(again<Bytes>("\"_-8=\""), "\"/+8=\"");
  EXPECT_EQ(again<Bytes>("\"\""), "\"\"");
  for (const char* const wrong : {"a", "aGVsbG9=", "aGVs bG8=", "aGVsbG8==", "====", "aGVsbG8=="})
    EXPECT_EQ(issues_of<Bytes>("\"" + std::string(wrong) + "\""), "(root) bytes_parsing\n") << wrong;
  EXPECT_EQ(issues_of<Bytes>("5"), "(root) bytes_type\n");
  for (std::size_t size = 0; size < 20; ++size) {
    const Bytes bytes(size, std::byte{0xA5});
    EXPECT_EQ(*decode<Bytes>(encode(bytes)), bytes);
  }
}

TEST(Decimal, KeepsWhatWasWritten) {
  EXPECT_EQ(again<Decimal>("\"12.50\""), "\"12.50\"");
  EXPECT_EQ(again<Decimal>("12.50"), "\"12.50\"");
  EXPECT_EQ(again<Decimal>("123456789012345678901234567890.10"), "\"123456789012345678901234567890.10\"");
  EXPECT_EQ(decode<Decimal>("7")->to_double(), 7.0);
  EXPECT_EQ(issues_of<Decimal>("\"1,5\""), "(root) decimal_parsing\n");
  EXPECT_EQ(issues_of<Decimal>("true"), "(root) decimal_type\n");
  EXPECT_THROW(Decimal("x"), std::invalid_argument);
}

TEST(Uuid, MayLackItsDashes) {
  const char* const text = "\"123e4567-e89b-12d3-a456-426614174000\"";
  EXPECT_EQ(again<Uuid>(text), text);
  EXPECT_EQ(again<Uuid>("\"123E4567E89B12D3A456426614174000\""), text);
  for (const char* const wrong : {"123e4567-e89b-12d3-a456-42661417400", "123e4567-e89b-12d3-a456-4266141740000",
                                  "123e4567xe89b-12d3-a456-426614174000", "g23e4567-e89b-12d3-a456-426614174000"})
    EXPECT_EQ(issues_of<Uuid>("\"" + std::string(wrong) + "\""), "(root) uuid_parsing\n") << wrong;
}

struct Account {
  std::string user;
  Secret password;

  static constexpr auto describe() {
    return model<Account>(field<&Account::password>(
        check([](const Secret& secret) { return secret.expose().size() > 3; }, "too short to be safe")));
  }
};

TEST(Secret, IsNotSeen) {
  const auto account = decode_all_ways<Account>(R"({"user":"ada","password":"hunter2"})");
  ASSERT_TRUE(account);
  EXPECT_EQ(account->password.expose(), "hunter2");
  EXPECT_EQ(encode(*account), R"({"user":"ada","password":"**********"})");
  const auto wrong = decode<Account>(R"({"user":"ada","password":"abc"})");
  EXPECT_EQ(wrong.error().text().find("abc"), std::string::npos) << wrong.error().text();
  PartialDecoder<Account> live;
  live.feed(R"({"user":"ada","password":"hunter2")");
  EXPECT_EQ(live.partial().json().find("hunter"), std::string::npos);
}

TEST(TextForm, MakesATypeOfYourOwnAText) {
  EXPECT_EQ(again<Version>("\"3.14\""), "\"3.14\"");
  EXPECT_EQ(issues_of<Version>("\"three\""), "(root) string_format\n");
  EXPECT_EQ(again<Version>("\"three\""), "expected a version, as \"1.12\", got \"three\"");
  EXPECT_EQ(schema<Version>, R"({"type":"string","description":"As text: a version, as 1.12."})");
}

struct Record {
  year_month_day date{2026y, January, 1d};
  sys_seconds at;
  milliseconds took;
  std::optional<Uuid> id;
  Bytes data;
  Decimal price;

  static constexpr auto describe() { return model<Record>(field<&Record::took>("How long")); }
};

TEST(TextTypes, HaveTheirFormatsInTheSchema) {
  EXPECT_EQ(schema<Record>, R"({"type":"object","properties":{"date":{"type":"string","format":"date"},)"
                            R"("at":{"type":"string","format":"date-time"},)"
                            R"("took":{"type":"string","format":"duration","description":"How long"},)"
                            R"("id":{"anyOf":[{"type":"string","format":"uuid"},{"type":"null"}]},)"
                            R"("data":{"type":"string","description":"As text: bytes in base64, as aGVsbG8=."},)"
                            R"("price":{"type":"string","pattern":"^-?[0-9]+(\\.[0-9]+)?$"}},)"
                            R"("required":["date","at","took","data","price"]})");
  EXPECT_EQ(issues_of<Record>(R"({"price":"1"})"), "/at missing\n/took missing\n/data missing\n");
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const Record record = testing::fake<Record>(seed);
    EXPECT_TRUE(decode<Record>(encode(record)));
  }
}

// ---- keys --------------------------------------------------------------------------------------------------------

enum class Day { monday, tuesday };

TEST(MapKeys, MayBeIntegersEnumeratorsAndTexts) {
  EXPECT_EQ((again<std::map<int, std::string>>(R"({"1":"a","-7":"b"})")), R"({"-7":"b","1":"a"})");
  EXPECT_EQ((again<std::map<Day, int>>(R"({"tuesday":2,"monday":1})")), R"({"monday":1,"tuesday":2})");
  EXPECT_EQ((again<std::unordered_map<std::uint64_t, bool>>(R"({"18446744073709551615":true})")),
            R"({"18446744073709551615":true})");
  EXPECT_EQ((again<std::map<year_month_day, int>>(R"({"2026-11-21":1})")), R"({"2026-11-21":1})");
  EXPECT_EQ((issues_of<std::map<int, int>>(R"({"a":1,"1":2,"2.0":"x","99999999999":{"b":[]}})")),
            "/a int_parsing\n/2.0 int_parsing\n/99999999999 int_parsing\n");
  EXPECT_EQ((issues_of<std::map<Day, int>>(R"({"sunday":1,"monday":2})")), "/sunday enum\n");
  EXPECT_EQ((issues_of<std::map<int, int>>(R"({"1":1,"01":2})")), "/01 duplicate_key\n");
  EXPECT_EQ(
      (schema<std::map<Day, int>>),
      R"({"type":"object","additionalProperties":{"type":"integer"},"propertyNames":{"enum":["monday","tuesday"]}})");
  for (std::uint64_t seed = 0; seed < 20; ++seed)
    EXPECT_TRUE((decode<std::map<Day, int>>(encode(testing::fake<std::map<Day, int>>(seed)))));
  PartialDecoder<std::map<int, std::string>> live;
  live.feed(R"({"x":"ab","1":"cd)");
  EXPECT_EQ(live.partial().json(), R"({"1":"cd"})");
}

// ---- enums -------------------------------------------------------------------------------------------------------

enum class Rights : std::uint8_t { none = 0, read = 1, write = 2, run = 4, all = 7 };
enum class Level { low = 1, high = 10 };

}  // namespace

template <>
struct Describe<Rights> {
  static constexpr auto describe() {
    return enumeration<Rights>("What is allowed", flags, value<Rights::run>(alias("execute")));
  }
};
template <>
struct Describe<Level> {
  static constexpr auto describe() { return enumeration<Level>("How much", as_integers); }
};

namespace {

TEST(Enums, MayBeFlags) {
  const auto rights = decode_all_ways<Rights>(R"(["read","execute"])");
  ASSERT_TRUE(rights);
  EXPECT_EQ(static_cast<int>(*rights), 5);
  EXPECT_EQ(encode(*rights), R"(["read","execute"])");
  EXPECT_EQ(encode(Rights::none), "[]");
  EXPECT_EQ(static_cast<int>(*decode<Rights>(R"(["all"])")), 7);
  EXPECT_EQ(issues_of<Rights>(R"(["read","fly"])"), "/1 enum\n");
  EXPECT_EQ(issues_of<Rights>("\"read\""), "(root) set_type\n");
  EXPECT_EQ(schema<Rights>,
            R"({"type":"array","items":{"type":"string","enum":["none","read","write","execute","all"]},)"
            R"("description":"What is allowed","uniqueItems":true})");
}

TEST(Enums, MayBeIntegers) {
  EXPECT_EQ(*decode_all_ways<Level>("10"), Level::high);
  EXPECT_EQ(encode(Level::low), "1");
  EXPECT_EQ(issues_of<Level>("5"), "(root) literal_error\n");
  EXPECT_EQ(issues_of<Level>("\"1\""), "(root) int_type\n");
  EXPECT_EQ(schema<Level>, R"({"type":"integer","enum":[1,10],"description":"How much"})");
}

// ---- boxes and maybes --------------------------------------------------------------------------------------------

struct Sum;
using Term = std::variant<double, Box<Sum>>;
struct Sum {
  std::vector<Term> terms;
};
struct Pair {
  Box<Record> first;
  std::optional<Box<Sum>> second;
};

TEST(Box, IsItsValue) {
  const auto sum = decode_all_ways<Sum>(R"({"terms":[1.5,{"terms":[{"terms":[]}]}]})");
  ASSERT_TRUE(sum) << sum.error().text();
  EXPECT_EQ(encode(*sum), R"({"terms":[1.5,{"terms":[{"terms":[]}]}]})");
  const Sum copy = *sum;
  EXPECT_EQ(encode(copy), encode(*sum));
  EXPECT_EQ(issues_of<Sum>(R"({"terms":[null]})"), "/terms/0 union_type\n");
  EXPECT_EQ(issues_of<Pair>(R"({"first":null,"second":null})"), "/first model_type\n");
  EXPECT_EQ(issues_of<Pair>("{}"), "/first missing\n");
  EXPECT_EQ(schema<Sum>.find("null"), std::string_view::npos);
}

struct User {
  std::string name;
};

TEST(Maybe, HasAResultOrSaysWhyNot) {
  EXPECT_EQ(type_of<Maybe<User>>().name, "MaybeUser");
  const auto found = decode_all_ways<Maybe<User>>(R"({"result":{"name":"Ada"},"error":false})");
  ASSERT_TRUE(found && *found);
  EXPECT_EQ(found->result->name, "Ada");
  const auto none = decode<Maybe<User>>(R"({"result":null,"error":true,"message":"nobody is named"})");
  ASSERT_TRUE(none);
  EXPECT_FALSE(*none);
  EXPECT_EQ(*none->message, "nobody is named");
  const auto client = testing::scripted({R"({"error":true,"message":"no"})"});
  EXPECT_FALSE(client.create<Maybe<User>>("..."));
}

}  // namespace
}  // namespace instructor
