// Anthropic's Messages API.
//
// The conversation is written in anthropic_messages_turns.cpp, streams are read in anthropic_messages_stream.cpp; what
// replies hold is in anthropic_messages_wire.hpp.

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "instructor/codec.hpp"
#include "instructor/json.hpp"
#include "json/slice.hpp"
#include "json/writer.hpp"
#include "protocol/anthropic_messages_wire.hpp"
#include "protocol/error_body.hpp"
#include "protocol/extra_options.hpp"
#include "protocol/protocol.hpp"

namespace instructor {

namespace {

using namespace anthropic_messages;

// ---- what a request says -----------------------------------------------------------------------------------------

constexpr std::array<std::string_view, 6> own_keys{"model",       "messages", "tools",
                                                   "tool_choice", "stream",   "output_format"};
/// Members of `extra` that are not written as they are.
constexpr std::array<std::string_view, 3> merged_keys{"system", "output_config", "betas"};

/// Every request must have one.
constexpr std::int64_t longest_answer = 4096;

Error cannot_be(std::string_view key, std::string_view expected) {
  return Error(ErrorCode::invalid_request,
               "Request::extra: \"" + std::string(key) + "\" should be " + std::string(expected));
}

/// A member of `extra`; null where there is none.
Json extra_value(const CallOptions& options, std::string_view key) {
  const std::string* const text = ExtraOptions(options, {}).find(key);
  if (text == nullptr) return nullptr;
  std::expected<Json, Issues> value = decode<Json>(*text, lenient());
  return value ? std::move(*value) : Json();
}

/// The instructions of the messages, after those in `extra`, which may be blocks with options of their own.
void write_system(json::Writer& out, const Call& call) {
  const std::vector<std::string_view> texts = instructions_of(call.messages);
  const Json given = extra_value(*call.options, "system");
  if (!given.is_null() && !given.is_string() && !given.is_array())
    throw cannot_be("system", "a text or a list of text blocks");
  const bool has_text = given.is_string() && !is_blank(given.get_ref<const std::string&>());
  const std::size_t count = texts.size() + (given.is_array() ? given.size() : has_text ? 1 : 0);
  if (count == 0) return;
  out.key("system");
  if (count == 1 && !given.is_array())
    return out.string(has_text ? given.get_ref<const std::string&>() : texts.front());
  out.begin_array();
  if (has_text) write_text_block(out, given.get_ref<const std::string&>());
  if (given.is_array())
    for (const Json& block : given) {
      if (block.is_string())
        write_text_block(out, block.get_ref<const std::string&>());
      else
        out.raw(encode(block));
    }
  for (const std::string_view text : texts) write_text_block(out, text);
  out.end_array();
}

/// What `extra` says stands instead of what the option of that name says. There is no seed.
void write_options(json::Writer& out, const CallOptions& options, const WireSettings& settings) {
  const ExtraOptions extra(options, own_keys);
  const auto wanted = [&](bool set, std::string_view key) { return set && !extra.has(key); };
  const std::int64_t most = settings.default_max_tokens > 0 ? settings.default_max_tokens : longest_answer;
  if (wanted(true, "max_tokens")) out.key("max_tokens").integer(options.max_tokens.value_or(most));
  if (wanted(options.temperature.has_value(), "temperature")) out.key("temperature").number(*options.temperature);
  if (wanted(options.top_p.has_value(), "top_p")) out.key("top_p").number(*options.top_p);
  if (wanted(!options.stop.empty(), "stop_sequences")) {
    out.key("stop_sequences").begin_array();
    for (const std::string& text : options.stop) out.string(text);
    out.end_array();
  }
  extra.write_except(out, merged_keys);
}

void write_tools(json::Writer& out, const Call& call, const WireSettings& settings) {
  if (call.tools.empty() && call.provider_tools.empty()) return;
  out.key("tools").begin_array();
  for (const OutputSpec& tool : call.tools) {
    out.begin_object();
    out.key("name").string(tool.name);
    if (!tool.description.empty()) out.key("description").string(tool.description);
    out.key("input_schema").raw(tool.schema);
    if (tool.strict && settings.strict_tools) out.key("strict").boolean(true);
    out.end_object();
  }
  for (const std::string_view tool : call.provider_tools) out.raw(tool);
  out.end_array();
  out.key("tool_choice").begin_object();
  if (call.choice == ToolChoice::the_one) {
    out.key("type").string("tool");
    out.key("name").string(call.tools.front().name);
    out.key("disable_parallel_tool_use").boolean(true);
  } else {
    out.key("type").string(call.choice == ToolChoice::any ? "any" : "auto");
  }
  out.end_object();
}

/// Structured outputs as they are generally available. (`output_format` with the beta header
/// `structured-outputs-2025-11-13` is what came before; the description of the request has it only for the beta
/// endpoint, and there as deprecated.) https://platform.claude.com/docs/en/build-with-claude/structured-outputs, read
/// 2026-11.
void write_output_config(json::Writer& out, const Call& call) {
  const Json given = extra_value(*call.options, "output_config");
  if (!given.is_null() && !given.is_object()) throw cannot_be("output_config", "an object");
  if (given.contains("format"))
    throw Error(ErrorCode::invalid_request,
                "Request::extra: the \"format\" in \"output_config\" is written by the library itself");
  const bool has_format = call.format == TextFormat::json_schema;
  if (given.is_null() && !has_format) return;
  out.key("output_config").begin_object();
  for (const auto& [key, value] : given.items()) out.escaped_key(key).raw(encode(value));
  if (has_format) {
    out.key("format").begin_object();
    out.key("type").string("json_schema");
    out.key("schema").raw(call.output.schema);
    out.end_object();
  }
  out.end_object();
}

/// The names in `betas`, separated by commas.
std::string beta_names(const Json& betas) {
  std::string names;
  const auto add = [&](const Json& name) {
    if (!name.is_string()) throw cannot_be("betas", "a list of names");
    const std::string& text = name.get_ref<const std::string&>();
    // It becomes a header.
    if (std::ranges::any_of(text, [](char c) { return c <= ' ' || c > '~'; }))
      throw cannot_be("betas", "a list of names without spaces");
    if (!text.empty()) names.append(names.empty() ? "" : ",").append(text);
  };
  if (betas.is_array())
    std::ranges::for_each(betas, add);
  else if (!betas.is_null())
    add(betas);
  return names;
}

bool is_beta_header(const HttpHeader& header) {
  return std::ranges::equal(header.name, std::string_view("anthropic-beta"),
                            [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; });
}

/// A call of a tool among the blocks of a reply.
void take_call(Json& block, std::string_view text, Reply& reply) {
  const std::string id = id_or_number(text_at(block, "id"), reply.tool_calls.size());
  reply.tool_calls.push_back({id, std::string(text_at(block, "name")), arguments_in(text, block)});
  block["id"] = id;
}

void take_blocks(Json& blocks, std::string_view body, Reply& reply) {
  const std::vector<std::string_view> texts = json::item_texts(json::member_text(body, "content"));
  std::size_t number = 0;
  for (Json& block : blocks) {
    const std::string_view text = texts.size() == blocks.size() ? texts[number++] : std::string_view();
    const std::string_view type = text_at(block, "type");
    if (type == "text") reply.text += text_at(block, "text");
    if (type == "thinking") reply.reasoning += text_at(block, "thinking");
    if (type == "tool_use") take_call(block, text, reply);
  }
}

class AnthropicMessages final : public Protocol {
 public:
  std::string_view name() const override { return protocol_name; }

