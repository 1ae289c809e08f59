#include "instructor/request.hpp"

#include <nlohmann/json.hpp>

#include "instructor/codec.hpp"
#include "instructor/error.hpp"

namespace instructor {

Request::Request() = default;
Request::Request(std::string text) { user(std::move(text)); }
Request::Request(const char* text) { user(text); }
Request::Request(std::string_view text) { user(std::string(text)); }
Request::Request(std::vector<Message> messages) : messages_(std::move(messages)) {}
Request::Request(const Request&) = default;
Request::Request(Request&&) noexcept = default;
Request& Request::operator=(const Request&) = default;
Request& Request::operator=(Request&&) noexcept = default;
Request::~Request() = default;

Request& Request::system(std::string text) {
  std::size_t at = 0;
  while (at < messages_.size() && messages_[at].role == Role::system) ++at;
  messages_.insert(messages_.begin() + static_cast<std::ptrdiff_t>(at), Message::system(std::move(text)));
  return *this;
}

Request& Request::user(std::string text) { return message(Message::user(std::move(text))); }

Request& Request::assistant(std::string text) { return message(Message::assistant(std::move(text))); }

Request& Request::message(Message added) {
  messages_.push_back(std::move(added));
  return *this;
}

Request& Request::tool(Tool added) {
  tools_.push_back(std::move(added));
  return *this;
}

Request& Request::provider_tool(const Json& object) {
  if (!object.is_object()) throw Error(ErrorCode::invalid_request, "Request::provider_tool expects a JSON object");
  provider_tools_.push_back(encode(object));
  return *this;
}

Request& Request::model(std::string name) {
  model_ = std::move(name);
  return *this;
}

Request& Request::stop_sequences(std::vector<std::string> texts) {
  options_.stop = std::move(texts);
  return *this;
}

Request& Request::max_retries(int count) {
  if (!retry_) retry_.emplace();
  retry_->max_retries(count);
  return *this;
}

Request& Request::retry(RetryPolicy policy) {
  retry_ = policy;
  return *this;
}

Request& Request::context(Context values) {
  context_ = std::move(values);
  return *this;
}

Request& Request::context(const Json& object) {
  if (!object.is_object())
    throw Error(ErrorCode::invalid_request,
                "Request::context takes a JSON object, not " + std::string(object.type_name()));
  context_ = {};
  for (const auto& [key, value] : object.items()) context_.set(key, value);
  return *this;
}

Request& Request::extra(const Json& object) {
  if (!object.is_object())
    throw Error(ErrorCode::invalid_request,
                "Request::extra takes a JSON object, not " + std::string(object.type_name()));
  for (const auto& [key, value] : object.items()) options_.extra.emplace_back(key, encode(value));
  return *this;
}

}  // namespace instructor
