// Google's generateContent and streamGenerateContent, of AI Studio and of Vertex AI.
//
// What responses hold is in gemini_wire.hpp, streams are read in gemini_stream.cpp. Two things that other clients send
// unasked are not sent here: safetySettings (the provider's defaults hold unless Request::extra says otherwise), and a
// candidateCount, since only the first candidate counts.

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "instructor/codec.hpp"
#include "instructor/json.hpp"
#include "json/writer.hpp"
#include "protocol/error_body.hpp"
#include "protocol/extra_options.hpp"
#include "protocol/gemini_wire.hpp"
#include "protocol/path_segment.hpp"
#include "protocol/protocol.hpp"
#include "protocol/tool_pairs.hpp"
#include "protocol/wire_reading.hpp"

namespace instructor {

namespace {

using namespace gemini;
using wire::member;
using wire::text_at;

// ---- options -----------------------------------------------------------------------------------------------------

constexpr std::array<std::string_view, 5> own_keys{"model", "contents", "systemInstruction", "system_instruction",
                                                   "tools"};
constexpr std::array<std::string_view, 5> own_config_keys{"responseMimeType", "responseSchema", "responseJsonSchema",
                                                          "_responseJsonSchema", "candidateCount"};

/// Options that other protocols have at the top. Here they are members of generationConfig.
struct ConfigOption {
  std::string_view extra;
  std::string_view key;
};
constexpr std::array config_options{
    ConfigOption{"temperature", "temperature"},
    ConfigOption{"top_p", "topP"},
    ConfigOption{"topP", "topP"},
    ConfigOption{"top_k", "topK"},
    ConfigOption{"topK", "topK"},
    ConfigOption{"max_tokens", "maxOutputTokens"},
    ConfigOption{"maxOutputTokens", "maxOutputTokens"},
    ConfigOption{"stop", "stopSequences"},
    ConfigOption{"stopSequences", "stopSequences"},
    ConfigOption{"seed", "seed"},
    ConfigOption{"presence_penalty", "presencePenalty"},
    ConfigOption{"presencePenalty", "presencePenalty"},
    ConfigOption{"frequency_penalty", "frequencyPenalty"},
    ConfigOption{"frequencyPenalty", "frequencyPenalty"},
    ConfigOption{"thinkingConfig", "thinkingConfig"},
};

/// The service knows each key in two spellings.
std::string camel_case(std::string_view key) {
  std::string out;
  for (std::size_t i = 0; i < key.size(); ++i) {
    const bool lower_follows = i != 0 && i + 1 < key.size() && key[i + 1] >= 'a' && key[i + 1] <= 'z';
    if (key[i] == '_' && lower_follows)
      out += static_cast<char>(key[++i] - 'a' + 'A');
    else
      out += key[i];
  }
  return out;
}

/// The members of an object that the caller adds something to; of two with one key the later counts.
class Members {
 public:
  void set(std::string_view key, std::string json) {
    const auto same = std::ranges::find(members_, key, &Member::first);
    if (same == members_.end())
      members_.emplace_back(key, std::move(json));
    else
      same->second = std::move(json);
  }
  bool has(std::string_view key) const { return std::ranges::find(members_, key, &Member::first) != members_.end(); }
  bool empty() const { return members_.empty(); }
  void write(json::Writer& out) const {
    for (const auto& [key, json] : members_) out.escaped_key(key).raw(json);
  }

 private:
  using Member = std::pair<std::string, std::string>;
  std::vector<Member> members_;
};

/// What Request::extra says, sorted by where it goes.
class Extra {
 public:
  explicit Extra(const CallOptions& options) : extra_(options, own_keys) {
    for (const ConfigOption& option : config_options)
      if (const std::string* const json = find(option.extra)) config_.set(option.key, *json);
    add("generationConfig", "generation_config", config_);
    add("toolConfig", "tool_config", tool_config_);
    for (const std::string_view key : own_config_keys)
      if (config_.has(key)) refuse("generationConfig", key);
    cached_content_ = extra_.has("cachedContent") || extra_.has("cached_content");
  }

  const Members& config() const { return config_; }
  const Members& tool_config() const { return tool_config_; }
  bool has_cached_content() const { return cached_content_; }
  void write_rest(json::Writer& out) const { extra_.write_except(out, placed_); }

