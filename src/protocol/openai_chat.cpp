// OpenAI chat completions, which many providers and servers speak.
//
// Requests are written straight to text. What replies hold is in openai_chat_wire.hpp, streams are read in
// openai_chat_stream.cpp.

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "instructor/codec.hpp"
#include "instructor/json.hpp"
#include "json/writer.hpp"
#include "protocol/error_body.hpp"
#include "protocol/extra_options.hpp"
#include "protocol/openai_chat_wire.hpp"
#include "protocol/path_segment.hpp"
#include "protocol/protocol.hpp"

namespace instructor {

namespace {

using namespace openai_chat;

// ---- what a request says -----------------------------------------------------------------------------------------

constexpr std::array<std::string_view, 8> own_keys{"model",           "messages", "tools",          "tool_choice",
                                                   "response_format", "stream",   "stream_options", "n"};

/// The provider refuses other names than 1 to 64 of a-z, A-Z, 0-9, _ and -, also those that its model made up.
/// https://platform.openai.com/docs/api-reference/chat/create
std::string called_name(const ToolCall& call, std::string_view tool) {
  return std::string(call.name.empty() ? tool : detail::SafeName<>(call.name).view());
}

void write_message(json::Writer& out, const Message& message, const WireSettings& settings, std::string_view tool) {
  if (message.native.protocol == protocol_name && !message.native.json.empty()) {
    out.raw(message.native.json);
    return;
  }
  out.begin_object();
  out.key("role").string(message.role == Role::system ? settings.system_role : to_string(message.role));
  if (message.role == Role::tool) out.key("tool_call_id").string(message.tool_call_id);
  out.key("content");
  if (message.content.empty() && !message.tool_calls.empty())
    out.null();
  else
    out.string(message.content);
  if (!message.tool_calls.empty()) {
    out.key("tool_calls").begin_array();
    for (std::size_t i = 0; i < message.tool_calls.size(); ++i) {
      const ToolCall& call = message.tool_calls[i];
      out.begin_object();
      if (settings.indexed_calls) out.key("index").integer(static_cast<std::int64_t>(i));
      out.key("id").string(call.id);
      out.key("type").string("function");
      out.key("function").begin_object();
      out.key("name").string(called_name(call, tool));
      out.key("arguments").string(call.arguments);
      out.end_object();
      out.end_object();
    }
    out.end_array();
  }
  out.end_object();
}

/// What `extra` says stands instead of what the option of that name says.
void write_options(json::Writer& out, const CallOptions& options, const WireSettings& settings) {
  const ExtraOptions extra(options, own_keys);
  const auto wanted = [&](bool set, std::string_view key) { return set && !extra.has(key); };
  const std::int64_t max_tokens = options.max_tokens.value_or(settings.default_max_tokens);
  if (wanted(options.temperature.has_value(), "temperature")) out.key("temperature").number(*options.temperature);
  if (wanted(options.top_p.has_value(), "top_p")) out.key("top_p").number(*options.top_p);
  if (wanted(max_tokens > 0, settings.max_tokens_key)) out.escaped_key(settings.max_tokens_key).integer(max_tokens);
  if (wanted(options.seed.has_value(), settings.seed_key)) out.escaped_key(settings.seed_key).integer(*options.seed);
  if (wanted(!options.stop.empty(), "stop")) {
    out.key("stop").begin_array();
    for (const std::string& text : options.stop) out.string(text);
    out.end_array();
  }
  extra.write(out);
}

void write_tools(json::Writer& out, const Call& call, const WireSettings& settings) {
  if (call.tools.empty() && call.provider_tools.empty()) return;
  out.key("tools").begin_array();
  for (const OutputSpec& tool : call.tools) {
    out.begin_object();
    out.key("type").string("function");
    out.key("function").begin_object();
    out.key("name").string(tool.name);
    if (!tool.description.empty()) out.key("description").string(tool.description);
    out.key("parameters").raw(tool.schema);
    if (tool.strict && settings.strict_tools) out.key("strict").boolean(true);
    out.end_object();
    out.end_object();
  }
  for (const std::string_view tool : call.provider_tools) out.raw(tool);
  out.end_array();
  const bool names_one = call.choice == ToolChoice::the_one && settings.names_tool;
  if (!names_one && settings.any_tool.empty()) return;
  out.key("tool_choice");
  if (names_one) {
    out.begin_object();
    out.key("type").string("function");
    out.key("function").begin_object();
    out.key("name").string(call.tools.front().name);
    out.end_object();
    out.end_object();
  } else {
    out.string(call.choice == ToolChoice::free ? "auto" : settings.any_tool);
  }
}

void write_response_format(json::Writer& out, const Call& call, const WireSettings& settings) {
  using Form = WireSettings::SchemaForm;
  const OutputSpec& output = call.output;
  const bool with_schema = call.format == TextFormat::json_schema;
  out.key("response_format").begin_object();
  if (!with_schema || settings.schema_form == Form::json_object) {
    out.key("type").string("json_object");
    if (with_schema) out.key("schema").raw(output.schema);
  } else {
    out.key("type").string("json_schema");
    out.key("json_schema").begin_object();
    if (settings.schema_form == Form::named) {
      out.key("name").string(output.name);
      if (!output.description.empty()) out.key("description").string(output.description);
    }
    out.key("schema").raw(output.schema);
    if (output.strict && settings.schema_form == Form::named) out.key("strict").boolean(true);
    out.end_object();
  }
  out.end_object();
}

class OpenAiChat final : public Protocol {
 public:
  std::string_view name() const override { return protocol_name; }

