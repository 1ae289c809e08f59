// The production transport: libcurl, on the calling thread or on the loop's.

#include <functional>
#include <memory>
#include <mutex>
#include <string_view>
#include <utility>

#include "http/curl_blocking.hpp"
#include "http/curl_easy.hpp"
#include "http/curl_loop.hpp"
#include "instructor/error.hpp"
#include "instructor/transport.hpp"
#include "system/forks.hpp"
#include "system/forward_clock.hpp"

namespace instructor {

namespace {

/// A loop that is made when it is needed.
class OwnLoop {
 public:
  std::shared_ptr<curl::Loop> get(const std::shared_ptr<Clock>& clock) {
    const std::lock_guard lock(mutex_);
    if (loop_ == nullptr) loop_ = std::make_shared<curl::Loop>(clock);
    return loop_;
  }

 private:
  std::mutex mutex_;
  std::shared_ptr<curl::Loop> loop_;
};

/// What is started when the program ends.
class LateExchange final : public HttpExchange {
 public:
  const HttpHead& head() override { fail(); }
  std::string_view read() override { fail(); }

 private:
  [[noreturn]] static void fail() {
    throw Error(ErrorCode::cancelled, "the program is ending: no more requests are sent");
  }
};

class CurlTransport final : public Transport {
 public:
  explicit CurlTransport(TransportOptions options) {
    curl::initialise();
    const bool has_own_clock = options.clock != nullptr && options.clock != system_clock();
    options.clock = has_own_clock ? forward_clock(std::move(options.clock)) : system_clock();
    options_ = std::make_shared<const TransportOptions>(std::move(options));
    lines_ = std::make_shared<curl::Lines>(options_);
  }

  void send(const HttpRequest& request, HttpSink& sink) override { curl::send(*lines_, request, sink); }

  std::unique_ptr<HttpExchange> open(HttpRequest request) override { return curl::open(lines_, std::move(request)); }

  std::unique_ptr<HttpExchange> start(HttpRequest request, std::function<void()> wake) override {
    const std::shared_ptr<curl::Loop> loop =
        options_->clock == system_clock() ? curl::shared_loop() : own_loop_.get().get(options_->clock);
    if (loop == nullptr) {
      wake();
      return std::make_unique<LateExchange>();
    }
    return curl::Loop::start(loop, options_, std::move(request), std::move(wake));
  }

 private:
  std::shared_ptr<const TransportOptions> options_;  // with a clock that does not go back
  std::shared_ptr<curl::Lines> lines_;
  PerProcess<OwnLoop> own_loop_;
};

}  // namespace

std::shared_ptr<Transport> http_transport(TransportOptions options) {
  return std::make_shared<CurlTransport>(std::move(options));
}

}  // namespace instructor
