#pragma once

// Holds what a protocol reads of recorded replies and streams against a second reading, which is written by hand and
// from the plain JSON.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <instructor/completion.hpp>

#include "cassettes.hpp"
#include "chat_body.hpp"
#include "data.hpp"
#include "protocol/protocol.hpp"
#include "stream_body.hpp"

namespace conformance {

/// An event, taken from its frame by hand.
struct RecordedEvent {
  std::string name;
  std::string data;
};

/// How one protocol is read.
struct SecondReading {
  const instructor::Protocol& (*protocol)();
  /// The reply in a body; nothing when it is none.
  std::optional<ChatBody> (*reply)(const Json& body);
  ChatStream (*stream)(const std::vector<RecordedEvent>& events);
  /// Why the model stopped, which in some protocols is not for the word alone to say.
  instructor::FinishReason (*reason)(const ChatBody& body);
};

/// A whole response, whatever its status, in several spellings.
Differences check_reply(const SecondReading& reading, const Interaction& interaction);

/// The bytes of a stream, which hold these events: at once, byte by byte, in random chunks.
Differences check_stream(const SecondReading& reading, std::string_view bytes,
                         const std::vector<RecordedEvent>& events);

bool is_success(const Interaction& interaction);

}  // namespace conformance
