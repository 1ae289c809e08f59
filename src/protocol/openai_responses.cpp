// OpenAI's Responses, which Azure, xAI, Groq, OpenRouter and many servers speak too.
//
// Requests are written straight to text. What replies hold is in openai_responses_wire.hpp, streams are read in
// openai_responses_stream.cpp.
//
// The protocol has no parameters for `seed` and `stop`: they are not sent.

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "instructor/codec.hpp"
#include "instructor/json.hpp"
#include "json/writer.hpp"
#include "protocol/error_body.hpp"
#include "protocol/extra_options.hpp"
#include "protocol/openai_responses_wire.hpp"
#include "protocol/protocol.hpp"

namespace instructor {

namespace {

using namespace openai_responses;

// ---- what a request says -----------------------------------------------------------------------------------------

constexpr std::array<std::string_view, 5> own_keys{"model", "input", "tools", "tool_choice", "stream"};
constexpr std::array<std::string_view, 1> merged_keys{"text"};

/// The provider refuses other names than 1 to 64 of a-z, A-Z, 0-9, _ and -, also those that its model made up.
std::string called_name(const ToolCall& call, std::string_view tool) {
  return std::string(call.name.empty() ? tool : detail::SafeName<>(call.name).view());
}

/// Ids have 1 to 64 characters. Those of other providers may have more; a call and its answer get the same.
std::string call_id(std::string_view id) {
  constexpr std::size_t longest = 64;
  if (!id.empty() && id.size() <= longest) return std::string(id);
  std::uint64_t hash = 0xcbf29ce484222325;  // FNV-1a
  for (const char c : id) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return "call_" + std::to_string(hash);
}

/// Writes the items of a conversation.
class Input {
 public:
  Input(json::Writer& out, const Call& call, const WireSettings& settings)
      : out_(out), settings_(settings), tool_(call.output.name) {}

  void write(const Message& message) {
    switch (message.role) {
      case Role::system: write_text(settings_.system_role, message.content); break;
      case Role::user: write_text("user", message.content); break;
      case Role::assistant: write_assistant(message); break;
      case Role::tool: write_result(message); break;
    }
  }

 private:
  void write_text(std::string_view role, std::string_view text) {
    out_.begin_object();
    out_.key("type").string("message");
    out_.key("role").string(role);
    out_.key("content").string(text);
    out_.end_object();
  }

  void write_assistant(const Message& message) {
    if (write_native(message.native)) return;
    if (!message.content.empty() || message.tool_calls.empty()) write_text("assistant", message.content);
    for (const ToolCall& call : message.tool_calls) {
      out_.begin_object();
      out_.key("type").string("function_call");
      out_.key("call_id").string(call_id(call.id));
      out_.key("name").string(called_name(call, tool_));
      out_.key("arguments").string(call.arguments);
      out_.end_object();
    }
  }

  bool write_native(const NativeTurn& native) {
    std::string_view items = native.json;
    if (native.protocol != protocol_name || items.size() <= 2 || items.front() != '[' || items.back() != ']')
      return false;
    if (items.find("\"custom_tool_call\"") != std::string_view::npos) remember_custom_calls(items);
    items.remove_prefix(1);
    items.remove_suffix(1);
    out_.raw(items);
    return true;
  }

  /// What custom tools give back is an item of its own kind.
  void remember_custom_calls(std::string_view items) {
    const std::expected<Json, Issues> turn = decode<Json>(items);
    if (!turn || !turn->is_array()) return;
    for (const Json& item : *turn)
      if (text_at(item, "type") == "custom_tool_call") custom_calls_.emplace_back(text_at(item, "call_id"));
  }

  void write_result(const Message& message) {
    const bool custom = std::ranges::find(custom_calls_, message.tool_call_id) != custom_calls_.end();
    out_.begin_object();
    out_.key("type").string(custom ? "custom_tool_call_output" : "function_call_output");
    out_.key("call_id").string(call_id(message.tool_call_id));
    out_.key("output").string(message.content);
    out_.end_object();
  }

