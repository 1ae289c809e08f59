#include "protocol/error_body.hpp"

#include <algorithm>
#include <array>
#include <string>

#include <nlohmann/json.hpp>

#include "instructor/codec.hpp"
#include "instructor/json.hpp"
#include "json/text.hpp"

namespace instructor {

namespace {

constexpr std::size_t max_message = 600;

const Json* member(const Json& object, std::string_view name) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(name);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

std::string text_of(const Json* value) {
  if (value == nullptr) return {};
  return value->is_string() ? value->get<std::string>() : encode(*value);
}

/// What providers call things, in `code` or `type`.
struct Row {
  std::string_view name;
  ErrorCode code;
};
constexpr std::array rows{
    Row{"insufficient_quota", ErrorCode::quota},
    Row{"billing_hard_limit_reached", ErrorCode::quota},
    Row{"billing_error", ErrorCode::quota},
    Row{"invalid_api_key", ErrorCode::authentication},
    Row{"authentication_error", ErrorCode::authentication},
    Row{"permission_error", ErrorCode::permission},
    Row{"model_not_found", ErrorCode::not_found},
    Row{"not_found_error", ErrorCode::not_found},
    Row{"timeout_error", ErrorCode::timeout},
    Row{"rate_limit_exceeded", ErrorCode::rate_limited},
    Row{"rate_limit_error", ErrorCode::rate_limited},
    Row{"RateLimitReached", ErrorCode::rate_limited},
    Row{"overloaded_error", ErrorCode::overloaded},
    Row{"content_filter", ErrorCode::content_filter},
    Row{"content_policy_violation", ErrorCode::content_filter},
    Row{"image_content_policy_violation", ErrorCode::content_filter},
    Row{"bio_policy", ErrorCode::content_filter},
    Row{"invalid_prompt", ErrorCode::invalid_request},
    Row{"data_residency_mismatch", ErrorCode::invalid_request},
    Row{"server_error", ErrorCode::server_error},
    Row{"api_error", ErrorCode::server_error},
    Row{"invalid_request_error", ErrorCode::invalid_request},
    // AWS, https://docs.aws.amazon.com/bedrock/latest/userguide/troubleshooting-api-error-codes.html
    Row{"ThrottlingException", ErrorCode::rate_limited},
    Row{"TooManyRequestsException", ErrorCode::rate_limited},
    Row{"ServiceQuotaExceededException", ErrorCode::quota},
    Row{"ModelNotReadyException", ErrorCode::overloaded},
    Row{"ServiceUnavailableException", ErrorCode::overloaded},
    Row{"ModelTimeoutException", ErrorCode::timeout},
    Row{"InternalServerException", ErrorCode::server_error},
    Row{"InternalFailure", ErrorCode::server_error},
    Row{"ModelErrorException", ErrorCode::server_error},
    Row{"ModelStreamErrorException", ErrorCode::server_error},
    Row{"AccessDeniedException", ErrorCode::permission},
    Row{"ResourceNotFoundException", ErrorCode::not_found},
    Row{"ExpiredTokenException", ErrorCode::authentication},
    Row{"IncompleteSignatureException", ErrorCode::authentication},
    Row{"InvalidSignatureException", ErrorCode::authentication},
    Row{"MissingAuthenticationTokenException", ErrorCode::authentication},
    Row{"UnrecognizedClientException", ErrorCode::authentication},
    Row{"ValidationException", ErrorCode::invalid_request},
};

/// AWS names the namespace before a `#`, and may add a URI after a `:`.
std::string aws_type(std::string type) {
  type = type.substr(type.rfind('#') + 1);
  return type.substr(0, type.find(':'));
}

/// `<title>` of an HTML page, which is what people recognise it by.
std::string html_title(std::string_view body) {
  const std::size_t begin = body.find("<title>");
  const std::size_t end = body.find("</title>");
  if (begin == std::string_view::npos || end == std::string_view::npos || end < begin + 7) return {};
  return json::shortened(body.substr(begin + 7, end - begin - 7), 100);
}

bool is_html(std::string_view body) {
  const std::size_t begin = body.find_first_not_of(" \t\r\n");
  return begin != std::string_view::npos && body[begin] == '<';
}

/// What is not JSON, in words.
std::string describe_body(std::string_view body) {
  if (body.find_first_not_of(" \t\r\n") == std::string_view::npos) return "an empty body";
  if (is_html(body)) {
    const std::string title = html_title(body);
    return title.empty() ? "an HTML page" : "an HTML page (" + title + ")";
  }
  std::string text = "text that begins with ";
  json::append_string(text, json::shortened(body, 80));
  return text;
}

}  // namespace

ErrorCode code_for_status(int status) {
  switch (status) {
    case 401: return ErrorCode::authentication;
    case 402: return ErrorCode::quota;
    case 403: return ErrorCode::permission;
    case 404: return ErrorCode::not_found;
    case 408: return ErrorCode::timeout;
    case 429: return ErrorCode::rate_limited;
    case 503:
    case 529: return ErrorCode::overloaded;
    default: break;
  }
  if (status >= 500) return ErrorCode::server_error;
  if (status >= 400) return ErrorCode::invalid_request;
  return ErrorCode::bad_response;
}

ErrorDetail error_from_body(int status, std::string_view body) {
  ErrorDetail detail;
  detail.http_status = status;
  detail.body = json::shortened(body, 2000);
  detail.code = code_for_status(status);

  DecodeOptions options;
  options.last_duplicate_wins = true;
  const std::expected<Json, Issues> parsed = decode<Json>(body, options);
  const Json* json = parsed ? &*parsed : nullptr;
  if (json != nullptr && json->is_array() && !json->empty()) json = &json->front();
  if (json == nullptr || !json->is_object()) {
    detail.message = "the server answered with " + describe_body(body);
    return detail;
  }

  const Json* error = member(*json, "error");
  const Json& subject = error != nullptr && error->is_object() ? *error : *json;
  std::string message = error != nullptr && error->is_string() ? text_of(error) : text_of(member(subject, "message"));
  if (message.empty()) message = text_of(member(subject, "Message"));
  if (message.empty()) message = text_of(member(subject, "detail"));
  if (message.empty()) message = "no message: " + json::shortened(body, 200);
  // OpenRouter puts what the provider behind it said here.
  if (const Json* metadata = member(subject, "metadata"))
    if (const std::string raw = text_of(member(*metadata, "raw")); !raw.empty()) message += ": " + raw;
  detail.message = json::shortened(message, max_message);

  const std::string code = text_of(member(subject, "code"));
  std::string type = text_of(member(subject, "type"));
  if (type.empty()) type = aws_type(text_of(member(subject, "__type")));
  detail.provider_code = !code.empty() ? code : type;
  for (const std::string& name : {code, type}) {
    const auto row = std::ranges::find(rows, name, &Row::name);
    if (row == rows.end()) continue;
    // A status says more than a general type.
    const bool general = row->code == ErrorCode::invalid_request || row->code == ErrorCode::server_error;
    if (!general || status < 400) detail.code = row->code;
    if (!general) break;
  }
  // An error in a reply of status 200 may have its status as code.
  if (status < 400 && detail.code == ErrorCode::bad_response) {
    const bool numeric = code.size() == 3 && std::ranges::all_of(code, [](char c) { return c >= '0' && c <= '9'; });
    detail.code = numeric ? code_for_status(std::stoi(code)) : ErrorCode::server_error;
  }
  return detail;
}

Error not_a_reply(std::string_view why, std::string_view body) {
  ErrorDetail detail;
  detail.code = ErrorCode::bad_response;
  detail.http_status = 200;
  detail.body = json::shortened(body, 2000);
  detail.message = "the server does not speak this protocol: ";
  if (body.find('{') == std::string_view::npos || is_html(body))
    detail.message += "it answered with " + describe_body(body);
  else
    detail.message += why;
  detail.message += "; check the base URL";
  return Error(std::move(detail));
}

}  // namespace instructor
