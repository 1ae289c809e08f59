// The events of a streamed chat completion.

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "json/escape.hpp"
#include "protocol/error_body.hpp"
#include "protocol/openai_chat_wire.hpp"

namespace instructor::openai_chat {

namespace {

// ---- what an event of a stream holds -----------------------------------------------------------------------------

struct WireDeltaCall {
  std::int64_t index = -1;
  std::string id;
  std::string type;
  WireFunction function;
  WireCustom custom;
  Json extra_content;
};

struct WireDelta {
  Json content;
  std::string refusal;
  std::vector<WireDeltaCall> tool_calls;
  std::optional<WireFunction> function_call;
  std::string reasoning;
  std::string reasoning_content;
  Json reasoning_details;
  Json extra_content;
};

struct WireDeltaChoice {
  std::int64_t index = 0;
  WireDelta delta;
  std::string finish_reason;
  Json error;
};

struct WireChunk {
  std::string id;
  std::string model;
  std::vector<WireDeltaChoice> choices;
  WireUsage usage;
  WireGroq x_groq;
  Json error;
};

/// Puts the chunks of a stream together. Only the first choice counts, as in a reply that comes whole.
class ChunkReader final : public EventReader {
 public:
  bool read(const StreamEvent& event, Reply& reply, std::vector<Delta>& deltas) override {
    const std::string_view data = event.data;
    if (is_like_the_last(data)) {
      deltas.push_back(grown_by(last_, text_.view(), reply));
      return true;
    }
    if (data == "[DONE]") return false;
    const bool begun = !reply.id.empty();
    const std::size_t calls = reply.tool_calls.size();
    const std::size_t besides = reply.reasoning.size() + reply.refusal.size();
    wire_ = {};
    Issues issues;
    if (!detail::decode_value(type_of<WireChunk>(), &wire_, data, options_, issues)) check_envelope(issues, data);
    if (!wire_.error.is_null()) throw Error(error_from_body(200, data));
    if (reply.id.empty()) reply.id = std::move(wire_.id);
    if (reply.model.empty()) reply.model = std::move(wire_.model);
    const WireUsage& usage = counts_something(wire_.usage) ? wire_.usage : wire_.x_groq.usage;
    if (counts_something(usage)) reply.usage = usage_of(usage);
    grown_.clear();
    keeps_ = false;
    for (WireDeltaChoice& choice : wire_.choices)
      if (choice.index == 0) take_choice(choice, reply);
    // Only now, since what comes later in an event may move what it has added to before.
    for (const Grown& grown : grown_) {
      const bool text = grown.kind == Delta::Kind::text;
      const std::string_view whole = text ? reply.text : reply.tool_calls[grown.call].arguments;
      deltas.push_back({grown.kind, grown.call, whole.substr(grown.from, grown.size)});
    }
    prefix_.clear();
    // What begins a call, or adds to something else as well, does so each time.
    const bool only_grows =
        calls == reply.tool_calls.size() && besides == reply.reasoning.size() + reply.refusal.size();
    if (begun && grown_.size() == 1 && only_grows && !keeps_) remember(data, deltas.back());
    return true;
  }

  void finish(Reply& reply) override {
    for (std::size_t i = 0; i < reply.tool_calls.size(); ++i)
      reply.tool_calls[i].id = id_or_number(std::move(reply.tool_calls[i].id), i);
    reply.native = kept_.turn(reply, reply.finish_reason != FinishReason::unknown);
  }

 private:
  // Nearly all events of a stream differ from the one before in nothing but the piece of text that they carry: then the
  // rest need not be read again. (Reading all of each cost three quarters of the time of a stream.)

  bool is_like_the_last(std::string_view data) {
    if (prefix_.empty() || data.size() < prefix_.size() + suffix_.size()) return false;
    if (!data.starts_with(prefix_) || !data.ends_with(suffix_)) return false;
    data.remove_prefix(prefix_.size());
    data.remove_suffix(suffix_.size());
    return json::unescape(data, text_);
  }

  static Delta grown_by(const Delta& like, std::string_view text, Reply& reply) {
    std::string& all = like.kind == Delta::Kind::text ? reply.text : reply.tool_calls[like.call].arguments;
    const std::size_t before = all.size();
    all += text;
    return {like.kind, like.call, std::string_view(all).substr(before)};
  }

  /// What stands around the piece, when there is no doubt which part of the event it is.
  void remember(std::string_view data, const Delta& delta) {
    std::string piece = delta.kind == Delta::Kind::text ? "\"content\":" : "\"arguments\":";
    piece += data.find(piece + " ") != std::string_view::npos ? " \"" : "\"";
    const std::size_t key = piece.size();
    piece.append(delta.text).append("\"");
    const std::size_t at = data.find(piece);
    if (delta.text.find_first_of("\"\\") != std::string_view::npos || at == std::string_view::npos ||
        data.find(piece, at + 1) != std::string_view::npos)
      return;
    last_ = {delta.kind, delta.call, {}};
    prefix_ = data.substr(0, at + key);
    suffix_ = data.substr(at + piece.size() - 1);
  }

