// Recorded chat completions: what the protocol reads is compared, field by field, with a second reading.

#include <instructor/completion.hpp>
#include <instructor/error.hpp>

#include "cassettes.hpp"
#include "chat_body.hpp"
#include "chat_comparison.hpp"
#include "data.hpp"
#include "error_body.hpp"
#include "protocol/protocol.hpp"

namespace conformance {

namespace {

using instructor::Reply;

Differences compare_whole(const Reply& reply, const ChatBody& expected, std::string_view bytes) {
  Differences differences = compare_chat(reply, expected);
  if (reply.raw != bytes) differences.push_back("raw: expected " + in_quotes(bytes) + ", got " + in_quotes(reply.raw));
  return differences;
}

/// The object that has the error of a reply which is none: the body, or its first choice.
const Json* reported_error(const Json& body) {
  const Json* const choices = member(body, "choices");
  if (choices != nullptr && choices->is_array() && !choices->empty() && member(choices->front(), "error") != nullptr)
    return &choices->front();
  return member(body, "error") != nullptr ? &body : nullptr;
}

/// A status of 2xx: a reply, or an Error where the body is none.
Differences check_success(std::string_view bytes, const Json& body) {
  const std::optional<ChatBody> expected = read_chat_body(body);
  try {
    const Reply reply = instructor::openai_chat_protocol().decode(std::string(bytes));
    if (!expected) return {"an Error was expected, since the body holds no answer: " + in_quotes(body.dump())};
    return expected->odd ? Differences() : compare_whole(reply, *expected, bytes);
  } catch (const instructor::Error& error) {
    if (expected && !expected->odd) return {"the reply was not read: " + error.message()};
    if (const Json* const failed = reported_error(body))
      return compare_error(error.detail(), 200, read_error_body(200, *failed));
    if (error.code() == instructor::ErrorCode::bad_response) return {};
    return {"error code: expected bad_response, got " + std::string(to_string(error.code()))};
  }
}

Differences check_failure(int status, std::string_view bytes, const Json& body) {
  const instructor::ErrorDetail detail = instructor::openai_chat_protocol().decode_error(status, bytes);
  return compare_error(detail, status, read_error_body(status, body));
}

Differences check_spelling(const Interaction& interaction, std::string_view bytes, const Json& body) {
  const bool success = interaction.status >= 200 && interaction.status < 300;
  return success ? check_success(bytes, body) : check_failure(interaction.status, bytes, body);
}

}  // namespace

bool is_chat_reply(const Interaction& interaction) {
  const bool chat = interaction.endpoint == "chat.completions" || interaction.endpoint.ends_with(".chat.completions");
  const std::string_view kind = interaction.body_kind;
  return chat && (kind == "json" || kind == "text" || kind == "empty");
}

Differences check_chat_reply(const Interaction& interaction) {
  const std::expected<Json, std::string> body = parse_json(interaction.body);
  if (!body) return check_spelling(interaction, interaction.body, Json());
  // However it is spelled, it says the same.
  Differences differences;
  for (const std::string& bytes : {interaction.body, body->dump(2), body->dump(-1, ' ', true)})
    for (std::string& difference : check_spelling(interaction, bytes, *body))
      differences.push_back(std::move(difference));
  return differences;
}

}  // namespace conformance
