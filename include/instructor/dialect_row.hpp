#pragma once

// A rule of a dialect, as a row of its table; see dialect.hpp.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace instructor {

/// What a dialect has a rule about.
enum class SchemaRule : std::uint8_t {
  object_root,          ///< the whole is an object
  closed_objects,       ///< "additionalProperties": false
  all_required,         ///< every property is in "required"
  optional_properties,  ///< properties that may be left out
  property_order,       ///< values come in the order of the schema
  free_keys,            ///< objects with keys that the schema does not list: maps
  key_names,            ///< propertyNames
  key_patterns,         ///< patternProperties
  property_counts,      ///< minProperties, maxProperties
  tuples,               ///< prefixItems
  min_items,            ///< minItems
  max_items,            ///< maxItems
  unique_items,         ///< uniqueItems
  contained_items,      ///< contains, minContains, maxContains
  min_length,           ///< minLength
  max_length,           ///< maxLength
  length_and_pattern,   ///< minLength or maxLength beside pattern
  patterns,             ///< pattern
  open_patterns,        ///< a pattern that does not begin with ^ and end with $
  formats,              ///< format
  integer_limits,       ///< minimum and the like of integers
  number_limits,        ///< the same of other numbers
  exclusive_limits,     ///< exclusiveMinimum, exclusiveMaximum
  multiples,            ///< multipleOf
  constants,            ///< const
  enums_of_any_type,    ///< enum of something else than strings
  enum_values,          ///< how many there are in all enums together
  unions,               ///< anyOf
  exclusive_unions,     ///< oneOf
  intersections,        ///< allOf
  conditions,           ///< not, if, then, else, dependentRequired, dependentSchemas
  unevaluated,          ///< unevaluatedProperties, unevaluatedItems
  null,                 ///< {"type":"null"}
  type_lists,           ///< "type": [...]
  untyped,              ///< values of any type
  references,           ///< $ref, $defs
  reference_siblings,   ///< keywords beside $ref
  recursion,            ///< definitions that refer to themselves
  depth,                ///< objects within objects
  properties,           ///< how many there are in all objects together
  name_characters,      ///< of all names of properties and definitions, and of all values of enums, together
  titles,               ///< title
  defaults,             ///< default
  examples,             ///< examples
  other_keywords,       ///< whatever else stands in a schema and restricts nothing
  counts_as_text,       ///< minItems and the like are written as strings
  types_beside_unions,  ///< "type" beside anyOf
};
inline constexpr std::size_t schema_rule_count = static_cast<std::size_t>(SchemaRule::types_beside_unions) + 1;

/// What is done about it.
enum class Handling : std::uint8_t {
  taken,      ///< written as it is; with a limit: as far as that
  required,   ///< it must be said, and is added
  rewritten,  ///< said in another way that means the same, or is checked on the reply
  described,  ///< left out: the description says it, and it is checked on the reply
  omitted,    ///< left out: it restricts nothing
  refused,    ///< a schema that needs it cannot be sent
};

/// Where a rule is written down, and when it was read there.
struct RuleSource {
  std::string_view where;
  std::string_view read;
};

/// One rule of a dialect. What has no row is taken.
struct DialectRow {
  SchemaRule rule{};
  Handling handling{};
  RuleSource source{};
  std::size_t limit = 0;                         ///< of what is counted; 0: there is none
  std::span<const std::string_view> names = {};  ///< formats: the known ones
  std::string_view note = {};                    ///< for people
};

/// The name of a rule: `closed_objects`.
std::string_view to_string(SchemaRule rule) noexcept;
/// What it is about, in the words of JSON Schema.
std::string_view explanation(SchemaRule rule) noexcept;
std::string_view to_string(Handling handling) noexcept;

}  // namespace instructor
