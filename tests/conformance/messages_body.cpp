#include "messages_body.hpp"

#include <map>

namespace conformance {

namespace {

using instructor::FinishReason;

std::int64_t count_of(const Json& usage, std::string_view name) {
  const Json* const value = member(usage, name);
  return value != nullptr && value->is_number_integer() ? value->get<std::int64_t>() : 0;
}

/// Counts that come later are of all so far.
void read_usage(const Json* usage, Json& counts) {
  if (usage == nullptr || !usage->is_object()) return;
  for (const std::string_view name :
       {"input_tokens", "output_tokens", "cache_creation_input_tokens", "cache_read_input_tokens"})
    if (const std::int64_t count = count_of(*usage, name); count != 0) counts[std::string(name)] = count;
  if (const Json* const details = member(*usage, "output_tokens_details"))
    if (const std::int64_t count = count_of(*details, "thinking_tokens"); count != 0) counts["thinking"] = count;
}

void set_usage(const Json& counts, MessageBody& out) {
  out.usage.cached = count_of(counts, "cache_read_input_tokens");
  out.usage.input =
      count_of(counts, "input_tokens") + count_of(counts, "cache_creation_input_tokens") + out.usage.cached;
  out.usage.output = count_of(counts, "output_tokens");
  out.usage.total = out.usage.input + out.usage.output;
  out.usage.reasoning = count_of(counts, "thinking");
}

void set_end(const Json& holder, MessageBody& out) {
  out.finish_reason = text_at(holder, "stop_reason");
  if (const Json* const details = member(holder, "stop_details")) out.refusal = text_at(*details, "explanation");
}

/// Text, thinking and calls of the blocks.
void read_blocks(MessageBody& out) {
  for (const Json& block : out.blocks) {
    const std::string type = text_at(block, "type");
    if (type == "text") out.text += text_at(block, "text");
    if (type == "thinking") out.reasoning += text_at(block, "thinking");
    if (type != "tool_use") continue;
    const Json* const input = member(block, "input");
    out.calls.push_back({text_at(block, "id"), text_at(block, "name"), input == nullptr ? Json() : *input});
  }
}

}  // namespace

FinishReason message_end(std::string_view reason) {
  static const std::map<std::string_view, FinishReason> known{
      {"", FinishReason::unknown},
      {"end_turn", FinishReason::stop},
      {"stop_sequence", FinishReason::stop},
      {"tool_use", FinishReason::tool_calls},
      {"max_tokens", FinishReason::length},
      {"model_context_window_exceeded", FinishReason::length},
      {"refusal", FinishReason::content_filter},
  };
  const auto found = known.find(reason);
  return found == known.end() ? FinishReason::other : found->second;
}

bool needs_native(const Json& blocks) {
  for (const Json& block : blocks) {
    const std::string type = text_at(block, "type");
    if (type != "text" && type != "tool_use") return true;
    if (const Json* const citations = member(block, "citations"); citations != nullptr && !citations->empty())
      return true;
  }
  return false;
}

std::optional<MessageBody> read_message_body(const Json& body) {
  const Json* const content = member(body, "content");
  if (member(body, "error") != nullptr || content == nullptr || !content->is_array()) return std::nullopt;
  MessageBody out;
  out.id = text_at(body, "id");
  out.model = text_at(body, "model");
  out.blocks = *content;
  read_blocks(out);
  set_end(body, out);
  Json counts = Json::object();
  read_usage(member(body, "usage"), counts);
  set_usage(counts, out);
  return out;
}

MessageStream read_message_stream(const std::vector<std::string>& events) {
  MessageStream stream;
  MessageBody& out = stream.body;
  Json counts = Json::object();
  std::map<std::int64_t, Json> blocks;
  std::map<std::int64_t, std::string> inputs;
  for (const std::string& text : events) {
    const std::expected<Json, std::string> event = parse_json(text);
    if (!event || !event->is_object()) {
      stream.broken = true;
      break;
    }
    const std::string type = text_at(*event, "type");
    const Json* const place = member(*event, "index");
    const std::int64_t index = place == nullptr ? -1 : place->get<std::int64_t>();
    if (type == "error") {
      stream.error = *event;
      break;
    }
    if (type == "message_start") {
      const Json& message = event->at("message");
      out.id = text_at(message, "id");
      out.model = text_at(message, "model");
      read_usage(member(message, "usage"), counts);
    } else if (type == "content_block_start") {
      blocks[index] = event->at("content_block");
    } else if (type == "content_block_delta") {
      const Json& delta = event->at("delta");
      const std::string kind = text_at(delta, "type");
      Json& block = blocks[index];
      if (kind == "text_delta") block["text"] = text_at(block, "text") + text_at(delta, "text");
      if (kind == "thinking_delta") block["thinking"] = text_at(block, "thinking") + text_at(delta, "thinking");
      if (kind == "signature_delta") block["signature"] = delta.at("signature");
      if (kind == "input_json_delta") inputs[index] += text_at(delta, "partial_json");
      if (kind == "citations_delta") {
        if (member(block, "citations") == nullptr) block["citations"] = Json::array();
        block["citations"].push_back(delta.at("citation"));
      }
      if (kind == "compaction_delta")
        for (const char* const name : {"content", "encrypted_content"})
          if (delta.contains(name)) block[name] = delta.at(name);
    } else if (type == "message_delta") {
      set_end(event->at("delta"), out);
      read_usage(member(*event, "usage"), counts);
    } else if (type == "message_stop") {
      break;
    }
  }
  for (auto& [index, block] : blocks) {
    if (const std::string& input = inputs[index]; !input.empty()) {
      const std::expected<Json, std::string> value = parse_json(input);
      // A recording that ends in the middle of a call.
      if (!value) out.odd = true;
      if (value) block["input"] = *value;
    }
    out.blocks.push_back(std::move(block));
  }
  read_blocks(out);
  set_usage(counts, out);
  return stream;
}

}  // namespace conformance
