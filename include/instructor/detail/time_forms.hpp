#pragma once

// Not API: see docs/types.md.
//
// The text forms of <chrono>, whose types are told by what they offer, so that its header need not be included here.

#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

#include "instructor/duration.hpp"
#include "instructor/text_form.hpp"

namespace instructor {

namespace detail {

struct CivilDate {
  int year = 0;
  unsigned month = 0;
  unsigned day = 0;
};

/// Seconds, and nanoseconds (0 to 999,999,999) after them: since 1970, since midnight, or of a span.
struct Seconds {
  std::int64_t whole = 0;
  std::int64_t nanoseconds = 0;
};

// Read: false when the text is none. Sources: RFC 3339 for dates and times (a space for the T, and no seconds, too),
// ISO 8601 for spans (without years and months, whose length is not fixed; HH:MM:SS too).
bool read_date(std::string_view text, CivilDate& date);
bool read_time(std::string_view text, Seconds& since_midnight);
bool read_instant(std::string_view text, Seconds& since_1970);  ///< without an offset: UTC
bool read_local(std::string_view text, Seconds& since_1970);    ///< an offset is none
bool read_span(std::string_view text, Seconds& span);
// What is taken besides when decoding is lax: numbers of seconds, a date for a date and time, and the other way round.
bool read_date_lax(std::string_view text, bool number, CivilDate& date);
bool read_instant_lax(std::string_view text, bool number, Seconds& since_1970);
bool read_seconds(std::string_view number, Seconds& seconds);
std::string print_date(const CivilDate& date);
std::string print_time(const Seconds& since_midnight);
std::string print_instant(const Seconds& since_1970);
std::string print_local(const Seconds& since_1970);
std::string print_span(const Seconds& span);

template <class D>
concept ChronoDuration = requires(const D& d) {
  typename D::rep;
  D::period::num;
  D::period::den;
  d.count();
  D::zero();
};
template <class T>
concept ChronoDate = requires(const T& t) {
  static_cast<int>(t.year());
  static_cast<unsigned>(t.month());
  static_cast<unsigned>(t.day());
  t.ok();
};
template <class T>
concept ChronoTimeOfDay = requires(const T& t) {
  typename T::precision;
  t.hours();
  t.minutes();
  t.subseconds();
  t.to_duration();
};
template <class T>
concept ChronoTimePoint = requires(const T& t) {
  typename T::clock;
  typename T::duration;
  t.time_since_epoch();
};
template <class T>
concept SystemTime = ChronoTimePoint<T> && requires { &T::clock::to_time_t; };
/// Wall-clock time: its clock cannot be read.
template <class T>
concept LocalTime = ChronoTimePoint<T> && !requires { T::clock::now(); };

/// False when it cannot be told exactly in units of D, or is too much.
template <class D>
constexpr bool to_units(const Seconds& time, D& out) {
  using Rep = typename D::rep;
  constexpr std::int64_t num = D::period::num;
  constexpr std::int64_t den = D::period::den;
  if constexpr (std::is_floating_point_v<Rep>) {
    out = D(static_cast<Rep>(
        (static_cast<long double>(time.whole) + static_cast<long double>(time.nanoseconds) / 1e9L) * den / num));
    return true;
  } else {
    std::int64_t units = 0;
    std::int64_t part = 0;
    if (__builtin_mul_overflow(time.whole, den, &units)) return false;
    if (__builtin_mul_overflow(time.nanoseconds, den, &part) || part % 1'000'000'000 != 0) return false;
    if (__builtin_add_overflow(units, part / 1'000'000'000, &units) || units % num != 0) return false;
    units /= num;
    out = D(static_cast<Rep>(units));
    return static_cast<std::int64_t>(out.count()) == units;
  }
}

template <class D>
constexpr Seconds to_seconds(const D& duration) {
  constexpr std::int64_t num = D::period::num;
  constexpr std::int64_t den = D::period::den;
  if constexpr (std::is_floating_point_v<typename D::rep>) {
    const long double seconds = static_cast<long double>(duration.count()) * num / den;
    auto whole = static_cast<std::int64_t>(seconds);
    if (static_cast<long double>(whole) > seconds) --whole;
    return {whole, static_cast<std::int64_t>((seconds - static_cast<long double>(whole)) * 1e9L + 0.5L)};
  } else {
    const auto count = static_cast<std::int64_t>(duration.count());
    // Floor: what is before the epoch has nanoseconds after a second, too.
    const std::int64_t whole = count / den - (count % den < 0 ? 1 : 0);
    const std::int64_t rest = count - whole * den;
    if constexpr (den == 1)
      return {count * num, 0};
    else
      return {whole * num, static_cast<std::int64_t>(static_cast<long double>(rest) * 1e9L * num / den)};
  }
}

template <class D>
inline constexpr bool whole_seconds = D::period::den == 1 && !std::is_floating_point_v<typename D::rep>;

}  // namespace detail

template <detail::ChronoDate T>
struct TextForm<T> {
  static constexpr std::string_view what = "a date";
  static constexpr std::string_view example = "2026-11-21";
  static constexpr std::string_view format = "date";
  static constexpr IssueCode wrong_type = IssueCode::date_type;
  static constexpr IssueCode wrong_text = IssueCode::date_parsing;

  static bool parse(std::string_view text, T& value) {
    detail::CivilDate date;
    return detail::read_date(text, date) && assign(date, value);
  }
  static bool parse_lax(std::string_view text, bool number, T& value) {
    detail::CivilDate date;
    return detail::read_date_lax(text, number, date) && assign(date, value);
  }
  static bool is_valid(const T& value) { return value.ok(); }
  static std::string print(const T& value) {
    return detail::print_date(
        {static_cast<int>(value.year()), static_cast<unsigned>(value.month()), static_cast<unsigned>(value.day())});
  }

 private:
  static bool assign(const detail::CivilDate& date, T& value) {
    using Year = std::remove_cvref_t<decltype(value.year())>;
    using Month = std::remove_cvref_t<decltype(value.month())>;
    using Day = std::remove_cvref_t<decltype(value.day())>;
    value = T(Year(date.year), Month(date.month), Day(date.day));
    return true;
  }
};

template <detail::ChronoTimeOfDay T>
struct TextForm<T> {
  static constexpr std::string_view what =
      detail::whole_seconds<typename T::precision> ? "a time of day, to the second" : "a time of day";
  static constexpr std::string_view example = "08:30:00";
  static constexpr std::string_view format = "time";
  static constexpr IssueCode wrong_type = IssueCode::time_type;
  static constexpr IssueCode wrong_text = IssueCode::time_parsing;

  static bool parse(std::string_view text, T& value) {
    detail::Seconds time;
    typename T::precision precise{};
    if (!detail::read_time(text, time) || !detail::to_units(time, precise)) return false;
    value = T(precise);
    return true;
  }
  static bool parse_lax(std::string_view text, bool number, T& value) {
    detail::Seconds time;
    typename T::precision precise{};
    if (!number || !detail::read_seconds(text, time) || time.whole < 0 || time.whole >= 86400) return false;
    if (!detail::to_units(time, precise)) return false;
    value = T(precise);
    return true;
  }
  static std::string print(const T& value) { return detail::print_time(detail::to_seconds(value.to_duration())); }
};

template <class T>
  requires detail::SystemTime<T> || detail::LocalTime<T>
struct TextForm<T> {
  static constexpr bool local = detail::LocalTime<T>;
  static constexpr bool whole = detail::whole_seconds<typename T::duration>;
  static constexpr std::string_view what =
      local ? (whole ? "a date and time without offset, to the second" : "a date and time without offset")
            : (whole ? "a date and time, to the second" : "a date and time");
  static constexpr std::string_view example = local ? "2026-11-21T08:30:00" : "2026-11-21T08:30:00Z";
  static constexpr std::string_view format = "date-time";
  static constexpr IssueCode wrong_type = IssueCode::datetime_type;
  static constexpr IssueCode wrong_text = IssueCode::datetime_parsing;

  static bool parse(std::string_view text, T& value) {
    detail::Seconds time;
    typename T::duration since{};
    if (!(local ? detail::read_local(text, time) : detail::read_instant(text, time))) return false;
    if (!detail::to_units(time, since)) return false;
    value = T(since);
    return true;
  }
  static bool parse_lax(std::string_view text, bool number, T& value) {
    detail::Seconds time;
    typename T::duration since{};
    if (!detail::read_instant_lax(text, number, time) || !detail::to_units(time, since)) return false;
    value = T(since);
    return true;
  }
  static std::string print(const T& value) {
    const detail::Seconds time = detail::to_seconds(value.time_since_epoch());
    return local ? detail::print_local(time) : detail::print_instant(time);
  }
};

template <detail::ChronoDuration T>
struct TextForm<T> {
  static constexpr std::string_view what =
      detail::whole_seconds<T> ? "a duration in whole seconds or more" : "a duration";
  static constexpr std::string_view example = "PT1H30M";
  static constexpr std::string_view format = "duration";
  static constexpr IssueCode wrong_type = IssueCode::time_delta_type;
  static constexpr IssueCode wrong_text = IssueCode::time_delta_parsing;

  static bool parse(std::string_view text, T& value) {
    detail::Seconds span;
    return detail::read_span(text, span) && detail::to_units(span, value);
  }
  static bool parse_lax(std::string_view text, bool number, T& value) {
    detail::Seconds span;
    return number && detail::read_seconds(text, span) && detail::to_units(span, value);
  }
  static std::string print(const T& value) { return detail::print_span(detail::to_seconds(value)); }
};

template <>
struct TextForm<Duration> {
  static constexpr std::string_view what = "a duration";
  static constexpr std::string_view example = "PT1H30M";
  static constexpr std::string_view format = "duration";
  static constexpr IssueCode wrong_type = IssueCode::time_delta_type;
  static constexpr IssueCode wrong_text = IssueCode::time_delta_parsing;

  static bool parse(std::string_view text, Duration& value);
  static std::string print(Duration value);
};

}  // namespace instructor
