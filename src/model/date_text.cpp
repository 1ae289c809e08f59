#include "model/date_text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <optional>
#include <utility>

#include "instructor/detail/time_forms.hpp"
#include "json/scan.hpp"
#include "model/decimal_text.hpp"
#include "model/text_folding.hpp"

namespace instructor::core {

namespace {

constexpr std::size_t longest_date = 80;
constexpr int cost_of_midnight = 3;

constexpr std::array<std::string_view, 12> months{"january",   "february", "march",    "april",
                                                  "may",       "june",     "july",     "august",
                                                  "september", "october",  "november", "december"};
constexpr std::array<std::string_view, 7> weekdays{"monday", "tuesday",  "wednesday", "thursday",
                                                   "friday", "saturday", "sunday"};

/// The zones that mail knows, and Europe's, in hours before or after UTC.
constexpr std::array<std::pair<std::string_view, int>, 13> zones{{{"z", 0},
                                                                  {"utc", 0},
                                                                  {"gmt", 0},
                                                                  {"est", -5},
                                                                  {"edt", -4},
                                                                  {"cst", -6},
                                                                  {"cdt", -5},
                                                                  {"mst", -7},
                                                                  {"mdt", -6},
                                                                  {"pst", -8},
                                                                  {"pdt", -7},
                                                                  {"cet", 1},
                                                                  {"cest", 2}}};

/// A full name, or the three letters (of September, four) that stand for it.
template <std::size_t Count>
std::optional<unsigned> index_of(const std::array<std::string_view, Count>& names, std::string_view word) {
  for (std::size_t i = 0; i < Count; ++i) {
    const bool is_short = word.size() >= 3 && word.size() <= 5 && names[i].starts_with(word);
    if (word == names[i] || is_short) return static_cast<unsigned>(i);
  }
  return std::nullopt;
}

std::string padded(unsigned value, std::size_t width) {
  std::string digits = std::to_string(value);
  return std::string(width - std::min(width, digits.size()), '0') + digits;
}

struct DatePart {
  enum class Form : std::uint8_t { number, word, sign };
  Form form = Form::sign;
  std::string_view text;
  bool glued = false;  ///< to what comes before it

  bool is(std::string_view other) const { return text == other; }
  bool is_number() const { return form == Form::number; }
  unsigned value() const {
    unsigned sum = 0;
    for (const char c : text.substr(0, 9)) sum = sum * 10 + static_cast<unsigned>(c - '0');
    return sum;
  }
};

std::vector<DatePart> parts_in(std::string_view small_text) {
  const auto is_word = [](char c) { return (c >= 'a' && c <= 'z') || static_cast<unsigned char>(c) >= 0x80; };
  std::vector<DatePart> parts;
  bool glued = false;
  for (std::size_t at = 0; at < small_text.size();) {
    const char c = small_text[at];
    std::size_t end = at + 1;
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
      glued = false;
      at = end;
      continue;
    }
    DatePart part;
    if (json::is_digit(c)) {
      part.form = DatePart::Form::number;
      while (end < small_text.size() && json::is_digit(small_text[end])) ++end;
    } else if (is_word(c)) {
      part.form = DatePart::Form::word;
      while (end < small_text.size() && is_word(small_text[end])) ++end;
    }
    part.text = small_text.substr(at, end - at);
    part.glued = glued;
    parts.push_back(part);
    glued = true;
    at = end;
  }
  return parts;
}

class DateReader {
 public:
  explicit DateReader(std::string_view small_text) : parts_(parts_in(small_text)) {}

  bool read() { return take_compact() && take_time() && take_date() && only_fillers(); }

  std::string date;    ///< 2024-03-05; empty: there is none
  std::string time;    ///< 10:00:00, with a fraction perhaps
  std::string offset;  ///< Z, +01:00

 private:
  const DatePart* at(std::size_t i) const { return i < parts_.size() ? &parts_[i] : nullptr; }
  bool is_sign(std::size_t i, std::string_view signs) const {
    return i < parts_.size() && parts_[i].form == DatePart::Form::sign &&
           signs.find(parts_[i].text) != std::string_view::npos;
  }
  bool is_number(std::size_t i, std::size_t least, std::size_t most) const {
    return i < parts_.size() && parts_[i].is_number() && parts_[i].text.size() >= least &&
           parts_[i].text.size() <= most;
  }
  void erase(std::size_t from, std::size_t to) {
    parts_.erase(parts_.begin() + static_cast<std::ptrdiff_t>(from), parts_.begin() + static_cast<std::ptrdiff_t>(to));
  }

