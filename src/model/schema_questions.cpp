#include "model/schema_questions.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include <nlohmann/json.hpp>

namespace instructor::core {

namespace {

/// Keywords that restrict values in ways that tables do not express.
constexpr std::array<std::string_view, 19> not_in_tables{"allOf",
                                                         "not",
                                                         "if",
                                                         "then",
                                                         "else",
                                                         "dependentRequired",
                                                         "dependentSchemas",
                                                         "dependencies",
                                                         "patternProperties",
                                                         "propertyNames",
                                                         "contains",
                                                         "minContains",
                                                         "maxContains",
                                                         "unevaluatedItems",
                                                         "unevaluatedProperties",
                                                         "additionalItems",
                                                         "$dynamicRef",
                                                         "$recursiveRef",
                                                         "contentSchema"};

/// What says something about a value and restricts nothing.
constexpr std::array<std::string_view, 15> annotations{
    "title",     "description", "default", "examples",    "example", "$comment",    "deprecated", "readOnly",
    "writeOnly", "$defs",       "$schema", "definitions", "$id",     "$vocabulary", "nullable"};

// Keywords that are about values of one type.
constexpr std::array<std::string_view, 5> of_objects{"properties", "required", "additionalProperties", "minProperties",
                                                     "maxProperties"};
constexpr std::array<std::string_view, 5> also_of_objects{"patternProperties", "propertyNames", "dependentRequired",
                                                          "dependentSchemas", "unevaluatedProperties"};
constexpr std::array<std::string_view, 5> of_arrays{"items", "prefixItems", "minItems", "maxItems", "uniqueItems"};
constexpr std::array<std::string_view, 4> also_of_arrays{"contains", "minContains", "maxContains", "unevaluatedItems"};
constexpr std::array<std::string_view, 3> of_strings{"minLength", "maxLength", "pattern"};
constexpr std::array<std::string_view, 3> also_of_strings{"format", "contentEncoding", "contentMediaType"};
constexpr std::array<std::string_view, 5> of_numbers{"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum",
                                                     "multipleOf"};

struct TypeKeywords {
  std::string_view type;
  std::span<const std::string_view> telling;   ///< each alone implies the type
  std::span<const std::string_view> others{};  ///< these do not: `format` by itself implies no text
};
constexpr std::array type_keywords{
    TypeKeywords{"object", of_objects, also_of_objects},
    TypeKeywords{"array", of_arrays, also_of_arrays},
    TypeKeywords{"string", of_strings, also_of_strings},
    TypeKeywords{"number", of_numbers},
};

bool has_any(const Json& schema, std::span<const std::string_view> keywords) {
  return std::ranges::any_of(keywords,
                             [&](std::string_view keyword) { return find_keyword(schema, keyword) != nullptr; });
}

}  // namespace

bool goes_beyond_tables(const Json& schema) { return has_any(schema, not_in_tables); }

const Json* find_keyword(const Json& schema, std::string_view keyword) {
  const auto found = schema.find(keyword);
  return found == schema.end() ? nullptr : &*found;
}

bool is_one_of(std::span<const std::string_view> keywords, std::string_view keyword) {
  return std::ranges::find(keywords, keyword) != keywords.end();
}

bool has_others(const Json& schema, std::initializer_list<std::string_view> known) {
  return std::ranges::any_of(schema.items(), [&](const auto& member) {
    return !is_one_of(known, member.key()) && !is_one_of(annotations, member.key()) && !member.key().starts_with("x-");
  });
}

bool has_id_below(const Json& document) {
  std::vector<const Json*> open{&document};
  while (!open.empty()) {
    const Json& part = *open.back();
    open.pop_back();
    for (const Json& inner : part) {
      if (!inner.is_structured()) continue;
      if (const auto id = inner.find("$id"); inner.is_object() && id != inner.end() && id->is_string()) return true;
      open.push_back(&inner);
    }
  }
  return false;
}

bool is_of_known_draft(const Json& document) {
  const Json* const draft = document.is_object() ? find_keyword(document, "$schema") : nullptr;
  if (draft == nullptr || !draft->is_string()) return true;
  std::string_view uri = draft->get_ref<const std::string&>();
  if (uri.ends_with('#')) uri.remove_suffix(1);
  uri.remove_prefix(std::min(uri.find("//"), uri.size()));
  constexpr std::array<std::string_view, 6> known{
      "//json-schema.org/draft/2020-12/schema", "//json-schema.org/draft/2019-09/schema",
      "//json-schema.org/draft-07/schema",      "//json-schema.org/draft-06/schema",
      "//json-schema.org/draft-04/schema",      "//json-schema.org/schema"};
  return is_one_of(known, uri);
}

std::string_view type_of_value(const Json& value) { return value.is_number_integer() ? "integer" : value.type_name(); }

bool is_of_type(const Json& value, std::string_view type) {
  const std::string_view own = type_of_value(value);
  return own == type || (type == "number" && own == "integer");
}

bool are_of_types(const Json& schema) {
  const Json* const type = find_keyword(schema, "type");
  if (type == nullptr) return true;
  const auto fits = [&](const Json& value) {
    const auto is_named = [&](const Json& name) {
      return name.is_string() && is_of_type(value, name.get_ref<const std::string&>());
    };
    return type->is_array() ? std::ranges::any_of(*type, is_named) : is_named(*type);
  };
  const Json* const values = find_keyword(schema, "enum");
  return values == nullptr || !values->is_array() ? fits(*find_keyword(schema, "const"))
                                                  : std::ranges::all_of(*values, fits);
}

bool concerns(std::string_view keyword, std::string_view type) {
  const auto row = std::ranges::find_if(type_keywords, [&](const TypeKeywords& keywords) {
    return is_one_of(keywords.telling, keyword) || is_one_of(keywords.others, keyword);
  });
  return row == type_keywords.end() || row->type == type || (row->type == "number" && type == "integer");
}

std::size_t keywords_of_types(const Json& schema) {
  return static_cast<std::size_t>(std::ranges::count_if(type_keywords, [&](const TypeKeywords& row) {
    return has_any(schema, row.telling) || (row.type == "string" && find_keyword(schema, "format") != nullptr);
  }));
}

std::string implied_type(const Json& schema) {
  if (find_keyword(schema, "enum") != nullptr || find_keyword(schema, "const") != nullptr) return {};
  const auto found =
      std::ranges::find_if(type_keywords, [&](const TypeKeywords& row) { return has_any(schema, row.telling); });
  return found == type_keywords.end() ? std::string() : std::string(found->type);
}

}  // namespace instructor::core
