#include "engine/redact.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace instructor {

void Secrets::add(std::string value) {
  constexpr std::size_t shortest = 6;
  if (value.size() < shortest) return;
  // Where an earlier one is replaced, nothing is left that it is a part of.
  for (const std::string& earlier : values_)
    if (value.find(earlier) != std::string::npos) return;
  values_.push_back(std::move(value));
}

std::string Secrets::redact(std::string text) const {
  for (const std::string& value : values_) {
    // Nearly always there is none, and this is the quickest way to know.
    if (memmem(text.data(), text.size(), value.data(), value.size()) == nullptr) continue;
    for (std::size_t at = text.find(value); at != std::string::npos; at = text.find(value, at + redacted.size()))
      text.replace(at, value.size(), redacted);
  }
  return text;
}

bool is_secret_header(std::string_view name) {
  constexpr std::array<std::string_view, 6> names{"authorization", "proxy-authorization", "cookie", "set-cookie",
                                                  "api-key",       "x-amz-security-token"};
  if (std::ranges::find(names, name) != names.end()) return true;
  return name.ends_with("-key") || name.ends_with("-token") || name.ends_with("-secret");
}

}  // namespace instructor
