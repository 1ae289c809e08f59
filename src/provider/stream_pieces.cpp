#include "provider/stream_pieces.hpp"

#include <type_traits>

namespace instructor {

namespace {

template <class... Call>
struct Overloaded : Call... {
  using Call::operator()...;
};

}  // namespace

StreamPieces::StreamPieces(Framing framing) {
  switch (framing) {
    case Framing::server_sent_events: break;
    case Framing::json_lines: splitter_.emplace<JsonLineSplitter>(); break;
    case Framing::aws_event_stream: splitter_.emplace<AwsEventSplitter>(); break;
  }
}

bool StreamPieces::are_in(std::string_view content_type) const {
  return std::visit(
      Overloaded{
          [&](const EventSplitter&) { return content_type.starts_with("text/event-stream"); },
          [&](const JsonLineSplitter&) { return content_type.find("ndjson") != std::string_view::npos; },
          [&](const AwsEventSplitter&) { return content_type.starts_with("application/vnd.amazon.eventstream"); }},
      splitter_);
}

void StreamPieces::feed(std::string_view chunk) {
  std::visit([&](auto& splitter) { splitter.feed(chunk); }, splitter_);
}

bool StreamPieces::next(StreamEvent& piece) {
  return std::visit(Overloaded{[&](EventSplitter& splitter) {
                                 EventSplitter::Event event;
                                 if (!splitter.next(event)) return false;
                                 piece = {event.name, event.data};
                                 is_error_ = event.name == "error";
                                 return true;
                               },
                               [&](JsonLineSplitter& splitter) {
                                 piece.name = {};
                                 return splitter.next(piece.data);
                               },
                               [&](AwsEventSplitter& splitter) {
                                 AwsEventMessage message;
                                 if (!splitter.next(message)) return false;
                                 is_error_ = message.kind == AwsEventMessage::Kind::error;
                                 piece = {message.type, is_error_ ? message.error_message : message.payload};
                                 return true;
                               }},
                    splitter_);
}

bool StreamPieces::finish(StreamEvent& piece) {
  return std::visit(Overloaded{[&](EventSplitter& splitter) {
                                 EventSplitter::Event event;
                                 if (!splitter.finish(event)) return false;
                                 piece = {event.name, event.data};
                                 is_error_ = event.name == "error";
                                 return true;
                               },
                               [&](JsonLineSplitter& splitter) {
                                 piece.name = {};
                                 return splitter.finish(piece.data);
                               },
                               [&](AwsEventSplitter& splitter) {
                                 splitter.finish();
                                 return false;
                               }},
                    splitter_);
}

bool StreamPieces::too_large() const {
  return std::visit(
      Overloaded{[](const AwsEventSplitter& splitter) { return splitter.failure() == AwsStreamFailure::too_large; },
                 [](const auto& splitter) { return splitter.too_large(); }},
      splitter_);
}

std::string StreamPieces::why_broken() const {
  if (too_large()) return "a piece of the stream is larger than 16 MiB";
  if (const auto* const splitter = std::get_if<AwsEventSplitter>(&splitter_)) return splitter->why();
  return {};
}

}  // namespace instructor
