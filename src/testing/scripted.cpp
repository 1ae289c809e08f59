#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "instructor/codec.hpp"
#include "instructor/testing.hpp"
#include "json/writer.hpp"

namespace instructor::testing {

// ---- time --------------------------------------------------------------------------------------------------------

Duration FakeClock::now() const {
  const std::lock_guard lock(mutex_);
  return now_;
}

void FakeClock::advance(Duration by) {
  const std::lock_guard lock(mutex_);
  now_ = now_ + by;
}

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

ScriptedReply ScriptedReply::calls(std::string tool, std::string arguments) {
  ScriptedReply reply(std::move(arguments));
  reply.kind_ = Kind::calls;
  reply.name_ = std::move(tool);
  return reply;
}

ScriptedReply ScriptedReply::calls_repeatedly(std::vector<std::string> arguments) {
  ScriptedReply reply("");
  reply.kind_ = Kind::repeated;
  reply.texts_ = std::move(arguments);
  return reply;
}

ScriptedReply ScriptedReply::error(int status, std::string_view message, std::vector<HttpHeader> headers) {
  std::string body;
  json::Writer out(body);
  out.begin_object();
  out.key("error").begin_object();
  out.key("message").string(message);
  out.key("type").string(status == 429 ? "rate_limit_error" : status >= 500 ? "server_error" : "invalid_request_error");
  out.key("code").null();
  out.end_object();
  out.end_object();
  headers.push_back({"content-type", "application/json"});
  return response(status, std::move(headers), std::move(body));
}

ScriptedReply ScriptedReply::response(int status, std::vector<HttpHeader> headers, std::string body) {
  ScriptedReply reply(std::move(body));
  reply.kind_ = Kind::response;
  reply.head_.status = status;
  reply.head_.headers = std::move(headers);
  return reply;
}

ScriptedReply ScriptedReply::breaks_off(std::string answer, std::size_t bytes) {
  ScriptedReply reply(std::move(answer));
  reply.kind_ = Kind::breaks_off;
  reply.bytes_ = bytes;
  return reply;
}

ScriptedReply ScriptedReply::breaks(Error error) {
  ScriptedReply reply("");
  reply.kind_ = Kind::breaks;
  reply.error_ = std::make_shared<const Error>(std::move(error));
  return reply;
}

namespace {

/// What a chat request asks for, as far as a reply depends on it.
struct Asked {
  std::string model = "scripted";
  std::string tool;     ///< the tool that must be called; empty: content is wanted
  bool fenced = false;  ///< the content is wanted in a code block
  bool stream = false;
};

Asked asked_by(std::string_view request_body) {
  Asked asked;
  const std::expected<Json, Issues> body = decode<Json>(request_body);
  if (!body || !body->is_object()) return asked;
  if (const auto model = body->find("model"); model != body->end() && model->is_string())
    asked.model = model->get<std::string>();
  asked.stream = body->contains("stream") && body->at("stream") == true;
  asked.fenced = request_body.find("```json") != std::string_view::npos;
  const Json::json_pointer first_tool("/tools/0/function/name");
  const Json::json_pointer chosen("/tool_choice/function/name");
  if (body->contains(first_tool) && body->at(first_tool).is_string())
    asked.tool = body->at(first_tool).get<std::string>();
  if (body->contains(chosen) && body->at(chosen).is_string()) asked.tool = body->at(chosen).get<std::string>();
  return asked;
}

void write_call(json::Writer& out, std::size_t number, std::string_view tool, std::string_view arguments) {
  out.begin_object();
  out.key("id").string("call_" + std::to_string(number));
  out.key("type").string("function");
  out.key("function").begin_object();
  out.key("name").string(tool);
  out.key("arguments").string(arguments);
  out.end_object();
  out.end_object();
}

/// Events of a stream, put together.
class EventText {
 public:
  explicit EventText(std::string model) : model_(std::move(model)) {}

  /// An event whose first choice has this delta.
  void delta(const auto& write_delta, std::string_view finish_reason = {}) {
    std::string json;
    json::Writer out(json);
    begin(out);
    out.key("choices").begin_array();
    out.begin_object();
    out.key("index").integer(0);
    out.key("delta").begin_object();
    write_delta(out);
    out.end_object();
    out.key("finish_reason");
    if (finish_reason.empty())
      out.null();
    else
      out.string(finish_reason);
    out.end_object();
    out.end_array();
    out.end_object();
    text_ += "data: " + json + "\n\n";
  }

