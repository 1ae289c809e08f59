#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace instructor {

/// How a provider is asked for structured output. Provider and mode are independent; which modes a provider offers,
/// and which is its default, stands in its preset.
enum class Mode : std::uint8_t {
  automatic,    ///< the provider's default
  tools,        ///< as the arguments of a tool (function) that the model must call
  json,         ///< JSON object mode; the schema stands in the system message
  json_schema,  ///< the provider's native structured output
  md_json,      ///< asked for in words, answered in a Markdown code block: works with any model
};

/// How a schema is written where it stands in the instructions: in Mode::json and Mode::md_json.
enum class SchemaStyle : std::uint8_t {
  json_schema,
  type_text,  ///< a compact notation, see type_text.hpp
};

std::string_view to_string(Mode mode) noexcept;

/// The mode with this name, or nothing.
std::optional<Mode> mode_from_string(std::string_view name) noexcept;

}  // namespace instructor
