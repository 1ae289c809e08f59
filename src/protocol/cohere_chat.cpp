// Cohere's chat, version 2.
//
// What replies hold is in cohere_chat_wire.hpp, streams are read in cohere_chat_stream.cpp. Requests are written
// straight to text.

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "instructor/codec.hpp"
#include "json/writer.hpp"
#include "protocol/cohere_chat_wire.hpp"
#include "protocol/error_body.hpp"
#include "protocol/extra_options.hpp"
#include "protocol/protocol.hpp"
#include "protocol/tool_pairs.hpp"
#include "protocol/wire_reading.hpp"

namespace instructor {

namespace {

using namespace cohere_chat;

constexpr std::array<std::string_view, 7> own_keys{"model",       "messages",        "tools", "strict_tools",
                                                   "tool_choice", "response_format", "stream"};
constexpr std::array<std::string_view, 1> places{"/message"};

struct WireFunction {
  std::string name;
  Json arguments;  // a text
};

struct WireToolCall {
  std::string id;
  WireFunction function;
};

struct WireMessage {
  Json content;  // a list of parts; a text
  std::string tool_plan;
  std::vector<WireToolCall> tool_calls;
  Json citations;
};

struct WireChat {
  std::string id;
  std::string finish_reason;
  std::optional<WireMessage> message;
  WireUsage usage;
};

struct WireFailure {
  std::string message;
  std::string error;
};

// ---- what a request says -----------------------------------------------------------------------------------------

void write_message(json::Writer& out, std::string_view role, std::string_view content) {
  out.begin_object();
  out.key("role").string(role);
  out.key("content").string(content);
  out.end_object();
}

/// Everything but messages without words, which are refused, and calls and results that have lost each other: those
/// are said in words.
class Messages {
 public:
  Messages(json::Writer& out, const Call& call) : out_(out), tool_(call.output.name), pairs_(call.messages) {
    out_.key("messages").begin_array();
    for (const Message* const message : call.messages) write(*message);
    if (!any_) write_message(out_, "user", "Begin.");
    out_.end_array();
  }

 private:
  void write(const Message& message) {
    if (message.role == Role::assistant) return write_assistant(message);
    if (message.role == Role::tool) return write_result(message);
    if (wire::is_blank(message.content)) return;
    any_ = true;
    write_message(out_, to_string(message.role), message.content);
  }

  void write_result(const Message& message) {
    any_ = true;
    if (!pairs_.answers(message)) return write_message(out_, "user", result_in_words(message));
    out_.begin_object();
    out_.key("role").string("tool");
    out_.key("tool_call_id").string(message.tool_call_id);
    out_.key("content").string(wire::is_blank(message.content) ? "(nothing)" : std::string_view(message.content));
    out_.end_object();
  }

  void write_assistant(const Message& message) {
    const bool whole = pairs_.all_answered(message);
    if (whole && message.native.protocol == protocol_name && wire::is_object(message.native.json)) {
      any_ = true;
      return out_.raw(message.native.json);
    }
    std::string content = message.content;
    for (const ToolCall& call : message.tool_calls)
      if (!pairs_.answered(call)) content += (content.empty() ? "" : "\n") + call_in_words(call);
    const bool calls = std::ranges::any_of(message.tool_calls, [&](const ToolCall& c) { return pairs_.answered(c); });
    if (wire::is_blank(content) && !calls) return;
    any_ = true;
    out_.begin_object();
    out_.key("role").string("assistant");
    if (!wire::is_blank(content)) out_.key("content").string(content);
    if (calls) {
      out_.key("tool_calls").begin_array();
      for (const ToolCall& call : message.tool_calls)
        if (pairs_.answered(call)) write_call(call);
      out_.end_array();
    }
    out_.end_object();
  }

  void write_call(const ToolCall& call) {
    out_.begin_object();
    out_.key("id").string(call.id);
    out_.key("type").string("function");
    out_.key("function").begin_object();
    out_.key("name").string(wire::called_name(call.name, tool_));
    out_.key("arguments").string(wire::arguments_object(call.arguments));
    out_.end_object();
    out_.end_object();
  }

