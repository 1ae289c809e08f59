#include "instructor/error.hpp"

#include <array>
#include <utility>

namespace instructor {

namespace {

struct CodeInfo {
  ErrorCode code;
  ErrorCategory category;
  std::string_view name;
};

constexpr std::array codes{
    CodeInfo{ErrorCode::invalid_model, ErrorCategory::fix_program, "invalid_model"},
    CodeInfo{ErrorCode::unsupported_mode, ErrorCategory::fix_program, "unsupported_mode"},
    CodeInfo{ErrorCode::unsupported_schema, ErrorCategory::fix_program, "unsupported_schema"},
    CodeInfo{ErrorCode::invalid_request, ErrorCategory::fix_program, "invalid_request"},
    CodeInfo{ErrorCode::missing_context, ErrorCategory::fix_program, "missing_context"},
    CodeInfo{ErrorCode::invalid_provider, ErrorCategory::fix_configuration, "invalid_provider"},
    CodeInfo{ErrorCode::missing_key, ErrorCategory::fix_configuration, "missing_key"},
    CodeInfo{ErrorCode::invalid_configuration, ErrorCategory::fix_configuration, "invalid_configuration"},
    CodeInfo{ErrorCode::bad_response, ErrorCategory::fix_configuration, "bad_response"},
    CodeInfo{ErrorCode::not_found, ErrorCategory::fix_configuration, "not_found"},
    CodeInfo{ErrorCode::authentication, ErrorCategory::fix_configuration, "authentication"},
    CodeInfo{ErrorCode::rate_limited, ErrorCategory::retry_later, "rate_limited"},
    CodeInfo{ErrorCode::overloaded, ErrorCategory::retry_later, "overloaded"},
    CodeInfo{ErrorCode::server_error, ErrorCategory::retry_later, "server_error"},
    CodeInfo{ErrorCode::timeout, ErrorCategory::retry_later, "timeout"},
    CodeInfo{ErrorCode::transport, ErrorCategory::retry_later, "transport"},
    CodeInfo{ErrorCode::tls, ErrorCategory::give_up, "tls"},
    CodeInfo{ErrorCode::permission, ErrorCategory::give_up, "permission"},
    CodeInfo{ErrorCode::quota, ErrorCategory::give_up, "quota"},
    CodeInfo{ErrorCode::refusal, ErrorCategory::give_up, "refusal"},
    CodeInfo{ErrorCode::content_filter, ErrorCategory::give_up, "content_filter"},
    CodeInfo{ErrorCode::cancelled, ErrorCategory::give_up, "cancelled"},
    CodeInfo{ErrorCode::response_too_large, ErrorCategory::give_up, "response_too_large"},
    CodeInfo{ErrorCode::validation, ErrorCategory::show, "validation"},
    CodeInfo{ErrorCode::incomplete, ErrorCategory::show, "incomplete"},
};

constexpr bool in_order() {
  for (std::size_t i = 0; i < codes.size(); ++i)
    if (static_cast<std::size_t>(codes[i].code) != i) return false;
  return true;
}
static_assert(in_order(), "one row for each ErrorCode, in its order");

std::string render(const ErrorDetail& detail) {
  std::string text = "instructor: " + detail.message;
  if (!detail.issues.empty()) text += "\n" + detail.issues.text(20);
  if (detail.attempts.size() > 1) {
    if (text.back() != '\n') text += '\n';
    text += " ";
    for (const Attempt& attempt : detail.attempts) {
      const std::size_t count = attempt.issues.total();
      text += " attempt " + std::to_string(attempt.number) + ": ";
      text += attempt.failure.empty() ? std::to_string(count) + (count == 1 ? " issue" : " issues") : "no answer";
      text += "  ";
    }
    while (text.back() == ' ') text.pop_back();
    if (!detail.stopped.empty()) text += " (" + detail.stopped + ")";
  }
  while (text.back() == '\n') text.pop_back();
  return text;
}

}  // namespace

std::string_view to_string(ErrorCategory category) noexcept {
  switch (category) {
    case ErrorCategory::fix_program: return "fix_program";
    case ErrorCategory::fix_configuration: return "fix_configuration";
    case ErrorCategory::retry_later: return "retry_later";
    case ErrorCategory::give_up: return "give_up";
    case ErrorCategory::show: return "show";
  }
  return "unknown";
}

std::string_view to_string(ErrorCode code) noexcept {
  const auto index = static_cast<std::size_t>(code);
  return index < codes.size() ? codes[index].name : "unknown";
}

ErrorCategory category_of(ErrorCode code) noexcept { return codes[static_cast<std::size_t>(code)].category; }

Error::Error(ErrorDetail detail)
    : detail_(std::make_shared<const ErrorDetail>(std::move(detail))),
      what_(std::make_shared<const std::string>(render(*detail_))) {}

Error::Error(ErrorCode code, std::string message)
    : Error([&] {
        ErrorDetail detail;
        detail.code = code;
        detail.message = std::move(message);
        return detail;
      }()) {}

const char* Error::what() const noexcept { return what_->c_str(); }

}  // namespace instructor
