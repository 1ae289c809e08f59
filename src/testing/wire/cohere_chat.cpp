// Cohere's chat, version 2.
// Source: docs.cohere.com/reference/chat and /chat-stream.

#include "instructor/codec.hpp"
#include "testing/wire/asked.hpp"
#include "testing/wire/protocols.hpp"
#include "testing/wire/written.hpp"

namespace instructor::testing::wire {

namespace {

std::string_view finish_word(FinishReason reason) {
  switch (reason) {
    case FinishReason::length: return "MAX_TOKENS";
    case FinishReason::tool_calls: return "TOOL_CALL";
    case FinishReason::content_filter: return "ERROR";
    default: return "COMPLETE";
  }
}

/// Cohere's models refuse in their own words.
const std::string& words_of(const Reply& reply) { return reply.refusal.empty() ? reply.text : reply.refusal; }

/// Before calls, thoughts are a plan.
bool has_plan(const Reply& reply) { return !reply.reasoning.empty() && !reply.tool_calls.empty(); }
bool has_thoughts(const Reply& reply) { return !reply.reasoning.empty() && reply.tool_calls.empty(); }
bool has_content(const Reply& reply) { return !words_of(reply).empty() || reply.tool_calls.empty(); }

Json usage_of(const Usage& usage) {
  return {{"billed_units", {{"input_tokens", usage.input_tokens}, {"output_tokens", usage.output_tokens}}},
          {"tokens", {{"input_tokens", usage.input_tokens}, {"output_tokens", usage.output_tokens}}},
          {"cached_tokens", usage.cached_tokens}};
}

Json call_of(const ToolCall& call, std::string_view arguments) {
  return {{"id", call.name + "_" + call.id},
          {"type", "function"},
          {"function", {{"name", call.name}, {"arguments", arguments}}}};
}

Json response_of(const Reply& reply) {
  Json message{{"role", "assistant"}};
  if (has_plan(reply)) message["tool_plan"] = reply.reasoning;
  for (const ToolCall& call : reply.tool_calls) message["tool_calls"].push_back(call_of(call, call.arguments));
  if (has_thoughts(reply)) message["content"].push_back({{"type", "thinking"}, {"thinking", reply.reasoning}});
  if (has_content(reply)) message["content"].push_back({{"type", "text"}, {"text", words_of(reply)}});
  return {{"id", reply.id},
          {"message", std::move(message)},
          {"finish_reason", finish_word(reply.finish_reason)},
          {"usage", usage_of(reply.usage)}};
}

class Writer final : public StreamWriter {
 public:
  using StreamWriter::StreamWriter;

  void begin(Events& out) override {
    Json message{{"role", "assistant"},
                 {"content", Json::array()},
                 {"tool_plan", ""},
                 {"tool_calls", Json::array()},
                 {"citations", Json::array()}};
    out.push_back(event({{"id", reply().id}, {"type", "message-start"}, {"delta", {{"message", std::move(message)}}}}));
    if (has_thoughts(reply())) out.push_back(content("content-start", 0, {{"type", "thinking"}, {"thinking", ""}}));
  }

  void begin_answer(Events& out) override {
    if (has_thoughts(reply())) out.push_back(event({{"type", "content-end"}, {"index", 0}}));
    if (has_content(reply())) out.push_back(content("content-start", text_index(), {{"type", "text"}, {"text", ""}}));
    for (std::size_t i = 0; i < reply().tool_calls.size(); ++i)
      out.push_back(call("tool-call-start", i, call_of(reply().tool_calls[i], "")));
  }

  void piece(const Piece& piece, Events& out) override {
    switch (piece.part) {
      case Piece::Part::reasoning:
        if (has_plan(reply()))
          out.push_back(event({{"type", "tool-plan-delta"}, {"delta", {{"message", {{"tool_plan", piece.text}}}}}}));
        else
          out.push_back(content("content-delta", 0, {{"thinking", piece.text}}));
        break;
      case Piece::Part::text:
      case Piece::Part::refusal: out.push_back(content("content-delta", text_index(), {{"text", piece.text}})); break;
      case Piece::Part::arguments:
        out.push_back(call("tool-call-delta", piece.call, {{"function", {{"arguments", piece.text}}}}));
        break;
    }
  }

  void end(Events& out) override {
    if (has_content(reply())) out.push_back(event({{"type", "content-end"}, {"index", text_index()}}));
    for (std::size_t i = 0; i < reply().tool_calls.size(); ++i)
      out.push_back(event({{"type", "tool-call-end"}, {"index", i}}));
    out.push_back(event(
        {{"type", "message-end"},
         {"delta", {{"finish_reason", finish_word(reply().finish_reason)}, {"usage", usage_of(reply().usage)}}}}));
  }

 private:
  std::size_t text_index() const { return has_thoughts(reply()) ? 1 : 0; }

  static std::string event(const Json& data) { return sse(text_at(data, {"type"}), encode(data)); }
  static std::string content(const char* type, std::size_t index, const Json& content) {
    return event({{"type", type}, {"index", index}, {"delta", {{"message", {{"content", content}}}}}});
  }
  static std::string call(const char* type, std::size_t index, const Json& call) {
    return event({{"type", type}, {"index", index}, {"delta", {{"message", {{"tool_calls", call}}}}}});
  }
};

class CohereChat final : public ServedProtocol {
 public:
  std::string_view name() const override { return "cohere chat"; }
  bool serves(std::string_view path) const override { return path.ends_with("/v2/chat"); }
  RequestProblem wrong_key() const override { return {401, "invalid api token"}; }

  std::optional<RequestProblem> problem(const HttpRequest&, const Json& body) const override {
    if (text_at(body, {"model"}).empty()) return RequestProblem{400, "invalid request: model is required"};
    if (!has_list_at(body, {"messages"}))
      return RequestProblem{400, "invalid request: list of messages must not be empty"};
    return std::nullopt;
  }

  AskedFor read(std::string_view url, const Json& body) const override {
    AskedFor asked;
    asked.path = path_of(url);
    if (std::string model = text_at(body, {"model"}); !model.empty()) asked.model = std::move(model);
    asked.stream = is_true_at(body, {"stream"});
    const std::string choice = text_at(body, {"tool_choice"});
    if (choice != "NONE") asked.tools = function_tools(body);
    asked.must_call = choice == "REQUIRED";
    asked.several_calls = asked.tools.size() > 1 && !asked.must_call;
    if (text_at(body, {"response_format", "type"}) == "json_object") asked.format = "response_format";
    // The second is its name before.
    for (const char* const key : {"json_schema", "schema"})
      if (asked.schema.empty()) asked.schema = json_at(body, {"response_format", key});
    add_texts(asked.conversation, find(body, {"messages"}));
    asked.first_attempt = !has_role(list_at(body, {"messages"}), "assistant");
    return asked;
  }

  Served answer(const Reply& reply, const AskedFor& asked, const Streaming& streaming) const override {
    std::vector<HttpHeader> headers{{"x-debug-trace-id", reply.request_id}};
    if (!asked.stream) return json_response(200, response_of(reply), std::move(headers));
    return stream_response("text/event-stream", stream_of(std::make_unique<Writer>(reply, asked), streaming),
                           std::move(headers));
  }

  Served error(int status, std::string_view message) const override {
    return json_response(status, {{"id", "scripted"}, {"message", message}});
  }
};

}  // namespace

const ServedProtocol& cohere_chat() {
  static const CohereChat protocol;
  return protocol;
}

}  // namespace instructor::testing::wire
