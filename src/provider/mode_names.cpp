#include "provider/mode_names.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "instructor/error.hpp"
#include "instructor/provider.hpp"

namespace instructor {

namespace {

constexpr std::array every_mode{Mode::automatic, Mode::tools,       Mode::tools_strict, Mode::parallel_tools,
                                Mode::json,      Mode::json_schema, Mode::md_json,      Mode::responses_tools};

constexpr std::array names{
    ModeName{"tools", "tool_call", "", Mode::tools},
    ModeName{"tools_strict", "tools_strict", "", Mode::tools_strict},
    ModeName{"parallel_tools", "parallel_tool_call", "", Mode::parallel_tools},
    ModeName{"json", "json_mode", "", Mode::json},
    ModeName{"json_schema", "json_schema_mode", "", Mode::json_schema},
    ModeName{"md_json", "markdown_json_mode", "", Mode::md_json},
    ModeName{"responses_tools", "responses_tools", "", Mode::responses_tools},
    ModeName{"functions", "function_call", "", Mode::tools},
    ModeName{"json_o1", "json_o1", "", Mode::json_schema},
    ModeName{"responses_tools_with_inbuilt_tools", "responses_tools_with_inbuilt_tools", "", Mode::responses_tools},
    ModeName{"anthropic_tools", "anthropic_tools", "anthropic", Mode::tools},
    ModeName{"anthropic_reasoning_tools", "anthropic_reasoning_tools", "anthropic", Mode::tools},
    ModeName{"anthropic_json", "anthropic_json", "anthropic", Mode::json},
    ModeName{"anthropic_parallel_tools", "anthropic_parallel_tools", "anthropic", Mode::parallel_tools},
    ModeName{"mistral_tools", "mistral_tools", "mistral", Mode::tools},
    ModeName{"mistral_structured_outputs", "mistral_structured_outputs", "mistral", Mode::json_schema},
    ModeName{"vertexai_tools", "vertexai_tools", "vertexai", Mode::tools},
    ModeName{"vertexai_json", "vertexai_json", "vertexai", Mode::md_json},
    ModeName{"vertexai_parallel_tools", "vertexai_parallel_tools", "vertexai", Mode::parallel_tools},
    ModeName{"gemini_tools", "gemini_tools", "google", Mode::tools},
    ModeName{"gemini_json", "gemini_json", "google", Mode::md_json},
    ModeName{"genai_tools", "genai_tools", "google", Mode::tools},
    ModeName{"genai_json", "genai_json", "google", Mode::json},
    ModeName{"genai_structured_outputs", "genai_structured_outputs", "google", Mode::json},
    ModeName{"cohere_tools", "cohere_tools", "cohere", Mode::tools},
    ModeName{"cohere_json_schema", "json_object", "cohere", Mode::json_schema},
    ModeName{"cerebras_tools", "cerebras_tools", "cerebras", Mode::tools},
    ModeName{"cerebras_json", "cerebras_json", "cerebras", Mode::md_json},
    ModeName{"fireworks_tools", "fireworks_tools", "fireworks", Mode::tools},
    ModeName{"fireworks_json", "fireworks_json", "fireworks", Mode::md_json},
    ModeName{"writer_tools", "writer_tools", "writer", Mode::tools},
    ModeName{"writer_json", "writer_json", "writer", Mode::md_json},
    ModeName{"bedrock_tools", "bedrock_tools", "bedrock", Mode::tools},
    ModeName{"bedrock_json", "bedrock_json", "bedrock", Mode::md_json},
    ModeName{"perplexity_json", "perplexity_json", "perplexity", Mode::md_json},
    ModeName{"openrouter_structured_outputs", "openrouter_structured_outputs", "openrouter", Mode::json_schema},
    ModeName{"xai_tools", "xai_tools", "xai", Mode::tools},
    ModeName{"xai_json", "xai_json", "xai", Mode::md_json},
};

/// `wanted` is in lower case.
bool is_same(std::string_view text, std::string_view wanted) {
  return std::ranges::equal(text, wanted, {},
                            [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
}

}  // namespace

std::span<const Mode> all_modes() noexcept { return every_mode; }

const ModeName* find_mode_name(std::string_view text) noexcept {
  const auto row =
      std::ranges::find_if(names, [&](const ModeName& r) { return is_same(text, r.name) || is_same(text, r.value); });
  return row == names.end() ? nullptr : &*row;
}

std::optional<Mode> mode_from_string(std::string_view name) noexcept {
  for (const Mode mode : all_modes())
    if (to_string(mode) == name) return mode;
  if (const ModeName* row = find_mode_name(name)) return row->mode;
  return std::nullopt;
}

Mode mode_for(std::string_view provider, std::string_view name) {
  const Provider* const row = find_provider(provider);
  if (row == nullptr)
    throw Error(ErrorCode::invalid_provider, "there is no provider \"" + std::string(provider) + "\"");
  const auto refuse = [&](std::string why) {
    why += "; " + std::string(row->name) + " offers ";
    for (const Mode mode : row->modes) why += std::string(to_string(mode)) + ", ";
    throw Error(ErrorCode::unsupported_mode, why + "and automatic");
  };
  const std::optional<Mode> mode = mode_from_string(name);
  if (!mode) refuse("there is no mode \"" + std::string(name) + "\"");
  const ModeName* const legacy = find_mode_name(name);
  if (legacy != nullptr && !legacy->provider.empty() && legacy->provider != row->name)
    refuse("\"" + std::string(name) + "\" is a mode of " + std::string(legacy->provider));
  if (*mode != Mode::automatic && std::ranges::find(row->modes, *mode) == row->modes.end())
    refuse("it has no mode " + std::string(to_string(*mode)));
  return *mode;
}

}  // namespace instructor
