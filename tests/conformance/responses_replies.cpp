// Recorded responses, whole and streamed: what the protocol reads is compared with a second reading.

#include <instructor/completion.hpp>
#include <instructor/error.hpp>

#include "cassettes.hpp"
#include "chat_comparison.hpp"
#include "data.hpp"
#include "error_body.hpp"
#include "protocol/protocol.hpp"
#include "responses_body.hpp"
#include "stream_body.hpp"
#include "stream_replay.hpp"

namespace conformance {

namespace {

using instructor::Reply;

const instructor::Protocol& protocol() { return instructor::openai_responses_protocol(); }

bool is_of_responses(const Interaction& interaction) {
  return interaction.endpoint == "responses" || interaction.endpoint.ends_with(".responses") ||
         interaction.endpoint == "responses.get";
}

bool is_success(const Interaction& interaction) { return interaction.status >= 200 && interaction.status < 300; }

/// Reasoning that the provider can read again has to be there for it, as it came.
Differences compare_native(const Reply& reply, const Json& output) {
  Differences differences;
  for (const Json& item : output) {
    const std::string encrypted = text_at(item, "encrypted_content");
    if (encrypted.empty() || &item == &output.back()) continue;
    if (reply.native.json.find(encrypted) == std::string::npos)
      differences.push_back("what goes back lacks the reasoning " + in_quotes(encrypted));
  }
  if (reply.native.json.empty() != reply.native.protocol.empty())
    differences.emplace_back("a native turn has both a protocol and a text");
  return differences;
}

Differences check_success(std::string_view bytes, const Json& body) {
  const std::optional<ResponsesBody> expected = read_responses_body(body);
  try {
    const Reply reply = protocol().decode(std::string(bytes));
    if (!expected) return {"an Error was expected, since the body holds no answer: " + in_quotes(body.dump())};
    Differences differences = compare_reply(reply, *expected, expected->reason);
    if (reply.raw != bytes) differences.emplace_back("raw is not the body");
    for (std::string& difference : compare_native(reply, *member(body, "output")))
      differences.push_back(std::move(difference));
    return differences;
  } catch (const instructor::Error& error) {
    if (expected) return {"the reply was not read: " + error.message()};
    if (member(body, "error") != nullptr) return compare_error(error.detail(), 200, read_error_body(200, body));
    if (error.code() == instructor::ErrorCode::bad_response) return {};
    return {"error code: expected bad_response, got " + std::string(to_string(error.code()))};
  }
}

Differences compare_stream(const Replayed& got, const ResponsesStream& expected) {
  if (expected.error) {
    if (!got.error) return {"an Error was expected: " + in_quotes(expected.error->dump())};
    Differences differences = compare_error(got.error->detail(), 200, read_error_body(200, *expected.error));
    if (got.text != expected.body.text) differences.push_back("before the error: got " + in_quotes(got.text));
    return differences;
  }
  if (expected.broken) {
    if (got.error && got.error->code() == instructor::ErrorCode::bad_response) return {};
    return {"an Error was expected, since an event is no JSON object"};
  }
  if (got.error) return {"the stream was not read: " + got.error->message()};
  Differences differences = compare_reply(got.reply, expected.body, expected.body.reason);
  for (std::string& difference : compare_deltas(got)) differences.push_back(std::move(difference));
  return differences;
}

/// A streamed reply is the whole one, where the last event has that.
Differences compare_with_whole(const Replayed& got, const std::vector<std::string>& events) {
  for (const std::string& text : events) {
    const std::expected<Json, std::string> event = parse_json(text);
    if (!event || text_at(*event, "type") != "response.completed") continue;
    const Json* const response = member(*event, "response");
    const Json* const output = response == nullptr ? nullptr : member(*response, "output");
    if (got.error || output == nullptr || output->empty()) return {};
    const Reply whole = protocol().decode(response->dump());
    Differences differences;
    if (whole.text != got.reply.text || whole.tool_calls != got.reply.tool_calls || whole.usage != got.reply.usage ||
        whole.reasoning != got.reply.reasoning || whole.finish_reason != got.reply.finish_reason)
      differences.emplace_back("streamed it says something else than whole");
    if (whole.native != got.reply.native)
      differences.push_back("goes back as " + in_quotes(got.reply.native.json) + ", whole as " +
                            in_quotes(whole.native.json));
    return differences;
  }
  return {};
}

}  // namespace

bool is_responses_reply(const Interaction& interaction) {
  const std::string_view kind = interaction.body_kind;
  return is_of_responses(interaction) && (kind == "json" || kind == "text" || kind == "empty");
}

Differences check_responses_reply(const Interaction& interaction) {
  const std::expected<Json, std::string> body = parse_json(interaction.body);
  Differences differences;
  const auto check = [&](std::string_view bytes, const Json& value) {
    const Differences found = is_success(interaction)
                                  ? check_success(bytes, value)
                                  : compare_error(protocol().decode_error(interaction.status, bytes),
                                                  interaction.status, read_error_body(interaction.status, value));
    differences.insert(differences.end(), found.begin(), found.end());
  };
  check(interaction.body, body ? *body : Json());
  // However it is spelled, it says the same.
  if (body)
    for (const std::string& bytes : {body->dump(2), body->dump(-1, ' ', true)}) check(bytes, *body);
  return differences;
}

bool is_responses_stream(const Interaction& interaction) {
  return is_of_responses(interaction) && is_success(interaction) &&
         (interaction.body_kind == "sse" || interaction.body_kind == "chunks");
}

Differences check_responses_stream(const Interaction& interaction) {
  const std::string bytes = interaction.body_kind == "chunks" ? framed(interaction.body) : interaction.body;
  const std::vector<std::string> events = read_events(bytes);
  const ResponsesStream expected = read_responses_stream(events);
  return replay_all_ways(protocol(), bytes, [&](const Replayed& got) {
    Differences differences = compare_stream(got, expected);
    for (std::string& difference : compare_with_whole(got, events)) differences.push_back(std::move(difference));
    return differences;
  });
}

}  // namespace conformance
