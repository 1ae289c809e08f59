// OpenAI's Responses.
// Source: platform.openai.com/docs/api-reference/responses and responses-streaming.

#include <array>

#include "instructor/codec.hpp"
#include "testing/wire/asked.hpp"
#include "testing/wire/protocols.hpp"
#include "testing/wire/written.hpp"

namespace instructor::testing::wire {

namespace {

constexpr std::array error_types{StatusWord{401, "authentication_error"}, StatusWord{403, "permission_error"},
                                 StatusWord{404, "not_found_error"}, StatusWord{429, "rate_limit_error"}};

bool is_incomplete(const Reply& reply) {
  return reply.finish_reason == FinishReason::length || reply.finish_reason == FinishReason::content_filter;
}

const char* status_of(const Reply& reply) { return is_incomplete(reply) ? "incomplete" : "completed"; }

bool has_message(const Reply& reply) {
  return !reply.text.empty() || !reply.refusal.empty() || reply.tool_calls.empty();
}

Json reasoning_item(const Reply& reply, bool whole) {
  Json item{{"id", "rs_" + reply.id}, {"type", "reasoning"}, {"summary", Json::array()}};
  if (whole) item["summary"].push_back({{"type", "summary_text"}, {"text", reply.reasoning}});
  item["encrypted_content"] = thought_signature;
  return item;
}

Json text_part(const Reply& reply, bool whole) {
  if (!reply.refusal.empty()) return {{"type", "refusal"}, {"refusal", whole ? reply.refusal : ""}};
  return {{"type", "output_text"},
          {"text", whole ? reply.text : ""},
          {"annotations", Json::array()},
          {"logprobs", Json::array()}};
}

Json message_item(const Reply& reply, bool whole) {
  Json item{{"id", "msg_" + reply.id},
            {"type", "message"},
            {"status", whole ? status_of(reply) : "in_progress"},
            {"role", "assistant"},
            {"content", Json::array()}};
  if (whole) item["content"].push_back(text_part(reply, true));
  return item;
}

Json call_item(const Reply& reply, const ToolCall& call, bool whole) {
  return {{"id", "fc_" + call.id},
          {"type", "function_call"},
          {"status", whole ? status_of(reply) : "in_progress"},
          {"arguments", whole ? call.arguments : ""},
          {"call_id", "call_" + call.id},
          {"name", call.name}};
}

Json usage_of(const Usage& usage) {
  return {{"input_tokens", usage.input_tokens},
          {"input_tokens_details", {{"cached_tokens", usage.cached_tokens}, {"cache_write_tokens", 0}}},
          {"output_tokens", usage.output_tokens},
          {"output_tokens_details", {{"reasoning_tokens", usage.reasoning_tokens}}},
          {"total_tokens", usage.total_tokens}};
}

/// The response: as it stands at the beginning of a stream, or whole.
Json response_of(const Reply& reply, bool whole) {
  Json output = Json::array();
  if (whole && !reply.reasoning.empty()) output.push_back(reasoning_item(reply, true));
  if (whole && has_message(reply)) output.push_back(message_item(reply, true));
  if (whole)
    for (const ToolCall& call : reply.tool_calls) output.push_back(call_item(reply, call, true));
  Json body{{"id", "resp_" + reply.id},
            {"object", "response"},
            {"created_at", 1700000000},
            {"status", whole ? status_of(reply) : "in_progress"},
            {"background", false},
            {"error", nullptr},
            {"incomplete_details", nullptr},
            {"instructions", nullptr},
            {"max_output_tokens", nullptr},
            {"model", reply.model},
            {"output", std::move(output)},
            {"parallel_tool_calls", true},
            {"previous_response_id", nullptr},
            {"temperature", 1.0},
            {"text", {{"format", {{"type", "text"}}}}},
            {"tool_choice", "auto"},
            {"tools", Json::array()},
            {"top_p", 1.0},
            {"truncation", "disabled"},
            {"usage", nullptr},
            {"metadata", Json::object()}};
  if (whole) body["usage"] = usage_of(reply.usage);
  if (whole && is_incomplete(reply))
    body["incomplete_details"] = {
        {"reason", reply.finish_reason == FinishReason::length ? "max_output_tokens" : "content_filter"}};
  return body;
}

class Writer final : public StreamWriter {
 public:
  using StreamWriter::StreamWriter;

