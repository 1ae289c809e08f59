#include "provider/preset.hpp"

#include <algorithm>
#include <array>

namespace instructor {

namespace {

constexpr std::array tools_first{Mode::tools, Mode::json_schema, Mode::json, Mode::md_json};
constexpr std::array schema_first{Mode::json_schema, Mode::tools, Mode::json, Mode::md_json};

constexpr std::array presets{
    // platform.openai.com/docs/api-reference/chat; max_tokens is deprecated there in favour of the longer name.
    Preset{.name = "openai",
           .protocol = &openai_chat_protocol,
           .base_url = "https://api.openai.com/v1",
           .base_url_variable = "OPENAI_BASE_URL",
           .key_variable = "OPENAI_API_KEY",
           .modes = tools_first,
           .strict = &dialect::openai_strict,
           .settings = {.max_tokens_key = "max_completion_tokens"}},
    // docs.ollama.com/openai: enforces json_schema for every model, tools only for some; knows no "strict".
    Preset{.name = "ollama",
           .protocol = &openai_chat_protocol,
           .base_url = "http://localhost:11434/v1",
           .base_url_variable = "OLLAMA_BASE_URL",
           .key_required = false,
           .modes = schema_first,
           .plain = &dialect::ollama,
           .settings = {.strict_tools = false}},
};

}  // namespace

const Preset* find_preset(std::string_view name) {
  const auto row = std::ranges::find(presets, name, &Preset::name);
  return row == presets.end() ? nullptr : &*row;
}

std::span<const Preset> all_presets() { return presets; }

}  // namespace instructor
