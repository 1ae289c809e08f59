#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "instructor/codec.hpp"
#include "instructor/testing.hpp"
#include "testing/wire/characters.hpp"

namespace instructor::testing {

// ---- replies -----------------------------------------------------------------------------------------------------

ScriptedReply ScriptedReply::says(std::string text) {
  ScriptedReply reply(std::move(text));
  reply.kind_ = Kind::says;
  return reply;
}

ScriptedReply ScriptedReply::refuses(std::string why) {
  ScriptedReply reply(std::move(why));
  reply.kind_ = Kind::refuses;
  return reply;
}

ScriptedReply ScriptedReply::cut(std::string answer, std::size_t bytes) {
  ScriptedReply reply(std::move(answer));
  reply.kind_ = Kind::cut;
  reply.bytes_ = bytes;
  return reply;
}

ScriptedReply ScriptedReply::breaks_off(std::string answer, std::size_t bytes) {
  ScriptedReply reply(std::move(answer));
  reply.kind_ = Kind::breaks_off;
  reply.bytes_ = bytes;
  return reply;
}

ScriptedReply ScriptedReply::calls(std::string tool, std::string arguments) {
  std::vector<ScriptedCall> one;
  one.push_back({std::move(tool), std::move(arguments)});
  return calls(std::move(one));
}

ScriptedReply ScriptedReply::calls(std::vector<ScriptedCall> calls) {
  ScriptedReply reply("");
  reply.kind_ = Kind::calls;
  reply.calls_ = std::move(calls);
  return reply;
}

ScriptedReply ScriptedReply::calls_repeatedly(std::vector<std::string> arguments) {
  ScriptedReply reply("");
  reply.kind_ = Kind::repeated;
  for (std::string& text : arguments) reply.calls_.push_back({{}, std::move(text)});
  return reply;
}

ScriptedReply ScriptedReply::error(int status, std::string_view message, std::vector<HttpHeader> headers) {
  ScriptedReply reply = response(status, std::move(headers), std::string(message));
  reply.kind_ = Kind::error;
  return reply;
}

ScriptedReply ScriptedReply::response(int status, std::vector<HttpHeader> headers, std::string body) {
  ScriptedReply reply(std::move(body));
  reply.kind_ = Kind::response;
  reply.head_.status = status;
  reply.head_.headers = std::move(headers);
  return reply;
}

ScriptedReply ScriptedReply::breaks(Error error) {
  ScriptedReply reply("");
  reply.kind_ = Kind::breaks;
  reply.error_ = std::make_shared<const Error>(std::move(error));
  return reply;
}

Reply ScriptedReply::spoken(const AskedFor& asked) const {
  Reply reply;
  reply.id = "scripted";
  reply.request_id = "req-scripted";
  reply.model = asked.model;
  reply.reasoning = reasoning_;
  reply.usage = usage_;
  reply.finish_reason = FinishReason::stop;

  const std::string tool(asked.tool());
  std::vector<ScriptedCall> calls = calls_;
  if (kind_ == Kind::repeated)
    for (ScriptedCall& call : calls) call.tool = tool;
  std::string answer = text_;
  if (kind_ == Kind::cut || (kind_ == Kind::breaks_off && !asked.stream))
    answer.resize(wire::whole_characters(answer, bytes_));
  if (kind_ == Kind::answer && tool.empty() && asked.conversation.find("```json") != std::string::npos)
    answer = "```json\n" + answer + "\n```";

  if (kind_ == Kind::refuses) {
    reply.refusal = std::move(answer);
  } else if (kind_ == Kind::says) {
    reply.text = std::move(answer);
  } else if (kind_ != Kind::calls && kind_ != Kind::repeated) {
    if (tool.empty())
      reply.text = std::move(answer);
    else
      calls.push_back({tool, std::move(answer)});
  }
  for (ScriptedCall& call : calls)
    reply.tool_calls.push_back(
        {std::to_string(reply.tool_calls.size() + 1), std::move(call.tool), std::move(call.arguments)});
  if (!reply.tool_calls.empty()) reply.finish_reason = FinishReason::tool_calls;
  if (kind_ == Kind::cut) reply.finish_reason = FinishReason::length;
  return reply;
}

Served ScriptedReply::respond(const ServedProtocol& protocol, const AskedFor& asked, const Streaming& streaming) const {
  if (kind_ == Kind::breaks) throw Error(*error_);
  if (kind_ == Kind::response) return {head_, text_, nullptr};
  if (kind_ == Kind::error) {
    Served served = protocol.error(head_.status, text_);
    served.head.headers.insert(served.head.headers.end(), head_.headers.begin(), head_.headers.end());
    return served;
  }
  Streaming cut = streaming;
  if (kind_ == Kind::breaks_off) cut.cut_after = bytes_;
  return protocol.answer(spoken(asked), asked, cut);
}

Served ScriptedReply::respond(const HttpRequest& request) const {
  const ServedProtocol* const spoken_there = served_protocol(request.url);
  const ServedProtocol& protocol = spoken_there != nullptr ? *spoken_there : *served_protocols().front();
  const std::expected<Json, Issues> body = decode<Json>(request.body);
  AskedFor asked = protocol.read(request.url, body ? *body : Json());
  // Some providers tell of usage unasked, and the URL does not say which.
  asked.stream_usage = true;
  return respond(protocol, asked, {.size = piece_});
}

namespace {

/// The parts of a response that is read as it comes.
std::vector<std::string> parts_of(Served& served) {
  std::vector<std::string> parts;
  if (served.stream) {
    while (auto part = served.stream->next()) parts.push_back(std::move(part->bytes));
    return parts;
  }
  // A body that a script wrote out may be a stream as well.
  const std::string_view body = served.body;
  for (std::size_t at = 0; at < body.size();) {
    const std::size_t end = body.find("\n\n", at);
    const std::size_t size = end == std::string_view::npos ? body.size() - at : end + 2 - at;
    parts.emplace_back(body.substr(at, size));
    at += size;
  }
  return parts;
}

std::string whole_body(Served& served) {
  if (!served.stream) return std::move(served.body);
  std::string body;
  while (const auto part = served.stream->next()) body += part->bytes;
  return body;
}

/// A part at a time.
class ScriptedExchange final : public HttpExchange {
 public:
  ScriptedExchange(HttpHead head, std::vector<std::string> parts, std::atomic<int>& broken_off)
      : head_(std::move(head)), parts_(std::move(parts)), broken_off_(broken_off) {}
  ~ScriptedExchange() override {
    if (next_ < parts_.size()) ++broken_off_;
  }

