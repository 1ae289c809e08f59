// Lines of JSON: the same ones however the bytes are cut up, and none beyond the limit.

#include <string>
#include <vector>

#include "fuzz.hpp"
#include "http/json_lines.hpp"

namespace {

struct Outcome {
  std::vector<std::string> lines;
  bool too_large = false;

  friend bool operator==(const Outcome&, const Outcome&) = default;
};

Outcome split(const std::vector<std::string_view>& chunks, std::size_t limit) {
  instructor::JsonLineSplitter splitter(limit);
  std::string_view line;
  Outcome outcome;
  const auto take = [&] {
    fuzz::expect(!line.empty() && line.size() <= limit, "lines are not blank, and within the limit");
    fuzz::expect(line.find('\n') == std::string_view::npos, "a line is one line");
    outcome.lines.emplace_back(line);
  };
  for (const std::string_view chunk : chunks) {
    const std::vector<char> bytes(chunk.begin(), chunk.end());  // gone before the next
    splitter.feed({bytes.data(), bytes.size()});
    while (splitter.next(line)) take();
  }
  if (splitter.finish(line)) take();
  fuzz::expect(!splitter.finish(line), "the end comes once");
  outcome.too_large = splitter.too_large();
  return outcome;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  for (const std::size_t limit : {size, std::size_t{1}, std::size_t{16}}) {
    const Outcome whole = split({text}, limit);
    for (std::uint64_t seed = 1; seed <= 2; ++seed)
      fuzz::expect(split(fuzz::chunks_of(text, seed), limit) == whole, "chunks give the lines that the whole gives");
    if (limit == size) fuzz::expect(!whole.too_large, "no line is larger than the text");
  }
  return 0;
}
