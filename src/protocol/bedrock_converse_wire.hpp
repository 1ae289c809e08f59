#pragma once

// What Amazon Bedrock's Converse API holds, whole or in pieces, and what it means.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "instructor/completion.hpp"
#include "instructor/error.hpp"
#include "instructor/json.hpp"
#include "instructor/model.hpp"
#include "json/writer.hpp"
#include "protocol/protocol.hpp"

namespace instructor::bedrock_converse {

inline constexpr std::string_view protocol_name = "bedrock_converse";

struct WireUsage {
  std::int64_t input_tokens = 0;
  std::int64_t output_tokens = 0;
  std::int64_t total_tokens = 0;
  std::int64_t cache_read_input_tokens = 0;
  std::int64_t cache_write_input_tokens = 0;

  static constexpr auto describe() {
    return model<WireUsage>(field<&WireUsage::input_tokens>(alias("inputTokens")),
                            field<&WireUsage::output_tokens>(alias("outputTokens")),
                            field<&WireUsage::total_tokens>(alias("totalTokens")),
                            field<&WireUsage::cache_read_input_tokens>(alias("cacheReadInputTokens")),
                            field<&WireUsage::cache_write_input_tokens>(alias("cacheWriteInputTokens")));
  }
};

struct WirePromptRouter {
  std::string invoked_model_id;

  static constexpr auto describe() {
    return model<WirePromptRouter>(field<&WirePromptRouter::invoked_model_id>(alias("invokedModelId")));
  }
};

struct WireTrace {
  WirePromptRouter prompt_router;

  static constexpr auto describe() { return model<WireTrace>(field<&WireTrace::prompt_router>(alias("promptRouter"))); }
};

FinishReason finish_reason(std::string_view text);

Usage usage_of(const WireUsage& wire);

/// The id of a call as the provider takes it: 1 to 64 of a-z, A-Z, 0-9, _, ., : and -. Others become one that is as
/// good as unique.
/// https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ToolUseBlock.html
std::string safe_id(std::string_view id);

/// Tools that run at the provider are called and answered in one turn, and by nobody else.
bool is_server_tool(const Json& tool_use);

/// A block of an assistant's turn as it can go back; null: it cannot, or need not.
///
/// Replies have members and blocks that requests are refused for: `type: tool_use`, and text without words.
Json block_to_send_back(const Json& block);

/// Writes the messages, as `messages` and `system`. Without tools, calls and results are said in words.
/// https://docs.aws.amazon.com/bedrock/latest/userguide/tool-use-inference-call.html
void write_conversation(json::Writer& out, const Call& call);

/// Reads the events of a stream.
std::unique_ptr<EventReader> event_reader();

}  // namespace instructor::bedrock_converse
