#pragma once

// Not API: see instructor/schema.hpp.
//
// JSON text into a buffer, in constant expressions and at run time alike.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "instructor/types.hpp"

namespace instructor::detail {

/// The shortest text that reads back as `value`, for numbers that the compile-time algorithm does not cover.
std::size_t print_double(double value, char* buffer);

/// Writes JSON to a buffer that is large enough, or only counts.
class SchemaText {
 public:
  constexpr SchemaText() = default;
  constexpr explicit SchemaText(char* out) : out_(out), writes_(true) {}

  constexpr std::size_t size() const { return size_; }

  constexpr void put(std::string_view text) {
    if (writes_) {
#if defined(__clang__)
      __builtin_memcpy(out_ + size_, text.data(), text.size());
#else
      for (std::size_t i = 0; i < text.size(); ++i) out_[size_ + i] = text[i];
#endif
    }
    size_ += text.size();
  }

  constexpr void begin() {
    put("{");
    first_ = true;
  }
  constexpr void end() {
    put("}");
    first_ = false;
  }
  constexpr void key(std::string_view safe) {
    put(first_ ? "\"" : ",\"");
    put(safe);
    put("\":");
    first_ = false;
  }

  constexpr void put_escaped(std::string_view text) {
    std::size_t begin = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
      const char c = text[i];
      if (static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\') continue;
      put(text.substr(begin, i - begin));
      begin = i + 1;
      if (c == '"' || c == '\\') {
        const char escape[] = {'\\', c};
        put({escape, 2});
      } else if (c == '\n') {
        put("\\n");
      } else if (c == '\t') {
        put("\\t");
      } else {
        const char* const digits = "0123456789abcdef";
        const char escape[] = {'\\', 'u', '0', '0', digits[c >> 4], digits[c & 15]};
        put({escape, 6});
      }
    }
    put(text.substr(begin));
  }

  constexpr void put_string(std::string_view text) {
    put("\"");
    put_escaped(text);
    put("\"");
  }

  constexpr void put_unsigned(std::uint64_t value) {
    char digits[20]{};
    std::size_t begin = 20;
    do {
      digits[--begin] = static_cast<char>('0' + value % 10);
      value /= 10;
    } while (value != 0);
    put({digits + begin, 20 - begin});
  }

  constexpr void put_signed(std::int64_t value) {
    if (value < 0) put("-");
    put_unsigned(value < 0 ? ~static_cast<std::uint64_t>(value) + 1 : static_cast<std::uint64_t>(value));
  }

  /// Exact when `value` is a decimal of at most 15 digits, as limits that people write are: m / 10^k is rounded
  /// only once when both fit a double.
  constexpr void put_double(double value) {
    const double magnitude = value < 0 ? -value : value;
    double power = 1;
    std::uint64_t unit = 1;
    for (int decimals = 0; decimals <= 15 && magnitude * power < 9007199254740992.0; ++decimals) {
      const std::uint64_t scaled = static_cast<std::uint64_t>(magnitude * power + 0.5);
      if (static_cast<double>(scaled) / power == magnitude) {
        if (value < 0) put("-");
        put_unsigned(scaled / unit);
        if (decimals != 0) put(".");
        for (std::uint64_t rest = scaled % unit; decimals > 0; --decimals) {
          unit /= 10;
          const char digit = static_cast<char>('0' + rest / unit);
          put({&digit, 1});
          rest %= unit;
        }
        return;
      }
      power *= 10;
      unit *= 10;
    }
    if consteval {
      throw "instructor: a limit or default of this size has no short decimal form; write it with fewer digits";
    } else {
      char buffer[32];
      put({buffer, print_double(value, buffer)});
    }
  }

  constexpr void put_number(const Number& number) {
    switch (number.form) {
      case Number::Form::signed_integer: put_signed(number.signed_value); break;
      case Number::Form::unsigned_integer: put_unsigned(number.unsigned_value); break;
      case Number::Form::floating: put_double(number.floating_value); break;
      case Number::Form::none: break;
    }
  }

 protected:
  bool first_ = true;  // of the members of the current object

 private:
  // No pointer is compared with null here: g++ with -fsanitize=undefined does not take that for a constant.
  char* out_ = nullptr;
  bool writes_ = false;
  std::size_t size_ = 0;
};

}  // namespace instructor::detail
