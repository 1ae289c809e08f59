// What a stream costs: an object that arrives four bytes at a time, looked at after each of them.
//
// In this process alone: from the bytes of server-sent events to the visible field, for a small and a large object, and
// against decoding all that has come so far anew at each piece. Over HTTP: against a libcurl loop that finds each piece
// with memmem and appends it to a string.

#include <curl/curl.h>

#include <cstddef>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>

#include <instructor/instructor.hpp>
#include <instructor/stream.hpp>

#include "claim.hpp"
#include "documents.hpp"
#include "replay_server.hpp"
#include "replies.hpp"
#include "rounds.hpp"

namespace {

using namespace bench;

constexpr std::size_t step = 4;

/// A body that is there already, in pieces of the size of a TLS record.
class ReadyExchange final : public instructor::HttpExchange {
 public:
  explicit ReadyExchange(std::string_view body) : rest_(body) {
    head_.status = 200;
    head_.headers.push_back({"content-type", "text/event-stream"});
  }
  const instructor::HttpHead& head() override { return head_; }
  std::string_view read() override {
    const std::string_view chunk = rest_.substr(0, 16384);
    rest_.remove_prefix(chunk.size());
    return chunk;
  }

 private:
  instructor::HttpHead head_;
  std::string_view rest_;
};

class ReadyStream final : public instructor::Transport {
 public:
  explicit ReadyStream(const std::vector<std::string>& events) : events_(events.size()) {
    for (const std::string& event : events) body_ += event;
  }
  void send(const instructor::HttpRequest&, instructor::HttpSink&) override {
    throw std::runtime_error("only streams are measured here");
  }
  std::unique_ptr<instructor::HttpExchange> open(instructor::HttpRequest) override {
    return std::make_unique<ReadyExchange>(body_);
  }
  std::size_t events() const { return events_; }

 private:
  std::size_t events_;
  std::string body_;
};

/// All of a stream; what is visible is looked at after each piece.
std::size_t look_at_all(const instructor::Client& client) {
  std::size_t seen = 0;
  auto stream = client.create_partial<Inventory>("Count the store.");
  for (const auto& partial : stream) {
    seen += partial->items.size();
    if (!partial->items.empty()) seen += partial->items.back().note.size();
  }
  const Inventory inventory = stream.result();
  if (inventory.items.empty()) throw std::runtime_error("the stream gave nothing");
  return seen;
}

struct InProcess {
  explicit InProcess(std::size_t bytes)
      : text(inventory_text(bytes)),
        transport(std::make_shared<ReadyStream>(tool_call_events("Inventory", text, step))),
        client(instructor::from_provider("openai/mock",
                                         instructor::ClientOptions().api_key("sk-bench").transport(transport))) {}

  std::string text;
  std::shared_ptr<ReadyStream> transport;
  instructor::Client client;
};

/// What every peer does: all of the text so far, again at each piece.
std::size_t parse_prefixes(const std::string& text) {
  std::size_t seen = 0;
  for (std::size_t end = step; end < text.size(); end += step) {
    instructor::PartialDecoder<Inventory> decoder;
    decoder.feed(std::string_view(text).substr(0, end));
    seen += decoder.partial()->items.size();
  }
  return seen;
}

// ---- over HTTP ---------------------------------------------------------------------------------------------------

/// The floor: no JSON is read, no value made.
class FloorLoop {
 public:
  explicit FloorLoop(const std::string& url) : easy_(curl_easy_init()) {
    curl_easy_setopt(easy_, CURLOPT_URL, url.c_str());
    curl_easy_setopt(easy_, CURLOPT_POSTFIELDS, "{}");
    curl_easy_setopt(easy_, CURLOPT_WRITEFUNCTION, &FloorLoop::on_body);
    curl_easy_setopt(easy_, CURLOPT_WRITEDATA, this);
  }
  ~FloorLoop() { curl_easy_cleanup(easy_); }
  FloorLoop(const FloorLoop&) = delete;
  FloorLoop& operator=(const FloorLoop&) = delete;

  const std::string& read() {
    buffer_.clear();
    document_.clear();
    if (const CURLcode code = curl_easy_perform(easy_); code != CURLE_OK)
      throw std::runtime_error(curl_easy_strerror(code));
    return document_;
  }

