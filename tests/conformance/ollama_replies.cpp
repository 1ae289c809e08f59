// Recorded replies of Ollama's own chat, read a second time.

#include <sstream>

#include "second_reading.hpp"

namespace conformance {

namespace {

using instructor::FinishReason;

FinishReason reason(const ChatBody& body) {
  const std::string_view text = body.finish_reason;
  if (text.empty()) return FinishReason::unknown;
  if (text == "stop") return FinishReason::stop;
  return text == "length" ? FinishReason::length : FinishReason::other;
}

std::int64_t number_at(const Json& object, std::string_view name) {
  const Json* const value = member(object, name);
  return value != nullptr && value->is_number_integer() ? value->get<std::int64_t>() : 0;
}

void add(const Json& body, ChatBody& out) {
  if (out.model.empty()) out.model = text_at(body, "model");
  if (const std::string why = text_at(body, "done_reason"); !why.empty()) out.finish_reason = why;
  out.usage.input += number_at(body, "prompt_eval_count");
  out.usage.output += number_at(body, "eval_count");
  out.usage.total = out.usage.input + out.usage.output;
  const Json* const message = member(body, "message");
  if (message == nullptr) return;
  out.text += text_at(*message, "content");
  out.reasoning += text_at(*message, "thinking");
  const Json* const calls = member(*message, "tool_calls");
  if (calls == nullptr) return;
  for (const Json& call : *calls) {
    const Json* const function = member(call, "function");
    if (function == nullptr) continue;
    const Json* const arguments = member(*function, "arguments");
    out.calls.push_back(
        {text_at(call, "id"), text_at(*function, "name"), arguments == nullptr ? Json::object() : *arguments});
  }
}

std::optional<ChatBody> read_reply(const Json& body) {
  if (member(body, "message") == nullptr || member(body, "error") != nullptr) return std::nullopt;
  ChatBody out;
  add(body, out);
  return out;
}

ChatStream read_stream(const std::vector<RecordedEvent>& events) {
  ChatStream out;
  for (const RecordedEvent& event : events) {
    const std::expected<Json, std::string> line = parse_json(event.data);
    if (!line || !line->is_object()) {
      out.broken = true;
      break;
    }
    if (member(*line, "error") != nullptr) {
      out.error = *line;
      break;
    }
    add(*line, out.body);
    const Json* const done = member(*line, "done");
    if (done != nullptr && *done == true) break;
  }
  return out;
}

constexpr SecondReading reading{instructor::ollama_chat_protocol, read_reply, read_stream, reason};

}  // namespace

bool is_ollama_reply(const Interaction& interaction) {
  return interaction.endpoint == "chat" && interaction.provider == "ollama" && !is_ollama_stream(interaction);
}

Differences check_ollama_reply(const Interaction& interaction) { return check_reply(reading, interaction); }

bool is_ollama_stream(const Interaction& interaction) {
  return interaction.endpoint == "chat" && interaction.provider == "ollama" && is_success(interaction) &&
         (interaction.body_kind == "ndjson" || interaction.body_kind == "chunks");
}

Differences check_ollama_stream(const Interaction& interaction) {
  std::string bytes = interaction.body;
  if (interaction.body_kind == "chunks") {
    bytes.clear();
    if (const std::expected<Json, std::string> list = parse_json(interaction.body))
      for (const Json& chunk : *list) bytes += chunk.dump() + "\n";
  }
  std::vector<RecordedEvent> events;
  std::istringstream lines(bytes);
  for (std::string line; std::getline(lines, line);)
    if (line.find_first_not_of(" \t\r") != std::string::npos) events.push_back({{}, line});
  return check_stream(reading, bytes, events);
}

}  // namespace conformance
