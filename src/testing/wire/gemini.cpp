// Google's generateContent and streamGenerateContent, of AI Studio and of Vertex.
// Source: ai.google.dev/api/generate-content, cloud.google.com/vertex-ai/docs/reference/rest.

#include <array>

#include "instructor/codec.hpp"
#include "testing/wire/asked.hpp"
#include "testing/wire/protocols.hpp"
#include "testing/wire/written.hpp"

namespace instructor::testing::wire {

namespace {

constexpr std::array error_statuses{StatusWord{401, "UNAUTHENTICATED"},    StatusWord{403, "PERMISSION_DENIED"},
                                    StatusWord{404, "NOT_FOUND"},          StatusWord{408, "CANCELLED"},
                                    StatusWord{429, "RESOURCE_EXHAUSTED"}, StatusWord{503, "UNAVAILABLE"},
                                    StatusWord{504, "DEADLINE_EXCEEDED"}};

constexpr std::string_view invalid_key = "API key not valid. Please pass a valid API key.";

bool is_vertex(const AskedFor& asked) { return asked.path.find("/publishers/") != std::string::npos; }

/// The call whose arguments are no object, and so cannot be told.
const ToolCall* malformed_call(const Reply& reply) {
  for (const ToolCall& call : reply.tool_calls)
    if (!arguments_object(call.arguments)) return &call;
  return nullptr;
}

Json usage_of(const Usage& usage) {
  Json json{{"promptTokenCount", usage.input_tokens},
            {"candidatesTokenCount", usage.output_tokens - usage.reasoning_tokens},
            {"totalTokenCount", usage.total_tokens}};
  if (usage.cached_tokens > 0) json["cachedContentTokenCount"] = usage.cached_tokens;
  if (usage.reasoning_tokens > 0) json["thoughtsTokenCount"] = usage.reasoning_tokens;
  return json;
}

void add_finish(const Reply& reply, Json& candidate) {
  const ToolCall* const malformed = malformed_call(reply);
  if (reply.finish_reason == FinishReason::length) {
    candidate["finishReason"] = "MAX_TOKENS";
  } else if (reply.finish_reason == FinishReason::content_filter) {
    candidate["finishReason"] = "SAFETY";
  } else if (malformed != nullptr) {
    candidate["finishReason"] = "MALFORMED_FUNCTION_CALL";
    candidate["finishMessage"] = "Malformed function call: " + malformed->name + " " + malformed->arguments;
  } else {
    candidate["finishReason"] = "STOP";
  }
}

Json thought_part(std::string_view text) { return {{"text", text}, {"thought", true}}; }

/// The part of a call; none where its arguments are no object.
std::optional<Json> call_part(const Reply& reply, std::size_t index) {
  const ToolCall& call = reply.tool_calls[index];
  std::optional<Json> arguments = arguments_object(call.arguments);
  if (!arguments) return std::nullopt;
  Json part{{"functionCall", {{"name", call.name}, {"args", std::move(*arguments)}, {"id", "call_" + call.id}}}};
  if (index == 0) part["thoughtSignature"] = thought_signature;
  return part;
}

/// The response around a candidate with these parts.
Json response_of(const Reply& reply, Json parts, bool ends) {
  Json candidate{{"content", {{"parts", std::move(parts)}, {"role", "model"}}}};
  if (candidate["content"]["parts"].empty()) candidate["content"].erase("parts");
  if (ends) add_finish(reply, candidate);
  candidate["index"] = 0;
  return {{"candidates", Json::array({std::move(candidate)})},
          {"usageMetadata", usage_of(reply.usage)},
          {"modelVersion", reply.model},
          {"responseId", reply.id}};
}

/// A prompt that is blocked has no candidates. Only Vertex says why in words.
Json blocked(const Reply& reply, const AskedFor& asked) {
  Json feedback{{"blockReason", "SAFETY"}};
  if (is_vertex(asked)) feedback["blockReasonMessage"] = reply.refusal;
  return {{"promptFeedback", std::move(feedback)},
          {"usageMetadata",
           {{"promptTokenCount", reply.usage.input_tokens}, {"totalTokenCount", reply.usage.input_tokens}}},
          {"modelVersion", reply.model},
          {"responseId", reply.id}};
}

Json whole(const Reply& reply, const AskedFor& asked) {
  if (!reply.refusal.empty()) return blocked(reply, asked);
  Json parts = Json::array();
  if (!reply.reasoning.empty()) parts.push_back(thought_part(reply.reasoning));
  if (!reply.text.empty()) {
    Json part{{"text", reply.text}};
    if (!reply.reasoning.empty()) part["thoughtSignature"] = thought_signature;
    parts.push_back(std::move(part));
  }
  for (std::size_t i = 0; i < reply.tool_calls.size(); ++i)
    if (auto part = call_part(reply, i)) parts.push_back(std::move(*part));
  return response_of(reply, std::move(parts), true);
}

class Writer final : public StreamWriter {
 public:
  Writer(const Reply& reply, const AskedFor& asked)
      : StreamWriter(reply, asked), sse_(asked.path.find("alt=sse") != std::string::npos) {}

