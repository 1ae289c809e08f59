// URIs and IRIs (RFC 3986, RFC 3987), and URI templates (RFC 6570).

#include <algorithm>
#include <optional>

#include "json/text.hpp"
#include "model/format_checks.hpp"

namespace instructor::core::formats {

namespace {

bool is_unreserved(char c) { return is_letter(c) || is_digit(c) || c == '-' || c == '.' || c == '_' || c == '~'; }

bool is_one_of(char c, std::string_view set) { return c != '\0' && set.find(c) != set.npos; }

constexpr std::string_view sub_delimiters = "!$&'()*+,;=";

/// Characters beyond ASCII are allowed in an IRI, but for control characters, surrogates and what is no character; all
/// of them come in well-formed UTF-8.
bool is_iri_character(std::string_view sequence, bool in_query) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(sequence[i]); };
  if (sequence.size() == 2) return byte(0) != 0xC2 || byte(1) >= 0xA0;
  if (sequence.size() == 3) {
    const unsigned code = (byte(0) & 0xFu) << 12 | (byte(1) & 0x3Fu) << 6 | (byte(2) & 0x3Fu);
    if (code >= 0xE000 && code <= 0xF8FF) return in_query;
    return code < 0xFDD0 || (code > 0xFDEF && code < 0xFFF0);
  }
  // The last two of each plane are no characters.
  const bool last = (byte(1) & 0xFu) == 0xF && byte(2) == 0xBF && byte(3) >= 0xBE;
  return !last;
}

/// Text of unreserved characters, encoded ones, sub-delimiters and those of `others`.
bool consists_of(std::string_view text, std::string_view others, bool international, bool in_query = false) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (is_unreserved(c) || is_one_of(c, sub_delimiters) || is_one_of(c, others)) continue;
    if (c == '%') {
      if (i + 2 >= text.size() || !is_hex(text[i + 1]) || !is_hex(text[i + 2])) return false;
      i += 2;
    } else if (!is_ascii(c) && international) {
      const std::size_t length = json::utf8_length(text.substr(i));
      if (length == 0 || !is_iri_character(text.substr(i, length), in_query)) return false;
      i += length - 1;
    } else {
      return false;
    }
  }
  return true;
}

bool is_ip_literal(std::string_view text) {
  if (!text.starts_with('v') && !text.starts_with('V')) return is_ipv6(text);
  const std::size_t dot = text.find('.');
  if (dot == text.npos || dot < 2 || dot + 1 == text.size()) return false;
  return std::ranges::all_of(text.substr(1, dot - 1), is_hex) && text.find('%') == text.npos &&
         consists_of(text.substr(dot + 1), ":", false);
}

bool is_authority(std::string_view text, bool international) {
  if (const std::size_t at = text.find('@'); at != text.npos) {
    if (!consists_of(text.substr(0, at), ":", international)) return false;
    text.remove_prefix(at + 1);
  }
  std::string_view port;
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == text.npos || !is_ip_literal(text.substr(1, end - 1))) return false;
    port = text.substr(end + 1);
    if (!port.empty() && !port.starts_with(':')) return false;
  } else {
    const std::size_t colon = std::min(text.find(':'), text.size());
    if (!consists_of(text.substr(0, colon), {}, international)) return false;
    port = text.substr(colon);
  }
  if (!port.empty()) port.remove_prefix(1);
  return std::ranges::all_of(port, is_digit);
}

/// What comes after the scheme, or all of a relative reference.
bool is_hierarchical(std::string_view text, bool international) {
  if (const std::size_t hash = text.find('#'); hash != text.npos) {
    if (!consists_of(text.substr(hash + 1), ":@/?", international)) return false;
    text = text.substr(0, hash);
  }
  if (const std::size_t mark = text.find('?'); mark != text.npos) {
    if (!consists_of(text.substr(mark + 1), ":@/?", international, true)) return false;
    text = text.substr(0, mark);
  }
  if (text.starts_with("//")) {
    text.remove_prefix(2);
    const std::size_t slash = std::min(text.find('/'), text.size());
    if (!is_authority(text.substr(0, slash), international)) return false;
    text.remove_prefix(slash);
  }
  return consists_of(text, ":@/", international);
}

