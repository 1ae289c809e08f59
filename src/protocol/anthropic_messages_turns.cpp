// Conversations as Anthropic's Messages API takes them.

#include <algorithm>
#include <iterator>
#include <utility>

#include <nlohmann/json.hpp>

#include "instructor/codec.hpp"
#include "protocol/anthropic_messages_wire.hpp"

namespace instructor::anthropic_messages {

namespace {

constexpr std::string_view blanks = " \t\r\n\f\v";

/// Ids and names are made of these, says the description of the request; `_` begins an escape here.
constexpr bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
}

/// The ids of other providers are kept apart: two that differ still do.
/// https://platform.claude.com/docs/en/api/messages allows `^[a-zA-Z0-9_-]+$`.
std::string safe_id(std::string_view id) {
  if (!id.empty() && std::ranges::all_of(id, [](char c) { return is_plain(c) || c == '_'; })) return std::string(id);
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out = "call_";
  for (const char c : id) {
    if (is_plain(c)) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += {'_', digits[byte >> 4], digits[byte & 15]};
  }
  return out;
}

/// The same for names, which may have 128 characters.
std::string safe_name(std::string_view name, std::string_view tool) {
  if (name.empty()) return std::string(tool);
  if (name.size() <= 128 && std::ranges::all_of(name, [](char c) { return is_plain(c) || c == '_'; }))
    return std::string(name);
  return std::string(detail::SafeName<>(name).view());
}

/// The input of a call is an object, whatever the model wrote.
void write_input(json::Writer& out, std::string_view arguments) {
  if (arguments.find_first_not_of(blanks) == std::string_view::npos) return out.raw("{}");
  if (const std::expected<Json, Issues> value = decode<Json>(arguments); value && value->is_object())
    return out.raw(arguments);
  if (const std::expected<Json, Issues> value = decode<Json>(arguments, lenient()); value && value->is_object())
    return out.raw(encode(*value));
  out.begin_object();
  out.key("text").string(arguments);
  out.end_object();
}

// ---- the assistant's turns ---------------------------------------------------------------------------------------

/// A block of an assistant's turn.
struct Block {
  std::string json;
  bool is_text = false;
  bool is_thinking = false;
  std::string asks;     ///< of a call that the provider answers itself: its id
  std::string answers;  ///< of such an answer: the id of the call
};

/// What replies hold and requests must not, says the description of the request.
void take_out_refused(Json& block) {
  if (const auto caller = block.find("caller"); caller != block.end() && caller->is_null()) block.erase(caller);
  if (const auto citations = block.find("citations"); citations != block.end() && citations->is_array())
    for (Json& citation : *citations)
      if (citation.is_object()) citation.erase("file_id");
  const auto content = block.find("content");
  if (content == block.end() || !content->is_object()) return;
  const std::string_view type = text_at(block, "type");
  if (type == "tool_search_tool_result") content->erase("error_message");
  if (type == "advisor_tool_result") content->erase("stop_reason");
}

/// A block as the provider sent it, if it takes it back.
void take_native(Json& block, std::string_view tool, std::vector<Block>& out) {
  if (!block.is_object()) return;
  const std::string type(text_at(block, "type"));
  Block taken;
  if (type == "text" && is_blank(text_at(block, "text"))) return;
  if (type == "thinking" && text_at(block, "signature").empty()) return;  // it was broken off
  taken.is_text = type == "text";
  taken.is_thinking = type == "thinking" || type == "redacted_thinking";
  if (type == "tool_use") {
    block["id"] = safe_id(text_at(block, "id"));
    block["name"] = safe_name(text_at(block, "name"), tool);
  }
  if (type.ends_with("tool_use")) {
    Json& input = block["input"];
    if (input.is_null()) input = Json::object();
    if (!input.is_object()) input = Json{{"text", encode(input)}};
    if (type != "tool_use") taken.asks = text_at(block, "id");
  }
  if (type.ends_with("_tool_result")) taken.answers = text_at(block, "tool_use_id");
  take_out_refused(block);
  taken.json = encode(block);
  out.push_back(std::move(taken));
}

/// As the provider sent it. False: it did not.
bool add_native(const Message& message, std::string_view tool, std::vector<Block>& out) {
  if (message.native.protocol != protocol_name) return false;
  std::expected<Json, Issues> blocks = decode<Json>(message.native.json, lenient());
  if (!blocks || !blocks->is_array()) return false;
  for (Json& block : *blocks) take_native(block, tool, out);
  return true;
}

void add_assistant(const Message& message, std::string_view tool, std::vector<Block>& out) {
  if (add_native(message, tool, out)) return;
  if (!is_blank(message.content)) {
    Block block;
    block.is_text = true;
    json::Writer json(block.json);
    write_text_block(json, message.content);
    out.push_back(std::move(block));
  }
  for (const ToolCall& call : message.tool_calls) {
    Block block;
    json::Writer json(block.json);
    json.begin_object();
    json.key("type").string("tool_use");
    json.key("id").string(safe_id(call.id));
    json.key("name").string(safe_name(call.name, tool));
    write_input(json.key("input"), call.arguments);
    json.end_object();
    out.push_back(std::move(block));
  }
}

/// What is refused because of where it stands.
void take_out_unfinished(std::vector<Block>& blocks, bool is_last) {
  // The provider goes on with its own calls where they are the last word; otherwise each wants its answer.
  const auto is_answered = [&](const std::string& id) {
    return std::ranges::any_of(blocks, [&](const Block& block) { return block.answers == id; });
  };
  if (!is_last)
    std::erase_if(blocks, [&](const Block& block) { return !block.asks.empty() && !is_answered(block.asks); });
  while (!blocks.empty() && blocks.back().is_thinking) blocks.pop_back();
  // The very last text must not end in white space.
  if (!is_last || blocks.empty() || !blocks.back().is_text) return;
  if (std::expected<Json, Issues> block = decode<Json>(blocks.back().json)) {
    std::string text(text_at(*block, "text"));
    text.erase(text.find_last_not_of(blanks) + 1);
    (*block)["text"] = std::move(text);
    blocks.back().json = encode(*block);
  }
}

// ---- turns -------------------------------------------------------------------------------------------------------

/// Messages of one side that follow each other.
struct Turn {
  bool is_assistant = false;
  std::vector<const Message*> results;
  std::vector<const Message*> texts;  ///< of the user
  std::vector<Block> blocks;          ///< of the assistant
};

/// A turn without anything to say is left out, and then those around it are one.
Turn& turn_of(bool is_assistant, std::vector<Turn>& turns) {
  if (!turns.empty() && turns.back().is_assistant == is_assistant) return turns.back();
  Turn& turn = turns.emplace_back();
  turn.is_assistant = is_assistant;
  return turn;
}

std::vector<Turn> turns_of(const std::vector<const Message*>& messages, std::string_view tool) {
  std::vector<Turn> turns;
  std::vector<Block> said;  // by the assistant, since the user's last turn
  const auto assistant_is_over = [&](bool is_last) {
    take_out_unfinished(said, is_last);
    if (said.empty()) return;
    std::vector<Block>& blocks = turn_of(true, turns).blocks;
    std::ranges::move(said, std::back_inserter(blocks));
    said.clear();
  };
  for (const Message* const message : messages) {
    if (message->role == Role::assistant) {
      add_assistant(*message, tool, said);
    } else if (message->role == Role::tool) {
      assistant_is_over(false);
      turn_of(false, turns).results.push_back(message);
    } else if (message->role == Role::user && !is_blank(message->content)) {
      assistant_is_over(false);
      turn_of(false, turns).texts.push_back(message);
    }
  }
  assistant_is_over(true);
  return turns;
}

void write_result(json::Writer& out, const Message& message) {
  out.begin_object();
  out.key("type").string("tool_result");
  out.key("tool_use_id").string(safe_id(message.tool_call_id));
  if (!is_blank(message.content)) out.key("content").string(message.content);
  if (message.is_error) out.key("is_error").boolean(true);
  out.end_object();
}

}  // namespace