  /// A delta whose text is not looked at yet.
  struct Grown {
    Delta::Kind kind;
    std::size_t call;
    std::size_t from;
    std::size_t size;
  };

  void take_choice(WireDeltaChoice& choice, Reply& reply) {
    if (!choice.error.is_null()) throw reported_error(choice.error);
    WireDelta& delta = choice.delta;
    const std::size_t before = reply.text.size();
    std::string& reasoning = reply.reasoning;
    reasoning += delta.reasoning.empty() ? delta.reasoning_content : delta.reasoning;
    if (delta.reasoning.empty() && delta.reasoning_content.empty()) reasoning += details_text(delta.reasoning_details);
    if (!delta.reasoning_details.is_null() || !delta.extra_content.is_null()) keeps_ = true;
    kept_.take(delta.reasoning_details, std::move(delta.extra_content), delta.reasoning_content);
    append_text(delta.content, reply.text, reasoning);
    if (reply.text.size() != before) grown_.push_back({Delta::Kind::text, 0, before, reply.text.size() - before});
    reply.refusal += delta.refusal;
    for (WireDeltaCall& call : delta.tool_calls) {
      const bool custom = call.type == "custom" || !call.custom.input.empty() || !call.custom.name.empty();
      const std::size_t at = call_for(call, custom ? call.custom.name : call.function.name, reply);
      if (!call.extra_content.is_null()) keeps_ = true;
      kept_.take_call(at, std::move(call.extra_content), custom ? "custom" : "function");
      if (custom)
        add_arguments(at, call.custom.input, reply);
      else
        add_arguments(at, arguments_text(call.function.arguments), reply);
    }
    if (delta.function_call && !says_nothing(*delta.function_call)) take_legacy(*delta.function_call, reply);
    if (!choice.finish_reason.empty()) {
      reply.finish_reason = finish_reason(choice.finish_reason);
      reply.finish_reason_text = std::move(choice.finish_reason);
    }
  }

  /// The call that a piece belongs to: the one with its index and id. Servers without an index say an id where a call
  /// begins; some use one index for all their calls, and then a new id says that another has begun.
  std::size_t call_for(WireDeltaCall& piece, std::string& name, Reply& reply) {
    std::vector<ToolCall>& calls = reply.tool_calls;
    std::size_t at = calls.size();
    if (piece.index >= 0) {
      for (std::size_t i = calls.size(); i-- > 0 && at == calls.size();)
        if (indices_[i] == piece.index) at = i;
    } else if (!piece.id.empty()) {
      for (std::size_t i = 0; i < calls.size(); ++i)
        if (calls[i].id == piece.id) at = i;
    } else if (name.empty() && !calls.empty()) {
      at = calls.size() - 1;
    }
    const bool another = at < calls.size() && !piece.id.empty() && !calls[at].id.empty() && calls[at].id != piece.id;
    if (another) {
      at = calls.size();
      for (std::size_t i = 0; i < calls.size(); ++i)
        if (calls[i].id == piece.id) at = i;
    }
    if (at == calls.size()) begin_call(piece.index, reply);
    if (calls[at].id.empty()) calls[at].id = std::move(piece.id);
    if (calls[at].name.empty()) calls[at].name = std::move(name);
    return at;
  }

  /// The form before tools: one call. Beside tool calls it only repeats them.
  void take_legacy(WireFunction& piece, Reply& reply) {
    if (reply.tool_calls.empty()) {
      begin_call(-1, reply);
      legacy_ = true;
    }
    if (!legacy_) return;
    ToolCall& call = reply.tool_calls.front();
    if (call.name.empty()) call.name = std::move(piece.name);
    add_arguments(0, arguments_text(piece.arguments), reply);
  }

  void begin_call(std::int64_t index, Reply& reply) {
    reply.tool_calls.emplace_back();
    indices_.push_back(index);
  }

  void add_arguments(std::size_t call, std::string_view text, Reply& reply) {
    std::string& arguments = reply.tool_calls[call].arguments;
    if (!text.empty()) grown_.push_back({Delta::Kind::arguments, call, arguments.size(), text.size()});
    arguments += text;
  }

  const DecodeOptions options_ = lenient();
  WireChunk wire_;
  Delta last_;          // the kind and the call of the last piece
  std::string prefix_;  // of the event it came in: what stands before it
  std::string suffix_;  // and after it
  json::Buffer text_;
  std::vector<std::int64_t> indices_;  // of the reply's calls; -1 has none
  std::vector<Grown> grown_;           // by the event that is being read
  Kept kept_;
  bool keeps_ = false;   // something of the event that is being read
  bool legacy_ = false;  // the first call came in the form before tools
};

}  // namespace

std::unique_ptr<EventReader> chunk_reader() { return std::make_unique<ChunkReader>(); }

}  // namespace instructor::openai_chat
