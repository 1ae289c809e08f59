#pragma once

// What OpenAI chat completions hold, whole or in pieces, and what it means. The structs are read by the library's own
// decoder; they name only what is used, and are lenient where servers differ: any member may be missing or null.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "instructor/codec.hpp"
#include "instructor/completion.hpp"
#include "instructor/error.hpp"
#include "instructor/json.hpp"
#include "protocol/protocol.hpp"

namespace instructor::openai_chat {

inline constexpr std::string_view protocol_name = "openai_chat";

// ---- what a reply holds ------------------------------------------------------------------------------------------

struct WireFunction {
  std::string name;
  Json arguments;  // a string with JSON in it; some servers send the object itself
};

struct WireCustom {  // a tool that takes text as it is
  std::string name;
  std::string input;
};

struct WireToolCall {
  std::string id;
  std::string type;
  WireFunction function;
  WireCustom custom;
  Json extra_content;  // Gemini: {"google":{"thought_signature":...}}
};

struct WireMessage {
  Json content;  // a string, null, or a list of parts
  std::string refusal;
  std::vector<WireToolCall> tool_calls;
  std::optional<WireFunction> function_call;  // before tools
  std::string reasoning;                      // OpenRouter, Groq
  std::string reasoning_content;              // DeepSeek, vLLM, llama.cpp
  Json reasoning_details;                     // Snowflake; OpenRouter beside `reasoning`
  Json extra_content;                         // Gemini
};

struct WireChoice {
  WireMessage message;
  std::string finish_reason;
  Json error;  // OpenRouter: the provider behind it failed
};

struct WireTokenDetails {
  std::int64_t cached_tokens = 0;
  std::int64_t audio_tokens = 0;
  std::int64_t reasoning_tokens = 0;
};

struct WireUsage {
  std::int64_t prompt_tokens = 0;
  std::int64_t completion_tokens = 0;
  std::int64_t total_tokens = 0;
  WireTokenDetails prompt_tokens_details;
  WireTokenDetails completion_tokens_details;
  std::int64_t cached_tokens = 0;            // Moonshot
  std::int64_t num_cached_tokens = 0;        // Mistral
  std::int64_t prompt_cache_hit_tokens = 0;  // DeepSeek
};

struct WireGroq {
  WireUsage usage;
};

struct WireCompletion {
  std::string id;
  std::string model;
  std::vector<WireChoice> choices;
  WireUsage usage;
  Json error;
};

// ---- what they mean ----------------------------------------------------------------------------------------------

FinishReason finish_reason(std::string_view text);

/// Appends the text in a content that is a string or a list of parts; thinking parts go to `reasoning`.
void append_text(const Json& content, std::string& text, std::string& reasoning);

/// The texts in a list of reasoning details.
std::string details_text(const Json& details);

/// What of a message has to go back as it came, beside its text and calls:
///
///   reasoning_details    OpenRouter, Snowflake: openrouter.ai/docs/use-cases/reasoning-tokens#preserving-reasoning
///   extra_content        Gemini, of the message and of each call: ai.google.dev/gemini-api/docs/thought-signatures
///   reasoning_content    DeepSeek, Moonshot, beside calls: api-docs.deepseek.com/guides/thinking_mode
///
/// Read 2026-11.
class Kept {
 public:
  void take(const Json& reasoning_details, Json extra_content, std::string_view reasoning_content);
  /// Of a call; its type, where it is not "function".
  void take_call(std::size_t call, Json extra_content, std::string_view type);

  /// The message for the next request, or nothing where text and calls say the same. `whole`: it was not broken off.
  NativeTurn turn(const Reply& reply, bool whole) const;

 private:
  void add_detail(const Json& detail);

  struct Call {
    Json extra_content;
    bool custom = false;
  };

  Json details_;
  Json extra_content_;
  std::string reasoning_content_;
  std::vector<Call> calls_;
};

bool has_no_text(const Json& arguments);

/// Some servers send the form before tools always, empty.
bool says_nothing(const WireFunction& legacy);

/// Moves the text out of `arguments`.
std::string arguments_text(Json& arguments);

bool counts_something(const WireUsage& wire);
Usage usage_of(const WireUsage& wire);

/// Every call gets an id, so that it can be answered.
std::string id_or_number(std::string id, std::size_t calls_before);

/// A server may deviate in what is not the answer. Throws Error (`bad_response`) where it deviates in more.
void check_envelope(const Issues& issues, std::string_view body);

/// What a choice says instead of an answer.
Error reported_error(const Json& error);

constexpr DecodeOptions lenient() {
  DecodeOptions options;
  options.null_is_absent = true;
  options.missing_is_default = true;
  options.last_duplicate_wins = true;
  return options;
}

/// Reads the events of a stream.
std::unique_ptr<EventReader> chunk_reader();

}  // namespace instructor::openai_chat
