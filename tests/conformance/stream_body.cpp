#include "stream_body.hpp"

#include <algorithm>

namespace conformance {

namespace {

/// The lines of a text, whichever way they end; what follows the last line end is a line too.
std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines(1);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') continue;
    if (text[i] == '\r' || text[i] == '\n')
      lines.emplace_back();
    else
      lines.back() += text[i];
  }
  return lines;
}

/// Puts calls together from their pieces.
class CallPieces {
 public:
  explicit CallPieces(std::vector<ChatCall>& calls) : calls_(calls) {}

  void take(const Json& piece) {
    const Json* const custom = member(piece, "custom");
    const Json* const function = custom != nullptr ? custom : member(piece, "function");
    const std::string id = text_at(piece, "id");
    const std::string name = function == nullptr ? std::string() : text_at(*function, "name");
    const std::size_t at = place_of(member(piece, "index"), id, name);
    if (calls_[at].id.empty()) calls_[at].id = id;
    if (calls_[at].name.empty()) calls_[at].name = name;
    if (function != nullptr) add(calls_[at], member(*function, custom != nullptr ? "input" : "arguments"));
  }

  /// The form before tools: one call, without id. Beside tool calls it only repeats them.
  void take_legacy(const Json& function) {
    const Json* const arguments = member(function, "arguments");
    const bool says_nothing = text_at(function, "name").empty() && (arguments == nullptr || *arguments == "");
    if (says_nothing || (!calls_.empty() && !legacy_)) return;
    if (calls_.empty()) begin(nullptr);
    legacy_ = true;
    if (calls_[0].name.empty()) calls_[0].name = text_at(function, "name");
    add(calls_[0], arguments);
  }

 private:
  /// By index, as the protocol says. Some servers leave it out, then an id or a name begins a call; some use one index
  /// for several calls, then another id does.
  std::size_t place_of(const Json* index, const std::string& id, const std::string& name) {
    const auto last_with = [&](auto fits) {
      for (std::size_t i = calls_.size(); i-- > 0;)
        if (fits(i)) return i;
      return calls_.size();
    };
    const auto with_id = [&] { return last_with([&](std::size_t i) { return !id.empty() && calls_[i].id == id; }); };
    const bool has_index = index != nullptr && index->is_number_integer();
    std::size_t at = calls_.size();
    if (has_index)
      at = last_with([&](std::size_t i) { return indices_[i] == *index; });
    else if (!id.empty())
      at = with_id();
    else if (name.empty() && !calls_.empty())
      at = calls_.size() - 1;
    if (at < calls_.size() && !id.empty() && !calls_[at].id.empty() && calls_[at].id != id) at = with_id();
    if (at == calls_.size()) begin(has_index ? index : nullptr);
    return at;
  }

  void begin(const Json* index) {
    calls_.emplace_back();
    indices_.push_back(index == nullptr ? Json() : *index);
  }

  static void add(ChatCall& call, const Json* arguments) {
    if (arguments == nullptr) return;
    if (arguments->is_string() && call.arguments.is_string())
      call.arguments = call.arguments.get<std::string>() + arguments->get<std::string>();
    else if (call.arguments.is_null() || call.arguments == "")
      call.arguments = *arguments;
  }

  std::vector<ChatCall>& calls_;
  std::vector<Json> indices_;
  bool legacy_ = false;
};

/// The usage in a chunk, also where Groq puts it; null when it says nothing.
const Json* usage_in(const Json& chunk) {
  const auto says_something = [](const Json* usage) {
    if (usage == nullptr || !usage->is_object()) return false;
    return std::ranges::any_of(*usage, [](const Json& value) { return value.is_number() && value != 0; });
  };
  if (const Json* const usage = member(chunk, "usage"); says_something(usage)) return usage;
  const Json* const groq = member(chunk, "x_groq");
  const Json* const usage = groq == nullptr ? nullptr : member(*groq, "usage");
  return says_something(usage) ? usage : nullptr;
}

void take_choice(const Json& choice, ChatBody& body, CallPieces& calls) {
  if (is_odd_choice(choice, "delta")) body.odd = true;
  if (std::string reason = text_at(choice, "finish_reason"); !reason.empty()) body.finish_reason = std::move(reason);
  const Json* const delta = member(choice, "delta");
  if (delta == nullptr || !delta->is_object()) return;
  const ChatText added = read_chat_text(*delta);
  body.text += added.text;
  body.reasoning += added.reasoning;
  body.refusal += added.refusal;
  if (const Json* const pieces = member(*delta, "tool_calls"); pieces != nullptr && pieces->is_array())
    for (const Json& piece : *pieces) calls.take(piece);
  if (const Json* const legacy = member(*delta, "function_call")) calls.take_legacy(*legacy);
}

}  // namespace

std::vector<std::string> read_events(std::string_view bytes) {
  std::vector<std::string> events;
  std::optional<std::string> data;
  const auto end_event = [&] {
    if (data && !data->empty()) events.push_back(std::move(*data));
    data.reset();
  };
  if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
  for (const std::string& line : lines_of(bytes)) {
    if (line.empty()) {
      end_event();
    } else if (line == "data" || line.starts_with("data:")) {
      std::string value = line.substr(std::min<std::size_t>(5, line.size()));
      if (value.starts_with(' ')) value.erase(0, 1);
      data = data ? *data + "\n" + value : std::move(value);
    }
  }
  end_event();
  return events;
}

ChatStream read_chat_stream(const std::vector<std::string>& events) {
  ChatStream stream;
  CallPieces calls(stream.body.calls);
  for (const std::string& event : events) {
    if (event == "[DONE]") break;
    const std::expected<Json, std::string> chunk = parse_json(event);
    if (!chunk || !chunk->is_object()) {
      stream.broken = true;
      break;
    }
    if (member(*chunk, "error") != nullptr) {
      stream.error = *chunk;
      break;
    }
    if (stream.body.id.empty()) stream.body.id = text_at(*chunk, "id");
    if (stream.body.model.empty()) stream.body.model = text_at(*chunk, "model");
    if (const Json* const usage = usage_in(*chunk)) stream.body.usage = read_chat_usage(usage);
    const Json* const choices = member(*chunk, "choices");
    if (choices == nullptr || !choices->is_array()) continue;
    for (const Json& choice : *choices) {
      const Json* const index = member(choice, "index");
      if (index != nullptr && *index != 0) continue;
      if (member(choice, "error") != nullptr) {
        stream.error = choice;
        return stream;
      }
      take_choice(choice, stream.body, calls);
    }
  }
  return stream;
}

}  // namespace conformance
