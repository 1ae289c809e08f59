// The events of a streamed response.
//
// Texts and arguments are put together from their deltas. What comes after them repeats it, once for each part, once
// for each item and once for the whole response, and there only what no delta has brought is taken: some servers send
// none.

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "json/close.hpp"
#include "protocol/error_body.hpp"
#include "protocol/openai_responses_wire.hpp"

namespace instructor::openai_responses {

namespace {

// ---- what an event of a stream holds -----------------------------------------------------------------------------

/// What nearly all events are.
struct WireDelta {
  std::string type;
  std::string delta;
  std::string item_id;
  std::int64_t output_index = -1;
  std::int64_t content_index = 0;
};

/// What the others say beside that.
struct WireEvent {
  std::string text;
  Json arguments;
  std::string input;
  Json item;
  Json part;
  Json error;
  WireResponse response;
};

enum class EventKind : std::uint8_t {
  text_delta,
  arguments_delta,
  reasoning_delta,
  refusal_delta,
  begun,
  item,
  item_done,
  text_done,
  part_done,
  arguments_done,
  over,
  failed,
  unknown,
};

struct EventName {
  std::string_view name;
  EventKind kind;
};
constexpr std::array event_names{
    EventName{"response.output_text.delta", EventKind::text_delta},
    EventName{"response.function_call_arguments.delta", EventKind::arguments_delta},
    EventName{"response.custom_tool_call_input.delta", EventKind::arguments_delta},
    EventName{"response.reasoning_summary_text.delta", EventKind::reasoning_delta},
    EventName{"response.reasoning_text.delta", EventKind::reasoning_delta},
    EventName{"response.refusal.delta", EventKind::refusal_delta},
    EventName{"response.created", EventKind::begun},
    EventName{"response.in_progress", EventKind::begun},
    EventName{"response.queued", EventKind::begun},
    EventName{"response.output_item.added", EventKind::item},
    EventName{"response.output_item.done", EventKind::item_done},
    EventName{"response.output_text.done", EventKind::text_done},
    EventName{"response.content_part.done", EventKind::part_done},
    EventName{"response.function_call_arguments.done", EventKind::arguments_done},
    EventName{"response.custom_tool_call_input.done", EventKind::arguments_done},
    EventName{"response.completed", EventKind::over},
    EventName{"response.incomplete", EventKind::over},
    EventName{"response.failed", EventKind::failed},
    EventName{"error", EventKind::failed},
};

EventKind kind_of_event(std::string_view name) {
  const auto row = std::ranges::find(event_names, name, &EventName::name);
  return row == event_names.end() ? EventKind::unknown : row->kind;
}

template <class T>
void read_into(T& target, std::string_view data) {
  target = {};
  Issues issues;
  if (!detail::decode_value(type_of<T>(), &target, data, lenient(), issues)) check_readable(issues, data);
}

constexpr std::size_t none = static_cast<std::size_t>(-1);
constexpr std::size_t most_items = 10'000;  // and parts: they are looked for one by one

/// An item of the output, as far as it has come.
struct Item {
  ItemKind kind = ItemKind::other;
  std::int64_t index = -1;  ///< -1: the server does not say
  std::string id;
  std::size_t call = none;  ///< which of the reply's calls
  bool told = false;        ///< its reasoning or refusal has come, or begun to
  Json whole;               ///< null until it is done
};

/// A piece of the text. A message may consist of several.
struct Part {
  std::size_t item;
  std::int64_t number;
  std::size_t from;
  std::size_t size;
};

class ResponseReader final : public EventReader {
 public:
  bool read(const StreamEvent& event, Reply& reply, std::vector<Delta>& deltas) override {
    if (event.data == "[DONE]") return false;
    read_into(delta_, event.data);
    grown_.clear();
    const bool more = take(kind_of_event(delta_.type.empty() ? event.name : delta_.type), event.data, reply);
    // Only now, since what comes later in an event may move what it has added to before.
    for (const Grown& grown : grown_) {
      const bool text = grown.kind == Delta::Kind::text;
      const std::string_view all = text ? reply.text : reply.tool_calls[grown.call].arguments;
      deltas.push_back({grown.kind, grown.call, all.substr(grown.from, grown.size)});
    }
    return more;
  }

