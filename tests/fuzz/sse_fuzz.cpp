// Server-sent events: the same ones however the bytes are cut up, and none beyond the limit.

#include <string>
#include <tuple>
#include <vector>

#include "fuzz.hpp"
#include "http/sse.hpp"

namespace {

using instructor::EventSplitter;

struct Outcome {
  std::vector<std::tuple<std::string, std::string, std::string>> events;
  bool too_large = false;

  friend bool operator==(const Outcome&, const Outcome&) = default;
};

Outcome split(const std::vector<std::string_view>& chunks, std::size_t limit) {
  EventSplitter splitter(limit);
  EventSplitter::Event event;
  Outcome outcome;
  const auto take = [&] {
    fuzz::expect(event.name.size() + event.data.size() + event.id.size() <= limit, "events are within the limit");
    fuzz::expect(event.name.find_first_of("\r\n") == std::string_view::npos, "a name is one line");
    fuzz::expect(event.id.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos, "an id is one line");
    fuzz::expect(event.data.find('\r') == std::string_view::npos, "data lines have line feeds between them");
    outcome.events.emplace_back(event.name, event.data, event.id);
  };
  for (const std::string_view chunk : chunks) {
    const std::vector<char> bytes(chunk.begin(), chunk.end());  // gone before the next
    splitter.feed({bytes.data(), bytes.size()});
    while (splitter.next(event)) take();
  }
  if (splitter.finish(event)) take();
  fuzz::expect(!splitter.finish(event), "the end comes once");
  outcome.too_large = splitter.too_large();
  return outcome;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  const Outcome unlimited = split({text}, size);
  fuzz::expect(!unlimited.too_large, "no event is larger than the text");
  for (const std::size_t limit : {size, std::size_t{1}, std::size_t{16}, std::size_t{64}}) {
    const Outcome whole = split({text}, limit);
    for (std::uint64_t seed = 1; seed <= 2; ++seed)
      fuzz::expect(split(fuzz::chunks_of(text, seed), limit) == whole, "chunks give the events that the whole gives");
    if (!whole.too_large) fuzz::expect(whole == unlimited, "a limit that is kept changes nothing");
    fuzz::expect(whole.events.size() <= unlimited.events.size(), "a limit adds no events");
    for (std::size_t i = 0; i < whole.events.size(); ++i)
      fuzz::expect(whole.events[i] == unlimited.events[i], "events before the limit are those without one");
  }
  return 0;
}