  void begin(Events& out) override {
    out.push_back(event("response.created", {{"response", response_of(reply(), false)}}));
    out.push_back(event("response.in_progress", {{"response", response_of(reply(), false)}}));
    if (reply().reasoning.empty()) return;
    out.push_back(event("response.output_item.added", {{"output_index", 0}, {"item", reasoning_item(reply(), false)}}));
    out.push_back(event("response.reasoning_summary_part.added", of_summary({{"part", summary_part("")}})));
  }

  void begin_answer(Events& out) override {
    if (!reply().reasoning.empty()) {
      out.push_back(event("response.reasoning_summary_text.done", of_summary({{"text", reply().reasoning}})));
      out.push_back(
          event("response.reasoning_summary_part.done", of_summary({{"part", summary_part(reply().reasoning)}})));
      out.push_back(event("response.output_item.done", {{"output_index", 0}, {"item", reasoning_item(reply(), true)}}));
      ++first_;
    }
    if (has_message(reply())) {
      out.push_back(
          event("response.output_item.added", {{"output_index", first_}, {"item", message_item(reply(), false)}}));
      out.push_back(event("response.content_part.added", of_text({{"part", text_part(reply(), false)}})));
    }
    for (std::size_t i = 0; i < reply().tool_calls.size(); ++i)
      out.push_back(event("response.output_item.added",
                          {{"output_index", index_of(i)}, {"item", call_item(reply(), reply().tool_calls[i], false)}}));
  }

  void piece(const Piece& piece, Events& out) override {
    switch (piece.part) {
      case Piece::Part::reasoning:
        out.push_back(event("response.reasoning_summary_text.delta", of_summary({{"delta", piece.text}})));
        break;
      case Piece::Part::text:
        out.push_back(
            event("response.output_text.delta", of_text({{"delta", piece.text}, {"logprobs", Json::array()}})));
        break;
      case Piece::Part::refusal:
        out.push_back(event("response.refusal.delta", of_text({{"delta", piece.text}})));
        break;
      case Piece::Part::arguments:
        out.push_back(event("response.function_call_arguments.delta", of_call(piece.call, {{"delta", piece.text}})));
        break;
    }
  }

  void end(Events& out) override {
    if (has_message(reply())) {
      if (reply().refusal.empty())
        out.push_back(
            event("response.output_text.done", of_text({{"text", reply().text}, {"logprobs", Json::array()}})));
      else
        out.push_back(event("response.refusal.done", of_text({{"refusal", reply().refusal}})));
      out.push_back(event("response.content_part.done", of_text({{"part", text_part(reply(), true)}})));
      out.push_back(
          event("response.output_item.done", {{"output_index", first_}, {"item", message_item(reply(), true)}}));
    }
    for (std::size_t i = 0; i < reply().tool_calls.size(); ++i) {
      const ToolCall& call = reply().tool_calls[i];
      out.push_back(event("response.function_call_arguments.done",
                          of_call(i, {{"name", call.name}, {"arguments", call.arguments}})));
      out.push_back(event("response.output_item.done",
                          {{"output_index", index_of(i)}, {"item", call_item(reply(), call, true)}}));
    }
    out.push_back(event(is_incomplete(reply()) ? "response.incomplete" : "response.completed",
                        {{"response", response_of(reply(), true)}}));
  }

 private:
  static Json summary_part(std::string_view text) { return {{"type", "summary_text"}, {"text", text}}; }

