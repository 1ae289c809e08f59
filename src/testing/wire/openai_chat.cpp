// OpenAI's chat completions, also as Azure and many others serve them.
// Source: platform.openai.com/docs/api-reference/chat, learn.microsoft.com/azure/ai-foundry/openai/reference.

#include <array>

#include "testing/wire/asked.hpp"
#include "testing/wire/protocols.hpp"
#include "testing/wire/written.hpp"

namespace instructor::testing::wire {

namespace {

constexpr std::array error_types{StatusWord{401, "authentication_error"}, StatusWord{403, "permission_error"},
                                 StatusWord{404, "not_found_error"}, StatusWord{429, "rate_limit_error"}};

std::string_view finish_word(FinishReason reason) {
  switch (reason) {
    case FinishReason::length: return "length";
    case FinishReason::tool_calls: return "tool_calls";
    case FinishReason::content_filter: return "content_filter";
    default: return "stop";
  }
}

Json head_of(const Reply& reply, const char* object) {
  return {{"id", "chatcmpl-" + reply.id}, {"object", object}, {"created", 1700000000}, {"model", reply.model}};
}

Json usage_of(const Usage& usage) {
  Json json{{"prompt_tokens", usage.input_tokens},
            {"completion_tokens", usage.output_tokens},
            {"total_tokens", usage.total_tokens}};
  if (usage.cached_tokens > 0) json["prompt_tokens_details"] = {{"cached_tokens", usage.cached_tokens}};
  if (usage.reasoning_tokens > 0) json["completion_tokens_details"] = {{"reasoning_tokens", usage.reasoning_tokens}};
  return json;
}

Json call_of(const ToolCall& call, std::string_view arguments) {
  return {
      {"id", "call_" + call.id}, {"type", "function"}, {"function", {{"name", call.name}, {"arguments", arguments}}}};
}

Json completion_of(const Reply& reply) {
  Json message{{"role", "assistant"}, {"content", nullptr}, {"refusal", nullptr}};
  if (reply.refusal.empty() && (reply.tool_calls.empty() || !reply.text.empty())) message["content"] = reply.text;
  if (!reply.refusal.empty()) message["refusal"] = reply.refusal;
  if (!reply.reasoning.empty()) message["reasoning_content"] = reply.reasoning;
  for (const ToolCall& call : reply.tool_calls) message["tool_calls"].push_back(call_of(call, call.arguments));
  Json body = head_of(reply, "chat.completion");
  body["choices"] = Json::array({{{"index", 0},
                                  {"message", std::move(message)},
                                  {"logprobs", nullptr},
                                  {"finish_reason", finish_word(reply.finish_reason)}}});
  body["usage"] = usage_of(reply.usage);
  return body;
}

class Writer final : public StreamWriter {
 public:
  using StreamWriter::StreamWriter;

  void begin(Events& out) override {
    if (reply().reasoning.empty()) return;
    out.push_back(event({{"role", "assistant"}, {"content", nullptr}}));
    role_given_ = true;
  }

  void begin_answer(Events& out) override {
    Json delta = Json::object();
    if (!role_given_) delta = {{"role", "assistant"}, {"content", nullptr}};
    if (!reply().text.empty() || (reply().tool_calls.empty() && reply().refusal.empty())) delta["content"] = "";
    if (!reply().refusal.empty()) delta["refusal"] = "";
    std::size_t index = 0;
    for (const ToolCall& call : reply().tool_calls) {
      Json opened{{"index", index++}};
      opened.update(call_of(call, ""));
      delta["tool_calls"] = Json::array({std::move(opened)});
      out.push_back(event(std::exchange(delta, Json::object())));
    }
    if (!delta.empty()) out.push_back(event(std::move(delta)));
  }

  void piece(const Piece& piece, Events& out) override {
    Json delta;
    switch (piece.part) {
      case Piece::Part::reasoning: delta = {{"reasoning_content", piece.text}}; break;
      case Piece::Part::text: delta = {{"content", piece.text}}; break;
      case Piece::Part::refusal: delta = {{"refusal", piece.text}}; break;
      case Piece::Part::arguments:
        delta["tool_calls"] = Json::array({{{"index", piece.call}, {"function", {{"arguments", piece.text}}}}});
        break;
    }
    out.push_back(event(std::move(delta)));
  }