  json::Writer& out_;
  const std::string_view tool_;
  const ToolPairs pairs_;
  bool any_ = false;
};

void write_options(json::Writer& out, const CallOptions& options, const ExtraOptions& extra,
                   const WireSettings& settings) {
  const auto wanted = [&](bool set, std::string_view key) { return set && !extra.has(key); };
  const std::int64_t max_tokens = options.max_tokens.value_or(settings.default_max_tokens);
  if (wanted(options.temperature.has_value(), "temperature")) out.key("temperature").number(*options.temperature);
  // Where others take 0 and 1 for the ends, here they are refused.
  if (wanted(options.top_p.has_value(), "p")) out.key("p").number(std::clamp(*options.top_p, 0.01, 0.99));
  if (wanted(max_tokens > 0, "max_tokens")) out.key("max_tokens").integer(max_tokens);
  if (wanted(options.seed.has_value(), "seed")) out.key("seed").integer(*options.seed);
  if (wanted(!options.stop.empty(), "stop_sequences")) {
    out.key("stop_sequences").begin_array();
    for (const std::string& text : options.stop) out.string(text);
    out.end_array();
  }
  extra.write(out);
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
  // It holds for all of them, and no one of them can be named.
  if (!call.tools.empty() && std::ranges::all_of(call.tools, &OutputSpec::strict))
    out.key("strict_tools").boolean(true);
  if (call.choice != ToolChoice::free) out.key("tool_choice").string("REQUIRED");
}

void write_response_format(json::Writer& out, const Call& call) {
  if (call.format == TextFormat::free) return;
  out.key("response_format").begin_object();
  out.key("type").string("json_object");
  if (call.format == TextFormat::json_schema) out.key("json_schema").raw(call.output.schema);
  out.end_object();
}

// ---- what a reply says -------------------------------------------------------------------------------------------

void take_content(const Json& content, Reply& reply, Turn& turn) {
  const auto take_text = [&](const std::string& text) {
    reply.text += text;
    if (!wire::is_blank(text)) turn.add_part({{"type", "text"}, {"text", text}});
  };
  if (content.is_string()) take_text(content.get<std::string>());
  if (!content.is_array()) return;
  for (const Json& part : content) {
    if (part.is_string()) take_text(part.get<std::string>());
    if (wire::member(part, "text") != nullptr) take_text(wire::text_at(part, "text"));
    if (const std::string thinking = wire::text_at(part, "thinking"); !thinking.empty()) {
      reply.reasoning += thinking;
      turn.add_part({{"type", "thinking"}, {"thinking", thinking}});
    }
  }
}

/// What stands in a body instead of a reply: its message is a text.
void throw_reported(const std::string& body) {
  const auto failure = wire::read<WireFailure>(body, {});
  if (!failure.message.empty() || !failure.error.empty()) throw Error(error_from_body(200, body));
}

WireChat read_chat(const std::string& body) {
  try {
    auto wire = wire::read<WireChat>(body, places);
    if (wire.message) return wire;
  } catch (const Error&) {
    throw_reported(body);
    throw;
  }
  throw_reported(body);
  throw not_a_reply("the reply has no message", body);
}

class CohereChat final : public Protocol {
 public:
  std::string_view name() const override { return protocol_name; }

  std::string path(const Call&, const WireSettings&) const override { return "/v2/chat"; }

  void encode(const Call& call, const WireSettings& settings, std::string& body) const override {
    const ExtraOptions extra(*call.options, own_keys);
    json::Writer out(body);
    out.begin_object();
    out.key("model").string(call.model);
    const Messages messages(out, call);
    write_options(out, *call.options, extra, settings);
    write_tools(out, call);
    write_response_format(out, call);
    if (call.stream) out.key("stream").boolean(true);
    out.end_object();
  }

  std::unique_ptr<EventReader> event_reader() const override { return cohere_chat::event_reader(); }

  Reply decode(std::string body) const override {
    WireChat wire = read_chat(body);
    const WireMessage& message = *wire.message;
    Reply reply;
    Turn turn;
    take_content(message.content, reply, turn);
    reply.reasoning += message.tool_plan;
    turn.add_plan(message.tool_plan);
    for (const WireToolCall& call : message.tool_calls)
      reply.tool_calls.push_back({wire::id_or_number(call.id, reply.tool_calls.size()), call.function.name,
                                  wire::arguments_text(call.function.arguments)});
    if (message.citations.is_array())
      for (const Json& citation : message.citations) turn.add_citation(citation);
    reply.id = std::move(wire.id);
    reply.finish_reason = finish_reason(wire.finish_reason);
    reply.finish_reason_text = std::move(wire.finish_reason);
    reply.usage = usage_of(wire.usage);
    reply.native = turn.with(reply.tool_calls);
    reply.raw = std::move(body);
    return reply;
  }

  ErrorDetail decode_error(int status, std::string_view body) const override { return error_from_body(status, body); }
};

}  // namespace

const Protocol& cohere_chat_protocol() {
  static const CohereChat protocol;
  return protocol;
}

}  // namespace instructor
