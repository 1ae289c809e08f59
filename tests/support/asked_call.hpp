#pragma once

// A call as the engine makes it, and what a protocol makes of it: User{name, age}, asked of the model "m".

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "engine/backend.hpp"
#include "instructor/json.hpp"
#include "instructor/message.hpp"
#include "instructor/request.hpp"
#include "protocol/protocol.hpp"

namespace instructor {

inline constexpr std::string_view user_schema =
    R"({"type":"object","properties":{"name":{"type":"string"},"age":{"type":"integer"}},"required":["name","age"]})";

struct AskedCall {
  explicit AskedCall(std::vector<Message> said = {Message::user("Jason is 25")}) : messages(std::move(said)) {
    call.model = "m";
    call.output = {"User", "A person", user_schema, false};
  }

  AskedCall& with_tool(ToolChoice choice = ToolChoice::the_one) {
    call.tools.push_back(call.output);
    call.choice = choice;
    return *this;
  }

  AskedCall& with_format(TextFormat format) {
    call.format = format;
    return *this;
  }

  AskedCall& extra(const Json& object) {
    Request request;
    options.extra = request.extra(object).options().extra;
    return *this;
  }

  /// The body as text. Throws what the protocol throws.
  std::string body(const Protocol& protocol, const WireSettings& settings = {}) {
    call.messages.clear();
    for (const Message& message : messages) call.messages.push_back(&message);
    call.options = &options;
    std::string text;
    protocol.encode(call, settings, text);
    return text;
  }

  Json json(const Protocol& protocol, const WireSettings& settings = {}) {
    return Json::parse(body(protocol, settings));
  }

  std::vector<Message> messages;
  CallOptions options;
  Call call;
};

/// A stream, event by event.
struct ReadEvents {
  explicit ReadEvents(const Protocol& protocol) : reader(protocol.event_reader()) {}

  /// What the event adds: `text`, or `number:arguments`.
  std::vector<std::string> read(std::string_view name, std::string_view data) {
    std::vector<Delta> deltas;
    more = reader->read({name, data}, reply, deltas);
    std::vector<std::string> told;
    for (const Delta& delta : deltas)
      told.push_back((delta.kind == Delta::Kind::text ? "" : std::to_string(delta.call) + ":") +
                     std::string(delta.text));
    return told;
  }

  const Reply& finish() {
    reader->finish(reply);
    return reply;
  }

  std::unique_ptr<EventReader> reader;
  Reply reply;
  bool more = true;
};

using Told = std::vector<std::string>;

}  // namespace instructor
