// A blocking `create` on loopback against the same POST by a libcurl loop written by hand, which keeps its handle and
// parses nothing. Same URL, same headers, same body, same server.

#include <curl/curl.h>

#include <cstddef>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include <instructor/instructor.hpp>
#include <instructor/testing.hpp>

#include "claim.hpp"
#include "replay_server.hpp"
#include "replies.hpp"
#include "rounds.hpp"

namespace {

using namespace bench;

struct UserDetail {
  std::string name;
  int age;
};

constexpr const char* prompt = "Jason is 25 years old";

instructor::ClientOptions options_for(const std::string& server) {
  return instructor::ClientOptions().base_url(server + "/v1").api_key("sk-bench");
}

/// What the library sends for the very call that is measured.
instructor::HttpRequest request_of(const std::string& server) {
  auto script = std::make_shared<instructor::testing::ScriptedTransport>(
      std::vector<instructor::testing::ScriptedReply>{R"({"name": "Jason", "age": 25})"});
  instructor::from_provider("openai/mock", options_for(server).transport(script)).create<UserDetail>(prompt);
  return script->requests().at(0);
}

class CurlLoop {
 public:
  explicit CurlLoop(instructor::HttpRequest request) : request_(std::move(request)), easy_(curl_easy_init()) {
    for (const auto& header : request_.headers)
      headers_ = curl_slist_append(headers_, (header.name + ": " + header.value).c_str());
    curl_easy_setopt(easy_, CURLOPT_URL, request_.url.c_str());
    curl_easy_setopt(easy_, CURLOPT_HTTPHEADER, headers_);
    curl_easy_setopt(easy_, CURLOPT_ACCEPT_ENCODING, "");  // as the library does: the header says all that are known
    curl_easy_setopt(easy_, CURLOPT_POSTFIELDS, request_.body.c_str());
    curl_easy_setopt(easy_, CURLOPT_POSTFIELDSIZE, static_cast<long>(request_.body.size()));
    curl_easy_setopt(easy_, CURLOPT_WRITEFUNCTION, &CurlLoop::on_body);
    curl_easy_setopt(easy_, CURLOPT_WRITEDATA, &response_);
  }
  ~CurlLoop() {
    curl_easy_cleanup(easy_);
    curl_slist_free_all(headers_);
  }
  CurlLoop(const CurlLoop&) = delete;
  CurlLoop& operator=(const CurlLoop&) = delete;

  const std::string& post() {
    response_.clear();
    if (const CURLcode code = curl_easy_perform(easy_); code != CURLE_OK)
      throw std::runtime_error(curl_easy_strerror(code));
    return response_;
  }

 private:
  static std::size_t on_body(const char* data, std::size_t size, std::size_t count, void* response) {
    static_cast<std::string*>(response)->append(data, size * count);
    return size * count;
  }

  instructor::HttpRequest request_;
  CURL* easy_;
  curl_slist* headers_ = nullptr;
  std::string response_;
};

/// Started by `main`, before anything that might start a thread.
const ReplayServer* server = nullptr;

void instructor_create(benchmark::State& state) {
  const auto client = instructor::from_provider("openai/mock", options_for(server->url()));
  for (auto _ : state) {
    UserDetail user = client.create<UserDetail>(prompt);
    benchmark::DoNotOptimize(user);
  }
}
BENCHMARK(instructor_create)->UseRealTime();

void libcurl_post(benchmark::State& state) {
  CurlLoop curl(request_of(server->url()));
  for (auto _ : state) benchmark::DoNotOptimize(curl.post().data());
}
BENCHMARK(libcurl_post)->UseRealTime();

/// The median wall time of some calls in a row.
template <class Call>
auto batch(Call call) {
  return [call] {
    std::vector<double> times;
    for (int i = 0; i < 50; ++i) {
      const double begin = wall_seconds();
      call();
      times.push_back(wall_seconds() - begin);
    }
    return median(std::move(times));
  };
}

std::vector<Claim> measure() {
  const auto client = instructor::from_provider("openai/mock", options_for(server->url()));
  CurlLoop curl(request_of(server->url()));
  const UserDetail user = client.create<UserDetail>(prompt);
  if (user.name != "Jason" || user.age != 25) throw std::runtime_error("not the answer that the server gives");

  const auto times = in_turns(201, batch([&] {
                                UserDetail value = client.create<UserDetail>(prompt);
                                benchmark::DoNotOptimize(value);
                              }),
                              batch([&] { benchmark::DoNotOptimize(curl.post().data()); }));
  return {at_most("create on loopback, wall time vs the same POST by libcurl", 1.15, times.ratio(0, 1), "x",
                  readable(times.middle(0)) + " : " + readable(times.middle(1)))};
}

}  // namespace

int main(int argc, char** argv) {
  const bench::ReplayServer started(
      bench::json_response(tool_call_reply("UserDetail", R"({"name": "Jason", "age": 25})")));
  server = &started;
  return bench::bench_main(argc, argv, measure);
}
