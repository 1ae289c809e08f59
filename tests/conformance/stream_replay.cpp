#include "stream_replay.hpp"

#include <algorithm>
#include <functional>
#include <memory>
#include <random>

#include "data.hpp"
#include "http/aws_event_stream.hpp"
#include "http/json_lines.hpp"
#include "http/sse.hpp"

namespace conformance {

namespace {

using instructor::Delta;
using instructor::Framing;
using instructor::StreamEvent;

/// Takes an event; false: no more are wanted.
using Taker = std::function<bool(const StreamEvent&)>;

/// The splitters of the library behind one face.
class Splitter {
 public:
  explicit Splitter(Framing framing) : framing_(framing) {}

  /// False: no more are wanted.
  bool feed(std::string_view chunk, const Taker& take) {
    if (framing_ == Framing::json_lines) {
      std::string_view line;
      lines_.feed(chunk);
      while (lines_.next(line))
        if (!take({{}, line})) return false;
    } else if (framing_ == Framing::aws_event_stream) {
      instructor::AwsEventMessage message;
      messages_.feed(chunk);
      while (messages_.next(message))
        if (!take({message.type, message.payload})) return false;
    } else {
      instructor::EventSplitter::Event event;
      events_.feed(chunk);
      while (events_.next(event))
        if (!take({event.name, event.data})) return false;
    }
    return true;
  }

  void finish(const Taker& take) {
    std::string_view line;
    instructor::EventSplitter::Event event;
    if (framing_ == Framing::json_lines && lines_.finish(line)) take({{}, line});
    if (framing_ == Framing::server_sent_events && events_.finish(event)) take({event.name, event.data});
  }

 private:
  Framing framing_;
  instructor::EventSplitter events_;
  instructor::JsonLineSplitter lines_;
  instructor::AwsEventSplitter messages_;
};

std::size_t size_from(std::mt19937& random, std::uint32_t seed) {
  return seed == 0 ? 1 : 1 + (random() % 4 == 0 ? random() % 2048 : random() % 16);
}

}  // namespace

Replayed replay(const instructor::Protocol& protocol, std::string_view bytes, std::optional<std::uint32_t> seed) {
  Replayed out;
  const std::unique_ptr<instructor::EventReader> reader = protocol.event_reader();
  const Taker take = [&](const StreamEvent& event) {
    std::vector<Delta> deltas;
    const bool more = reader->read(event, out.reply, deltas);
    for (const Delta& delta : deltas) {
      if (delta.kind == Delta::Kind::text) {
        out.text += delta.text;
      } else {
        out.arguments.resize(std::max(out.arguments.size(), delta.call + 1));
        out.arguments[delta.call] += delta.text;
      }
    }
    return more;
  };
  try {
    Splitter splitter(protocol.framing());
    std::mt19937 random(seed.value_or(0));
    bool more = true;
    while (!bytes.empty() && more) {
      // In memory of its own, so that a sanitizer sees who holds on to it.
      const std::string chunk(bytes.substr(0, seed ? size_from(random, *seed) : bytes.size()));
      bytes.remove_prefix(chunk.size());
      more = splitter.feed(chunk, take);
    }
    if (more) splitter.finish(take);
    reader->finish(out.reply);
  } catch (const instructor::Error& error) {
    out.error = error;
  }
  return out;
}

Differences replay_all_ways(const instructor::Protocol& protocol, std::string_view bytes,
                            const std::function<Differences(const Replayed&)>& judge) {
  constexpr std::uint32_t seeds = 4;
  Differences differences;
  const auto replayed = [&](std::optional<std::uint32_t> seed, const std::string& how) {
    for (const std::string& difference : judge(replay(protocol, bytes, seed))) differences.push_back(how + difference);
  };
  replayed(std::nullopt, "");
  if (!differences.empty()) return differences;
  for (std::uint32_t seed = 0; seed <= seeds; ++seed)
    replayed(seed, seed == 0 ? "byte by byte: " : "in random chunks, seed " + std::to_string(seed) + ": ");
  return differences;
}

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

std::string framed(const std::string& chunks) {
  std::string bytes;
  if (const std::expected<Json, std::string> list = parse_json(chunks))
    for (const Json& chunk : *list)
      bytes += "data: " + (chunk.is_string() ? chunk.get<std::string>() : chunk.dump()) + "\n\n";
  return bytes;
}

}  // namespace conformance
