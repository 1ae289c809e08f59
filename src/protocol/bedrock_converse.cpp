// Amazon Bedrock's Converse API: one form for the models of many makers.
//
// What replies hold is in bedrock_converse_wire.hpp, conversations are written in bedrock_converse_messages.cpp,
// streams are read in bedrock_converse_stream.cpp. Requests are written straight to text.

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "instructor/codec.hpp"
#include "json/writer.hpp"
#include "protocol/bedrock_converse_wire.hpp"
#include "protocol/error_body.hpp"
#include "protocol/extra_options.hpp"
#include "protocol/nested_options.hpp"
#include "protocol/path_segment.hpp"
#include "protocol/protocol.hpp"
#include "protocol/wire_reading.hpp"

namespace instructor {

namespace {

using namespace bedrock_converse;

struct WireMessage {
  std::vector<Json> content;  // blocks: objects with one member, which is their kind
};

struct WireOutput {
  WireMessage message;
};

struct WireConversation {
  std::optional<WireOutput> output;
  std::string stop_reason;
  WireUsage usage;
  WireTrace trace;

  static constexpr auto describe() {
    return model<WireConversation>(field<&WireConversation::stop_reason>(alias("stopReason")));
  }
};

constexpr std::array<std::string_view, 3> own_keys{"messages", "system", "toolConfig"};
constexpr std::array<std::string_view, 2> nested_keys{"inferenceConfig", "outputConfig"};
constexpr std::array<std::string_view, 1> places{"/output"};

void write_inference(json::Writer& out, const Call& call, const ExtraOptions& extra, const WireSettings& settings) {
  const CallOptions& options = *call.options;
  NestedOptions inference(extra, "inferenceConfig");
  const std::int64_t max_tokens = options.max_tokens.value_or(settings.default_max_tokens);
  if (max_tokens > 0)
    if (json::Writer* const to = inference.add(out, "maxTokens")) to->integer(max_tokens);
  if (options.temperature)
    if (json::Writer* const to = inference.add(out, "temperature")) to->number(*options.temperature);
  if (options.top_p)
    if (json::Writer* const to = inference.add(out, "topP")) to->number(*options.top_p);
  if (!options.stop.empty())
    if (json::Writer* const to = inference.add(out, "stopSequences")) {
      to->begin_array();
      for (const std::string& text : options.stop) to->string(text);
      to->end_array();
    }
  inference.finish(out);
}

void write_tools(json::Writer& out, const Call& call) {
  if (call.tools.empty() && call.provider_tools.empty()) return;
  out.key("toolConfig").begin_object();
  out.key("tools").begin_array();
  for (const OutputSpec& tool : call.tools) {
    out.begin_object();
    out.key("toolSpec").begin_object();
    out.key("name").string(tool.name);
    if (!wire::is_blank(tool.description)) out.key("description").string(tool.description);
    out.key("inputSchema").begin_object();
    out.key("json").raw(tool.schema);
    out.end_object();
    if (tool.strict) out.key("strict").boolean(true);
    out.end_object();
    out.end_object();
  }
  for (const std::string_view tool : call.provider_tools) out.raw(tool);
  out.end_array();
  // Not to say it means that the model is free, also for those models that refuse the member.
  if (call.choice != ToolChoice::free) {
    out.key("toolChoice").begin_object();
    if (call.choice == ToolChoice::the_one && !call.tools.empty()) {
      out.key("tool").begin_object();
      out.key("name").string(call.tools.front().name);
    } else {
      out.key("any").begin_object();
    }
    out.end_object();
    out.end_object();
  }
  out.end_object();
}

/// The schema goes as text.
/// https://docs.aws.amazon.com/bedrock/latest/userguide/structured-output.html
void write_output(json::Writer& out, const Call& call, const ExtraOptions& extra) {
  NestedOptions output(extra, "outputConfig");
  if (call.format == TextFormat::json_schema) {
    output.reserve("textFormat");
    json::Writer& to = *output.add(out, "textFormat");
    to.begin_object();
    to.key("type").string("json_schema");
    to.key("structure").begin_object();
    to.key("jsonSchema").begin_object();
    to.key("schema").string(call.output.schema);
    to.key("name").string(call.output.name);
    if (!wire::is_blank(call.output.description)) to.key("description").string(call.output.description);
    to.end_object();
    to.end_object();
    to.end_object();
  }
  output.finish(out);
}

void take_block(const Json& block, Reply& reply) {
  using wire::member;
  reply.text += wire::text_at(block, "text");
  if (const Json* const cited = member(block, "citationsContent"))
    if (const Json* const parts = member(*cited, "content"); parts != nullptr && parts->is_array())
      for (const Json& part : *parts) reply.text += wire::text_at(part, "text");
  if (const Json* const reasoning = member(block, "reasoningContent"))
    if (const Json* const said = member(*reasoning, "reasoningText")) reply.reasoning += wire::text_at(*said, "text");
  const Json* const call = member(block, "toolUse");
  if (call == nullptr || is_server_tool(*call)) return;
  const Json* const input = member(*call, "input");
  reply.tool_calls.push_back({wire::id_or_number(wire::text_at(*call, "toolUseId"), reply.tool_calls.size()),
                              wire::text_at(*call, "name"), input == nullptr ? "{}" : wire::arguments_text(*input)});
}

class BedrockConverse final : public Protocol {
 public:
  std::string_view name() const override { return protocol_name; }

