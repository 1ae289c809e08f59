#pragma once

// The protocols whose readers are fuzzed, and what must hold for every reply that they give.

#include <array>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "fuzz.hpp"
#include "instructor/codec.hpp"
#include "instructor/json.hpp"
#include "protocol/protocol.hpp"

namespace fuzz {

inline std::array<const instructor::Protocol*, 2> protocols() {
  return {&instructor::openai_chat_protocol(), &instructor::anthropic_messages_protocol()};
}

/// A reply can be shown to the model again, and its calls be answered.
inline void expect_taken_back(const instructor::Protocol& protocol, const instructor::Reply& reply) {
  using namespace instructor;
  std::vector<Message> messages{Message::user("a"), Message::assistant(reply.text, reply.tool_calls)};
  messages[1].native = reply.native;
  for (const ToolCall& call : reply.tool_calls) {
    expect(!call.id.empty(), "a call has an id");
    messages.push_back(Message::tool(call.id, call.name, "b"));
  }
  const CallOptions options;
  Call call;
  call.model = "m";
  call.output.name = "Answer";
  call.options = &options;
  for (const Message& message : messages) call.messages.push_back(&message);
  std::string body;
  protocol.encode(call, WireSettings(), body);
  DecodeOptions any;
  any.max_depth = 1000;
  any.last_duplicate_wins = true;
  any.max_values = 100'000'000;
  expect(decode<Json>(body, any).has_value(), "a request is JSON");
}

}  // namespace fuzz
