#pragma once

// A wire protocol: how a call becomes the body of an HTTP request, and how a response becomes a reply. Pure functions
// on data; one file each; no protocol knows another, and none knows a provider: what differs between providers that
// speak the same protocol comes in the ProtocolSettings.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/backend.hpp"
#include "instructor/completion.hpp"
#include "instructor/error.hpp"

namespace instructor {

/// What a provider's preset tells its protocol.
struct ProtocolSettings {
  std::string_view max_tokens_key = "max_tokens";
  bool strict_tools = true;  ///< a tool definition may say "strict"
  bool stream_usage = true;  ///< the usage of a stream has to be asked for
};

/// Puts a reply together from the events of a stream.
class EventReader {
 public:
  virtual ~EventReader() = default;

  /// Reads the data of one event. False: it was the last. Throws Error: what the provider reports, or `bad_response`.
  virtual bool read(std::string_view data, Reply& reply, std::vector<Delta>& deltas) = 0;

  /// The events are over: what has to wait for the end.
  virtual void finish(Reply& reply) = 0;
};

class Protocol {
 public:
  virtual ~Protocol() = default;

  /// The path below the base URL: `/chat/completions`.
  virtual std::string path(const Call& call) const = 0;

  /// Appends the body of the request. Throws Error (`invalid_request`) when Request::extra has a key that the library
  /// writes itself.
  virtual void encode(const Call& call, const ProtocolSettings& settings, std::string& body) const = 0;

  /// Reads the body of a response with a status of 2xx. Throws Error: `bad_response` when it is no reply, or what the
  /// provider reports when the reply holds an error.
  virtual Reply decode(std::string body) const = 0;

  /// Reads a response that comes as server-sent events.
  virtual std::unique_ptr<EventReader> event_reader() const = 0;

  /// Reads the body of any other response: code, message and the provider's own code, as far as it tells.
  virtual ErrorDetail decode_error(int status, std::string_view body) const = 0;
};

/// The OpenAI chat completions protocol.
/// Source: platform.openai.com/docs/api-reference/chat, read 2026-08.
const Protocol& openai_chat_protocol();

}  // namespace instructor
