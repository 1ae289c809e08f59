#include "http/url.hpp"

#include "instructor/error.hpp"
#include "json/text.hpp"

namespace instructor {

namespace {

/// The part after `://`, or nothing when there is no scheme that is spoken here.
std::string_view after_scheme(std::string_view url) {
  if (url.starts_with("https://")) return url.substr(8);
  if (url.starts_with("http://")) return url.substr(7);
  return {};
}

[[noreturn]] void refuse(const std::string& why) { throw Error(ErrorCode::invalid_configuration, why); }

}  // namespace

void check_base_url(std::string_view url) {
  const std::string_view rest = after_scheme(url);
  const std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
  if (authority.find('@') != std::string_view::npos)
    refuse("the base URL has a user name or password in it; give the key to ClientOptions::api_key");
  std::string shown;
  json::append_string(shown, json::shortened(url, 200));
  if (rest.empty()) refuse("the base URL " + shown + " does not begin with https:// or http://");
  if (authority.empty()) refuse("the base URL " + shown + " has no host");
  for (const char c : url)
    if (static_cast<unsigned char>(c) <= 0x20 || c == 0x7F)
      refuse("the base URL " + shown + " has a space or a control character in it");
  if (rest.find_first_of("?#") != std::string_view::npos)
    refuse("the base URL " + shown + " has a query or a fragment; give everything up to the path, as https://host/v1");
}

std::string host_of(std::string_view url) {
  std::string_view rest = after_scheme(url);
  rest = rest.substr(0, rest.find_first_of("/?#"));
  if (const std::size_t at = rest.rfind('@'); at != std::string_view::npos) rest.remove_prefix(at + 1);
  return rest.empty() ? "another place" : std::string(rest);
}

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool unreserved = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
                            c == '.' || c == '_' || c == '~';
    const auto byte = static_cast<unsigned char>(c);
    if (unreserved)
      out += c;
    else
      out.append(1, '%').append(1, digits[byte >> 4]).append(1, digits[byte & 15]);
  }
  return out;
}

}  // namespace instructor
