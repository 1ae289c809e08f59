// Dates, times and durations (RFC 3339).

#include <algorithm>

#include "instructor/detail/time_forms.hpp"
#include "model/format_checks.hpp"

namespace instructor::core::formats {

namespace {

/// Takes two digits off the front: a number up to `most`, or -1.
int two_digits(std::string_view& text, int most) {
  if (text.size() < 2 || !is_digit(text[0]) || !is_digit(text[1])) return -1;
  const int value = (text[0] - '0') * 10 + (text[1] - '0');
  text.remove_prefix(2);
  return value <= most ? value : -1;
}

bool take(std::string_view& text, char c) {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

bool take_digits(std::string_view& text) {
  const std::size_t count = std::min(text.find_first_not_of("0123456789"), text.size());
  text.remove_prefix(count);
  return count > 0;
}

/// Takes parts like `3D2H` off the front, in the order of `units`, without gaps; returns how many.
int take_parts(std::string_view& text, std::string_view units) {
  int count = 0;
  std::size_t next = 0;
  while (!text.empty() && is_digit(text.front())) {
    if (!take_digits(text) || text.empty()) return 0;
    const std::size_t unit = units.find(text.front());
    if (unit == units.npos || (count > 0 && unit != next) || unit < next) return 0;
    text.remove_prefix(1);
    next = unit + 1;
    ++count;
  }
  return count;
}

}  // namespace

bool is_date(std::string_view text) {
  detail::CivilDate date;
  return detail::read_date(text, date);
}

bool is_time(std::string_view text) {
  const int hour = two_digits(text, 23);
  if (hour < 0 || !take(text, ':')) return false;
  const int minute = two_digits(text, 59);
  if (minute < 0 || !take(text, ':')) return false;
  const int second = two_digits(text, 60);
  if (second < 0 || (take(text, '.') && !take_digits(text))) return false;
  int offset = 0;
  if (!take(text, 'Z') && !take(text, 'z')) {
    const bool behind = take(text, '-');
    if (!behind && !take(text, '+')) return false;
    const int hours = two_digits(text, 23);
    if (hours < 0 || !take(text, ':')) return false;
    const int minutes = two_digits(text, 59);
    if (minutes < 0) return false;
    offset = (hours * 60 + minutes) * (behind ? -1 : 1);
  }
  if (!text.empty()) return false;
  // A leap second comes at the end of a day in UTC.
  constexpr int day = 24 * 60;
  return second < 60 || (hour * 60 + minute - offset + 2 * day) % day == day - 1;
}

bool is_date_time(std::string_view text) {
  constexpr std::size_t date = 10;
  return text.size() > date && (text[date] == 'T' || text[date] == 't') && is_date(text.substr(0, date)) &&
         is_time(text.substr(date + 1));
}

bool is_duration(std::string_view text) {
  if (!take(text, 'P')) return false;
  if (std::string_view weeks = text; take_parts(weeks, "W") == 1 && weeks.empty()) return true;
  const bool days = !text.empty() && is_digit(text.front());
  if (days && take_parts(text, "YMD") == 0) return false;
  if (!take(text, 'T')) return days && text.empty();
  return take_parts(text, "HMS") > 0 && text.empty();
}

}  // namespace instructor::core::formats
