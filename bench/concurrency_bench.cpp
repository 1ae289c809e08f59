// What a call costs when thousands of them stream at once: memory, and CPU time against a curl_multi program as one
// would write it by hand for this one purpose.
//
// 5,000 answers of 20 events, an event each 100 ms: no call ends before all have begun. Every result is compared with
// what the server was asked for.

#include <curl/curl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>
#include <nlohmann/json.hpp>

#include <instructor/async.hpp>
#include <instructor/instructor.hpp>

#include "claim.hpp"
#include "rounds.hpp"
#include "stream_server.hpp"

namespace bench {
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Order, id, customer, item, quantity, price, note)
}

namespace {

using namespace bench;

constexpr std::size_t most_calls = 5000;
constexpr std::chrono::milliseconds interval{100};

double process_seconds() { return seconds_on(CLOCK_PROCESS_CPUTIME_ID); }

double resident_bytes() {
  long pages = 0;
  std::FILE* const file = std::fopen("/proc/self/statm", "r");
  if (file == nullptr || std::fscanf(file, "%*d %ld", &pages) != 1) throw std::runtime_error("no /proc/self/statm");
  std::fclose(file);
  return static_cast<double>(pages) * static_cast<double>(sysconf(_SC_PAGESIZE));
}

/// One crowd of calls, as it goes on.
class Gauge {
 public:
  explicit Gauge(std::size_t calls) : calls_(calls) {}

  /// The last field of an answer is arriving. When that is so of all, all are in flight, and have what they need.
  void most_is_there() {
    if (++advanced_ == calls_ && ended_ == 0) resident_ = resident_bytes();
  }
  void ended(bool right) {
    if (right) ++ended_;
  }
  /// Throws when an answer is lost or wrong.
  void check() const {
    if (ended_ != calls_) throw std::runtime_error("an answer was lost or wrong");
    if (resident_ == 0) throw std::runtime_error("a call had ended before the last one was under way");
  }
  double resident() const { return resident_; }

 private:
  std::size_t calls_;
  std::atomic<std::size_t> advanced_ = 0;
  std::atomic<std::size_t> ended_ = 0;
  double resident_ = 0;
};

// ---- with this library -------------------------------------------------------------------------------------------

instructor::Task<void> ask(instructor::Client client, int id, Gauge* gauge) {
  auto stream = client.create_partial_async<Order>(order_prompt(id));
  bool advanced = false;
  while (const instructor::Partial<Order>* partial = co_await stream.next()) {
    if (advanced || (*partial)->note.empty()) continue;
    advanced = true;
    gauge->most_is_there();
  }
  const Order result = co_await stream.result();
  gauge->ended(result == order(id));
}

class Library {
 public:
  explicit Library(const std::string& url)
      : client_(instructor::from_provider("openai/mock",
                                          instructor::ClientOptions().base_url(url + "/v1").api_key("sk-bench"))) {}

