#pragma once

// What a provider would answer.

#include <string>
#include <string_view>

#include <instructor/transport.hpp>

namespace bench {

/// An OpenAI chat completion in which the model calls `tool` with these arguments.
std::string tool_call_reply(std::string_view tool, std::string_view arguments);

/// A transport that has the answer ready.
class ReadyTransport final : public instructor::Transport {
 public:
  explicit ReadyTransport(std::string body);
  void send(const instructor::HttpRequest& request, instructor::HttpSink& sink) override;

 private:
  std::string body_;
};

}  // namespace bench
