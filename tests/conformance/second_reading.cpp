#include "second_reading.hpp"

#include <instructor/error.hpp>

#include "chat_comparison.hpp"
#include "error_body.hpp"
#include "stream_replay.hpp"

namespace conformance {

namespace {

constexpr std::uint32_t seeds = 4;

/// What goes back must be JSON of this protocol's, and there where anything was said.
Differences compare_native(const instructor::Reply& reply, const instructor::Protocol& protocol) {
  const bool said = reply.text.find_first_not_of(" \t\r\n") != std::string::npos || !reply.tool_calls.empty();
  if (reply.native.protocol.empty())
    return said ? Differences{"there is nothing to send back of the turn"} : Differences();
  if (reply.native.protocol != protocol.name()) return {"the turn is said to be of " + reply.native.protocol};
  const std::expected<Json, std::string> turn = parse_json(reply.native.json);
  return turn ? Differences() : Differences{"what goes back is " + turn.error()};
}

Differences check_success(const SecondReading& reading, std::string_view bytes, const Json& body) {
  const std::optional<ChatBody> expected = reading.reply(body);
  try {
    const instructor::Reply reply = reading.protocol().decode(std::string(bytes));
    if (!expected) return {"an Error was expected, since the body holds no answer: " + in_quotes(body.dump())};
    if (expected->odd) return {};
    Differences out = compare_reply(reply, *expected, reading.reason(*expected));
    if (reply.raw != bytes) out.push_back("raw: expected " + in_quotes(bytes) + ", got " + in_quotes(reply.raw));
    for (std::string& difference : compare_native(reply, reading.protocol())) out.push_back(std::move(difference));
    return out;
  } catch (const instructor::Error& error) {
    if (expected && !expected->odd) return {"the reply was not read: " + error.message()};
    return {};
  }
}

Differences check_spelling(const SecondReading& reading, const Interaction& interaction, std::string_view bytes,
                           const Json& body) {
  if (is_success(interaction)) return check_success(reading, bytes, body);
  return compare_error(reading.protocol().decode_error(interaction.status, bytes), interaction.status,
                       read_error_body(interaction.status, body));
}

Differences compare_replay(const SecondReading& reading, const Replayed& got, const ChatStream& expected) {
  if (expected.body.odd) return {};
  if (expected.error) {
    if (!got.error) return {"an Error was expected: " + in_quotes(expected.error->dump())};
    Differences out = compare_error(got.error->detail(), 200, read_error_body(200, *expected.error));
    if (got.text != expected.body.text)
      out.push_back("before the error: expected " + in_quotes(expected.body.text) + ", got " + in_quotes(got.text));
    return out;
  }
  if (expected.broken) return got.error ? Differences() : Differences{"an Error was expected: an event is broken"};
  if (got.error) return {"the stream was not read: " + got.error->message()};
  Differences out = compare_reply(got.reply, expected.body, reading.reason(expected.body));
  for (std::string& difference : compare_deltas(got)) out.push_back(std::move(difference));
  for (std::string& difference : compare_native(got.reply, reading.protocol())) out.push_back(std::move(difference));
  return out;
}

}  // namespace

bool is_success(const Interaction& interaction) { return interaction.status >= 200 && interaction.status < 300; }

Differences check_reply(const SecondReading& reading, const Interaction& interaction) {
  const std::expected<Json, std::string> body = parse_json(interaction.body);
  if (!body) return check_spelling(reading, interaction, interaction.body, Json());
  // However it is spelled, it says the same.
  Differences differences;
  for (const std::string& bytes : {interaction.body, body->dump(2), body->dump(-1, ' ', true)})
    for (std::string& difference : check_spelling(reading, interaction, bytes, *body))
      differences.push_back(std::move(difference));
  return differences;
}

Differences check_stream(const SecondReading& reading, std::string_view bytes,
                         const std::vector<RecordedEvent>& events) {
  const ChatStream expected = reading.stream(events);
  Differences differences;
  const auto run = [&](std::optional<std::uint32_t> seed, const std::string& how) {
    for (const std::string& difference : compare_replay(reading, replay(reading.protocol(), bytes, seed), expected))
      differences.push_back(how + difference);
  };
  run(std::nullopt, "");
  if (!differences.empty()) return differences;
  for (std::uint32_t seed = 0; seed <= seeds; ++seed)
    run(seed, seed == 0 ? "byte by byte: " : "in random chunks, seed " + std::to_string(seed) + ": ");
  return differences;
}

}  // namespace conformance
