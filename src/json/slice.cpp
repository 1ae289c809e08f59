#include "json/slice.hpp"

#include <cstddef>

#include "json/scan.hpp"

namespace instructor::json {

namespace {

std::size_t after_spaces(std::string_view text, std::size_t at) {
  while (at < text.size() && is_space(text[at])) ++at;
  return at;
}

/// From its opening quote to just after the closing one.
std::size_t after_string(std::string_view text, std::size_t at) {
  for (++at; at < text.size(); ++at) {
    if (text[at] == '\\')
      ++at;
    else if (text[at] == '"')
      return at + 1;
  }
  return text.size();
}

std::size_t after_value(std::string_view text, std::size_t at) {
  std::size_t depth = 0;
  while (at < text.size()) {
    const char c = text[at];
    if (c == '"') {
      at = after_string(text, at);
      if (depth == 0) return at;
      continue;
    }
    if (c == '{' || c == '[') ++depth;
    if (c == '}' || c == ']') {
      if (depth == 0) return at;
      if (--depth == 0) return at + 1;
    }
    if (depth == 0 && (c == ',' || is_space(c))) return at;
    ++at;
  }
  return at;
}

/// Each value of a container that opens with `opening`; in an object with its key, quotes included.
template <class Take>
void each_value(std::string_view text, char opening, const Take& take) {
  std::size_t at = after_spaces(text, 0);
  if (at == text.size() || text[at] != opening) return;
  ++at;
  while (true) {
    at = after_spaces(text, at);
    std::string_view key;
    if (opening == '{') {
      if (at >= text.size() || text[at] != '"') return;
      const std::size_t end = after_string(text, at);
      key = text.substr(at, end - at);
      at = after_spaces(text, end);
      if (at >= text.size() || text[at] != ':') return;
      at = after_spaces(text, at + 1);
    }
    const std::size_t end = after_value(text, at);
    if (end == at) return;
    take(key, text.substr(at, end - at));
    at = after_spaces(text, end);
    if (at >= text.size() || text[at] != ',') return;
    ++at;
  }
}

}  // namespace

std::string_view member_text(std::string_view object, std::string_view key) {
  std::string_view found;
  each_value(object, '{', [&](std::string_view name, std::string_view value) {
    if (name.size() == key.size() + 2 && name.substr(1, key.size()) == key) found = value;
  });
  return found;
}

std::vector<std::string_view> item_texts(std::string_view list) {
  std::vector<std::string_view> items;
  each_value(list, '[', [&](std::string_view, std::string_view value) { items.push_back(value); });
  return items;
}

}  // namespace instructor::json