void write_text_block(json::Writer& out, std::string_view text) {
  out.begin_object();
  out.key("type").string("text");
  out.key("text").string(text);
  out.end_object();
}

bool is_blank(std::string_view text) { return text.find_first_not_of(blanks) == std::string_view::npos; }

std::vector<std::string_view> instructions_of(const std::vector<const Message*>& messages) {
  std::vector<std::string_view> texts;
  for (const Message* const message : messages)
    if (message->role == Role::system && !is_blank(message->content)) texts.push_back(message->content);
  return texts;
}

void write_turns(json::Writer& out, const std::vector<const Message*>& messages, std::string_view tool) {
  out.begin_array();
  for (const Turn& turn : turns_of(messages, tool)) {
    out.begin_object();
    out.key("role").string(turn.is_assistant ? "assistant" : "user");
    out.key("content");
    if (turn.texts.size() == 1 && turn.results.empty()) {
      out.string(turn.texts.front()->content);
    } else {
      out.begin_array();
      for (const Message* const result : turn.results) write_result(out, *result);
      for (const Message* const text : turn.texts) write_text_block(out, text->content);
      for (const Block& block : turn.blocks) out.raw(block.json);
      out.end_array();
    }
    out.end_object();
  }
  out.end_array();
}

}  // namespace instructor::anthropic_messages
