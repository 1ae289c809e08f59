#pragma once

// JSON numbers as text: their grammar and their exact values. Locale-free.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "instructor/types.hpp"

namespace instructor::json {

enum class NumberForm : std::uint8_t {
  invalid,   ///< not a JSON number
  integer,   ///< no fraction and no exponent
  floating,  ///< with a fraction or an exponent
};

/// Checks `text` against the grammar of RFC 8259, section 6.
NumberForm classify_number(std::string_view text) noexcept;

enum class Fit : std::uint8_t { exact, too_large };

/// The value of a token of NumberForm::integer. `out` is set when it fits 64 bits: signed when negative or small
/// enough, else unsigned.
Fit parse_integer(std::string_view text, Number& out) noexcept;

/// The nearest double of any number token; too_large when it is beyond the largest finite double. Values too small
/// become zero.
Fit parse_double(std::string_view text, double& out) noexcept;

/// Three-way comparison without rounding; both must have a value, and no NaN.
int compare(const Number& a, const Number& b) noexcept;

/// Is `value` (the text of a JSON number) a multiple of `step`? Decimal arithmetic, so that 0.3 is a multiple of 0.1.
bool is_multiple(std::string_view value, const Number& step) noexcept;
bool is_multiple(const Number& value, const Number& step) noexcept;

double to_double(const Number& number) noexcept;

/// Appends the shortest text that reads back as the same number.
void append_number(std::string& out, const Number& number);
std::string number_text(const Number& number);
void append_double(std::string& out, double value);
void append_float(std::string& out, float value);
void append_signed(std::string& out, std::int64_t value);
void append_unsigned(std::string& out, std::uint64_t value);

}  // namespace instructor::json
