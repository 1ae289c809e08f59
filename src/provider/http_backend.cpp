#include "provider/http_backend.hpp"

#include <algorithm>
#include <utility>

#include "http/retry_after.hpp"
#include "http/url.hpp"
#include "instructor/version.hpp"
#include "protocol/error_body.hpp"
#include "provider/http_reply_stream.hpp"

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

HttpBackend::HttpBackend(const Preset& preset, std::string base_url, std::string key,
                         const std::vector<HttpHeader>& headers, std::shared_ptr<Transport> transport)
    : preset_(preset), base_url_(std::move(base_url)), transport_(std::move(transport)) {
  check_base_url(base_url_);
  while (base_url_.ends_with('/')) base_url_.pop_back();
  headers_.push_back({"Content-Type", "application/json"});
  headers_.push_back({"User-Agent", "instructor-cpp/" INSTRUCTOR_VERSION});
  if (!key.empty()) {
    headers_.push_back({"Authorization", "Bearer " + key});
    secrets_.add(std::move(key));
  }
  for (const HttpHeader& header : headers) {
    headers_.push_back(header);
    std::string name = header.name;
    std::ranges::transform(name, name.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    if (is_secret_header(name)) secrets_.add(header.value);
  }
  for (const HttpHeader& header : headers_) check_header(header);
  info_.name = preset.name;
  info_.modes.assign(preset.modes.begin(), preset.modes.end());
  info_.plain = preset.plain;
  info_.strict = preset.strict;
}

HttpRequest HttpBackend::request_for(const Call& call) const {
  HttpRequest request;
  request.url = base_url_ + preset_.protocol().path(call);
  request.headers = headers_;
  request.timeout = call.timeout;
  preset_.protocol().encode(call, preset_.settings, request.body);
  return request;
}

std::unique_ptr<ReplyStream> HttpBackend::stream(const Call& call) const {
  return std::make_unique<HttpReplyStream>(*this, transport_->open(request_for(call)));
}

Reply HttpBackend::complete(const Call& call) const {
  const HttpRequest request = request_for(call);
  Collector response;
  transport_->send(request, response);
  const int status = response.head_.status;
  // Before anything is read out of it: nothing that comes from here can then hold a key.
  std::string body = secrets_.redact(std::move(response.body_));
  if (status < 200 || status >= 300) fail(response.head_, preset_.protocol().decode_error(status, body));
  try {
    Reply reply = preset_.protocol().decode(std::move(body));
    reply.request_id = request_id(response.head_);
    return reply;
  } catch (const Error& error) {
    fail(response.head_, error.detail());
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
  detail.retry_after = retry_after(head);
  if (head.status >= 300 && head.status < 400) {
    detail.code = ErrorCode::bad_response;
    detail.message = "the server redirects to " + host_of(head.header("location")) +
                     ", which is not followed because the key would travel along; set the base URL to the right place";
  }
  std::string message = info_.name + ": ";
  if (head.status >= 400) message += "HTTP " + std::to_string(head.status) + ": ";
  message += detail.message;
  if (detail.code == ErrorCode::authentication && !preset_.key_variable.empty())
    message += " (the key is taken from ClientOptions::api_key or " + std::string(preset_.key_variable) + ")";
  if (!detail.request_id.empty()) message += " [request " + detail.request_id + "]";
  detail.message = secrets_.redact(std::move(message));
  throw Error(std::move(detail));
}

}  // namespace instructor
