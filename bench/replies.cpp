#include "replies.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include <instructor/codec.hpp>

namespace bench {

std::string tool_call_reply(std::string_view tool, std::string_view arguments) {
  std::string body = R"({"id": "chatcmpl-1", "object": "chat.completion", "created": 1700000000, "model": "mock", )"
                     R"("choices": [{"index": 0, "message": {"role": "assistant", "content": null, "tool_calls": [)"
                     R"({"id": "call_1", "type": "function", "function": {"name": )";
  body += instructor::encode(std::string(tool));
  body += R"(, "arguments": )";
  body += instructor::encode(std::string(arguments));
  body += R"(}}]}, "logprobs": null, "finish_reason": "tool_calls"}], )"
          R"("usage": {"prompt_tokens": 82, "completion_tokens": 17, "total_tokens": 99}})";
  return body;
}

std::vector<std::string> tool_call_events(std::string_view tool, std::string_view arguments, std::size_t step) {
  const std::string head =
      R"(data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1700000000,"model":"mock",)";
  const auto delta = [&](const std::string& text, std::string_view finish) {
    return head + R"("choices":[{"index":0,"delta":{)" + text + R"(},"finish_reason":)" + std::string(finish) +
           "}]}\n\n";
  };
  std::vector<std::string> events;
  events.push_back(
      delta(R"("role":"assistant","content":null,"tool_calls":[{"index":0,"id":"call_1","type":"function",)"
            R"("function":{"name":)" +
                instructor::encode(std::string(tool)) + R"(,"arguments":""}}])",
            "null"));
  for (; !arguments.empty(); arguments.remove_prefix(std::min(step, arguments.size())))
    events.push_back(delta(R"("tool_calls":[{"index":0,"function":{"arguments":)" +
                               instructor::encode(std::string(arguments.substr(0, step))) + "}}]",
                           "null"));
  events.push_back(delta("", "\"tool_calls\""));
  events.push_back(head + R"("choices":[],"usage":{"prompt_tokens":82,"completion_tokens":17,"total_tokens":99}})" +
                   "\n\n");
  events.push_back("data: [DONE]\n\n");
  return events;
}

std::string event_response(const std::vector<std::string>& events) {
  std::string response = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (const std::string& event : events) {
    std::array<char, 16> size{};
    const auto end = std::to_chars(size.data(), size.data() + size.size(), event.size(), 16).ptr;
    response.append(size.data(), end).append("\r\n").append(event).append("\r\n");
  }
  return response + "0\r\n\r\n";
}

ReadyTransport::ReadyTransport(std::string body) : body_(std::move(body)) {}

void ReadyTransport::send(const instructor::HttpRequest&, instructor::HttpSink& sink) {
  instructor::HttpHead head;
  head.status = 200;
  head.headers.push_back({"content-type", "application/json"});
  sink.head(std::move(head));
  sink.body(body_);
}

}  // namespace bench
