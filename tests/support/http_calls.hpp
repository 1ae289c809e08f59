#pragma once

// One request made in each way that a transport offers, and what came of it.

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "instructor/error.hpp"
#include "instructor/transport.hpp"

namespace instructor::support {

enum class Way : std::uint8_t { send, open, start };

inline std::string name_of(Way way) { return way == Way::send ? "send" : way == Way::open ? "open" : "start"; }

/// What a test waits for until another thread says so.
class Signal {
 public:
  void set() {
    const std::lock_guard lock(mutex_);
    set_ = true;
    changed_.notify_all();
  }
  void wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return set_; });
    set_ = false;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool set_ = false;
};

struct Outcome {
  std::optional<ErrorCode> failed;  ///< nothing: the whole response arrived
  std::string message;
  HttpHead head;
  std::string body;

  bool says(std::string_view text) const { return message.find(text) != std::string::npos; }
};

inline HttpRequest post_to(const std::string& url, std::string body = "{}") {
  HttpRequest request;
  request.url = url;
  request.headers = {{"Content-Type", "application/json"}, {"Authorization", "Bearer sk-123456"}};
  request.body = std::move(body);
  request.timeout = Duration::of_seconds(60);
  return request;
}

/// An exchange that was started, read by a thread that sleeps until it is woken: nothing here blocks in the exchange.
class Started {
 public:
  Started(Transport& transport, HttpRequest request) : woken_(std::make_shared<Signal>()) {
    exchange_ = transport.start(std::move(request), [woken = woken_] { woken->set(); });
  }
  const HttpHead& head() {
    wait();
    return exchange_->head();
  }
  std::string_view read() {
    wait();
    return exchange_->read();
  }
  HttpExchange& exchange() { return *exchange_; }

 private:
  void wait() {
    while (!exchange_->ready()) woken_->wait();
  }

  std::shared_ptr<Signal> woken_;
  std::unique_ptr<HttpExchange> exchange_;
};

/// Makes a request; `seen` is told how the body grows.
inline Outcome outcome_of(
    Transport& transport, HttpRequest request, Way way,
    const std::function<void(const Outcome&)>& seen = [](const Outcome&) {}) {
  struct Sink final : HttpSink {
    Sink(Outcome& into, const std::function<void(const Outcome&)>& tell) : outcome(into), seen(tell) {}
    void head(HttpHead head) override {
      outcome.head = std::move(head);
      seen(outcome);
    }
    bool body(std::string_view chunk) override {
      outcome.body += chunk;
      seen(outcome);
      return true;
    }
    Outcome& outcome;
    const std::function<void(const Outcome&)>& seen;
  };
  Outcome outcome;
  Sink sink(outcome, seen);
  const auto read_all = [&](auto& exchange) {
    sink.head(exchange.head());
    while (true) {
      const std::string_view piece = exchange.read();
      if (piece.empty()) break;
      sink.body(piece);
    }
  };
  try {
    if (way == Way::send) {
      transport.send(request, sink);
    } else if (way == Way::open) {
      read_all(*transport.open(std::move(request)));
    } else {
      Started started(transport, std::move(request));
      read_all(started);
    }
  } catch (const Error& error) {
    outcome.failed = error.code();
    outcome.message = error.message();
  }
  return outcome;
}

}  // namespace instructor::support
