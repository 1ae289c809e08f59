// Ollama's own chat.
//
// A stream has one object in each line, of the same form as a reply that comes whole; calls come whole in both.

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "instructor/codec.hpp"
#include "json/writer.hpp"
#include "protocol/error_body.hpp"
#include "protocol/extra_options.hpp"
#include "protocol/nested_options.hpp"
#include "protocol/protocol.hpp"
#include "protocol/wire_reading.hpp"

namespace instructor {

namespace {

constexpr std::string_view protocol_name = "ollama_chat";

constexpr std::array<std::string_view, 5> own_keys{"model", "messages", "tools", "format", "stream"};
constexpr std::array<std::string_view, 1> nested_keys{"options"};

// ---- what a reply holds ------------------------------------------------------------------------------------------

struct WireFunction {
  std::string name;
  Json arguments;  // an object
};

struct WireToolCall {
  std::string id;  // of newer servers
  WireFunction function;
};

struct WireMessage {
  std::string content;
  std::string thinking;
  std::vector<WireToolCall> tool_calls;
};

struct WireChat {
  std::string model;
  std::optional<WireMessage> message;
  bool done = false;
  std::string done_reason;
  std::int64_t prompt_eval_count = 0;
  std::int64_t eval_count = 0;
  Json error;
};

constexpr std::array<std::string_view, 2> places{"/message", "/done"};

FinishReason finish_reason(std::string_view text) {
  if (text.empty()) return FinishReason::unknown;
  if (text == "stop") return FinishReason::stop;
  return text == "length" ? FinishReason::length : FinishReason::other;
}

WireChat read_chat(std::string_view body) {
  auto wire = wire::read<WireChat>(body, places);
  if (!wire.error.is_null()) throw Error(error_from_body(200, body));
  return wire;
}

/// Adds what a reply or a line of a stream says; all of it but the id of calls that have none.
void take(WireChat& wire, Reply& reply) {
  if (reply.model.empty()) reply.model = std::move(wire.model);
  if (wire.message) {
    reply.text += wire.message->content;
    reply.reasoning += wire.message->thinking;
    for (WireToolCall& call : wire.message->tool_calls) {
      std::string arguments = call.function.arguments.is_null() ? "{}" : wire::arguments_text(call.function.arguments);
      reply.tool_calls.push_back({wire::id_or_number(std::move(call.id), reply.tool_calls.size()),
                                  std::move(call.function.name), std::move(arguments)});
    }
  }
  if (!wire.done_reason.empty()) {
    reply.finish_reason = finish_reason(wire.done_reason);
    reply.finish_reason_text = std::move(wire.done_reason);
  }
  if (wire.prompt_eval_count > 0) reply.usage.input_tokens = wire::count(wire.prompt_eval_count);
  if (wire.eval_count > 0) reply.usage.output_tokens = wire::count(wire.eval_count);
  reply.usage.total_tokens = reply.usage.input_tokens + reply.usage.output_tokens;
}

// ---- what a request says -----------------------------------------------------------------------------------------

void write_calls(json::Writer& out, const std::vector<ToolCall>& calls, std::string_view tool) {
  if (calls.empty()) return;
  out.key("tool_calls").begin_array();
  for (const ToolCall& call : calls) {
    out.begin_object();
    if (!call.id.empty()) out.key("id").string(call.id);
    out.key("function").begin_object();
    out.key("name").string(wire::called_name(call.name, tool));
    out.key("arguments").raw(wire::closed_arguments(call.arguments));
    out.end_object();
    out.end_object();
  }
  out.end_array();
}

/// A turn as it came: with what the model thought, which its template may want to see.
void write_turn(json::Writer& out, std::string_view text, std::string_view thinking, const std::vector<ToolCall>& calls,
                std::string_view tool) {
  out.begin_object();
  out.key("role").string("assistant");
  out.key("content").string(text);
  if (!thinking.empty()) out.key("thinking").string(thinking);
  write_calls(out, calls, tool);
  out.end_object();
}

NativeTurn native_of(const Reply& reply) {
  if (reply.text.empty() && reply.reasoning.empty() && reply.tool_calls.empty()) return {};
  NativeTurn native{std::string(protocol_name), {}};
  json::Writer out(native.json);
  write_turn(out, reply.text, reply.reasoning, reply.tool_calls, "_");
  return native;
}

void write_message(json::Writer& out, const Message& message, std::string_view tool) {
  if (message.role == Role::assistant) {
    if (message.native.protocol == protocol_name && wire::is_object(message.native.json))
      return out.raw(message.native.json);
    return write_turn(out, message.content, {}, message.tool_calls, tool);
  }
  out.begin_object();
  out.key("role").string(to_string(message.role));
  if (message.role == Role::tool) {
    out.key("tool_name").string(wire::called_name(message.name, tool));
    if (!message.tool_call_id.empty()) out.key("tool_call_id").string(message.tool_call_id);
  }
  out.key("content").string(message.content);
  out.end_object();
}

void write_options(json::Writer& out, const CallOptions& said, const ExtraOptions& extra,
                   const WireSettings& settings) {
  NestedOptions options(extra, "options");
  const std::int64_t max_tokens = said.max_tokens.value_or(settings.default_max_tokens);
  if (said.temperature)
    if (json::Writer* const to = options.add(out, "temperature")) to->number(*said.temperature);
  if (said.top_p)
    if (json::Writer* const to = options.add(out, "top_p")) to->number(*said.top_p);
  if (max_tokens > 0)
    if (json::Writer* const to = options.add(out, "num_predict")) to->integer(max_tokens);
  if (said.seed)
    if (json::Writer* const to = options.add(out, "seed")) to->integer(*said.seed);
  if (!said.stop.empty())
    if (json::Writer* const to = options.add(out, "stop")) {
      to->begin_array();
      for (const std::string& text : said.stop) to->string(text);
      to->end_array();
    }
  options.finish(out);
}

void write_tools(json::Writer& out, const Call& call) {
  if (call.tools.empty() && call.provider_tools.empty()) return;
  out.key("tools").begin_array();
  for (const OutputSpec& tool : call.tools) {
    out.begin_object();
    out.key("type").string("function");
    out.key("function").begin_object();
    out.key("name").string(tool.name);
    if (!tool.description.empty()) out.key("description").string(tool.description);
    out.key("parameters").raw(tool.schema);
    out.end_object();
    out.end_object();
  }
  for (const std::string_view tool : call.provider_tools) out.raw(tool);
  out.end_array();
}

class LineReader final : public EventReader {
 public:
  bool read(const StreamEvent& event, Reply& reply, std::vector<Delta>& deltas) override {
    WireChat wire = read_chat(event.data);
    const std::size_t text = reply.text.size();
    const std::size_t calls = reply.tool_calls.size();
    const bool done = wire.done;
    take(wire, reply);
    if (reply.text.size() != text) deltas.push_back({Delta::Kind::text, 0, std::string_view(reply.text).substr(text)});
    for (std::size_t i = calls; i < reply.tool_calls.size(); ++i)
      deltas.push_back({Delta::Kind::arguments, i, reply.tool_calls[i].arguments});
    return !done;
  }