  [[noreturn]] static void refuse(std::string_view object, std::string_view key) {
    throw Error(ErrorCode::invalid_request, "Request::extra: \"" + std::string(key) + "\" in " + std::string(object) +
                                                " is written by the library itself");
  }

 private:
  const std::string* find(std::string_view key) {
    const std::string* const json = extra_.find(key);
    if (json != nullptr) placed_.push_back(key);
    return json;
  }

  void add(std::string_view key, std::string_view snake_case, Members& members) {
    for (const std::string_view name : {snake_case, key}) {
      const std::string* const json = find(name);
      if (json == nullptr) continue;
      const std::expected<Json, Issues> object = decode<Json>(*json);
      if (!object || !object->is_object())
        throw Error(ErrorCode::invalid_request, "Request::extra: \"" + std::string(name) + "\" must be an object");
      for (const auto& [member_key, value] : object->items()) members.set(camel_case(member_key), encode(value));
    }
  }

  ExtraOptions extra_;
  std::vector<std::string_view> placed_;
  Members config_;
  Members tool_config_;
  bool cached_content_ = false;
};

// ---- the conversation --------------------------------------------------------------------------------------------

void write_text_part(json::Writer& out, std::string_view text) {
  out.begin_object();
  out.key("text").string(text);
  out.end_object();
}

/// Writes the turns; messages of one role that follow each other are one turn. The service refuses calls without
/// results and results without calls; those are said in words.
class Contents {
 public:
  Contents(json::Writer& out, const Call& call) : out_(out), tool_(call.output.name), pairs_(call.messages) {
    for (std::size_t i = 0; i < call.messages.size(); ++i) {
      const Message& message = *call.messages[i];
      if (message.role == Role::user && !message.content.empty()) last_question_ = i;
    }
  }

  void write(const Message& message, std::size_t number) {
    switch (message.role) {
      case Role::system:
      case Role::user: write_text("user", message.content); break;
      case Role::assistant: write_assistant(message, number); break;
      case Role::tool: write_result(message); break;
    }
  }

  void write_text(std::string_view role, std::string_view text) {
    if (text.empty()) return;  // the service refuses empty parts
    in_turn(role);
    write_text_part(out_, text);
  }

  bool empty() const { return role_.empty(); }

  void finish() {
    // Without any content it is the service that should complain.
    if (empty()) {
      in_turn("user");
      write_text_part(out_, "");
    }
    end_turn();
  }

 private:
  void in_turn(std::string_view role) {
    if (role_ == role) return;
    end_turn();
    role_ = role;
    out_.begin_object();
    out_.key("role").string(role);
    out_.key("parts").begin_array();
  }

  void end_turn() {
    if (role_.empty()) return;
    out_.end_array();
    out_.end_object();
  }

  void write_assistant(const Message& message, std::size_t number) {
    if (message.native.protocol == protocol_name && pairs_.all_answered(message) && write_native(message)) return;
    write_text("model", message.content);
    bool first = true;
    for (const ToolCall& call : message.tool_calls) {
      if (!pairs_.answered(call)) {
        write_text("model", call_in_words(call));
        continue;
      }
      const std::string name = wire::called_name(call.name, tool_);
      called_[call.id] = {name, {}};
      in_turn("model");
      out_.begin_object();
      out_.key("functionCall").begin_object();
      out_.key("name").string(name);
      out_.key("args").raw(wire::arguments_object(call.arguments));
      out_.end_object();
      // Gemini 3 checks the signature of the first call of each step since the last question. For calls that are not
      // its own there is this one, which says so. Source: ai.google.dev/gemini-api/docs/thought-signatures (FAQ), read
      // 2026-11.
      if (std::exchange(first, false) && (!last_question_ || number > *last_question_))
        out_.key("thoughtSignature").string("context_engineering_is_the_way_to_go");
      out_.end_object();
    }
  }

  /// False: there is nothing that could be sent.
  bool write_native(const Message& message) {
    const std::expected<Json, Issues> turn = decode<Json>(message.native.json);
    const Json* const parts = turn ? member(*turn, "parts") : nullptr;
    if (parts == nullptr || !parts->is_array() || parts->empty()) return false;
    std::size_t call = 0;
    for (const Json& part : *parts) {
      in_turn("model");
      out_.raw(encode(part));
      const Json* const function = member(part, "functionCall");
      if (function == nullptr || call == message.tool_calls.size()) continue;
      called_[message.tool_calls[call].id] = {text_at(*function, "name"), text_at(*function, "id")};
      ++call;
    }
    return true;
  }

