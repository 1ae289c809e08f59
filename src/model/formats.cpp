#include "model/formats.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "instructor/detail/known_formats.hpp"
#include "model/ecma_regex.hpp"
#include "model/format_checks.hpp"

namespace instructor::core {

namespace formats {

bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : !is_hex(text[i])) return false;
  }
  return true;
}

bool is_json_pointer(std::string_view text) {
  if (!text.empty() && text.front() != '/') return false;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (text[i] == '~' && (i + 1 == text.size() || (text[i + 1] != '0' && text[i + 1] != '1'))) return false;
  return true;
}

bool is_relative_json_pointer(std::string_view text) {
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  if (digits == 0 || (digits > 1 && text.front() == '0')) return false;
  text.remove_prefix(digits);
  return text == "#" || is_json_pointer(text);
}

bool is_regex(std::string_view text) { return translate_regex(text, RegexSyntax::strict).error.empty(); }

}  // namespace formats

namespace {

constexpr std::array<std::pair<std::string_view, FormatCheck>, detail::known_format_count> format_checks{{
    {"date-time", formats::is_date_time},
    {"date", formats::is_date},
    {"time", formats::is_time},
    {"duration", formats::is_duration},
    {"email", formats::is_email},
    {"idn-email", formats::is_idn_email},
    {"hostname", formats::is_hostname},
    {"idn-hostname", formats::is_idn_hostname},
    {"ipv4", formats::is_ipv4},
    {"ipv6", formats::is_ipv6},
    {"uri", formats::is_uri},
    {"uri-reference", formats::is_uri_reference},
    {"iri", formats::is_iri},
    {"iri-reference", formats::is_iri_reference},
    {"uri-template", formats::is_uri_template},
    {"uuid", formats::is_uuid},
    {"json-pointer", formats::is_json_pointer},
    {"relative-json-pointer", formats::is_relative_json_pointer},
    {"regex", formats::is_regex},
}};
static_assert(std::ranges::equal(format_checks, detail::known_formats, {},
                                 &std::pair<std::string_view, FormatCheck>::first, &detail::KnownFormat::name),
              "one check for each known format, in their order");

}  // namespace

FormatCheck find_format(std::string_view name) {
  const std::size_t index = detail::find_known_format(name);
  return index == detail::known_format_count ? nullptr : format_checks[index].second;
}

bool is_known_format(std::string_view name) { return find_format(name) != nullptr; }

bool matches_format(std::string_view name, std::string_view text) {
  const FormatCheck check = find_format(name);
  return check == nullptr || check(text);
}

}  // namespace instructor::core

namespace instructor::detail {

bool is_in_format(std::size_t index, std::string_view text) { return core::format_checks[index].second(text); }

}  // namespace instructor::detail
