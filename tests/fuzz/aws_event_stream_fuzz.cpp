// AWS's event streams: the same messages however the bytes are cut up, and what was read can be made again. The input
// is also taken for the headers and the payload of a message whose checksums are right, which chance would not find.

#include <algorithm>
#include <string>
#include <vector>

#include "fuzz.hpp"
#include "http/aws_event_stream.hpp"

namespace {

using namespace instructor;

struct Outcome {
  std::vector<std::string> messages;  // made again
  std::string why;

  friend bool operator==(const Outcome&, const Outcome&) = default;
};

Outcome split(const std::vector<std::string_view>& chunks, std::size_t limit) {
  AwsEventSplitter splitter(limit);
  AwsEventMessage message;
  Outcome outcome;
  for (const std::string_view chunk : chunks) {
    const std::vector<char> bytes(chunk.begin(), chunk.end());  // gone before the next
    splitter.feed({bytes.data(), bytes.size()});
    while (splitter.next(message)) {
      outcome.messages.push_back(aws_event_message(message.headers, message.payload));
      fuzz::expect(outcome.messages.back().size() <= limit, "messages are within the limit");
    }
  }
  splitter.finish();
  fuzz::expect(splitter.failed() == !splitter.why().empty(), "a failure says why");
  outcome.why = splitter.why();
  return outcome;
}

void check(std::string_view stream) {
  for (const std::size_t limit : {stream.size(), std::size_t{64}}) {
    const Outcome whole = split({stream}, limit);
    for (std::uint64_t seed = 1; seed <= 2; ++seed)
      fuzz::expect(split(fuzz::chunks_of(stream, seed), limit) == whole,
                   "chunks give the messages that the whole gives");
    std::string again;
    for (const std::string& message : whole.messages) again += message;
    fuzz::expect(stream.starts_with(again), "what was read is what was there");
    fuzz::expect(!whole.why.empty() || again.size() == stream.size(), "nothing is left out silently");
  }
}

std::uint32_t crc32(std::string_view bytes) {
  std::uint32_t crc = ~0u;
  for (const char c : bytes) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ ((crc & 1) != 0 ? 0xEDB88320u : 0u);
  }
  return ~crc;
}

void append(std::string& out, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift & 0xFF);
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  check(text);
  if (text.empty()) return 0;
  const std::string_view body = text.substr(1);
  const std::size_t headers = std::min<std::size_t>(data[0], body.size());
  std::string message;
  append(message, static_cast<std::uint32_t>(body.size() + 16));
  append(message, static_cast<std::uint32_t>(headers));
  append(message, crc32(message));
  message += body;
  append(message, crc32(message));
  check(message + message);
  return 0;
}
