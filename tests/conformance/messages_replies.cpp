// Recorded messages of Anthropic's protocol, whole and streamed: what the library reads is compared with a second
// reading; streams are replayed however the bytes may have come.

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <random>

#include <instructor/completion.hpp>
#include <instructor/error.hpp>

#include "cassettes.hpp"
#include "chat_comparison.hpp"
#include "data.hpp"
#include "error_body.hpp"
#include "http/sse.hpp"
#include "messages_body.hpp"
#include "protocol/protocol.hpp"
#include "stream_body.hpp"

namespace conformance {

namespace {

using instructor::Delta;
using instructor::EventSplitter;
using instructor::Reply;

const instructor::Protocol& protocol() { return instructor::anthropic_messages_protocol(); }

Differences compare_message(const Reply& reply, MessageBody expected) {
  Differences differences;
  if (expected.finish_reason == "refusal" && expected.refusal.empty()) {
    if (reply.refusal.empty()) differences.emplace_back("refusal: it refused, and the reply does not say so");
    expected.refusal = reply.refusal;
  }
  for (std::string& difference : compare_reply(reply, expected, message_end(expected.finish_reason)))
    differences.push_back(std::move(difference));
  if (!needs_native(expected.blocks)) return differences;
  const std::expected<Json, std::string> native = parse_json(reply.native.json);
  if (reply.native.protocol != protocol().name() || !native || *native != expected.blocks)
    differences.push_back("native: expected " + in_quotes(expected.blocks.dump()) + ", got " +
                          in_quotes(reply.native.json));
  return differences;
}

// ---- whole replies -----------------------------------------------------------------------------------------------

Differences check_success(std::string_view bytes, const Json& body) {
  const std::optional<MessageBody> expected = read_message_body(body);
  try {
    const Reply reply = protocol().decode(std::string(bytes));
    if (!expected) return {"an Error was expected, since the body holds no answer: " + in_quotes(body.dump())};
    Differences differences = compare_message(reply, *expected);
    if (reply.raw != bytes) differences.push_back("raw: not the body");
    return differences;
  } catch (const instructor::Error& error) {
    if (expected) return {"the reply was not read: " + error.message()};
    if (member(body, "error") != nullptr) return compare_error(error.detail(), 200, read_error_body(200, body));
    if (error.code() == instructor::ErrorCode::bad_response) return {};
    return {"error code: expected bad_response, got " + std::string(to_string(error.code()))};
  }
}

bool is_success(const Interaction& interaction) { return interaction.status >= 200 && interaction.status < 300; }

Differences check_spelling(const Interaction& interaction, std::string_view bytes, const Json& body) {
  if (is_success(interaction)) return check_success(bytes, body);
  return compare_error(protocol().decode_error(interaction.status, bytes), interaction.status,
                       read_error_body(interaction.status, body));
}

// ---- streams -----------------------------------------------------------------------------------------------------

constexpr std::uint32_t seeds = 4;

/// What came of a stream.
struct Replayed {
  Reply reply;
  std::string text;                    ///< all deltas of the text
  std::vector<std::string> arguments;  ///< all deltas of each call
  std::optional<instructor::Error> error;
};

/// Seed 0 means byte by byte; without one all comes at once.
class Replay {
 public:
  explicit Replay(std::string_view bytes) : bytes_(bytes) {}

  Replayed run(std::optional<std::uint32_t> seed) {
    try {
      read_all(seed);
    } catch (const instructor::Error& error) {
      out_.error = error;
    }
    return std::move(out_);
  }

 private:
  void read_all(std::optional<std::uint32_t> seed) {
    std::mt19937 random(seed.value_or(0));
    EventSplitter::Event event;
    bool over = false;
    while (!bytes_.empty() && !over) {
      const std::size_t some = seed == 0U ? 1 : 1 + (random() % 4 == 0 ? random() % 2048 : random() % 16);
      // In memory of its own, so that a sanitizer sees who holds on to it.
      const std::string chunk(bytes_.substr(0, seed ? some : bytes_.size()));
      bytes_.remove_prefix(chunk.size());
      splitter_.feed(chunk);
      while (!over && splitter_.next(event)) over = !take(event);
    }
    if (!over && splitter_.finish(event)) take(event);
    reader_->finish(out_.reply);
  }

  bool take(const EventSplitter::Event& event) {
    std::vector<Delta> deltas;
    const bool more = reader_->read({event.name, event.data}, out_.reply, deltas);
    for (const Delta& delta : deltas) {
      if (delta.kind == Delta::Kind::text) {
        out_.text += delta.text;
      } else {
        out_.arguments.resize(std::max(out_.arguments.size(), delta.call + 1));
        out_.arguments[delta.call] += delta.text;
      }
    }
    return more;
  }

