// The decoder where a value may be of several types: which is it?

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

#include "json/text.hpp"
#include "model/decode.hpp"
#include "model/walk.hpp"
#include "model/words.hpp"

namespace instructor::core {

// ---- when it is known at once ------------------------------------------------------------------------------------

namespace {

/// The alternative for a value of this shape, when there is but one.
const Alternative* only_alternative(const Plan& variant, Shape shape) {
  const std::vector<const Alternative*>& candidates = candidates_for(variant, shape);
  return candidates.size() == 1 ? candidates.front() : nullptr;
}

bool is_whole(std::string_view number) {
  double value = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), value);
  return error == std::errc() && std::trunc(value) == value;
}

void enter(Slot& slot, const Alternative& alternative) {
  slot.target = alternative.emplace(slot.target);
  slot.plan = alternative.plan;
}

}  // namespace

/// Where no alternative takes such a value the slot stays that of the variant.
void DecodeHandler::enter_alternative(Slot& slot, Shape shape, std::string_view text) {
  const Alternative* alternative = std::exchange(chosen_, nullptr);
  if (alternative == nullptr) alternative = only_alternative(*slot.plan, shape);
  if (alternative == nullptr && shape == Shape::string) {
    std::string json;
    json::append_string(json, text);
    alternative = choose_scalar(*slot.plan, shape, json);
  } else if (alternative == nullptr && shape != Shape::object && shape != Shape::array) {
    alternative = choose_scalar(*slot.plan, shape, text);
  }
  // 1.0 is an integer to JSON Schema.
  if (alternative == nullptr && shape == Shape::floating && slot.plan->storage == Storage::json && is_whole(text))
    alternative = only_alternative(*slot.plan, Shape::integer);
  if (alternative == nullptr && is_lax(slot) && shape != Shape::object && shape != Shape::array)
    alternative = choose_lax(*slot.plan, shape, text);
  if (alternative != nullptr) enter(slot, *alternative);
}

Slot DecodeHandler::next_place(const Plan& wanted) {
  Slot slot = take_slot();
  open_optionals(slot);
  if (slot.plan == nullptr || slot.plan->kind != Kind::variant) return slot;
  const std::vector<Alternative>& alternatives = slot.plan->choices->alternatives;
  const auto found = std::ranges::find(alternatives, &wanted, &Alternative::plan);
  if (found != alternatives.end()) enter(slot, *found);
  return slot;
}

/// The type of the text that begins. Null: there is none, or it takes all of the text to tell.
const Plan* DecodeHandler::text_plan() const {
  const Plan* plan = next_plan();
  if (plan == nullptr) return nullptr;
  plan = &inside(*plan);
  if (plan->kind == Kind::variant) {
    const Alternative* const only = only_alternative(*plan, Shape::string);
    if (only == nullptr) return nullptr;
    plan = only->plan;
  }
  return plan->kind == Kind::string || plan->kind == Kind::any ? plan : nullptr;
}

/// The type of the object that begins, as far as it is known.
const Plan* DecodeHandler::object_plan() const {
  const Plan* const outer = next_plan();
  if (outer == nullptr) return nullptr;
  const Plan& plan = inside(*outer);
  if (plan.kind != Kind::variant) return &plan;
  const Alternative* const alternative = chosen_ != nullptr ? chosen_ : only_alternative(plan, Shape::object);
  return alternative == nullptr ? nullptr : alternative->plan;
}

// ---- when it is not ----------------------------------------------------------------------------------------------

bool DecodeHandler::begin_undecided(Shape shape) {
  if (chosen_ != nullptr) return false;
  const Plan* const plan = next_plan();
  if (plan == nullptr) return false;
  const Plan& variant = inside(*plan);
  if (variant.kind != Kind::variant || candidates_for(variant, shape).size() < 2) return false;
  undecided_ = std::make_unique<Undecided>(variant, shape == Shape::object, options_, tries_);
  skipped_ = 1;
  return true;
}

void DecodeHandler::decide_if_known() {
  if (undecided_->is_lost())
    tag_fault(IssueCode::union_tag_invalid);
  else if (const Alternative* const chosen = undecided_->chosen())
    decode_again(*chosen);
}

/// The rest is passed over. The value takes its place all the same: those after it keep their numbers.
void DecodeHandler::tag_fault(IssueCode code) {
  const std::unique_ptr<Undecided> lost = std::exchange(undecided_, nullptr);
  std::string pointer = path();
  json::append_pointer(pointer, lost->choices().tag);
  std::vector<std::string_view> names;
  for (const Choices::Tagged& tagged : lost->choices().tagged) names.push_back(tagged.value);
  std::string expected = one_of_words(names.size(), [&](std::size_t i) { return json_string(names[i]); });
  const std::string& tag = lost->tag();
  const bool is_text = tag.starts_with('"');
  add(code, std::move(pointer), std::move(expected), json::shortened(tag, max_received), {},
      is_text ? did_you_mean(nearest(std::string_view(tag).substr(1, tag.size() - 2), names)) : std::string());
  take_slot();
}

void DecodeHandler::end_undecided() {
  if (const Alternative* const chosen = undecided_->settle()) return decode_again(*chosen);
  tag_fault(IssueCode::union_tag_not_found);
  leave_slot();
}

// ---- what is passed over, or kept until it is known --------------------------------------------------------------

void DecodeHandler::passed(Shape shape, std::string_view text) {
  if (undecided_ == nullptr) return;
  if (shape == Shape::string)
    undecided_->string(text);
  else
    undecided_->scalar(shape, text);
  decide_if_known();
}

void DecodeHandler::passed_pieces() {
  if (undecided_ == nullptr) return;
  const std::string text = std::exchange(undecided_->pieces(), {});
  passed(Shape::string, text);
}

void DecodeHandler::passed_key(std::string_view key) {
  if (undecided_ == nullptr) return;
  undecided_->key(key);
  decide_if_known();
}

void DecodeHandler::passed_begin(bool object) {
  ++skipped_;
  if (undecided_ == nullptr) return;
  undecided_->begin(object);
  decide_if_known();
}

void DecodeHandler::passed_end(bool object) {
  if (undecided_ != nullptr) undecided_->end(object);
  if (--skipped_ != 0) return;
  if (undecided_ != nullptr) return end_undecided();
  add_pending();
  leave_slot();
}

}  // namespace instructor::core