  void usage(const Usage& usage) {
    std::string json;
    json::Writer out(json);
    begin(out);
    out.key("choices").begin_array();
    out.end_array();
    out.key("usage").begin_object();
    out.key("prompt_tokens").integer(usage.input_tokens);
    out.key("completion_tokens").integer(usage.output_tokens);
    out.key("total_tokens").integer(usage.total_tokens);
    out.end_object();
    out.end_object();
    text_ += "data: " + json + "\n\ndata: [DONE]\n\n";
  }

  std::string take() { return std::move(text_); }

 private:
  void begin(json::Writer& out) {
    out.begin_object();
    out.key("id").string("chatcmpl-scripted");
    out.key("object").string("chat.completion.chunk");
    out.key("created").integer(1700000000);
    out.key("model").string(model_);
  }

  std::string model_;
  std::string text_;
};

/// Calls `take` with pieces of a text that cut no character.
void in_pieces(std::string_view text, std::size_t size, const auto& take) {
  while (!text.empty()) {
    std::size_t end = std::min(size, text.size());
    while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) ++end;
    take(text.substr(0, end));
    text.remove_prefix(end);
  }
}

void call_delta(json::Writer& out, std::size_t index, std::string_view tool, std::string_view arguments) {
  out.key("tool_calls").begin_array();
  out.begin_object();
  out.key("index").integer(static_cast<std::int64_t>(index));
  if (!tool.empty()) {
    out.key("id").string("call_" + std::to_string(index + 1));
    out.key("type").string("function");
  }
  out.key("function").begin_object();
  if (!tool.empty()) out.key("name").string(tool);
  out.key("arguments").string(arguments);
  out.end_object();
  out.end_object();
  out.end_array();
}

}  // namespace

std::pair<HttpHead, std::string> ScriptedReply::render(std::string_view request_body) const {
  if (kind_ == Kind::breaks) throw Error(*error_);
  if (kind_ == Kind::response) return {head_, text_};

  const Asked asked = asked_by(request_body);
  const bool cut_off = kind_ == Kind::cut;
  const bool breaks_off = kind_ == Kind::breaks_off;
  std::string answer = cut_off || breaks_off ? text_.substr(0, bytes_) : text_;
  if (kind_ == Kind::answer && asked.tool.empty() && asked.fenced) answer = "```json\n" + answer + "\n```";
  const bool speaks = kind_ == Kind::says || kind_ == Kind::refuses ||
                      ((kind_ == Kind::answer || cut_off || breaks_off) && asked.tool.empty());

  if (asked.stream) return stream(asked.model, kind_ == Kind::calls ? name_ : asked.tool, answer, speaks);

  std::string body;
  json::Writer out(body);
  out.begin_object();
  out.key("id").string("chatcmpl-scripted");
  out.key("object").string("chat.completion");
  out.key("created").integer(1700000000);
  out.key("model").string(asked.model);
  out.key("choices").begin_array();
  out.begin_object();
  out.key("index").integer(0);
  out.key("message").begin_object();
  out.key("role").string("assistant");
  if (kind_ == Kind::refuses || !speaks)
    out.key("content").null();
  else
    out.key("content").string(answer);
  if (kind_ == Kind::refuses)
    out.key("refusal").string(answer);
  else
    out.key("refusal").null();
  if (!speaks) {
    out.key("tool_calls").begin_array();
    if (kind_ == Kind::repeated)
      for (std::size_t i = 0; i < texts_.size(); ++i) write_call(out, i + 1, asked.tool, texts_[i]);
    else
      write_call(out, 1, kind_ == Kind::calls ? name_ : asked.tool, answer);
    out.end_array();
  }
  out.end_object();
  out.key("logprobs").null();
  out.key("finish_reason").string(cut_off ? "length" : speaks ? "stop" : "tool_calls");
  out.end_object();
  out.end_array();
  out.key("usage").begin_object();
  out.key("prompt_tokens").integer(usage_.input_tokens);
  out.key("completion_tokens").integer(usage_.output_tokens);
  out.key("total_tokens").integer(usage_.total_tokens);
  out.end_object();
  out.end_object();

  HttpHead head;
  head.status = 200;
  head.headers = {{"content-type", "application/json"}, {"x-request-id", "req-scripted"}};
  return {std::move(head), std::move(body)};
}

