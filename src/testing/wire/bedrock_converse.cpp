// Amazon Bedrock's Converse and ConverseStream.
// Source: docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html and _ConverseStream.html; messages
// of streams: docs.aws.amazon.com/transcribe/latest/dg/event-stream.html.

#include <array>
#include <cstdint>

#include "instructor/codec.hpp"
#include "testing/wire/asked.hpp"
#include "testing/wire/protocols.hpp"
#include "testing/wire/written.hpp"

namespace instructor::testing::wire {

namespace {

constexpr std::array error_types{
    StatusWord{401, "UnrecognizedClientException"}, StatusWord{403, "AccessDeniedException"},
    StatusWord{404, "ResourceNotFoundException"},   StatusWord{408, "ModelTimeoutException"},
    StatusWord{424, "ModelErrorException"},         StatusWord{429, "ThrottlingException"},
    StatusWord{503, "ServiceUnavailableException"}};

// ---- event stream messages -----------------------------------------------------------------------------------------

/// The CRC-32 of zlib and PNG (ISO 3309).
std::uint32_t crc32(std::string_view bytes) {
  std::uint32_t crc = 0xFFFFFFFFu;
  for (const char c : bytes) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1u) != 0 ? 0xEDB88320u : 0u);
  }
  return ~crc;
}

void append_number(std::string& out, std::uint64_t value, int bytes) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8)
    out += static_cast<char>(static_cast<unsigned char>((value >> shift) & 0xFFu));
}

void append_header(std::string& out, std::string_view name, std::string_view value) {
  constexpr int string_type = 7;
  append_number(out, name.size(), 1);
  out += name;
  append_number(out, string_type, 1);
  append_number(out, value.size(), 2);
  out += value;
}

std::string event_message(const char* type, const Json& payload) {
  std::string headers;
  append_header(headers, ":event-type", type);
  append_header(headers, ":content-type", "application/json");
  append_header(headers, ":message-type", "event");
  const std::string body = encode(payload);
  constexpr std::size_t prelude_and_checksums = 16;
  std::string message;
  append_number(message, prelude_and_checksums + headers.size() + body.size(), 4);
  append_number(message, headers.size(), 4);
  append_number(message, crc32(message), 4);
  message += headers;
  message += body;
  append_number(message, crc32(message), 4);
  return message;
}

// ---- replies -------------------------------------------------------------------------------------------------------

std::string_view stop_reason(const Reply& reply) {
  if (!reply.refusal.empty()) return "content_filtered";
  switch (reply.finish_reason) {
    case FinishReason::length: return "max_tokens";
    case FinishReason::tool_calls: return "tool_use";
    case FinishReason::content_filter: return "guardrail_intervened";
    default: return "end_turn";
  }
}

/// What a filter leaves are its own words.
const std::string& words_of(const Reply& reply) { return reply.refusal.empty() ? reply.text : reply.refusal; }

bool has_text(const Reply& reply) { return !words_of(reply).empty() || reply.tool_calls.empty(); }

/// Cached tokens are counted apart.
Json usage_of(const Usage& usage) {
  Json json{{"inputTokens", usage.input_tokens - usage.cached_tokens},
            {"outputTokens", usage.output_tokens},
            {"totalTokens", usage.total_tokens}};
  if (usage.cached_tokens > 0) json["cacheReadInputTokens"] = usage.cached_tokens;
  return json;
}

Json response_of(const Reply& reply) {
  Json content = Json::array();
  if (!reply.reasoning.empty())
    content.push_back(
        {{"reasoningContent", {{"reasoningText", {{"text", reply.reasoning}, {"signature", thought_signature}}}}}});
  if (has_text(reply)) content.push_back({{"text", words_of(reply)}});
  for (const ToolCall& call : reply.tool_calls)
    content.push_back(
        {{"toolUse",
          {{"toolUseId", "tooluse_" + call.id}, {"name", call.name}, {"input", arguments_value(call.arguments)}}}});
  return {{"metrics", {{"latencyMs", 1}}},
          {"output", {{"message", {{"content", std::move(content)}, {"role", "assistant"}}}}},
          {"stopReason", stop_reason(reply)},
          {"usage", usage_of(reply.usage)}};
}

class Writer final : public StreamWriter {
 public:
  using StreamWriter::StreamWriter;

  void begin(Events& out) override {
    out.push_back(event("messageStart", {{"role", "assistant"}}));
    if (!reply().reasoning.empty()) ++blocks_;
  }

  void begin_answer(Events& out) override {
    if (!reply().reasoning.empty()) {
      out.push_back(delta(0, {{"reasoningContent", {{"signature", thought_signature}}}}));
      out.push_back(event("contentBlockStop", {{"contentBlockIndex", 0}}));
    }
    // Only tools have an event for the start of their block.
    first_ = blocks_;
    if (has_text(reply())) ++blocks_;
    calls_ = blocks_;
    for (const ToolCall& call : reply().tool_calls)
      out.push_back(event("contentBlockStart",
                          {{"contentBlockIndex", blocks_++},
                           {"start", {{"toolUse", {{"toolUseId", "tooluse_" + call.id}, {"name", call.name}}}}}}));
  }

