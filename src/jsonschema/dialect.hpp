#pragma once

// Which keywords a schema may use, and where they hold further schemas.

#include <cstdint>
#include <string_view>

#include "jsonschema/schema.hpp"

namespace instructor::jsonschema {

enum class Vocabulary : std::uint8_t { core, applicator, unevaluated, validation, format, content };

/// A draft, less the vocabularies that a metaschema leaves out.
struct Dialect {
  Draft draft = Draft::draft2020_12;
  bool applicator = true;
  bool unevaluated = true;
  bool validation = true;
  bool asserts_format = false;

  bool has(Vocabulary vocabulary) const;

  /// Up to draft 7 nothing beside `$ref` counts.
  bool ref_stands_alone() const { return draft <= Draft::draft7; }
  std::string_view id_keyword() const { return draft == Draft::draft4 ? "id" : "$id"; }
};

enum class Keyword : std::uint8_t {
  id,
  schema,
  anchor,
  dynamic_anchor,
  recursive_anchor,
  ref,
  dynamic_ref,
  recursive_ref,
  defs,
  vocabulary,
  all_of,
  any_of,
  one_of,
  negated,
  condition,
  consequence,
  alternative,
  properties,
  pattern_properties,
  additional_properties,
  property_names,
  prefix_items,
  items,
  additional_items,
  contains,
  min_contains,
  max_contains,
  dependent_schemas,
  dependent_required,
  dependencies,
  unevaluated_items,
  unevaluated_properties,
  type,
  enumeration,
  constant,
  multiple_of,
  maximum,
  exclusive_maximum,
  minimum,
  exclusive_minimum,
  max_length,
  min_length,
  pattern,
  max_items,
  min_items,
  unique_items,
  max_properties,
  min_properties,
  required,
  format,
  content_schema,
};

/// How a keyword holds schemas.
enum class Holds : std::uint8_t {
  no_schema,
  schema,
  list,
  by_name,
  schema_or_list,   ///< `items` before 2020-12
  schema_or_names,  ///< `dependencies`: by name, each a schema or a list of names
};

struct KeywordRow {
  std::string_view name;
  Keyword keyword;
  Draft first;
  Draft last;
  Vocabulary vocabulary;
  Holds holds;
};

/// The keyword of this name, or null where the dialect has none.
const KeywordRow* find_keyword(std::string_view name, const Dialect& dialect);

/// The draft of a metaschema's URI (without fragment); `automatic` when it is that of no draft.
Draft draft_of(std::string_view metaschema);

}  // namespace instructor::jsonschema
