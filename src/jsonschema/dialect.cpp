#include "jsonschema/dialect.hpp"

#include <array>
#include <unordered_map>

namespace instructor::jsonschema {

namespace {

constexpr Draft d4 = Draft::draft4;
constexpr Draft d6 = Draft::draft6;
constexpr Draft d7 = Draft::draft7;
constexpr Draft d19 = Draft::draft2019_09;
constexpr Draft d20 = Draft::draft2020_12;

// Keywords that 2020-12 only keeps for compatibility (`definitions`, `dependencies`) are kept as well.
constexpr std::array keywords{
    KeywordRow{"id", Keyword::id, d4, d4, Vocabulary::core, Holds::no_schema},
    KeywordRow{"$id", Keyword::id, d6, d20, Vocabulary::core, Holds::no_schema},
    KeywordRow{"$schema", Keyword::schema, d4, d20, Vocabulary::core, Holds::no_schema},
    KeywordRow{"$anchor", Keyword::anchor, d19, d20, Vocabulary::core, Holds::no_schema},
    KeywordRow{"$dynamicAnchor", Keyword::dynamic_anchor, d20, d20, Vocabulary::core, Holds::no_schema},
    KeywordRow{"$recursiveAnchor", Keyword::recursive_anchor, d19, d19, Vocabulary::core, Holds::no_schema},
    KeywordRow{"$ref", Keyword::ref, d4, d20, Vocabulary::core, Holds::no_schema},
    KeywordRow{"$dynamicRef", Keyword::dynamic_ref, d20, d20, Vocabulary::core, Holds::no_schema},
    KeywordRow{"$recursiveRef", Keyword::recursive_ref, d19, d19, Vocabulary::core, Holds::no_schema},
    KeywordRow{"$defs", Keyword::defs, d19, d20, Vocabulary::core, Holds::by_name},
    KeywordRow{"definitions", Keyword::defs, d4, d20, Vocabulary::core, Holds::by_name},
    KeywordRow{"$vocabulary", Keyword::vocabulary, d19, d20, Vocabulary::core, Holds::no_schema},
    KeywordRow{"allOf", Keyword::all_of, d4, d20, Vocabulary::applicator, Holds::list},
    KeywordRow{"anyOf", Keyword::any_of, d4, d20, Vocabulary::applicator, Holds::list},
    KeywordRow{"oneOf", Keyword::one_of, d4, d20, Vocabulary::applicator, Holds::list},
    KeywordRow{"not", Keyword::negated, d4, d20, Vocabulary::applicator, Holds::schema},
    KeywordRow{"if", Keyword::condition, d7, d20, Vocabulary::applicator, Holds::schema},
    KeywordRow{"then", Keyword::consequence, d7, d20, Vocabulary::applicator, Holds::schema},
    KeywordRow{"else", Keyword::alternative, d7, d20, Vocabulary::applicator, Holds::schema},
    KeywordRow{"properties", Keyword::properties, d4, d20, Vocabulary::applicator, Holds::by_name},
    KeywordRow{"patternProperties", Keyword::pattern_properties, d4, d20, Vocabulary::applicator, Holds::by_name},
    KeywordRow{"additionalProperties", Keyword::additional_properties, d4, d20, Vocabulary::applicator, Holds::schema},
    KeywordRow{"propertyNames", Keyword::property_names, d6, d20, Vocabulary::applicator, Holds::schema},
    KeywordRow{"prefixItems", Keyword::prefix_items, d20, d20, Vocabulary::applicator, Holds::list},
    KeywordRow{"items", Keyword::items, d4, d19, Vocabulary::applicator, Holds::schema_or_list},
    KeywordRow{"items", Keyword::items, d20, d20, Vocabulary::applicator, Holds::schema},
    KeywordRow{"additionalItems", Keyword::additional_items, d4, d19, Vocabulary::applicator, Holds::schema},
    KeywordRow{"contains", Keyword::contains, d6, d20, Vocabulary::applicator, Holds::schema},
    KeywordRow{"dependentSchemas", Keyword::dependent_schemas, d19, d20, Vocabulary::applicator, Holds::by_name},
    KeywordRow{"dependencies", Keyword::dependencies, d4, d20, Vocabulary::applicator, Holds::schema_or_names},
    KeywordRow{"unevaluatedItems", Keyword::unevaluated_items, d19, d20, Vocabulary::unevaluated, Holds::schema},
    KeywordRow{"unevaluatedProperties", Keyword::unevaluated_properties, d19, d20, Vocabulary::unevaluated,
               Holds::schema},
    KeywordRow{"type", Keyword::type, d4, d20, Vocabulary::validation, Holds::no_schema},
    KeywordRow{"enum", Keyword::enumeration, d4, d20, Vocabulary::validation, Holds::no_schema},
    KeywordRow{"const", Keyword::constant, d6, d20, Vocabulary::validation, Holds::no_schema},
    KeywordRow{"multipleOf", Keyword::multiple_of, d4, d20, Vocabulary::validation, Holds::no_schema},
    KeywordRow{"maximum", Keyword::maximum, d4, d20, Vocabulary::validation, Holds::no_schema},
    KeywordRow{"exclusiveMaximum", Keyword::exclusive_maximum, d4, d20, Vocabulary::validation, Holds::no_schema},
    KeywordRow{"minimum", Keyword::minimum, d4, d20, Vocabulary::validation, Holds::no_schema},
    KeywordRow{"exclusiveMinimum", Keyword::exclusive_minimum, d4, d20, Vocabulary::validation, Holds::no_schema},
    KeywordRow{"maxLength", Keyword::max_length, d4, d20, Vocabulary::validation, Holds::no_schema},
    KeywordRow{"minLength", Keyword::min_length, d4, d20, Vocabulary::validation, Holds::no_schema},
    KeywordRow{"pattern", Keyword::pattern, d4, d20, Vocabulary::validation, Holds::no_schema},
    KeywordRow{"maxItems", Keyword::max_items, d4, d20, Vocabulary::validation, Holds::no_schema},
    KeywordRow{"minItems", Keyword::min_items, d4, d20, Vocabulary::validation, Holds::no_schema},
    KeywordRow{"uniqueItems", Keyword::unique_items, d4, d20, Vocabulary::validation, Holds::no_schema},
    KeywordRow{"maxContains", Keyword::max_contains, d19, d20, Vocabulary::validation, Holds::no_schema},
    KeywordRow{"minContains", Keyword::min_contains, d19, d20, Vocabulary::validation, Holds::no_schema},
    KeywordRow{"maxProperties", Keyword::max_properties, d4, d20, Vocabulary::validation, Holds::no_schema},
    KeywordRow{"minProperties", Keyword::min_properties, d4, d20, Vocabulary::validation, Holds::no_schema},
    KeywordRow{"required", Keyword::required, d4, d20, Vocabulary::validation, Holds::no_schema},
    KeywordRow{"dependentRequired", Keyword::dependent_required, d19, d20, Vocabulary::validation, Holds::no_schema},
    KeywordRow{"format", Keyword::format, d4, d20, Vocabulary::format, Holds::no_schema},
    KeywordRow{"contentSchema", Keyword::content_schema, d19, d20, Vocabulary::content, Holds::schema},
};

}  // namespace

bool Dialect::has(Vocabulary vocabulary) const {
  switch (vocabulary) {
    case Vocabulary::applicator: return applicator;
    case Vocabulary::unevaluated: return unevaluated;
    case Vocabulary::validation: return validation;
    case Vocabulary::core:
    case Vocabulary::format:
    case Vocabulary::content: break;
  }
  return true;
}

const KeywordRow* find_keyword(std::string_view name, const Dialect& dialect) {
  static const auto by_name = [] {
    std::unordered_multimap<std::string_view, const KeywordRow*> rows;
    for (const KeywordRow& row : keywords) rows.emplace(row.name, &row);
    return rows;
  }();
  const auto [first, last] = by_name.equal_range(name);
  for (auto row = first; row != last; ++row)
    if (row->second->first <= dialect.draft && dialect.draft <= row->second->last &&
        dialect.has(row->second->vocabulary))
      return row->second;
  return nullptr;
}

Draft draft_of(std::string_view metaschema) {
  if (metaschema == "https://json-schema.org/draft/2020-12/schema") return Draft::draft2020_12;
  if (metaschema == "https://json-schema.org/draft/2019-09/schema") return Draft::draft2019_09;
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!metaschema.starts_with(scheme)) continue;
    const std::string_view rest = metaschema.substr(scheme.size());
    if (rest == "json-schema.org/draft-07/schema") return Draft::draft7;
    if (rest == "json-schema.org/draft-06/schema") return Draft::draft6;
    if (rest == "json-schema.org/draft-04/schema") return Draft::draft4;
  }
  return Draft::automatic;
}

}  // namespace instructor::jsonschema