  void write_result(const Message& message) {
    if (!pairs_.answers(message)) return write_text("user", result_in_words(message));
    const auto called = called_.find(message.tool_call_id);
    in_turn("user");
    out_.begin_object();
    out_.key("functionResponse").begin_object();
    // Results are told apart by order and name. An id is only good where the service gave one; Vertex v1 knows none.
    if (called != called_.end() && !called->second.id.empty()) out_.key("id").string(called->second.id);
    out_.key("name").string(called != called_.end() ? called->second.name : wire::called_name(message.name, tool_));
    out_.key("response").begin_object();
    if (message.is_error)
      out_.key("error").string(message.content);
    else
      out_.key("output").string(message.content);
    out_.end_object();
    out_.end_object();
    out_.end_object();
  }

  /// A call as it was written, by the id that it has here.
  struct Called {
    std::string name;
    std::string id;
  };

  json::Writer& out_;
  std::string_view tool_;
  ToolPairs pairs_;
  std::string_view role_;  // of the turn that is open
  std::optional<std::size_t> last_question_;
  std::map<std::string, Called, std::less<>> called_;
};

/// The system's words have their own place, except where that is not taken: beside cached content, which has its own,
/// and in a conversation of nothing else.
bool has_system_instruction(const Call& call, const Extra& extra) {
  if (extra.has_cached_content()) return false;
  const auto says = [](bool system) {
    return [system](const Message* message) {
      const bool empty = message->content.empty() && message->tool_calls.empty() && message->native.json.empty() &&
                         message->role != Role::tool;
      return !empty && (message->role == Role::system) == system;
    };
  };
  return std::ranges::any_of(call.messages, says(true)) && std::ranges::any_of(call.messages, says(false));
}

void write_conversation(json::Writer& out, const Call& call, const Extra& extra) {
  const bool apart = has_system_instruction(call, extra);
  out.key("contents").begin_array();
  Contents contents(out, call);
  for (std::size_t i = 0; i < call.messages.size(); ++i)
    if (!apart || call.messages[i]->role != Role::system) contents.write(*call.messages[i], i);
  contents.finish();
  out.end_array();
  if (!apart) return;
  out.key("systemInstruction").begin_object();
  out.key("parts").begin_array();
  for (const Message* message : call.messages)
    if (message->role == Role::system && !message->content.empty()) write_text_part(out, message->content);
  out.end_array();
  out.end_object();
}

// ---- tools and format --------------------------------------------------------------------------------------------

void write_tools(json::Writer& out, const Call& call, const WireSettings& settings) {
  if (call.tools.empty() && call.provider_tools.empty()) return;
  out.key("tools").begin_array();
  if (!call.tools.empty()) {
    out.begin_object();
    out.key("functionDeclarations").begin_array();
    for (const OutputSpec& tool : call.tools) {
      out.begin_object();
      out.key("name").string(tool.name);
      out.key("description").string(tool.description);  // mandatory, if empty
      (settings.json_schemas ? out.key("parametersJsonSchema") : out.key("parameters")).raw(tool.schema);
      out.end_object();
    }
    out.end_array();
    out.end_object();
  }
  for (const std::string_view tool : call.provider_tools) out.raw(tool);
  out.end_array();
}

void write_tool_config(json::Writer& out, const Call& call, const Extra& extra) {
  const Members& added = extra.tool_config();
  // Beside cached content these are the caller's: what is cached has its own.
  const bool chooses = !call.tools.empty() && !extra.has_cached_content();
  if (!chooses && added.empty()) return;
  if (chooses && added.has("functionCallingConfig")) Extra::refuse("toolConfig", "functionCallingConfig");
  out.key("toolConfig").begin_object();
  if (chooses) {
    out.key("functionCallingConfig").begin_object();
    out.key("mode").string(call.choice == ToolChoice::free ? "AUTO" : "ANY");
    if (call.choice != ToolChoice::free) {
      out.key("allowedFunctionNames").begin_array();
      for (const OutputSpec& tool : call.tools)
        if (call.choice == ToolChoice::any || &tool == &call.tools.front()) out.string(tool.name);
      out.end_array();
    }
    out.end_object();
  }
  added.write(out);
  out.end_object();
}

void write_generation_config(json::Writer& out, const Call& call, const WireSettings& settings, const Extra& extra) {
  const CallOptions& options = *call.options;
  const Members& added = extra.config();
  const auto wanted = [&](bool set, std::string_view key) { return set && !added.has(key); };
  const std::int64_t max_tokens = options.max_tokens.value_or(settings.default_max_tokens);
  std::string config;
  json::Writer members(config);
  members.begin_object();
  if (wanted(options.temperature.has_value(), "temperature")) members.key("temperature").number(*options.temperature);
  if (wanted(options.top_p.has_value(), "topP")) members.key("topP").number(*options.top_p);
  if (wanted(max_tokens > 0, "maxOutputTokens")) members.key("maxOutputTokens").integer(max_tokens);
  if (wanted(options.seed.has_value(), "seed")) members.key("seed").integer(*options.seed);
  if (wanted(!options.stop.empty(), "stopSequences")) {
    members.key("stopSequences").begin_array();
    for (const std::string& text : options.stop) members.string(text);
    members.end_array();
  }
  if (call.format != TextFormat::free) members.key("responseMimeType").string("application/json");
  if (call.format == TextFormat::json_schema)
    (settings.json_schemas ? members.key("responseJsonSchema") : members.key("responseSchema")).raw(call.output.schema);
  added.write(members);
  members.end_object();
  if (config != "{}") out.key("generationConfig").raw(config);
}

// ---- the protocol ------------------------------------------------------------------------------------------------

/// A model's name as a path. One with a folder before it (`tunedModels/x`) says all of it, but for the folder that is
/// in Vertex's base URL already.
std::string model_path(std::string_view model) {
  constexpr std::string_view publisher = "publishers/google/";
  if (model.starts_with(publisher)) model.remove_prefix(publisher.size());
  std::string path;
  if (model.find('/') == std::string_view::npos) path = "/models";
  while (true) {
    const std::size_t slash = model.find('/');
    path += "/" + path_segment(model.substr(0, slash));
    if (slash == std::string_view::npos) return path;
    model.remove_prefix(slash + 1);
  }
}

class Gemini final : public Protocol {
 public:
  std::string_view name() const override { return protocol_name; }

