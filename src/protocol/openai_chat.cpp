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
#include "json/escape.hpp"
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
  Json error;  // OpenRouter: the provider behind it failed
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

struct WireGroq {
  WireUsage usage;
};

struct WireCompletion {
  std::string id;
  std::string model;
  std::vector<WireChoice> choices;
  WireUsage usage;
  Json error;
};

// ---- what an event of a stream holds -----------------------------------------------------------------------------

struct WireDeltaCall {
  std::int64_t index = -1;
  std::string id;
  std::string type;
  WireFunction function;
  WireCustom custom;
};

struct WireDelta {
  Json content;
  std::string refusal;
  std::vector<WireDeltaCall> tool_calls;
  std::optional<WireFunction> function_call;
  std::string reasoning;
  std::string reasoning_content;
  std::vector<WireReasoningDetail> reasoning_details;
};

struct WireDeltaChoice {
  std::int64_t index = 0;
  WireDelta delta;
  std::string finish_reason;
  Json error;
};

struct WireChunk {
  std::string id;
  std::string model;
  std::vector<WireDeltaChoice> choices;
  WireUsage usage;
  WireGroq x_groq;
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

/// Some servers send the form before tools always, empty.
bool says_nothing(const WireFunction& legacy) { return legacy.name.empty() && has_no_text(legacy.arguments); }

std::string arguments_text(Json& arguments) {
  if (arguments.is_null()) return {};
  return arguments.is_string() ? std::move(arguments.get_ref<std::string&>()) : encode(arguments);
}

/// A count as a provider may mean it; sums of such cannot overflow.
std::int64_t count(std::int64_t wire) { return std::clamp<std::int64_t>(wire, 0, std::int64_t{1} << 50); }

bool counts_something(const WireUsage& wire) {
  return wire.prompt_tokens != 0 || wire.completion_tokens != 0 || wire.total_tokens != 0;
}

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

constexpr std::array<std::string_view, 8> own_keys{"model",           "messages", "tools",          "tool_choice",
                                                   "response_format", "stream",   "stream_options", "n"};

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

/// Every call gets an id, so that it can be answered.
std::string id_or_number(std::string id, std::size_t calls_before) {
  return id.empty() ? "call_" + std::to_string(calls_before + 1) : std::move(id);
}

/// A server may deviate in what is not the answer.
void check_envelope(const Issues& issues, std::string_view body) {
  for (const Issue& issue : issues) {
    const bool unreadable = issue.code == IssueCode::json_invalid || issue.code == IssueCode::truncated ||
                            issue.code == IssueCode::invalid_utf8 || issue.code == IssueCode::too_deep ||
                            issue.code == IssueCode::too_large || issue.path.empty();
    if (unreadable) throw not_a_reply(issue.text(), body);
    if (issue.path.starts_with("/choices")) throw not_a_reply(issue.path + ": " + issue.text(), body);
  }
}

/// What a choice says instead of an answer.
Error reported_error(const Json& error) { return Error(error_from_body(200, encode(Json{{"error", error}}))); }

constexpr DecodeOptions lenient() {
  DecodeOptions options;
  options.null_is_absent = true;
  options.missing_is_default = true;
  options.last_duplicate_wins = true;
  return options;
}

/// Puts the chunks of a stream together. Only the first choice counts, as in a reply that comes whole.
class ChunkReader final : public EventReader {
 public:
  bool read(std::string_view data, Reply& reply, std::vector<Delta>& deltas) override {
    if (is_like_the_last(data)) {
      deltas.push_back(grown_by(last_, text_.view(), reply));
      return true;
    }
    if (data == "[DONE]") return false;
    const bool begun = !reply.id.empty();
    const std::size_t calls = reply.tool_calls.size();
    const std::size_t besides = reply.reasoning.size() + reply.refusal.size();
    wire_ = {};
    Issues issues;
    if (!detail::decode_value(type_of<WireChunk>(), &wire_, data, options_, issues)) check_envelope(issues, data);
    if (!wire_.error.is_null()) throw Error(error_from_body(200, data));
    if (reply.id.empty()) reply.id = std::move(wire_.id);
    if (reply.model.empty()) reply.model = std::move(wire_.model);
    const WireUsage& usage = counts_something(wire_.usage) ? wire_.usage : wire_.x_groq.usage;
    if (counts_something(usage)) reply.usage = usage_of(usage);
    grown_.clear();
    for (WireDeltaChoice& choice : wire_.choices)
      if (choice.index == 0) take_choice(choice, reply);
    // Only now, since what comes later in an event may move what it has added to before.
    for (const Grown& grown : grown_) {
      const bool text = grown.kind == Delta::Kind::text;
      const std::string_view whole = text ? reply.text : reply.tool_calls[grown.call].arguments;
      deltas.push_back({grown.kind, grown.call, whole.substr(grown.from, grown.size)});
    }
    prefix_.clear();
    // What begins a call, or adds to something else as well, does so each time.
    const bool only_grows =
        calls == reply.tool_calls.size() && besides == reply.reasoning.size() + reply.refusal.size();
    if (begun && grown_.size() == 1 && only_grows) remember(data, deltas.back());
    return true;
  }

