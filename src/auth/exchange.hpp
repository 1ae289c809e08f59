#pragma once

// Asking a server for credentials: the whole answer, bounded, and errors that repeat no secret.

#include <string>
#include <string_view>

#include "auth/used_secrets.hpp"
#include "instructor/codec.hpp"
#include "instructor/error.hpp"
#include "instructor/transport.hpp"

namespace instructor {

struct Answer {
  int status = 0;
  std::string body;

  bool good() const { return status >= 200 && status < 300; }
};

/// Sends a request. `who` is its receiver, for messages. Throws Error as Transport::send, and `bad_response` when the
/// answer is larger than any answer with credentials (1 MiB).
Answer ask(Transport& transport, const HttpRequest& request, std::string_view who);

/// What an answer means that is not good: its status and what the server says, without `secrets`. A request for a token
/// that is found wrong is `authentication`: the credentials are.
/// Reads `{"error": "...", "error_description": "..."}` (RFC 6749, section 5.2), `{"error": {"message": "..."}}`
/// (Google) and `{"code": "...", "message": "..."}` (AWS).
Error refused(const Answer& answer, std::string_view who, const UsedSecrets& secrets);

/// The answer of `who` is not what it must be. Its text is not repeated: it holds credentials.
Error no_credentials_in(std::string_view who, const std::string& why);

/// The struct that the answer holds. Members may be missing or null. Throws Error (`bad_response`).
template <class T>
T read_answer(const Answer& answer, std::string_view who) {
  DecodeOptions options;
  options.null_is_absent = true;
  options.missing_is_default = true;
  options.last_duplicate_wins = true;
  options.lax = true;
  std::expected<T, Issues> value = decode<T>(answer.body, options);
  if (value) return std::move(*value);
  const std::string& path = value.error().begin()->path;
  throw no_credentials_in(who, path.empty() ? "it is no JSON object" : path + " is of another type");
}

/// Throws Error (`invalid_configuration`) that names `what` unless `value` can be sent in a header: a line break in it
/// would begin another one.
void check_header_value(std::string_view value, const std::string& what);

}  // namespace instructor