  void end(Events& out) override {
    out.push_back(event(Json::object(), finish_word(reply().finish_reason)));
    if (asked().stream_usage) {
      Json last = head_of(reply(), "chat.completion.chunk");
      last["choices"] = Json::array();
      last["usage"] = usage_of(reply().usage);
      out.push_back(sse("", as_text(last)));
    }
    out.push_back(sse("", "[DONE]"));
  }

 private:
  std::string event(Json delta, const Json& finish_reason = nullptr) const {
    Json whole = head_of(reply(), "chat.completion.chunk");
    whole["choices"] = Json::array({{{"index", 0}, {"delta", std::move(delta)}, {"finish_reason", finish_reason}}});
    if (asked().stream_usage) whole["usage"] = nullptr;
    return sse("", as_text(whole));
  }

  bool role_given_ = false;
};

class OpenAiChat final : public ServedProtocol {
 public:
  std::string_view name() const override { return "openai chat"; }

  // Writer serves its chats at /v1/chat.
  bool serves(std::string_view path) const override {
    return path.ends_with("/chat/completions") || path.ends_with("/v1/chat");
  }

  std::string key(const HttpRequest& request) const override {
    const std::string_view azure = header(request, "api-key");
    return azure.empty() ? ServedProtocol::key(request) : std::string(azure);
  }

  std::optional<RequestProblem> problem(const HttpRequest& request, const Json& body) const override {
    if (!has_list_at(body, {"messages"})) return RequestProblem{400, "Missing required parameter: 'messages'."};
    if (text_at(body, {"model"}).empty() && deployment(request.url).empty())
      return RequestProblem{400, "you must provide a model parameter"};
    return std::nullopt;
  }

  AskedFor read(std::string_view url, const Json& body) const override {
    AskedFor asked;
    asked.path = path_of(url);
    for (std::string model : {text_at(body, {"model"}), deployment(url)})
      if (!model.empty()) asked.model = std::move(model);
    asked.stream = is_true_at(body, {"stream"});
    asked.stream_usage = is_true_at(body, {"stream_options", "include_usage"});
    const std::string choice = text_at(body, {"tool_choice"});
    if (choice != "none") asked.tools = function_tools(body);
    asked.chosen = text_at(body, {"tool_choice", "function", "name"});
    asked.must_call = !asked.chosen.empty() || choice == "required" || choice == "any";
    const Json* const parallel = find(body, {"parallel_tool_calls"});
    asked.several_calls = asked.tools.size() > 1 && !asked.must_call && (parallel == nullptr || *parallel != false);
    const std::string format = text_at(body, {"response_format", "type"});
    if (!format.empty() && format != "text") asked.format = "response_format";
    asked.schema = json_at(body, {"response_format", "json_schema", "schema"});
    // The form of servers before that one.
    if (asked.schema.empty()) asked.schema = json_at(body, {"response_format", "schema"});
    add_texts(asked.conversation, find(body, {"messages"}));
    asked.first_attempt = !has_role(list_at(body, {"messages"}), "assistant");
    return asked;
  }

  Served answer(const Reply& reply, const AskedFor& asked, const Streaming& streaming) const override {
    std::vector<HttpHeader> headers{{"x-request-id", reply.request_id}};
    if (!asked.stream) return json_response(200, completion_of(reply), std::move(headers));
    return stream_response("text/event-stream", stream_of(std::make_unique<Writer>(reply, asked), streaming),
                           std::move(headers));
  }

  Served error(int status, std::string_view message) const override {
    const std::string_view type = word_for(status, error_types, "invalid_request_error", "server_error");
    return json_response(status,
                         {{"error", {{"message", message}, {"type", type}, {"param", nullptr}, {"code", nullptr}}}});
  }

 private:
  /// Azure: the model is a part of the path.
  static std::string deployment(std::string_view url) {
    constexpr std::string_view before = "/deployments/";
    const std::size_t begin = url.find(before);
    if (begin == std::string_view::npos) return {};
    const std::string_view rest = url.substr(begin + before.size());
    return percent_decoded(rest.substr(0, rest.find('/')));
  }
};

}  // namespace

const ServedProtocol& openai_chat() {
  static const OpenAiChat protocol;
  return protocol;
}

}  // namespace instructor::testing::wire
