// Dates, times and spans as texts.

#include <array>
#include <charconv>
#include <string>
#include <string_view>

#include "instructor/detail/time_forms.hpp"

namespace instructor {

namespace detail {

namespace {

constexpr std::int64_t second = 1'000'000'000;  // in nanoseconds
constexpr std::int64_t minute = 60;
constexpr std::int64_t hour = 3600;
constexpr std::int64_t day = 86400;

/// Reads from the front of a text.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  bool take(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool take_any_of(std::string_view characters) {
    if (rest_.empty() || characters.find(rest_.front()) == std::string_view::npos) return false;
    rest_.remove_prefix(1);
    return true;
  }
  /// Exactly so many digits.
  bool digits(std::size_t count, int& value) {
    if (rest_.size() < count) return false;
    value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (rest_[i] < '0' || rest_[i] > '9') return false;
      value = value * 10 + (rest_[i] - '0');
    }
    rest_.remove_prefix(count);
    return true;
  }
  /// One digit or more.
  bool number(std::int64_t& value) {
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    if (error != std::errc() || rest_.front() == '-') return false;
    rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    return true;
  }
  /// What stands after a point, as nanoseconds. Digits beyond them must be zero: nothing is cut off.
  bool fraction(std::int64_t& nanoseconds) {
    nanoseconds = 0;
    std::int64_t unit = second / 10;
    bool any = false;
    for (; !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9'; rest_.remove_prefix(1), unit /= 10) {
      any = true;
      const int digit = rest_.front() - '0';
      if (unit == 0 && digit != 0) return false;
      nanoseconds += digit * unit;
    }
    return any;
  }
  bool done() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

/// Division that rounds down, also below zero.
constexpr std::int64_t floored(std::int64_t count, std::int64_t unit) {
  return count / unit - (count % unit < 0 ? 1 : 0);
}

Seconds negated(const Seconds& time) {
  if (time.nanoseconds == 0) return {-time.whole, 0};
  return {-time.whole - 1, second - time.nanoseconds};
}

bool is_leap(int year) { return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0; }

unsigned days_in(int year, unsigned month) {
  constexpr std::array<unsigned, 12> lengths{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && is_leap(year) ? 29 : lengths[month - 1];
}

/// Days from 1970-01-01, in the proleptic Gregorian calendar: years are counted from March, so that the leap day is the
/// last of its year.
std::int64_t days_of(const CivilDate& date) {
  const std::int64_t year = date.year - (date.month <= 2 ? 1 : 0);
  const std::int64_t month = static_cast<std::int64_t>(date.month) + (date.month <= 2 ? 9 : -3);
  const std::int64_t day_of_year = (153 * month + 2) / 5 + date.day - 1;
  const std::int64_t leap_days =
      (year >= 0 ? year : year - 3) / 4 - (year >= 0 ? year : year - 99) / 100 + (year >= 0 ? year : year - 399) / 400;
  return year * 365 + leap_days + day_of_year - 719468;
}

CivilDate date_of(std::int64_t days) {
  // The year by its mean length, then the error of at most one mended.
  auto year = static_cast<int>(1970 + days / 366);
  while (days_of({year + 1, 1, 1}) <= days) year += static_cast<int>((days - days_of({year + 1, 1, 1})) / 366) + 1;
  while (days_of({year, 1, 1}) > days) --year;
  std::int64_t rest = days - days_of({year, 1, 1});
  unsigned month = 1;
  while (rest >= days_in(year, month)) rest -= days_in(year, month++);
  return {year, month, static_cast<unsigned>(rest) + 1};
}

bool take_date(Reader& in, CivilDate& date) {
  int month = 0;
  int day_of_month = 0;
  if (!in.digits(4, date.year) || !in.take('-') || !in.digits(2, month) || !in.take('-') || !in.digits(2, day_of_month))
    return false;
  if (month < 1 || month > 12 || day_of_month < 1) return false;
  date.month = static_cast<unsigned>(month);
  date.day = static_cast<unsigned>(day_of_month);
  return date.day <= days_in(date.year, date.month);
}

bool take_time(Reader& in, Seconds& time) {
  int hours = 0;
  int minutes = 0;
  int seconds = 0;
  if (!in.digits(2, hours) || !in.take(':') || !in.digits(2, minutes)) return false;
  time.nanoseconds = 0;
  if (in.take(':')) {
    if (!in.digits(2, seconds)) return false;
    if (in.take_any_of(".,") && !in.fraction(time.nanoseconds)) return false;
  }
  if (hours > 23 || minutes > 59 || seconds > 59) return false;
  time.whole = hours * hour + minutes * minute + seconds;
  return true;
}

/// `Z`, `+01:00`, `-0530`. False: what is there is none. `there`: there is one.
bool take_offset(Reader& in, bool& there, std::int64_t& seconds) {
  seconds = 0;
  there = !in.done();
  if (!there || in.take_any_of("Zz")) return true;
  const bool negative = in.take('-');
  if (!negative && !in.take('+')) return false;
  int hours = 0;
  int minutes = 0;
  if (!in.digits(2, hours)) return false;
  in.take(':');
  if (!in.digits(2, minutes) || hours > 23 || minutes > 59) return false;
  seconds = (hours * hour + minutes * minute) * (negative ? -1 : 1);
  return true;
}

bool take_date_time(std::string_view text, Seconds& time, bool& has_offset) {
  Reader in(text);
  CivilDate date;
  Seconds of_day;
  std::int64_t offset = 0;
  if (!take_date(in, date) || !in.take_any_of("Tt _") || !take_time(in, of_day)) return false;
  if (!take_offset(in, has_offset, offset) || !in.done()) return false;
  time = {days_of(date) * day + of_day.whole - offset, of_day.nanoseconds};
  return true;
}

// ---- print -------------------------------------------------------------------------------------------------------

void append_padded(std::string& out, std::int64_t value, std::size_t width) {
  const std::string digits = std::to_string(value);
  if (digits.size() < width) out.append(width - digits.size(), '0');
  out += digits;
}

void append_fraction(std::string& out, std::int64_t nanoseconds) {
  if (nanoseconds == 0) return;
  out += '.';
  append_padded(out, nanoseconds, 9);
  while (out.back() == '0') out.pop_back();
}

void append_time(std::string& out, const Seconds& time) {
  append_padded(out, time.whole / hour, 2);
  out += ':';
  append_padded(out, time.whole / minute % 60, 2);
  out += ':';
  append_padded(out, time.whole % 60, 2);
  append_fraction(out, time.nanoseconds);
}

}  // namespace

bool read_date(std::string_view text, CivilDate& date) {
  Reader in(text);
  return take_date(in, date) && in.done();
}

bool read_time(std::string_view text, Seconds& since_midnight) {
  Reader in(text);
  bool has_offset = false;
  std::int64_t offset = 0;
  // A time of day has no offset to keep: only one that says nothing is taken.
  return take_time(in, since_midnight) && take_offset(in, has_offset, offset) && offset == 0 && in.done();
}

bool read_instant(std::string_view text, Seconds& since_1970) {
  bool has_offset = false;
  return take_date_time(text, since_1970, has_offset);
}

bool read_local(std::string_view text, Seconds& since_1970) {
  bool has_offset = false;
  return take_date_time(text, since_1970, has_offset) && !has_offset;
}

/// `P3DT4H5M6.5S`, `P2W`, `-PT5S`, `00:00:05`
bool read_span(std::string_view text, Seconds& span) {
  Reader in(text);
  const bool negative = in.take('-');
  if (!negative) in.take('+');
  span = {};
  const auto add = [&](std::int64_t count, std::int64_t unit) {
    std::int64_t seconds = 0;
    return !__builtin_mul_overflow(count, unit, &seconds) && !__builtin_add_overflow(span.whole, seconds, &span.whole);
  };
  if (!in.take_any_of("Pp")) {
    Seconds time;
    if (!take_time(in, time) || !in.done()) return false;
    span = time;
  } else {
    struct Unit {
      std::string_view letters;
      std::int64_t seconds;
      bool in_time;
    };
    constexpr std::array<Unit, 5> units{
        {{"Ww", 7 * day, false}, {"Dd", day, false}, {"Hh", hour, true}, {"Mm", minute, true}, {"Ss", 1, true}}};
    bool in_time = false;
    std::size_t next = 0;
    bool any = false;
    while (!in.done()) {
      if (!in_time && in.take_any_of("Tt")) {
        in_time = true;
        any = false;
        continue;
      }
      std::int64_t count = 0;
      if (!in.number(count)) return false;
      const bool fraction = in.take_any_of(".,");
      if (fraction && !in.fraction(span.nanoseconds)) return false;
      std::size_t unit = next;
      while (unit < units.size() && !(units[unit].in_time == in_time && in.take_any_of(units[unit].letters))) ++unit;
      if (unit == units.size() || (fraction && unit + 1 != units.size()) || !add(count, units[unit].seconds))
        return false;
      next = unit + 1;
      any = true;
    }
    if (!any) return false;
  }
  if (negative) span = negated(span);
  return true;
}

/// A JSON number of seconds; nothing is cut off.
bool read_seconds(std::string_view number, Seconds& seconds) {
  Reader in(number);
  const bool negative = in.take('-');
  seconds = {};
  if (!in.number(seconds.whole)) return false;
  if (in.take('.') && !in.fraction(seconds.nanoseconds)) return false;
  if (!in.done()) return false;
  if (negative) seconds = negated(seconds);
  return true;
}

namespace {

/// Years that are written with four digits.
bool is_in_calendar(const Seconds& since_1970) {
  return since_1970.whole >= days_of({0, 1, 1}) * day && since_1970.whole < days_of({10000, 1, 1}) * day;
}

}  // namespace

bool read_instant_lax(std::string_view text, bool number, Seconds& since_1970) {
  if (number) return read_seconds(text, since_1970) && is_in_calendar(since_1970);
  CivilDate date;
  if (!read_date(text, date)) return false;
  since_1970 = {days_of(date) * day, 0};
  return true;
}

bool read_date_lax(std::string_view text, bool number, CivilDate& date) {
  Seconds time;
  if (!(number ? read_seconds(text, time) : read_instant(text, time)) || !is_in_calendar(time)) return false;
  // A time of day would be lost.
  if (time.whole % day != 0 || time.nanoseconds != 0) return false;
  date = date_of(time.whole / day);
  return true;
}

std::string print_date(const CivilDate& date) {
  std::string out = date.year < 0 ? "-" : "";
  append_padded(out, date.year < 0 ? -static_cast<std::int64_t>(date.year) : date.year, 4);
  out += '-';
  append_padded(out, date.month, 2);
  out += '-';
  append_padded(out, date.day, 2);
  return out;
}

std::string print_time(const Seconds& since_midnight) {
  std::string out;
  append_time(out, since_midnight);
  return out;
}

std::string print_local(const Seconds& since_1970) {
  const std::int64_t days = floored(since_1970.whole, day);
  std::string out = print_date(date_of(days)) + "T";
  append_time(out, {since_1970.whole - days * day, since_1970.nanoseconds});
  return out;
}

std::string print_instant(const Seconds& since_1970) { return print_local(since_1970) + "Z"; }

std::string print_span(const Seconds& span) {
  Seconds rest = span.whole < 0 ? negated(span) : span;
  std::string out = span.whole < 0 ? "-P" : "P";
  if (rest.whole >= day) out += std::to_string(rest.whole / day) + "D";
  rest.whole %= day;
  if (rest.whole == 0 && rest.nanoseconds == 0) return out.back() == 'P' ? out + "T0S" : out;
  out += 'T';
  if (rest.whole >= hour) out += std::to_string(rest.whole / hour) + "H";
  if (rest.whole / minute % 60 != 0) out += std::to_string(rest.whole / minute % 60) + "M";
  if (rest.whole % 60 != 0 || rest.nanoseconds != 0) {
    out += std::to_string(rest.whole % 60);
    append_fraction(out, rest.nanoseconds);
    out += 'S';
  }
  return out;
}

}  // namespace detail

bool TextForm<Duration>::parse(std::string_view text, Duration& value) {
  detail::Seconds span;
  std::int64_t nanoseconds = 0;
  if (!detail::read_span(text, span)) return false;
  if (__builtin_mul_overflow(span.whole, detail::second, &nanoseconds)) return false;
  if (__builtin_add_overflow(nanoseconds, span.nanoseconds, &nanoseconds)) return false;
  value = Duration::of_nanoseconds(nanoseconds);
  return true;
}

std::string TextForm<Duration>::print(Duration value) {
  const std::int64_t count = value.nanoseconds();
  const std::int64_t whole = detail::floored(count, detail::second);
  return detail::print_span({whole, count - whole * detail::second});
}

}  // namespace instructor