  std::string path(const Call& call, const WireSettings&) const override {
    return model_path(call.model) + (call.stream ? ":streamGenerateContent?alt=sse" : ":generateContent");
  }

  void encode(const Call& call, const WireSettings& settings, std::string& body) const override {
    std::size_t size = call.output.schema.size() + 512;
    for (const Message* message : call.messages) size += message->content.size() + message->native.json.size() + 64;
    body.reserve(size);
    const Extra extra(*call.options);
    json::Writer out(body);
    out.begin_object();
    write_conversation(out, call, extra);
    // Cached content has its own tools; the service refuses others beside it.
    // Source: ai.google.dev/api/caching, read 2026-11.
    if (!extra.has_cached_content()) write_tools(out, call, settings);
    write_tool_config(out, call, extra);
    write_generation_config(out, call, settings, extra);
    extra.write_rest(out);
    out.end_object();
  }

  std::unique_ptr<EventReader> event_reader() const override { return gemini::event_reader(); }

  Reply decode(std::string body) const override {
    Reply reply;
    Turn turn;
    std::vector<Turn::Grown> grown;
    bool is_reply = false;
    const auto take = [&](std::string_view text) {
      WireResponse response = read_response(text);
      is_reply = is_reply || response.candidates || !response.response_id.empty() || !response.model_version.empty() ||
                 counts_something(response.usage) || !response.feedback.block_reason.is_null();
      turn.take(response, reply, grown);
    };
    // A server that was asked for events and does not know them answers with a list of responses.
    if (const std::size_t begin = body.find_first_not_of(" \t\r\n"); begin != std::string::npos && body[begin] == '[') {
      const std::expected<Json, Issues> list = instructor::decode<Json>(body);
      if (!list) throw not_a_reply(list.error().text(), body);
      for (const Json& response : *list) take(instructor::encode(response));
    } else {
      take(body);
    }
    if (!is_reply) throw not_a_reply("the reply has no candidates", body);
    turn.finish(reply);
    reply.raw = std::move(body);
    return reply;
  }

  ErrorDetail decode_error(int status, std::string_view body) const override { return error_of(status, body); }
};

}  // namespace

const Protocol& gemini_protocol() {
  static const Gemini protocol;
  return protocol;
}

}  // namespace instructor