  void finish(Reply& reply) override {
    for (std::size_t i = 0; i < reply.tool_calls.size(); ++i)
      reply.tool_calls[i].id = id_or_number(std::move(reply.tool_calls[i].id), i);
  }

 private:
  // Nearly all events of a stream differ from the one before in nothing but the piece of text that they carry: then the
  // rest need not be read again. (Reading all of each cost three quarters of the time of a stream.)

  bool is_like_the_last(std::string_view data) {
    if (prefix_.empty() || data.size() < prefix_.size() + suffix_.size()) return false;
    if (!data.starts_with(prefix_) || !data.ends_with(suffix_)) return false;
    data.remove_prefix(prefix_.size());
    data.remove_suffix(suffix_.size());
    return json::unescape(data, text_);
  }

  static Delta grown_by(const Delta& like, std::string_view text, Reply& reply) {
    std::string& all = like.kind == Delta::Kind::text ? reply.text : reply.tool_calls[like.call].arguments;
    const std::size_t before = all.size();
    all += text;
    return {like.kind, like.call, std::string_view(all).substr(before)};
  }

  /// What stands around the piece, when there is no doubt which part of the event it is.
  void remember(std::string_view data, const Delta& delta) {
    std::string piece = delta.kind == Delta::Kind::text ? "\"content\":" : "\"arguments\":";
    piece += data.find(piece + " ") != std::string_view::npos ? " \"" : "\"";
    const std::size_t key = piece.size();
    piece.append(delta.text).append("\"");
    const std::size_t at = data.find(piece);
    if (delta.text.find_first_of("\"\\") != std::string_view::npos || at == std::string_view::npos ||
        data.find(piece, at + 1) != std::string_view::npos)
      return;
    last_ = {delta.kind, delta.call, {}};
    prefix_ = data.substr(0, at + key);
    suffix_ = data.substr(at + piece.size() - 1);
  }

  /// A delta whose text is not looked at yet.
  struct Grown {
    Delta::Kind kind;
    std::size_t call;
    std::size_t from;
    std::size_t size;
  };

