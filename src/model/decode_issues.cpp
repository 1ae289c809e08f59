// The decoder off its beaten track: where it is, what is wrong, and what did not come.

#include <algorithm>
#include <cmath>
#include <utility>

#include <nlohmann/json.hpp>

#include "instructor/json.hpp"
#include "json/numbers.hpp"
#include "json/text.hpp"
#include "model/coerce.hpp"
#include "model/decode.hpp"
#include "model/walk.hpp"
#include "model/words.hpp"

namespace instructor::core {

namespace {

constexpr std::size_t max_unknown_kept = 8;

/// 1.0 is an integer to JSON Schema.
bool store_whole(const Plan& plan, void* target, std::string_view text) {
  double value = 0;
  if (plan.kind != Kind::integer || json::parse_double(text, value) != json::Fit::exact) return false;
  return std::trunc(value) == value && store_number(plan.storage, target, value);
}

}  // namespace

bool Frame::is_keyed() const {
  const Kind kind = slot.plan->kind;
  return kind == Kind::object || kind == Kind::map ||
         (kind == Kind::any && static_cast<const Json*>(slot.target)->is_object());
}

std::string DecodeHandler::path_to(std::size_t frames) const {
  std::string pointer;
  for (std::size_t i = 0; i < frames; ++i) {
    const Frame& frame = frames_[i];
    if (!frame.is_keyed())
      json::append_pointer(pointer, frame.index);
    else if (!frame.has_key)
      break;
    else if (frame.field != nullptr)
      json::append_pointer(pointer, frame.field->key);
    else
      json::append_pointer(pointer, frame.key);
  }
  return pointer;
}

void DecodeHandler::too_many_values() {
  if (stopped_) return;
  add(IssueCode::too_large, path(), "at most " + std::to_string(options_.max_values) + " values", "more");
  stopped_ = true;
}

/// A container that has no place: its inside is checked as JSON and otherwise ignored.
void DecodeHandler::skip(const Slot& slot) {
  skipped_ = 1;
  if (slot.plan == nullptr) return;
  pending_ =
      std::make_unique<Issue>(Issue{wrong_type_code(*slot.plan), path(), expected_words(*slot.plan), {}, {}, {}, {}});
  parser_->capture(&pending_->received, max_received + 1);
}

void DecodeHandler::add_pending() {
  if (pending_ == nullptr) return;
  pending_->received = json::shortened(pending_->received, max_received);
  issues_.add(std::move(*pending_));
  pending_ = nullptr;
}

void DecodeHandler::duplicate_key(std::string_view key) {
  top_->is_duplicate = true;
  add(IssueCode::duplicate_key, path(), "the key " + json_string(key) + " stands here twice");
}

/// May this be a key of the map? Told if not.
bool DecodeHandler::takes_key(const Plan& map, std::string_view key) {
  if (map.info->map->takes_key(key)) return true;
  const Plan& plan = *map.keys;
  const IssueCode code = plan.kind == Kind::text      ? plan.info->text->wrong_text
                         : plan.kind == Kind::integer ? IssueCode::int_parsing
                                                      : wrong_type_code(plan);
  add(code, path(), "a key that is " + expected_words(plan), json_string(key));
  return false;
}

void DecodeHandler::unknown_key(Frame& frame, std::string_view key) {
  const Plan& plan = *frame.slot.plan;
  frame.key = key;
  --frame.index;  // an unknown key does not move us on
  if (!plan.tag.empty() && key == plan.tag) return;
  if (plan.info->forbid_extra) {
    std::vector<std::string_view> names;
    for (const FieldPlan& known : plan.fields) names.push_back(known.key);
    add(IssueCode::extra_forbidden, path(), "no key " + json_string(key) + " belongs here", {}, {},
        did_you_mean(nearest(key, names)));
  } else if (left_out_ != nullptr && left_out_->count++ == 0) {
    left_out_->first = path();
  }
  if (!options_.missing_is_default && frame.unknown.size() < max_unknown_kept) frame.unknown.emplace_back(key);
}

void DecodeHandler::store_enumerator(const Slot& slot, std::string_view text) {
  const auto& names = slot.plan->info->enumerators;
  const auto found = std::ranges::find(names, text, &Enumerator::name);
  if (found == names.end()) {
    std::vector<std::string_view> candidates;
    for (const Enumerator& candidate : names) candidates.push_back(candidate.name);
    add(wrong_type_code(*slot.plan), path(), expected_words(*slot.plan), json_string(text), {},
        did_you_mean(nearest(text, candidates)));
  } else if (slot.plan->storage == Storage::json) {
    *static_cast<Json*>(slot.target) = std::string(text);
  } else {
    const bool is_unsigned = slot.plan->storage >= Storage::uint8 && slot.plan->storage <= Storage::uint64;
    store_integer(slot.plan->storage, slot.target,
                  is_unsigned ? Number(static_cast<std::uint64_t>(found->value)) : Number(found->value));
  }
}

void DecodeHandler::store_text(const Slot& slot, std::string_view text) {
  const TextOps& ops = *slot.plan->info->text;
  if (ops.parse(slot.target, text)) return;
  if (is_lax(slot) && ops.parse_lax != nullptr && ops.parse_lax(slot.target, text, false)) return;
  add(ops.wrong_text, path(), expected_words(*slot.plan), json_string(text));
}

/// A scalar of another type than what is wanted.
void DecodeHandler::misfit(const Slot& slot, Shape shape, std::string_view text) {
  const bool number = shape == Shape::integer || shape == Shape::floating;
  const TextOps* const ops = slot.plan->info->text;
  if (number && ops != nullptr && ops->takes_numbers && ops->parse(slot.target, text)) return;
  if (slot.plan->storage == Storage::json && shape == Shape::floating && store_whole(*slot.plan, slot.target, text))
    return;
  if (is_lax(slot) && coerce(slot, shape, text)) return;
  wrong_type(slot, shape == Shape::string ? json_string(text) : json::shortened(text, max_received));
}

/// Takes a value of another type where that loses nothing. False: such values are not taken.
bool DecodeHandler::coerce(const Slot& slot, Shape shape, std::string_view text) {
  const Coerced coerced = coerce_scalar(*slot.plan, slot.target, shape, text);
  if (coerced.outcome == Coercion::failed) {
    if (coerced.code == IssueCode::int_out_of_range)
      out_of_range(slot, text);
    else
      add(coerced.code, path(), expected_words(*slot.plan),
          shape == Shape::string ? json_string(text) : json::shortened(text, max_received));
  }
  return coerced.outcome != Coercion::none;
}

void DecodeHandler::out_of_range(const Slot& slot, std::string_view text) {
  add(IssueCode::int_out_of_range, path(),
      "an integer from " + json::number_text(smallest(slot.plan->storage)) + " to " +
          json::number_text(largest(slot.plan->storage)),
      json::shortened(text, max_received));
}

void DecodeHandler::wrong_type(const Slot& slot, std::string received) {
  add(wrong_type_code(*slot.plan), path(), expected_words(*slot.plan), std::move(received));
}

void DecodeHandler::document_fault(const json::Failure& failure) {
  add_pending();
  if (undecided_ != nullptr) decode_again(undecided_->best());
  Issue issue;
  switch (failure.fault) {
    case json::Fault::none:
    case json::Fault::syntax: issue.code = IssueCode::json_invalid; break;
    case json::Fault::utf8: issue.code = IssueCode::invalid_utf8; break;
    case json::Fault::depth: issue.code = IssueCode::too_deep; break;
    case json::Fault::size: issue.code = IssueCode::too_large; break;
    case json::Fault::truncated: issue.code = IssueCode::truncated; break;
  }
  issue.path = path();
  issue.expected = failure.expected;
  issue.received = failure.found;
  issue.hint = "line " + std::to_string(failure.line) + ", column " + std::to_string(failure.column);
  issues_.add(std::move(issue));
}

/// The rules that tables do not express. They are about what came: defaults are filled in afterwards.
void DecodeHandler::check_whole() {
  const WholeCheck& check = *root_.info->whole_check;
  check.run(check.context, root_target_, options_.null_is_absent, issues_);
  if (issues_.empty()) fill_defaults(root_, *static_cast<Json*>(root_target_));
}

/// Fields that did not come: their defaults, or an issue each.
void DecodeHandler::settle_missing(Frame& frame) {
  const Plan& plan = *frame.slot.plan;
  const std::size_t count = plan.fields.size();
  for (std::size_t i = 0; i < count; ++i) {
    const bool seen = i < 64 ? (frame.seen >> i & 1) != 0 : !frame.seen_beyond.empty() && frame.seen_beyond[i - 64];
    if (seen) continue;
    const FieldPlan& field = plan.fields[i];
    if (field.default_value) {
      if (root_.info->whole_check != nullptr) continue;  // set when that has been passed
      if (plan.storage == Storage::json) {
        auto& members = static_cast<Json*>(frame.slot.target)->get_ref<Json::object_t&>();
        members.emplace_back(std::string(field.key), Json());
        assign_default(*field.plan, &members.back().second, field.default_value);
      } else {
        assign_default(*field.plan, static_cast<char*>(frame.slot.target) + field.offset, field.default_value);
      }
      continue;
    }
    if (field.may_be_left_out || options_.missing_is_default) continue;
    std::string pointer = path();
    json::append_pointer(pointer, field.key);
    std::vector<std::string_view> others(frame.unknown.begin(), frame.unknown.end());
    const std::string_view near = nearest(field.key, others);
    add(IssueCode::missing, std::move(pointer), expected_words(*field.plan), {}, {},
        near.empty() ? std::string() : "there is " + json_string(near));
  }
}

}  // namespace instructor::core
