// Recorded replies of Cohere's chat, read a second time.

#include <cmath>
#include <map>

#include "second_reading.hpp"

namespace conformance {

namespace {

using instructor::FinishReason;

FinishReason reason(const ChatBody& body) {
  const std::string_view text = body.finish_reason;
  if (text.empty()) return FinishReason::unknown;
  if (text == "COMPLETE" || text == "STOP_SEQUENCE") return FinishReason::stop;
  if (text == "MAX_TOKENS") return FinishReason::length;
  if (text == "TOOL_CALL") return FinishReason::tool_calls;
  return FinishReason::other;
}

std::int64_t number_at(const Json& object, std::string_view name) {
  const Json* const value = member(object, name);
  return value != nullptr && value->is_number() ? std::llround(value->get<double>()) : 0;
}

ChatUsage read_usage(const Json* usage) {
  ChatUsage out;
  if (usage == nullptr) return out;
  const Json* tokens = member(*usage, "tokens");
  if (tokens == nullptr) tokens = member(*usage, "billed_units");
  if (tokens != nullptr) {
    out.input = number_at(*tokens, "input_tokens");
    out.output = number_at(*tokens, "output_tokens");
    out.reasoning = number_at(*tokens, "reasoning_tokens");
  }
  out.total = out.input + out.output;
  out.cached = number_at(*usage, "cached_tokens");
  return out;
}

ChatCall read_call(const Json& call) {
  ChatCall out{text_at(call, "id"), {}, {}};
  const Json* const function = member(call, "function");
  if (function == nullptr) return out;
  out.name = text_at(*function, "name");
  if (const Json* const arguments = member(*function, "arguments")) out.arguments = *arguments;
  return out;
}

std::optional<ChatBody> read_reply(const Json& body) {
  const Json* const message = member(body, "message");
  if (message == nullptr || !message->is_object()) return std::nullopt;
  ChatBody out;
  out.id = text_at(body, "id");
  out.finish_reason = text_at(body, "finish_reason");
  out.usage = read_usage(member(body, "usage"));
  if (const Json* const content = member(*message, "content")) {
    if (content->is_string()) out.text = content->get<std::string>();
    if (content->is_array())
      for (const Json& part : *content) {
        out.text += text_at(part, "text");
        out.reasoning += text_at(part, "thinking");
      }
  }
  out.reasoning += text_at(*message, "tool_plan");
  if (const Json* const calls = member(*message, "tool_calls"))
    for (const Json& call : *calls) out.calls.push_back(read_call(call));
  return out;
}

ChatStream read_stream(const std::vector<RecordedEvent>& events) {
  ChatStream out;
  for (const RecordedEvent& event : events) {
    if (event.data == "[DONE]") break;
    const std::expected<Json, std::string> data = parse_json(event.data);
    if (!data || !data->is_object()) {
      out.broken = true;
      break;
    }
    const std::string type = text_at(*data, "type");
    if (type.empty() && !text_at(*data, "message").empty()) {
      out.error = *data;
      break;
    }
    if (out.body.id.empty()) out.body.id = text_at(*data, "id");
    const Json* const delta = member(*data, "delta");
    if (delta == nullptr) continue;
    if (!text_at(*delta, "error").empty()) {
      out.error = Json{{"error", text_at(*delta, "error")}};
      break;
    }
    if (type == "message-end") {
      out.body.finish_reason = text_at(*delta, "finish_reason");
      out.body.usage = read_usage(member(*delta, "usage"));
    }
    const Json* const message = member(*delta, "message");
    if (message == nullptr || type == "message-start") continue;
    if (const Json* const content = member(*message, "content")) {
      out.body.text += text_at(*content, "text");
      out.body.reasoning += text_at(*content, "thinking");
    }
    out.body.reasoning += text_at(*message, "tool_plan");
    const Json* const call = member(*message, "tool_calls");
    if (call == nullptr) continue;
    ChatCall piece = read_call(*call);
    if (type == "tool-call-start" || out.body.calls.empty()) {
      out.body.calls.push_back(std::move(piece));
    } else {
      // They come one after the other.
      Json& all = out.body.calls.back().arguments;
      if (piece.arguments.is_string())
        all = (all.is_string() ? all.get<std::string>() : "") + piece.arguments.get<std::string>();
    }
  }
  return out;
}

constexpr SecondReading reading{instructor::cohere_chat_protocol, read_reply, read_stream, reason};

}  // namespace

bool is_cohere_reply(const Interaction& interaction) {
  return interaction.endpoint == "v2.chat" && !is_cohere_stream(interaction);
}

Differences check_cohere_reply(const Interaction& interaction) { return check_reply(reading, interaction); }

bool is_cohere_stream(const Interaction& interaction) {
  return interaction.endpoint == "v2.chat" && is_success(interaction) &&
         (interaction.body_kind == "sse" || interaction.body_kind == "chunks");
}

Differences check_cohere_stream(const Interaction& interaction) {
  std::string bytes = interaction.body;
  if (interaction.body_kind == "chunks") {
    bytes.clear();
    if (const std::expected<Json, std::string> list = parse_json(interaction.body))
      for (const Json& chunk : *list)
        bytes += "data: " + (chunk.is_string() ? chunk.get<std::string>() : chunk.dump()) + "\n\n";
  }
  std::vector<RecordedEvent> events;
  for (std::string& data : read_events(bytes)) events.push_back({{}, std::move(data)});
  return check_stream(reading, bytes, events);
}

}  // namespace conformance
