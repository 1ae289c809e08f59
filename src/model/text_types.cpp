#include "instructor/text_types.hpp"

#include <charconv>
#include <stdexcept>

#include "json/escape.hpp"
#include "json/numbers.hpp"

namespace instructor {

namespace {

constexpr std::string_view base64_digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// The value of a digit of base64, or of its spelling for URLs (RFC 4648, 5). -1: none.
int base64_value(char c) {
  if (c == '-') return 62;
  if (c == '_') return 63;
  const std::size_t at = base64_digits.find(c);
  return at == std::string_view::npos ? -1 : static_cast<int>(at);
}

/// Digits, a point with digits after it, an exponent.
bool is_decimal(std::string_view text) {
  std::size_t at = text.starts_with('-') || text.starts_with('+') ? 1 : 0;
  const auto digits = [&] {
    const std::size_t from = at;
    while (at < text.size() && text[at] >= '0' && text[at] <= '9') ++at;
    return at != from;
  };
  if (!digits()) return false;
  if (at < text.size() && text[at] == '.') {
    ++at;
    if (!digits()) return false;
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '-' || text[at] == '+')) ++at;
    if (!digits()) return false;
  }
  return at == text.size();
}

}  // namespace

namespace detail {

namespace {

template <class N>
bool read_whole(std::string_view text, N& key) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), key);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

bool read_integer_key(std::string_view text, std::int64_t& key) { return read_whole(text, key); }
bool read_unsigned_key(std::string_view text, std::uint64_t& key) { return read_whole(text, key); }

}  // namespace detail

// ---- bytes -------------------------------------------------------------------------------------------------------

bool TextForm<Bytes>::parse(std::string_view text, Bytes& value) {
  std::size_t padding = 0;
  while (padding < 2 && text.ends_with('=')) {
    text.remove_suffix(1);
    ++padding;
  }
  if (text.size() % 4 == 1 || (padding != 0 && (text.size() + padding) % 4 != 0)) return false;
  value.clear();
  value.reserve(text.size() / 4 * 3 + 2);
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const char c : text) {
    const int digit = base64_value(c);
    if (digit < 0) return false;
    bits = bits << 6 | static_cast<std::uint32_t>(digit);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    value.push_back(static_cast<std::byte>(bits >> count & 0xFF));
  }
  return (bits & ((1U << count) - 1)) == 0;  // bits that belong to no byte
}

std::string TextForm<Bytes>::print(const Bytes& value) {
  std::string out;
  out.reserve((value.size() + 2) / 3 * 4);
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const std::byte byte : value) {
    bits = bits << 8 | static_cast<std::uint32_t>(byte);
    count += 8;
    while (count >= 6) {
      count -= 6;
      out += base64_digits[bits >> count & 63];
    }
  }
  if (count != 0) out += base64_digits[bits << (6 - count) & 63];
  while (out.size() % 4 != 0) out += '=';
  return out;
}

// ---- decimals ----------------------------------------------------------------------------------------------------

Decimal::Decimal(std::string_view text) : text_(text) {
  if (!is_decimal(text)) throw std::invalid_argument("instructor: not a decimal number: " + text_);
}

double Decimal::to_double() const {
  double value = 0;
  std::string_view text = text_;
  if (text.starts_with('+')) text.remove_prefix(1);
  json::parse_double(text, value);
  return value;
}

bool TextForm<Decimal>::parse(std::string_view text, Decimal& value) {
  if (!is_decimal(text)) return false;
  value = Decimal(text);
  return true;
}

// ---- identifiers -------------------------------------------------------------------------------------------------

std::string Uuid::text() const {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) out += '-';
    out += {digits[bytes[i] >> 4], digits[bytes[i] & 15]};
  }
  return out;
}

/// With its four dashes, or with none.
bool TextForm<Uuid>::parse(std::string_view text, Uuid& value) {
  const bool dashed = text.size() == 36;
  if (!dashed && text.size() != 32) return false;
  std::size_t at = 0;
  for (std::size_t i = 0; i < value.bytes.size(); ++i) {
    if (dashed && (i == 4 || i == 6 || i == 8 || i == 10) && text[at++] != '-') return false;
    const int high = json::hex_digit(text[at]);
    const int low = json::hex_digit(text[at + 1]);
    if (high < 0 || low < 0) return false;
    value.bytes[i] = static_cast<std::uint8_t>(high * 16 + low);
    at += 2;
  }
  return true;
}

// ---- secrets -----------------------------------------------------------------------------------------------------

bool TextForm<Secret>::parse(std::string_view text, Secret& value) {
  value = Secret(std::string(text));
  return true;
}

}  // namespace instructor
