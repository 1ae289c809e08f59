#pragma once

// A second reading of a response of OpenAI's Responses protocol, whole or streamed, by hand and from the plain JSON.

#include <optional>
#include <string>
#include <vector>

#include <instructor/completion.hpp>

#include "chat_body.hpp"
#include "data.hpp"

namespace conformance {

struct ResponsesBody : ChatBody {
  instructor::FinishReason reason = instructor::FinishReason::unknown;
};

/// The response in a body; nothing when it is none: no output, or an error.
std::optional<ResponsesBody> read_responses_body(const Json& body);

/// What a stream comes to.
struct ResponsesStream {
  ResponsesBody body;         ///< what arrived before an error, or all of it
  std::optional<Json> error;  ///< what the provider reports; it ends the stream
  bool broken = false;        ///< an event is no JSON object: an Error, whatever it says
};

ResponsesStream read_responses_stream(const std::vector<std::string>& events);

}  // namespace conformance
