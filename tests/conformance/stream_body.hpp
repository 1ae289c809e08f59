#pragma once

// A second reading of recorded streams, by hand: the events of a response, and the completion that they make up.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "chat_body.hpp"
#include "data.hpp"

namespace conformance {

/// The data of each server-sent event; of the last one also when the recording ends inside it.
std::vector<std::string> read_events(std::string_view bytes);

/// What a stream comes to.
struct ChatStream {
  ChatBody body;              ///< what arrived before an error, or all of it
  std::optional<Json> error;  ///< what the provider reports; it ends the stream
  bool broken = false;        ///< an event is no JSON object: an Error, whatever it says
};

ChatStream read_chat_stream(const std::vector<std::string>& events);

}  // namespace conformance
