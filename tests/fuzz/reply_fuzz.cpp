// Bodies of responses: a reply or an Error, whatever a server sends; and what goes back of a reply is something that
// the protocol can write.

#include <set>
#include <string>
#include <vector>

#include "engine/answer.hpp"
#include "fuzz.hpp"
#include "instructor/provider.hpp"
#include "protocol/protocol.hpp"

namespace {

using namespace instructor;

/// All that a provider speaks.
std::set<const Protocol*> protocols() {
  std::set<const Protocol*> all;
  for (const Provider* const provider : all_providers())
    if (const Protocol* const protocol = find_protocol(provider->protocol)) all.insert(protocol);
  return all;
}

/// The next request has the turn in it, with and without results of its calls and tools.
void send_back(const Protocol& protocol, const Reply& reply) {
  Message turn = Message::assistant(reply.text, reply.tool_calls);
  turn.native = reply.native;
  std::vector<Message> messages{Message::user("Hello"), turn};
  for (const ToolCall& call : reply.tool_calls) messages.push_back(Message::tool(call.id, call.name, "done"));
  const CallOptions options;
  Call call;
  call.model = "m";
  call.output = {"Answer", "", R"({"type":"object"})", false};
  call.options = &options;
  for (const bool with_tools : {false, true}) {
    if (with_tools) call.tools.push_back(call.output);
    for (const std::size_t count : {std::size_t{2}, messages.size()}) {
      call.messages.clear();
      for (std::size_t i = 0; i < count; ++i) call.messages.push_back(&messages[i]);
      std::string body;
      protocol.encode(call, {}, body);
      fuzz::expect(body.starts_with('{') && body.ends_with('}'), "a request is an object");
    }
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body = fuzz::text_of(data, size);
  static const std::set<const Protocol*> all = protocols();
  for (const Protocol* const each : all) {
    const Protocol& protocol = *each;
    try {
      const Reply reply = protocol.decode(std::string(body));
      for (const ToolCall& call : reply.tool_calls) fuzz::expect(!call.id.empty(), "each call can be answered");
      send_back(protocol, reply);
    } catch (const Error& error) {
      fuzz::expect(!error.message().empty(), "an error says something");
    }
    for (const int status : {200, 400, 401, 429, 500}) {
      const ErrorDetail detail = protocol.decode_error(status, body);
      fuzz::expect(!detail.message.empty(), "an error says something");
      fuzz::expect(detail.message.size() < 10'000, "and not too much");
    }
  }
  return 0;
}
