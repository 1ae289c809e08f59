// The events of a streamed Converse reply.
//
// Each has its kind as name: `messageStart`, `contentBlockStart`, `contentBlockDelta`, `contentBlockStop`,
// `messageStop`, `metadata`, or the name of an exception.

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "instructor/codec.hpp"
#include "protocol/bedrock_converse_wire.hpp"
#include "protocol/error_body.hpp"
#include "protocol/wire_reading.hpp"

namespace instructor::bedrock_converse {

namespace {

// ---- what an event holds -----------------------------------------------------------------------------------------

struct WireStart {
  std::int64_t index = 0;
  Json start;

  static constexpr auto describe() { return model<WireStart>(field<&WireStart::index>(alias("contentBlockIndex"))); }
};

struct WireToolUsePiece {
  Json input;  // a text
};

struct WireReasoningPiece {
  std::string text;
  std::string signature;
  std::string redacted_content;

  static constexpr auto describe() {
    return model<WireReasoningPiece>(field<&WireReasoningPiece::redacted_content>(alias("redactedContent")));
  }
};

struct WireDelta {
  std::string text;
  std::optional<WireToolUsePiece> tool_use;
  std::optional<WireReasoningPiece> reasoning_content;
  Json citation;
  std::vector<Json> tool_result;

  static constexpr auto describe() {
    return model<WireDelta>(field<&WireDelta::tool_use>(alias("toolUse")),
                            field<&WireDelta::reasoning_content>(alias("reasoningContent")),
                            field<&WireDelta::tool_result>(alias("toolResult")));
  }
};

struct WirePiece {
  std::int64_t index = 0;
  WireDelta delta;

  static constexpr auto describe() { return model<WirePiece>(field<&WirePiece::index>(alias("contentBlockIndex"))); }
};

struct WireStop {
  std::string stop_reason;

  static constexpr auto describe() { return model<WireStop>(field<&WireStop::stop_reason>(alias("stopReason"))); }
};

struct WireMetadata {
  WireUsage usage;
  WireTrace trace;
};

constexpr std::array<std::string_view, 2> piece_places{"/delta", "/contentBlockIndex"};
constexpr std::array<std::string_view, 2> start_places{"/start", "/contentBlockIndex"};

// ---- putting them together ---------------------------------------------------------------------------------------

constexpr std::size_t no_call = static_cast<std::size_t>(-1);

/// A block of the turn, as far as it has come.
struct Block {
  std::int64_t index = 0;
  bool closed = false;
  std::string text;
  Json citations = Json::array();
  std::string reasoning;
  std::string signature;
  std::string redacted;
  Json tool_use;  // how it began
  Json tool_result;
  std::size_t call = no_call;  // of the reply
  std::string input;           // of a tool at the provider, which is no call of the reply
};

class TurnReader final : public EventReader {
 public:
  bool read(const StreamEvent& event, Reply& reply, std::vector<Delta>& deltas) override {
    if (event.name == "contentBlockDelta") {
      take_piece(wire::read<WirePiece>(event.data, piece_places), reply, deltas);
    } else if (event.name == "contentBlockStart") {
      take_start(wire::read<WireStart>(event.data, start_places), reply);
    } else if (event.name == "contentBlockStop") {
      take_end(wire::read<WirePiece>(event.data, piece_places).index, reply, deltas);
    } else if (event.name == "messageStop") {
      auto stop = wire::read<WireStop>(event.data, {});
      reply.finish_reason = finish_reason(stop.stop_reason);
      reply.finish_reason_text = std::move(stop.stop_reason);
    } else if (event.name == "metadata") {
      auto metadata = wire::read<WireMetadata>(event.data, {});
      reply.usage = usage_of(metadata.usage);
      if (reply.model.empty()) reply.model = std::move(metadata.trace.prompt_router.invoked_model_id);
    } else if (event.name.ends_with("xception") || event.name.ends_with("rror")) {
      throw reported(event);
    }
    return true;
  }

  void finish(Reply& reply) override {
    for (std::size_t i = 0; i < reply.tool_calls.size(); ++i)
      reply.tool_calls[i].id = wire::id_or_number(std::move(reply.tool_calls[i].id), i);
    std::ranges::sort(blocks_, {}, &Block::index);
    std::unordered_set<std::string> answered;
    for (const Block& block : blocks_) answered.insert(wire::text_at(block.tool_result, "toolUseId"));
    Json turn = Json::array();
    for (const Block& block : blocks_)
      for (Json& sent : blocks_to_send_back(block, reply, answered)) turn.push_back(std::move(sent));
    if (!turn.empty()) reply.native = {std::string(protocol_name), encode(turn)};
  }

 private:
  static Error reported(const StreamEvent& event) {
    std::string name(event.name);
    if (!name.empty() && name.front() >= 'a' && name.front() <= 'z')
      name.front() = static_cast<char>(name.front() - 32);
    const std::expected<Json, Issues> said = decode<Json>(event.data, wire::lenient());
    std::string message(event.data);
    if (said && said->is_object()) {
      message = wire::text_at(*said, "message");
      if (message.empty()) message = wire::text_at(*said, "Message");
      if (const std::string more = wire::text_at(*said, "originalMessage"); !more.empty() && more != message)
        message += (message.empty() ? "" : ": ") + more;
    }
    ErrorDetail detail = error_from_body(200, encode(Json{{"__type", name}, {"message", message}}));
    detail.body = event.data.substr(0, 2000);
    return Error(std::move(detail));
  }