 private:
  static std::size_t on_body(const char* data, std::size_t size, std::size_t count, void* self) {
    auto& loop = *static_cast<FloorLoop*>(self);
    loop.buffer_.append(data, size * count);
    std::size_t begin = 0;
    for (std::size_t end = loop.buffer_.find('\n'); end != std::string::npos; end = loop.buffer_.find('\n', begin)) {
      loop.line(std::string_view(loop.buffer_).substr(begin, end - begin));
      begin = end + 1;
    }
    loop.buffer_.erase(0, begin);
    return size * count;
  }

  void line(std::string_view line) {
    constexpr std::string_view key = "\"arguments\":\"";
    if (!line.starts_with("data: ")) return;
    const void* const found = memmem(line.data(), line.size(), key.data(), key.size());
    if (found == nullptr) return;
    for (const char* p = static_cast<const char*>(found) + key.size(); *p != '"'; ++p) {
      char c = *p;
      if (c == '\\') c = *++p;
      document_ += c;
    }
  }

  CURL* easy_;
  std::string buffer_;
  std::string document_;
};

/// Started by `main`, before anything that might start a thread.
const ReplayServer* server = nullptr;

double process_seconds() { return seconds_on(CLOCK_PROCESS_CPUTIME_ID); }

template <class Work>
auto once(Work work) {
  return [work = std::move(work)] {
    const double begin = process_seconds();
    work();
    return process_seconds() - begin;
  };
}

void stream_100_kb(benchmark::State& state) {
  const InProcess stream(100'000);
  for (auto _ : state) benchmark::DoNotOptimize(look_at_all(stream.client));
}
BENCHMARK(stream_100_kb)->Unit(benchmark::kMillisecond);

void stream_1_mb(benchmark::State& state) {
  const InProcess stream(1'000'000);
  for (auto _ : state) benchmark::DoNotOptimize(look_at_all(stream.client));
}
BENCHMARK(stream_1_mb)->Unit(benchmark::kMillisecond);

std::vector<Claim> measure() {
  std::vector<Claim> claims;
  const InProcess small(100'000);
  const InProcess large(1'000'000);
  {
    const auto times = in_turns(15, once([&] { benchmark::DoNotOptimize(look_at_all(large.client)); }),
                                once([&] { benchmark::DoNotOptimize(look_at_all(small.client)); }));
    claims.push_back(at_most("stream, CPU time of 1 MB vs 100 KB, 4-byte pieces", 11, times.ratio(0, 1), "x",
                             readable(times.middle(0)) + " : " + readable(times.middle(1))));
    claims.push_back(at_most("stream, from the bytes of an event to the visible field", 1,
                             times.middle(0) * 1e6 / static_cast<double>(large.transport->events()), "us"));
  }
  {
    const InProcess short_one(20'000);
    const auto times = in_turns(5, once([&] { benchmark::DoNotOptimize(parse_prefixes(short_one.text)); }),
                                once([&] { benchmark::DoNotOptimize(look_at_all(short_one.client)); }));
    claims.push_back(at_least("stream of 20 KB vs decoding all so far at each piece, speed", 10, times.ratio(0, 1), "x",
                              readable(times.middle(1)) + " : " + readable(times.middle(0))));
  }
  {
    const auto client = instructor::from_provider(
        "openai/mock", instructor::ClientOptions().base_url(server->url() + "/v1").api_key("sk-bench"));
    FloorLoop floor(server->url() + "/v1/chat/completions");
    floor.read();
    const auto times = in_turns(15, once([&] { benchmark::DoNotOptimize(look_at_all(client)); }),
                                once([&] { benchmark::DoNotOptimize(floor.read().size()); }));
    claims.push_back(at_most("stream of 1 MB over HTTP vs libcurl + memmem, CPU time", 5, times.ratio(0, 1), "x",
                             readable(times.middle(0)) + " : " + readable(times.middle(1))));
  }
  return claims;
}

}  // namespace

int main(int argc, char** argv) {
  const bench::ReplayServer started(
      bench::event_response(bench::tool_call_events("Inventory", bench::inventory_text(1'000'000), step)));
  server = &started;
  return bench::bench_main(argc, argv, measure);
}
