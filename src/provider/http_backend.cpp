#include "provider/http_backend.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "http/retry_after.hpp"
#include "http/url.hpp"
#include "instructor/version.hpp"
#include "protocol/error_body.hpp"
#include "provider/http_reply_stream.hpp"
#include "provider/model_traits.hpp"
#include "reliability/rate_headers.hpp"

namespace instructor {

namespace {

/// Keeps the whole response.
class Collector final : public HttpSink {
 public:
  void head(HttpHead head) override { head_ = std::move(head); }
  bool body(std::string_view chunk) override {
    body_ += chunk;
    return true;
  }

  HttpHead head_;
  std::string body_;
};

void check_header(const HttpHeader& header) {
  constexpr std::string_view forbidden("\r\n\0", 3);
  if (header.name.empty() || header.name.find_first_of(forbidden) != std::string::npos ||
      header.name.find_first_of(": ") != std::string::npos)
    throw Error(ErrorCode::invalid_configuration, "\"" + header.name + "\" is no name of an HTTP header");
  if (header.value.find_first_of(forbidden) != std::string::npos)
    throw Error(ErrorCode::invalid_configuration,
                "the value of the header " + header.name + " has a line break or a NUL in it");
}

}  // namespace

std::string_view request_id(const HttpHead& head) {
  for (const std::string_view name : {"x-request-id", "request-id", "x-amzn-requestid", "cf-ray"})
    if (const std::string_view value = head.header(name); !value.empty()) return value;
  return {};
}

RateLimits rate_limits(const HttpHead& head) {
  return read_rate_limits(head, std::chrono::system_clock::now().time_since_epoch());
}

HttpBackend::HttpBackend(Endpoint endpoint, std::shared_ptr<Transport> transport)
    : endpoint_(std::move(endpoint)),
      protocol_(*find_protocol(endpoint_.provider->protocol)),
      settings_(endpoint_.provider->settings),
      transport_(std::move(transport)) {
  check_base_url(endpoint_.base_url);
  while (endpoint_.base_url.ends_with('/')) endpoint_.base_url.pop_back();
  if (endpoint_.plain_path) settings_.path = {};
  std::vector<HttpHeader> headers{{"Content-Type", "application/json"},
                                  {"User-Agent", "instructor-cpp/" INSTRUCTOR_VERSION}};
  headers.insert(headers.end(), endpoint_.headers.begin(), endpoint_.headers.end());
  endpoint_.headers = std::move(headers);
  for (const std::string& secret : endpoint_.secrets) secrets_.add(secret);
  for (const HttpHeader& header : endpoint_.headers) {
    check_header(header);
    std::string name = header.name;
    std::ranges::transform(name, name.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    if (is_secret_header(name)) secrets_.add(header.value);
  }
}

BackendInfo HttpBackend::info(std::string_view model, const CallOptions& options) const {
  BackendInfo info = info_for(*endpoint_.provider, model);
  info.forces_tools = info.forces_tools && protocol_.can_force_tools(options);
  return info;
}

/// OpenAI's Responses protocol is a mode of the providers that speak it.
const Protocol& HttpBackend::protocol_for(Mode mode) const {
  return mode == Mode::responses_tools ? *find_protocol("openai_responses") : protocol_;
}

/// What a call comes to, without what differs from one time to another.
HttpBackend::Prepared HttpBackend::encode(const Call& call) const {
  Prepared prepared;
  if (takes_all(*endpoint_.provider, call.model, *call.options)) {
    write(call, prepared.request);
    return prepared;
  }
  CallOptions options = *call.options;
  prepared.notes = leave_out_refused(*endpoint_.provider, call.model, options);
  Call taken = call;
  taken.options = &options;
  write(taken, prepared.request);
  return prepared;
}

void HttpBackend::write(const Call& call, HttpRequest& request) const {
  const Protocol& protocol = protocol_for(call.mode);
  WireSettings settings = settings_for(*endpoint_.provider, settings_, call.model);
  settings.api_version = endpoint_.api_version;
  const std::string path = protocol.path(call, settings);
  request.url.reserve(endpoint_.base_url.size() + path.size());
  request.url.append(endpoint_.base_url).append(path);
  request.headers = endpoint_.headers;
  protocol.add_headers(call, request.headers);
  protocol.encode(call, settings, request.body);
}

HttpBackend::Prepared HttpBackend::prepare(const Call& call) const {
  Prepared prepared = encode(call);
  HttpRequest& request = prepared.request;
  request.timeout = call.timeout;
  request.cancellation = call.cancellation;
  if (!call.idempotency_key.empty())
    request.headers.push_back({std::string(endpoint_.provider->idempotency_header), call.idempotency_key});
  if (endpoint_.authorization != nullptr)
    if (Transport* const transport = transport_->for_credentials()) endpoint_.authorization->apply(request, *transport);
  return prepared;
}

std::string HttpBackend::redact(std::string text) const {
  text = secrets_.redact(std::move(text));
  return endpoint_.authorization == nullptr ? text : endpoint_.authorization->redact(std::move(text));
}

std::unique_ptr<ReplyStream> HttpBackend::stream(const Call& call, std::function<void()> wake) const {
  Prepared prepared = prepare(call);
  std::unique_ptr<HttpExchange> exchange = wake == nullptr
                                               ? transport_->open(std::move(prepared.request))
                                               : transport_->start(std::move(prepared.request), std::move(wake));
  return std::make_unique<HttpReplyStream>(*this, protocol_for(call.mode), std::move(prepared.notes),
                                           std::move(exchange));
}

std::string HttpBackend::fingerprint(const Call& call) const {
  const HttpRequest request = encode(call).request;
  return request.url + '\n' + request.body;
}

Reply HttpBackend::complete(const Call& call) const {
  Prepared prepared = prepare(call);
  Collector response;
  transport_->send(prepared.request, response);
  return whole_reply(protocol_for(call.mode), response.head_, std::move(response.body_), std::move(prepared.notes));
}

Reply HttpBackend::whole_reply(const Protocol& protocol, const HttpHead& head, std::string body,
                               std::vector<std::string> notes) const {
  // Before anything is read out of it: nothing that comes from here can then hold a key.
  body = redact(std::move(body));
  if (head.status < 200 || head.status >= 300) fail(head, protocol.decode_error(head.status, body));
  try {
    Reply reply = protocol.decode(std::move(body));
    reply.request_id = request_id(head);
    reply.rate_limits = rate_limits(head);
    reply.notes = std::move(notes);
    return reply;
  } catch (const Error& error) {
    fail(head, error.detail());
  }
}

std::shared_ptr<const Backend> HttpBackend::over(std::shared_ptr<Transport> transport) const {
  auto backend = std::make_shared<HttpBackend>(*this);
  backend->transport_ = std::move(transport);
  return backend;
}

void HttpBackend::fail(const HttpHead& head, ErrorDetail detail) const {
  detail.http_status = head.status;
  detail.request_id = request_id(head);
  if (const std::optional<Duration> wait = retry_after(head)) detail.retry_after = wait;
  detail.rate_limits = rate_limits(head);
  if (detail.provider_code.empty()) {
    const std::string_view type = head.header("x-amzn-errortype");
    detail.provider_code = type.substr(0, type.find(':'));
  }
  if (head.status >= 300 && head.status < 400) {
    detail.code = ErrorCode::bad_response;
    detail.message = "the server redirects to " + host_of(head.header("location")) +
                     ", which is not followed because the key would travel along; set the base URL to the right place";
  }
  std::string message = std::string(name()) + ": ";
  if (head.status >= 400) message += "HTTP " + std::to_string(head.status) + ": ";
  message += detail.message;
  const std::string_view variables = endpoint_.provider->key_variables;
  if (detail.code == ErrorCode::authentication && !variables.empty())
    message += " (the key is taken from ClientOptions::api_key or " +
               std::string(variables.substr(0, variables.find(' '))) + ")";
  if (!detail.request_id.empty()) message += " [request " + detail.request_id + "]";
  detail.message = redact(std::move(message));
  throw Error(std::move(detail));
}

}  // namespace instructor