  bool set_date(unsigned year, unsigned month, unsigned day) {
    const std::string made = padded(year, 4) + "-" + padded(month, 2) + "-" + padded(day, 2);
    detail::CivilDate checked;
    if (!date.empty() || year < 1000 || !detail::read_date(made, checked)) return false;
    date = made;
    return true;
  }

  bool set_time(unsigned hours, unsigned minutes, unsigned seconds, std::string_view fraction) {
    if (hours > 23 || minutes > 59 || seconds > 59) return false;
    time = padded(hours, 2) + ":" + padded(minutes, 2) + ":" + padded(seconds, 2);
    if (!fraction.empty()) time.append(".").append(fraction);
    return true;
  }

  /// 20240305, 20240305T100000
  bool take_compact() {
    for (std::size_t i = 0; i < parts_.size(); ++i) {
      if (!is_number(i, 8, 8)) continue;
      const unsigned all = parts_[i].value();
      if (!set_date(all / 10000, all / 100 % 100, all % 100)) return false;
      const DatePart* const next = at(i + 1);
      if (next != nullptr && next->is("t") && is_number(i + 2, 6, 6)) {
        const unsigned clock = parts_[i + 2].value();
        if (!set_time(clock / 10000, clock / 100 % 100, clock % 100, {})) return false;
        const std::size_t end = take_offset(i + 3);
        erase(i, end);
      } else {
        erase(i, i + 1);
      }
      return true;
    }
    return true;
  }

  bool take_time() {
    for (std::size_t i = 0; i < parts_.size(); ++i) {
      if (!is_number(i, 1, 2)) continue;
      std::size_t end = i + 1;
      const bool has_minutes = is_sign(end, ":") && is_number(end + 1, 2, 2);
      unsigned minutes = 0;
      unsigned seconds = 0;
      std::string_view fraction;
      if (has_minutes) {
        minutes = parts_[end + 1].value();
        end += 2;
        if (is_sign(end, ":") && is_number(end + 1, 2, 2)) {
          seconds = parts_[end + 1].value();
          end += 2;
          if (is_sign(end, ".,") && is_number(end + 1, 1, 9) && parts_[end + 1].glued) {
            fraction = parts_[end + 1].text;
            end += 2;
          }
        }
      }
      const auto half = take_half_of_day(end);
      if (!has_minutes && !half) continue;
      unsigned hours = parts_[i].value();
      if (half) {
        if (hours < 1 || hours > 12) return false;
        hours = hours % 12 + (*half ? 12 : 0);
      }
      if (!time.empty() || !set_time(hours, minutes, seconds, fraction)) return false;
      end = take_offset(end);
      erase(i, end);
      --i;
    }
    return true;
  }

  /// am, p.m.; true: after noon.
  std::optional<bool> take_half_of_day(std::size_t& end) const {
    const DatePart* const part = at(end);
    if (part == nullptr) return std::nullopt;
    if (part->is("am") || part->is("pm")) {
      ++end;
      return part->is("pm");
    }
    const bool dotted =
        (part->is("a") || part->is("p")) && is_sign(end + 1, ".") && at(end + 2) != nullptr && at(end + 2)->is("m");
    if (!dotted) return std::nullopt;
    end += 3;
    if (is_sign(end, ".")) ++end;
    return part->is("p");
  }

  std::size_t take_offset(std::size_t from) {
    std::size_t i = from;
    const bool bracket = is_sign(i, "(");
    if (bracket) ++i;
    const DatePart* const part = at(i);
    if (part == nullptr) return from;
    if (part->form == DatePart::Form::word) {
      const auto zone = std::ranges::find(zones, part->text, &std::pair<std::string_view, int>::first);
      if (zone == zones.end()) return from;
      const int hours = zone->second;
      offset = hours == 0 ? "Z" : (hours < 0 ? "-" : "+") + padded(static_cast<unsigned>(std::abs(hours)), 2) + ":00";
      ++i;
      if (hours == 0 && !bracket && is_sign(i, "+-")) i = take_numeric_offset(i);
    } else {
      const std::size_t end = take_numeric_offset(i);
      if (end == i) return from;
      i = end;
      if (is_sign(i, "(") && at(i + 1) != nullptr && at(i + 1)->form == DatePart::Form::word && is_sign(i + 2, ")"))
        return i + 3;  // +0000 (UTC)
    }
    if (bracket && is_sign(i, ")")) ++i;
    return i;
  }

