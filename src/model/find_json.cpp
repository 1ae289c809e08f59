#include "model/find_json.hpp"

#include <cstddef>

#include "json/no_events.hpp"
#include "json/push_parser.hpp"

namespace instructor::core {

namespace {

/// Stops where the object or list is over.
struct Scanner : json::NoEvents {
  bool ended = false;
  std::size_t depth = 0;

  void begin_object() { ++depth; }
  void end_object() { ended = --depth == 0; }
  void begin_array() { ++depth; }
  void end_array() { ended = --depth == 0; }
  bool stopped() const { return ended; }
};

/// The length of the JSON value at the start of `text`, or 0; `looked_at` is how far the parser got.
std::size_t json_length(std::string_view text, std::size_t& looked_at) {
  Scanner scanner;
  json::PushParser parser(scanner);
  parser.feed(text);
  if (parser.done()) {
    looked_at = parser.position();
    return parser.position();
  }
  looked_at = text.size();
  if (!parser.finish() && parser.failed()) looked_at = parser.failure().offset;
  return 0;
}

std::string_view last_value(std::string_view text) {
  // Each failed attempt may look at all that follows: enough for any honest reply, and linear for the others.
  std::size_t budget = 16 * text.size() + 1024;
  std::string_view found;
  std::size_t at = 0;
  while ((at = text.find_first_of("{[", at)) != std::string_view::npos) {
    std::size_t looked_at = 0;
    const std::size_t length = json_length(text.substr(at), looked_at);
    if (length != 0) found = text.substr(at, length);
    if (looked_at >= budget) break;
    budget -= looked_at;
    at += length == 0 ? 1 : length;
  }
  return found;
}

std::string_view last_fence(std::string_view text) {
  std::string_view found;
  std::size_t at = 0;
  while ((at = text.find("```", at)) != std::string_view::npos) {
    const std::size_t line_end = text.find('\n', at);
    if (line_end == std::string_view::npos) break;
    const std::size_t close = text.find("\n```", line_end);
    const std::string_view content =
        text.substr(line_end + 1, close == std::string_view::npos ? close : close - line_end);
    if (content.find_first_of("{[") != std::string_view::npos) {
      const std::string_view value = last_value(content);
      if (!value.empty()) found = value;
    }
    if (close == std::string_view::npos) break;
    at = close + 4;
  }
  return found;
}

}  // namespace

std::string_view find_json(std::string_view text) {
  if (const std::string_view fenced = last_fence(text); !fenced.empty()) return fenced;
  if (const std::string_view value = last_value(text); !value.empty()) return value;
  const std::size_t bracket = text.find_first_of("{[");
  return bracket == std::string_view::npos ? text : text.substr(bracket);
}

}  // namespace instructor::core
