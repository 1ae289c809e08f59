#pragma once

// The pieces of a streamed response, whatever their framing.

#include <string>
#include <string_view>
#include <variant>

#include "http/aws_event_stream.hpp"
#include "http/json_lines.hpp"
#include "http/sse.hpp"
#include "protocol/protocol.hpp"

namespace instructor {

class StreamPieces {
 public:
  explicit StreamPieces(Framing framing);

  /// Is a response of this content type in pieces? Else it is a whole one, from a server that does not stream.
  bool are_in(std::string_view content_type) const;

  /// Takes the next bytes, which must stay where they are until `next` has returned false.
  void feed(std::string_view chunk);
  /// The next piece, valid until the next call.
  bool next(StreamEvent& piece);
  /// The response has ended, and `next` has returned false. True, once, when there is one more piece.
  bool finish(StreamEvent& piece);

  /// The last piece is an error that the server reports, and no part of the reply.
  bool is_error() const { return is_error_; }
  /// Why there are no more pieces, though there should be; empty: there is no such reason.
  std::string why_broken() const;
  bool too_large() const;

 private:
  std::variant<EventSplitter, JsonLineSplitter, AwsEventSplitter> splitter_;
  bool is_error_ = false;
};

}  // namespace instructor
