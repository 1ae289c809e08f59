// The rules of dialects in words.

#include <array>

#include "instructor/dialect.hpp"

namespace instructor {

namespace {

struct RuleWords {
  std::string_view name;
  std::string_view explanation;
};

constexpr std::array<RuleWords, schema_rule_count> words{{
    {"object_root", "the whole is an object"},
    {"closed_objects", "\"additionalProperties\": false"},
    {"all_required", "every property is in \"required\""},
    {"optional_properties", "properties that may be left out"},
    {"property_order", "values come in the order of the schema"},
    {"free_keys", "objects with keys that the schema does not list: maps"},
    {"key_names", "propertyNames"},
    {"key_patterns", "patternProperties"},
    {"property_counts", "minProperties, maxProperties"},
    {"tuples", "prefixItems"},
    {"min_items", "minItems"},
    {"max_items", "maxItems"},
    {"unique_items", "uniqueItems"},
    {"contained_items", "contains, minContains, maxContains"},
    {"min_length", "minLength"},
    {"max_length", "maxLength"},
    {"length_and_pattern", "minLength or maxLength beside pattern"},
    {"patterns", "pattern"},
    {"open_patterns", "a pattern that does not begin with ^ and end with $"},
    {"formats", "format"},
    {"integer_limits", "minimum, maximum and the exclusive ones, of integers"},
    {"number_limits", "the same of other numbers"},
    {"exclusive_limits", "exclusiveMinimum, exclusiveMaximum"},
    {"multiples", "multipleOf"},
    {"constants", "const"},
    {"enums_of_any_type", "enum of something else than strings"},
    {"enum_values", "values of all enums together"},
    {"unions", "anyOf"},
    {"exclusive_unions", "oneOf"},
    {"intersections", "allOf"},
    {"conditions", "not, if, then, else, dependentRequired, dependentSchemas"},
    {"unevaluated", "unevaluatedProperties, unevaluatedItems"},
    {"null", "\"type\": \"null\""},
    {"type_lists", "\"type\": [...]"},
    {"untyped", "values of any type"},
    {"references", "$ref, $defs"},
    {"reference_siblings", "keywords beside $ref"},
    {"recursion", "definitions that refer to themselves"},
    {"depth", "objects within objects"},
    {"properties", "properties of all objects together"},
    {"name_characters", "characters of names and values, all together"},
    {"titles", "title"},
    {"defaults", "default"},
    {"examples", "examples"},
    {"other_keywords", "other keywords, which restrict nothing"},
    {"counts_as_text", "minItems and the like are strings"},
    {"types_beside_unions", "\"type\" beside anyOf"},
}};

}  // namespace

std::string_view to_string(SchemaRule rule) noexcept { return words[static_cast<std::size_t>(rule)].name; }
std::string_view explanation(SchemaRule rule) noexcept { return words[static_cast<std::size_t>(rule)].explanation; }

std::string_view to_string(Handling handling) noexcept {
  switch (handling) {
    case Handling::taken: return "taken";
    case Handling::required: return "required";
    case Handling::rewritten: return "rewritten";
    case Handling::described: return "described";
    case Handling::omitted: return "omitted";
    case Handling::refused: return "refused";
  }
  return "";
}

}  // namespace instructor