  void finish(Reply& reply) override {
    number_calls(reply);
    reply.native = output_.is_array() ? turn_of(output_, store_, reply) : broken_off(reply);
  }

 private:
  bool take(EventKind kind, std::string_view data, Reply& reply) {
    switch (kind) {
      case EventKind::text_delta:
        add_text(part_of(item_of(ItemKind::message), reply), delta_.delta, reply);
        return true;
      case EventKind::arguments_delta:
        add_arguments(call_of(item_of(ItemKind::call), reply), delta_.delta, reply);
        return true;
      case EventKind::reasoning_delta:
        tell(items_[item_of(ItemKind::reasoning)], delta_.delta, reply.reasoning);
        return true;
      case EventKind::refusal_delta: tell(items_[item_of(ItemKind::message)], delta_.delta, reply.refusal); return true;
      default: break;
    }
    read_into(event_, data);
    switch (kind) {
      case EventKind::begun:
        if (reply.id.empty()) reply.id = std::move(event_.response.id);
        if (reply.model.empty()) reply.model = std::move(event_.response.model);
        break;
      case EventKind::item: take_item(place_of(event_.item), event_.item, reply); break;
      case EventKind::item_done: {
        const std::size_t at = place_of(event_.item);
        take_item(at, event_.item, reply);
        take_rest(at, event_.item, reply);
        items_[at].whole = std::move(event_.item);
        break;
      }
      case EventKind::text_done: complete_text(part_of(item_of(ItemKind::message), reply), event_.text, reply); break;
      case EventKind::part_done:
        if (text_at(event_.part, "type") == "output_text")
          complete_text(part_of(item_of(ItemKind::message), reply), text_at(event_.part, "text"), reply);
        break;
      case EventKind::arguments_done: {
        const Json& arguments = event_.arguments;
        const std::string text = arguments.is_string() ? arguments.get<std::string>()
                                 : arguments.is_null() ? event_.input
                                                       : encode(arguments);
        complete_arguments(call_of(item_of(ItemKind::call), reply), text, reply);
        break;
      }
      case EventKind::over: take_response(reply); return false;
      case EventKind::failed: fail(data);
      default:
        if (!event_.error.is_null()) fail(data);
    }
    return true;
  }

  [[noreturn]] void fail(std::string_view data) {
    if (!event_.response.error.is_null()) throw failure(event_.response.error);
    throw Error(error_from_body(200, data));
  }

  // ---- items -------------------------------------------------------------------------------------------------------

  /// The item that an event is about: by its place in the output, by its id, or the last of its kind.
  std::size_t item_of(ItemKind kind) {
    const std::size_t found = find_item(kind, delta_.output_index, delta_.item_id);
    if (found != none) return found;
    if (delta_.output_index < 0)
      for (std::size_t i = items_.size(); i-- > 0;)
        if (items_[i].kind == kind) return i;
    return begin_item(kind, delta_.output_index, delta_.item_id);
  }

  /// The item that an event holds.
  std::size_t place_of(const Json& item) {
    const std::string_view id = text_at(item, "id");
    const std::size_t found = find_item(kind_of(item), delta_.output_index, id);
    return found != none ? found : begin_item(kind_of(item), delta_.output_index, id);
  }

  std::size_t find_item(ItemKind kind, std::int64_t index, std::string_view id) const {
    for (std::size_t i = items_.size(); i-- > 0;) {
      if (items_[i].kind != kind) continue;
      const bool placed = index >= 0 && items_[i].index >= 0;
      if (placed ? items_[i].index == index : !id.empty() && items_[i].id == id) return i;
    }
    return none;
  }

  std::size_t begin_item(ItemKind kind, std::int64_t index, std::string_view id) {
    check_number(items_.size());
    Item& item = items_.emplace_back();
    item.kind = kind;
    item.index = index;
    item.id = id;
    return items_.size() - 1;
  }

