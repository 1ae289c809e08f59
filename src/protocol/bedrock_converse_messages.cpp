// How a conversation becomes the turns of a Converse request.
//
// They alternate, and begin with the user's. A turn has content, no text in it is blank, and each call in it is
// answered in the next turn, before anything else is said there.

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "instructor/codec.hpp"
#include "json/writer.hpp"
#include "protocol/bedrock_converse_wire.hpp"
#include "protocol/tool_pairs.hpp"
#include "protocol/wire_reading.hpp"

namespace instructor::bedrock_converse {

namespace {

/// What the user says where the conversation does not begin with him.
constexpr std::string_view opening = "Begin.";

/// Blocks, with commas between them.
class Blocks {
 public:
  void text(std::string_view words) {
    if (wire::is_blank(words)) return;
    json::Writer out = next();
    out.begin_object();
    out.key("text").string(words);
    out.end_object();
  }

  void call(const ToolCall& call, std::string_view tool) {
    json::Writer out = next();
    out.begin_object();
    out.key("toolUse").begin_object();
    out.key("toolUseId").string(safe_id(call.id));
    out.key("name").string(wire::called_name(call.name, tool));
    out.key("input").raw(wire::arguments_object(call.arguments));
    out.end_object();
    out.end_object();
  }

  void result(const Message& message) {
    json::Writer out = next();
    out.begin_object();
    out.key("toolResult").begin_object();
    out.key("toolUseId").string(safe_id(message.tool_call_id));
    out.key("content").begin_array();
    out.begin_object();
    out.key("text").string(wire::is_blank(message.content) ? "(nothing)" : std::string_view(message.content));
    out.end_object();
    out.end_array();
    // That it went well is what is assumed, and not all models take the member.
    if (message.is_error) out.key("status").string("error");
    out.end_object();
    out.end_object();
  }

  void raw(const Json& block) { next().raw(encode(block)); }

  void append(const Blocks& more) {
    if (!text_.empty() && !more.text_.empty()) text_ += ',';
    text_ += more.text_;
  }

  const std::string& json() const { return text_; }

 private:
  json::Writer next() {
    if (!text_.empty()) text_ += ',';
    return json::Writer(text_);
  }

  std::string text_;
};

struct Turn {
  bool of_assistant = false;
  Blocks results;  // these come first
  Blocks others;
};

class Conversation {
 public:
  explicit Conversation(const Call& call)
      : tool_(call.output.name),
        has_tools_(!call.tools.empty() || !call.provider_tools.empty()),
        pairs_(call.messages) {
    for (const Message* const message : call.messages) take(*message);
    if (turns_.empty() || turns_.front().of_assistant) {
      turns_.insert(turns_.begin(), Turn());
      turns_.front().others.text(opening);
    }
  }

  void write(json::Writer& out) const {
    if (!system_.json().empty()) out.key("system").raw("[" + system_.json() + "]");
    out.key("messages").begin_array();
    for (const Turn& turn : turns_) {
      Blocks content = turn.results;
      content.append(turn.others);
      out.begin_object();
      out.key("role").string(turn.of_assistant ? "assistant" : "user");
      out.key("content").raw("[" + content.json() + "]");
      out.end_object();
    }
    out.end_array();
  }

 private:
  void take(const Message& message) {
    if (message.role == Role::system) return system_.text(message.content);
    Blocks results;
    Blocks others;
    if (message.role == Role::assistant) {
      if (!take_native(message, others)) take_said(message, others);
    } else if (message.role == Role::tool && has_tools_ && pairs_.answers(message)) {
      results.result(message);
    } else {
      others.text(message.role == Role::tool ? result_in_words(message) : message.content);
    }
    if (results.json().empty() && others.json().empty()) return;
    const bool of_assistant = message.role == Role::assistant;
    if (turns_.empty() || turns_.back().of_assistant != of_assistant) turns_.emplace_back().of_assistant = of_assistant;
    turns_.back().results.append(results);
    turns_.back().others.append(others);
  }

  void take_said(const Message& message, Blocks& blocks) const {
    blocks.text(message.content);
    for (const ToolCall& call : message.tool_calls) {
      if (has_tools_ && pairs_.answered(call))
        blocks.call(call, tool_);
      else
        blocks.text(call_in_words(call));
    }
  }

  /// The turn as it came, where all of it can go back: calls need their results, and tools.
  bool take_native(const Message& message, Blocks& blocks) const {
    if (message.native.protocol != protocol_name || !pairs_.all_answered(message)) return false;
    const std::expected<Json, Issues> turn = decode<Json>(message.native.json, wire::lenient());
    if (!turn || !turn->is_array() || turn->empty()) return false;
    std::set<std::string> answered;
    for (const ToolCall& call : message.tool_calls) answered.insert(safe_id(call.id));
    for (const Json& block : *turn) {
      if (!block.is_object()) return false;
      if (!has_tools_ && (block.contains("toolUse") || block.contains("toolResult"))) return false;
      const Json* const call = wire::member(block, "toolUse");
      if (call != nullptr && !is_server_tool(*call) && !answered.contains(wire::text_at(*call, "toolUseId")))
        return false;
    }
    for (const Json& block : *turn) blocks.raw(block);
    return true;
  }

  const std::string_view tool_;
  const bool has_tools_;
  const ToolPairs pairs_;
  Blocks system_;
  std::vector<Turn> turns_;
};

}  // namespace

void write_conversation(json::Writer& out, const Call& call) { Conversation(call).write(out); }

}  // namespace instructor::bedrock_converse