  void begin(Events&) override {}
  void begin_answer(Events&) override {}

  void piece(const Piece& piece, Events& out) override {
    switch (piece.part) {
      case Piece::Part::reasoning: add(Json::array({thought_part(piece.text)}), false, out); break;
      case Piece::Part::text: add(Json::array({{{"text", piece.text}}}), false, out); break;
      case Piece::Part::refusal: break;
      case Piece::Part::arguments:
        if (auto part = call_part(reply(), piece.call)) add(Json::array({std::move(*part)}), false, out);
        break;
    }
  }

  void end(Events& out) override {
    if (!reply().refusal.empty())
      add(blocked(reply(), asked()), out);
    else
      add(Json::array({{{"text", ""}}}), true, out);
    if (!sse_) out.emplace_back("\n]\n");
  }

 private:
  void add(Json parts, bool ends, Events& out) { add(response_of(reply(), std::move(parts), ends), out); }

  /// Without alt=sse a stream is one JSON list, which comes element by element.
  void add(const Json& response, Events& out) {
    if (sse_)
      out.push_back("data: " + encode(response) + "\r\n\r\n");
    else
      out.push_back((first_ ? "[" : ",\r\n") + encode(response));
    first_ = false;
  }

  bool sse_;
  bool first_ = true;
};

/// A schema of Google's own kind as JSON Schema: types in lower case, `nullable`, sizes that may be texts.
Json as_json_schema(Json schema) {
  if (schema.is_array()) {
    for (Json& element : schema) element = as_json_schema(std::move(element));
    return schema;
  }
  if (!schema.is_object()) return schema;
  Json read = Json::object();
  const bool nullable = is_true_at(schema, {"nullable"});
  for (auto& [key, member] : schema.items()) {
    if (key == "nullable" || key == "propertyOrdering" || key == "example") continue;
    if (key == "type" && member.is_string()) {
      std::string type = member.get<std::string>();
      for (char& c : type)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
      read[key] = nullable ? Json::array({type, "null"}) : Json(type);
    } else if (key == "format" && member == "enum") {
      continue;
    } else if (key == "properties" && member.is_object()) {
      read[key] = Json::object();
      for (auto& [name, property] : member.items()) read[key][name] = as_json_schema(property);
    } else if ((key.starts_with("min") || key.starts_with("max")) && member.is_string()) {
      auto size = decode<Json>(member.get_ref<const std::string&>());
      read[key] = size ? std::move(*size) : Json(member);
    } else if (key == "items" || key == "anyOf") {
      read[key] = as_json_schema(member);
    } else {
      read[key] = member;
    }
  }
  if (nullable && read.contains("enum")) read["enum"].push_back(nullptr);
  return read;
}

/// The schema under one of two keys: JSON Schema, or Google's own.
std::string schema_at(const Json& value, std::string_view json_schema, std::string_view own) {
  if (std::string schema = json_at(value, {json_schema}); !schema.empty()) return schema;
  const Json* const schema = find(value, {own});
  return schema == nullptr ? std::string() : encode(as_json_schema(*schema));
}

class Gemini final : public ServedProtocol {
 public:
  std::string_view name() const override { return "gemini"; }
  bool serves(std::string_view path) const override {
    return path.ends_with(":generateContent") || path.ends_with(":streamGenerateContent");
  }

