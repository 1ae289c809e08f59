#pragma once

// Not API: see instructor/dialect.hpp.
//
// The rules of the known dialects, a row each, with where and when they were read. What has no row is taken as it is.

#include <string_view>

#include "instructor/dialect_row.hpp"

namespace instructor::detail {

// ---- OpenAI ------------------------------------------------------------------------------------------------------

inline constexpr RuleSource openai_guide{"platform.openai.com/docs/guides/structured-outputs#supported-schemas",
                                         "2026-11"};
inline constexpr std::string_view openai_formats[]{"date-time", "time", "date", "duration", "email",
                                                   "hostname",  "ipv4", "ipv6", "uuid"};
inline constexpr DialectRow openai_strict_rows[]{
    {SchemaRule::object_root, Handling::required, openai_guide},
    {SchemaRule::closed_objects, Handling::required, openai_guide},
    {SchemaRule::all_required, Handling::required, openai_guide},
    {SchemaRule::free_keys, Handling::refused, openai_guide},
    {SchemaRule::key_names, Handling::described, openai_guide},
    {SchemaRule::key_patterns, Handling::refused, openai_guide},
    {SchemaRule::property_counts, Handling::described, openai_guide},
    {SchemaRule::tuples, Handling::refused, openai_guide},
    {SchemaRule::unique_items, Handling::described, openai_guide},
    {SchemaRule::contained_items, Handling::described, openai_guide},
    {SchemaRule::min_length, Handling::described, openai_guide},
    {SchemaRule::max_length, Handling::described, openai_guide},
    {SchemaRule::formats, Handling::taken, openai_guide, 0, openai_formats},
    {SchemaRule::enum_values, Handling::taken, openai_guide, 1000},
    {SchemaRule::exclusive_unions, Handling::rewritten, openai_guide, 0, {}, "as anyOf"},
    {SchemaRule::intersections, Handling::rewritten, openai_guide, 0, {}, "merged into one schema"},
    {SchemaRule::conditions, Handling::described, openai_guide},
    {SchemaRule::unevaluated, Handling::described, openai_guide},
    {SchemaRule::untyped, Handling::refused, openai_guide},
    {SchemaRule::reference_siblings, Handling::rewritten, openai_guide, 0, {}, "the definition is written in place"},
    {SchemaRule::depth, Handling::taken, openai_guide, 10},
    {SchemaRule::properties, Handling::taken, openai_guide, 5000},
    {SchemaRule::name_characters, Handling::taken, openai_guide, 120'000},
    {SchemaRule::titles, Handling::omitted, openai_guide},
    {SchemaRule::defaults, Handling::described, openai_guide},
    {SchemaRule::examples, Handling::described, openai_guide},
    {SchemaRule::other_keywords, Handling::omitted, openai_guide},
};

inline constexpr RuleSource openai_functions{"platform.openai.com/docs/guides/function-calling", "2026-11"};
inline constexpr DialectRow openai_tools_rows[]{
    {SchemaRule::object_root, Handling::required, openai_functions},
};

// ---- Anthropic ---------------------------------------------------------------------------------------------------

inline constexpr RuleSource anthropic_reference{"platform.claude.com/docs/en/api/messages#body-tools", "2026-11"};
inline constexpr DialectRow anthropic_tools_rows[]{
    {SchemaRule::object_root, Handling::required, anthropic_reference},
};

inline constexpr RuleSource anthropic_guide{
    "platform.claude.com/docs/en/build-with-claude/structured-outputs#json-schema-limitations", "2026-11"};
inline constexpr std::string_view anthropic_formats[]{"date-time", "time", "date", "duration", "email",
                                                      "hostname",  "uri",  "ipv4", "ipv6",     "uuid"};
inline constexpr DialectRow anthropic_strict_rows[]{
    {SchemaRule::object_root, Handling::required, anthropic_guide},
    {SchemaRule::closed_objects, Handling::required, anthropic_guide},
    {SchemaRule::optional_properties, Handling::taken, anthropic_guide, 24},
    {SchemaRule::property_order,
     Handling::rewritten,
     anthropic_guide,
     0,
     {},
     "required properties come first: those before them are required too, and may be null"},
    {SchemaRule::free_keys, Handling::refused, anthropic_guide},
    {SchemaRule::key_names, Handling::described, anthropic_guide},
    {SchemaRule::key_patterns, Handling::refused, anthropic_guide},
    {SchemaRule::property_counts, Handling::described, anthropic_guide},
    {SchemaRule::tuples, Handling::rewritten, anthropic_guide, 0, {}, "items of any of the types"},
    {SchemaRule::min_items, Handling::taken, anthropic_guide, 1},
    {SchemaRule::max_items, Handling::described, anthropic_guide},
    {SchemaRule::unique_items, Handling::described, anthropic_guide},
    {SchemaRule::contained_items, Handling::described, anthropic_guide},
    {SchemaRule::min_length, Handling::described, anthropic_guide},
    {SchemaRule::max_length, Handling::described, anthropic_guide},
    {SchemaRule::formats, Handling::taken, anthropic_guide, 0, anthropic_formats},
    {SchemaRule::integer_limits, Handling::described, anthropic_guide},
    {SchemaRule::number_limits, Handling::described, anthropic_guide},
    {SchemaRule::multiples, Handling::described, anthropic_guide},
    {SchemaRule::unions, Handling::taken, anthropic_guide, 16},
    {SchemaRule::exclusive_unions, Handling::rewritten, anthropic_guide, 0, {}, "as anyOf"},
    {SchemaRule::intersections, Handling::rewritten, anthropic_guide, 0, {}, "merged into one schema"},
    {SchemaRule::conditions, Handling::described, anthropic_guide},
    {SchemaRule::unevaluated, Handling::described, anthropic_guide},
    {SchemaRule::untyped, Handling::refused, anthropic_guide},
    {SchemaRule::reference_siblings, Handling::rewritten, anthropic_guide, 0, {}, "the definition is written in place"},
    {SchemaRule::recursion, Handling::refused, anthropic_guide},
    {SchemaRule::examples, Handling::described, anthropic_guide},
    {SchemaRule::other_keywords, Handling::omitted, anthropic_guide},
};

// ---- Google ------------------------------------------------------------------------------------------------------

inline constexpr RuleSource gemini_reference{"ai.google.dev/api/caching#Schema", "2026-11"};
inline constexpr DialectRow gemini_schema_rows[]{
    {SchemaRule::closed_objects, Handling::omitted, gemini_reference, 0, {}, "there is no additionalProperties"},
    {SchemaRule::property_order, Handling::required, gemini_reference, 0, {}, "propertyOrdering is added"},
    {SchemaRule::free_keys, Handling::described, gemini_reference},
    {SchemaRule::key_names, Handling::described, gemini_reference},
    {SchemaRule::key_patterns, Handling::described, gemini_reference},
    {SchemaRule::tuples, Handling::rewritten, gemini_reference, 0, {}, "items of any of the types"},
    {SchemaRule::unique_items, Handling::described, gemini_reference},
    {SchemaRule::contained_items, Handling::described, gemini_reference},
    {SchemaRule::exclusive_limits, Handling::described, gemini_reference},
    {SchemaRule::multiples, Handling::described, gemini_reference},
    {SchemaRule::constants, Handling::rewritten, gemini_reference, 0, {}, "as an enum of one value"},
    {SchemaRule::enums_of_any_type, Handling::described, gemini_reference},
    {SchemaRule::exclusive_unions, Handling::rewritten, gemini_reference, 0, {}, "as anyOf"},
    {SchemaRule::intersections, Handling::rewritten, gemini_reference, 0, {}, "merged into one schema"},
    {SchemaRule::conditions, Handling::described, gemini_reference},
    {SchemaRule::unevaluated, Handling::described, gemini_reference},
    {SchemaRule::null, Handling::rewritten, gemini_reference, 0, {}, "as nullable"},
    {SchemaRule::type_lists, Handling::rewritten, gemini_reference, 0, {}, "as anyOf, or nullable"},
    {SchemaRule::untyped, Handling::refused, gemini_reference, 0, {}, "every schema has a type"},
    {SchemaRule::references, Handling::rewritten, gemini_reference, 0, {}, "definitions are written in place"},
    {SchemaRule::recursion, Handling::refused, gemini_reference},
    {SchemaRule::defaults, Handling::described, gemini_reference, 0, {}, "there is the keyword, and it is ignored"},
    {SchemaRule::examples, Handling::described, gemini_reference},
    {SchemaRule::other_keywords, Handling::omitted, gemini_reference},
    {SchemaRule::counts_as_text, Handling::required, gemini_reference, 0, {}, "64-bit integers are strings"},
    {SchemaRule::types_beside_unions, Handling::required, gemini_reference},
};

inline constexpr RuleSource vertex_reference{
    "cloud.google.com/vertex-ai/docs/reference/rest/v1/Schema, and /vertex-ai/generative-ai/docs/multimodal/"
    "control-generated-output",
    "2026-11"};
inline constexpr DialectRow vertex_schema_rows[]{
    {SchemaRule::closed_objects, Handling::omitted, vertex_reference, 0, {}, "there is no additionalProperties"},
    {SchemaRule::property_order, Handling::required, vertex_reference, 0, {}, "propertyOrdering is added"},
    {SchemaRule::free_keys, Handling::described, vertex_reference},
    {SchemaRule::key_names, Handling::described, vertex_reference},
    {SchemaRule::key_patterns, Handling::described, vertex_reference},
    {SchemaRule::tuples, Handling::rewritten, vertex_reference, 0, {}, "items of any of the types"},
    {SchemaRule::unique_items, Handling::described, vertex_reference},
    {SchemaRule::contained_items, Handling::described, vertex_reference},
    {SchemaRule::exclusive_limits, Handling::described, vertex_reference},
    {SchemaRule::multiples, Handling::described, vertex_reference},
    {SchemaRule::constants, Handling::rewritten, vertex_reference, 0, {}, "as an enum of one value"},
    {SchemaRule::enums_of_any_type, Handling::described, vertex_reference},
    {SchemaRule::exclusive_unions, Handling::rewritten, vertex_reference, 0, {}, "as anyOf"},
    {SchemaRule::intersections, Handling::rewritten, vertex_reference, 0, {}, "merged into one schema"},
    {SchemaRule::conditions, Handling::described, vertex_reference},
    {SchemaRule::unevaluated, Handling::described, vertex_reference},
    {SchemaRule::null, Handling::rewritten, vertex_reference, 0, {}, "as nullable"},
    {SchemaRule::type_lists, Handling::rewritten, vertex_reference, 0, {}, "as anyOf, or nullable"},
    {SchemaRule::untyped, Handling::refused, vertex_reference},
    {SchemaRule::references, Handling::rewritten, vertex_reference, 0, {}, "definitions are written in place"},
    {SchemaRule::recursion, Handling::refused, vertex_reference},
    {SchemaRule::examples, Handling::described, vertex_reference},
    {SchemaRule::other_keywords, Handling::omitted, vertex_reference},
};

inline constexpr RuleSource gemini_json_reference{"ai.google.dev/api/generate-content#GenerationConfig", "2026-11"};
inline constexpr DialectRow gemini_json_schema_rows[]{
    {SchemaRule::property_order, Handling::required, gemini_json_reference, 0, {}, "propertyOrdering is added"},
    {SchemaRule::key_names, Handling::described, gemini_json_reference},
    {SchemaRule::key_patterns, Handling::described, gemini_json_reference},
    {SchemaRule::property_counts, Handling::described, gemini_json_reference},
    {SchemaRule::unique_items, Handling::described, gemini_json_reference},
    {SchemaRule::contained_items, Handling::described, gemini_json_reference},
    {SchemaRule::min_length, Handling::described, gemini_json_reference},
    {SchemaRule::max_length, Handling::described, gemini_json_reference},
    {SchemaRule::patterns, Handling::described, gemini_json_reference},
    {SchemaRule::exclusive_limits, Handling::described, gemini_json_reference},
    {SchemaRule::multiples, Handling::described, gemini_json_reference},
    {SchemaRule::constants, Handling::rewritten, gemini_json_reference, 0, {}, "as an enum of one value"},
    {SchemaRule::exclusive_unions, Handling::rewritten, gemini_json_reference, 0, {}, "as anyOf"},
    {SchemaRule::intersections, Handling::rewritten, gemini_json_reference, 0, {}, "merged into one schema"},
    {SchemaRule::conditions, Handling::described, gemini_json_reference},
    {SchemaRule::unevaluated, Handling::described, gemini_json_reference},
    {SchemaRule::reference_siblings,
     Handling::rewritten,
     gemini_json_reference,
     0,
     {},
     "the definition is written in place"},
    {SchemaRule::defaults, Handling::described, gemini_json_reference},
    {SchemaRule::examples, Handling::described, gemini_json_reference},
    {SchemaRule::other_keywords, Handling::omitted, gemini_json_reference},
};

// ---- Mistral, Cohere, Bedrock ------------------------------------------------------------------------------------

inline constexpr RuleSource mistral_guide{"docs.mistral.ai/capabilities/structured-output/custom_structured_output",
                                          "2026-11"};
inline constexpr DialectRow mistral_rows[]{
    {SchemaRule::object_root, Handling::required, mistral_guide},
    {SchemaRule::closed_objects, Handling::required, mistral_guide},
    {SchemaRule::free_keys, Handling::refused, mistral_guide},
    {SchemaRule::key_patterns, Handling::refused, mistral_guide},
    {SchemaRule::untyped, Handling::refused, mistral_guide},
    {SchemaRule::exclusive_unions, Handling::rewritten, mistral_guide, 0, {}, "as anyOf"},
    {SchemaRule::intersections, Handling::rewritten, mistral_guide, 0, {}, "merged into one schema"},
    {SchemaRule::conditions, Handling::described, mistral_guide},
    {SchemaRule::unevaluated, Handling::described, mistral_guide},
};

inline constexpr RuleSource cohere_guide{"docs.cohere.com/v2/docs/structured-outputs#unsupported-schema-features",
                                         "2026-11"};
inline constexpr std::string_view cohere_formats[]{"date-time", "uuid", "date", "time"};
inline constexpr DialectRow cohere_rows[]{
    {SchemaRule::object_root, Handling::required, cohere_guide},
    {SchemaRule::key_names, Handling::described, cohere_guide},
    {SchemaRule::key_patterns, Handling::described, cohere_guide},
    {SchemaRule::property_counts, Handling::described, cohere_guide},
    {SchemaRule::tuples, Handling::refused, cohere_guide},
    {SchemaRule::min_items, Handling::described, cohere_guide},
    {SchemaRule::max_items, Handling::described, cohere_guide},
    {SchemaRule::unique_items, Handling::described, cohere_guide},
    {SchemaRule::contained_items, Handling::described, cohere_guide},
    {SchemaRule::min_length, Handling::described, cohere_guide},
    {SchemaRule::max_length, Handling::described, cohere_guide},
    {SchemaRule::patterns, Handling::described, cohere_guide, 0, {}, "anchors are not known there"},
    {SchemaRule::formats, Handling::taken, cohere_guide, 0, cohere_formats},
    {SchemaRule::integer_limits, Handling::described, cohere_guide},
    {SchemaRule::number_limits, Handling::described, cohere_guide},
    {SchemaRule::multiples, Handling::described, cohere_guide},
    {SchemaRule::unions, Handling::refused, cohere_guide},
    {SchemaRule::exclusive_unions, Handling::rewritten, cohere_guide, 0, {}, "as anyOf"},
    {SchemaRule::intersections, Handling::rewritten, cohere_guide, 0, {}, "merged into one schema"},
    {SchemaRule::conditions, Handling::described, cohere_guide},
    {SchemaRule::unevaluated, Handling::described, cohere_guide},
    {SchemaRule::null, Handling::omitted, cohere_guide, 0, {}, "a property that may be null is left out instead"},
    {SchemaRule::type_lists, Handling::rewritten, cohere_guide, 0, {}, "as anyOf"},
    {SchemaRule::examples, Handling::described, cohere_guide},
    {SchemaRule::other_keywords, Handling::omitted, cohere_guide},
};

inline constexpr RuleSource bedrock_guide{"docs.aws.amazon.com/bedrock/latest/userguide/structured-output.html",
                                          "2026-11"};
inline constexpr DialectRow bedrock_strict_rows[]{
    {SchemaRule::object_root, Handling::required, bedrock_guide},
    {SchemaRule::closed_objects, Handling::required, bedrock_guide},
    {SchemaRule::free_keys, Handling::refused, bedrock_guide},
    {SchemaRule::key_names, Handling::described, bedrock_guide},
    {SchemaRule::key_patterns, Handling::refused, bedrock_guide},
    {SchemaRule::property_counts, Handling::described, bedrock_guide},
    {SchemaRule::tuples, Handling::rewritten, bedrock_guide, 0, {}, "items of any of the types"},
    {SchemaRule::min_items, Handling::taken, bedrock_guide, 1},
    {SchemaRule::max_items, Handling::described, bedrock_guide},
    {SchemaRule::unique_items, Handling::described, bedrock_guide},
    {SchemaRule::contained_items, Handling::described, bedrock_guide},
    {SchemaRule::min_length, Handling::described, bedrock_guide},
    {SchemaRule::max_length, Handling::described, bedrock_guide},
    {SchemaRule::formats, Handling::taken, bedrock_guide, 0, anthropic_formats},
    {SchemaRule::integer_limits, Handling::described, bedrock_guide},
    {SchemaRule::number_limits, Handling::described, bedrock_guide},
    {SchemaRule::multiples, Handling::described, bedrock_guide},
    {SchemaRule::exclusive_unions, Handling::rewritten, bedrock_guide, 0, {}, "as anyOf"},
    {SchemaRule::intersections, Handling::rewritten, bedrock_guide, 0, {}, "merged into one schema"},
    {SchemaRule::conditions, Handling::described, bedrock_guide},
    {SchemaRule::unevaluated, Handling::described, bedrock_guide},
    {SchemaRule::untyped, Handling::refused, bedrock_guide},
    {SchemaRule::reference_siblings, Handling::rewritten, bedrock_guide, 0, {}, "the definition is written in place"},
    {SchemaRule::recursion, Handling::refused, bedrock_guide},
    {SchemaRule::examples, Handling::described, bedrock_guide},
    {SchemaRule::other_keywords, Handling::omitted, bedrock_guide},
};

// ---- grammars of local servers -----------------------------------------------------------------------------------

inline constexpr RuleSource llama_cpp_readme{"github.com/ggml-org/llama.cpp/blob/master/grammars/README.md", "2026-11"};
inline constexpr RuleSource llama_cpp_lengths{"github.com/ggml-org/llama.cpp: repetitions beyond the grammar's bound",
                                              "2026-11"};
inline constexpr std::string_view llama_cpp_formats[]{"date", "time", "date-time", "uuid"};
inline constexpr DialectRow llama_cpp_rows[]{
    {SchemaRule::property_order,
     Handling::rewritten,
     llama_cpp_readme,
     0,
     {},
     "required properties come first: those before them are required too, and may be null"},
    {SchemaRule::key_names, Handling::described, llama_cpp_readme},
    {SchemaRule::key_patterns, Handling::described, llama_cpp_readme},
    {SchemaRule::property_counts, Handling::described, llama_cpp_readme},
    {SchemaRule::tuples, Handling::rewritten, llama_cpp_readme, 0, {}, "items of any of the types"},
    {SchemaRule::unique_items, Handling::described, llama_cpp_readme},
    {SchemaRule::contained_items, Handling::described, llama_cpp_readme},
    {SchemaRule::max_length, Handling::taken, llama_cpp_lengths, 1999},
    {SchemaRule::length_and_pattern, Handling::described, llama_cpp_readme},
    {SchemaRule::open_patterns, Handling::rewritten, llama_cpp_readme, 0, {}, "with .* before and after"},
    {SchemaRule::formats, Handling::taken, llama_cpp_readme, 0, llama_cpp_formats},
    {SchemaRule::number_limits, Handling::described, llama_cpp_readme, 0, {}, "those of integers are known"},
    {SchemaRule::multiples, Handling::described, llama_cpp_readme},
    {SchemaRule::exclusive_unions, Handling::rewritten, llama_cpp_readme, 0, {}, "as anyOf"},
    {SchemaRule::intersections, Handling::rewritten, llama_cpp_readme, 0, {}, "merged into one schema"},
    {SchemaRule::conditions, Handling::described, llama_cpp_readme},
    {SchemaRule::unevaluated, Handling::described, llama_cpp_readme},
    {SchemaRule::reference_siblings,
     Handling::rewritten,
     llama_cpp_readme,
     0,
     {},
     "the definition is written in place"},
};

inline constexpr RuleSource ollama_guide{"docs.ollama.com/capabilities/structured-outputs; a grammar of llama.cpp",
                                         "2026-11"};
inline constexpr DialectRow ollama_rows[]{
    {SchemaRule::property_order,
     Handling::rewritten,
     ollama_guide,
     0,
     {},
     "required properties come first: those before them are required too, and may be null"},
    {SchemaRule::key_names, Handling::described, ollama_guide},
    {SchemaRule::key_patterns, Handling::described, ollama_guide},
    {SchemaRule::property_counts, Handling::described, ollama_guide},
    {SchemaRule::tuples, Handling::rewritten, ollama_guide, 0, {}, "items of any of the types"},
    {SchemaRule::unique_items, Handling::described, ollama_guide},
    {SchemaRule::contained_items, Handling::described, ollama_guide},
    {SchemaRule::max_length, Handling::taken, ollama_guide, 1999},
    {SchemaRule::length_and_pattern, Handling::described, ollama_guide},
    {SchemaRule::open_patterns, Handling::rewritten, ollama_guide, 0, {}, "with .* before and after"},
    {SchemaRule::formats, Handling::taken, ollama_guide, 0, llama_cpp_formats},
    {SchemaRule::number_limits, Handling::described, ollama_guide, 0, {}, "those of integers are known"},
    {SchemaRule::multiples, Handling::described, ollama_guide},
    {SchemaRule::exclusive_unions, Handling::rewritten, ollama_guide, 0, {}, "as anyOf"},
    {SchemaRule::intersections, Handling::rewritten, ollama_guide, 0, {}, "merged into one schema"},
    {SchemaRule::conditions, Handling::described, ollama_guide},
    {SchemaRule::unevaluated, Handling::described, ollama_guide},
    {SchemaRule::reference_siblings, Handling::rewritten, ollama_guide, 0, {}, "the definition is written in place"},
};

inline constexpr RuleSource vllm_backend{"github.com/vllm-project/vllm: structured_output/backend_xgrammar.py",
                                         "2026-11"};
inline constexpr RuleSource vllm_lengths{"github.com/vllm-project/vllm/issues/45592", "2026-11"};
inline constexpr RuleSource vllm_all_of{"github.com/vllm-project/vllm/issues/56556", "2026-11"};
inline constexpr std::string_view vllm_formats[]{
    "email",    "date", "time", "date-time",     "duration",     "ipv4",         "ipv6",
    "hostname", "uuid", "uri",  "uri-reference", "uri-template", "json-pointer", "relative-json-pointer"};
inline constexpr DialectRow vllm_rows[]{
    {SchemaRule::key_names, Handling::described, vllm_backend},
    {SchemaRule::key_patterns, Handling::described, vllm_backend},
    {SchemaRule::unique_items, Handling::described, vllm_backend},
    {SchemaRule::contained_items, Handling::described, vllm_backend},
    {SchemaRule::length_and_pattern, Handling::described, vllm_lengths},
    {SchemaRule::formats, Handling::taken, vllm_backend, 0, vllm_formats},
    {SchemaRule::multiples, Handling::described, vllm_backend},
    {SchemaRule::exclusive_unions, Handling::rewritten, vllm_backend, 0, {}, "as anyOf"},
    {SchemaRule::intersections, Handling::rewritten, vllm_all_of, 0, {}, "merged into one schema"},
    {SchemaRule::conditions, Handling::described, vllm_backend},
    {SchemaRule::unevaluated, Handling::described, vllm_backend},
};

}  // namespace instructor::detail