  void piece(const Piece& piece, Events& out) override {
    switch (piece.part) {
      case Piece::Part::reasoning: out.push_back(delta(0, {{"reasoningContent", {{"text", piece.text}}}})); break;
      case Piece::Part::text:
      case Piece::Part::refusal: out.push_back(delta(first_, {{"text", piece.text}})); break;
      case Piece::Part::arguments:
        out.push_back(delta(calls_ + piece.call, {{"toolUse", {{"input", piece.text}}}}));
        break;
    }
  }

  void end(Events& out) override {
    for (std::size_t i = first_; i < blocks_; ++i) out.push_back(event("contentBlockStop", {{"contentBlockIndex", i}}));
    out.push_back(event("messageStop", {{"stopReason", stop_reason(reply())}}));
    out.push_back(event("metadata", {{"metrics", {{"latencyMs", 1}}}, {"usage", usage_of(reply().usage)}}));
  }

 private:
  /// Every message carries some padding, so that its length does not tell what is said.
  static std::string event(const char* type, Json payload) {
    payload["p"] = "abcdefgh";
    return event_message(type, payload);
  }
  static std::string delta(std::size_t index, const Json& delta) {
    return event("contentBlockDelta", {{"contentBlockIndex", index}, {"delta", delta}});
  }

  std::size_t blocks_ = 0;
  std::size_t first_ = 0;  ///< block after the reasoning
  std::size_t calls_ = 0;  ///< block of the first call
};

class BedrockConverse final : public ServedProtocol {
 public:
  std::string_view name() const override { return "bedrock converse"; }
  bool serves(std::string_view path) const override {
    return path.find("/model/") != std::string_view::npos &&
           (path.ends_with("/converse") || path.ends_with("/converse-stream"));
  }

  /// A bearer token, or the id of the access key that the request is signed with; signatures are not checked.
  std::string key(const HttpRequest& request) const override {
    const std::string_view value = header(request, "authorization");
    constexpr std::string_view before = "Credential=";
    const std::size_t begin = value.find(before);
    if (!value.starts_with("AWS4-") || begin == std::string_view::npos) return ServedProtocol::key(request);
    const std::string_view credential = value.substr(begin + before.size());
    return std::string(credential.substr(0, credential.find('/')));
  }
  RequestProblem wrong_key() const override { return {403, "The security token included in the request is invalid."}; }

  std::optional<RequestProblem> problem(const HttpRequest&, const Json& body) const override {
    if (!has_list_at(body, {"messages"}))
      return RequestProblem{400,
                            "A conversation must start with a user message. Try again with a conversation that "
                            "starts with a user message."};
    return std::nullopt;
  }

  AskedFor read(std::string_view url, const Json& body) const override {
    AskedFor asked;
    asked.path = path_of(url);
    const std::string_view path = without_query(asked.path);
    const std::size_t end = path.rfind('/');
    constexpr std::string_view before = "/model/";
    const std::size_t begin = path.find(before);
    if (begin != std::string_view::npos && end > begin + before.size())
      asked.model = percent_decoded(path.substr(begin + before.size(), end - begin - before.size()));
    asked.stream = path.ends_with("-stream");

    for (const Json& tool : list_at(body, {"toolConfig", "tools"}))
      if (std::string name = text_at(tool, {"toolSpec", "name"}); !name.empty())
        asked.tools.push_back({std::move(name), json_at(tool, {"toolSpec", "inputSchema", "json"})});
    asked.chosen = text_at(body, {"toolConfig", "toolChoice", "tool", "name"});
    asked.must_call = !asked.chosen.empty() || find(body, {"toolConfig", "toolChoice", "any"}) != nullptr;
    asked.several_calls = asked.tools.size() > 1 && !asked.must_call;
    // The schema is a text there.
    asked.schema = text_at(body, {"outputConfig", "textFormat", "structure", "jsonSchema", "schema"});
    if (find(body, {"outputConfig", "textFormat"}) != nullptr) asked.format = "outputConfig.textFormat";
    add_texts(asked.conversation, find(body, {"system"}));
    add_texts(asked.conversation, find(body, {"messages"}));
    asked.first_attempt = !has_role(list_at(body, {"messages"}), "assistant");
    return asked;
  }

  Served answer(const Reply& reply, const AskedFor& asked, const Streaming& streaming) const override {
    std::vector<HttpHeader> headers{{"x-amzn-requestid", reply.request_id}};
    if (!asked.stream) return json_response(200, response_of(reply), std::move(headers));
    return stream_response("application/vnd.amazon.eventstream",
                           stream_of(std::make_unique<Writer>(reply, asked), streaming), std::move(headers));
  }

  Served error(int status, std::string_view message) const override {
    const std::string_view type = word_for(status, error_types, "ValidationException", "InternalServerException");
    return json_response(status, Json::object({{"message", message}}),
                         {{"x-amzn-errortype", std::string(type)}, {"x-amzn-requestid", "req-scripted"}});
  }
};

}  // namespace

const ServedProtocol& bedrock_converse() {
  static const BedrockConverse protocol;
  return protocol;
}

}  // namespace instructor::testing::wire
