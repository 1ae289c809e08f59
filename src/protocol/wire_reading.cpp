#include "protocol/wire_reading.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <nlohmann/json.hpp>

#include "instructor/detail/names.hpp"
#include "json/close.hpp"
#include "protocol/error_body.hpp"

namespace instructor::wire {

namespace {

constexpr std::int64_t most = std::int64_t{1} << 50;

}  // namespace

void check_envelope(const Issues& issues, std::string_view body, std::span<const std::string_view> places) {
  constexpr std::array unreadable{IssueCode::json_invalid, IssueCode::truncated, IssueCode::invalid_utf8,
                                  IssueCode::too_deep, IssueCode::too_large};
  for (const Issue& issue : issues) {
    if (issue.path.empty() || std::ranges::find(unreadable, issue.code) != unreadable.end())
      throw not_a_reply(issue.text(), body);
    const bool of_the_answer =
        std::ranges::any_of(places, [&](std::string_view place) { return issue.path.starts_with(place); });
    if (of_the_answer) throw not_a_reply(issue.path + ": " + issue.text(), body);
  }
}

const Json* member(const Json& object, std::string_view name) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(name);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

std::string text_at(const Json& object, std::string_view name) {
  const Json* const value = member(object, name);
  return value != nullptr && value->is_string() ? value->get<std::string>() : std::string();
}

std::int64_t count(std::int64_t said) { return std::clamp<std::int64_t>(said, 0, most); }

std::int64_t count(double said) {
  if (!(said > 0)) return 0;
  return said >= static_cast<double>(most) ? most : std::llround(said);
}

std::string id_or_number(std::string id, std::size_t calls_before) {
  return id.empty() ? "call_" + std::to_string(calls_before + 1) : std::move(id);
}

std::string arguments_text(const Json& arguments) {
  if (arguments.is_null()) return {};
  return arguments.is_string() ? arguments.get<std::string>() : encode(arguments);
}

std::string called_name(std::string_view name, std::string_view tool) {
  return std::string(name.empty() ? tool : detail::SafeName<>(name).view());
}

bool is_object(std::string_view text) {
  const std::expected<Json, Issues> value = decode<Json>(text, lenient());
  return value && value->is_object();
}

std::string arguments_object(std::string_view arguments) {
  if (is_object(arguments)) return std::string(arguments);
  std::string object;
  json::Writer out(object);
  out.begin_object();
  if (!is_blank(arguments)) out.key("text").string(arguments);
  out.end_object();
  return object;
}

std::string closed_arguments(std::string_view arguments) {
  if (is_object(arguments)) return std::string(arguments);
  std::string closed = json::closed(arguments);
  return is_object(closed) ? closed : arguments_object(arguments);
}

bool is_blank(std::string_view text) { return text.find_first_not_of(" \t\r\n\f\v") == std::string_view::npos; }

}  // namespace instructor::wire
