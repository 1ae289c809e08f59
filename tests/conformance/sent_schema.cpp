#include "sent_schema.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace conformance {

namespace {

/// Draft 2020-12, as far as a model type may need it.
constexpr std::array<std::string_view, 27> keywords{"type",
                                                    "properties",
                                                    "required",
                                                    "additionalProperties",
                                                    "items",
                                                    "prefixItems",
                                                    "enum",
                                                    "const",
                                                    "anyOf",
                                                    "$ref",
                                                    "$defs",
                                                    "title",
                                                    "description",
                                                    "default",
                                                    "examples",
                                                    "minimum",
                                                    "maximum",
                                                    "exclusiveMinimum",
                                                    "multipleOf",
                                                    "minLength",
                                                    "maxLength",
                                                    "minItems",
                                                    "maxItems",
                                                    "uniqueItems",
                                                    "exclusiveMaximum",
                                                    "pattern",
                                                    "format"};
constexpr std::array<std::string_view, 2> more_keywords{"minProperties", "maxProperties"};

/// platform.openai.com/docs/guides/structured-outputs, "Supported schemas", read 2026-08.
constexpr std::array<std::string_view, 20> strict_keywords{"type",
                                                           "properties",
                                                           "required",
                                                           "additionalProperties",
                                                           "items",
                                                           "enum",
                                                           "const",
                                                           "anyOf",
                                                           "$ref",
                                                           "$defs",
                                                           "description",
                                                           "pattern",
                                                           "format",
                                                           "minimum",
                                                           "maximum",
                                                           "multipleOf",
                                                           "exclusiveMinimum",
                                                           "exclusiveMaximum",
                                                           "minItems",
                                                           "maxItems"};
constexpr std::array<std::string_view, 9> strict_formats{"date-time", "time", "date", "duration", "email",
                                                         "hostname",  "ipv4", "ipv6", "uuid"};
constexpr std::array<std::string_view, 7> types{"object", "array", "string", "number", "integer", "boolean", "null"};

constexpr std::size_t strict_depth = 10;
constexpr std::size_t strict_properties = 5000;
constexpr std::size_t strict_enum_values = 1000;
constexpr std::size_t strict_name_bytes = 120'000;

template <std::size_t N>
bool is_one_of(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

class Inspection {
 public:
  Inspection(const Json& root, bool strict) : root_(root), strict_(strict) {}

  std::vector<std::string> run() {
    if (text_at(root_, "type") != "object") say("#", "the root must say \"type\":\"object\"");
    if (root_.is_object() && root_.contains("anyOf")) say("#", "the root must not be anyOf");
    schema(root_, "#", 0);
    if (strict_ && properties_ > strict_properties) say("#", "more than 5,000 properties");
    if (strict_ && enum_values_ > strict_enum_values) say("#", "more than 1,000 enum values");
    if (strict_ && name_bytes_ > strict_name_bytes) say("#", "more than 120,000 characters of names and values");
    return std::move(problems_);
  }

 private:
  void say(const std::string& place, std::string what) {
    problems_.push_back((strict_ ? "strict schema " : "sent schema ") + place + ": " + std::move(what));
  }

  void schema(const Json& value, const std::string& place, std::size_t depth) {
    if (value.is_boolean() && !strict_) return;
    if (!value.is_object()) return say(place, "no schema: " + in_quotes(value.dump()));
    for (const auto& [keyword, inner] : value.items()) {
      const bool known = is_one_of(keywords, keyword) || is_one_of(more_keywords, keyword);
      if (!known) say(place, "unknown keyword " + keyword);
      if (known && strict_ && !is_one_of(strict_keywords, keyword)) say(place, "keyword not allowed: " + keyword);
    }
    check_type(value, place);
    check_ref(value, place);
    if (text_at(value, "type") == "object") object(value, place, depth + 1);
    if (const Json* const list = member(value, "enum")) {
      if (!list->is_array() || list->empty()) say(place, "an enum without values");
      enum_values_ += list->size();
      for (const Json& item : *list) name_bytes_ += item.dump().size();
    }
    if (const Json* const format = member(value, "format");
        strict_ && format != nullptr && !is_one_of(strict_formats, text_at(value, "format")))
      say(place, "format not allowed: " + format->dump());
    for (const std::string_view keyword : {"items", "additionalProperties"})
      if (const Json* const inner = member(value, keyword); inner != nullptr && !inner->is_boolean())
        schema(*inner, place + "/" + std::string(keyword), depth);
    for (const std::string_view keyword : {"anyOf", "prefixItems"}) schemas(value, keyword, place, depth);
    if (const Json* const definitions = member(value, "$defs"))
      for (const auto& [name, definition] : definitions->items()) schema(definition, place + "/$defs/" + name, 0);
  }

  void schemas(const Json& value, std::string_view keyword, const std::string& place, std::size_t depth) {
    const Json* const list = member(value, keyword);
    if (list == nullptr) return;
    const std::string below = place + "/" + std::string(keyword);
    if (!list->is_array() || list->empty()) return say(below, "a list of schemas is expected");
    for (std::size_t i = 0; i < list->size(); ++i) schema((*list)[i], below + "/" + std::to_string(i), depth);
  }

  void check_type(const Json& value, const std::string& place) {
    const Json* const type = member(value, "type");
    if (type == nullptr) return;
    const Json list = type->is_array() ? *type : Json::array({*type});
    for (const Json& name : list)
      if (!name.is_string() || !is_one_of(types, name.get<std::string>())) say(place, "unknown type " + name.dump());
  }

  void check_ref(const Json& value, const std::string& place) {
    const Json* const ref = member(value, "$ref");
    if (ref == nullptr) return;
    const std::string target = text_at(value, "$ref");
    if (strict_ && value.size() > 1) say(place, "keywords beside $ref");
    try {
      if (!target.starts_with('#') || !root_.contains(Json::json_pointer(target.substr(1))))
        say(place, "nothing is at " + in_quotes(target));
    } catch (const Json::exception&) {
      say(place, "no JSON pointer: " + in_quotes(target));
    }
  }

  void object(const Json& value, const std::string& place, std::size_t depth) {
    if (strict_ && depth > strict_depth) say(place, "nested deeper than 10 levels");
    std::set<std::string> names;
    if (const Json* const properties = member(value, "properties")) {
      for (const auto& [name, property] : properties->items()) {
        names.insert(name);
        name_bytes_ += name.size();
        schema(property, place + "/properties/" + name, depth);
      }
    }
    properties_ += names.size();
    std::set<std::string> required;
    if (const Json* const list = member(value, "required"))
      for (const Json& name : *list)
        if (!name.is_string() || !required.insert(name.get<std::string>()).second)
          say(place, "required has " + name.dump() + " twice, or it is no name");
    if (!std::ranges::includes(names, required)) say(place, "required names what is no property");
    if (!strict_) return;
    if (required != names) say(place, "not every property is required");
    const Json* const additional = member(value, "additionalProperties");
    if (additional == nullptr || *additional != Json(false)) say(place, "additionalProperties must be false");
  }

  const Json& root_;
  bool strict_;
  std::vector<std::string> problems_;
  std::size_t properties_ = 0;
  std::size_t enum_values_ = 0;
  std::size_t name_bytes_ = 0;
};

}  // namespace

std::vector<std::string> sent_schema_problems(const Json& schema, bool strict) {
  return Inspection(schema, strict).run();
}

}  // namespace conformance
