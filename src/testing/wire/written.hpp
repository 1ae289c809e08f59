#pragma once

// Writing replies: what protocols have in common. Each gives a StreamWriter; the cutting up is done here.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "instructor/served.hpp"

namespace instructor::testing::wire {

/// A piece of a reply.
struct Piece {
  enum class Part : std::uint8_t { reasoning, text, refusal, arguments };

  Part part = Part::text;
  std::size_t call = 0;   ///< whose arguments they are
  std::string_view text;  ///< never cut within a character
};

/// Events as they are sent.
using Events = std::vector<std::string>;

/// Writes the events of one stream: `begin`, the pieces of the reasoning, `begin_answer`, the other pieces, `end`.
class StreamWriter {
 public:
  StreamWriter(const Reply& reply, const AskedFor& asked) : reply_(reply), asked_(asked) {}
  virtual ~StreamWriter() = default;
  StreamWriter(const StreamWriter&) = delete;
  StreamWriter& operator=(const StreamWriter&) = delete;

  virtual void begin(Events& out) = 0;
  virtual void begin_answer(Events& out) = 0;
  virtual void piece(const Piece& piece, Events& out) = 0;
  virtual void end(Events& out) = 0;

  const Reply& reply() const { return reply_; }
  const AskedFor& asked() const { return asked_; }

 private:
  Reply reply_;
  AskedFor asked_;
};

/// Whether arguments come in pieces, or each call in one.
enum class CallPieces : std::uint8_t { cut, whole };

std::unique_ptr<ServedStream> stream_of(std::unique_ptr<StreamWriter> writer, const Streaming& streaming,
                                        CallPieces calls = CallPieces::cut);

/// A response with this JSON value.
Served json_response(int status, const Json& body, std::vector<HttpHeader> headers = {});

/// A response that comes as a stream.
Served stream_response(std::string content_type, std::unique_ptr<ServedStream> stream,
                       std::vector<HttpHeader> headers = {});

/// A server-sent event; `name` may be empty.
std::string sse(std::string_view name, std::string_view data);

/// Arguments for protocols where they are no text: their value, what there is of them when they are cut off, or else a
/// JSON string with all that the model wrote.
Json arguments_value(std::string_view arguments);

/// The arguments if they are an object.
std::optional<Json> arguments_object(std::string_view arguments);

/// What says that thoughts are the model's own; in base64, as all providers have it.
inline constexpr const char* thought_signature = "c2NyaXB0ZWQ=";

/// What a provider calls a status.
struct StatusWord {
  int status = 0;
  std::string_view word;
};

/// Its word; where it has none, the one for faults of clients or of servers.
std::string_view word_for(int status, std::span<const StatusWord> words, std::string_view client_word,
                          std::string_view server_word);

}  // namespace instructor::testing::wire