  static void check_number(std::size_t number) {
    if (number < most_items) return;
    throw Error(ErrorCode::bad_response,
                "the response has more than " + std::to_string(most_items) + " items or parts");
  }

  /// What is known of an item when it begins.
  void take_item(std::size_t at, const Json& whole, Reply& reply) {
    if (items_[at].kind != ItemKind::call) return;
    ToolCall& call = reply.tool_calls[call_of(at, reply)];
    if (call.id.empty()) call.id = text_at(whole, "call_id");
    if (call.name.empty()) call.name = text_at(whole, "name");
    // Some servers send the arguments at once, and no deltas.
    if (call.arguments.empty()) complete_arguments(items_[at].call, arguments_of(whole), reply);
  }

  /// What no delta has brought of an item that is done.
  void take_rest(std::size_t at, const Json& whole, Reply& reply) {
    switch (items_[at].kind) {
      case ItemKind::call: complete_arguments(items_[at].call, arguments_of(whole), reply); break;
      case ItemKind::message:
        complete_message(at, text_of(whole), reply);
        if (!items_[at].told) tell(items_[at], refusal_of(whole), reply.refusal);
        break;
      case ItemKind::reasoning:
        if (!items_[at].told) tell(items_[at], reasoning_of(whole), reply.reasoning);
        break;
      case ItemKind::other: break;
    }
  }

  // ---- calls -------------------------------------------------------------------------------------------------------

  std::size_t call_of(std::size_t at, Reply& reply) {
    Item& item = items_[at];
    if (item.call == none) {
      item.call = reply.tool_calls.size();
      reply.tool_calls.emplace_back();
    }
    return item.call;
  }

  void add_arguments(std::size_t call, std::string_view text, Reply& reply) {
    std::string& arguments = reply.tool_calls[call].arguments;
    if (!text.empty()) grown_.push_back({Delta::Kind::arguments, call, arguments.size(), text.size()});
    arguments += text;
  }

  void complete_arguments(std::size_t call, std::string_view whole, Reply& reply) {
    const std::string& arguments = reply.tool_calls[call].arguments;
    if (whole.starts_with(arguments)) add_arguments(call, whole.substr(arguments.size()), reply);
  }

  // ---- texts -------------------------------------------------------------------------------------------------------

  Part& part_of(std::size_t item, const Reply& reply) {
    for (std::size_t i = parts_.size(); i-- > 0;)
      if (parts_[i].item == item && parts_[i].number == delta_.content_index) return parts_[i];
    return begin_part(item, reply);
  }

  Part& begin_part(std::size_t item, const Reply& reply) {
    check_number(parts_.size());
    return parts_.emplace_back(item, delta_.content_index, reply.text.size(), 0);
  }

  void add_text(Part& part, std::string_view text, Reply& reply) {
    if (text.empty()) return;
    if (part.size == 0) part.from = reply.text.size();
    part.size += text.size();
    grown_.push_back({Delta::Kind::text, 0, reply.text.size(), text.size()});
    reply.text += text;
  }

  /// Only the end of the reply's text can grow.
  void complete_text(Part& part, std::string_view whole, Reply& reply) {
    if (part.size == 0) return add_text(part, whole, reply);
    const std::string_view so_far = std::string_view(reply.text).substr(part.from);
    if (so_far.size() == part.size && whole.starts_with(so_far)) add_text(part, whole.substr(part.size), reply);
  }

  /// All parts of a message together: servers do not always number them as they stand in it.
  void complete_message(std::size_t item, std::string_view whole, Reply& reply) {
    Part message{item, 0, 0, 0};
    Part* last = nullptr;
    for (Part& part : parts_) {
      if (part.item != item || part.size == 0) continue;
      if (last == nullptr) message.from = part.from;
      message.size += part.size;
      last = &part;
    }
    if (last == nullptr) {
      if (!whole.empty()) add_text(begin_part(item, reply), whole, reply);
      return;
    }
    const std::size_t before = message.size;
    complete_text(message, whole, reply);
    last->size += message.size - before;
  }

