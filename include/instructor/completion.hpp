#pragma once

// What came back: the provider's reply, and the ledger of every attempt it took.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "instructor/duration.hpp"
#include "instructor/issue.hpp"
#include "instructor/mode.hpp"
#include "instructor/rate_limits.hpp"
#include "instructor/repair.hpp"

namespace instructor {

/// Tokens, in the same terms for every provider. What a provider does not tell is 0.
struct Usage {
  std::int64_t input_tokens = 0;      ///< prompt, cached ones included
  std::int64_t output_tokens = 0;     ///< answer, reasoning included
  std::int64_t total_tokens = 0;      ///< as the provider counts; else input + output
  std::int64_t cached_tokens = 0;     ///< part of input_tokens read from the provider's prompt cache
  std::int64_t reasoning_tokens = 0;  ///< part of output_tokens spent on thinking
  std::int64_t audio_tokens = 0;      ///< part of both that is audio

  Usage& operator+=(const Usage& other);
  friend bool operator==(const Usage&, const Usage&) = default;
};

/// Why the model stopped.
enum class FinishReason : std::uint8_t {
  unknown,         ///< the provider did not say
  stop,            ///< it was done
  length,          ///< the token limit cut it off
  tool_calls,      ///< it called tools
  content_filter,  ///< the provider withheld the answer
  other,           ///< see `finish_reason_text`
};
std::string_view to_string(FinishReason reason) noexcept;

/// One call of a tool (function) by the model.
struct ToolCall {
  std::string id;
  std::string name;
  std::string arguments;  ///< JSON text as the model wrote it

  friend bool operator==(const ToolCall&, const ToolCall&) = default;
};

/// A turn of the model in its provider's own words: thinking, signatures and whatever else wants to be sent back as it
/// came. Only the protocol that wrote it reads it.
struct NativeTurn {
  std::string protocol;  ///< empty: there is none
  std::string json;

  friend bool operator==(const NativeTurn&, const NativeTurn&) = default;
};

/// A request to which there was no answer, before it was sent again.
struct FailedSend {
  std::string failure;
  int http_status = 0;  ///< 0: there was no response
  std::string request_id;
  Duration waited;  ///< before it was sent again

  friend bool operator==(const FailedSend&, const FailedSend&) = default;
};

/// One provider reply, in the same terms for every wire protocol.
struct Reply {
  std::string id;
  std::string model;      ///< the model that answered
  std::string text;       ///< what the model said; empty when it only called tools
  std::string reasoning;  ///< what it thought, when the provider shows it
  std::string refusal;    ///< why it refused, when the provider says so apart from the text
  std::vector<ToolCall> tool_calls;
  FinishReason finish_reason = FinishReason::unknown;
  std::string finish_reason_text;  ///< in the provider's own words
  Usage usage;
  std::string request_id;  ///< for the provider's support
  std::string raw;         ///< the body, verbatim but for secrets
  NativeTurn native;
  std::vector<std::string> notes;        ///< what of the request was not sent because the model does not take it
  RateLimits rate_limits;                ///< what the provider says is left of them
  std::vector<FailedSend> failed_sends;  ///< what went wrong on the way; see TransportRetry
};

/// One attempt: a request, its reply, and what was wrong with it. Without issues and failure it is the one that
/// succeeded.
struct Attempt {
  int number = 1;
  std::string provider_and_model;  ///< who was asked
  Mode mode = Mode::automatic;     ///< in which it was asked
  Reply reply;
  std::string answer;   ///< the part of the reply that was decoded, repaired: a tool call's arguments, or the text
  Issues issues;        ///< what is wrong with the answer
  Issues warnings;      ///< what soft checks and `Issues::warn` have to say of it
  Repairs repairs;      ///< what was done to the answer so that it could be understood
  std::string failure;  ///< why there was no answer at all: an error of the provider or the connection, a refusal
  Duration elapsed;
};

/// The outcome of a call: its last reply, and the ledger.
struct Completion {
  std::string id;
  std::string model;
  std::string text;    ///< what the model said; empty when it only called a tool
  std::string answer;  ///< the JSON text that became the value, after repairs
  std::vector<ToolCall> tool_calls;
  FinishReason finish_reason = FinishReason::unknown;
  std::string request_id;
  std::string raw;                 ///< the provider's last reply, verbatim but for secrets
  Usage usage;                     ///< over all attempts
  Duration elapsed;                ///< over all attempts
  Issues warnings;                 ///< what soft checks and `Issues::warn` have to say of the last answer
  Repairs repairs;                 ///< what was done to the last answer so that it could be understood
  Mode mode = Mode::automatic;     ///< of the last attempt
  NativeTurn native;               ///< see Message::assistant
  std::vector<std::string> notes;  ///< what of the request was not sent because the model does not take it
  RateLimits rate_limits;          ///< what the provider says is left of them
  std::vector<Attempt> attempts;
};

}  // namespace instructor