  std::string path(const Call&, const WireSettings&) const override { return "/v1/messages"; }

  void add_headers(const Call& call, std::vector<HttpHeader>& headers) const override {
    const std::string names = beta_names(extra_value(*call.options, "betas"));
    if (names.empty()) return;
    const auto present = std::ranges::find_if(headers, is_beta_header);
    if (present == headers.end())
      headers.push_back({"anthropic-beta", names});
    else
      present->value += "," + names;
  }

  void encode(const Call& call, const WireSettings& settings, std::string& body) const override {
    std::size_t size = call.output.schema.size() + 512;
    for (const Message* message : call.messages) size += message->content.size() + 64;
    body.reserve(size);
    json::Writer out(body);
    out.begin_object();
    out.key("model").string(call.model);
    write_options(out, *call.options, settings);
    write_system(out, call);
    out.key("messages");
    write_turns(out, call.messages, call.output.name);
    write_tools(out, call, settings);
    write_output_config(out, call);
    if (call.stream) out.key("stream").boolean(true);
    out.end_object();
  }

  std::unique_ptr<EventReader> event_reader() const override { return message_reader(); }

  Reply decode(std::string body) const override {
    WireMessage wire;
    Issues issues;
    if (!detail::decode_value(type_of<WireMessage>(), &wire, body, lenient(), issues))
      check_envelope(issues, "/content", body);
    if (!wire.error.is_null()) throw Error(error_from_body(200, body));
    if (!wire.content.is_array()) throw not_a_reply("the reply has no list of content blocks", body);
    Reply reply;
    reply.id = std::move(wire.id);
    reply.model = std::move(wire.model);
    take_blocks(wire.content, body, reply);
    set_end(reply, std::move(wire.stop_reason), wire.stop_details);
    reply.usage = usage_of(wire.usage);
    keep_native(reply, wire.content);
    reply.raw = std::move(body);
    return reply;
  }

  ErrorDetail decode_error(int status, std::string_view body) const override { return error_from_body(status, body); }

  /// https://platform.claude.com/docs/en/build-with-claude/extended-thinking: a model that thinks takes `auto` and
  /// `none` alone.
  bool can_force_tools(const CallOptions& options) const override {
    const Json thinking = extra_value(options, "thinking");
    const std::string_view type = text_at(thinking, "type");
    return type != "enabled" && type != "adaptive";
  }
};

}  // namespace

const Protocol& anthropic_messages_protocol() {
  static const AnthropicMessages protocol;
  return protocol;
}

}  // namespace instructor
