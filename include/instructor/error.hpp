#pragma once

// Failure has two spellings and one value: `create` throws an Error, `try_create` returns it.
//
// Categories follow what the caller can do; codes say what happened.

#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "instructor/completion.hpp"
#include "instructor/duration.hpp"
#include "instructor/issue.hpp"

namespace instructor {

struct TypeInfo;
template <class T>
constexpr const TypeInfo& type_of();

/// What the caller can do about it.
enum class ErrorCategory : std::uint8_t {
  fix_program,        ///< the model or the request cannot work as written
  fix_configuration,  ///< a provider string, a key, a URL
  retry_later,        ///< the same call may succeed in a while
  give_up,            ///< it will not succeed by trying again
  show,               ///< the model did not manage; a person may look at what came
};
std::string_view to_string(ErrorCategory category) noexcept;

/// What happened. Stable: enumerators are added, never renamed.
enum class ErrorCode : std::uint8_t {
  // fix_program
  invalid_model,       ///< a pattern that is no regular expression, a value that has no JSON form
  unsupported_mode,    ///< the provider does not offer this mode; the message lists those it does
  unsupported_schema,  ///< the provider cannot be asked for this type in this mode; the message says where and why
  invalid_request,     ///< the provider found the request wrong (400, 413, 422)
  missing_context,     ///< a check asks for what the call's Context does not have; the message names it
  // fix_configuration
  invalid_provider,       ///< the string is not provider/model, or the provider is not known
  missing_key,            ///< no API key; the message names the variable
  invalid_configuration,  ///< a key with a line break, a URL that is none, a file that cannot be read
  bad_response,           ///< the server does not speak the protocol: no JSON, an HTML page, nothing at all
  not_found,              ///< no such model or path (404)
  authentication,         ///< the key is not accepted (401)
  // retry_later
  rate_limited,  ///< too many requests (429); see `retry_after`
  overloaded,    ///< the provider is busy (503, 529)
  server_error,  ///< the provider failed (other 5xx)
  timeout,
  transport,  ///< no connection, or it broke
  // give_up
  tls,             ///< the server's certificate is not to be trusted
  permission,      ///< the key may not do this (403)
  quota,           ///< the account's money or allowance is used up (402, insufficient_quota)
  refusal,         ///< the model refused
  content_filter,  ///< the provider withheld the answer
  cancelled,
  response_too_large,  ///< more bytes than allowed
  // show
  validation,  ///< no valid answer after all attempts; see `issues` and `attempts`
  incomplete,  ///< cut off at the token limit; see `partial`
};
inline constexpr ErrorCode last_error_code = ErrorCode::incomplete;
std::string_view to_string(ErrorCode code) noexcept;
ErrorCategory category_of(ErrorCode code) noexcept;

/// Everything there is to know of a failure.
struct ErrorDetail {
  ErrorCode code = ErrorCode::invalid_request;
  std::string message;        ///< one paragraph, without secrets
  int http_status = 0;        ///< 0: no response
  std::string provider_code;  ///< the provider's own code or type, as `insufficient_quota`
  std::string request_id;
  std::optional<Duration> retry_after;  ///< how long the provider asks to wait
  RateLimits rate_limits;               ///< what the provider says is left of them
  std::string body;                     ///< the start of a response that was no answer, verbatim but for secrets
  Issues issues;                        ///< of the last attempt
  std::vector<Attempt> attempts;        ///< the ledger
  std::string stopped;                  ///< why no further attempt was made, when retries were left
  Usage usage;                          ///< over all attempts
  std::shared_ptr<const void> partial;  ///< what had arrived of the value; use Error::partial<T>()
  const TypeInfo* partial_type = nullptr;
};

/// A failed call. Cheap to copy; safe to read from several threads. `what()` is fit for a log or a terminal: several
/// lines where there are issues, never a secret.
class Error : public std::exception {
 public:
  explicit Error(ErrorDetail detail);
  Error(ErrorCode code, std::string message);

  const char* what() const noexcept override;

  ErrorCode code() const noexcept { return detail_->code; }
  ErrorCategory category() const noexcept { return category_of(detail_->code); }
  const std::string& message() const noexcept { return detail_->message; }
  int http_status() const noexcept { return detail_->http_status; }
  const std::string& provider_code() const noexcept { return detail_->provider_code; }
  const std::string& request_id() const noexcept { return detail_->request_id; }
  const std::optional<Duration>& retry_after() const noexcept { return detail_->retry_after; }
  const std::string& body() const noexcept { return detail_->body; }
  const Issues& issues() const noexcept { return detail_->issues; }
  const std::vector<Attempt>& attempts() const noexcept { return detail_->attempts; }
  const Usage& usage() const noexcept { return detail_->usage; }
  const ErrorDetail& detail() const noexcept { return *detail_; }

  /// What had arrived of the value when the answer was cut off; null when nothing had, or when it is no T. Not
  /// validated as a whole. Lives as long as this Error or a copy of it.
  template <class T>
  const T* partial() const noexcept {
    return detail_->partial_type == &type_of<T>() ? static_cast<const T*>(detail_->partial.get()) : nullptr;
  }

 private:
  std::shared_ptr<const ErrorDetail> detail_;
  std::shared_ptr<const std::string> what_;
};

}  // namespace instructor