  double run(std::size_t calls) const {
    Gauge gauge(calls);
    std::vector<instructor::Task<void>> tasks;
    tasks.reserve(calls);
    for (std::size_t i = 0; i < calls; ++i) tasks.push_back(ask(client_, static_cast<int>(10'000 + i), &gauge));
    instructor::when_all(std::move(tasks)).get();
    gauge.check();
    return gauge.resident();
  }

 private:
  instructor::Client client_;
};

/// The body of the library's request, for the other one to send the same.
class Caught final : public instructor::Transport {
 public:
  void send(const instructor::HttpRequest& request, instructor::HttpSink&) override {
    body = request.body;
    throw instructor::Error(instructor::ErrorCode::transport, "nothing is sent");
  }
  std::string body;
};

std::string request_body() {
  const auto caught = std::make_shared<Caught>();
  const auto client =
      instructor::from_provider("openai/mock", instructor::ClientOptions()
                                                   .api_key("sk-bench")
                                                   .transport(caught)
                                                   .transport_retry(instructor::TransportRetry().max_retries(0)));
  try {
    for (const auto& partial : client.create_partial<Order>(order_prompt(10'000))) static_cast<void>(partial);
  } catch (const instructor::Error&) {  // NOLINT(bugprone-empty-catch): it is the body that is wanted
  }
  if (caught->body.find(order_prompt(10'000)) == std::string::npos) throw std::runtime_error("there was no request");
  return caught->body;
}

// ---- by hand -----------------------------------------------------------------------------------------------------

class ByHand {
 public:
  ByHand(const std::string& url, std::string body)
      : url_(url + "/v1/chat/completions"), body_(std::move(body)), multi_(curl_multi_init()) {
    curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, static_cast<long>(most_calls));
    headers_ = curl_slist_append(headers_, "Content-Type: application/json");
    headers_ = curl_slist_append(headers_, "Authorization: Bearer sk-bench");
    headers_ = curl_slist_append(headers_, "Expect:");
  }
  ~ByHand() {
    curl_multi_cleanup(multi_);
    curl_slist_free_all(headers_);
  }
  ByHand(const ByHand&) = delete;
  ByHand& operator=(const ByHand&) = delete;

  double run(std::size_t calls) {
    Gauge gauge(calls);
    std::vector<std::unique_ptr<Call>> all;
    for (std::size_t i = 0; i < calls; ++i) {
      all.push_back(std::make_unique<Call>(static_cast<int>(10'000 + i), &gauge));
      start(*all.back());
    }
    for (int running = 1; running != 0;) {
      if (curl_multi_perform(multi_, &running) != CURLM_OK) throw std::runtime_error("curl_multi_perform");
      int left = 0;
      while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) finish(*message, gauge);
      if (running != 0) curl_multi_poll(multi_, nullptr, 0, 1000, nullptr);
    }
    gauge.check();
    return gauge.resident();
  }

 private:
  struct Call {
    Call(int number, Gauge* its_gauge) : id(number), gauge(its_gauge) {}
    int id;
    Gauge* gauge;
    bool advanced = false;
    std::string body;
    std::string line;
    std::string arguments;
  };

  void start(Call& call) {
    call.body = body_;
    const std::string other = order_prompt(10'000);
    call.body.replace(call.body.find(other), other.size(), order_prompt(call.id));
    CURL* const easy = curl_easy_init();
    curl_easy_setopt(easy, CURLOPT_URL, url_.c_str());
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers_);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, call.body.c_str());
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, static_cast<long>(call.body.size()));
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &ByHand::on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &call);
    curl_easy_setopt(easy, CURLOPT_PRIVATE, &call);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, 10L);
    curl_multi_add_handle(multi_, easy);
  }

  void finish(const CURLMsg& message, Gauge& gauge) {
    if (message.msg != CURLMSG_DONE) return;
    CURL* const easy = message.easy_handle;
    const CURLcode code = message.data.result;
    Call* call = nullptr;
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &call);
    curl_multi_remove_handle(multi_, easy);
    curl_easy_cleanup(easy);
    if (code != CURLE_OK) throw std::runtime_error(curl_easy_strerror(code));
    gauge.ended(nlohmann::json::parse(call->arguments).get<Order>() == order(call->id));
  }

  static std::size_t on_body(const char* data, std::size_t size, std::size_t count, void* pointer) {
    auto& call = *static_cast<Call*>(pointer);
    std::string_view rest(data, size * count);
    for (std::size_t end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
      call.line += rest.substr(0, end);
      rest.remove_prefix(end + 1);
      event(call);
      call.line.clear();
    }
    call.line += rest;
    return size * count;
  }

  static void event(Call& call) {
    constexpr std::string_view start = "data: ";
    if (!call.line.starts_with(start) || call.line == "data: [DONE]") return;
    const nlohmann::json event = nlohmann::json::parse(std::string_view(call.line).substr(start.size()));
    const auto& choices = event["choices"];
    if (choices.empty()) return;
    const auto& delta = choices[0]["delta"];
    const auto calls = delta.find("tool_calls");
    if (calls == delta.end()) return;
    call.arguments += (*calls)[0]["function"]["arguments"].get_ref<const std::string&>();
    if (call.advanced || call.arguments.find("\"note\":\"") == std::string::npos) return;
    call.advanced = true;
    call.gauge->most_is_there();
  }

  std::string url_;
  std::string body_;
  CURLM* multi_;
  curl_slist* headers_ = nullptr;
};

// ---- the measure -------------------------------------------------------------------------------------------------

/// Set by `main`, before anything that might start a thread.
std::size_t calls = 0;
const StreamServer* server = nullptr;

/// What one crowd needs of memory, in a process that has had none before: what was freed once hides what is needed.
template <class Run>
double memory_per_call(Run run) {
  std::array<int, 2> ends{};
  if (pipe(ends.data()) != 0) throw std::runtime_error("no pipe");
  const pid_t child = fork();
  if (child == 0) {
    double bytes = -1;
    try {
      const double before = resident_bytes();
      bytes = (run() - before) / static_cast<double>(calls);
    } catch (const std::exception& error) {
      std::fprintf(stderr, "%s\n", error.what());
    }
    const bool told = write(ends[1], &bytes, sizeof bytes) == sizeof bytes;
    _exit(told ? 0 : 1);
  }
  double bytes = -1;
  close(ends[1]);
  const bool told = read(ends[0], &bytes, sizeof bytes) == sizeof bytes;
  close(ends[0]);
  waitpid(child, nullptr, 0);
  if (!told || bytes < 0) throw std::runtime_error("the memory of calls could not be measured");
  return bytes;
}

/// CPU time of this process for one call, in seconds.
template <class Run>
auto cpu_per_call(Run run, double& longest) {
  return [run, &longest] {
    const double begin = process_seconds();
    const double wall = wall_seconds();
    run();
    longest = std::max(longest, wall_seconds() - wall);
    return (process_seconds() - begin) / static_cast<double>(calls);
  };
}

double memory_of_library = 0;
double memory_by_hand = 0;

void streams_at_once(benchmark::State& state) {
  const Library library(server->url());
  for (auto _ : state) library.run(calls);
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(calls));
}
BENCHMARK(streams_at_once)->Unit(benchmark::kMillisecond)->Iterations(1)->MeasureProcessCPUTime()->UseRealTime();

void streams_at_once_by_hand(benchmark::State& state) {
  ByHand by_hand(server->url(), request_body());
  for (auto _ : state) by_hand.run(calls);
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(calls));
}
BENCHMARK(streams_at_once_by_hand)
    ->Unit(benchmark::kMillisecond)
    ->Iterations(1)
    ->MeasureProcessCPUTime()
    ->UseRealTime();

std::vector<Claim> measure() {
  const std::string crowd = std::to_string(calls) + " streams at once, ";
  std::vector<Claim> claims;
  claims.push_back(at_most(crowd + "memory of each", 40, memory_of_library / 1024, "KB",
                           "by hand " + std::to_string(static_cast<int>(memory_by_hand / 1024)) + " KB"));
  const Library library(server->url());
  ByHand by_hand(server->url(), request_body());
  double slowest = 0;
  double slowest_by_hand = 0;
  const auto times = in_turns(3, cpu_per_call([&] { library.run(calls); }, slowest),
                              cpu_per_call([&] { by_hand.run(calls); }, slowest_by_hand));
  claims.push_back(at_most(crowd + "CPU time of each vs curl_multi by hand", 1.3, times.ratio(0, 1), "x",
                           readable(times.middle(0)) + " : " + readable(times.middle(1))));
  return claims;
}

}  // namespace

int main(int argc, char** argv) {
  // Two crowds keep their connections, and something is open besides.
  calls = std::min(most_calls, (bench::raise_file_limit() - 200) / 2);
  const bench::StreamServer started({calls, interval});
  server = &started;
  memory_of_library = memory_per_call([] { return Library(server->url()).run(calls); });
  memory_by_hand = memory_per_call([] { return ByHand(server->url(), request_body()).run(calls); });
  return bench::bench_main(argc, argv, measure);
}
