// What models do not take, or take in another way.

#include <algorithm>
#include <array>

#include "instructor/provider.hpp"

namespace instructor {

namespace {

constexpr std::string_view reasoning_guide = "platform.openai.com/docs/guides/reasoning: not supported parameters";
constexpr std::string_view azure_guide = "learn.microsoft.com/azure/ai-foundry/openai/how-to/reasoning";
constexpr std::string_view claude_outputs = "platform.claude.com/docs/en/build-with-claude/structured-outputs";
constexpr std::string_view bedrock_outputs = "docs.aws.amazon.com/bedrock/latest/userguide/structured-output.html";
constexpr std::string_view bedrock_features =
    "docs.aws.amazon.com/bedrock/latest/userguide/conversation-inference-supported-models-features.html";

constexpr std::string_view openai_family = "openai openai_responses azure_openai openrouter";
constexpr std::string_view reasoning_models =
    "o1* o3* o4* gpt-5 gpt-5-mini* gpt-5-nano* gpt-5-20* gpt-5-codex* gpt-5-pro* "
    "openai/o1* openai/o3* openai/o4* openai/gpt-5 openai/gpt-5-mini* "
    "openai/gpt-5-nano*";
constexpr std::string_view older_claude =
    "*claude-2* *claude-v2* *claude-instant* *claude-3* *claude-sonnet-4-0* *claude-opus-4-0* *claude-sonnet-4-2025* "
    "*claude-opus-4-2025*";
constexpr std::string_view enforced_on_bedrock =
    "!*claude-*-4-5* *claude-*-4-6* *claude-*-4-7* *claude-*-4-8* *claude-*-5* *qwen3* *gpt-oss* *deepseek*v3* "
    "*kimi-k2* "
    "*minimax* *nemotron* *gemma-3* *mistral-large-3* *ministral* *magistral* *voxtral*";

constexpr std::array rows{
    ModelQuirk{"openai azure_openai openai_responses", reasoning_models, Quirk::no_temperature, reasoning_guide,
               "2026-08"},
    ModelQuirk{"openai azure_openai openai_responses", reasoning_models, Quirk::no_top_p, reasoning_guide, "2026-08"},
    ModelQuirk{"openai azure_openai", "o3* o4* gpt-5 gpt-5-*", Quirk::no_stop,
               "platform.openai.com/docs/api-reference/chat/create#stop", "2026-08"},
    ModelQuirk{openai_family, "o1-20* o1 o3* o4* gpt-5*", Quirk::developer_role,
               "platform.openai.com/docs/api-reference/chat/create: replaces system messages with o1 and newer",
               "2026-08"},
    ModelQuirk{"openai azure_openai", "o1-mini* o1-preview*", Quirk::user_role, reasoning_guide, "2026-08"},
    ModelQuirk{"openai azure_openai", "o1-mini* o1-preview*", Quirk::no_tools, reasoning_guide, "2026-08"},
    ModelQuirk{"openai azure_openai", "o1-mini* o1-preview*", Quirk::no_json_schema, reasoning_guide, "2026-08"},
    ModelQuirk{"openai azure_openai", "gpt-3.5* gpt-4 gpt-4-* gpt-4o-2024-05-13", Quirk::no_json_schema,
               "platform.openai.com/docs/guides/structured-outputs: from gpt-4o-2024-08-06 on", "2026-08"},
    ModelQuirk{
        "openai azure_openai", "gpt-4 gpt-4-0613 gpt-4-0314", Quirk::no_json,
        "platform.openai.com/docs/guides/structured-outputs#json-mode: from gpt-4-turbo and gpt-3.5-turbo-1106 on",
        "2026-08"},
    ModelQuirk{"azure_openai", "o1* o3* o4* gpt-5*", Quirk::max_completion_tokens, azure_guide, "2026-11"},
    ModelQuirk{"anthropic", "*claude-opus-4-1* *claude-*-4-5* *claude-*-4-6*", Quirk::one_of_temperature_and_top_p,
               "platform.claude.com/docs/en/about-claude/models/whats-new-claude-4-5", "2026-11"},
    ModelQuirk{"anthropic", older_claude, Quirk::no_strict_tools, claude_outputs, "2026-11"},
    ModelQuirk{"anthropic", older_claude, Quirk::no_json_schema, claude_outputs, "2026-11"},
    ModelQuirk{"bedrock", enforced_on_bedrock, Quirk::no_strict_tools, bedrock_outputs, "2026-11"},
    ModelQuirk{"bedrock", enforced_on_bedrock, Quirk::no_json_schema, bedrock_outputs, "2026-11"},
    ModelQuirk{"bedrock", "*titan* *llama2* *llama3-8b* *llama3-70b* *mistral-7b* *mixtral* *jamba-instruct* *j2-*",
               Quirk::no_tools, bedrock_features, "2026-11"},
    ModelQuirk{"bedrock", "!*claude-3* *claude-*-4* *claude-*-5* *nova* *mistral-large*", Quirk::no_forced_tools,
               "docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ToolChoice.html: `tool` and `any` are for "
               "Claude 3 and newer, Nova and Mistral Large",
               "2026-11"},
    ModelQuirk{"deepseek", "deepseek-reasoner*", Quirk::no_forced_tools,
               "api-docs.deepseek.com/guides/thinking_mode: tool_choice other than auto is refused", "2026-11"},
    ModelQuirk{"deepseek", "deepseek-reasoner*", Quirk::no_temperature, "api-docs.deepseek.com/guides/thinking_mode",
               "2026-11"},
    ModelQuirk{"deepseek", "deepseek-reasoner*", Quirk::no_top_p, "api-docs.deepseek.com/guides/thinking_mode",
               "2026-11"},
    ModelQuirk{"moonshot", "*thinking* kimi-k2.5*", Quirk::no_forced_tools,
               "platform.moonshot.ai/docs/guide/use-kimi-k2-thinking-model: tool_choice is auto or none", "2026-11"},
    ModelQuirk{"alibaba", "qwq* qvq* *thinking*", Quirk::no_forced_tools,
               "alibabacloud.com/help/en/model-studio/qwen-function-calling: not forced while it thinks", "2026-11"},
    ModelQuirk{"xai", "grok-4* grok-3-mini* grok-code*", Quirk::no_stop,
               "docs.x.ai/docs/models: reasoning models refuse stop", "2026-11"},
    ModelQuirk{"groq", "!openai/gpt-oss* moonshotai/kimi-k2* meta-llama/llama-4*", Quirk::no_json_schema,
               "console.groq.com/docs/structured-outputs#supported-models", "2026-11"},
    ModelQuirk{"anthropic", "*", Quirk::no_seed, "platform.claude.com/docs/en/api/messages: there is none", "2026-11"},
    ModelQuirk{"bedrock", "*", Quirk::no_seed,
               "docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_InferenceConfiguration.html: there is none",
               "2026-11"},
    ModelQuirk{"openai_responses", "*", Quirk::no_seed,
               "platform.openai.com/docs/api-reference/responses/create: there is none", "2026-11"},
    ModelQuirk{"openai_responses", "*", Quirk::no_stop,
               "platform.openai.com/docs/api-reference/responses/create: there is none", "2026-11"},
    ModelQuirk{"perplexity", "*", Quirk::no_seed, "docs.perplexity.ai/api-reference/chat-completions-post", "2026-11"},
    ModelQuirk{"writer", "*", Quirk::no_seed, "dev.writer.com/api-reference/completion-api/chat-completion", "2026-11"},
    ModelQuirk{"cohere", "command command-light* command-r command-r-03-2024 command-r-plus command-r-plus-04-2024",
               Quirk::no_json_schema, "docs.cohere.com/docs/structured-outputs: from command-r-08-2024 on", "2026-11"},
};

struct Words {
  Quirk quirk;
  std::string_view name;
  std::string_view words;
};
constexpr std::array words{
    Words{Quirk::max_completion_tokens, "max_completion_tokens", "the limit is called max_completion_tokens"},
    Words{Quirk::developer_role, "developer_role", "system messages have the role developer"},
    Words{Quirk::user_role, "user_role", "system messages are sent as the user's"},
    Words{Quirk::no_temperature, "no_temperature", "temperature is left out"},
    Words{Quirk::no_top_p, "no_top_p", "top_p is left out"},
    Words{Quirk::no_stop, "no_stop", "stop sequences are left out"},
    Words{Quirk::no_seed, "no_seed", "seed is left out"},
    Words{Quirk::one_of_temperature_and_top_p, "one_of_temperature_and_top_p", "beside temperature, top_p is left out"},
    Words{Quirk::no_forced_tools, "no_forced_tools", "tools cannot be forced: the model is told to call them"},
    Words{Quirk::no_tools, "no_tools", "no modes with tools"},
    Words{Quirk::no_strict_tools, "no_strict_tools", "tools are not enforced"},
    Words{Quirk::no_json_schema, "no_json_schema", "no mode json_schema"},
    Words{Quirk::no_json, "no_json", "no mode json"},
};
static_assert(std::ranges::is_sorted(words, {}, &Words::quirk) && words.back().quirk == Quirk::no_json,
              "one row for each Quirk, in its order");

}  // namespace

std::span<const ModelQuirk> model_quirks() { return rows; }

std::string_view to_string(Quirk quirk) noexcept { return words[static_cast<std::size_t>(quirk)].name; }

std::string_view explanation(Quirk quirk) noexcept { return words[static_cast<std::size_t>(quirk)].words; }

}  // namespace instructor