  /// Reasoning and refusals; the response that is over says them again as a whole.
  static void tell(Item& item, std::string_view text, std::string& all) {
    item.told = item.told || !text.empty();
    all += text;
  }

  // ---- the end -----------------------------------------------------------------------------------------------------

  void take_response(Reply& reply) {
    WireResponse& response = event_.response;
    if (!response.error.is_null()) throw failure(response.error);
    if (response.output.is_array() && !response.output.empty()) {
      check_number(items_.size() + response.output.size());  // before anything is taken of it
      std::array<std::size_t, 4> seen{};
      std::int64_t index = 0;
      for (const Json& item : response.output)
        match(item, index++, seen[static_cast<std::size_t>(kind_of(item))]++, reply);
    } else {
      response.output = Json::array();
      for (const Item& item : items_)
        if (!item.whole.is_null()) response.output.push_back(item.whole);
    }
    take_outcome(response, reply);
    output_ = std::move(response.output);
    store_ = response.store;
  }

  /// Finds what the streamed items have of one in the whole response. Ids may differ there, and places be unknown.
  void match(const Json& item, std::int64_t index, std::size_t number, Reply& reply) {
    const ItemKind kind = kind_of(item);
    if (kind == ItemKind::other) return;
    delta_.output_index = index;
    std::size_t at = kind == ItemKind::call ? find_call(text_at(item, "call_id"), reply) : none;
    if (at == none) at = find_item(kind, index, text_at(item, "id"));
    for (std::size_t i = 0; i < items_.size() && at == none; ++i)
      if (items_[i].kind == kind && items_[i].index < 0 && number-- == 0) at = i;
    if (at != none && kind == ItemKind::call) {
      const std::string& id = reply.tool_calls[call_of(at, reply)].id;
      if (!id.empty() && id != text_at(item, "call_id")) at = none;
    }
    if (at == none) at = begin_item(kind, index, text_at(item, "id"));
    take_item(at, item, reply);
    take_rest(at, item, reply);
  }

  std::size_t find_call(std::string_view id, const Reply& reply) const {
    for (std::size_t i = 0; i < items_.size(); ++i)
      if (items_[i].call != none && !id.empty() && reply.tool_calls[items_[i].call].id == id) return i;
    return none;
  }

  /// The provider does not remember what was broken off, so that only reasoning that stands for itself has a use; the
  /// rest is said as well by text and calls.
  NativeTurn broken_off(const Reply& reply) const {
    Json turn = Json::array();
    for (std::size_t i = 0; i < items_.size(); ++i) {
      const Item& item = items_[i];
      if (item.kind == ItemKind::call && item.call != none)
        turn.push_back(item.whole.is_null() ? half_call(item, reply.tool_calls[item.call]) : item.whole);
      else if (item.kind == ItemKind::message)
        turn.push_back(item.whole.is_null() ? half_message(i, reply) : item.whole);
      else if (item.kind == ItemKind::reasoning && !item.whole.is_null())
        turn.push_back(item.whole);
    }
    return turn_of(turn, false, reply);
  }

  static Json half_call(const Item& item, const ToolCall& call) {
    Json half{{"type", "function_call"}, {"name", call.name}, {"arguments", json::closed(call.arguments)}};
    if (!item.id.empty()) half["id"] = item.id;
    return half;
  }

  Json half_message(std::size_t item, const Reply& reply) const {
    std::string text;
    for (const Part& part : parts_)
      if (part.item == item) text += reply.text.substr(part.from, part.size);
    return {{"type", "message"}, {"role", "assistant"}, {"content", text}};
  }

  /// A delta whose text is not looked at yet.
  struct Grown {
    Delta::Kind kind;
    std::size_t call;
    std::size_t from;
    std::size_t size;
  };

  WireDelta delta_;
  WireEvent event_;
  std::vector<Item> items_;
  std::vector<Part> parts_;
  std::vector<Grown> grown_;  // by the event that is being read
  Json output_;               // of the response that is over; null until then
  bool store_ = true;
};

}  // namespace

std::unique_ptr<EventReader> event_reader() { return std::make_unique<ResponseReader>(); }

}  // namespace instructor::openai_responses
