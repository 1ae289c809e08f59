#include "error_body.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace conformance {

namespace {

using instructor::ErrorCode;

constexpr std::size_t message_bytes = 500;  // a longer message may be cut

std::string as_text(const Json* value) {
  if (value == nullptr) return {};
  if (value->is_string()) return value->get<std::string>();
  return value->is_number_integer() ? value->dump() : std::string();
}

ErrorCode code_of_status(int status) {
  switch (status) {
    case 401: return ErrorCode::authentication;
    case 402: return ErrorCode::quota;
    case 403: return ErrorCode::permission;
    case 404: return ErrorCode::not_found;
    case 408: return ErrorCode::timeout;
    case 429: return ErrorCode::rate_limited;
    case 503:
    case 529: return ErrorCode::overloaded;
    default: return status >= 500 ? ErrorCode::server_error : ErrorCode::invalid_request;
  }
}

/// Words that say more than a status does.
struct Telling {
  std::string_view word;
  ErrorCode code;
};
constexpr std::array telling{
    Telling{"insufficient_quota", ErrorCode::quota},
    Telling{"insufficient_balance", ErrorCode::quota},
    Telling{"billing", ErrorCode::quota},
    Telling{"invalid_api_key", ErrorCode::authentication},
    Telling{"authentication_error", ErrorCode::authentication},
    Telling{"permission_error", ErrorCode::permission},
    Telling{"model_not_found", ErrorCode::not_found},
    Telling{"not_found_error", ErrorCode::not_found},
    Telling{"rate_limit", ErrorCode::rate_limited},
    Telling{"RateLimitReached", ErrorCode::rate_limited},
    Telling{"overloaded_error", ErrorCode::overloaded},
    Telling{"content_filter", ErrorCode::content_filter},
    Telling{"content_policy_violation", ErrorCode::content_filter},
    Telling{"API_KEY_INVALID", ErrorCode::authentication},
    Telling{"DEADLINE_EXCEEDED", ErrorCode::timeout},
    Telling{"RESOURCE_EXHAUSTED", ErrorCode::rate_limited},
    Telling{"UNAVAILABLE", ErrorCode::overloaded},
    Telling{"ThrottlingException", ErrorCode::rate_limited},
    Telling{"ServiceQuotaExceededException", ErrorCode::quota},
    Telling{"ModelNotReadyException", ErrorCode::overloaded},
    Telling{"ServiceUnavailableException", ErrorCode::overloaded},
    Telling{"ModelTimeoutException", ErrorCode::timeout},
    Telling{"InternalServerException", ErrorCode::server_error},
    Telling{"ModelErrorException", ErrorCode::server_error},
    Telling{"ModelStreamErrorException", ErrorCode::server_error},
    Telling{"AccessDeniedException", ErrorCode::permission},
    Telling{"ResourceNotFoundException", ErrorCode::not_found},
    Telling{"ValidationException", ErrorCode::invalid_request},
    Telling{"UnrecognizedClientException", ErrorCode::authentication},
};

std::vector<ErrorCode> fitting(int status, const std::vector<std::string>& words) {
  if (status >= 300 && status < 400) return {};  // a redirection is no affair of the protocol
  for (const std::string& word : words)
    for (const Telling& row : telling)
      if (word.find(row.word) != std::string::npos) return {row.code};
  if (status >= 400) return {code_of_status(status)};
  // An error in a response that says 200: its code may be the status that was meant.
  for (const std::string& word : words) {
    int meant = 0;
    const auto [end, failure] = std::from_chars(word.data(), word.data() + word.size(), meant);
    if (failure == std::errc() && end == word.data() + word.size() && meant >= 400 && meant <= 599)
      return {code_of_status(meant)};
  }
  return {ErrorCode::server_error, ErrorCode::invalid_request};
}

/// Every text in a value: validation errors come as lists of objects.
void collect_texts(const Json& value, std::vector<std::string>& texts) {
  if (value.is_string())
    texts.push_back(value.get<std::string>());
  else if (value.is_array())
    for (const Json& item : value) collect_texts(item, texts);
  else if (value.is_object())
    for (const std::string_view name : {"msg", "message", "detail"})
      if (const Json* const inner = member(value, name)) collect_texts(*inner, texts);
}

/// Google's own word, which is what its errors are known by, and the reasons in the details.
void read_google(const Json& error, std::vector<std::string>& codes, std::vector<std::string>& words) {
  const std::string status = text_at(error, "status");
  const bool is_word =
      !status.empty() && std::ranges::all_of(status, [](char c) { return c == '_' || (c >= 'A' && c <= 'Z'); });
  if (!is_word) return;
  codes = {status};
  if (const Json* const details = member(error, "details"))
    for (const Json& detail : *details)
      if (std::string reason = text_at(detail, "reason"); !reason.empty()) words.push_back(std::move(reason));
  words.push_back(status);
}

}  // namespace