  Json of_summary(const Json& members) const {
    Json data{{"item_id", "rs_" + reply().id}, {"output_index", 0}, {"summary_index", 0}};
    data.update(members);
    return data;
  }
  Json of_text(const Json& members) const {
    Json data{{"item_id", "msg_" + reply().id}, {"output_index", first_}, {"content_index", 0}};
    data.update(members);
    return data;
  }
  Json of_call(std::size_t call, const Json& members) const {
    Json data{{"item_id", "fc_" + reply().tool_calls[call].id}, {"output_index", index_of(call)}};
    data.update(members);
    return data;
  }
  std::size_t index_of(std::size_t call) const { return first_ + (has_message(reply()) ? 1 : 0) + call; }

  std::string event(const char* type, const Json& members) {
    Json data{{"type", type}, {"sequence_number", number_++}};
    data.update(members);
    return sse(type, encode(data));
  }

  std::size_t number_ = 0;
  std::size_t first_ = 0;  ///< the output item after the reasoning
};

class OpenAiResponses final : public ServedProtocol {
 public:
  std::string_view name() const override { return "openai responses"; }
  bool serves(std::string_view path) const override { return path.ends_with("/responses"); }

  std::string key(const HttpRequest& request) const override {
    const std::string_view azure = header(request, "api-key");
    return azure.empty() ? ServedProtocol::key(request) : std::string(azure);
  }

  std::optional<RequestProblem> problem(const HttpRequest&, const Json& body) const override {
    if (text_at(body, {"model"}).empty()) return RequestProblem{400, "Missing required parameter: 'model'."};
    if (text_at(body, {"input"}).empty() && !has_list_at(body, {"input"}))
      return RequestProblem{400, "Missing required parameter: 'input'."};
    return std::nullopt;
  }

  AskedFor read(std::string_view url, const Json& body) const override {
    AskedFor asked;
    asked.path = path_of(url);
    if (std::string model = text_at(body, {"model"}); !model.empty()) asked.model = std::move(model);
    asked.stream = is_true_at(body, {"stream"});
    const std::string choice = text_at(body, {"tool_choice"});
    if (choice != "none")
      for (const Json& tool : list_at(body, {"tools"}))
        if (text_at(tool, {"type"}) == "function")
          asked.tools.push_back({text_at(tool, {"name"}), json_at(tool, {"parameters"})});
    asked.chosen = text_at(body, {"tool_choice", "name"});
    asked.must_call = !asked.chosen.empty() || choice == "required";
    const Json* const parallel = find(body, {"parallel_tool_calls"});
    asked.several_calls = asked.tools.size() > 1 && !asked.must_call && (parallel == nullptr || *parallel != false);
    const std::string format = text_at(body, {"text", "format", "type"});
    if (!format.empty() && format != "text") asked.format = "text.format";
    asked.schema = json_at(body, {"text", "format", "schema"});
    add_texts(asked.conversation, find(body, {"instructions"}));
    add_texts(asked.conversation, find(body, {"input"}));
    asked.first_attempt = find(body, {"previous_response_id"}) == nullptr;
    for (const Json& item : list_at(body, {"input"}))
      if (text_at(item, {"role"}) == "assistant" || text_at(item, {"type"}) == "function_call")
        asked.first_attempt = false;
    return asked;
  }

  Served answer(const Reply& reply, const AskedFor& asked, const Streaming& streaming) const override {
    std::vector<HttpHeader> headers{{"x-request-id", reply.request_id}};
    if (!asked.stream) return json_response(200, response_of(reply, true), std::move(headers));
    return stream_response("text/event-stream", stream_of(std::make_unique<Writer>(reply, asked), streaming),
                           std::move(headers));
  }

  Served error(int status, std::string_view message) const override {
    const std::string_view type = word_for(status, error_types, "invalid_request_error", "server_error");
    return json_response(status,
                         {{"error", {{"message", message}, {"type", type}, {"param", nullptr}, {"code", nullptr}}}});
  }
};

}  // namespace

const ServedProtocol& openai_responses() {
  static const OpenAiResponses protocol;
  return protocol;
}

}  // namespace instructor::testing::wire
