// Anything at all becomes JSON, or nothing; the same in whatever chunks it comes; and what is JSON stays as it is.

#include <string>
#include <vector>

#include "fuzz.hpp"
#include "json/mender.hpp"
#include "json/no_events.hpp"
#include "json/push_parser.hpp"
#include "json/text.hpp"

namespace {

namespace json = instructor::json;

bool is_json(std::string_view text) {
  json::NoEvents nothing;
  json::Limits limits;
  limits.max_number = static_cast<std::size_t>(-1);
  json::PushParser parser(nothing, limits);
  return parser.feed(text) && parser.finish();
}

struct Outcome {
  std::string json;
  instructor::Repairs repairs;
  bool empty = false;
  bool done = false;
  std::size_t consumed = 0;

  friend bool operator==(const Outcome&, const Outcome&) = default;
};

Outcome mend(const std::vector<std::string_view>& chunks) {
  json::Mender mender;
  Outcome outcome;
  for (const std::string_view chunk : chunks) {
    const std::vector<char> bytes(chunk.begin(), chunk.end());  // gone before the next
    std::string more;
    mender.feed({bytes.data(), bytes.size()}, more);
    outcome.json += more;
  }
  std::string more;
  mender.finish(more);
  outcome.json += more;
  outcome.repairs = mender.repairs();
  outcome.empty = mender.empty();
  outcome.done = mender.done();
  outcome.consumed = mender.consumed();
  return outcome;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  const Outcome whole = mend({text});
  fuzz::expect(whole.empty || is_json(whole.json), "what comes out is JSON");
  for (const instructor::Repair& repair : whole.repairs)
    fuzz::expect(json::is_utf8(repair.path) && json::is_utf8(repair.from) && json::is_utf8(repair.to),
                 "what is said of a repair is UTF-8");
  fuzz::expect(whole.consumed <= size, "no more is consumed than there is");
  // Escapes and brackets are what grows most: six bytes for one.
  fuzz::expect(whole.json.size() <= 8 * size + 1024, "what comes out is not much larger than what went in");
  for (std::uint64_t seed = 1; seed <= 3; ++seed)
    fuzz::expect(mend(fuzz::chunks_of(text, seed)) == whole, "chunks give what the whole gives");
  if (is_json(text)) {
    fuzz::expect(whole.json == text, "JSON stays as it is");
    fuzz::expect(whole.repairs.empty(), "JSON needs no repair");
  } else if (!whole.empty) {
    const Outcome again = mend({whole.json});
    fuzz::expect(again.json == whole.json && again.repairs.empty(), "what is mended is whole");
  }
  return 0;
}
