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

void HttpReplyStream::begin() {
  begun_ = true;
  const HttpHead& head = exchange_->head();
  if (head.status < 200 || head.status >= 300) {
    const std::string body = backend_.redact(read_all(max_error_body));
    backend_.fail(head, protocol_.decode_error(head.status, body));
  }
  reply_.request_id = request_id(head);
  streams_ = pieces_.are_in(head.header("content-type"));
}

std::string HttpReplyStream::read_all(std::size_t limit) {
  std::string body;
  for (std::string_view chunk = exchange_->read(); !chunk.empty() && body.size() < limit; chunk = exchange_->read())
    body += chunk.substr(0, limit - body.size());
  return body;
}

bool HttpReplyStream::next(std::vector<Delta>& deltas) {
  deltas.clear();
  if (over_) return false;
  if (!begun_) begin();
  if (!streams_) {
    take_whole(deltas);
    return true;
  }
  while (!pieces_.next(event_)) {
    give_up_if_broken();
    const std::string_view chunk = exchange_->read();
    if (!chunk.empty()) {
      pieces_.feed(chunk);
    } else if (pieces_.finish(event_)) {
      if (!take_event(deltas)) end();
      return true;
    } else {
      give_up_if_broken();
      end();
      return false;
    }
  }
  if (!take_event(deltas)) {
    end();
    exchange_->finish();
  }
  return !over_ || !deltas.empty();
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

/// A server that does not stream: one delta for each part.
void HttpReplyStream::take_whole(std::vector<Delta>& deltas) {
  over_ = true;
  std::string request_id = std::move(reply_.request_id);
  std::vector<std::string> notes = std::move(reply_.notes);
  std::string body = backend_.redact(read_all(max_whole_body));
  try {
    reply_ = protocol_.decode(std::move(body));
  } catch (const Error& error) {
    backend_.fail(exchange_->head(), error.detail());
  }
  reply_.request_id = std::move(request_id);
  reply_.notes = std::move(notes);
  if (!reply_.text.empty()) deltas.push_back({Delta::Kind::text, 0, reply_.text});
  for (std::size_t i = 0; i < reply_.tool_calls.size(); ++i)
    deltas.push_back({Delta::Kind::arguments, i, reply_.tool_calls[i].arguments});
}

void HttpReplyStream::end() {
  over_ = true;
  reader_->finish(reply_);
}

Reply HttpReplyStream::take_reply() {
  if (!over_) end();
  for (std::string* text : {&reply_.text, &reply_.reasoning, &reply_.refusal, &reply_.native.json})
    *text = backend_.redact(std::move(*text));
  for (ToolCall& call : reply_.tool_calls) call.arguments = backend_.redact(std::move(call.arguments));
  return std::move(reply_);
}

}  // namespace instructor
