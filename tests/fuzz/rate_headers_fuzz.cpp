// Headers that say limits: whatever they hold, what is read of them is within bounds. An input is a response head, one
// header a line.

#include <string>
#include <string_view>

#include "fuzz.hpp"
#include "reliability/rate_headers.hpp"

namespace {

using namespace instructor;

void check_count(const std::optional<std::int64_t>& count) {
  if (count) fuzz::expect(*count >= 0 && *count <= 1'000'000'000'000'000, "counts are within bounds");
}

void check_reset(const std::optional<Duration>& reset) {
  if (reset)
    fuzz::expect(*reset >= Duration() && *reset <= Duration::of_seconds(2'678'400), "resets are within bounds");
}

void check(const RateLimits& limits) {
  for (const auto& count :
       {limits.requests_limit, limits.requests_left, limits.tokens_limit, limits.tokens_left, limits.input_tokens_limit,
        limits.input_tokens_left, limits.output_tokens_limit, limits.output_tokens_left})
    check_count(count);
  for (const auto& reset :
       {limits.requests_reset, limits.tokens_reset, limits.input_tokens_reset, limits.output_tokens_reset})
    check_reset(reset);
}

HttpHead head_of(std::string_view text) {
  HttpHead head;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::size_t colon = line.find(": ");
    if (colon == std::string_view::npos) continue;
    head.headers.push_back({std::string(line.substr(0, colon)), std::string(line.substr(colon + 2))});
  }
  return head;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  const HttpHead head = head_of(text);
  for (const Duration now : {Duration(), Duration::of_seconds(1'787'150'062), Duration::of_nanoseconds(INT64_MAX)})
    check(read_rate_limits(head, now));
  // The text as the value of each kind of header.
  for (const char* const name : {"x-ratelimit-reset-requests", "x-ratelimit-remaining-tokens", "ratelimit", "date"}) {
    HttpHead one;
    one.headers = {{name, std::string(text)}, {"anthropic-ratelimit-tokens-reset", "2026-08-19T14:34:22Z"}};
    check(read_rate_limits(one, Duration()));
  }
  return 0;
}
