// Names and addresses of hosts, and addresses of mail.

#include <idn2.h>

#include <algorithm>
#include <string>

#include "json/text.hpp"
#include "model/format_checks.hpp"

namespace instructor::core::formats {

namespace {

constexpr std::size_t longest_name = 253;
constexpr std::size_t longest_label = 63;

bool all_ascii(std::string_view text) { return std::ranges::all_of(text, is_ascii); }

bool starts_punycode(std::string_view label) {
  return label.size() >= 4 && (label[0] | 0x20) == 'x' && (label[1] | 0x20) == 'n' && label[2] == '-' &&
         label[3] == '-';
}

/// May IDNA2008 register this label? Returns the length of its form in ASCII, or 0. `flags`: IDN2_NFC_INPUT takes text
/// that is not normalised, too.
std::size_t registered(const std::string& label, bool punycode, int flags) {
  const auto* const bytes = reinterpret_cast<const std::uint8_t*>(label.c_str());
  std::uint8_t* name = nullptr;
  if (idn2_register_u8(punycode ? nullptr : bytes, punycode ? bytes : nullptr, &name, flags) != IDN2_OK) return 0;
  const std::size_t length = name == nullptr ? 0 : std::string_view(reinterpret_cast<const char*>(name)).size();
  idn2_free(name);
  return length;
}

/// The length of the label in ASCII, or 0 when it is none.
std::size_t ascii_label(std::string_view label) {
  if (label.empty() || label.size() > longest_label || label.front() == '-' || label.back() == '-') return 0;
  for (const char c : label)
    if (!is_letter(c) && !is_digit(c) && c != '-') return 0;
  if (starts_punycode(label)) {
    std::string lower(label);
    for (char& c : lower)
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return registered(lower, true, 0);
  }
  // Reserved for encodings to come.
  return label.size() >= 4 && label[2] == '-' && label[3] == '-' ? 0 : label.size();
}

std::size_t any_label(std::string_view label, int flags) {
  if (all_ascii(label)) return ascii_label(label);
  if (label.size() > 4 * longest_label || label.find('\0') != label.npos) return 0;
  return registered(std::string(label), false, flags);
}

/// The characters that end a label where names are not only ASCII.
std::size_t dot_length(std::string_view text) {
  if (text.starts_with('.')) return 1;
  for (const std::string_view dot : {"\u3002", "\uFF0E", "\uFF61"})
    if (text.starts_with(dot)) return dot.size();
  return 0;
}

bool is_international_name(std::string_view text, int flags) {
  if (text.empty() || text.size() > 4 * longest_name || !json::is_utf8(text)) return false;
  std::size_t length = 0;
  for (;;) {
    std::size_t end = 0;
    while (end < text.size() && dot_length(text.substr(end)) == 0) ++end;
    const std::size_t label = any_label(text.substr(0, end), flags);
    if (label == 0) return false;
    length += label + 1;
    if (end == text.size()) return length - 1 <= longest_name;
    text.remove_prefix(end + dot_length(text.substr(end)));
  }
}

/// RFC 5322's atext.
bool is_atom(char c) {
  return is_letter(c) || is_digit(c) ||
         (c != '\0' && std::string_view("!#$%&'*+-/=?^_`{|}~").find(c) != std::string_view::npos);
}

bool is_quoted_local(std::string_view text, bool international) {
  if (text.size() < 2 || text.front() != '"' || text.back() != '"') return false;
  text = text.substr(1, text.size() - 2);
  bool escaped = false;
  for (const char c : text) {
    if (is_ascii(c) ? c < ' ' || c == 0x7F : !international) return false;
    if (c == '"' && !escaped) return false;
    escaped = c == '\\' && !escaped;
  }
  return !escaped;
}

bool is_dotted_local(std::string_view text, bool international) {
  if (text.empty() || text.front() == '.' || text.back() == '.' || text.find("..") != text.npos) return false;
  return std::ranges::all_of(text, [=](char c) { return c == '.' || (is_ascii(c) ? is_atom(c) : international); });
}

bool is_mail_address(std::string_view text, bool international) {
  const std::size_t at = text.rfind('@');
  if (at == text.npos || at == 0 || text.size() > 1000) return false;
  const std::string_view local = text.substr(0, at);
  const std::string_view domain = text.substr(at + 1);
  if (!is_dotted_local(local, international) && !is_quoted_local(local, international)) return false;
  if (domain.starts_with('[') && domain.ends_with(']')) {
    const std::string_view address = domain.substr(1, domain.size() - 2);
    constexpr std::string_view ipv6 = "IPv6:";
    return address.starts_with(ipv6) ? is_ipv6(address.substr(ipv6.size())) : is_ipv4(address);
  }
  return international ? json::is_utf8(text) && is_international_name(domain, IDN2_NFC_INPUT) : is_hostname(domain);
}

}  // namespace

bool is_hostname(std::string_view text) {
  if (text.empty() || text.size() > longest_name) return false;
  for (std::size_t begin = 0;;) {
    const std::size_t end = std::min(text.find('.', begin), text.size());
    if (ascii_label(text.substr(begin, end - begin)) == 0) return false;
    if (end == text.size()) return true;
    begin = end + 1;
  }
}

bool is_idn_hostname(std::string_view text) { return is_international_name(text, 0); }

bool is_ipv4(std::string_view text) {
  for (int part = 0; part < 4; ++part) {
    if (part > 0) {
      if (!text.starts_with('.')) return false;
      text.remove_prefix(1);
    }
    std::size_t digits = 0;
    int value = 0;
    for (; digits < text.size() && digits < 4 && is_digit(text[digits]); ++digits)
      value = value * 10 + (text[digits] - '0');
    if (digits == 0 || digits > 3 || value > 255 || (digits > 1 && text.front() == '0')) return false;
    text.remove_prefix(digits);
  }
  return text.empty();
}

bool is_ipv6(std::string_view text) {
  int groups = 0;
  bool shortened = false;
  if (text.starts_with("::")) {
    shortened = true;
    text.remove_prefix(2);
    if (text.empty()) return true;
  }
  for (;;) {
    std::size_t digits = 0;
    while (digits < text.size() && digits < 5 && is_hex(text[digits])) ++digits;
    if (digits < text.size() && text[digits] == '.')
      return is_ipv4(text) && (shortened ? groups <= 5 : groups == 6);  // it stands for two groups
    if (digits == 0 || digits > 4 || ++groups > 8) return false;
    text.remove_prefix(digits);
    if (text.empty()) return shortened ? groups <= 7 : groups == 8;
    if (!text.starts_with(':')) return false;
    text.remove_prefix(1);
    if (text.starts_with(':')) {
      if (shortened) return false;
      shortened = true;
      text.remove_prefix(1);
      if (text.empty()) return groups <= 7;
    }
  }
}

bool is_email(std::string_view text) { return is_mail_address(text, false); }
bool is_idn_email(std::string_view text) { return is_mail_address(text, true); }

}  // namespace instructor::core::formats
