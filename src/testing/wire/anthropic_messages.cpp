// Anthropic's Messages.
// Source: docs.claude.com/en/api/messages, /streaming and /errors.

#include <array>

#include "instructor/codec.hpp"
#include "testing/wire/asked.hpp"
#include "testing/wire/protocols.hpp"
#include "testing/wire/written.hpp"

namespace instructor::testing::wire {

namespace {

constexpr std::array error_types{StatusWord{401, "authentication_error"}, StatusWord{402, "billing_error"},
                                 StatusWord{403, "permission_error"},     StatusWord{404, "not_found_error"},
                                 StatusWord{429, "rate_limit_error"},     StatusWord{504, "timeout_error"},
                                 StatusWord{529, "overloaded_error"}};

std::string_view stop_reason(const Reply& reply) {
  if (!reply.refusal.empty()) return "refusal";
  switch (reply.finish_reason) {
    case FinishReason::length: return "max_tokens";
    case FinishReason::tool_calls: return "tool_use";
    case FinishReason::content_filter: return "refusal";
    default: return "end_turn";
  }
}

/// Cached tokens are counted apart.
Json usage_of(const Usage& usage) {
  return {{"input_tokens", usage.input_tokens - usage.cached_tokens},
          {"cache_creation_input_tokens", 0},
          {"cache_read_input_tokens", usage.cached_tokens},
          {"output_tokens", usage.output_tokens}};
}

Json stop_of(const Reply& reply) {
  Json stop{{"stop_reason", stop_reason(reply)}, {"stop_sequence", nullptr}};
  if (!reply.refusal.empty())
    stop["stop_details"] = {{"type", "refusal"}, {"category", nullptr}, {"explanation", reply.refusal}};
  return stop;
}

Json thinking_block(std::string_view thinking, std::string_view signature) {
  return {{"type", "thinking"}, {"thinking", thinking}, {"signature", signature}};
}

Json text_block(std::string_view text) { return {{"type", "text"}, {"text", text}}; }

Json tool_block(const ToolCall& call, Json input) {
  return {{"type", "tool_use"},
          {"id", "toolu_" + call.id},
          {"name", call.name},
          {"input", std::move(input)},
          {"caller", {{"type", "direct"}}}};
}

/// The message; `whole`: with what is said.
Json message_of(const Reply& reply, bool whole) {
  Json content = Json::array();
  if (whole) {
    if (!reply.reasoning.empty()) content.push_back(thinking_block(reply.reasoning, thought_signature));
    if (!reply.text.empty()) content.push_back(text_block(reply.text));
    for (const ToolCall& call : reply.tool_calls) content.push_back(tool_block(call, arguments_value(call.arguments)));
  }
  Json message{{"id", "msg_" + reply.id},
               {"type", "message"},
               {"role", "assistant"},
               {"model", reply.model},
               {"content", std::move(content)}};
  message.update(whole ? stop_of(reply) : Json{{"stop_reason", nullptr}, {"stop_sequence", nullptr}});
  message["usage"] = usage_of(reply.usage);
  return message;
}

class Writer final : public StreamWriter {
 public:
  using StreamWriter::StreamWriter;

  void begin(Events& out) override {
    out.push_back(event("message_start", {{"message", message_of(reply(), false)}}));
    if (!reply().reasoning.empty()) start(thinking_block("", ""), out);
    out.push_back(event("ping", Json::object()));
  }

  void begin_answer(Events& out) override {
    if (!reply().reasoning.empty()) {
      out.push_back(delta(0, {{"type", "signature_delta"}, {"signature", thought_signature}}));
      out.push_back(event("content_block_stop", {{"index", 0}}));
    }
    first_ = blocks_;
    if (!reply().text.empty()) start(text_block(""), out);
    calls_ = blocks_;
    for (const ToolCall& call : reply().tool_calls) start(tool_block(call, Json::object()), out);
  }

  void piece(const Piece& piece, Events& out) override {
    switch (piece.part) {
      case Piece::Part::reasoning:
        out.push_back(delta(0, {{"type", "thinking_delta"}, {"thinking", piece.text}}));
        break;
      case Piece::Part::text: out.push_back(delta(first_, {{"type", "text_delta"}, {"text", piece.text}})); break;
      // It is told at the end, at once.
      case Piece::Part::refusal: break;
      case Piece::Part::arguments:
        out.push_back(delta(calls_ + piece.call, {{"type", "input_json_delta"}, {"partial_json", piece.text}}));
        break;
    }
  }

