#pragma once

// A wire protocol: how a call becomes an HTTP request, and how a response becomes a reply. Pure functions on data; one
// file each; no protocol knows another, and none knows a provider: what differs between providers that speak the same
// protocol comes in the WireSettings.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/backend.hpp"
#include "instructor/completion.hpp"
#include "instructor/error.hpp"
#include "instructor/provider.hpp"

namespace instructor {

/// How the pieces of a stream are told apart.
enum class Framing : std::uint8_t {
  server_sent_events,  ///< text/event-stream
  json_lines,          ///< one JSON value in each line
  aws_event_stream,    ///< application/vnd.amazon.eventstream
};

/// One piece of a stream.
struct StreamEvent {
  std::string_view name;  ///< as the framing says; may be empty
  std::string_view data;
};

/// Puts a reply together from the events of a stream.
class EventReader {
 public:
  virtual ~EventReader() = default;

  /// Reads one event. False: it was the last. Throws Error: what the provider reports, or `bad_response`.
  virtual bool read(const StreamEvent& event, Reply& reply, std::vector<Delta>& deltas) = 0;

  /// The events are over, or no more are wanted: what has to wait for that. `reply.native` must be something that the
  /// provider takes back, also where the reply was broken off.
  virtual void finish(Reply& reply) = 0;
};

class Protocol {
 public:
  virtual ~Protocol() = default;

  /// As in NativeTurn::protocol.
  virtual std::string_view name() const = 0;

  /// The path below the base URL, with its query: `/chat/completions`.
  virtual std::string path(const Call& call, const WireSettings& settings) const = 0;

  /// Appends the headers that this call needs beside those of the provider.
  virtual void add_headers(const Call& call, std::vector<HttpHeader>& headers) const {
    static_cast<void>(call);
    static_cast<void>(headers);
  }

  /// Appends the body of the request. Throws Error (`invalid_request`) when Request::extra has a key that the library
  /// writes itself.
  virtual void encode(const Call& call, const WireSettings& settings, std::string& body) const = 0;

  /// Reads the body of a response with a status of 2xx. Throws Error: `bad_response` when it is no reply, or what the
  /// provider reports when the reply holds an error.
  virtual Reply decode(std::string body) const = 0;

  /// How a streamed response is framed.
  virtual Framing framing() const { return Framing::server_sent_events; }

  /// Reads a response that comes in pieces.
  virtual std::unique_ptr<EventReader> event_reader() const = 0;

  /// Reads the body of any other response: code, message and the provider's own code, as far as it tells.
  virtual ErrorDetail decode_error(int status, std::string_view body) const = 0;

  /// Can the model be made to call a tool with these options? (Not while it thinks, for some.)
  virtual bool can_force_tools(const CallOptions& options) const {
    static_cast<void>(options);
    return true;
  }
};

// Each protocol is a file with one of these, and a row in protocols.cpp.

/// Source: platform.openai.com/docs/api-reference/chat, read 2026-08.
const Protocol& openai_chat_protocol();
/// Source: ai.google.dev/api/generate-content and cloud.google.com/vertex-ai/docs/reference/rest, read 2026-11.
const Protocol& gemini_protocol();

/// Source: docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html and
/// API_runtime_ConverseStream.html, read 2026-11.
const Protocol& bedrock_converse_protocol();

/// Source: docs.cohere.com/v2/reference/chat and chat-stream, read 2026-11.
const Protocol& cohere_chat_protocol();

/// Source: docs.ollama.com/api/chat, read 2026-11.
const Protocol& ollama_chat_protocol();

/// The protocol with this name, or null.
const Protocol* find_protocol(std::string_view name);

}  // namespace instructor
