#pragma once

// What a provider would answer.

#include <string>
#include <string_view>
#include <vector>

#include <instructor/transport.hpp>

namespace bench {

/// An OpenAI chat completion in which the model calls `tool` with these arguments.
std::string tool_call_reply(std::string_view tool, std::string_view arguments);

/// The same as the events of a stream, each with `step` bytes of the arguments.
std::vector<std::string> tool_call_events(std::string_view tool, std::string_view arguments, std::size_t step);

/// The response that brings these events, each in a chunk of its own as from a real endpoint.
std::string event_response(const std::vector<std::string>& events);

/// A transport that has the answer ready.
class ReadyTransport final : public instructor::Transport {
 public:
  explicit ReadyTransport(std::string body);
  void send(const instructor::HttpRequest& request, instructor::HttpSink& sink) override;

 private:
  std::string body_;
};

}  // namespace bench
