#pragma once

// Not API: see `format` in instructor/model.hpp, and instructor/formatted.hpp.
//
// The formats whose texts the library checks.

#include <cstddef>
#include <string_view>

namespace instructor::detail {

/// A format, and the words in which it is told.
struct KnownFormat {
  std::string_view name;  ///< as JSON Schema has it
  std::string_view what;
  std::string_view example;
};

inline constexpr KnownFormat known_formats[] = {
    {"date-time", "a date and time with its offset", "2026-11-21T08:30:00Z"},
    {"date", "a date", "2026-11-21"},
    {"time", "a time of day with its offset", "08:30:00Z"},
    {"duration", "a duration", "PT1H30M"},
    {"email", "an email address", "ada@example.com"},
    {"idn-email", "an email address, in any script", "ada@b\u00fccher.example"},
    {"hostname", "a host name", "www.example.com"},
    {"idn-hostname", "a host name, in any script", "b\u00fccher.example"},
    {"ipv4", "an IPv4 address", "192.0.2.1"},
    {"ipv6", "an IPv6 address", "2001:db8::1"},
    {"uri", "a URL with its scheme", "https://example.com/a"},
    {"uri-reference", "a URL, or a part of one", "/a?b=c"},
    {"iri", "a URL with its scheme, in any script", "https://example.com/\u00fc"},
    {"iri-reference", "a URL, or a part of one, in any script", "/\u00fc?b=c"},
    {"uri-template", "a URI template", "https://example.com/{id}"},
    {"uuid", "a UUID", "123e4567-e89b-12d3-a456-426614174000"},
    {"json-pointer", "a JSON pointer", "/items/0/name"},
    {"relative-json-pointer", "a relative JSON pointer", "1/name"},
    {"regex", "a regular expression", "^[a-z]+$"},
};
inline constexpr std::size_t known_format_count = sizeof known_formats / sizeof known_formats[0];

/// Where the format is; `known_format_count`: nowhere.
constexpr std::size_t find_known_format(std::string_view name) {
  std::size_t index = 0;
  while (index < known_format_count && known_formats[index].name != name) ++index;
  return index;
}

/// Is the text in this format?
bool is_in_format(std::size_t index, std::string_view text);

}  // namespace instructor::detail