  void take_choice(WireDeltaChoice& choice, Reply& reply) {
    if (!choice.error.is_null()) throw reported_error(choice.error);
    WireDelta& delta = choice.delta;
    const std::size_t before = reply.text.size();
    std::string& reasoning = reply.reasoning;
    reasoning += delta.reasoning.empty() ? delta.reasoning_content : delta.reasoning;
    if (delta.reasoning.empty() && delta.reasoning_content.empty())
      for (const WireReasoningDetail& detail : delta.reasoning_details) reasoning += detail.text + detail.summary;
    append_text(delta.content, reply.text, reasoning);
    if (reply.text.size() != before) grown_.push_back({Delta::Kind::text, 0, before, reply.text.size() - before});
    reply.refusal += delta.refusal;
    for (WireDeltaCall& call : delta.tool_calls) {
      const bool custom = call.type == "custom" || !call.custom.input.empty() || !call.custom.name.empty();
      const std::size_t at = call_for(call, custom ? call.custom.name : call.function.name, reply);
      if (custom)
        add_arguments(at, call.custom.input, reply);
      else
        add_arguments(at, arguments_text(call.function.arguments), reply);
    }
    if (delta.function_call && !says_nothing(*delta.function_call)) take_legacy(*delta.function_call, reply);
    if (!choice.finish_reason.empty()) {
      reply.finish_reason = finish_reason(choice.finish_reason);
      reply.finish_reason_text = std::move(choice.finish_reason);
    }
  }

  /// The call that a piece belongs to: the one with its index and id. Servers without an index say an id where a call
  /// begins; some use one index for all their calls, and then a new id says that another has begun.
  std::size_t call_for(WireDeltaCall& piece, std::string& name, Reply& reply) {
    std::vector<ToolCall>& calls = reply.tool_calls;
    std::size_t at = calls.size();
    if (piece.index >= 0) {
      for (std::size_t i = calls.size(); i-- > 0 && at == calls.size();)
        if (indices_[i] == piece.index) at = i;
    } else if (!piece.id.empty()) {
      for (std::size_t i = 0; i < calls.size(); ++i)
        if (calls[i].id == piece.id) at = i;
    } else if (name.empty() && !calls.empty()) {
      at = calls.size() - 1;
    }
    const bool another = at < calls.size() && !piece.id.empty() && !calls[at].id.empty() && calls[at].id != piece.id;
    if (another) {
      at = calls.size();
      for (std::size_t i = 0; i < calls.size(); ++i)
        if (calls[i].id == piece.id) at = i;
    }
    if (at == calls.size()) begin_call(piece.index, reply);
    if (calls[at].id.empty()) calls[at].id = std::move(piece.id);
    if (calls[at].name.empty()) calls[at].name = std::move(name);
    return at;
  }

  /// The form before tools: one call. Beside tool calls it only repeats them.
  void take_legacy(WireFunction& piece, Reply& reply) {
    if (reply.tool_calls.empty()) {
      begin_call(-1, reply);
      legacy_ = true;
    }
    if (!legacy_) return;
    ToolCall& call = reply.tool_calls.front();
    if (call.name.empty()) call.name = std::move(piece.name);
    add_arguments(0, arguments_text(piece.arguments), reply);
  }

  void begin_call(std::int64_t index, Reply& reply) {
    reply.tool_calls.emplace_back();
    indices_.push_back(index);
  }

  void add_arguments(std::size_t call, std::string_view text, Reply& reply) {
    std::string& arguments = reply.tool_calls[call].arguments;
    if (!text.empty()) grown_.push_back({Delta::Kind::arguments, call, arguments.size(), text.size()});
    arguments += text;
  }

  const DecodeOptions options_ = lenient();
  WireChunk wire_;
  Delta last_;          // the kind and the call of the last piece
  std::string prefix_;  // of the event it came in: what stands before it
  std::string suffix_;  // and after it
  json::Buffer text_;
  std::vector<std::int64_t> indices_;  // of the reply's calls; -1 has none
  std::vector<Grown> grown_;           // by the event that is being read
  bool legacy_ = false;                // the first call came in the form before tools
};

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

  std::unique_ptr<EventReader> event_reader() const override { return std::make_unique<ChunkReader>(); }

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
    auto& legacy = choice.message.function_call;
    if (legacy && reply.tool_calls.empty() && !says_nothing(*legacy)) add_call(reply, {}, std::move(*legacy));
    reply.usage = usage_of(wire.usage);
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
