#include "replay.hpp"

#include <algorithm>
#include <memory>
#include <random>

#include "data.hpp"
#include "http/sse.hpp"

namespace conformance {

namespace {

using instructor::Delta;
using instructor::EventSplitter;

constexpr std::uint32_t seeds = 4;

class Replay {
 public:
  Replay(const instructor::Protocol& protocol, std::string_view bytes)
      : bytes_(bytes), reader_(protocol.event_reader()) {}

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
  std::unique_ptr<instructor::EventReader> reader_;
  Replayed out_;
};

}  // namespace

Differences replay_all_ways(const instructor::Protocol& protocol, std::string_view bytes,
                            const std::function<Differences(const Replayed&)>& judge) {
  Differences differences;
  const auto replay = [&](std::optional<std::uint32_t> seed, const std::string& how) {
    for (const std::string& difference : judge(Replay(protocol, bytes).run(seed)))
      differences.push_back(how + difference);
  };
  replay(std::nullopt, "");
  if (!differences.empty()) return differences;
  for (std::uint32_t seed = 0; seed <= seeds; ++seed)
    replay(seed, seed == 0 ? "byte by byte: " : "in random chunks, seed " + std::to_string(seed) + ": ");
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
