#pragma once

// What providers accept as a JSON Schema, as data: a dialect is a table, one row a rule.
//
// Where a dialect lacks a keyword, the schema is written without it: the rule is said in another way, or in the
// description so that the model still reads it, and the decoder enforces it on the reply. What cannot be said at all is
// refused before anything is sent, with its path; whether a type fits is known while compiling (see fits.hpp).
//
//   struct House : instructor::Dialect {  // one of your own
//     static constexpr instructor::DialectRow rows[]{
//         {instructor::SchemaRule::patterns, instructor::Handling::described, {"our gateway's manual", "2026-11"}}};
//     constexpr House() : Dialect("house", "our gateway", rows) {}
//   };
//   inline constexpr House house;

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

/// What a provider accepts as a JSON Schema. Immutable; rows and texts must outlive it.
class Dialect {
 public:
  constexpr Dialect(std::string_view name, std::string_view provider, std::span<const DialectRow> rows)
      : name_(name), provider_(provider), rows_(rows) {}

  constexpr std::string_view name() const { return name_; }
  constexpr std::string_view provider() const { return provider_; }
  constexpr std::span<const DialectRow> rows() const { return rows_; }

  constexpr Handling handling(SchemaRule rule) const {
    const DialectRow* const row = find(rule);
    return row == nullptr ? Handling::taken : row->handling;
  }
  constexpr bool takes(SchemaRule rule) const { return handling(rule) == Handling::taken; }
  constexpr bool demands(SchemaRule rule) const { return handling(rule) == Handling::required; }
  constexpr bool refuses(SchemaRule rule) const { return handling(rule) == Handling::refused; }
  /// 0: there is none.
  constexpr std::size_t limit(SchemaRule rule) const {
    const DialectRow* const row = find(rule);
    return row == nullptr ? 0 : row->limit;
  }

  constexpr bool takes_format(std::string_view format) const {
    const DialectRow* const row = find(SchemaRule::formats);
    if (row == nullptr) return true;
    for (const std::string_view known : row->names)
      if (known == format) return row->handling == Handling::taken;
    return row->handling == Handling::taken && row->names.empty();
  }

 private:
  // Looked up each time: every program that includes this makes all dialects, and few use one.
  constexpr const DialectRow* find(SchemaRule rule) const {
    for (const DialectRow& row : rows_)
      if (row.rule == rule) return &row;
    return nullptr;
  }

  std::string_view name_;
  std::string_view provider_;
  std::span<const DialectRow> rows_;
};

/// The name of a rule: `closed_objects`.
std::string_view to_string(SchemaRule rule) noexcept;
/// What it is about, in the words of JSON Schema.
std::string_view explanation(SchemaRule rule) noexcept;
std::string_view to_string(Handling handling) noexcept;

}  // namespace instructor

#include "instructor/detail/dialect_rows.hpp"

namespace instructor {

/// Every dialect is an object of a type of its own, so that it is known to the compiler by its type.
namespace dialect {

/// JSON Schema draft 2020-12 as it stands.
struct JsonSchema : Dialect {
  constexpr JsonSchema() : Dialect("json_schema", "", {}) {}
};
inline constexpr JsonSchema json_schema;

/// OpenAI: functions and response_format with "strict": true; the same at Azure OpenAI.
struct OpenAiStrict : Dialect {
  constexpr OpenAiStrict() : Dialect("openai_strict", "OpenAI", detail::openai_strict_rows) {}
};
inline constexpr OpenAiStrict openai_strict;

/// OpenAI: functions without "strict".
struct OpenAiTools : Dialect {
  constexpr OpenAiTools() : Dialect("openai_tools", "OpenAI", detail::openai_tools_rows) {}
};
inline constexpr OpenAiTools openai_tools;

/// Anthropic: tools without "strict".
struct AnthropicTools : Dialect {
  constexpr AnthropicTools() : Dialect("anthropic_tools", "Anthropic", detail::anthropic_tools_rows) {}
};
inline constexpr AnthropicTools anthropic_tools;

/// Anthropic: structured outputs (output_config.format) and strict tools.
struct AnthropicStrict : Dialect {
  constexpr AnthropicStrict() : Dialect("anthropic_strict", "Anthropic", detail::anthropic_strict_rows) {}
};
inline constexpr AnthropicStrict anthropic_strict;

/// Google Gemini API: responseSchema, and the parameters of functions.
struct GeminiSchema : Dialect {
  constexpr GeminiSchema() : Dialect("gemini_schema", "Google Gemini", detail::gemini_schema_rows) {}
};
inline constexpr GeminiSchema gemini_schema;

/// Google Vertex AI: the same there.
struct VertexSchema : Dialect {
  constexpr VertexSchema() : Dialect("vertex_schema", "Google Vertex AI", detail::vertex_schema_rows) {}
};
inline constexpr VertexSchema vertex_schema;

/// Google: responseJsonSchema and parametersJsonSchema.
struct GeminiJsonSchema : Dialect {
  constexpr GeminiJsonSchema() : Dialect("gemini_json_schema", "Google Gemini", detail::gemini_json_schema_rows) {}
};
inline constexpr GeminiJsonSchema gemini_json_schema;

/// Mistral: response_format json_schema, and strict functions.
struct Mistral : Dialect {
  constexpr Mistral() : Dialect("mistral", "Mistral", detail::mistral_rows) {}
};
inline constexpr Mistral mistral;

/// Cohere: response_format json_object with a schema, and strict_tools.
struct Cohere : Dialect {
  constexpr Cohere() : Dialect("cohere", "Cohere", detail::cohere_rows) {}
};
inline constexpr Cohere cohere;

/// Amazon Bedrock: outputConfig.textFormat and strict tools of Converse.
struct BedrockStrict : Dialect {
  constexpr BedrockStrict() : Dialect("bedrock_strict", "Amazon Bedrock", detail::bedrock_strict_rows) {}
};
inline constexpr BedrockStrict bedrock_strict;

/// llama.cpp: schemas that become a GBNF grammar.
struct LlamaCpp : Dialect {
  constexpr LlamaCpp() : Dialect("llama_cpp", "llama.cpp", detail::llama_cpp_rows) {}
};
inline constexpr LlamaCpp llama_cpp;

/// vLLM: guided decoding with xgrammar.
struct Vllm : Dialect {
  constexpr Vllm() : Dialect("vllm", "vLLM", detail::vllm_rows) {}
};
inline constexpr Vllm vllm;

/// Ollama: "format", which becomes a grammar as in llama.cpp.
struct Ollama : Dialect {
  constexpr Ollama() : Dialect("ollama", "Ollama", detail::ollama_rows) {}
};
inline constexpr Ollama ollama;

/// All of them.
inline constexpr const Dialect* all[]{&json_schema,
                                      &openai_strict,
                                      &openai_tools,
                                      &anthropic_tools,
                                      &anthropic_strict,
                                      &gemini_schema,
                                      &vertex_schema,
                                      &gemini_json_schema,
                                      &mistral,
                                      &cohere,
                                      &bedrock_strict,
                                      &llama_cpp,
                                      &vllm,
                                      &ollama};

/// The dialect of this name, or null.
constexpr const Dialect* find(std::string_view name) {
  for (const Dialect* const known : all)
    if (known->name() == name) return known;
  return nullptr;
}

}  // namespace dialect
}  // namespace instructor
