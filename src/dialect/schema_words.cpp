#include "dialect/schema_words.hpp"

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

#include "model/json_values.hpp"

namespace instructor::core {

namespace {

constexpr std::array ranges{
    Range{"minLength", "maxLength", "character"},
    Range{"minItems", "maxItems", "item"},
    Range{"minProperties", "maxProperties", "key"},
    Range{"minimum", "maximum", ""},
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

std::string Range::counted(std::string words, bool one) const {
  if (!what.empty()) words.append(" ").append(what).append(one ? "" : "s");
  return words;
}

const Range* range_of(std::string_view keyword) {
  const auto found =
      std::ranges::find_if(ranges, [&](const Range& range) { return keyword == range.low || keyword == range.high; });
  return found == ranges.end() ? nullptr : &*found;
}

std::string list_of(const Json& values) {
  std::string text;
  for (const Json& value : values) text += (text.empty() ? "" : ", ") + text_of(value);
  return text;
}

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
  if (const Range* const range = range_of(keyword)) {
    const std::string_view before = keyword == range->low ? "At least " : "At most ";
    return range->counted(std::string(before) + text_of(value), value == 1) + ".";
  }
  if (keyword == "exclusiveMinimum") return "Greater than " + text_of(value) + ".";
  if (keyword == "exclusiveMaximum") return "Less than " + text_of(value) + ".";
  if (keyword == "multipleOf") return "A multiple of " + text_of(value) + ".";
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