bool is_absolute(std::string_view text, bool international) {
  const std::optional<std::size_t> scheme = scheme_length(text);
  return scheme && is_hierarchical(text.substr(*scheme + 1), international);
}

bool is_reference(std::string_view text, bool international) {
  if (scheme_length(text)) return is_absolute(text, international);
  // A colon in the first segment would make a scheme of it.
  return text.substr(0, text.find_first_of("/?#")).find(':') == text.npos && is_hierarchical(text, international);
}

bool is_variable(std::string_view text) {
  if (text.ends_with('*')) {
    text.remove_suffix(1);
  } else if (const std::size_t colon = text.find(':'); colon != text.npos) {
    const std::string_view length = text.substr(colon + 1);
    if (length.empty() || length.size() > 4 || length.front() == '0' || !std::ranges::all_of(length, is_digit))
      return false;
    text = text.substr(0, colon);
  }
  if (text.empty() || text.front() == '.' || text.back() == '.' || text.find("..") != text.npos) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      if (i + 2 >= text.size() || !is_hex(text[i + 1]) || !is_hex(text[i + 2])) return false;
      i += 2;
    } else if (!is_letter(text[i]) && !is_digit(text[i]) && text[i] != '_' && text[i] != '.') {
      return false;
    }
  }
  return true;
}

/// What stands between braces.
bool is_expression(std::string_view text) {
  if (!text.empty() && is_one_of(text.front(), "+#./;?&=,!@|")) text.remove_prefix(1);
  for (;;) {
    const std::size_t comma = std::min(text.find(','), text.size());
    if (!is_variable(text.substr(0, comma))) return false;
    if (comma == text.size()) return true;
    text.remove_prefix(comma + 1);
  }
}

}  // namespace

std::optional<std::size_t> scheme_length(std::string_view text) {
  if (text.empty() || !is_letter(text.front())) return std::nullopt;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == ':') return i;
    if (!is_letter(text[i]) && !is_digit(text[i]) && !is_one_of(text[i], "+-.")) return std::nullopt;
  }
  return std::nullopt;
}

std::string percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool encoded = text[i] == '%' && i + 2 < text.size() && is_hex(text[i + 1]) && is_hex(text[i + 2]);
    out += encoded ? static_cast<char>(json::hex_digit(text[i + 1]) * 16 + json::hex_digit(text[i + 2])) : text[i];
    if (encoded) i += 2;
  }
  return out;
}

bool is_uri(std::string_view text) { return is_absolute(text, false); }
bool is_uri_reference(std::string_view text) { return is_reference(text, false); }
bool is_iri(std::string_view text) { return is_absolute(text, true); }
bool is_iri_reference(std::string_view text) { return is_reference(text, true); }

bool is_uri_template(std::string_view text) {
  while (!text.empty()) {
    const char c = text.front();
    if (c == '{') {
      const std::size_t end = text.find('}');
      if (end == text.npos || !is_expression(text.substr(1, end - 1))) return false;
      text.remove_prefix(end + 1);
    } else if (c == '%') {
      if (text.size() < 3 || !is_hex(text[1]) || !is_hex(text[2])) return false;
      text.remove_prefix(3);
    } else if (is_ascii(c)) {
      if (c <= ' ' || c == 0x7F || is_one_of(c, "\"<>\\^`|}")) return false;
      text.remove_prefix(1);
    } else {
      const std::size_t length = json::utf8_length(text);
      if (length == 0 || !is_iri_character(text.substr(0, length), true)) return false;
      text.remove_prefix(length);
    }
  }
  return true;
}

}  // namespace instructor::core::formats
