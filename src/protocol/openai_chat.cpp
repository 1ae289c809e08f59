// OpenAI chat completions, which many providers and servers speak.
//
// Requests are written straight to text; replies are read by the library's own decoder into the structs below. They
// name only what is used, and are lenient where servers differ: any member may be missing or null.

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
#include "protocol/protocol.hpp"

namespace instructor {

namespace {

// ---- what a reply holds ------------------------------------------------------------------------------------------

struct WireFunction {
  std::string name;
  Json arguments;  // a string with JSON in it; some servers send the object itself
};

struct WireCustom {  // a tool that takes text as it is
  std::string name;
  std::string input;
};

struct WireToolCall {
  std::string id;
  std::string type;
  WireFunction function;
  WireCustom custom;
};

struct WireReasoningDetail {
  std::string text;
  std::string summary;
};

struct WireMessage {
  Json content;  // a string, null, or a list of parts
  std::string refusal;
  std::vector<WireToolCall> tool_calls;
  std::optional<WireFunction> function_call;           // before tools
  std::string reasoning;                               // OpenRouter, Groq
  std::string reasoning_content;                       // DeepSeek, vLLM, llama.cpp
  std::vector<WireReasoningDetail> reasoning_details;  // Snowflake; OpenRouter beside `reasoning`
};

struct WireChoice {
  WireMessage message;
  std::string finish_reason;
};

struct WireTokenDetails {
  std::int64_t cached_tokens = 0;
  std::int64_t audio_tokens = 0;
  std::int64_t reasoning_tokens = 0;
};

struct WireUsage {
  std::int64_t prompt_tokens = 0;
  std::int64_t completion_tokens = 0;
  std::int64_t total_tokens = 0;
  WireTokenDetails prompt_tokens_details;
  WireTokenDetails completion_tokens_details;
  std::int64_t cached_tokens = 0;            // Moonshot
  std::int64_t num_cached_tokens = 0;        // Mistral
  std::int64_t prompt_cache_hit_tokens = 0;  // DeepSeek
};

struct WireCompletion {
  std::string id;
  std::string model;
  std::vector<WireChoice> choices;
  WireUsage usage;
  Json error;
};

FinishReason finish_reason(std::string_view text) {
  struct Row {
    std::string_view text;
    FinishReason reason;
  };
  constexpr std::array rows{
      Row{"stop", FinishReason::stop},
      Row{"eos", FinishReason::stop},
      Row{"length", FinishReason::length},
      Row{"model_length", FinishReason::length},
      Row{"tool_calls", FinishReason::tool_calls},
      Row{"function_call", FinishReason::tool_calls},
      Row{"content_filter", FinishReason::content_filter},
      Row{"", FinishReason::unknown},
  };
  const auto row = std::ranges::find(rows, text, &Row::text);
  return row == rows.end() ? FinishReason::other : row->reason;
}

/// Appends the text in a content that is a string or a list of parts; thinking parts go to `reasoning`.
void append_text(const Json& content, std::string& text, std::string& reasoning) {
  if (content.is_string()) {
    text += content.get_ref<const std::string&>();
  } else if (content.is_array()) {
    for (const Json& part : content) append_text(part, text, reasoning);
  } else if (content.is_object()) {
    if (const auto part = content.find("text"); part != content.end()) append_text(*part, text, reasoning);
    if (const auto part = content.find("thinking"); part != content.end()) append_text(*part, reasoning, reasoning);
  }
}

bool has_no_text(const Json& arguments) {
  return arguments.is_null() || (arguments.is_string() && arguments.get_ref<const std::string&>().empty());
}

std::string arguments_text(Json& arguments) {
  if (arguments.is_null()) return {};
  return arguments.is_string() ? std::move(arguments.get_ref<std::string&>()) : encode(arguments);
}

/// A count as a provider may mean it; sums of such cannot overflow.
std::int64_t count(std::int64_t wire) { return std::clamp<std::int64_t>(wire, 0, std::int64_t{1} << 50); }

Usage usage_of(const WireUsage& wire) {
  Usage usage;
  usage.input_tokens = count(wire.prompt_tokens);
  usage.output_tokens = count(wire.completion_tokens);
  usage.total_tokens = count(wire.total_tokens);
  if (usage.total_tokens == 0) usage.total_tokens = usage.input_tokens + usage.output_tokens;
  usage.cached_tokens = count(std::max({wire.prompt_tokens_details.cached_tokens, wire.cached_tokens,
                                        wire.num_cached_tokens, wire.prompt_cache_hit_tokens}));
  usage.reasoning_tokens = count(wire.completion_tokens_details.reasoning_tokens);
  const std::int64_t heard = count(wire.prompt_tokens_details.audio_tokens);
  usage.audio_tokens = heard + count(wire.completion_tokens_details.audio_tokens);
  // Reasoning is part of the output and heard audio of the input. Where a provider counts them apart, as xAI and
  // Mistral do, its total tells.
  const std::int64_t apart = usage.total_tokens - usage.input_tokens - usage.output_tokens;
  if (apart > 0 && apart == usage.reasoning_tokens)
    usage.output_tokens += apart;
  else if (apart > 0 && apart == heard)
    usage.input_tokens += apart;
  return usage;
}

// ---- what a request says -----------------------------------------------------------------------------------------

constexpr std::array<std::string_view, 7> own_keys{"model",           "messages", "tools", "tool_choice",
                                                   "response_format", "stream",   "n"};

/// The provider refuses other names than 1 to 64 of a-z, A-Z, 0-9, _ and -, also those that its model made up.
/// https://platform.openai.com/docs/api-reference/chat/create
std::string called_name(const ToolCall& call, std::string_view tool) {
  return std::string(call.name.empty() ? tool : detail::SafeName<>(call.name).view());
}

void write_message(json::Writer& out, const Message& message, std::string_view tool) {
  out.begin_object();
  out.key("role").string(to_string(message.role));
  if (message.role == Role::tool) out.key("tool_call_id").string(message.tool_call_id);
  out.key("content");
  if (message.content.empty() && !message.tool_calls.empty())
    out.null();
  else
    out.string(message.content);
  if (!message.tool_calls.empty()) {
    out.key("tool_calls").begin_array();
    for (const ToolCall& call : message.tool_calls) {
      out.begin_object();
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

void write_extra(json::Writer& out, const CallOptions& options) {
  for (auto entry = options.extra.begin(); entry != options.extra.end(); ++entry) {
    const auto& [key, value] = *entry;
    if (std::ranges::find(own_keys, key) != own_keys.end())
      throw Error(ErrorCode::invalid_request, "Request::extra: \"" + key + "\" is written by the library itself");
    const bool replaced = std::any_of(entry + 1, options.extra.end(), [&](const auto& e) { return e.first == key; });
    if (!replaced) out.escaped_key(key).raw(value);
  }
}

/// What `extra` says stands instead of what the option of that name says.
void write_options(json::Writer& out, const CallOptions& options, const ProtocolSettings& settings) {
  const auto wanted = [&](bool set, std::string_view key) {
    return set && std::ranges::none_of(options.extra, [&](const auto& entry) { return entry.first == key; });
  };
  if (wanted(options.temperature.has_value(), "temperature")) out.key("temperature").number(*options.temperature);
  if (wanted(options.top_p.has_value(), "top_p")) out.key("top_p").number(*options.top_p);
  if (wanted(options.max_tokens.has_value(), settings.max_tokens_key))
    out.escaped_key(settings.max_tokens_key).integer(*options.max_tokens);
  if (wanted(options.seed.has_value(), "seed")) out.key("seed").integer(*options.seed);
  if (wanted(!options.stop.empty(), "stop")) {
    out.key("stop").begin_array();
    for (const std::string& text : options.stop) out.string(text);
    out.end_array();
  }
  write_extra(out, options);
}

void write_tool(json::Writer& out, const OutputSpec& output, const ProtocolSettings& settings) {
  out.key("tools").begin_array();
  out.begin_object();
  out.key("type").string("function");
  out.key("function").begin_object();
  out.key("name").string(output.name);
  if (!output.description.empty()) out.key("description").string(output.description);
  out.key("parameters").raw(output.schema);
  if (output.strict && settings.strict_tools) out.key("strict").boolean(true);
  out.end_object();
  out.end_object();
  out.end_array();
  out.key("tool_choice").begin_object();
  out.key("type").string("function");
  out.key("function").begin_object();
  out.key("name").string(output.name);
  out.end_object();
  out.end_object();
}

void write_response_format(json::Writer& out, Mode mode, const OutputSpec& output) {
  out.key("response_format").begin_object();
  if (mode == Mode::json) {
    out.key("type").string("json_object");
  } else {
    out.key("type").string("json_schema");
    out.key("json_schema").begin_object();
    out.key("name").string(output.name);
    if (!output.description.empty()) out.key("description").string(output.description);
    out.key("schema").raw(output.schema);
    if (output.strict) out.key("strict").boolean(true);
    out.end_object();
  }
  out.end_object();
}

class OpenAiChat final : public Protocol {
 public:
  std::string path(const Call&) const override { return "/chat/completions"; }

  void encode(const Call& call, const ProtocolSettings& settings, std::string& body) const override {
    std::size_t size = call.output.schema.size() + 512;
    for (const Message* message : call.messages) size += message->content.size() + 64;
    body.reserve(size);
    json::Writer out(body);
    out.begin_object();
    out.key("model").string(call.model);
    out.key("messages").begin_array();
    for (const Message* message : call.messages) write_message(out, *message, call.output.name);
    out.end_array();
    write_options(out, *call.options, settings);
    switch (call.mode) {
      case Mode::tools: write_tool(out, call.output, settings); break;
      case Mode::json:
      case Mode::json_schema: write_response_format(out, call.mode, call.output); break;
      case Mode::md_json:
      case Mode::automatic: break;
    }
    out.end_object();
  }

  Reply decode(std::string body) const override {
    WireCompletion wire;
    Issues issues;
    DecodeOptions options;
    options.null_is_absent = true;
    options.missing_is_default = true;
    options.last_duplicate_wins = true;
    if (!detail::decode_value(type_of<WireCompletion>(), &wire, body, options, issues)) check_envelope(issues, body);
    if (wire.choices.empty()) {
      if (!wire.error.is_null()) throw Error(error_from_body(200, body));
      throw not_a_reply("the reply has no choices", body);
    }

    Reply reply;
    WireChoice& choice = wire.choices.front();
    reply.id = std::move(wire.id);
    reply.model = std::move(wire.model);
    reply.reasoning = choice.message.reasoning.empty() ? std::move(choice.message.reasoning_content)
                                                       : std::move(choice.message.reasoning);
    if (reply.reasoning.empty())
      for (const WireReasoningDetail& detail : choice.message.reasoning_details)
        reply.reasoning += detail.text + detail.summary;
    append_text(choice.message.content, reply.text, reply.reasoning);
    reply.refusal = std::move(choice.message.refusal);
    reply.finish_reason = finish_reason(choice.finish_reason);
    reply.finish_reason_text = std::move(choice.finish_reason);
    for (WireToolCall& call : choice.message.tool_calls) {
      if (call.type == "custom")
        add_call(reply, std::move(call.id), {std::move(call.custom.name), std::move(call.custom.input)});
      else
        add_call(reply, std::move(call.id), std::move(call.function));
    }
    // Some servers send it always, empty.
    auto& legacy = choice.message.function_call;
    if (legacy && reply.tool_calls.empty() && !(legacy->name.empty() && has_no_text(legacy->arguments)))
      add_call(reply, {}, std::move(*legacy));
    reply.usage = usage_of(wire.usage);
    reply.raw = std::move(body);
    return reply;
  }

  ErrorDetail decode_error(int status, std::string_view body) const override { return error_from_body(status, body); }

 private:
  /// Every call gets an id, so that it can be answered.
  static void add_call(Reply& reply, std::string id, WireFunction function) {
    if (id.empty()) id = "call_" + std::to_string(reply.tool_calls.size() + 1);
    reply.tool_calls.push_back({std::move(id), std::move(function.name), arguments_text(function.arguments)});
  }

  /// A server may deviate in what is not the answer.
  static void check_envelope(const Issues& issues, std::string_view body) {
    for (const Issue& issue : issues) {
      const bool unreadable = issue.code == IssueCode::json_invalid || issue.code == IssueCode::truncated ||
                              issue.code == IssueCode::invalid_utf8 || issue.code == IssueCode::too_deep ||
                              issue.code == IssueCode::too_large || issue.path.empty();
      if (unreadable) throw not_a_reply(issue.text(), body);
      if (issue.path.starts_with("/choices")) throw not_a_reply(issue.path + ": " + issue.text(), body);
    }
  }
};

}  // namespace

const Protocol& openai_chat_protocol() {
  static const OpenAiChat protocol;
  return protocol;
}

}  // namespace instructor
