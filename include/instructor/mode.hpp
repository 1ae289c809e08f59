#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace instructor {

/// How a provider is asked for structured output. Provider and mode are independent; which modes a provider offers,
/// and which is its default, stands in docs/providers.md and is printed by `instructor providers`.
enum class Mode : std::uint8_t {
  automatic,        ///< the strongest that provider, model and type allow; see docs/modes.md
  tools,            ///< as the arguments of a tool (function) that the model must call; strict where the type allows
  tools_strict,     ///< the same, and an Error where the provider cannot enforce the schema
  parallel_tools,   ///< one tool for each of several types, called as often as the model likes
  json,             ///< JSON object mode; the schema stands in the system message
  json_schema,      ///< the provider's native structured output
  md_json,          ///< asked for in words, answered in a Markdown code block: works with any model
  responses_tools,  ///< as `tools`, over OpenAI's Responses protocol, with its built-in tools
};

/// How a schema is written where it stands in the instructions: in Mode::json and Mode::md_json.
enum class SchemaStyle : std::uint8_t {
  json_schema,
  type_text,  ///< a compact notation, see type_text.hpp
};

std::string_view to_string(Mode mode) noexcept;

/// The mode with this name, or nothing. Beside our own names it knows those of Python's Instructor, in any case and as
/// its enum and its values spell them: `TOOLS`, `tool_call`, `ANTHROPIC_JSON`, `markdown_json_mode`.
std::optional<Mode> mode_from_string(std::string_view name) noexcept;

/// The same for a provider. Throws Error (`unsupported_mode`) for a name that is none, for one of another provider's
/// modes (`anthropic_tools` with openai), and for a mode that the provider does not offer; the message lists what it
/// does offer. Throws Error (`invalid_provider`) for an unknown provider.
Mode mode_for(std::string_view provider, std::string_view name);

}  // namespace instructor