  std::size_t take_numeric_offset(std::size_t i) {
    if (!is_sign(i, "+-")) return i;
    const std::string sign(parts_[i].text);
    if (is_number(i + 1, 4, 4)) {
      offset = sign + std::string(parts_[i + 1].text.substr(0, 2)) + ":" + std::string(parts_[i + 1].text.substr(2));
      return i + 2;
    }
    if (is_number(i + 1, 1, 2) && is_sign(i + 2, ":") && is_number(i + 3, 2, 2)) {
      offset = sign + padded(parts_[i + 1].value(), 2) + ":" + std::string(parts_[i + 3].text);
      return i + 4;
    }
    if (is_number(i + 1, 1, 2)) {
      offset = sign + padded(parts_[i + 1].value(), 2) + ":00";
      return i + 2;
    }
    return i;
  }

  bool take_date() {
    for (std::size_t i = 0; i < parts_.size(); ++i)
      if (parts_[i].form == DatePart::Form::word && index_of(months, parts_[i].text)) return take_named_month(i);
    for (std::size_t i = 0; i + 4 < parts_.size(); ++i) {
      if (!parts_[i].is_number() || !parts_[i + 2].is_number() || !parts_[i + 4].is_number()) continue;
      if (!is_sign(i + 1, "-/.") || !parts_[i + 3].is(parts_[i + 1].text)) return false;
      const bool taken = take_numeric(i, parts_[i + 1].is("."));
      erase(i, i + 5);
      return taken;
    }
    return true;
  }

  bool take_numeric(std::size_t i, bool points) {
    const unsigned first = parts_[i].value();
    const unsigned second = parts_[i + 2].value();
    const unsigned third = parts_[i + 4].value();
    if (is_number(i, 4, 4) && is_number(i + 2, 1, 2) && is_number(i + 4, 1, 2)) return set_date(first, second, third);
    if (!is_number(i, 1, 2) || !is_number(i + 2, 1, 2) || !is_number(i + 4, 4, 4)) return false;
    // With points the day comes first; with slashes that depends on the country.
    if (points || first > 12 || first == second) return set_date(third, second, first);
    if (second > 12) return set_date(third, first, second);
    return false;
  }

  bool take_named_month(std::size_t at_month) {
    const unsigned month = *index_of(months, parts_[at_month].text) + 1;
    std::optional<unsigned> year;
    std::optional<unsigned> day;
    for (const DatePart& part : parts_) {
      if (!part.is_number()) continue;
      std::optional<unsigned>& place = part.text.size() == 4 ? year : day;
      if (place || (part.text.size() != 4 && part.text.size() > 2)) return false;
      place = part.value();
    }
    if (!year || !day || !set_date(*year, month, *day)) return false;
    std::erase_if(parts_, [](const DatePart& part) { return part.is_number(); });
    std::erase_if(parts_, [](const DatePart& part) { return index_of(months, part.text).has_value(); });
    return true;
  }

  bool only_fillers() const {
    constexpr std::array<std::string_view, 11> fillers{"t",  "at", "on", "the", "of", "st",
                                                       "nd", "rd", "th", "um",  "de"};
    return std::ranges::all_of(parts_, [&](const DatePart& part) {
      switch (part.form) {
        case DatePart::Form::number: return false;
        case DatePart::Form::word:
          return std::ranges::find(fillers, part.text) != fillers.end() || index_of(weekdays, part.text).has_value();
        case DatePart::Form::sign: break;
      }
      return std::string_view(",.-/").find(part.text) != std::string_view::npos;
    });
  }

