#include "provider/http_reply_stream.hpp"

#include <utility>

namespace instructor {

namespace {

constexpr std::size_t max_error_body = 1 << 20;
constexpr std::size_t max_whole_body = 64 << 20;

}  // namespace

HttpReplyStream::HttpReplyStream(const HttpBackend& backend, const Protocol& protocol, std::vector<std::string> notes,
                                 std::unique_ptr<HttpExchange> exchange)
    : backend_(backend),
      protocol_(protocol),
      exchange_(std::move(exchange)),
      reader_(protocol.event_reader()),
      pieces_(protocol.framing()) {
  reply_.notes = std::move(notes);
}

bool HttpReplyStream::ready() { return stage_ == Stage::over || !drained_ || exchange_->ready(); }

void HttpReplyStream::begin() {
  const HttpHead& head = exchange_->head();
  if (head.status < 200 || head.status >= 300) {
    stage_ = Stage::whole;
    return;
  }
  reply_.request_id = request_id(head);
  reply_.rate_limits = rate_limits(head);
  stage_ = pieces_.are_in(head.header("content-type")) ? Stage::events : Stage::whole;
}

/// Reads on. True at the end of the body, or of what is wanted of it.
bool HttpReplyStream::collect() {
  const std::size_t limit = exchange_->head().status < 300 ? max_whole_body : max_error_body;
  const std::string_view chunk = exchange_->read();
  body_ += chunk.substr(0, limit - body_.size());
  return chunk.empty() || body_.size() >= limit;
}

/// Reads at most once, so that nobody waits who was told that there is something.
bool HttpReplyStream::next(std::vector<Delta>& deltas) {
  deltas.clear();
  switch (stage_) {
    case Stage::head: begin(); return true;
    case Stage::whole:
      if (collect()) take_whole(deltas);
      return true;
    case Stage::events: break;
    case Stage::over: return false;
  }
  if (drained_) {
    const std::string_view chunk = exchange_->read();
    if (chunk.empty()) {
      const bool more = pieces_.finish(event_);
      if (!more) give_up_if_broken();
      if (!more || !take_event(deltas)) end();
      return more;
    }
    pieces_.feed(chunk);
    drained_ = false;
  }
  if (!pieces_.next(event_)) {
    drained_ = true;
    give_up_if_broken();
    return true;
  }
  if (!take_event(deltas)) {
    end();
    exchange_->finish();
    return !deltas.empty();
  }
  return true;
}

void HttpReplyStream::give_up_if_broken() {
  std::string why = pieces_.why_broken();
  if (why.empty()) return;
  ErrorDetail detail;
  detail.code = pieces_.too_large() ? ErrorCode::response_too_large : ErrorCode::bad_response;
  detail.message = std::move(why);
  backend_.fail(exchange_->head(), std::move(detail));
}

bool HttpReplyStream::take_event(std::vector<Delta>& deltas) {
  if (pieces_.is_error()) {
    constexpr int as_of_a_failed_server = 500;
    ErrorDetail detail = protocol_.decode_error(as_of_a_failed_server, backend_.redact(std::string(event_.data)));
    detail.http_status = exchange_->head().status;
    backend_.fail(exchange_->head(), std::move(detail));
  }
  try {
    return reader_->read(event_, reply_, deltas);
  } catch (const Error& error) {
    backend_.fail(exchange_->head(), error.detail());
  }
}

/// Of a failure, or a server that does not stream: one delta for each part.
void HttpReplyStream::take_whole(std::vector<Delta>& deltas) {
  stage_ = Stage::over;
  reply_ = backend_.whole_reply(protocol_, exchange_->head(), std::move(body_), std::move(reply_.notes));
  if (!reply_.text.empty()) deltas.push_back({Delta::Kind::text, 0, reply_.text});
  for (std::size_t i = 0; i < reply_.tool_calls.size(); ++i)
    deltas.push_back({Delta::Kind::arguments, i, reply_.tool_calls[i].arguments});
}

void HttpReplyStream::end() {
  stage_ = Stage::over;
  reader_->finish(reply_);
}

Reply HttpReplyStream::take_reply() {
  if (stage_ != Stage::over) end();
  for (std::string* text : {&reply_.text, &reply_.reasoning, &reply_.refusal, &reply_.native.json})
    *text = backend_.redact(std::move(*text));
  for (ToolCall& call : reply_.tool_calls) call.arguments = backend_.redact(std::move(call.arguments));
  return std::move(reply_);
}

}  // namespace instructor
