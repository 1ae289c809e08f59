#include "dialect/merge.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "model/schema_questions.hpp"

namespace instructor::core {

namespace {

Json as_list(const Json& value) { return value.is_array() ? value : Json::array({value}); }

bool holds(const Json& list, const Json& value) {
  return std::ranges::any_of(list, [&](const Json& item) {
    // Numbers are integers as well.
    return item == value || (item == "number" && value == "integer");
  });
}

/// The types, or values, that stand in both.
Json common(const Json& left, const Json& right) {
  Json both = Json::array();
  for (const Json& value : left)
    if (holds(right, value)) both.push_back(value);
  for (const Json& value : right)
    if (holds(left, value) && !holds(both, value)) both.push_back(value);
  return both;
}

Json all_of(const Json& left, const Json& right) { return {{"allOf", Json::array({left, right})}}; }

constexpr std::array<std::string_view, 5> lower_limits{"minimum", "exclusiveMinimum", "minLength", "minItems",
                                                       "minProperties"};
constexpr std::array<std::string_view, 5> upper_limits{"maximum", "exclusiveMaximum", "maxLength", "maxItems",
                                                       "maxProperties"};
constexpr std::array<std::string_view, 6> texts{"title",    "description", "default",
                                                "examples", "$comment",    "deprecated"};

/// A property of one side that the other one closes out.
bool closes(const Json& schema, const std::string& key) {
  const auto additional = schema.find("additionalProperties");
  if (additional == schema.end() || *additional != false) return false;
  const auto properties = schema.find("properties");
  return properties == schema.end() || !properties->contains(key);
}

bool join(const std::string& name, Json& mine, const Json& theirs) {
  if (mine == theirs || is_one_of(texts, name)) return true;
  if (name == "type") {
    Json both = common(as_list(mine), as_list(theirs));
    if (both.empty()) return false;
    mine = both.size() == 1 ? Json(both.front()) : std::move(both);
    return true;
  }
  if (name == "enum") {
    Json both = common(mine, theirs);
    if (both.empty()) return false;
    mine = std::move(both);
    return true;
  }
  if (name == "required") {
    for (const Json& key : theirs)
      if (!holds(mine, key)) mine.push_back(key);
    return true;
  }
  if (name == "properties") {
    for (const auto& [key, schema] : theirs.items()) {
      const auto known = mine.find(key);
      if (known == mine.end())
        mine[key] = schema;
      else if (*known != schema)
        *known = all_of(*known, schema);
    }
    return true;
  }
  if (name == "items" || name == "additionalProperties") {
    if (mine == true) mine = theirs;
    if (theirs == true || mine == theirs) return true;
    if (mine == false || theirs == false) {
      mine = false;
      return true;
    }
    mine = all_of(mine, theirs);
    return true;
  }
  if (name == "uniqueItems") {
    mine = mine == true || theirs == true;
    return true;
  }
  if (is_one_of(lower_limits, name) && mine.is_number() && theirs.is_number()) {
    mine = theirs > mine ? theirs : mine;
    return true;
  }
  if (is_one_of(upper_limits, name) && mine.is_number() && theirs.is_number()) {
    mine = theirs < mine ? theirs : mine;
    return true;
  }
  return false;
}

}  // namespace

void merge_schema(Json& base, const Json& other, std::vector<Json>& rest) {
  if (other.is_boolean() || !other.is_object()) {
    if (other == false) rest.push_back({{"not", Json::object()}});
    return;
  }
  // A closed object knows the properties of its own schema alone.
  const auto closes_any = [](const Json& mine, const Json& theirs) {
    const auto properties = theirs.find("properties");
    return properties != theirs.end() &&
           std::ranges::any_of(properties->items(), [&](const auto& property) { return closes(mine, property.key()); });
  };
  const bool closed_out = closes_any(base, other) || closes_any(other, base);
  for (const auto& [name, value] : other.items()) {
    const auto mine = base.find(name);
    const bool joined = mine == base.end() || join(name, *mine, value);
    if (mine == base.end()) base[name] = value;
    if (!joined) rest.push_back({{name, value}});
  }
  if (closed_out) {
    // Together they may forbid what one of them lists; the provider is told the wider schema.
    base.erase("additionalProperties");
    rest.push_back({{"additionalProperties", false}});
  }
}

}  // namespace instructor::core
