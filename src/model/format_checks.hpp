#pragma once

// One function for each format, and the pieces that several share.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "json/escape.hpp"

namespace instructor::core::formats {

using json::is_digit;
constexpr bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
constexpr bool is_hex(char c) { return json::hex_digit(c) >= 0; }
constexpr bool is_ascii(char c) { return static_cast<unsigned char>(c) < 0x80; }

/// The length of the scheme at the start of a URI, or nothing.
std::optional<std::size_t> scheme_length(std::string_view text);

/// Percent-encoded bytes decoded; what is no such encoding stays as it is.
std::string percent_decoded(std::string_view text);

bool is_date(std::string_view text);
bool is_time(std::string_view text);
bool is_date_time(std::string_view text);
bool is_duration(std::string_view text);

bool is_hostname(std::string_view text);
bool is_idn_hostname(std::string_view text);
bool is_ipv4(std::string_view text);
bool is_ipv6(std::string_view text);
bool is_email(std::string_view text);
bool is_idn_email(std::string_view text);

bool is_uri(std::string_view text);
bool is_uri_reference(std::string_view text);
bool is_iri(std::string_view text);
bool is_iri_reference(std::string_view text);
bool is_uri_template(std::string_view text);

bool is_uuid(std::string_view text);
bool is_json_pointer(std::string_view text);
bool is_relative_json_pointer(std::string_view text);
bool is_regex(std::string_view text);

}  // namespace instructor::core::formats
