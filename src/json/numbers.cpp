#include "json/numbers.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <system_error>

#include "instructor/detail/schema_text.hpp"
#include "json/scan.hpp"

namespace instructor::json {

namespace {

__extension__ typedef unsigned __int128 Wide;

/// A decimal number: digits * 10^exponent.
struct Decimal {
  Wide digits = 0;
  int exponent = 0;
  bool exact = true;  ///< false: more digits than fit
};

Decimal parse_decimal(std::string_view text) {
  constexpr Wide limit = ~static_cast<Wide>(0) / 100;
  Decimal decimal;
  bool fraction = false;
  std::size_t i = 0;
  for (; i < text.size() && text[i] != 'e' && text[i] != 'E'; ++i) {
    const char c = text[i];
    if (c == '.') fraction = true;
    if (!is_digit(c)) continue;
    if (decimal.digits > limit) {
      decimal.exact = false;
      return decimal;
    }
    decimal.digits = decimal.digits * 10 + static_cast<unsigned>(c - '0');
    if (fraction) --decimal.exponent;
  }
  if (i < text.size()) {
    ++i;
    const bool plus = i < text.size() && text[i] == '+';
    int exponent = 0;
    const auto [end, error] = std::from_chars(text.data() + i + (plus ? 1 : 0), text.data() + text.size(), exponent);
    if (error != std::errc() || exponent > 10000 || exponent < -10000) {
      decimal.exact = false;
      return decimal;
    }
    decimal.exponent += exponent;
  }
  while (decimal.digits != 0 && decimal.digits % 10 == 0) {
    decimal.digits /= 10;
    ++decimal.exponent;
  }
  return decimal;
}

/// digits * 10^power mod modulus, or false where it overflows.
bool scaled_remainder(Wide digits, int power, Wide modulus, Wide& remainder) {
  if (modulus > std::numeric_limits<std::uint64_t>::max()) return false;
  remainder = digits % modulus;
  for (int i = 0; i < power && remainder != 0; ++i) remainder = remainder * 10 % modulus;
  return true;
}

int compare_doubles(double a, double b) { return a < b ? -1 : a > b ? 1 : 0; }

/// Exact: an integer against a double.
int compare_mixed(const Number& integer, double real) {
  if (real >= 18446744073709551616.0) return -1;
  if (real < -9223372036854775808.0) return 1;
  const double whole = std::floor(real);
  Number rounded;
  if (whole < 0)
    rounded = static_cast<std::int64_t>(whole);
  else
    rounded = static_cast<std::uint64_t>(whole);
  const int order = compare(integer, rounded);
  return order != 0 ? order : (real > whole ? -1 : 0);
}

template <class N>
void append_chars(std::string& out, N value) {
  std::array<char, 32> buffer;
  const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  out.append(buffer.data(), result.ptr);
}

}  // namespace

NumberForm classify_number(std::string_view text) noexcept {
  const char* p = text.data();
  const char* const end = p + text.size();
  if (p != end && *p == '-') ++p;
  if (p == end) return NumberForm::invalid;
  if (*p == '0') {
    ++p;
  } else {
    if (!is_digit(*p)) return NumberForm::invalid;
    while (p != end && is_digit(*p)) ++p;
  }
  if (p == end) return NumberForm::integer;
  if (*p == '.') {
    ++p;
    if (p == end || !is_digit(*p)) return NumberForm::invalid;
    while (p != end && is_digit(*p)) ++p;
  }
  if (p != end && (*p == 'e' || *p == 'E')) {
    ++p;
    if (p != end && (*p == '+' || *p == '-')) ++p;
    if (p == end || !is_digit(*p)) return NumberForm::invalid;
    while (p != end && is_digit(*p)) ++p;
  }
  return p == end ? NumberForm::floating : NumberForm::invalid;
}

Fit parse_integer(std::string_view text, Number& out) noexcept {
  const bool negative = text.front() == '-';
  const char* p = text.data() + (negative ? 1 : 0);
  const char* const end = text.data() + text.size();
  std::uint64_t value = 0;
  if (end - p <= 19) {  // cannot overflow
    for (; p != end; ++p) value = value * 10 + static_cast<std::uint64_t>(*p - '0');
  } else if (std::from_chars(p, end, value).ec != std::errc()) {
    return Fit::too_large;
  }
  constexpr std::uint64_t sign_bit = std::uint64_t{1} << 63;
  if (negative) {
    if (value > sign_bit) return Fit::too_large;
    out = static_cast<std::int64_t>(~value + 1);
  } else if (value < sign_bit) {
    out = static_cast<std::int64_t>(value);
  } else {
    out = value;
  }
  return Fit::exact;
}

Fit parse_double(std::string_view text, double& out) noexcept {
  const auto result = std::from_chars(text.data(), text.data() + text.size(), out);
  if (result.ec == std::errc()) return std::isfinite(out) ? Fit::exact : Fit::too_large;
  // Out of range says neither which way nor what is nearest: the decimal exponent of the first digit does.
  int magnitude = 0;
  bool seen = false;
  bool fraction = false;
  std::size_t i = text.front() == '-' ? 1 : 0;
  for (; i < text.size() && text[i] != 'e' && text[i] != 'E'; ++i) {
    if (text[i] == '.') {
      fraction = true;
      continue;
    }
    if (text[i] != '0') seen = true;
    if (fraction && !seen) --magnitude;
    if (!fraction && seen) ++magnitude;
  }
  if (i < text.size()) {
    ++i;
    const bool negative = text[i] == '-';
    if (text[i] == '-' || text[i] == '+') ++i;
    int exponent = 0;
    if (std::from_chars(text.data() + i, text.data() + text.size(), exponent).ec != std::errc() || exponent > 100000000)
      exponent = 100000000;
    magnitude += negative ? -exponent : exponent;
  }
  if (magnitude > 0) return Fit::too_large;
  out = text.front() == '-' ? -0.0 : 0.0;
  return Fit::exact;
}

int compare(const Number& a, const Number& b) noexcept {
  using Form = Number::Form;
  if (a.form == Form::floating && b.form == Form::floating) return compare_doubles(a.floating_value, b.floating_value);
  if (a.form == Form::floating) return -compare_mixed(b, a.floating_value);
  if (b.form == Form::floating) return compare_mixed(a, b.floating_value);
  const bool a_negative = a.form == Form::signed_integer && a.signed_value < 0;
  const bool b_negative = b.form == Form::signed_integer && b.signed_value < 0;
  if (a_negative != b_negative) return a_negative ? -1 : 1;
  if (a_negative) return a.signed_value < b.signed_value ? -1 : a.signed_value > b.signed_value ? 1 : 0;
  const std::uint64_t x =
      a.form == Form::signed_integer ? static_cast<std::uint64_t>(a.signed_value) : a.unsigned_value;
  const std::uint64_t y =
      b.form == Form::signed_integer ? static_cast<std::uint64_t>(b.signed_value) : b.unsigned_value;
  return x < y ? -1 : x > y ? 1 : 0;
}

bool is_multiple(std::string_view value, const Number& step) noexcept {
  std::string step_text;
  append_number(step_text, step);
  const Decimal a = parse_decimal(value);
  const Decimal b = parse_decimal(step_text);
  if (a.digits == 0 && a.exact) return true;
  Wide remainder = 0;
  if (a.exact && b.exact && b.digits != 0) {
    if (a.exponent >= b.exponent) {
      if (scaled_remainder(a.digits, a.exponent - b.exponent, b.digits, remainder)) return remainder == 0;
    } else {
      // value < step * 10^n: a multiple only when the value's own digits hold the factor, which they do not, having
      // no trailing zeros, unless the step's digits share it.
      Wide modulus = b.digits;
      int power = b.exponent - a.exponent;
      while (power > 0 && modulus <= std::numeric_limits<std::uint64_t>::max() / 10) {
        modulus *= 10;
        --power;
      }
      if (power > 0) return false;
      return a.digits % modulus == 0;
    }
  }
  double real = 0;
  if (parse_double(value, real) != Fit::exact) return false;
  return std::remainder(real, to_double(step)) == 0;
}

bool is_multiple(const Number& value, const Number& step) noexcept {
  if (value.form == Number::Form::signed_integer && step.form == Number::Form::signed_integer && step.signed_value > 0)
    return value.signed_value % step.signed_value == 0;
  return is_multiple(number_text(value), step);
}

double to_double(const Number& number) noexcept {
  switch (number.form) {
    case Number::Form::signed_integer: return static_cast<double>(number.signed_value);
    case Number::Form::unsigned_integer: return static_cast<double>(number.unsigned_value);
    case Number::Form::floating: return number.floating_value;
    case Number::Form::none: break;
  }
  return 0;
}

void append_number(std::string& out, const Number& number) {
  switch (number.form) {
    case Number::Form::signed_integer: append_chars(out, number.signed_value); break;
    case Number::Form::unsigned_integer: append_chars(out, number.unsigned_value); break;
    case Number::Form::floating: append_chars(out, number.floating_value); break;
    case Number::Form::none: break;
  }
}

std::string number_text(const Number& number) {
  std::string text;
  append_number(text, number);
  return text;
}

void append_double(std::string& out, double value) { append_chars(out, value); }
void append_float(std::string& out, float value) { append_chars(out, value); }
void append_signed(std::string& out, std::int64_t value) { append_chars(out, value); }
void append_unsigned(std::string& out, std::uint64_t value) { append_chars(out, value); }

}  // namespace instructor::json

namespace instructor::detail {

std::size_t print_double(double value, char* buffer) {
  return static_cast<std::size_t>(std::to_chars(buffer, buffer + 32, value).ptr - buffer);
}

}  // namespace instructor::detail
