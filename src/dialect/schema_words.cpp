#include "dialect/schema_words.hpp"

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

#include "model/json_values.hpp"

namespace instructor::core {

namespace {

std::string list_of(const Json& values) {
  std::string text;
  for (const Json& value : values) text += (text.empty() ? "" : ", ") + text_of(value);
  return text;
}

struct LimitWords {
  std::string_view keyword;
  std::string_view before;
  std::string_view what;  ///< counted; empty: a number
};
constexpr std::array limit_words{
    LimitWords{"minLength", "At least ", "character"},
    LimitWords{"maxLength", "At most ", "character"},
    LimitWords{"minItems", "At least ", "item"},
    LimitWords{"maxItems", "At most ", "item"},
    LimitWords{"minProperties", "At least ", "key"},
    LimitWords{"maxProperties", "At most ", "key"},
    LimitWords{"minimum", "At least ", ""},
    LimitWords{"exclusiveMinimum", "Greater than ", ""},
    LimitWords{"maximum", "At most ", ""},
    LimitWords{"exclusiveMaximum", "Less than ", ""},
    LimitWords{"multipleOf", "A multiple of ", ""},
};

std::string key_words(const Json& names) {
  const bool listed = names.is_object() && names.contains("enum") && names.at("enum").is_array();
  if (!listed) return "Keys fit this JSON Schema: " + text_of(names);
  std::string text;
  for (const Json& name : names.at("enum"))
    text += (text.empty() ? "Keys: " : ", ") + (name.is_string() ? name.get<std::string>() : text_of(name));
  return text + ".";
}

}  // namespace

void Sentences::add(std::string_view words) {
  if (words.empty()) return;
  if (!text_.empty()) {
    const bool ends = text_.ends_with('.') || text_.ends_with('!') || text_.ends_with('?') || text_.ends_with(':');
    text_ += ends ? " " : ". ";
  }
  text_ += words;
}

std::string schema_words(const Json& schema) { return "Must also fit this JSON Schema: " + text_of(schema); }

std::string rule_words(std::string_view keyword, const Json& value) {
  const auto limit = std::ranges::find(limit_words, keyword, &LimitWords::keyword);
  if (limit != limit_words.end()) {
    std::string text = std::string(limit->before) + text_of(value);
    if (!limit->what.empty()) text.append(" ").append(limit->what).append(value == 1 ? "" : "s");
    return text + ".";
  }
  if (keyword == "pattern") return "Matches the regular expression: " + value.get<std::string>();
  if (keyword == "format") return "Format: " + value.get<std::string>() + ".";
  if (keyword == "uniqueItems") return "No item twice.";
  if (keyword == "enum") return "One of: " + list_of(value) + ".";
  if (keyword == "const") return "Always " + text_of(value) + ".";
  if (keyword == "default") return "Default: " + text_of(value) + ".";
  if (keyword == "examples") return "For example " + list_of(value) + ".";
  if (keyword == "propertyNames") return key_words(value);
  if (keyword == "additionalProperties" && value == false) return "No other keys.";
  if (keyword == "additionalProperties") return "Any keys; each value fits this JSON Schema: " + text_of(value);
  if (keyword == "prefixItems") return "The items, in this order, fit these JSON Schemas: " + text_of(value);
  return schema_words({{std::string(keyword), value}});
}

}  // namespace instructor::core
