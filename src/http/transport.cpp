// What a transport does that only knows whole responses.

#include "instructor/transport.hpp"

#include <string>
#include <utility>

#include "http/workers.hpp"

namespace instructor {

namespace {

class WholeExchange final : public HttpExchange, public HttpSink {
 public:
  const HttpHead& head() override { return head_; }
  std::string_view read() override {
    const std::string_view rest = given_ ? std::string_view() : std::string_view(body_);
    given_ = true;
    return rest;
  }
  void head(HttpHead head) override { head_ = std::move(head); }
  bool body(std::string_view chunk) override {
    body_ += chunk;
    return true;
  }

 private:
  HttpHead head_;
  std::string body_;
  bool given_ = false;
};

}  // namespace

std::unique_ptr<HttpExchange> Transport::open(HttpRequest request) {
  auto exchange = std::make_unique<WholeExchange>();
  const HttpRequest sent = std::move(request);
  send(sent, *exchange);
  return exchange;
}

std::unique_ptr<HttpExchange> Transport::start(HttpRequest request, std::function<void()> wake) {
  return start_on_worker(*this, std::move(request), std::move(wake));
}

std::string_view HttpHead::header(std::string_view name) const {
  for (const HttpHeader& header : headers)
    if (header.name == name) return header.value;
  return {};
}

}  // namespace instructor
