#include "auth/exchange.hpp"

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "instructor/json.hpp"
#include "json/text.hpp"
#include "protocol/error_body.hpp"

namespace instructor {

namespace {

constexpr std::size_t most = std::size_t{1} << 20;

class Collector final : public HttpSink {
 public:
  void head(HttpHead head) override { answer.status = head.status; }
  bool body(std::string_view chunk) override {
    if (answer.body.size() + chunk.size() > most) {
      too_large = true;
      return false;
    }
    answer.body += chunk;
    return true;
  }

  Answer answer;
  bool too_large = false;
};

std::string text_at(const Json& object, std::string_view name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

struct Said {
  std::string code;
  std::string message;
};

Said said_in(std::string_view body) {
  DecodeOptions options;
  options.last_duplicate_wins = true;
  const std::expected<Json, Issues> json = decode<Json>(body, options);
  if (!json || !json->is_object()) return {};
  const auto error = json->find("error");
  if (error != json->end() && error->is_object()) return {text_at(*error, "status"), text_at(*error, "message")};
  if (error != json->end()) return {text_at(*json, "error"), text_at(*json, "error_description")};
  const std::string code = text_at(*json, "code");
  return {code.empty() ? text_at(*json, "Code") : code,
          text_at(*json, "message").empty() ? text_at(*json, "Message") : text_at(*json, "message")};
}

}  // namespace

Answer ask(Transport& transport, const HttpRequest& request, std::string_view who) {
  Collector collector;
  transport.send(request, collector);
  if (collector.too_large) throw no_credentials_in(who, "it is larger than 1 MiB");
  return std::move(collector.answer);
}

Error refused(const Answer& answer, std::string_view who, const UsedSecrets& secrets) {
  const Said said = said_in(answer.body);
  ErrorDetail detail;
  detail.code = code_for_status(answer.status);
  if (detail.code == ErrorCode::invalid_request) detail.code = ErrorCode::authentication;
  detail.http_status = answer.status;
  detail.provider_code = secrets.redact(said.code);
  detail.body = secrets.redact(json::shortened(answer.body, 2000));
  std::string message = std::string(who) + " answered with HTTP " + std::to_string(answer.status);
  for (const std::string& part : {said.code, json::shortened(said.message, 600)})
    if (!part.empty()) message += ": " + part;
  if (said.code.empty() && said.message.empty()) {
    std::string start;
    json::append_string(start, json::shortened(answer.body, 80));
    message += answer.body.empty() ? " and an empty body" : ": " + start;
  }
  detail.message = secrets.redact(std::move(message));
  return Error(std::move(detail));
}

Error no_credentials_in(std::string_view who, const std::string& why) {
  return Error(ErrorCode::bad_response, "the answer of " + std::string(who) + " holds no credentials: " + why);
}

void check_header_value(std::string_view value, const std::string& what) {
  const bool fits =
      std::ranges::none_of(value, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
  if (!fits)
    throw Error(ErrorCode::invalid_configuration, what + " has a line break or another control character in it");
}

}  // namespace instructor
