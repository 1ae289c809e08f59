#pragma once

// A reply as it comes over HTTP: piece by piece, or a whole body where a server does not stream.

#include <memory>
#include <string>
#include <vector>

#include "provider/http_backend.hpp"
#include "provider/stream_pieces.hpp"

namespace instructor {

/// The provider's id of the exchange, for its support.
std::string_view request_id(const HttpHead& head);

class HttpReplyStream final : public ReplyStream {
 public:
  /// `backend` must outlive the stream.
  HttpReplyStream(const HttpBackend& backend, const Protocol& protocol, std::vector<std::string> notes,
                  std::unique_ptr<HttpExchange> exchange);

  bool next(std::vector<Delta>& deltas) override;
  const Reply& reply() const override { return reply_; }
  Reply take_reply() override;

 private:
  void begin();
  void give_up_if_broken();
  bool take_event(std::vector<Delta>& deltas);
  void take_whole(std::vector<Delta>& deltas);
  std::string read_all(std::size_t limit);
  void end();

  const HttpBackend& backend_;
  const Protocol& protocol_;
  std::unique_ptr<HttpExchange> exchange_;
  std::unique_ptr<EventReader> reader_;
  StreamPieces pieces_;
  StreamEvent event_;
  Reply reply_;
  bool begun_ = false;
  bool streams_ = false;
  bool over_ = false;
};

}  // namespace instructor
