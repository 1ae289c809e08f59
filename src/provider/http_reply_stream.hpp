#pragma once

// A reply as it comes over HTTP: piece by piece, or a whole body where a server does not stream.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "provider/http_backend.hpp"
#include "provider/stream_pieces.hpp"

namespace instructor {

/// The provider's id of the exchange, for its support.
std::string_view request_id(const HttpHead& head);
/// What the response says of limits, as of now.
RateLimits rate_limits(const HttpHead& head);

class HttpReplyStream final : public ReplyStream {
 public:
  /// `backend` must outlive the stream.
  HttpReplyStream(const HttpBackend& backend, const Protocol& protocol, std::vector<std::string> notes,
                  std::unique_ptr<HttpExchange> exchange);

  bool ready() override;
  bool next(std::vector<Delta>& deltas) override;
  const Reply& reply() const override { return reply_; }
  Reply take_reply() override;

 private:
  enum class Stage : std::uint8_t { head, events, whole, over };

  void begin();
  void give_up_if_broken();
  bool take_event(std::vector<Delta>& deltas);
  bool collect();
  void take_whole(std::vector<Delta>& deltas);
  void end();

  const HttpBackend& backend_;
  const Protocol& protocol_;
  std::unique_ptr<HttpExchange> exchange_;
  std::unique_ptr<EventReader> reader_;
  StreamPieces pieces_;
  StreamEvent event_;
  Reply reply_;
  Stage stage_ = Stage::head;
  bool drained_ = true;  // there is no event in what was read already
  std::string body_;     // of a failure, or of a reply that does not stream
};

}  // namespace instructor