  std::string path(const Call& call, const WireSettings& settings) const override {
    std::string path(settings.path.empty() ? "/chat/completions" : settings.path);
    constexpr std::string_view place = "{model}";
    if (const std::size_t at = path.find(place); at != std::string::npos)
      path.replace(at, place.size(), path_segment(call.model));
    if (!settings.api_version.empty()) path += "?api-version=" + path_segment(settings.api_version);
    return path;
  }

  void encode(const Call& call, const WireSettings& settings, std::string& body) const override {
    std::size_t size = call.output.schema.size() + 512;
    for (const Message* message : call.messages) size += message->content.size() + message->native.json.size() + 64;
    body.reserve(size);
    json::Writer out(body);
    out.begin_object();
    out.key("model").string(call.model);
    out.key("messages").begin_array();
    for (const Message* message : call.messages) write_message(out, *message, settings, call.output.name);
    out.end_array();
    write_options(out, *call.options, settings);
    write_tools(out, call, settings);
    if (call.format != TextFormat::free) write_response_format(out, call, settings);
    if (call.stream) {
      out.key("stream").boolean(true);
      if (settings.stream_usage) {
        out.key("stream_options").begin_object();
        out.key("include_usage").boolean(true);
        out.end_object();
      }
    }
    out.end_object();
  }

  std::unique_ptr<EventReader> event_reader() const override { return chunk_reader(); }

  Reply decode(std::string body) const override {
    WireCompletion wire;
    Issues issues;
    const DecodeOptions options = lenient();
    if (!detail::decode_value(type_of<WireCompletion>(), &wire, body, options, issues)) check_envelope(issues, body);
    if (wire.choices.empty()) {
      if (!wire.error.is_null()) throw Error(error_from_body(200, body));
      throw not_a_reply("the reply has no choices", body);
    }

    Reply reply;
    WireChoice& choice = wire.choices.front();
    if (!choice.error.is_null()) throw reported_error(choice.error);
    reply.id = std::move(wire.id);
    reply.model = std::move(wire.model);
    WireMessage& message = choice.message;
    Kept kept;
    kept.take(message.reasoning_details, std::move(message.extra_content), message.reasoning_content);
    reply.reasoning = std::move(message.reasoning.empty() ? message.reasoning_content : message.reasoning);
    if (reply.reasoning.empty()) reply.reasoning = details_text(message.reasoning_details);
    append_text(message.content, reply.text, reply.reasoning);
    reply.refusal = std::move(message.refusal);
    reply.finish_reason = finish_reason(choice.finish_reason);
    reply.finish_reason_text = std::move(choice.finish_reason);
    for (WireToolCall& call : message.tool_calls) {
      kept.take_call(reply.tool_calls.size(), std::move(call.extra_content), call.type);
      if (call.type == "custom")
        add_call(reply, std::move(call.id), {std::move(call.custom.name), std::move(call.custom.input)});
      else
        add_call(reply, std::move(call.id), std::move(call.function));
    }
    auto& legacy = message.function_call;
    if (legacy && reply.tool_calls.empty() && !says_nothing(*legacy)) add_call(reply, {}, std::move(*legacy));
    reply.usage = usage_of(wire.usage);
    reply.native = kept.turn(reply, true);
    reply.raw = std::move(body);
    return reply;
  }

  ErrorDetail decode_error(int status, std::string_view body) const override { return error_from_body(status, body); }

 private:
  static void add_call(Reply& reply, std::string id, WireFunction function) {
    reply.tool_calls.push_back({id_or_number(std::move(id), reply.tool_calls.size()), std::move(function.name),
                                arguments_text(function.arguments)});
  }
};

}  // namespace

const Protocol& openai_chat_protocol() {
  static const OpenAiChat protocol;
  return protocol;
}

}  // namespace instructor