  std::string path(const Call& call, const WireSettings&) const override {
    return "/model/" + path_segment(call.model) + (call.stream ? "/converse-stream" : "/converse");
  }

  void encode(const Call& call, const WireSettings& settings, std::string& body) const override {
    const ExtraOptions extra(*call.options, own_keys);
    json::Writer out(body);
    out.begin_object();
    write_conversation(out, call);
    write_inference(out, call, extra, settings);
    write_tools(out, call);
    write_output(out, call, extra);
    extra.write_except(out, nested_keys);
    out.end_object();
  }

  Framing framing() const override { return Framing::aws_event_stream; }

  std::unique_ptr<EventReader> event_reader() const override { return bedrock_converse::event_reader(); }

  Reply decode(std::string body) const override {
    auto wire = wire::read<WireConversation>(body, places);
    if (!wire.output) {
      ErrorDetail said = error_from_body(200, body);
      if (!said.provider_code.empty()) throw Error(std::move(said));
      throw not_a_reply("the reply has no output", body);
    }
    Reply reply;
    Json turn = Json::array();
    for (const Json& block : wire.output->message.content) {
      take_block(block, reply);
      if (Json sent = block_to_send_back(block); !sent.is_null()) turn.push_back(std::move(sent));
    }
    if (!turn.empty()) reply.native = {std::string(protocol_name), instructor::encode(turn)};
    reply.model = std::move(wire.trace.prompt_router.invoked_model_id);
    reply.finish_reason = finish_reason(wire.stop_reason);
    reply.finish_reason_text = std::move(wire.stop_reason);
    reply.usage = usage_of(wire.usage);
    reply.raw = std::move(body);
    return reply;
  }

  /// The name of the error is in a header; here there is only the status. 424 is the model's own failure.
  /// https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html#API_runtime_Converse_Errors
  ErrorDetail decode_error(int status, std::string_view body) const override {
    constexpr int failed_dependency = 424;
    ErrorDetail detail = error_from_body(status, body);
    if (status == failed_dependency && detail.code == ErrorCode::invalid_request) detail.code = ErrorCode::server_error;
    return detail;
  }

  /// Models of Anthropic and others refuse that while they think.
  /// https://docs.aws.amazon.com/bedrock/latest/userguide/claude-messages-extended-thinking.html
  bool can_force_tools(const CallOptions& options) const override {
    const std::string* fields = nullptr;
    for (const auto& [key, value] : options.extra)
      if (key == "additionalModelRequestFields") fields = &value;
    if (fields == nullptr) return true;
    const std::expected<Json, Issues> said = instructor::decode<Json>(*fields, wire::lenient());
    if (!said) return true;
    for (const std::string_view key : {"thinking", "reasoning_config"})
      if (const Json* const thinking = wire::member(*said, key))
        if (const std::string type = wire::text_at(*thinking, "type"); !type.empty() && type != "disabled")
          return false;
    return true;
  }
};

}  // namespace

const Protocol& bedrock_converse_protocol() {
  static const BedrockConverse protocol;
  return protocol;
}

}  // namespace instructor
