#include "model/schema_aliases.hpp"

#include <nlohmann/json.hpp>

#include "model/schema_questions.hpp"

namespace instructor::core {

namespace {

void add_aliases(const Json& value, std::vector<std::string>& aliases) {
  if (value.is_string()) aliases.push_back(value.get<std::string>());
  if (!value.is_array()) return;
  for (const Json& one : value)
    if (one.is_string()) aliases.push_back(one.get<std::string>());
}

}  // namespace

std::vector<std::string> aliases_of_field(const Json& schema) {
  std::vector<std::string> aliases;
  for (const char* const keyword : {"x-alias", "x-aliases"})
    if (const Json* const value = find_keyword(schema, keyword)) add_aliases(*value, aliases);
  return aliases;
}

std::vector<std::string> aliases_of_value(const Json& schema, const std::string& value) {
  std::vector<std::string> aliases;
  for (const char* const keyword : {"x-alias", "x-aliases"}) {
    const Json* const by_value = find_keyword(schema, keyword);
    if (by_value == nullptr || !by_value->is_object()) continue;
    if (const Json* const own = find_keyword(*by_value, value)) add_aliases(*own, aliases);
  }
  return aliases;
}

std::string description_of_value(const Json& schema, const std::string& value) {
  const Json* const by_value = find_keyword(schema, "x-description");
  if (by_value == nullptr || !by_value->is_object()) return {};
  const Json* const own = find_keyword(*by_value, value);
  return own != nullptr && own->is_string() ? own->get<std::string>() : std::string();
}

}  // namespace instructor::core