  void end(Events& out) override {
    for (std::size_t i = first_; i < blocks_; ++i) out.push_back(event("content_block_stop", {{"index", i}}));
    out.push_back(event("message_delta", {{"delta", stop_of(reply())}, {"usage", usage_of(reply().usage)}}));
    out.push_back(event("message_stop", Json::object()));
  }

 private:
  static std::string event(const char* type, const Json& members) {
    Json data{{"type", type}};
    data.update(members);
    return sse(type, encode(data));
  }
  static std::string delta(std::size_t index, const Json& delta) {
    return event("content_block_delta", {{"index", index}, {"delta", delta}});
  }
  void start(const Json& block, Events& out) {
    out.push_back(event("content_block_start", {{"index", blocks_++}, {"content_block", block}}));
  }

  std::size_t blocks_ = 0;
  std::size_t first_ = 0;  ///< block after the thinking
  std::size_t calls_ = 0;  ///< block of the first call
};

class AnthropicMessages final : public ServedProtocol {
 public:
  std::string_view name() const override { return "anthropic messages"; }
  bool serves(std::string_view path) const override { return path.ends_with("/messages"); }

  std::string key(const HttpRequest& request) const override {
    const std::string_view key = header(request, "x-api-key");
    return key.empty() ? ServedProtocol::key(request) : std::string(key);
  }
  RequestProblem wrong_key() const override { return {401, "invalid x-api-key"}; }

  std::optional<RequestProblem> problem(const HttpRequest& request, const Json& body) const override {
    if (header(request, "anthropic-version").empty()) return missing("anthropic-version: header is required");
    if (text_at(body, {"model"}).empty()) return missing("model: Field required");
    if (find(body, {"max_tokens"}) == nullptr) return missing("max_tokens: Field required");
    if (!has_list_at(body, {"messages"})) return missing("messages: at least one message is required");
    return std::nullopt;
  }

  AskedFor read(std::string_view url, const Json& body) const override {
    AskedFor asked;
    asked.path = path_of(url);
    if (std::string model = text_at(body, {"model"}); !model.empty()) asked.model = std::move(model);
    asked.stream = is_true_at(body, {"stream"});
    const std::string choice = text_at(body, {"tool_choice", "type"});
    if (choice != "none")
      for (const Json& tool : list_at(body, {"tools"}))
        asked.tools.push_back({text_at(tool, {"name"}), json_at(tool, {"input_schema"})});
    asked.chosen = text_at(body, {"tool_choice", "name"});
    asked.must_call = choice == "tool" || choice == "any";
    asked.several_calls =
        asked.tools.size() > 1 && !asked.must_call && !is_true_at(body, {"tool_choice", "disable_parallel_tool_use"});
    asked.schema = json_at(body, {"output_config", "format", "schema"});
    if (!asked.schema.empty()) asked.format = "output_config.format";
    // As it was called while it was in beta.
    if (asked.schema.empty()) asked.schema = json_at(body, {"output_format", "schema"});
    if (asked.format.empty() && !asked.schema.empty()) asked.format = "output_format";
    add_texts(asked.conversation, find(body, {"system"}));
    add_texts(asked.conversation, find(body, {"messages"}));
    asked.first_attempt = !has_role(list_at(body, {"messages"}), "assistant");
    return asked;
  }

  Served answer(const Reply& reply, const AskedFor& asked, const Streaming& streaming) const override {
    std::vector<HttpHeader> headers{{"request-id", reply.request_id}};
    if (!asked.stream) return json_response(200, message_of(reply, true), std::move(headers));
    return stream_response("text/event-stream", stream_of(std::make_unique<Writer>(reply, asked), streaming),
                           std::move(headers));
  }

  Served error(int status, std::string_view message) const override {
    const std::string_view type = word_for(status, error_types, "invalid_request_error", "api_error");
    return json_response(
        status, {{"type", "error"}, {"error", {{"type", type}, {"message", message}}}, {"request_id", "req-scripted"}},
        {{"request-id", "req-scripted"}});
  }

 private:
  static RequestProblem missing(std::string message) { return {400, std::move(message)}; }
};

}  // namespace

const ServedProtocol& anthropic_messages() {
  static const AnthropicMessages protocol;
  return protocol;
}

}  // namespace instructor::testing::wire