  std::string key(const HttpRequest& request) const override {
    const std::string_view key = header(request, "x-goog-api-key");
    return key.empty() ? ServedProtocol::key(request) : std::string(key);
  }
  RequestProblem wrong_key() const override { return {400, std::string(invalid_key)}; }

  std::optional<RequestProblem> problem(const HttpRequest&, const Json& body) const override {
    if (!has_list_at(body, {"contents"}))
      return RequestProblem{400, "* GenerateContentRequest.contents: contents is not specified"};
    return std::nullopt;
  }

  AskedFor read(std::string_view url, const Json& body) const override {
    AskedFor asked;
    asked.path = path_of(url);
    const std::string_view path = without_query(asked.path);
    const std::size_t colon = path.rfind(':');
    asked.stream = path.substr(colon + 1) == "streamGenerateContent";
    if (const std::size_t slash = path.rfind('/', colon); slash != std::string_view::npos && slash + 1 < colon)
      asked.model = percent_decoded(path.substr(slash + 1, colon - slash - 1));

    const Json* const calling = find(body, {"toolConfig", "functionCallingConfig"});
    const std::string mode = calling == nullptr ? std::string() : text_at(*calling, {"mode"});
    if (mode != "NONE")
      for (const Json& tool : list_at(body, {"tools"}))
        for (const Json& function : list_at(tool, {"functionDeclarations"}))
          asked.tools.push_back(
              {text_at(function, {"name"}), schema_at(function, "parametersJsonSchema", "parameters")});
    if (calling != nullptr)
      for (const Json& name : list_at(*calling, {"allowedFunctionNames"}))
        if (asked.chosen.empty() && name.is_string()) asked.chosen = name.get<std::string>();
    asked.must_call = mode == "ANY";
    asked.several_calls = asked.tools.size() > 1 && !asked.must_call && asked.chosen.empty();

    if (const Json* const config = find(body, {"generationConfig"})) {
      asked.schema = schema_at(*config, "responseJsonSchema", "responseSchema");
      if (!asked.schema.empty())
        asked.format = "response_schema";
      else if (text_at(*config, {"responseMimeType"}) == "application/json")
        asked.format = "response_mime_type";
    }
    add_texts(asked.conversation, find(body, {"systemInstruction"}));
    add_texts(asked.conversation, find(body, {"contents"}));
    asked.first_attempt = !has_role(list_at(body, {"contents"}), "model");
    return asked;
  }

  Served answer(const Reply& reply, const AskedFor& asked, const Streaming& streaming) const override {
    if (!asked.stream) return json_response(200, whole(reply, asked));
    const bool events = asked.path.find("alt=sse") != std::string::npos;
    return stream_response(events ? "text/event-stream" : "application/json; charset=UTF-8",
                           stream_of(std::make_unique<Writer>(reply, asked), streaming, CallPieces::whole));
  }

  Served error(int status, std::string_view message) const override {
    Json error{{"code", status},
               {"message", message},
               {"status", word_for(status, error_statuses, "INVALID_ARGUMENT", "INTERNAL")}};
    if (message == invalid_key)
      error["details"] = Json::array({{{"@type", "type.googleapis.com/google.rpc.ErrorInfo"},
                                       {"reason", "API_KEY_INVALID"},
                                       {"domain", "googleapis.com"}}});
    return json_response(status, {{"error", std::move(error)}});
  }
};

}  // namespace

const ServedProtocol& gemini() {
  static const Gemini protocol;
  return protocol;
}

}  // namespace instructor::testing::wire