  json::Writer& out_;
  const WireSettings& settings_;
  std::string_view tool_;
  std::vector<std::string> custom_calls_;
};

void write_tools(json::Writer& out, const Call& call, const WireSettings& settings, const ExtraOptions& extra) {
  if (call.tools.empty() && call.provider_tools.empty()) return;
  out.key("tools").begin_array();
  for (const OutputSpec& tool : call.tools) {
    out.begin_object();
    out.key("type").string("function");
    out.key("name").string(tool.name);
    if (!tool.description.empty()) out.key("description").string(tool.description);
    out.key("parameters").raw(tool.schema);
    // Left out it would mean true: the schema would be made strict over there.
    out.key("strict").boolean(tool.strict && settings.strict_tools);
    out.end_object();
  }
  for (const std::string_view tool : call.provider_tools) out.raw(tool);
  out.end_array();
  const bool one = call.choice == ToolChoice::the_one && !call.tools.empty();
  if (one && !extra.has("parallel_tool_calls")) out.key("parallel_tool_calls").boolean(false);
  if (one && settings.names_tool) {
    out.key("tool_choice").begin_object();
    out.key("type").string("function");
    out.key("name").string(call.tools.front().name);
    out.end_object();
  } else if (!settings.any_tool.empty()) {
    out.key("tool_choice").string(call.choice == ToolChoice::free ? "auto" : settings.any_tool);
  }
}

void write_format(json::Writer& out, const Call& call) {
  const OutputSpec& output = call.output;
  out.key("format").begin_object();
  if (call.format == TextFormat::json_object) {
    out.key("type").string("json_object");
  } else {
    out.key("type").string("json_schema");
    out.key("name").string(output.name);
    if (!output.description.empty()) out.key("description").string(output.description);
    out.key("schema").raw(output.schema);
    out.key("strict").boolean(output.strict);
  }
  out.end_object();
}

/// What the text must be, beside what the caller says of it: its verbosity.
void write_text_options(json::Writer& out, const Call& call, const ExtraOptions& extra) {
  const std::string* const given = extra.find("text");
  if (given == nullptr && call.format == TextFormat::free) return;
  const std::expected<Json, Issues> text = given == nullptr ? Json::object() : decode<Json>(*given);
  if (!text || !text->is_object())
    throw Error(ErrorCode::invalid_request, "Request::extra: \"text\" has to be an object");
  if (text->contains("format"))
    throw Error(ErrorCode::invalid_request, "Request::extra: \"text.format\" is written by the library itself");
  out.key("text").begin_object();
  if (call.format != TextFormat::free) write_format(out, call);
  for (const auto& [key, value] : text->items()) out.escaped_key(key).raw(encode(value));
  out.end_object();
}

/// What `extra` says stands instead of what the option of that name says.
void write_options(json::Writer& out, const CallOptions& options, const WireSettings& settings,
                   const ExtraOptions& extra) {
  const std::int64_t max_tokens = options.max_tokens.value_or(settings.default_max_tokens);
  if (options.temperature && !extra.has("temperature")) out.key("temperature").number(*options.temperature);
  if (options.top_p && !extra.has("top_p")) out.key("top_p").number(*options.top_p);
  if (max_tokens > 0 && !extra.has("max_output_tokens")) out.key("max_output_tokens").integer(max_tokens);
  extra.write_except(out, merged_keys);
}

class OpenAiResponses final : public Protocol {
 public:
  std::string_view name() const override { return protocol_name; }

  /// Azure serves it below /openai/v1 alone, where no version is said:
  /// learn.microsoft.com/azure/ai-foundry/openai/api-version-lifecycle, read 2026-11.
  std::string path(const Call& call, const WireSettings& settings) const override {
    static_cast<void>(call);
    return settings.api_version.empty() ? "/responses" : "/openai/v1/responses";
  }

  void encode(const Call& call, const WireSettings& settings, std::string& body) const override {
    std::size_t size = call.output.schema.size() + 512;
    for (const Message* message : call.messages) size += message->content.size() + message->native.json.size() + 64;
    body.reserve(size);
    const ExtraOptions extra(*call.options, own_keys);
    json::Writer out(body);
    out.begin_object();
    out.key("model").string(call.model);
    out.key("input").begin_array();
    Input input(out, call, settings);
    for (const Message* message : call.messages) input.write(*message);
    out.end_array();
    write_options(out, *call.options, settings, extra);
    write_tools(out, call, settings, extra);
    write_text_options(out, call, extra);
    if (call.stream) out.key("stream").boolean(true);
    out.end_object();
  }

  std::unique_ptr<EventReader> event_reader() const override { return openai_responses::event_reader(); }

  Reply decode(std::string body) const override {
    WireResponse wire;
    Issues issues;
    if (!detail::decode_value(type_of<WireResponse>(), &wire, body, lenient(), issues)) check_readable(issues, body);
    if (!wire.error.is_null()) throw failure(wire.error);
    if (wire.status == "failed") throw failure("the response has failed");
    if (!wire.output.is_array()) throw not_a_reply("the reply has no output", body);

    Reply reply;
    for (const Json& item : wire.output) {
      reply.text += text_of(item);
      if (kind_of(item) == ItemKind::call)
        reply.tool_calls.push_back(
            {std::string(text_at(item, "call_id")), std::string(text_at(item, "name")), arguments_of(item)});
    }
    number_calls(reply);
    take_outcome(wire, reply);
    reply.native = turn_of(wire.output, wire.store, reply);
    reply.raw = std::move(body);
    return reply;
  }

  ErrorDetail decode_error(int status, std::string_view body) const override { return error_from_body(status, body); }
};

}  // namespace

const Protocol& openai_responses_protocol() {
  static const OpenAiResponses protocol;
  return protocol;
}

}  // namespace instructor