ErrorBody read_error_body(int status, const Json& document) {
  ErrorBody out;
  const Json& body = document.is_array() && !document.empty() ? document.front() : document;
  const Json* const error = member(body, "error");
  const Json& subject = error != nullptr && error->is_object() ? *error : body;
  for (const std::string_view name : {"code", "type"})
    if (std::string text = as_text(member(subject, name)); !text.empty()) out.provider_codes.push_back(std::move(text));
  std::vector<std::string> telling_words = out.provider_codes;
  if (error != nullptr && error->is_object()) read_google(*error, out.provider_codes, telling_words);
  out.codes = fitting(status, telling_words);
  if (error != nullptr && error->is_string()) out.words.push_back(error->get<std::string>());
  if (std::string aws = text_at(subject, "__type"); !aws.empty() && out.provider_codes.empty()) {
    out.provider_codes.push_back(aws.substr(aws.find('#') + 1));
    out.codes = fitting(status, out.provider_codes);
  }
  const Json* message = member(subject, "message");
  if (message == nullptr) message = member(subject, "Message");
  const Json* const words = message != nullptr ? message : member(subject, "detail");
  if (words != nullptr) collect_texts(*words, out.words);
  if (const Json* const metadata = member(subject, "metadata"))
    if (std::string raw = text_at(*metadata, "raw"); !raw.empty()) out.words.push_back(std::move(raw));
  return out;
}

std::vector<std::string> compare_error(const instructor::ErrorDetail& detail, int status, const ErrorBody& expected) {
  std::vector<std::string> differences;
  const bool right = expected.codes.empty() || std::ranges::find(expected.codes, detail.code) != expected.codes.end();
  if (!right)
    differences.push_back("error code: expected " + std::string(to_string(expected.codes.front())) + ", got " +
                          std::string(to_string(detail.code)));
  if (detail.http_status != status)
    differences.push_back("http_status: expected " + std::to_string(status) + ", got " +
                          std::to_string(detail.http_status));
  if (detail.message.empty()) differences.emplace_back("the error has no message");
  std::size_t budget = message_bytes;
  for (const std::string& words : expected.words) {
    const std::string begin = words.substr(0, budget);
    budget -= begin.size();
    // A cut may fall into a character.
    std::string_view kept = begin;
    while (kept.size() < words.size() && !kept.empty() && static_cast<unsigned char>(kept.back()) >= 0x80)
      kept.remove_suffix(1);
    // Lists are shown as JSON, so the text may be escaped there.
    const std::string escaped = Json(kept).dump(-1, ' ', false, Json::error_handler_t::replace);
    if (detail.message.find(kept) == std::string::npos &&
        detail.message.find(escaped.substr(1, escaped.size() - 2)) == std::string::npos)
      differences.push_back("the message lacks " + in_quotes(words) + ": " + in_quotes(detail.message));
  }
  const std::vector<std::string>& codes = expected.provider_codes;
  const bool fits =
      codes.empty() ? detail.provider_code.empty() : std::ranges::find(codes, detail.provider_code) != codes.end();
  if (!fits)
    differences.push_back("provider_code: expected " + (codes.empty() ? "none" : in_quotes(codes.front())) + ", got " +
                          in_quotes(detail.provider_code));
  return differences;
}

}  // namespace conformance