  void finish(Reply& reply) override { reply.native = native_of(reply); }
};

class OllamaChat final : public Protocol {
 public:
  std::string_view name() const override { return protocol_name; }

  std::string path(const Call&, const WireSettings&) const override { return "/api/chat"; }

  void encode(const Call& call, const WireSettings& settings, std::string& body) const override {
    const ExtraOptions extra(*call.options, own_keys);
    json::Writer out(body);
    out.begin_object();
    out.key("model").string(call.model);
    out.key("messages").begin_array();
    for (const Message* const message : call.messages) write_message(out, *message, call.output.name);
    out.end_array();
    write_tools(out, call);
    if (call.format == TextFormat::json_schema)
      out.key("format").raw(call.output.schema);
    else if (call.format == TextFormat::json_object)
      out.key("format").string("json");
    write_options(out, *call.options, extra, settings);
    extra.write_except(out, nested_keys);
    // It streams unless it is told not to.
    out.key("stream").boolean(call.stream);
    out.end_object();
  }

  Framing framing() const override { return Framing::json_lines; }

  std::unique_ptr<EventReader> event_reader() const override { return std::make_unique<LineReader>(); }

  Reply decode(std::string body) const override {
    WireChat wire = read_chat(body);
    if (!wire.message) throw not_a_reply("the reply has no message", body);
    Reply reply;
    take(wire, reply);
    reply.native = native_of(reply);
    reply.raw = std::move(body);
    return reply;
  }

  ErrorDetail decode_error(int status, std::string_view body) const override { return error_from_body(status, body); }

  /// There is no tool choice: https://docs.ollama.com/capabilities/tool-calling
  bool can_force_tools(const CallOptions&) const override { return false; }
};

}  // namespace

const Protocol& ollama_chat_protocol() {
  static const OllamaChat protocol;
  return protocol;
}

}  // namespace instructor
