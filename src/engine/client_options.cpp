#include <utility>

#include "instructor/client.hpp"

namespace instructor {

ClientOptions::ClientOptions() = default;
ClientOptions::ClientOptions(const ClientOptions&) = default;
ClientOptions::ClientOptions(ClientOptions&&) noexcept = default;
ClientOptions& ClientOptions::operator=(const ClientOptions&) = default;
ClientOptions& ClientOptions::operator=(ClientOptions&&) noexcept = default;
ClientOptions::~ClientOptions() = default;

ClientOptions& ClientOptions::api_key(std::string key) {
  api_key_ = std::move(key);
  return *this;
}

ClientOptions& ClientOptions::bearer_token(std::function<std::string()> get) {
  bearer_token_ = std::move(get);
  return *this;
}

ClientOptions& ClientOptions::parameter(std::string name, std::string value) {
  parameters_.emplace_back(std::move(name), std::move(value));
  return *this;
}

ClientOptions& ClientOptions::base_url(std::string url) {
  base_url_ = std::move(url);
  return *this;
}

ClientOptions& ClientOptions::mode(Mode value) {
  mode_ = value;
  return *this;
}

ClientOptions& ClientOptions::header(std::string name, std::string value) {
  headers_.push_back({std::move(name), std::move(value)});
  return *this;
}

ClientOptions& ClientOptions::defaults(Request request) {
  defaults_ = std::move(request);
  return *this;
}

ClientOptions& ClientOptions::retry(RetryPolicy policy) {
  defaults_.retry(policy);
  return *this;
}

ClientOptions& ClientOptions::transport(std::shared_ptr<Transport> value) {
  transport_ = std::move(value);
  return *this;
}

ClientOptions& ClientOptions::http(TransportOptions value) {
  http_ = std::move(value);
  return *this;
}

ClientOptions& ClientOptions::transport_retry(TransportRetry value) {
  transport_retry_ = value;
  return *this;
}

ClientOptions& ClientOptions::rate_limit(RateLimit value) {
  rate_limit_ = value;
  return *this;
}

ClientOptions& ClientOptions::rate_limiter(std::shared_ptr<RateLimiter> value) {
  rate_limiter_ = std::move(value);
  return *this;
}

ClientOptions& ClientOptions::circuit_breaker(CircuitBreaker value) {
  circuit_breaker_ = value;
  return *this;
}

ClientOptions& ClientOptions::hedge(Hedge value) {
  hedge_ = value;
  return *this;
}

ClientOptions& ClientOptions::single_flight(bool value) {
  single_flight_ = value;
  return *this;
}

ClientOptions& ClientOptions::executor(std::function<void(std::function<void()>)> value) {
  executor_ = std::move(value);
  return *this;
}

ClientOptions& ClientOptions::clock(std::shared_ptr<Clock> value) {
  clock_ = std::move(value);
  return *this;
}

}  // namespace instructor
