// Recorded replies of Amazon Bedrock's Converse API, read a second time.

#include <array>
#include <cstdint>
#include <map>

#include "http/aws_event_stream.hpp"
#include "second_reading.hpp"

namespace conformance {

namespace {

using instructor::FinishReason;

FinishReason reason(const ChatBody& body) {
  const std::string_view text = body.finish_reason;
  if (text.empty()) return FinishReason::unknown;
  if (text == "end_turn" || text == "stop_sequence") return FinishReason::stop;
  if (text == "max_tokens" || text == "model_context_window_exceeded") return FinishReason::length;
  if (text == "tool_use") return FinishReason::tool_calls;
  if (text == "guardrail_intervened" || text == "content_filtered" || text == "refusal")
    return FinishReason::content_filter;
  return FinishReason::other;
}

std::int64_t number_at(const Json& object, std::string_view name) {
  const Json* const value = member(object, name);
  return value != nullptr && value->is_number_integer() ? value->get<std::int64_t>() : 0;
}

/// inputTokens leaves out what went through the cache, unless the total says that it does not.
ChatUsage read_usage(const Json* usage) {
  ChatUsage out;
  if (usage == nullptr) return out;
  const std::int64_t read = number_at(*usage, "cacheReadInputTokens");
  const std::int64_t written = number_at(*usage, "cacheWriteInputTokens");
  const std::int64_t input = number_at(*usage, "inputTokens");
  out.output = number_at(*usage, "outputTokens");
  out.total = number_at(*usage, "totalTokens");
  const bool included = out.total == input + out.output;
  out.input = included ? input : input + read + written;
  if (out.total == 0) out.total = out.input + out.output;
  out.cached = read;
  return out;
}

bool is_servers(const Json& tool_use) { return text_at(tool_use, "type") == "server_tool_use"; }

std::string routed_to(const Json& body) {
  const Json* const trace = member(body, "trace");
  const Json* const router = trace == nullptr ? nullptr : member(*trace, "promptRouter");
  return router == nullptr ? std::string() : text_at(*router, "invokedModelId");
}

void read_block(const Json& block, ChatBody& out) {
  out.text += text_at(block, "text");
  if (const Json* const cited = member(block, "citationsContent"))
    if (const Json* const parts = member(*cited, "content"))
      for (const Json& part : *parts) out.text += text_at(part, "text");
  if (const Json* const thought = member(block, "reasoningContent"))
    if (const Json* const said = member(*thought, "reasoningText")) out.reasoning += text_at(*said, "text");
  if (const Json* const call = member(block, "toolUse"); call != nullptr && !is_servers(*call)) {
    const Json* const input = member(*call, "input");
    out.calls.push_back(
        {text_at(*call, "toolUseId"), text_at(*call, "name"), input == nullptr ? Json::object() : *input});
  }
}

std::optional<ChatBody> read_reply(const Json& body) {
  const Json* const output = member(body, "output");
  if (output == nullptr) return std::nullopt;
  ChatBody out;
  out.odd = !output->is_object();
  out.model = routed_to(body);
  out.finish_reason = text_at(body, "stopReason");
  out.usage = read_usage(member(body, "usage"));
  const Json* const message = member(*output, "message");
  const Json* const content = message == nullptr ? nullptr : member(*message, "content");
  if (content == nullptr) return out;
  if (!content->is_array()) out.odd = true;
  for (const Json& block : *content) read_block(block, out);
  return out;
}

ChatStream read_stream(const std::vector<RecordedEvent>& events) {
  ChatStream out;
  std::map<std::int64_t, std::size_t> calls;  // by the index of their block
  for (const RecordedEvent& event : events) {
    const std::expected<Json, std::string> payload = parse_json(event.data);
    if (event.name.ends_with("Exception")) {
      std::string type = event.name;
      type[0] = static_cast<char>(type[0] - 'a' + 'A');
      out.error = Json{{"type", type}, {"message", payload ? text_at(*payload, "message") : event.data}};
      break;
    }
    if (!payload || !payload->is_object()) {
      out.broken = true;
      break;
    }
    const std::int64_t index = number_at(*payload, "contentBlockIndex");
    if (event.name == "contentBlockStart") {
      const Json* const start = member(*payload, "start");
      const Json* const call = start == nullptr ? nullptr : member(*start, "toolUse");
      if (call == nullptr || is_servers(*call)) continue;
      calls[index] = out.body.calls.size();
      out.body.calls.push_back({text_at(*call, "toolUseId"), text_at(*call, "name"), Json("")});
    } else if (event.name == "contentBlockDelta") {
      const Json* const delta = member(*payload, "delta");
      if (delta == nullptr) continue;
      out.body.text += text_at(*delta, "text");
      if (const Json* const thought = member(*delta, "reasoningContent"))
        out.body.reasoning += text_at(*thought, "text");
      const Json* const piece = member(*delta, "toolUse");
      if (piece != nullptr && calls.contains(index)) {
        Json& arguments = out.body.calls[calls[index]].arguments;
        arguments = arguments.get<std::string>() + text_at(*piece, "input");
      }
    } else if (event.name == "contentBlockStop") {
      if (calls.contains(index) && out.body.calls[calls[index]].arguments == "")
        out.body.calls[calls[index]].arguments = "{}";
    } else if (event.name == "messageStop") {
      out.body.finish_reason = text_at(*payload, "stopReason");
    } else if (event.name == "metadata") {
      out.body.usage = read_usage(member(*payload, "usage"));
      out.body.model = routed_to(*payload);
    }
  }
  return out;
}

constexpr SecondReading reading{instructor::bedrock_converse_protocol, read_reply, read_stream, reason};

std::uint32_t big_endian(std::string_view bytes, std::size_t at, std::size_t size) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < size && at + i < bytes.size(); ++i)
    value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  return value;
}

