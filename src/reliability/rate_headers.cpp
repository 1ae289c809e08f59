#include "reliability/rate_headers.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <string_view>
#include <utility>

namespace instructor {

namespace {

constexpr std::int64_t max_count = 1'000'000'000'000'000;
constexpr double max_reset_seconds = 31.0 * 86400;

using Count = std::optional<std::int64_t> RateLimits::*;
using Reset = std::optional<Duration> RateLimits::*;

struct CountRow {
  std::string_view name;
  Count count;
};

/// The first that says something counts. Sources:
///   OpenAI     https://platform.openai.com/docs/guides/rate-limits (headers); the same at Groq
///              (https://console.groq.com/docs/rate-limits), xAI, Azure and many more
///   Anthropic  https://docs.anthropic.com/en/api/rate-limits (response headers)
///   Cerebras   https://inference-docs.cerebras.ai/support/rate-limits
///   Mistral    not documented; seen in recorded replies. Limits of a month or of ten seconds are not taken: one value
///              cannot stand for several periods, and a minute is what others mean
///   Together   https://docs.together.ai/docs/rate-limits; OpenRouter has the same names with a moment as reset
///   IETF       draft-ietf-httpapi-ratelimit-headers-06
constexpr std::array count_rows{
    // OpenAI
    CountRow{"x-ratelimit-limit-requests", &RateLimits::requests_limit},
    CountRow{"x-ratelimit-remaining-requests", &RateLimits::requests_left},
    CountRow{"x-ratelimit-limit-tokens", &RateLimits::tokens_limit},
    CountRow{"x-ratelimit-remaining-tokens", &RateLimits::tokens_left},
    // Anthropic
    CountRow{"anthropic-ratelimit-requests-limit", &RateLimits::requests_limit},
    CountRow{"anthropic-ratelimit-requests-remaining", &RateLimits::requests_left},
    CountRow{"anthropic-ratelimit-tokens-limit", &RateLimits::tokens_limit},
    CountRow{"anthropic-ratelimit-tokens-remaining", &RateLimits::tokens_left},
    CountRow{"anthropic-ratelimit-input-tokens-limit", &RateLimits::input_tokens_limit},
    CountRow{"anthropic-ratelimit-input-tokens-remaining", &RateLimits::input_tokens_left},
    CountRow{"anthropic-ratelimit-output-tokens-limit", &RateLimits::output_tokens_limit},
    CountRow{"anthropic-ratelimit-output-tokens-remaining", &RateLimits::output_tokens_left},
    // Cerebras
    CountRow{"x-ratelimit-limit-requests-day", &RateLimits::requests_limit},
    CountRow{"x-ratelimit-remaining-requests-day", &RateLimits::requests_left},
    // Cerebras, Mistral
    CountRow{"x-ratelimit-limit-tokens-minute", &RateLimits::tokens_limit},
    CountRow{"x-ratelimit-remaining-tokens-minute", &RateLimits::tokens_left},
    // Mistral
    CountRow{"x-ratelimit-limit-req-minute", &RateLimits::requests_limit},
    CountRow{"x-ratelimit-remaining-req-minute", &RateLimits::requests_left},
    CountRow{"x-ratelimitbysize-limit-minute", &RateLimits::tokens_limit},
    CountRow{"x-ratelimitbysize-remaining-minute", &RateLimits::tokens_left},
    CountRow{"ratelimitbysize-limit", &RateLimits::tokens_limit},
    CountRow{"ratelimitbysize-remaining", &RateLimits::tokens_left},
    // Together, OpenRouter
    CountRow{"x-ratelimit-limit", &RateLimits::requests_limit},
    CountRow{"x-ratelimit-remaining", &RateLimits::requests_left},
    CountRow{"x-tokenlimit-limit", &RateLimits::tokens_limit},
    CountRow{"x-tokenlimit-remaining", &RateLimits::tokens_left},
    // IETF
    CountRow{"ratelimit-limit", &RateLimits::requests_limit},
    CountRow{"ratelimit-remaining", &RateLimits::requests_left},
};

struct ResetRow {
  std::string_view name;
  Reset reset;
  bool gradual;
};

/// OpenAI and Groq name the time until all is there again, and fill up on the way: in recorded replies 499 of 500
/// requests are left and the reset is 120 ms, which is 60 s / 500. Anthropic documents a token bucket.
constexpr std::array reset_rows{
    ResetRow{"x-ratelimit-reset-requests", &RateLimits::requests_reset, true},
    ResetRow{"x-ratelimit-reset-tokens", &RateLimits::tokens_reset, true},
    ResetRow{"anthropic-ratelimit-requests-reset", &RateLimits::requests_reset, true},
    ResetRow{"anthropic-ratelimit-tokens-reset", &RateLimits::tokens_reset, true},
    ResetRow{"anthropic-ratelimit-input-tokens-reset", &RateLimits::input_tokens_reset, true},
    ResetRow{"anthropic-ratelimit-output-tokens-reset", &RateLimits::output_tokens_reset, true},
    ResetRow{"x-ratelimit-reset-requests-day", &RateLimits::requests_reset, false},
    ResetRow{"x-ratelimit-reset-tokens-minute", &RateLimits::tokens_reset, false},
    ResetRow{"ratelimitbysize-reset", &RateLimits::tokens_reset, false},
    ResetRow{"x-ratelimit-reset", &RateLimits::requests_reset, false},
    ResetRow{"ratelimit-reset", &RateLimits::requests_reset, false},
};

/// Azure says the period beside a reset that is a bare number, in seconds or in milliseconds as its mood is (recorded
/// replies have both). The period and what is left say the same, and are clear.
struct PeriodRow {
  std::string_view name;
  Count limit;
  Count left;
  Reset reset;
};
constexpr std::array period_rows{
    PeriodRow{"x-ratelimit-renewalperiod-requests", &RateLimits::requests_limit, &RateLimits::requests_left,
              &RateLimits::requests_reset},
    PeriodRow{"x-ratelimit-renewalperiod-tokens", &RateLimits::tokens_limit, &RateLimits::tokens_left,
              &RateLimits::tokens_reset},
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// A count; what follows a comma or a semicolon are other policies (IETF).
std::optional<std::int64_t> count_of(std::string_view text) {
  if (text.empty() || !is_digit(text.front())) return std::nullopt;
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const std::string_view rest(end, static_cast<std::size_t>(text.data() + text.size() - end));
  if (!(rest.empty() || rest.front() == ',' || rest.front() == ';')) return std::nullopt;
  return error == std::errc::result_out_of_range ? max_count : std::min(value, max_count);
}

/// Takes a number off the front.
std::optional<double> take_number(std::string_view& text) {
  double value = 0;
  if (text.empty() || !is_digit(text.front())) return std::nullopt;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
  if (error != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return value;
}

/// Takes exactly `digits` digits and what must follow them off the front.
std::optional<int> take_digits(std::string_view& text, std::size_t digits, std::string_view after) {
  if (text.size() < digits + after.size() || text.substr(digits, after.size()) != after) return std::nullopt;
  int value = 0;
  for (const char c : text.substr(0, digits)) {
    if (!is_digit(c)) return std::nullopt;
    value = value * 10 + (c - '0');
  }
  text.remove_prefix(digits + after.size());
  return value;
}

/// Seconds since 1970.
std::optional<double> moment(int year, unsigned month, int day, int hour, int minute, double second) {
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok() || hour > 23 || minute > 59 || second >= 61) return std::nullopt;
  const auto days = std::chrono::sys_days(date).time_since_epoch().count();
  return static_cast<double>(days) * 86400 + hour * 3600 + minute * 60 + second;
}

/// RFC 3339: 2026-08-19T14:34:50.25Z, 2026-08-19T16:34:50+02:00.
std::optional<double> rfc3339(std::string_view text) {
  const auto year = take_digits(text, 4, "-");
  const auto month = year ? take_digits(text, 2, "-") : std::nullopt;
  const auto day = month ? take_digits(text, 2, "") : std::nullopt;
  if (!day || text.empty() || (text.front() != 'T' && text.front() != 't' && text.front() != ' ')) return std::nullopt;
  text.remove_prefix(1);
  const auto hour = take_digits(text, 2, ":");
  const auto minute = hour ? take_digits(text, 2, ":") : std::nullopt;
  const auto second = minute ? take_number(text) : std::nullopt;
  if (!second || text.empty()) return std::nullopt;
  const auto local = moment(*year, static_cast<unsigned>(*month), *day, *hour, *minute, *second);
  if (text == "Z" || text == "z") return local;
  const double sign = text.front() == '+' ? 1 : text.front() == '-' ? -1 : 0;
  text.remove_prefix(1);
  const auto hours = take_digits(text, 2, ":");
  const auto minutes = hours ? take_digits(text, 2, "") : std::nullopt;
  if (!local || sign == 0 || !minutes || !text.empty()) return std::nullopt;
  return *local - sign * (*hours * 3600 + *minutes * 60);
}

/// The one form of dates that servers may write (RFC 9110, section 5.6.7): Wed, 19 Aug 2026 14:34:22 GMT.
std::optional<double> http_date(std::string_view text) {
  constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
  if (text.size() != 29 || text[3] != ',' || !text.ends_with(" GMT")) return std::nullopt;
  text.remove_prefix(5);
  const auto day = take_digits(text, 2, " ");
  const std::size_t month = day ? months.find(text.substr(0, 3)) : std::string_view::npos;
  if (month == std::string_view::npos || month % 3 != 0) return std::nullopt;
  text.remove_prefix(4);
  const auto year = take_digits(text, 4, " ");
  const auto hour = year ? take_digits(text, 2, ":") : std::nullopt;
  const auto minute = hour ? take_digits(text, 2, ":") : std::nullopt;
  const auto second = minute ? take_digits(text, 2, " ") : std::nullopt;
  if (!second) return std::nullopt;
  return moment(*year, static_cast<unsigned>(month / 3 + 1), *day, *hour, *minute, *second);
}

/// As Go prints durations: 6m0s, 1h2m3.5s, 20ms.
std::optional<double> seconds_of_units(std::string_view text) {
  constexpr std::array units{std::pair{std::string_view("ms"), 1e-3},   std::pair{std::string_view("us"), 1e-6},
                             std::pair{std::string_view("µs"), 1e-6},   std::pair{std::string_view("ns"), 1e-9},
                             std::pair{std::string_view("d"), 86400.0}, std::pair{std::string_view("h"), 3600.0},
                             std::pair{std::string_view("m"), 60.0},    std::pair{std::string_view("s"), 1.0}};
  double seconds = 0;
  do {
    const auto number = take_number(text);
    const auto unit =
        std::find_if(units.begin(), units.end(), [&](const auto& known) { return text.starts_with(known.first); });
    if (!number || unit == units.end()) return std::nullopt;
    seconds += *number * unit->second;
    text.remove_prefix(unit->first.size());
  } while (!text.empty());
  return seconds;
}

/// Seconds until the reset, however it is said.
std::optional<double> seconds_until(std::string_view text, double now) {
  if (text.empty()) return std::nullopt;
  std::string_view rest = text;
  if (const auto number = take_number(rest); number && rest.empty()) {
    if (*number >= 1e12) return *number / 1000 - now;  // milliseconds since 1970
    if (*number >= 1e9) return *number - now;          // seconds since 1970
    return number;
  }
  if (const auto seconds = seconds_of_units(text)) return seconds;
  if (const auto when = rfc3339(text)) return *when - now;
  return std::nullopt;
}

Duration bounded(double seconds) {
  return Duration::of_nanoseconds(static_cast<std::int64_t>(std::clamp(seconds, 0.0, max_reset_seconds) * 1e9));
}

/// The value of a parameter of a structured field (RFC 9651): `50` of `r` in `"default";r=50;t=30`, or of `remaining`
/// in `limit=100, remaining=50`. The first, where several policies are listed.
std::string_view parameter(std::string_view field, std::string_view name) {
  while (!field.empty()) {
    std::size_t end = 0;
    for (bool quoted = false; end < field.size() && (quoted || (field[end] != ';' && field[end] != ',')); ++end)
      if (field[end] == '"') quoted = !quoted;
    std::string_view part = field.substr(0, end);
    field.remove_prefix(std::min(end + 1, field.size()));
    while (!part.empty() && part.front() == ' ') part.remove_prefix(1);
    if (part.starts_with(name) && part.substr(name.size()).starts_with('=')) return part.substr(name.size() + 1);
  }
  return {};
}

/// `RateLimit` and `RateLimit-Policy`: draft-ietf-httpapi-ratelimit-headers-07, and from -08 on with short names.
void read_structured(const HttpHead& head, RateLimits& limits) {
  const std::string_view current = head.header("ratelimit");
  const std::string_view policy = head.header("ratelimit-policy");
  const std::string_view unit = parameter(policy, "qu");
  if (!unit.empty() && unit != "\"requests\"") return;
  if (!limits.requests_limit) limits.requests_limit = count_of(parameter(current, "limit"));
  if (!limits.requests_limit) limits.requests_limit = count_of(parameter(policy, "q"));
  for (const std::string_view name : {"r", "remaining"})
    if (!limits.requests_left) limits.requests_left = count_of(parameter(current, name));
  for (const std::string_view name : {"t", "reset"})
    if (!limits.requests_reset)
      if (const auto seconds = count_of(parameter(current, name)))
        limits.requests_reset = bounded(static_cast<double>(*seconds));
}

}  // namespace

RateLimits read_rate_limits(const HttpHead& head, Duration now) {
  RateLimits limits;
  const auto is_about_limits = [](const HttpHeader& header) { return header.name.contains("limit"); };
  if (std::ranges::none_of(head.headers, is_about_limits)) return limits;
  for (const CountRow& row : count_rows)
    if (!(limits.*row.count)) limits.*row.count = count_of(head.header(row.name));
  // The server's clock may be wrong, but it is the one its moments are of.
  const double server_now = http_date(head.header("date")).value_or(now.seconds());
  for (const ResetRow& row : reset_rows) {
    if (limits.*row.reset) continue;
    const auto seconds = seconds_until(head.header(row.name), server_now);
    if (!seconds) continue;
    limits.*row.reset = bounded(*seconds);
    limits.gradual = limits.gradual || row.gradual;
  }
  for (const PeriodRow& row : period_rows) {
    const auto period = seconds_until(head.header(row.name), server_now);
    if (!period || !(limits.*row.limit) || !(limits.*row.left) || *(limits.*row.limit) == 0) continue;
    const auto limit = static_cast<double>(*(limits.*row.limit));
    limits.*row.reset = bounded(*period * (limit - static_cast<double>(*(limits.*row.left))) / limit);
    limits.gradual = true;
  }
  read_structured(head, limits);
  return limits;
}

}  // namespace instructor
