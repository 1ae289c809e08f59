#pragma once

// What the files of Anthropic's Messages API share. Of what replies hold, whole or in pieces, members that are not
// there, or null, keep their initial values.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "instructor/codec.hpp"
#include "instructor/completion.hpp"
#include "instructor/json.hpp"
#include "instructor/message.hpp"
#include "json/writer.hpp"
#include "protocol/protocol.hpp"

namespace instructor::anthropic_messages {

inline constexpr std::string_view protocol_name = "anthropic_messages";

struct WireOutputDetails {
  std::int64_t thinking_tokens = 0;
};

struct WireUsage {
  std::int64_t input_tokens = 0;  // those read from the cache, or written to it, are not among them
  std::int64_t output_tokens = 0;
  std::int64_t cache_creation_input_tokens = 0;
  std::int64_t cache_read_input_tokens = 0;
  WireOutputDetails output_tokens_details;
};

struct WireMessage {
  std::string id;
  std::string model;
  Json content;  // a list of blocks
  std::string stop_reason;
  Json stop_details;  // of a refusal
  WireUsage usage;
  Json error;
};

/// The arguments of a call, as they are spelled in `block`, the text of `read`. Empty: there are none.
std::string arguments_in(std::string_view block, const Json& read);

/// A member that is a text; empty: there is none.
std::string_view text_at(const Json& object, std::string_view name);

Usage usage_of(const WireUsage& wire);

/// Why the model stopped. `details` has the reason of a refusal.
void set_end(Reply& reply, std::string stop_reason, const Json& details);

/// Every call gets an id, so that it can be answered.
std::string id_or_number(std::string_view id, std::size_t calls_before);

/// Keeps the turn as it came when text and calls do not say all of it: thinking and its signature, what the provider's
/// own tools did, citations. `blocks` is a list.
void keep_native(Reply& reply, const Json& blocks);

/// A server may deviate in what is not the answer. Throws Error (`bad_response`) where it deviates in more: below
/// `part`.
void check_envelope(const Issues& issues, std::string_view part, std::string_view body);

constexpr DecodeOptions lenient() {
  DecodeOptions options;
  options.null_is_absent = true;
  options.missing_is_default = true;
  options.last_duplicate_wins = true;
  return options;
}

// ---- conversations -----------------------------------------------------------------------------------------------

/// Blank texts are refused, and say nothing.
bool is_blank(std::string_view text);

/// Of all system messages, wherever they stand; without blank ones.
std::vector<std::string_view> instructions_of(const std::vector<const Message*>& messages);

void write_text_block(json::Writer& out, std::string_view text);

/// Writes all other messages as turns of the user and the assistant, one after the other, all results of tools at the
/// beginning of the user's. `tool` is what a call without a name is a call of.
void write_turns(json::Writer& out, const std::vector<const Message*>& messages, std::string_view tool);

/// Reads the events of a stream.
std::unique_ptr<EventReader> message_reader();

}  // namespace instructor::anthropic_messages
