// The events of a streamed chat of Cohere's. What they are stands in their data.

#include <array>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "instructor/codec.hpp"
#include "protocol/cohere_chat_wire.hpp"
#include "protocol/error_body.hpp"
#include "protocol/wire_reading.hpp"

namespace instructor::cohere_chat {

namespace {

// ---- what an event holds -----------------------------------------------------------------------------------------

// The members are lists where a message begins, and a piece of them afterwards.
struct WireMessagePiece {
  Json content;
  std::string tool_plan;
  Json tool_calls;
  Json citations;
};

struct WireDelta {
  WireMessagePiece message;
  std::string finish_reason;
  WireUsage usage;
  std::string error;
};

struct WireEvent {
  std::string type;
  std::string id;
  std::int64_t index = 0;
  WireDelta delta;
  Json message;  // what went wrong, where there is no type
};

constexpr std::array<std::string_view, 2> places{"/delta/message", "/type"};

// ---- putting them together ---------------------------------------------------------------------------------------

class ChatReader final : public EventReader {
 public:
  bool read(const StreamEvent& event, Reply& reply, std::vector<Delta>& deltas) override {
    if (event.data == "[DONE]") return false;
    auto wire = wire::read<WireEvent>(event.data, places);
    if (wire.type.empty() && wire.message.is_string()) throw Error(error_from_body(200, event.data));
    if (!wire.delta.error.empty()) throw reported(wire.delta.error, event.data);
    if (reply.id.empty()) reply.id = std::move(wire.id);
    take_message(wire, reply, deltas);
    if (!wire.delta.finish_reason.empty()) {
      reply.finish_reason = finish_reason(wire.delta.finish_reason);
      reply.finish_reason_text = std::move(wire.delta.finish_reason);
    }
    if (wire.type == "message-end") reply.usage = usage_of(wire.delta.usage);
    return true;
  }

  void finish(Reply& reply) override {
    for (std::size_t i = 0; i < reply.tool_calls.size(); ++i)
      reply.tool_calls[i].id = wire::id_or_number(std::move(reply.tool_calls[i].id), i);
    for (const auto& [_, part] : parts_) {
      if (!part.thinking.empty()) turn_.add_part({{"type", "thinking"}, {"thinking", part.thinking}});
      if (!wire::is_blank(part.text)) turn_.add_part({{"type", "text"}, {"text", part.text}});
    }
    reply.native = turn_.with(reply.tool_calls);
  }

 private:
  struct Part {
    std::string text;
    std::string thinking;
  };

  static Error reported(const std::string& error, std::string_view body) {
    ErrorDetail detail = error_from_body(200, encode(Json{{"error", error}}));
    detail.body = body.substr(0, 2000);
    return Error(std::move(detail));
  }

  void take_message(WireEvent& wire, Reply& reply, std::vector<Delta>& deltas) {
    WireMessagePiece& piece = wire.delta.message;
    if (piece.content.is_string()) piece.content = Json{{"text", piece.content}};
    if (piece.content.is_object()) take_content(wire.index, piece.content, reply, deltas);
    reply.reasoning += piece.tool_plan;
    turn_.add_plan(piece.tool_plan);
    if (piece.tool_calls.is_object()) take_call(wire.type, wire.index, piece.tool_calls, reply, deltas);
    if (piece.citations.is_object()) turn_.add_citation(std::move(piece.citations));
  }

  void take_content(std::int64_t index, const Json& content, Reply& reply, std::vector<Delta>& deltas) {
    Part& part = parts_[index];
    const std::string thinking = wire::text_at(content, "thinking");
    part.thinking += thinking;
    reply.reasoning += thinking;
    const std::string text = wire::text_at(content, "text");
    if (text.empty()) return;
    part.text += text;
    const std::size_t before = reply.text.size();
    reply.text += text;
    deltas.push_back({Delta::Kind::text, 0, std::string_view(reply.text).substr(before)});
  }

  void take_call(std::string_view type, std::int64_t index, const Json& piece, Reply& reply,
                 std::vector<Delta>& deltas) {
    const auto [place, is_new] = calls_.try_emplace(index, reply.tool_calls.size());
    // Each start begins a call, also where a server counts them wrong.
    const bool begins = is_new || type == "tool-call-start";
    if (begins) {
      place->second = reply.tool_calls.size();
      reply.tool_calls.emplace_back();
    }
    const std::size_t at = place->second;
    ToolCall& call = reply.tool_calls[at];
    if (call.id.empty()) call.id = wire::text_at(piece, "id");
    const Json* const function = wire::member(piece, "function");
    if (function == nullptr) return;
    if (call.name.empty()) call.name = wire::text_at(*function, "name");
    const Json* const arguments = wire::member(*function, "arguments");
    const std::string added = arguments == nullptr ? std::string() : wire::arguments_text(*arguments);
    if (added.empty()) return;
    const std::size_t before = call.arguments.size();
    call.arguments += added;
    deltas.push_back({Delta::Kind::arguments, at, std::string_view(call.arguments).substr(before)});
  }

  Turn turn_;
  std::map<std::int64_t, Part> parts_;                   // of the content, by their index
  std::unordered_map<std::int64_t, std::size_t> calls_;  // which call of the reply has an index
};

}  // namespace

std::unique_ptr<EventReader> event_reader() { return std::make_unique<ChatReader>(); }

}  // namespace instructor::cohere_chat
