#include "instructor/completion.hpp"

namespace instructor {

Usage& Usage::operator+=(const Usage& other) {
  input_tokens += other.input_tokens;
  output_tokens += other.output_tokens;
  total_tokens += other.total_tokens;
  cached_tokens += other.cached_tokens;
  reasoning_tokens += other.reasoning_tokens;
  audio_tokens += other.audio_tokens;
  return *this;
}

std::string_view to_string(FinishReason reason) noexcept {
  switch (reason) {
    case FinishReason::unknown: return "unknown";
    case FinishReason::stop: return "stop";
    case FinishReason::length: return "length";
    case FinishReason::tool_calls: return "tool_calls";
    case FinishReason::content_filter: return "content_filter";
    case FinishReason::other: return "other";
  }
  return "unknown";
}

}  // namespace instructor
