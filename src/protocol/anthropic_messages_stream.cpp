// The events of a streamed message: https://platform.claude.com/docs/en/build-with-claude/streaming, read 2026-11.

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "json/close.hpp"
#include "json/slice.hpp"
#include "protocol/anthropic_messages_wire.hpp"
#include "protocol/error_body.hpp"

namespace instructor::anthropic_messages {

namespace {

// ---- what an event holds -----------------------------------------------------------------------------------------

struct WireDelta {
  std::string type;
  std::string text;
  std::string partial_json;
  std::string thinking;
  std::string signature;
  Json citation;
  Json content;            // of a compaction
  Json encrypted_content;  // of a compaction
  std::string stop_reason;
  Json stop_details;
};

struct WireEvent {
  std::string type;
  std::int64_t index = -1;
  WireDelta delta;
  Json content_block;
  WireMessage message;
  WireUsage usage;
  Json error;
};

constexpr std::size_t no_call = static_cast<std::size_t>(-1);

/// A block of the message, as far as it has come.
struct Block {
  std::int64_t index = -1;
  Json json;                   // as it began; also what is not text and comes later
  std::string text;            // added to its text, its thinking, or its input
  std::size_t call = no_call;  // in the reply
  bool whole_input = false;    // its input came with its beginning
};

/// What counts later in a stream stands for all of it; a server that leaves it out or says 0 does not mean that.
void count_on(WireUsage& usage, const WireUsage& more) {
  const auto take = [](std::int64_t& count, std::int64_t later) {
    if (later != 0) count = later;
  };
  take(usage.input_tokens, more.input_tokens);
  take(usage.output_tokens, more.output_tokens);
  take(usage.cache_creation_input_tokens, more.cache_creation_input_tokens);
  take(usage.cache_read_input_tokens, more.cache_read_input_tokens);
  take(usage.output_tokens_details.thinking_tokens, more.output_tokens_details.thinking_tokens);
}

class MessageReader final : public EventReader {
 public:
  bool read(const StreamEvent& event, Reply& reply, std::vector<Delta>& deltas) override {
    if (event.data == "[DONE]") return false;  // not of this protocol, but of servers that speak OpenAI's as well
    WireEvent wire;
    Issues issues;
    if (!detail::decode_value(type_of<WireEvent>(), &wire, event.data, options_, issues)) {
      check_envelope(issues, "/delta", event.data);
      check_envelope(issues, "/content_block", event.data);
    }
    if (wire.type.empty()) wire.type = event.name;
    if (wire.type == "content_block_delta") {
      grow(wire, reply, deltas);
    } else if (wire.type == "content_block_start") {
      begin(wire, event.data, reply, deltas);
    } else if (wire.type == "content_block_stop") {
      end(wire.index, reply, deltas);
    } else if (wire.type == "message_start") {
      reply.id = std::move(wire.message.id);
      reply.model = std::move(wire.message.model);
      count(wire.message.usage, reply);
    } else if (wire.type == "message_delta") {
      if (!wire.delta.stop_reason.empty()) set_end(reply, std::move(wire.delta.stop_reason), wire.delta.stop_details);
      count(wire.usage, reply);
    } else if (wire.type == "error" || !wire.error.is_null()) {
      throw Error(error_from_body(200, event.data));
    }
    return wire.type != "message_stop";
  }

  void finish(Reply& reply) override {
    Json blocks = Json::array();
    for (Block& block : blocks_) blocks.push_back(put_together(block, reply));
    keep_native(reply, blocks);
  }

 private:
  void count(const WireUsage& usage, Reply& reply) {
    count_on(usage_, usage);
    reply.usage = usage_of(usage_);
  }

  void begin(WireEvent& wire, std::string_view data, Reply& reply, std::vector<Delta>& deltas) {
    Block& block = blocks_.emplace_back();
    block.index = wire.index;
    block.json = wire.content_block.is_object() ? std::move(wire.content_block) : Json::object();
    const std::string_view type = text_at(block.json, "type");
    // Nearly always empty here.
    if (type == "text") add_text(block, text_at(block.json, "text"), reply, deltas);
    if (type == "thinking") add_thinking(block, text_at(block.json, "thinking"), reply);
    const auto input = block.json.find("input");
    block.whole_input = input != block.json.end() && !input->is_null() && !(input->is_object() && input->empty());
    if (type != "tool_use") return;
    block.call = reply.tool_calls.size();
    reply.tool_calls.push_back(
        {id_or_number(text_at(block.json, "id"), block.call), std::string(text_at(block.json, "name")), {}});
    if (block.whole_input)
      add_arguments(block, arguments_in(json::member_text(data, "content_block"), block.json), reply, deltas);
  }

