#include "http/retry_after.hpp"

#include <charconv>
#include <ctime>
#include <string>

#include <curl/curl.h>

namespace instructor {

namespace {

std::optional<double> number(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !(value >= 0) || value > 1e9) return std::nullopt;
  return value;
}

std::optional<std::time_t> date(std::string_view text) {
  if (text.empty()) return std::nullopt;
  const std::time_t time = curl_getdate(std::string(text).c_str(), nullptr);
  return time == -1 ? std::nullopt : std::optional(time);
}

}  // namespace

std::optional<Duration> retry_after(const HttpHead& head) {
  if (const auto milliseconds = number(head.header("retry-after-ms")))
    return Duration::of_nanoseconds(static_cast<std::int64_t>(*milliseconds * 1e6));
  const std::string_view text = head.header("retry-after");
  if (const auto seconds = number(text)) return Duration::of_nanoseconds(static_cast<std::int64_t>(*seconds * 1e9));
  const auto until = date(text);
  if (!until) return std::nullopt;
  const std::time_t now = date(head.header("date")).value_or(std::time(nullptr));
  return Duration::of_seconds(*until > now ? *until - now : 0);
}

}  // namespace instructor
