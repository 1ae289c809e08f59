#pragma once

// Servers of credentials, without a network: a function gives the answers.

#include <functional>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "instructor/transport.hpp"

namespace instructor::support {

struct Canned {
  int status = 200;
  std::string body;
};

/// Answers with what a function says, which may throw, and keeps the requests. Safe from many threads if the function
/// is.
class AnsweringTransport final : public Transport {
 public:
  explicit AnsweringTransport(std::function<Canned(const HttpRequest&)> answer) : answer_(std::move(answer)) {}

  void send(const HttpRequest& request, HttpSink& sink) override {
    {
      const std::lock_guard lock(mutex_);
      requests_.push_back(request);
    }
    const Canned canned = answer_(request);
    sink.head({canned.status, {}});
    sink.body(canned.body);
  }

  std::vector<HttpRequest> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

 private:
  std::function<Canned(const HttpRequest&)> answer_;
  mutable std::mutex mutex_;
  std::vector<HttpRequest> requests_;
};

/// The value of a header, with its name as it was given; empty without one.
inline std::string header_of(const HttpRequest& request, std::string_view name) {
  for (const HttpHeader& header : request.headers)
    if (header.name == name) return header.value;
  return {};
}

}  // namespace instructor::support
