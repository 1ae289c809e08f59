// Recorded streams of chat completions: replayed however the bytes may have come, and compared with a second reading.

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
#include "protocol/protocol.hpp"
#include "stream_body.hpp"

namespace conformance {

namespace {

using instructor::Delta;
using instructor::EventSplitter;

constexpr std::uint32_t seeds = 4;

/// What came of a stream.
struct Replayed {
  instructor::Reply reply;
  std::string text;                    ///< all deltas of the text
  std::vector<std::string> arguments;  ///< all deltas of each call
  std::optional<instructor::Error> error;
};

class Replay {
 public:
  explicit Replay(std::string_view bytes) : bytes_(bytes) {}

  /// Seed 0 means byte by byte; without one all comes at once.
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
      // In memory of its own, so that a sanitizer sees who holds on to it.
      const std::string chunk(bytes_.substr(0, seed ? size_from(random, *seed) : bytes_.size()));
      bytes_.remove_prefix(chunk.size());
      splitter_.feed(chunk);
      while (!over && splitter_.next(event)) over = !take(event);
    }
    if (!over && splitter_.finish(event)) take(event);
    reader_->finish(out_.reply);
  }

  static std::size_t size_from(std::mt19937& random, std::uint32_t seed) {
    return seed == 0 ? 1 : 1 + (random() % 4 == 0 ? random() % 2048 : random() % 16);
  }

  bool take(const EventSplitter::Event& event) {
    std::vector<Delta> deltas;
    const bool more = reader_->read({{}, event.data}, out_.reply, deltas);
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
  std::unique_ptr<instructor::EventReader> reader_ = instructor::openai_chat_protocol().event_reader();
  Replayed out_;
};

/// The parts of the reply are the sums of what was told of them.
Differences compare_deltas(const Replayed& got) {
  Differences differences;
  if (got.text != got.reply.text)
    differences.push_back("the deltas of the text come to " + in_quotes(got.text) + ", not " +
                          in_quotes(got.reply.text));
  for (std::size_t i = 0; i < std::max(got.arguments.size(), got.reply.tool_calls.size()); ++i) {
    const std::string sum = i < got.arguments.size() ? got.arguments[i] : std::string();
    const std::string whole = i < got.reply.tool_calls.size() ? got.reply.tool_calls[i].arguments : "no call at all";
    if (sum != whole)
      differences.push_back("the deltas of tool call " + std::to_string(i) + " come to " + in_quotes(sum) + ", not " +
                            in_quotes(whole));
  }
  return differences;
}

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

/// Where only the chunks were recorded, the usual frame is put around them.
std::string framed(const std::string& chunks) {
  std::string bytes;
  if (const std::expected<Json, std::string> list = parse_json(chunks))
    for (const Json& chunk : *list)
      bytes += "data: " + (chunk.is_string() ? chunk.get<std::string>() : chunk.dump()) + "\n\n";
  return bytes;
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
  Differences differences;
  const auto replay = [&](std::optional<std::uint32_t> seed, const std::string& how) {
    for (const std::string& difference : compare_replay(Replay(bytes).run(seed), expected))
      differences.push_back(how + difference);
  };
  replay(std::nullopt, "");
  if (!differences.empty()) return differences;
  for (std::uint32_t seed = 0; seed <= seeds; ++seed)
    replay(seed, seed == 0 ? "byte by byte: " : "in random chunks, seed " + std::to_string(seed) + ": ");
  return differences;
}

}  // namespace conformance
