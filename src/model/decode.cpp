// The decoder's beaten track: the parser's events, from one place in the value to the next.
//
// One file, since the compiler makes one loop of the parser and this only where it sees what each event leads to. What
// is rare is in decode_issues.cpp, decode_variant.cpp and decode_live.cpp.

#include "model/decode.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include <nlohmann/json.hpp>

#include "instructor/json.hpp"
#include "json/numbers.hpp"
#include "json/text.hpp"
#include "model/walk.hpp"
#include "model/words.hpp"

namespace instructor::core {

namespace {

constexpr std::size_t max_key_memory = 1024;

/// Frames of earlier decodings on this thread: their strings and vectors keep their memory.
struct SpareFrames {
  std::vector<Frame> frames;
  bool in_use = false;
};
thread_local SpareFrames spare;

std::vector<Frame>& spare_frames_or(std::vector<Frame>& own) {
  if (spare.in_use) return own;
  spare.in_use = true;
  return spare.frames;
}

/// Not `assign`, which goes a long way round for texts that are part of the target.
inline void set_text(std::string& target, std::string_view text) {
  // The size that libstdc++ 12 passes on is the new capacity.
  target.resize_and_overwrite(text.size(), [text](char* to, std::size_t) {
    std::memcpy(to, text.data(), text.size());
    return text.size();
  });
}

}  // namespace

// ---- set-up ------------------------------------------------------------------------------------------------------

DecodeHandler::DecodeHandler(const Plan& root, void* target, const DecodeOptions& options, DecodeUse use)
    : Reporter(options.context),
      root_(root),
      root_target_(target),
      options_(options),
      frames_(use == DecodeUse::at_once || use == DecodeUse::trial ? spare_frames_or(own_frames_) : own_frames_),
      tries_(use != DecodeUse::trial),
      root_is_variant_(inside(root).kind == Kind::variant),
      live_(use == DecodeUse::live) {}

DecodeHandler::~DecodeHandler() {
  for (std::size_t i = 0; i < depth_; ++i) {
    const Frame& frame = frames_[i];
    if (frame.slot.plan->info->set != nullptr && frame.element != nullptr)
      frame.slot.plan->info->set->destroy(frame.element);
    if (frame.staged_field != nullptr) frame.field->info->annotation->when_done->destroy(frame.staged_field);
    if (frame.staged_self != nullptr) frame.slot.plan->info->stage->destroy(frame.staged_self);
  }
  if (&frames_ == &own_frames_) return;
  spare.in_use = false;
  if (frames_.size() > 16) frames_.resize(16);
}

Decoder::Decoder(const Plan& plan, void* target, const DecodeOptions& options, DecodeUse use)
    : handler_(plan, target, options, use), parser_(handler_, json::Limits{options.max_depth, options.max_bytes}) {
  handler_.set_parser(&parser_);
}

bool Decoder::feed(std::string_view chunk) {
  const bool more = parser_.feed(chunk) && !handler_.stopped();
  handler_.chunk_ended();
  if (!more) tell_fault();
  return more;
}

void Decoder::tell_fault() {
  if (handler_.stopped() || std::exchange(fault_told_, true)) return;
  handler_.document_fault(parser_.failure());
}

bool Decoder::finish() {
  if (!parser_.finish()) tell_fault();
  return handler_.issues().empty();
}

// ---- where we are ------------------------------------------------------------------------------------------------

void DecodeHandler::push(const Slot& slot) {
  const bool lax = is_lax(slot);
  if (depth_ == frames_.size()) frames_.emplace_back();
  Frame& frame = frames_[depth_++];
  top_ = &frame;
  frame.slot = slot;
  frame.field = nullptr;
  frame.index = 0;
  frame.has_key = false;
  frame.issues_before = issues_.total();
  frame.issues_told = frame.issues_before;
  frame.takes_value = false;
  frame.is_duplicate = false;
  frame.is_lax = lax;
  frame.seen = 0;
  frame.element = nullptr;
  if (!frame.unknown.empty()) frame.unknown.clear();
  if (!frame.seen_beyond.empty()) frame.seen_beyond.clear();
  if (!frame.keys.empty()) frame.keys.clear();
  if (frame.key.capacity() > max_key_memory) frame.key = {};
}

inline void DecodeHandler::pop() {
  --depth_;
  top_ = depth_ == 0 ? nullptr : top_ - 1;
}

[[gnu::always_inline]] inline Slot DecodeHandler::next_slot() {
  if (++values_ > options_.max_values) too_many_values();
  if (top_ == nullptr) return {&root_, root_target_, nullptr, nullptr};
  Frame& frame = *top_;
  if (frame.field != nullptr && frame.slot.plan->storage != Storage::json) {
    void* member = static_cast<char*>(frame.slot.target) + frame.field->offset;
    if (live_ && frame.field->info->annotation->when_done != nullptr) [[unlikely]]
      member = stage_field(frame);
    return {frame.field->plan, member, frame.field, member};
  }
  return next_element(frame);
}

Slot DecodeHandler::next_element(Frame& frame) {
  const Plan& plan = *frame.slot.plan;
  void* const container = frame.slot.target;
  void* element = nullptr;
  switch (plan.kind) {
    case Kind::list:
      if (plan.inserts)
        element = frame.element = plan.info->set->make();
      else
        element = plan.info->list->append(container);
      return {plan.element, element, nullptr, element};
    case Kind::set: element = frame.element = plan.info->set->make(); return {plan.element, element, nullptr, element};
    case Kind::tuple:
      if (frame.index >= plan.elements.size()) return {};
      element = plan.info->tuple->at(container, frame.index);
      return {plan.elements[frame.index], element, nullptr, element};
    case Kind::map:
      if (plan.storage == Storage::json) return json_slot(frame);
      if (!frame.takes_value) return {};
      element = plan.info->map->insert(container, frame.key);
      if (element == nullptr) {
        duplicate_key(frame.key);
        return {};
      }
      return {plan.element, element, nullptr, element};
    case Kind::object:
      if (plan.storage == Storage::json) return json_slot(frame);
      return {};  // a key that the model does not know
    default: return json_slot(frame);
  }
}

namespace {

/// Of an array that may be anything: what is said of the array is not said of its items.
const Plan* plan_of_items(const Plan& plan) { return plan.has_rules ? &plan_of(type_of<Json>()) : &plan; }

}  // namespace

/// The next value of a container that is kept as Json.
Slot DecodeHandler::json_slot(Frame& frame) {
  const Plan& plan = *frame.slot.plan;
  Json& json = *static_cast<Json*>(frame.slot.target);
  Json* place = nullptr;
  if (json.is_array()) {
    json.push_back(nullptr);
    place = &json.back();
    return {plan_of_items(plan), place, nullptr, place};
  }
  if (!frame.takes_value) return {};  // a key that came before
  if (frame.element != nullptr) {
    place = static_cast<Json*>(frame.element);
  } else {
    // Straight into the vector underneath: a look-up for each key would make large objects quadratic.
    auto& members = json.get_ref<Json::object_t&>();
    members.emplace_back(frame.key, Json());
    place = &members.back().second;
  }
  if (frame.field != nullptr) return {frame.field->plan, place, frame.field, place};
  return {plan.element != nullptr ? plan.element : &plan_of(type_of<Json>()), place, nullptr, place};
}

/// Inside optionals and variants, to what a value of this shape can be; a scalar's text may matter, too.
inline void DecodeHandler::unwrap(Slot& slot, Shape shape, std::string_view text) {
  open_optionals(slot);
  if (slot.plan != nullptr && slot.plan->kind == Kind::variant) [[unlikely]]
    enter_alternative(slot, shape, text);
}

/// The current value is behind us: on to the next place in the container.
inline void DecodeHandler::value_ended() {
  if (top_ == nullptr) return;
  if (top_->element != nullptr && top_->slot.plan->inserts) insert_element();
  if (live_) [[unlikely]]
    live_value_ended();
  ++top_->index;
  top_->has_key = false;
}

Slot DecodeHandler::take_slot() { return next_slot(); }
void DecodeHandler::leave_slot() { value_ended(); }

/// The type of the value that comes next; it has no place yet. Null: it will have none.
const Plan* DecodeHandler::next_plan() const {
  if (top_ == nullptr) return &root_;
  const Frame& frame = *top_;
  if (frame.field != nullptr) return frame.field->plan;
  const Plan& plan = *frame.slot.plan;
  const auto of_json = [&](bool is_array) {
    if (is_array) return plan_of_items(plan);
    if (!frame.takes_value) return static_cast<const Plan*>(nullptr);
    return plan.element != nullptr ? plan.element : &plan_of(type_of<Json>());
  };
  switch (plan.kind) {
    case Kind::list:
    case Kind::set: return plan.element;
    case Kind::tuple: return frame.index < plan.elements.size() ? plan.elements[frame.index] : nullptr;
    case Kind::map:
      if (plan.storage == Storage::json) return of_json(false);
      return frame.takes_value ? plan.element : nullptr;
    case Kind::object: return plan.storage == Storage::json ? of_json(false) : nullptr;
    default: return of_json(static_cast<const Json*>(frame.slot.target)->is_array());
  }
}

void DecodeHandler::insert_element() {
  const SetOps& ops = *top_->slot.plan->info->set;
  ops.insert(top_->slot.target, top_->element);
  ops.destroy(std::exchange(top_->element, nullptr));
}

inline bool DecodeHandler::mark_seen(Frame& frame, std::size_t field) {
  if (field < 64) {
    const std::uint64_t bit = std::uint64_t{1} << field;
    const bool first = (frame.seen & bit) == 0;
    frame.seen |= bit;
    return first;
  }
  if (frame.seen_beyond.empty()) frame.seen_beyond.resize(frame.slot.plan->fields.size() - 64);
  const bool first = !frame.seen_beyond[field - 64];
  frame.seen_beyond[field - 64] = true;
  return first;
}

void DecodeHandler::unmark_seen(Frame& frame, std::size_t field) {
  if (field < 64)
    frame.seen &= ~(std::uint64_t{1} << field);
  else
    frame.seen_beyond[field - 64] = false;
}

// ---- events ------------------------------------------------------------------------------------------------------

void DecodeHandler::begin_object() {
  if (in_skipped()) return passed_begin(true);
  if (live_) note_element();
  if (meets_variant() && begin_undecided(Shape::object)) [[unlikely]]
    return;
  if (live_ && begin_staged_object()) [[unlikely]]
    return;
  Slot slot = next_slot();
  unwrap(slot, Shape::object);
  if (slot.plan == nullptr ||
      (slot.plan->kind != Kind::object && slot.plan->kind != Kind::map && slot.plan->kind != Kind::any))
    return skip(slot);
  push(slot);
  if (slot.plan->storage == Storage::json)
    *static_cast<Json*>(slot.target) = Json::object();
  else if (slot.plan->kind == Kind::map)
    slot.plan->info->map->clear(slot.target);
  if (live_) live_begun();
}

void DecodeHandler::begin_array() {
  if (in_skipped()) return passed_begin(false);
  if (live_) note_element();
  if (meets_variant() && begin_undecided(Shape::array)) [[unlikely]]
    return;
  Slot slot = next_slot();
  unwrap(slot, Shape::array);
  if (slot.plan == nullptr) return skip(slot);
  const TypeInfo& info = *slot.plan->info;
  switch (slot.plan->kind) {
    case Kind::list: info.list != nullptr ? info.list->clear(slot.target) : info.set->clear(slot.target); break;
    case Kind::set: info.set->clear(slot.target); break;
    case Kind::tuple:
      if (slot.plan->storage == Storage::json) *static_cast<Json*>(slot.target) = Json::array();
      break;
    case Kind::any: *static_cast<Json*>(slot.target) = Json::array(); break;
    default: return skip(slot);
  }
  push(slot);
  if (live_) live_begun();
}

void DecodeHandler::key(std::string_view key) {
  if (in_skipped()) return passed_key(key);
  Frame& frame = *top_;
  const Plan& plan = *frame.slot.plan;
  frame.has_key = true;
  frame.field = nullptr;
  if (plan.kind == Kind::object) {
    if (const FieldPlan* field = plan.find(key)) {
      frame.index = static_cast<std::size_t>(field - plan.fields.data());
      return take_expected_key();
    }
    unknown_key(frame, key);
    if (plan.storage == Storage::json) open_json_member(frame, key);
    return;
  }
  frame.key = key;
  if (plan.storage == Storage::json) return open_json_member(frame, key);
  frame.takes_value = plan.info->map->takes_key == nullptr || takes_key(plan, key);
  if (live_) frame.is_duplicate = !frame.takes_value || !frame.keys.insert(frame.key).second;
}

/// Models answer in the order of the schema: the next field is nearly always the one.
inline std::string_view DecodeHandler::expected_key() const {
  if (in_skipped()) return {};
  const Plan& plan = *top_->slot.plan;
  return plan.kind == Kind::object && top_->index < plan.fields.size() ? plan.fields[top_->index].quoted
                                                                       : std::string_view();
}

inline void DecodeHandler::take_expected_key() {
  Frame& frame = *top_;
  const FieldPlan& field = frame.slot.plan->fields[frame.index];
  frame.has_key = true;
  frame.field = &field;
  if (!mark_seen(frame, frame.index)) {
    duplicate_key(field.key);
    frame.field = nullptr;
    frame.takes_value = false;
    frame.key = field.key;
    return;
  }
  if (frame.slot.plan->storage == Storage::json) open_json_member(frame, field.key);
}

/// The member itself is made when its value comes.
void DecodeHandler::open_json_member(Frame& frame, std::string_view key) {
  frame.key = key;
  frame.element = nullptr;
  frame.takes_value = true;
  if (frame.keys.insert(frame.key).second) return;
  if (options_.last_duplicate_wins) {
    frame.element = &static_cast<Json*>(frame.slot.target)->get_ref<Json::object_t&>().find(frame.key)->second;
  } else {
    duplicate_key(key);
    frame.takes_value = false;
  }
}

void DecodeHandler::end_object() {
  if (in_skipped()) return passed_end(true);
  Frame& frame = *top_;
  if (live_ && frame.staged_self != nullptr && !frame.has_no_place) [[unlikely]]
    show_staged(frame);
  pop();
  frame.element = nullptr;
  if (frame.slot.plan->kind == Kind::object) {
    const Plan& plan = *frame.slot.plan;
    const std::uint64_t wanted = plan.with_default | (options_.missing_is_default ? 0 : plan.required);
    if ((wanted & ~frame.seen) != 0 || plan.fields.size() > 64) settle_missing(frame);
    // The model's own rules see the whole object, and only one that is otherwise valid.
    if (plan.validates && issues_.total() == frame.issues_before) validate_object(frame.slot, *this);
  }
  if (live_) keep_absences(frame);
  finish_value(frame.slot, frame.issues_before, true);
  if (live_ && frame.staged_self != nullptr) [[unlikely]]
    drop_staged(frame);
  value_ended();
}

void DecodeHandler::end_array() {
  if (in_skipped()) return passed_end(false);
  Frame& frame = *top_;
  pop();
  if (frame.slot.plan->kind == Kind::tuple) {
    const std::size_t expected = frame.slot.plan->elements.size();
    if (frame.index > expected)
      add(IssueCode::too_long, path(), counted("exactly", expected, "item"), {}, std::to_string(frame.index));
    for (std::size_t i = frame.index; i < expected; ++i) {
      std::string pointer = path();
      json::append_pointer(pointer, i);
      add(IssueCode::missing, std::move(pointer), expected_words(*frame.slot.plan->elements[i]));
      if (!live_) continue;
      if (frame.absences == nullptr) frame.absences = std::make_unique<Absences>();
      frame.absences->mark_faulty(i, false);
    }
  }
  if (live_) keep_absences(frame);
  finish_value(frame.slot, frame.issues_before, true);
  value_ended();
}

/// Text goes straight to its place; what cannot be shown in part, or has none, is kept until it is whole.
std::string* DecodeHandler::begin_string() {
  string_deferred_ = false;
  if (in_skipped()) return undecided_ == nullptr ? nullptr : &undecided_->pieces();
  const Plan* const plan = text_plan();
  const bool hides =
      live_ && top_ != nullptr && top_->field != nullptr && top_->field->info->annotation->when_done != nullptr;
  if (plan == nullptr || plan->atomic || hides) {
    string_deferred_ = true;
    scratch_.clear();
    return &scratch_;
  }
  string_slot_ = next_slot();
  unwrap(string_slot_, Shape::string);
  if (string_slot_.plan == nullptr) return nullptr;
  std::string* text = nullptr;
  if (string_slot_.plan->storage == Storage::string) {
    text = static_cast<std::string*>(string_slot_.target);
    text->clear();
  } else {
    auto& json = *static_cast<Json*>(string_slot_.target);
    json = std::string();
    text = json.get_ptr<std::string*>();
  }
  if (live_) {
    growing_ = text;
    growing_told_ = 0;
    if (shown()) changed_ = true;
  }
  return text;
}

void DecodeHandler::end_string() {
  if (in_skipped()) return passed_pieces();
  if (string_deferred_) return string(scratch_);
  if (string_slot_.plan == nullptr) return value_ended();
  if (live_) {
    chunk_ended();
    growing_ = nullptr;
    string_grew_ = true;
  }
  finish_value(string_slot_, issues_.total());
  value_ended();
}

void DecodeHandler::string(std::string_view text) {
  if (in_skipped()) return passed(Shape::string, text);
  Slot slot = next_slot();
  unwrap(slot, Shape::string, text);
  if (slot.plan == nullptr) return value_ended();
  const std::size_t before = issues_.total();
  if (slot.plan->storage == Storage::string)
    set_text(*static_cast<std::string*>(slot.target), text);
  else if (slot.plan->kind == Kind::enumeration)
    store_enumerator(slot, text);
  else if (slot.plan->kind == Kind::text)
    store_text(slot, text);
  else if (slot.plan->kind == Kind::string || slot.plan->kind == Kind::any)
    *static_cast<Json*>(slot.target) = std::string(text);
  else
    misfit(slot, Shape::string, text);
  finish_value(slot, before);
  value_ended();
}

void DecodeHandler::integer(const Number& value, std::string_view text) {
  if (in_skipped()) return passed(Shape::integer, text);
  Slot slot = next_slot();
  unwrap(slot, Shape::integer, text);
  if (slot.plan == nullptr) return value_ended();
  const std::size_t before = issues_.total();
  switch (slot.plan->kind) {
    case Kind::integer:
    case Kind::any:
      if (!store_integer(slot.plan->storage, slot.target, value)) out_of_range(slot, text);
      break;
    case Kind::number:
      if (slot.plan->storage == Storage::json)
        store_integer(slot.plan->storage, slot.target, value);  // exact, and written again as it was read
      else
        store_number(slot.plan->storage, slot.target, text == "-0" ? -0.0 : json::to_double(value));
      break;
    default: misfit(slot, Shape::integer, text);
  }
  finish_value(slot, before);
  value_ended();
}

void DecodeHandler::floating(double value, std::string_view text) {
  if (in_skipped()) return passed(Shape::floating, text);
  Slot slot = next_slot();
  unwrap(slot, Shape::floating, text);
  if (slot.plan == nullptr) return value_ended();
  const std::size_t before = issues_.total();
  if (slot.plan->kind != Kind::number && slot.plan->kind != Kind::any)
    misfit(slot, Shape::floating, text);
  else if (!store_number(slot.plan->storage, slot.target, value))
    add(IssueCode::finite_number, path(), "a number that fits a float", json::shortened(text, max_received));
  finish_value(slot, before);
  value_ended();
}

/// An integer of more than 64 bits, or a number beyond any double.
void DecodeHandler::unfit(std::string_view text, json::NumberForm form) {
  const Shape shape = form == json::NumberForm::integer ? Shape::integer : Shape::floating;
  if (in_skipped()) return passed(shape, text);
  Slot slot = next_slot();
  unwrap(slot, shape, text);
  if (slot.plan == nullptr) return value_ended();
  const std::size_t before = issues_.total();
  const Kind kind = slot.plan->kind;
  double value = 0;
  if (form == json::NumberForm::integer && (kind == Kind::integer || kind == Kind::any))
    out_of_range(slot, text);
  else if (kind != Kind::number && kind != Kind::any)
    misfit(slot, shape, text);
  else if (json::parse_double(text, value) != json::Fit::exact || !store_number(slot.plan->storage, slot.target, value))
    add(IssueCode::finite_number, path(),
        slot.plan->storage == Storage::float32 ? "a number that fits a float" : "a number that fits a double",
        json::shortened(text, max_received));
  finish_value(slot, before);
  value_ended();
}

void DecodeHandler::boolean(bool value) {
  if (in_skipped()) return passed(Shape::boolean, value ? "true" : "false");
  Slot slot = next_slot();
  unwrap(slot, Shape::boolean, value ? "true" : "false");
  if (slot.plan == nullptr) return value_ended();
  const std::size_t before = issues_.total();
  if (slot.plan->storage == Storage::boolean)
    *static_cast<bool*>(slot.target) = value;
  else if (slot.plan->kind == Kind::boolean || slot.plan->kind == Kind::any)
    *static_cast<Json*>(slot.target) = value;
  else
    misfit(slot, Shape::boolean, value ? "true" : "false");
  finish_value(slot, before);
  value_ended();
}

void DecodeHandler::null() {
  if (in_skipped()) return passed(Shape::null, "null");
  if (options_.null_is_absent && top_ != nullptr && top_->field != nullptr) {
    const FieldPlan& field = *top_->field;
    if (!takes(*field.plan, Shape::null) && (field.may_be_left_out || options_.missing_is_default)) {
      unmark_seen(*top_, static_cast<std::size_t>(&field - top_->slot.plan->fields.data()));
      return value_ended();
    }
  }
  Slot slot = next_slot();
  if (slot.plan == nullptr) return value_ended();
  while (slot.plan->kind == Kind::optional && !is_nullable(*slot.plan->info)) [[unlikely]] {
    slot.target = slot.plan->info->optional->emplace(slot.target);
    slot.plan = slot.plan->element;
  }
  if (slot.plan->kind == Kind::variant && slot.plan->choices->null) [[unlikely]] {
    slot.target = slot.plan->choices->null->emplace(slot.target);
    slot.plan = slot.plan->choices->null->plan;
  }
  if (slot.plan->kind == Kind::optional && is_nullable(*slot.plan->info)) {
    slot.plan->info->optional->reset(slot.target);
    finish_value({&inside(*slot.plan), nullptr, slot.field, slot.member}, issues_.total());
  } else if (slot.plan->kind == Kind::any || slot.plan->kind == Kind::null) {
    const std::size_t before = issues_.total();
    if (slot.plan->storage == Storage::json) *static_cast<Json*>(slot.target) = nullptr;
    finish_value(slot, before);
  } else {
    const std::size_t before = issues_.total();
    wrong_type(slot, "null");
    finish_value(slot, before);
  }
  value_ended();
}

/// The value is in place.
inline void DecodeHandler::finish_value(const Slot& slot, std::size_t issues_before, bool container) {
  const bool has_rules = slot.plan->has_rules || (slot.field != nullptr && slot.field->has_rules);
  if (has_rules && issues_.total() == issues_before) apply_rules(slot, *this);
  if (top_ == nullptr && root_.info->whole_check != nullptr && issues_.empty()) [[unlikely]]
    check_whole();
  if (live_) [[unlikely]]
    live_value(slot, issues_.total() == issues_before, container);
}

/// Decodes what has come so far, and what comes from now on, as this alternative. Here, so that the parser is compiled
/// in this file alone: the linker keeps one of several, and not the fast one for certain.
void DecodeHandler::decode_again(const Alternative& chosen) {
  std::string text = std::exchange(undecided_, nullptr)->take_text();
  text += ' ';  // a number at the end is whole
  skipped_ = 0;
  chosen_ = &chosen;
  json::PushParser<DecodeHandler> again(*this, json::Limits{options_.max_depth, text.size()});
  json::PushParser<DecodeHandler>* const outer = std::exchange(parser_, &again);
  again.feed(text);
  parser_ = outer;
  chosen_ = nullptr;  // a value without a place has not asked for it
}

}  // namespace instructor::core
