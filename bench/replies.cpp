#include "replies.hpp"

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

ReadyTransport::ReadyTransport(std::string body) : body_(std::move(body)) {}

void ReadyTransport::send(const instructor::HttpRequest&, instructor::HttpSink& sink) {
  instructor::HttpHead head;
  head.status = 200;
  head.headers.push_back({"content-type", "application/json"});
  sink.head(std::move(head));
  sink.body(body_);
}

}  // namespace bench