/// The messages of an event stream, by hand: in recordings all headers are texts.
std::vector<RecordedEvent> read_messages(std::string_view bytes) {
  constexpr std::size_t prelude = 12;
  constexpr std::size_t checksum = 4;
  std::vector<RecordedEvent> events;
  while (bytes.size() >= prelude + checksum) {
    const std::size_t total = big_endian(bytes, 0, 4);
    const std::size_t headers_end = prelude + big_endian(bytes, 4, 4);
    if (total > bytes.size() || headers_end + checksum > total) break;
    RecordedEvent event;
    for (std::size_t at = prelude; at < headers_end;) {
      const std::size_t name_size = big_endian(bytes, at, 1);
      const std::string_view name = bytes.substr(at + 1, name_size);
      at += 1 + name_size + 1;
      const std::size_t size = big_endian(bytes, at, 2);
      if (name == ":event-type" || name == ":exception-type") event.name = bytes.substr(at + 2, size);
      at += 2 + size;
    }
    event.data = bytes.substr(headers_end, total - headers_end - checksum);
    events.push_back(std::move(event));
    bytes.remove_prefix(total);
  }
  return events;
}

/// Where only the payloads were recorded, each is an object with its kind as key.
std::vector<RecordedEvent> read_chunks(const std::string& chunks) {
  std::vector<RecordedEvent> events;
  if (const std::expected<Json, std::string> list = parse_json(chunks))
    for (const Json& chunk : *list)
      for (const auto& [name, payload] : chunk.items()) events.push_back({name, payload.dump()});
  return events;
}

}  // namespace

bool is_converse_reply(const Interaction& interaction) {
  const bool converse = interaction.endpoint == "converse" || interaction.endpoint == "converse-stream";
  return converse && interaction.provider == "bedrock" && !is_converse_stream(interaction);
}

Differences check_converse_reply(const Interaction& interaction) { return check_reply(reading, interaction); }

bool is_converse_stream(const Interaction& interaction) {
  return interaction.endpoint == "converse-stream" && is_success(interaction);
}

Differences check_converse_stream(const Interaction& interaction) {
  if (interaction.body_kind != "chunks")
    return check_stream(reading, interaction.body, read_messages(interaction.body));
  const std::vector<RecordedEvent> events = read_chunks(interaction.body);
  std::string bytes;
  for (const RecordedEvent& event : events) {
    using Kind = instructor::AwsEventMessage::Kind;
    const Kind kind = event.name.ends_with("Exception") ? Kind::exception : Kind::event;
    bytes += instructor::aws_event_message(kind, event.name, event.data);
  }
  return check_stream(reading, bytes, events);
}

}  // namespace conformance
