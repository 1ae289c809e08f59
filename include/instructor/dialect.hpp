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
#include <span>
#include <string_view>

#include "instructor/detail/dialect_rows.hpp"
#include "instructor/dialect_row.hpp"

namespace instructor {

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