  void grow(WireEvent& wire, Reply& reply, std::vector<Delta>& deltas) {
    WireDelta& delta = wire.delta;
    Block* const block = block_at(wire.index, delta.type, reply);
    if (block == nullptr) return;
    if (delta.type == "text_delta") {
      add_text(*block, delta.text, reply, deltas);
    } else if (delta.type == "input_json_delta") {
      if (block->whole_input) return;
      if (block->call == no_call)
        block->text += delta.partial_json;
      else
        add_arguments(*block, delta.partial_json, reply, deltas);
    } else if (delta.type == "thinking_delta") {
      add_thinking(*block, delta.thinking, reply);
    } else if (delta.type == "signature_delta") {
      block->json["signature"] = std::move(delta.signature);
    } else if (delta.type == "citations_delta") {
      Json& citations = block->json["citations"];
      if (!citations.is_array()) citations = Json::array();
      citations.push_back(std::move(delta.citation));
    } else if (delta.type == "compaction_delta") {
      block->json["content"] = std::move(delta.content);
      if (!delta.encrypted_content.is_null()) block->json["encrypted_content"] = std::move(delta.encrypted_content);
    }
  }

  /// A tool without parameters: its input is `{}`, and nothing is added to that.
  void end(std::int64_t index, Reply& reply, std::vector<Delta>& deltas) {
    Block* const block = find(index);
    if (block == nullptr || block->call == no_call || !block->json.contains("input")) return;
    if (reply.tool_calls[block->call].arguments.empty()) add_arguments(*block, "{}", reply, deltas);
  }

  Block* find(std::int64_t index) {
    const auto found = std::find_if(blocks_.rbegin(), blocks_.rend(), [&](const Block& b) { return b.index == index; });
    return found == blocks_.rend() ? nullptr : &*found;
  }

  /// Some servers do not say where a block begins.
  Block* block_at(std::int64_t index, std::string_view delta, Reply& reply) {
    if (Block* const block = find(index)) return block;
    const std::string_view type = delta == "text_delta"         ? "text"
                                  : delta == "thinking_delta"   ? "thinking"
                                  : delta == "input_json_delta" ? "tool_use"
                                                                : "";
    if (type.empty()) return nullptr;
    Block& block = blocks_.emplace_back();
    block.index = index;
    block.json = Json{{"type", type}};
    if (type == "tool_use") {
      block.call = reply.tool_calls.size();
      reply.tool_calls.push_back({id_or_number({}, block.call), {}, {}});
    }
    return &block;
  }

  static void add_text(Block& block, std::string_view text, Reply& reply, std::vector<Delta>& deltas) {
    if (text.empty()) return;
    block.text += text;
    const std::size_t before = reply.text.size();
    reply.text += text;
    deltas.push_back({Delta::Kind::text, 0, std::string_view(reply.text).substr(before)});
  }

  static void add_thinking(Block& block, std::string_view text, Reply& reply) {
    block.text += text;
    reply.reasoning += text;
  }

  static void add_arguments(const Block& block, std::string_view text, Reply& reply, std::vector<Delta>& deltas) {
    if (text.empty()) return;
    std::string& arguments = reply.tool_calls[block.call].arguments;
    const std::size_t before = arguments.size();
    arguments += text;
    deltas.push_back({Delta::Kind::arguments, block.call, std::string_view(arguments).substr(before)});
  }

  /// The block as it would have come in one piece.
  Json put_together(Block& block, const Reply& reply) const {
    const std::string_view type = text_at(block.json, "type");
    if (type == "text") {
      block.json["text"] = std::move(block.text);
    } else if (type == "thinking") {
      block.json["thinking"] = std::move(block.text);
    } else if (!block.whole_input) {
      const bool is_call = block.call != no_call;
      const std::string& input = is_call ? reply.tool_calls[block.call].arguments : block.text;
      if (is_call) block.json["id"] = reply.tool_calls[block.call].id;
      if (!input.empty()) block.json["input"] = value_of(input);
    }
    return std::move(block.json);
  }

  /// An input that was broken off is closed; one that is no JSON is kept as the text that it is.
  Json value_of(const std::string& input) const {
    if (std::expected<Json, Issues> value = decode<Json>(input, options_)) return std::move(*value);
    if (std::expected<Json, Issues> value = decode<Json>(json::closed(input), options_)) return std::move(*value);
    return Json{{"text", input}};
  }

  const DecodeOptions options_ = lenient();
  std::vector<Block> blocks_;
  WireUsage usage_;
};

}  // namespace

std::unique_ptr<EventReader> message_reader() { return std::make_unique<MessageReader>(); }

}  // namespace instructor::anthropic_messages
