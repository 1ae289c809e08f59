// Ollama's own chat.
// Source: github.com/ollama/ollama, docs/api.md.

#include "instructor/codec.hpp"
#include "testing/wire/asked.hpp"
#include "testing/wire/protocols.hpp"
#include "testing/wire/written.hpp"

namespace instructor::testing::wire {

namespace {

/// Models refuse in their own words.
const std::string& words_of(const Reply& reply) { return reply.refusal.empty() ? reply.text : reply.refusal; }

Json line_of(const Reply& reply, Json message, bool done) {
  return {{"model", reply.model},
          {"created_at", "2023-11-14T22:13:20.000000Z"},
          {"message", std::move(message)},
          {"done", done}};
}

/// What the last line says.
void add_end(const Reply& reply, Json& line) {
  line["done_reason"] = reply.finish_reason == FinishReason::length ? "length" : "stop";
  line["total_duration"] = 5000000;
  line["load_duration"] = 1000000;
  line["prompt_eval_count"] = reply.usage.input_tokens;
  line["prompt_eval_duration"] = 2000000;
  line["eval_count"] = reply.usage.output_tokens;
  line["eval_duration"] = 2000000;
}

/// Adds a call to the message. Where its arguments are no object the server does not see that it is one, and passes on
/// what the model wrote.
void add_call(const ToolCall& call, std::size_t index, Json& message) {
  if (auto arguments = arguments_object(call.arguments))
    message["tool_calls"].push_back(
        {{"id", "call_" + call.id},
         {"function", {{"index", index}, {"name", call.name}, {"arguments", std::move(*arguments)}}}});
  else
    message["content"] = message["content"].get<std::string>() + call.arguments;
}

Json message_of(std::string_view content) { return {{"role", "assistant"}, {"content", content}}; }

Json response_of(const Reply& reply) {
  Json message = message_of(words_of(reply));
  if (!reply.reasoning.empty()) message["thinking"] = reply.reasoning;
  std::size_t index = 0;
  for (const ToolCall& call : reply.tool_calls) add_call(call, index++, message);
  Json line = line_of(reply, std::move(message), true);
  add_end(reply, line);
  return line;
}

class Writer final : public StreamWriter {
 public:
  using StreamWriter::StreamWriter;

  void begin(Events&) override {}
  void begin_answer(Events&) override {}

  void piece(const Piece& piece, Events& out) override {
    Json message = message_of("");
    switch (piece.part) {
      case Piece::Part::reasoning: message["thinking"] = piece.text; break;
      case Piece::Part::text:
      case Piece::Part::refusal: message["content"] = piece.text; break;
      case Piece::Part::arguments: add_call(reply().tool_calls[piece.call], piece.call, message); break;
    }
    out.push_back(encode(line_of(reply(), std::move(message), false)) + "\n");
  }

  void end(Events& out) override {
    Json line = line_of(reply(), message_of(""), true);
    add_end(reply(), line);
    out.push_back(encode(line) + "\n");
  }
};

class OllamaChat final : public ServedProtocol {
 public:
  std::string_view name() const override { return "ollama chat"; }
  bool serves(std::string_view path) const override { return path.ends_with("/api/chat"); }
  RequestProblem wrong_key() const override { return {401, "unauthorized"}; }

  std::optional<RequestProblem> problem(const HttpRequest&, const Json& body) const override {
    if (text_at(body, {"model"}).empty()) return RequestProblem{400, "model is required"};
    return std::nullopt;
  }

  AskedFor read(std::string_view url, const Json& body) const override {
    AskedFor asked;
    asked.path = path_of(url);
    if (std::string model = text_at(body, {"model"}); !model.empty()) asked.model = std::move(model);
    const Json* const stream = find(body, {"stream"});
    asked.stream = stream == nullptr || *stream != false;
    asked.tools = function_tools(body);
    asked.several_calls = asked.tools.size() > 1;
    if (const Json* const format = find(body, {"format"})) {
      asked.format = "format";
      if (format->is_object()) asked.schema = encode(*format);
    }
    add_texts(asked.conversation, find(body, {"messages"}));
    asked.first_attempt = !has_role(list_at(body, {"messages"}), "assistant");
    return asked;
  }

  Served answer(const Reply& reply, const AskedFor& asked, const Streaming& streaming) const override {
    if (!asked.stream) return json_response(200, response_of(reply));
    return stream_response("application/x-ndjson",
                           stream_of(std::make_unique<Writer>(reply, asked), streaming, CallPieces::whole));
  }

  Served error(int status, std::string_view message) const override {
    return json_response(status, Json::object({{"error", message}}));
  }
};

}  // namespace

const ServedProtocol& ollama_chat() {
  static const OllamaChat protocol;
  return protocol;
}

}  // namespace instructor::testing::wire
