#pragma once

// What responses of OpenAI's Responses protocol hold, whole or in pieces, and what it means. Output items are read as
// plain JSON: there are many kinds of them, more come, and those that have to go back go back as they came.

#include <cstdint>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "instructor/codec.hpp"
#include "instructor/completion.hpp"
#include "instructor/error.hpp"
#include "instructor/json.hpp"
#include "protocol/protocol.hpp"

namespace instructor::openai_responses {

inline constexpr std::string_view protocol_name = "openai_responses";

// ---- what a response holds ---------------------------------------------------------------------------------------

struct WireInputDetails {
  std::int64_t cached_tokens = 0;
};

struct WireOutputDetails {
  std::int64_t reasoning_tokens = 0;
};

struct WireUsage {
  std::int64_t input_tokens = 0;
  std::int64_t output_tokens = 0;
  std::int64_t total_tokens = 0;
  WireInputDetails input_tokens_details;
  WireOutputDetails output_tokens_details;
};

struct WireIncomplete {
  std::string reason;
};

struct WireResponse {
  std::string id;
  std::string model;
  std::string status;
  Json error;
  WireIncomplete incomplete_details;
  Json output;
  WireUsage usage;
  bool store = true;  // the provider remembers the items by their ids
};

// ---- what it means -----------------------------------------------------------------------------------------------

enum class ItemKind : std::uint8_t {
  message,
  reasoning,
  call,   ///< of a function, or of a custom tool
  other,  ///< what the provider does itself
};
ItemKind kind_of(const Json& item);

/// The text of a member; nothing where it is none.
std::string_view text_at(const Json& object, std::string_view name);

/// The list in a member; an empty one where it is none.
const Json& list_at(const Json& object, std::string_view name);

/// What an item adds to a reply.
std::string text_of(const Json& item);
std::string refusal_of(const Json& item);
std::string reasoning_of(const Json& item);

/// The arguments of a call as JSON text; of a custom tool the text that it takes.
std::string arguments_of(const Json& item);

/// All but text, calls and `raw`: what a response says once it is over. Reasoning and refusal stay where it says none.
void take_outcome(const WireResponse& response, Reply& reply);

/// The output as input of the next request, or nothing where text and calls say the same. The ids of the reply's calls
/// must stand. `store`: the provider remembers the items.
NativeTurn turn_of(const Json& output, bool store, const Reply& reply);

/// Every call gets an id, so that it can be answered.
void number_calls(Reply& reply);

/// A server may deviate in what is not the answer. Throws Error (`bad_response`) for what is no object.
void check_readable(const Issues& issues, std::string_view body);

/// What a response says that has failed.
Error failure(const Json& error);

constexpr DecodeOptions lenient() {
  DecodeOptions options;
  options.null_is_absent = true;
  options.missing_is_default = true;
  options.last_duplicate_wins = true;
  return options;
}

/// Reads the events of a stream.
std::unique_ptr<EventReader> event_reader();

}  // namespace instructor::openai_responses
