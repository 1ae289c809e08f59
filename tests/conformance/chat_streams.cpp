// Recorded streams of chat completions: replayed however the bytes may have come, and compared with a second reading.

#include <instructor/completion.hpp>
#include <instructor/error.hpp>

#include "cassettes.hpp"
#include "chat_comparison.hpp"
#include "data.hpp"
#include "error_body.hpp"
#include "protocol/protocol.hpp"
#include "stream_body.hpp"
#include "stream_replay.hpp"

namespace conformance {

namespace {

Differences compare_replay(const Replayed& got, const ChatStream& expected) {
  if (expected.body.odd) return {};
  if (expected.error) {
    if (!got.error) return {"an Error was expected: " + in_quotes(expected.error->dump())};
    Differences differences = compare_error(got.error->detail(), 200, read_error_body(200, *expected.error));
    if (got.text != expected.body.text)
      differences.push_back("before the error: expected " + in_quotes(expected.body.text) + ", got " +
                            in_quotes(got.text));
    return differences;
  }
  if (expected.broken) {
    if (!got.error) return {"an Error was expected, since an event is no JSON object"};
    if (got.error->code() == instructor::ErrorCode::bad_response) return {};
    return {"error code: expected bad_response, got " + std::string(to_string(got.error->code()))};
  }
  if (got.error) return {"the stream was not read: " + got.error->message()};
  Differences differences = compare_chat(got.reply, expected.body);
  for (std::string& difference : compare_deltas(got)) differences.push_back(std::move(difference));
  return differences;
}

}  // namespace

bool is_chat_stream(const Interaction& interaction) {
  const bool chat = interaction.endpoint == "chat.completions" || interaction.endpoint.ends_with(".chat.completions");
  const bool success = interaction.status >= 200 && interaction.status < 300;
  return chat && success && (interaction.body_kind == "sse" || interaction.body_kind == "chunks");
}

Differences check_chat_stream(const Interaction& interaction) {
  const std::string bytes = interaction.body_kind == "chunks" ? framed(interaction.body) : interaction.body;
  const ChatStream expected = read_chat_stream(read_events(bytes));
  return replay_all_ways(instructor::openai_chat_protocol(), bytes,
                         [&](const Replayed& got) { return compare_replay(got, expected); });
}

}  // namespace conformance
