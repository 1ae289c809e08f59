#pragma once

// The other side of the wire: how the servers of providers read requests and write replies. Scripted models
// (testing.hpp) and the practice server answer through it; so can a server of your own.
//
//   const ServedProtocol* protocol = served_protocol(request.url);
//   Served served = protocol->answer(reply, protocol->read(request.url, body), Streaming());

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "instructor/completion.hpp"
#include "instructor/json.hpp"
#include "instructor/transport.hpp"

namespace instructor::testing {

/// A tool that a request offers.
struct OfferedTool {
  std::string name;
  std::string schema;  ///< of its arguments, JSON text; empty: none is given
};

/// What a request asks for, as far as replies depend on it.
struct AskedFor {
  std::string path;  ///< where it was sent, with its query
  std::string model = "scripted";
  bool stream = false;
  bool stream_usage = false;       ///< OpenAI chat: streams tell of usage only when asked to
  std::vector<OfferedTool> tools;  ///< that may be called
  std::string chosen;              ///< the tool that must be called; empty: none in particular
  bool must_call = false;          ///< some tool must be called
  bool several_calls = false;      ///< the model is free to call several tools
  std::string format;              ///< where the request says how answers look, `response_format`; empty: it does not
  std::string schema;              ///< that it names there, JSON text
  std::string conversation;        ///< all texts of the messages, instructions included, a line each
  bool first_attempt = true;       ///< the model has said nothing yet

  /// The tool that one answer is given to; empty: it is the content of the message.
  std::string_view tool() const {
    if (!chosen.empty()) return chosen;
    return tools.empty() ? std::string_view() : std::string_view(tools.front().name);
  }
};

/// How an answer is cut up, when a stream is asked for. Characters are never cut.
struct Streaming {
  enum class Unit : std::uint8_t { bytes, characters };

  std::size_t size = 4;  ///< of the answer in each event
  Unit unit = Unit::bytes;
  std::optional<std::size_t> cut_after{};  ///< bytes of the answer, after which the connection closes
};

/// A response that is given event by event. The arguments of several calls come in turns, where the protocol can tell
/// them apart: a client that takes every piece for the last call's is found out.
class ServedStream {
 public:
  struct Part {
    std::string bytes;             ///< as they are sent
    std::size_t answer_bytes = 0;  ///< how much of the answer is in them
  };

  virtual ~ServedStream() = default;

  /// The next event; nothing at the end, or where the connection closes.
  virtual std::optional<Part> next() = 0;
  /// All events were given.
  virtual bool complete() const = 0;
  /// Bytes of the whole answer.
  virtual std::size_t answer_size() const = 0;
};

/// A response: with `stream`, that is its body.
struct Served {
  HttpHead head;
  std::string body;
  std::unique_ptr<ServedStream> stream;
};

/// What is wrong with a request.
struct RequestProblem {
  int status = 400;
  std::string message;
};

/// How the server of a provider talks. Immutable; safe to use from many threads.
class ServedProtocol {
 public:
  virtual ~ServedProtocol() = default;

  /// `anthropic messages`.
  virtual std::string_view name() const = 0;

  /// Are requests of this protocol sent to this path? Without query.
  virtual bool serves(std::string_view path) const = 0;

  /// The key that a request carries; empty: none. Unless overridden: `Authorization: Bearer`.
  virtual std::string key(const HttpRequest& request) const;
  virtual RequestProblem wrong_key() const { return {401, "Incorrect API key provided."}; }

  /// What the server refuses about a request: a member or a header that it needs.
  virtual std::optional<RequestProblem> problem(const HttpRequest& request, const Json& body) const = 0;

  /// Reads a request. Anything in `body` may be missing or of another type.
  virtual AskedFor read(std::string_view url, const Json& body) const = 0;

  /// The reply as a response: whole, or a stream when that was asked for. The ids of tool calls are given the
  /// provider's prefix: `call_`, `toolu_`.
  virtual Served answer(const Reply& reply, const AskedFor& asked, const Streaming& streaming) const = 0;

  /// An error in the provider's own shape.
  virtual Served error(int status, std::string_view message) const = 0;
};

/// The protocol that is spoken at a URL or a path; null where there is none.
const ServedProtocol* served_protocol(std::string_view url);

/// All of them; the first is OpenAI's chat completions.
std::span<const ServedProtocol* const> served_protocols();

}  // namespace instructor::testing
