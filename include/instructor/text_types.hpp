#pragma once

// Types for what JSON has no type for: bytes, exact decimals, identifiers, secrets.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "instructor/text_form.hpp"

namespace instructor {

/// Bytes; base64 in JSON.
using Bytes = std::vector<std::byte>;

/// A decimal number, kept as it is written: `12.50` stays `12.50`. In JSON a text; a number is taken as well.
class Decimal {
 public:
  Decimal() = default;
  /// Throws std::invalid_argument when `text` is no decimal number.
  explicit Decimal(std::string_view text);

  /// As it was written; `0` when nothing was.
  const std::string& text() const { return text_; }
  /// The nearest double.
  double to_double() const;

  /// Compares texts: 1.0 and 1.00 are not the same.
  friend bool operator==(const Decimal&, const Decimal&) = default;

 private:
  std::string text_ = "0";
};

/// A UUID (RFC 9562).
struct Uuid {
  std::array<std::uint8_t, 16> bytes{};

  /// `123e4567-e89b-12d3-a456-426614174000`
  std::string text() const;
  friend auto operator<=>(const Uuid&, const Uuid&) = default;
};

/// A text that is not to be seen: JSON, issues and streams show `**********` for it.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string text) : text_(std::move(text)) {}

  const std::string& expose() const { return text_; }

 private:
  std::string text_;
};

template <>
struct TextForm<Bytes> {
  static constexpr std::string_view what = "bytes in base64";
  static constexpr std::string_view example = "aGVsbG8=";
  static constexpr IssueCode wrong_type = IssueCode::bytes_type;
  static constexpr IssueCode wrong_text = IssueCode::bytes_parsing;
  static bool parse(std::string_view text, Bytes& value);
  static std::string print(const Bytes& value);
};

template <>
struct TextForm<Decimal> {
  static constexpr std::string_view what = "a decimal number";
  static constexpr std::string_view example = "12.50";
  static constexpr std::string_view pattern = R"(^-?[0-9]+(\.[0-9]+)?$)";
  static constexpr bool takes_numbers = true;
  static constexpr IssueCode wrong_type = IssueCode::decimal_type;
  static constexpr IssueCode wrong_text = IssueCode::decimal_parsing;
  static bool parse(std::string_view text, Decimal& value);
  static std::string print(const Decimal& value) { return value.text(); }
};

template <>
struct TextForm<Uuid> {
  static constexpr std::string_view what = "a UUID";
  static constexpr std::string_view example = "123e4567-e89b-12d3-a456-426614174000";
  static constexpr std::string_view format = "uuid";
  static constexpr IssueCode wrong_type = IssueCode::uuid_type;
  static constexpr IssueCode wrong_text = IssueCode::uuid_parsing;
  static bool parse(std::string_view text, Uuid& value);
  static std::string print(const Uuid& value) { return value.text(); }
};

template <>
struct TextForm<Secret> {
  static constexpr std::string_view what = "string";
  static constexpr std::string_view example = "secret";
  static constexpr std::string_view format = "password";
  static bool parse(std::string_view text, Secret& value);
  static std::string print(const Secret& value) { return value.expose().empty() ? "" : "**********"; }
};

}  // namespace instructor