  const HttpHead& head() override { return head_; }
  std::string_view read() override {
    return next_ < parts_.size() ? std::string_view(parts_[next_++]) : std::string_view();
  }

 private:
  HttpHead head_;
  std::vector<std::string> parts_;
  std::size_t next_ = 0;
  std::atomic<int>& broken_off_;
};

}  // namespace

std::pair<HttpHead, std::string> ScriptedReply::render(std::string_view request_body) const {
  Served served = respond({.url = "/v1/chat/completions", .headers = {}, .body = std::string(request_body)});
  std::string body = whole_body(served);
  return {std::move(served.head), std::move(body)};
}

// ---- transport ---------------------------------------------------------------------------------------------------

Served ScriptedTransport::answer(const HttpRequest& request) {
  const std::lock_guard lock(mutex_);
  requests_.push_back(request);
  const std::size_t number = requests_.size();
  if (number > replies_.size())
    throw Error(ErrorCode::invalid_request, "the script has " + std::to_string(replies_.size()) +
                                                " replies, and this is request " + std::to_string(number));
  return replies_[number - 1].respond(request);
}

void ScriptedTransport::send(const HttpRequest& request, HttpSink& sink) {
  Served served = answer(request);
  const std::string body = whole_body(served);
  sink.head(std::move(served.head));
  if (!body.empty()) sink.body(body);
}

std::unique_ptr<HttpExchange> ScriptedTransport::open(HttpRequest request) {
  Served served = answer(request);
  std::vector<std::string> parts = parts_of(served);
  return std::make_unique<ScriptedExchange>(std::move(served.head), std::move(parts), broken_off_);
}

std::unique_ptr<HttpExchange> ScriptedTransport::start(HttpRequest request, std::function<void()> wake) {
  std::unique_ptr<HttpExchange> exchange = open(std::move(request));
  wake();
  return exchange;
}

std::vector<HttpRequest> ScriptedTransport::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

Client scripted(std::vector<ScriptedReply> replies, const ClientOptions& options) {
  ClientOptions settled = options;
  settled.transport(std::make_shared<ScriptedTransport>(std::move(replies)));
  if (settled.api_key().empty()) settled.api_key("scripted-key");
  // A scripted error is there to be seen, unless somebody has said how often it is to be tried again.
  if (!settled.transport_retry()) settled.transport_retry(TransportRetry().max_retries(0));
  return from_provider("openai/scripted", settled);
}

}  // namespace instructor::testing
