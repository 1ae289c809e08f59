#pragma once

// A second reading of Anthropic's messages, whole and streamed, by hand and from the plain JSON.

#include <optional>
#include <string>
#include <vector>

#include <instructor/completion.hpp>

#include "chat_body.hpp"
#include "data.hpp"

namespace conformance {

struct MessageBody : ChatBody {
  Json blocks = Json::array();  ///< the content; of a stream, as it would have come whole
};

/// The message in a body; nothing when it is none.
std::optional<MessageBody> read_message_body(const Json& body);

/// What a stream comes to.
struct MessageStream {
  MessageBody body;           ///< what arrived before an error, or all of it
  std::optional<Json> error;  ///< what the provider reports; it ends the stream
  bool broken = false;        ///< an event is no JSON object
};

MessageStream read_message_stream(const std::vector<std::string>& events);

/// What a stop_reason means.
instructor::FinishReason message_end(std::string_view reason);

/// Is there more in the content than texts and calls, so that it has to go back as it came?
bool needs_native(const Json& blocks);

}  // namespace conformance