  /// Nearly always it is the last one.
  Block& block(std::int64_t index) {
    if (!blocks_.empty() && blocks_.back().index == index) return blocks_.back();
    const auto [at, is_new] = places_.emplace(index, blocks_.size());
    if (is_new) blocks_.emplace_back().index = index;
    return blocks_[at->second];
  }

  void take_start(const WireStart& wire, Reply& reply) {
    Block& at = block(wire.index);
    if (const Json* const result = wire::member(wire.start, "toolResult")) at.tool_result = *result;
    const Json* const call = wire::member(wire.start, "toolUse");
    if (call == nullptr) return;
    at.tool_use = *call;
    if (!is_server_tool(*call)) begin_call(at, reply);
  }

  static void begin_call(Block& at, Reply& reply) {
    if (at.call != no_call) return;
    at.call = reply.tool_calls.size();
    reply.tool_calls.push_back({wire::text_at(at.tool_use, "toolUseId"), wire::text_at(at.tool_use, "name"), {}});
  }

  void take_piece(WirePiece wire, Reply& reply, std::vector<Delta>& deltas) {
    Block& at = block(wire.index);
    WireDelta& delta = wire.delta;
    if (!delta.text.empty()) {
      at.text += delta.text;
      const std::size_t before = reply.text.size();
      reply.text += delta.text;
      deltas.push_back({Delta::Kind::text, 0, std::string_view(reply.text).substr(before)});
    }
    if (delta.tool_use) {
      const std::string piece = wire::arguments_text(delta.tool_use->input);
      if (at.call == no_call && at.tool_use.is_null()) begin_call(at, reply);
      if (at.call == no_call)
        at.input += piece;
      else
        add_arguments(at.call, piece, reply, deltas);
    }
    if (delta.reasoning_content) {
      const WireReasoningPiece& piece = *delta.reasoning_content;
      at.reasoning += piece.text;
      reply.reasoning += piece.text;
      at.signature += piece.signature;
      at.redacted += piece.redacted_content;
    }
    if (!delta.citation.is_null()) at.citations.push_back(std::move(delta.citation));
    if (!delta.tool_result.empty()) {
      if (!at.tool_result.is_object()) at.tool_result = Json::object();
      Json& content = at.tool_result["content"];
      if (!content.is_array()) content = Json::array();
      for (Json& part : delta.tool_result) content.push_back(std::move(part));
    }
  }

  /// A call without arguments comes without pieces; as a whole it has an empty object.
  void take_end(std::int64_t index, Reply& reply, std::vector<Delta>& deltas) {
    Block& at = block(index);
    at.closed = true;
    if (at.call != no_call && reply.tool_calls[at.call].arguments.empty()) add_arguments(at.call, "{}", reply, deltas);
  }

  static void add_arguments(std::size_t call, std::string_view piece, Reply& reply, std::vector<Delta>& deltas) {
    if (piece.empty()) return;
    std::string& arguments = reply.tool_calls[call].arguments;
    const std::size_t before = arguments.size();
    arguments += piece;
    deltas.push_back({Delta::Kind::arguments, call, std::string_view(arguments).substr(before)});
  }

  /// As block_to_send_back makes them of whole blocks.
  static std::vector<Json> blocks_to_send_back(const Block& at, const Reply& reply,
                                               const std::unordered_set<std::string>& answered) {
    std::vector<Json> sent;
    const auto add = [&sent](const Json& whole) {
      if (Json block = block_to_send_back(whole); !block.is_null()) sent.push_back(std::move(block));
    };
    // Thoughts that were broken off have no signature, and are refused.
    if (!at.reasoning.empty() && (at.closed || !at.signature.empty())) {
      Json text{{"text", at.reasoning}};
      if (!at.signature.empty()) text["signature"] = at.signature;
      add({{"reasoningContent", {{"reasoningText", std::move(text)}}}});
    }
    if (!at.redacted.empty()) add({{"reasoningContent", {{"redactedContent", at.redacted}}}});
    if (!at.citations.empty() && !wire::is_blank(at.text))
      add({{"citationsContent", {{"content", Json::array({Json{{"text", at.text}}})}, {"citations", at.citations}}}});
    else if (!at.text.empty())
      add({{"text", at.text}});
    if (at.call != no_call) {
      const ToolCall& call = reply.tool_calls[at.call];
      add({{"toolUse", {{"toolUseId", call.id}, {"name", call.name}, {"input", input_of(call.arguments)}}}});
    } else if (at.tool_use.is_object() && answered.contains(wire::text_at(at.tool_use, "toolUseId"))) {
      // The provider refuses a call of one of its own tools that it did not come to answer.
      Json call = at.tool_use;
      call["input"] = input_of(at.input);
      add({{"toolUse", std::move(call)}});
    }
    if (at.tool_result.is_object() && at.tool_result.contains("content")) add({{"toolResult", at.tool_result}});
    return sent;
  }

  /// What there is of arguments that were broken off.
  static Json input_of(const std::string& arguments) {
    std::expected<Json, Issues> input = decode<Json>(wire::closed_arguments(arguments), wire::lenient());
    return input ? std::move(*input) : Json::object();
  }

  std::vector<Block> blocks_;
  std::unordered_map<std::int64_t, std::size_t> places_;  // of blocks, by their index
};

}  // namespace

std::unique_ptr<EventReader> event_reader() { return std::make_unique<TurnReader>(); }

}  // namespace instructor::bedrock_converse