  std::string_view bytes_;
  EventSplitter splitter_;
  std::unique_ptr<instructor::EventReader> reader_ = protocol().event_reader();
  Replayed out_;
};

Differences compare_deltas(const Replayed& got) {
  Differences differences;
  if (got.text != got.reply.text) differences.emplace_back("the deltas of the text do not come to the text");
  for (std::size_t i = 0; i < std::max(got.arguments.size(), got.reply.tool_calls.size()); ++i) {
    const std::string sum = i < got.arguments.size() ? got.arguments[i] : std::string();
    if (i >= got.reply.tool_calls.size() || sum != got.reply.tool_calls[i].arguments)
      differences.push_back("the deltas of tool call " + std::to_string(i) + " do not come to its arguments");
  }
  return differences;
}

Differences compare_replay(const Replayed& got, const MessageStream& expected) {
  if (expected.body.odd) return {};
  if (expected.error) {
    if (!got.error) return {"an Error was expected: " + in_quotes(expected.error->dump())};
    Differences differences = compare_error(got.error->detail(), 200, read_error_body(200, *expected.error));
    if (got.text != expected.body.text) differences.emplace_back("before the error: another text");
    return differences;
  }
  if (expected.broken) {
    if (got.error && got.error->code() == instructor::ErrorCode::bad_response) return {};
    return {"an Error was expected, since an event is no JSON object"};
  }
  if (got.error) return {"the stream was not read: " + got.error->message()};
  Differences differences = compare_message(got.reply, expected.body);
  for (std::string& difference : compare_deltas(got)) differences.push_back(std::move(difference));
  return differences;
}

/// The same message in one piece reads the same.
Differences compare_whole(const MessageBody& expected) {
  const Json usage = {{"input_tokens", expected.usage.input - expected.usage.cached},
                      {"cache_read_input_tokens", expected.usage.cached},
                      {"output_tokens", expected.usage.output},
                      {"output_tokens_details", {{"thinking_tokens", expected.usage.reasoning}}}};
  Json whole = {{"id", expected.id},       {"type", "message"}, {"role", "assistant"},
                {"model", expected.model}, {"usage", usage},    {"content", expected.blocks}};
  if (!expected.finish_reason.empty()) whole["stop_reason"] = expected.finish_reason;
  if (!expected.refusal.empty()) whole["stop_details"] = {{"type", "refusal"}, {"explanation", expected.refusal}};
  return compare_message(protocol().decode(whole.dump()), expected);
}

/// Where only the events were recorded, the usual frame is put around them.
std::string framed(const std::string& chunks) {
  std::string bytes;
  if (const std::expected<Json, std::string> list = parse_json(chunks))
    for (const Json& chunk : *list) bytes += "event: " + text_at(chunk, "type") + "\ndata: " + chunk.dump() + "\n\n";
  return bytes;
}

}  // namespace

bool is_messages_reply(const Interaction& interaction) {
  const std::string_view kind = interaction.body_kind;
  return interaction.endpoint == "messages" && (kind == "json" || kind == "text" || kind == "empty");
}

Differences check_messages_reply(const Interaction& interaction) {
  const std::expected<Json, std::string> body = parse_json(interaction.body);
  if (!body) return check_spelling(interaction, interaction.body, Json());
  // However it is spelled, it says the same.
  Differences differences;
  for (const std::string& bytes : {interaction.body, body->dump(2), body->dump(-1, ' ', true)})
    for (std::string& difference : check_spelling(interaction, bytes, *body))
      differences.push_back(std::move(difference));
  return differences;
}

bool is_messages_stream(const Interaction& interaction) {
  const std::string_view kind = interaction.body_kind;
  return interaction.endpoint == "messages" && is_success(interaction) && (kind == "sse" || kind == "chunks");
}

Differences check_messages_stream(const Interaction& interaction) {
  const std::string bytes = interaction.body_kind == "chunks" ? framed(interaction.body) : interaction.body;
  const MessageStream expected = read_message_stream(read_events(bytes));
  Differences differences;
  const auto replay = [&](std::optional<std::uint32_t> seed, const std::string& how) {
    for (const std::string& difference : compare_replay(Replay(bytes).run(seed), expected))
      differences.push_back(how + difference);
  };
  replay(std::nullopt, "");
  if (!differences.empty()) return differences;
  for (std::uint32_t seed = 0; seed <= seeds; ++seed)
    replay(seed, seed == 0 ? "byte by byte: " : "in random chunks, seed " + std::to_string(seed) + ": ");
  if (!expected.error && !expected.broken && !expected.body.odd)
    for (const std::string& difference : compare_whole(expected.body))
      differences.push_back("in one piece: " + difference);
  return differences;
}

}  // namespace conformance