  std::vector<DatePart> parts_;
};

// ---- durations ---------------------------------------------------------------------------------------------------

struct SpanUnit {
  std::string_view name;
  std::int64_t nanoseconds;
};
constexpr std::int64_t one_second = 1'000'000'000;
constexpr std::array<SpanUnit, 24> span_units{{{"ms", 1'000'000},
                                               {"msec", 1'000'000},
                                               {"millisecond", 1'000'000},
                                               {"milliseconds", 1'000'000},
                                               {"s", one_second},
                                               {"sec", one_second},
                                               {"secs", one_second},
                                               {"second", one_second},
                                               {"seconds", one_second},
                                               {"m", 60 * one_second},
                                               {"min", 60 * one_second},
                                               {"mins", 60 * one_second},
                                               {"minute", 60 * one_second},
                                               {"minutes", 60 * one_second},
                                               {"h", 3600 * one_second},
                                               {"hr", 3600 * one_second},
                                               {"hrs", 3600 * one_second},
                                               {"hour", 3600 * one_second},
                                               {"hours", 3600 * one_second},
                                               {"d", 86400 * one_second},
                                               {"day", 86400 * one_second},
                                               {"days", 86400 * one_second},
                                               {"week", 604800 * one_second},
                                               {"weeks", 604800 * one_second}}};

/// count * unit, which must be whole nanoseconds.
std::optional<std::int64_t> nanoseconds_of(const DecimalText& count, std::int64_t unit) {
  std::int64_t value = 0;
  for (const char digit : count.digits)
    if (__builtin_mul_overflow(value, std::int64_t{10}, &value) ||
        __builtin_add_overflow(value, std::int64_t{digit - '0'}, &value))
      return std::nullopt;
  if (__builtin_mul_overflow(value, unit, &value)) return std::nullopt;
  for (int i = 0; i < -count.exponent; ++i) {
    if (value % 10 != 0) return std::nullopt;
    value /= 10;
  }
  for (int i = 0; i < count.exponent; ++i)
    if (__builtin_mul_overflow(value, std::int64_t{10}, &value)) return std::nullopt;
  return value;
}

/// "1h 30m", "two hours and 5 minutes"
std::optional<std::string> span_in(std::string_view small_text) {
  std::vector<DatePart> parts = parts_in(small_text);
  std::int64_t total = 0;
  std::int64_t last_unit = std::numeric_limits<std::int64_t>::max();
  std::string count;
  bool any = false;
  for (const DatePart& part : parts) {
    if (part.form != DatePart::Form::word) {
      if (part.is(",") && count.empty()) continue;
      if (part.form == DatePart::Form::sign && !part.is(".") && !part.is(",") && !part.is("-")) return std::nullopt;
      if (part.is("-") && count.empty()) return std::nullopt;
      count += part.text;
      continue;
    }
    const auto unit = std::ranges::find(span_units, part.text, &SpanUnit::name);
    if (unit == span_units.end()) {
      if (part.is("and") && count.empty() && any) continue;
      if (!count.empty()) count += ' ';
      count += part.is("an") || part.is("a") ? "one" : part.text;
      continue;
    }
    std::optional<DecimalText> number = read_separated(count, false);
    if (!number) number = read_number_words(count);
    if (!number || number->negative || unit->nanoseconds >= last_unit) return std::nullopt;
    const auto part_of_total = nanoseconds_of(*number, unit->nanoseconds);
    if (!part_of_total || __builtin_add_overflow(total, *part_of_total, &total)) return std::nullopt;
    last_unit = unit->nanoseconds;
    count.clear();
    any = true;
  }
  if (!any || !count.empty()) return std::nullopt;
  return detail::print_span({total / one_second, total % one_second});
}

std::string in_capitals(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 0x20);
  return out;
}

}  // namespace

std::vector<DateSpelling> date_spellings(std::string_view text, std::string_view format) {
  const std::string_view bare = bared(text);
  if (bare.empty() || bare.size() > longest_date) return {};
  std::vector<DateSpelling> found;
  if (bare != text) found.push_back({std::string(bare)});
  const std::string small_text = in_small_letters(bare);
  if (format == "duration") {
    if (auto span = span_in(small_text)) found.push_back({*std::move(span)});
    found.push_back({in_capitals(bare)});
    return found;
  }
  DateReader reader(small_text);
  if (!reader.read()) return found;
  const bool has_date = !reader.date.empty();
  const bool has_time = !reader.time.empty();
  if (format == "date" && has_date) found.push_back({reader.date});
  if (format == "time" && has_time) {
    found.push_back({reader.time + reader.offset});
    found.push_back({reader.time});
  }
  if (format == "date-time" && has_date && has_time) {
    found.push_back({reader.date + "T" + reader.time + reader.offset});
    if (reader.offset == "Z") found.push_back({reader.date + "T" + reader.time});
  }
  if (format == "date-time" && has_date && !has_time)
    found.push_back({reader.date + "T00:00:00" + reader.offset, cost_of_midnight});
  return found;
}

}  // namespace instructor::core
