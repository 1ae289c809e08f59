// The decoder while it is looked at: what has arrived, what has changed, what is not shown yet.

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "instructor/json.hpp"
#include "json/text.hpp"
#include "model/decode.hpp"
#include "model/walk.hpp"

namespace instructor {

std::string_view to_string(FieldState state) noexcept {
  switch (state) {
    case FieldState::absent: return "absent";
    case FieldState::growing: return "growing";
    case FieldState::complete: return "complete";
  }
  return "unknown";
}

namespace core {

// ---- absences ----------------------------------------------------------------------------------------------------

bool Absences::has_arrived(std::size_t field) const {
  if (field < 64) return (arrived >> field & 1) != 0;
  return arrived_beyond.empty() || arrived_beyond[field - 64];
}

FieldState Absences::state_of(const Place& place) const {
  const auto part = parts_.find(place);
  if (part == parts_.end() || !part->second.faulty) return FieldState::complete;
  return part->second.shown ? FieldState::growing : FieldState::absent;
}

const Absences* Absences::of(const Place& place) const {
  const auto part = parts_.find(place);
  return part == parts_.end() ? nullptr : part->second.inside.get();
}

void Absences::mark_faulty(const Place& place, bool shown) {
  Part& part = parts_[place];
  part.shown = part.faulty ? part.shown : shown;
  part.faulty = true;
}

void Absences::keep(const Place& place, std::unique_ptr<Absences> inside) { parts_[place].inside = std::move(inside); }

namespace {

bool has_come(const Frame& frame, std::size_t field) {
  if (field < 64) return (frame.seen >> field & 1) != 0;
  return !frame.seen_beyond.empty() && frame.seen_beyond[field - 64];
}

/// Is the current value of this container named by a key alone?
bool has_free_key(const Frame& frame) { return frame.field == nullptr && frame.is_keyed(); }

}  // namespace

void DecodeHandler::mark_faulty(bool was_shown) {
  if (top_ == nullptr || top_->is_duplicate) return;
  if (top_->absences == nullptr) top_->absences = std::make_unique<Absences>();
  if (has_free_key(*top_))
    top_->absences->mark_faulty(std::string_view(top_->key), was_shown);
  else
    top_->absences->mark_faulty(top_->index, was_shown);
}

/// A container is over; what is not there in it is kept by the one around it.
void DecodeHandler::keep_absences(Frame& closed) {
  const Plan& plan = *closed.slot.plan;
  if (plan.kind == Kind::object) {
    const std::size_t count = plan.fields.size();
    bool all = true;
    for (std::size_t i = 0; all && i < count; ++i) all = has_come(closed, i);
    if (!all) {
      if (closed.absences == nullptr) closed.absences = std::make_unique<Absences>();
      closed.absences->arrived = closed.seen;
      if (count > 64) {
        closed.absences->arrived_beyond = closed.seen_beyond;
        closed.absences->arrived_beyond.resize(count - 64);
      }
    }
  }
  if (closed.absences == nullptr) return;
  closed.absences->plan = &plan;
  if (top_ == nullptr) {
    root_absences_ = std::move(closed.absences);
    return;
  }
  if (top_->is_duplicate) {
    closed.absences = nullptr;
    return;
  }
  if (top_->absences == nullptr) top_->absences = std::make_unique<Absences>();
  if (has_free_key(*top_))
    top_->absences->keep(std::string_view(top_->key), std::move(closed.absences));
  else
    top_->absences->keep(top_->index, std::move(closed.absences));
}

// ---- what is not shown yet ---------------------------------------------------------------------------------------

void* DecodeHandler::stage_field(Frame& frame) {
  frame.staged_field = frame.field->info->annotation->when_done->make();
  if (shown()) hidden_from_ = depth_;
  return frame.staged_field;
}

/// An object that must not be seen before one of its fields is made aside. Its place is made when it is shown.
bool DecodeHandler::begin_staged_object() {
  if (top_ != nullptr && top_->is_duplicate) return false;
  const Plan* const plan = object_plan();
  if (plan == nullptr || plan->kind != Kind::object || plan->info->stage == nullptr) return false;
  chosen_ = nullptr;
  if (++values_ > options_.max_values) too_many_values();
  const FieldPlan* const field = top_ == nullptr ? nullptr : top_->field;
  if (shown()) hidden_from_ = depth_;
  void* const staged = plan->info->stage->make();
  push({plan, staged, field, nullptr});
  top_->staged_self = staged;
  return true;
}

/// Moves a staged object to its place.
void DecodeHandler::show_staged(Frame& frame) {
  const auto index = static_cast<std::size_t>(&frame - frames_.data());
  Frame* const top = top_;
  top_ = index == 0 ? nullptr : &frames_[index - 1];
  --values_;  // it was counted when it began
  const Slot slot = next_place(*frame.slot.plan);
  top_ = top;
  if (slot.plan != frame.slot.plan) {
    frame.has_no_place = true;
    return;
  }
  void* const staged = std::exchange(frame.staged_self, nullptr);
  frame.slot.plan->info->stage->move(slot.target, staged);
  frame.slot.plan->info->stage->destroy(staged);
  frame.slot.target = slot.target;
  frame.slot.member = slot.member;
  const bool field_waits = index != 0 && frames_[index - 1].staged_field != nullptr;
  if (hidden_from_ == index && !field_waits) {
    hidden_from_ = nowhere;
    changed_ = true;
    if (watcher_ != nullptr) {
      watcher_->begun(path_to(index), true);
      tell_arrived(frame);
    }
  }
}

/// The end of an object that had no place.
void DecodeHandler::drop_staged(Frame& frame) {
  frame.slot.plan->info->stage->destroy(std::exchange(frame.staged_self, nullptr));
  frame.has_no_place = false;
  if (hidden_from_ == depth_) hidden_from_ = nowhere;
}

/// What came while nothing could be told.
void DecodeHandler::tell_arrived(const Frame& frame) {
  const auto index = static_cast<std::size_t>(&frame - frames_.data());
  const Plan& plan = *frame.slot.plan;
  for (std::size_t i = 0; i < plan.fields.size(); ++i) {
    const FieldPlan& field = plan.fields[i];
    const bool valid = frame.absences == nullptr || frame.absences->state_of(i) == FieldState::complete;
    if (!has_come(frame, i) || !valid) continue;
    std::string path = path_to(index);
    json::append_pointer(path, field.key);
    void* const member = static_cast<char*>(frame.slot.target) + field.offset;
    watcher_->set(std::move(path), {field.plan, member, &field, member}, false);
  }
}

// ---- events ------------------------------------------------------------------------------------------------------

void DecodeHandler::live_begun() {
  if (!shown()) return;
  changed_ = true;
  if (watcher_ != nullptr) watcher_->begun(path_to(depth_ - 1), top_->is_keyed());
}

void DecodeHandler::chunk_ended() {
  if (growing_ == nullptr || growing_->size() == growing_told_ || !shown()) return;
  changed_ = true;
  if (watcher_ != nullptr) watcher_->appended(path(), std::string_view(*growing_).substr(growing_told_));
  growing_told_ = growing_->size();
}

/// A value is over; its container is the innermost one.
void DecodeHandler::live_value(const Slot& slot, bool valid, bool container) {
  const bool was_staged = top_ != nullptr && top_->staged_field != nullptr;
  const bool was_shown = shown() && (container || string_grew_);
  if (!valid) mark_faulty(was_shown);
  string_grew_ = false;
  if (top_ == nullptr) {
    root_valid_ = valid;
    root_shown_ = was_shown;
  }
  // A field that waits until it is done is done now.
  if (was_staged && hidden_from_ == depth_) hidden_from_ = nowhere;
  if (!shown() || !valid) return;
  changed_ = true;
  if (watcher_ != nullptr) watcher_->set(path(), slot, container && !was_staged);
}

/// The place in the innermost container is about to move on.
void DecodeHandler::live_value_ended() {
  Frame& frame = *top_;
  if (frame.staged_field != nullptr) {
    const StageOps& ops = *frame.field->info->annotation->when_done;
    ops.move(static_cast<char*>(frame.slot.target) + frame.field->offset, frame.staged_field);
    ops.destroy(std::exchange(frame.staged_field, nullptr));
    if (hidden_from_ == depth_) hidden_from_ = nowhere;
  }
  // A container in the wrong place is over without having been a value.
  const bool valid = issues_.total() == frame.issues_told;
  frame.issues_told = issues_.total();
  if (!valid) mark_faulty(false);
  frame.is_duplicate = false;
  if (frame.staged_self != nullptr && !frame.has_no_place) {
    const Plan& plan = *frame.slot.plan;
    bool all = true;
    for (std::size_t i = 0; i < plan.fields.size(); ++i)
      all = all && (!plan.fields[i].info->annotation->required_first || has_come(frame, i));
    if (all) {
      frame.has_key = false;
      show_staged(frame);
    }
  }
  if (elements_ == nullptr || depth_ != elements_depth_ || frame.slot.plan->kind != Kind::list) return;
  const std::size_t end = parser_->position();
  const TextRange text{element_begin_ != nowhere ? std::exchange(element_begin_, nowhere) : end, end};
  if (!elements_->element_ended(frame.index, valid, text)) stopped_ = true;
}

void DecodeHandler::note_element() {
  if (elements_ != nullptr && depth_ == elements_depth_) element_begin_ = parser_->container_begin();
}

void DecodeHandler::forget_issues() {
  issues_ = {};
  for (std::size_t i = 0; i < depth_; ++i) frames_[i].issues_before = frames_[i].issues_told = 0;
}

// ---- states ------------------------------------------------------------------------------------------------------

detail::LivePlace DecodeHandler::place() const {
  detail::LivePlace place;
  place.decoder = this;
  const Held held = held_in(root_, root_target_);
  place.plan = held.plan;
  place.address = held.address;
  if (depth_ != 0) {
    place.plan = frames_[0].slot.plan;
    place.open = !is_hidden(0);
    place.state = place.open ? FieldState::growing : FieldState::absent;
  } else if (growing_ != nullptr) {
    place.state = FieldState::growing;
  } else if (root_valid_) {
    place.state = FieldState::complete;
  } else if (root_shown_) {
    place.state = FieldState::growing;
  }
  place.absences = root_absences_.get();
  if (place.absences != nullptr) place.plan = place.absences->plan;
  return place;
}

/// Of the value that an open container is at.
FieldState DecodeHandler::state_of_current(std::size_t index) const {
  if (depth_ > index + 1) return is_hidden(index + 1) ? FieldState::absent : FieldState::growing;
  return growing_ != nullptr ? FieldState::growing : FieldState::absent;
}

/// Of an item of a list or tuple, or of an entry with this key, in a container that is open.
FieldState DecodeHandler::state_in_frame(std::size_t index, std::size_t item, const std::string_view* key) const {
  const Frame& frame = frames_[index];
  if (is_hidden(index)) return FieldState::absent;
  if (is_current(index, item, key)) return state_of_current(index);
  if (key == nullptr && item >= frame.index) return FieldState::absent;
  if (frame.absences == nullptr) return FieldState::complete;
  return key != nullptr ? frame.absences->state_of(*key) : frame.absences->state_of(item);
}

/// Is this what the container is at?
bool DecodeHandler::is_current(std::size_t index, std::size_t item, const std::string_view* key) const {
  const Frame& frame = frames_[index];
  if (key != nullptr) return frame.has_key && !frame.is_duplicate && frame.field == nullptr && frame.key == *key;
  return item == frame.index;
}

FieldState DecodeHandler::field_state_in_frame(std::size_t index, const FieldPlan& field) const {
  const Frame& frame = frames_[index];
  const auto number = static_cast<std::size_t>(&field - frame.slot.plan->fields.data());
  if (is_hidden(index) || !has_come(frame, number)) return FieldState::absent;
  if (frame.has_key && frame.field == &field) return state_of_current(index);
  return frame.absences == nullptr ? FieldState::complete : frame.absences->state_of(number);
}

}  // namespace core
}  // namespace instructor
