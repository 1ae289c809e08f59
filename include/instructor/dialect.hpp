#pragma once

#include <cstddef>
#include <string_view>

namespace instructor {

/// What a provider accepts as a JSON Schema. Where a dialect lacks a keyword, the schema is written without it, the
/// rule goes into the description so that the model still reads it, and the decoder enforces it on the reply.
struct Dialect {
  std::string_view name;

  bool closed_objects = false;     ///< every object says "additionalProperties": false
  bool all_required = false;       ///< every property is required; one that may be left out may be null instead
  bool ref_siblings = true;        ///< keywords beside "$ref" are allowed
  bool string_lengths = true;      ///< minLength, maxLength
  bool patterns = true;            ///< pattern
  bool number_limits = true;       ///< minimum, maximum, exclusive..., multipleOf
  bool item_counts = true;         ///< minItems, maxItems
  bool unique_items = true;        ///< uniqueItems
  bool property_counts = true;     ///< minProperties, maxProperties
  bool titles = true;              ///< title
  bool defaults = true;            ///< default
  bool examples = true;            ///< examples
  bool free_keys = true;           ///< objects with keys that the schema does not list: maps
  bool tuples = true;              ///< prefixItems
  bool untyped = true;             ///< values of any type
  std::size_t max_depth = 0;       ///< nesting of objects; 0: no limit known
  std::size_t max_properties = 0;  ///< of all objects together; 0: no limit known
};

namespace dialect {

/// JSON Schema draft 2020-12 as it stands.
inline constexpr Dialect json_schema{.name = "json_schema"};

/// OpenAI structured outputs, strict: functions and response_format with "strict": true.
/// Source: platform.openai.com/docs/guides/structured-outputs, "Supported schemas", read 2026-08.
inline constexpr Dialect openai_strict{.name = "openai_strict",
                                       .closed_objects = true,
                                       .all_required = true,
                                       .ref_siblings = false,
                                       .string_lengths = false,
                                       .unique_items = false,
                                       .property_counts = false,
                                       .titles = false,
                                       .defaults = false,
                                       .examples = false,
                                       .free_keys = false,
                                       .tuples = false,
                                       .untyped = false,
                                       .max_depth = 10,
                                       .max_properties = 5000};

}  // namespace dialect
}  // namespace instructor
