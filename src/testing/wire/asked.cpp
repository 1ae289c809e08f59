#include "testing/wire/asked.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "instructor/codec.hpp"

namespace instructor::testing::wire {

namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same_name(std::string_view left, std::string_view right) {
  return std::ranges::equal(left, right, [](char a, char b) { return lower(a) == lower(b); });
}

/// Under which keys of messages there is text, or what has text.
constexpr std::array<std::string_view, 12> text_keys{"content", "text",   "parts",    "toolResult",
                                                     "json",    "output", "response", "functionResponse",
                                                     "input",   "result", "error",    "reasoning_content"};

}  // namespace

std::string_view path_of(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return url;
  const std::size_t path = url.find('/', scheme + 3);
  return path == std::string_view::npos ? std::string_view("/") : url.substr(path);
}

std::string_view without_query(std::string_view path) { return path.substr(0, path.find('?')); }

std::string percent_decoded(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned value = 0;
    const char* const digits = text.data() + i + 1;
    if (text[i] == '%' && i + 2 < text.size() && std::from_chars(digits, digits + 2, value, 16).ptr == digits + 2) {
      decoded += static_cast<char>(value);
      i += 2;
    } else {
      decoded += text[i];
    }
  }
  return decoded;
}

std::string_view header(const HttpRequest& request, std::string_view name) {
  const auto found =
      std::ranges::find_if(request.headers, [&](const HttpHeader& h) { return same_name(h.name, name); });
  return found == request.headers.end() ? std::string_view() : std::string_view(found->value);
}

const Json* find(const Json& value, std::initializer_list<std::string_view> keys) {
  const Json* at = &value;
  for (const std::string_view key : keys) {
    if (!at->is_object()) return nullptr;
    const auto found = at->find(key);
    if (found == at->end() || found->is_null()) return nullptr;
    at = &*found;
  }
  return at;
}

std::string text_at(const Json& value, std::initializer_list<std::string_view> keys) {
  const Json* const found = find(value, keys);
  return found != nullptr && found->is_string() ? found->get<std::string>() : std::string();
}

bool is_true_at(const Json& value, std::initializer_list<std::string_view> keys) {
  const Json* const found = find(value, keys);
  return found != nullptr && *found == true;
}

std::string json_at(const Json& value, std::initializer_list<std::string_view> keys) {
  const Json* const found = find(value, keys);
  return found == nullptr ? std::string() : encode(*found);
}

const Json& list_at(const Json& value, std::initializer_list<std::string_view> keys) {
  static const Json none = Json::array();
  const Json* const found = find(value, keys);
  return found != nullptr && found->is_array() ? *found : none;
}

bool has_list_at(const Json& value, std::initializer_list<std::string_view> keys) {
  return !list_at(value, keys).empty();
}

void add_texts(std::string& conversation, const Json* value) {
  if (value == nullptr) return;
  if (value->is_string()) {
    conversation += value->get_ref<const std::string&>() + "\n";
  } else if (value->is_array()) {
    for (const Json& element : *value) add_texts(conversation, &element);
  } else if (value->is_object()) {
    for (const auto& [key, member] : value->items())
      if (std::ranges::find(text_keys, std::string_view(key)) != text_keys.end()) add_texts(conversation, &member);
  }
}

bool has_role(const Json& messages, std::string_view role) {
  return std::ranges::any_of(messages, [&](const Json& message) { return text_at(message, {"role"}) == role; });
}

std::vector<OfferedTool> function_tools(const Json& body) {
  std::vector<OfferedTool> tools;
  for (const Json& tool : list_at(body, {"tools"}))
    if (std::string name = text_at(tool, {"function", "name"}); !name.empty())
      tools.push_back({std::move(name), json_at(tool, {"function", "parameters"})});
  return tools;
}

}  // namespace instructor::testing::wire
