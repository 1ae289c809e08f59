#include "instructor/request.hpp"

#include <nlohmann/json.hpp>

#include "instructor/codec.hpp"
#include "instructor/error.hpp"

namespace instructor {

std::string_view to_string(Role role) noexcept {
  switch (role) {
    case Role::system: return "system";
    case Role::user: return "user";
    case Role::assistant: return "assistant";
    case Role::tool: return "tool";
  }
  return "unknown";
}

std::string_view to_string(Mode mode) noexcept {
  switch (mode) {
    case Mode::automatic: return "automatic";
    case Mode::tools: return "tools";
    case Mode::json: return "json";
    case Mode::json_schema: return "json_schema";
    case Mode::md_json: return "md_json";
  }
  return "unknown";
}

std::optional<Mode> mode_from_string(std::string_view name) noexcept {
  for (const Mode mode : {Mode::automatic, Mode::tools, Mode::json, Mode::json_schema, Mode::md_json})
    if (to_string(mode) == name) return mode;
  return std::nullopt;
}

Request& Request::extra(const Json& object) {
  if (!object.is_object())
    throw Error(ErrorCode::invalid_request,
                "Request::extra takes a JSON object, not " + std::string(object.type_name()));
  for (const auto& [key, value] : object.items()) options_.extra.emplace_back(key, encode(value));
  return *this;
}

}  // namespace instructor