/// The same as events.
std::pair<HttpHead, std::string> ScriptedReply::stream(std::string model, std::string_view tool,
                                                       std::string_view answer, bool speaks) const {
  EventText events(std::move(model));
  if (speaks) {
    events.delta([](json::Writer& out) {
      out.key("role").string("assistant");
      out.key("content").string("");
    });
    in_pieces(answer, piece_, [&](std::string_view piece) {
      events.delta([&](json::Writer& out) {
        if (kind_ == Kind::refuses)
          out.key("refusal").string(piece);
        else
          out.key("content").string(piece);
      });
    });
  } else {
    const std::vector<std::string> calls =
        kind_ == Kind::repeated ? texts_ : std::vector<std::string>{std::string(answer)};
    std::vector<std::vector<std::string>> pieces(calls.size());
    std::size_t rounds = 0;
    for (std::size_t i = 0; i < calls.size(); ++i) {
      events.delta([&](json::Writer& out) { call_delta(out, i, tool, ""); });
      in_pieces(calls[i], piece_, [&](std::string_view piece) { pieces[i].emplace_back(piece); });
      rounds = std::max(rounds, pieces[i].size());
    }
    // Calls arrive side by side, as from models that make them in parallel.
    for (std::size_t round = 0; round < rounds; ++round)
      for (std::size_t i = 0; i < calls.size(); ++i)
        if (round < pieces[i].size())
          events.delta([&](json::Writer& out) { call_delta(out, i, "", pieces[i][round]); });
  }
  if (kind_ != Kind::breaks_off) {
    events.delta([](json::Writer&) {}, kind_ == Kind::cut ? "length" : speaks ? "stop" : "tool_calls");
    events.usage(usage_);
  }
  HttpHead head;
  head.status = 200;
  head.headers = {{"content-type", "text/event-stream"}, {"x-request-id", "req-scripted"}};
  return {std::move(head), events.take()};
}

// ---- transport ---------------------------------------------------------------------------------------------------

std::pair<HttpHead, std::string> ScriptedTransport::answer(const HttpRequest& request) {
  const std::lock_guard lock(mutex_);
  requests_.push_back(request);
  const std::size_t number = requests_.size();
  if (number > replies_.size())
    throw Error(ErrorCode::transport, "the script has " + std::to_string(replies_.size()) +
                                          " replies, and this is request " + std::to_string(number));
  return replies_[number - 1].render(request.body);
}

void ScriptedTransport::send(const HttpRequest& request, HttpSink& sink) {
  auto [head, body] = answer(request);
  sink.head(std::move(head));
  if (!body.empty()) sink.body(body);
}

namespace {

/// An event, or all of a body that is no stream, at a time.
class ScriptedExchange final : public HttpExchange {
 public:
  ScriptedExchange(HttpHead head, std::string body, std::atomic<int>& broken_off)
      : head_(std::move(head)), body_(std::move(body)), broken_off_(broken_off) {}
  ~ScriptedExchange() override {
    if (at_ < body_.size()) ++broken_off_;
  }

  const HttpHead& head() override { return head_; }
  std::string_view read() override {
    const std::size_t end = body_.find("\n\n", at_);
    const std::size_t size = end == std::string::npos ? body_.size() - at_ : end + 2 - at_;
    const std::string_view event = std::string_view(body_).substr(at_, size);
    at_ += size;
    return event;
  }

 private:
  HttpHead head_;
  std::string body_;
  std::size_t at_ = 0;
  std::atomic<int>& broken_off_;
};

}  // namespace

std::unique_ptr<HttpExchange> ScriptedTransport::open(HttpRequest request) {
  auto [head, body] = answer(request);
  return std::make_unique<ScriptedExchange>(std::move(head), std::move(body), broken_off_);
}

std::vector<HttpRequest> ScriptedTransport::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

Client scripted(std::vector<ScriptedReply> replies, const ClientOptions& options) {
  ClientOptions settled = options;
  settled.transport(std::make_shared<ScriptedTransport>(std::move(replies)));
  if (settled.api_key().empty()) settled.api_key("scripted-key");
  return from_provider("openai/scripted", settled);
}

}  // namespace instructor::testing
