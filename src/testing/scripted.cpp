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
};

Asked asked_by(std::string_view request_body) {
  Asked asked;
  const std::expected<Json, Issues> body = decode<Json>(request_body);
  if (!body || !body->is_object()) return asked;
  if (const auto model = body->find("model"); model != body->end() && model->is_string())
    asked.model = model->get<std::string>();
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

}  // namespace

std::pair<HttpHead, std::string> ScriptedReply::render(std::string_view request_body) const {
  if (kind_ == Kind::breaks) throw Error(*error_);
  if (kind_ == Kind::response) return {head_, text_};

  const Asked asked = asked_by(request_body);
  const bool cut_off = kind_ == Kind::cut;
  std::string answer = cut_off ? text_.substr(0, bytes_) : text_;
  if (kind_ == Kind::answer && asked.tool.empty() && asked.fenced) answer = "```json\n" + answer + "\n```";
  const bool speaks =
      kind_ == Kind::says || kind_ == Kind::refuses || ((kind_ == Kind::answer || cut_off) && asked.tool.empty());

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

// ---- transport ---------------------------------------------------------------------------------------------------

void ScriptedTransport::send(const HttpRequest& request, HttpSink& sink) {
  std::pair<HttpHead, std::string> response;
  {
    const std::lock_guard lock(mutex_);
    requests_.push_back(request);
    const std::size_t number = requests_.size();
    if (number > replies_.size())
      throw Error(ErrorCode::transport, "the script has " + std::to_string(replies_.size()) +
                                            " replies, and this is request " + std::to_string(number));
    response = replies_[number - 1].render(request.body);
  }
  sink.head(std::move(response.first));
  if (!response.second.empty()) sink.body(response.second);
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
