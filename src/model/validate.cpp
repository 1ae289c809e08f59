#include "model/validate.hpp"

#include <algorithm>
#include <exception>
#include <unordered_set>
#include <utility>

#include <nlohmann/json.hpp>

#include "instructor/detail/known_formats.hpp"
#include "instructor/error.hpp"
#include "instructor/json.hpp"
#include "json/numbers.hpp"
#include "json/text.hpp"
#include "model/encode.hpp"
#include "model/json_values.hpp"
#include "model/number_limits.hpp"
#include "model/walk.hpp"
#include "model/words.hpp"

namespace instructor::core {

std::string json_string(std::string_view text) {
  std::string out;
  json::append_string(out, json::shortened(text, max_received));
  return out;
}

std::string counted(std::string_view before, std::size_t count, std::string_view what) {
  return std::string(before) + " " + std::to_string(count) + " " + std::string(what) + (count == 1 ? "" : "s");
}

namespace {

constinit const Context no_context;

}  // namespace

Reporter::Reporter(const Context* context) : context_(context != nullptr ? *context : no_context) {}

void Reporter::add(IssueCode code, std::string path, std::string expected, std::string received, std::string measured,
                   std::string hint) {
  issues_.add(
      Issue{code, std::move(path), std::move(expected), std::move(received), std::move(measured), std::move(hint), {}});
}

namespace {

void check_number(const Slot& slot, const Rules& rules, Reporter& reporter);
void check_string(const Slot& slot, const RulesPlan& plan, Reporter& reporter);
void check_items(const Slot& slot, const Rules& rules, Reporter& reporter);
void check_unique(const Slot& slot, Reporter& reporter);

void check_rules(const Slot& slot, const RulesPlan& rules, Reporter& reporter) {
  switch (slot.plan->kind) {
    case Kind::integer:
    case Kind::number: return check_number(slot, *rules.rules, reporter);
    case Kind::string:
    case Kind::text: return check_string(slot, rules, reporter);
    case Kind::list:
    case Kind::set:
    case Kind::map:
    case Kind::object: return check_items(slot, *rules.rules, reporter);
    default: return;
  }
}

void check_number(const Slot& slot, const Rules& rules, Reporter& reporter) {
  Number value;
  if (slot.plan->storage == Storage::json)
    value = number_of(*static_cast<const Json*>(slot.target));
  else if (slot.plan->kind == Kind::integer)
    value = load_integer(slot.plan->storage, slot.target);
  else
    value = load_number(slot.plan->storage, slot.target);
  check_limits(rules, value, [&](IssueCode code, std::string_view words, const Number& bound) {
    reporter.add(code, reporter.path(), std::string(words) + json::number_text(bound), {}, json::number_text(value));
    return true;
  });
}

void check_string(const Slot& slot, const RulesPlan& plan, Reporter& reporter) {
  const Rules& rules = *plan.rules;
  std::string printed;
  if (slot.plan->kind == Kind::text && !slot.plan->info->text->print(slot.target, printed)) return;
  const std::string& text = slot.plan->kind == Kind::text ? printed
                            : slot.plan->storage == Storage::json
                                ? static_cast<const Json*>(slot.target)->get_ref<const std::string&>()
                                : *static_cast<const std::string*>(slot.target);
  if (rules.min_length != 0 || rules.max_length != Rules::unlimited) {
    const std::size_t length = json::count_code_points(text);
    if (length < rules.min_length)
      reporter.add(IssueCode::string_too_short, reporter.path(), counted("at least", rules.min_length, "character"),
                   json_string(text), std::to_string(length));
    if (length > rules.max_length)
      reporter.add(IssueCode::string_too_long, reporter.path(), counted("at most", rules.max_length, "character"),
                   json_string(text), std::to_string(length));
  }
  if (plan.pattern != nullptr && !plan.pattern->found_in(text))
    reporter.add(IssueCode::string_pattern_mismatch, reporter.path(), "text that matches " + std::string(rules.pattern),
                 json_string(text));
  if (plan.format != nullptr && !plan.format(text)) {
    const detail::KnownFormat& format = detail::known_formats[detail::find_known_format(rules.format)];
    reporter.add(IssueCode::string_format, reporter.path(),
                 std::string(format.what) + ", as " + json_string(format.example), json_string(text));
  }
}

void check_items(const Slot& slot, const Rules& rules, Reporter& reporter) {
  const TypeInfo& info = *slot.plan->info;
  std::size_t count = 0;
  if (slot.plan->storage == Storage::json)
    count = static_cast<const Json*>(slot.target)->size();
  else if (slot.plan->kind == Kind::map)
    count = info.map->size(slot.target);
  else
    count = info.list != nullptr ? info.list->size(slot.target) : info.set->size(slot.target);
  const char* const what = slot.plan->kind == Kind::list || slot.plan->kind == Kind::set ? "item" : "key";
  if (count < rules.min_items)
    reporter.add(IssueCode::too_short, reporter.path(), counted("at least", rules.min_items, what), {},
                 std::to_string(count));
  if (count > rules.max_items)
    reporter.add(IssueCode::too_long, reporter.path(), counted("at most", rules.max_items, what), {},
                 std::to_string(count));
  if (rules.unique && slot.plan->kind == Kind::list) check_unique(slot, reporter);
}

void check_unique(const Slot& slot, Reporter& reporter) {
  struct Search {
    Reporter& reporter;
    const Plan& element;
    std::unordered_set<std::string> texts{};
    std::size_t index = 0;
  } search{reporter, *slot.plan->element};
  const auto visit = [](void* context, const void* element) {
    auto& s = *static_cast<Search*>(context);
    std::string text;
    encode(s.element, element, text);
    std::string pointer = s.reporter.path();
    json::append_pointer(pointer, s.index++);
    if (!s.texts.insert(text).second)
      s.reporter.add(IssueCode::not_unique, std::move(pointer), "no item twice", json::shortened(text, max_received));
  };
  const TypeInfo& info = *slot.plan->info;
  if (info.list != nullptr)
    info.list->each(slot.target, &search, visit);
  else
    info.set->each(slot.target, &search, visit);
}

/// Is the value one of those allowed, written in another way?
bool is_allowed(const TypeInfo& info, const Json& value) {
  if (!value.is_number() && !value.is_structured()) return false;
  return std::ranges::any_of(
      info.allowed, [&](std::string_view allowed) { return equal(Json::parse(allowed, nullptr, false), value); });
}

void check_allowed(const Slot& slot, Reporter& reporter) {
  std::string text;
  encode(*slot.plan, slot.target, text);
  if (std::ranges::find(slot.plan->info->allowed, std::string_view(text)) != slot.plan->info->allowed.end()) return;
  if (slot.plan->storage == Storage::json && is_allowed(*slot.plan->info, *static_cast<const Json*>(slot.target)))
    return;
  reporter.add(IssueCode::literal_error, reporter.path(), expected_words(*slot.plan),
               json::shortened(text, max_received));
}

/// What the user's own code has thrown, within a handler: the text of it. What the call lacks no answer can mend.
std::string thrown_text() {
  try {
    throw;
  } catch (const Error& error) {
    if (error.code() == ErrorCode::missing_context) throw;
    return error.what();
  } catch (const std::exception& e) {
    return e.what();
  }
}

void run_checks(const Slot& slot, bool soft, Reporter& reporter) {
  const Annotation& annotation = *slot.field->annotation;
  for (std::size_t i = 0; i < annotation.check_count; ++i) {
    const Check& check = annotation.checks[i];
    if (check.soft != soft || (check.inner && slot.target == nullptr)) continue;
    std::string message(check.message);
    try {
      if (check.passes(check.inner ? slot.target : slot.member, reporter.context())) continue;
    } catch (const std::exception&) {
      message += " (" + thrown_text() + ")";
    }
    std::string text;
    encode(*slot.field->plan, slot.member, text);
    Issue issue;
    issue.code = IssueCode::assertion_error;
    issue.path = reporter.path();
    issue.received = json::shortened(text, max_received);
    issue.message = std::move(message);
    issue.severity = soft ? Severity::warning : Severity::error;
    (soft ? reporter.warnings() : reporter.issues()).add(std::move(issue));
  }
}

}  // namespace

void apply_rules(const Slot& slot, Reporter& reporter) {
  const std::size_t before = reporter.issues().total();
  Slot value = slot;
  const Annotation* const annotation = slot.field != nullptr ? slot.field->annotation : nullptr;
  if (annotation != nullptr && annotation->transform != nullptr &&
      (slot.target != nullptr || !annotation->transform_inner)) {
    try {
      annotation->transform(annotation->transform_inner ? slot.target : slot.member, reporter.context());
    } catch (const std::exception&) {
      reporter.issues().add(
          Issue{IssueCode::assertion_error, reporter.path(), {}, {}, {}, {}, "cannot be read: " + thrown_text()});
      return;
    }
    // A transform of the whole member may have emptied it, or made a new value.
    const Held held = held_in(*slot.field->plan, slot.member);
    value.plan = held.plan;
    value.target = const_cast<void*>(held.address);
  }
  if (value.target != nullptr) {
    if (!value.plan->info->allowed.empty()) check_allowed(value, reporter);
    if (value.plan->rules) check_rules(value, value.plan->rules, reporter);
    if (slot.field != nullptr && slot.field->rules) check_rules(value, slot.field->rules, reporter);
  }
  if (annotation == nullptr) return;
  for (const bool soft : {false, true})
    if (reporter.issues().total() == before) run_checks(value, soft, reporter);
}

void validate_object(const Slot& object, Reporter& reporter) {
  Issues found;
  try {
    object.plan->info->validate(object.target, found, reporter.context());
  } catch (const std::exception&) {
    found.add("cannot be validated: " + thrown_text());
  }
  if (found.empty()) return;
  reporter.issues().add(found.only(Severity::error), reporter.path());
  reporter.warnings().add(found.only(Severity::warning), reporter.path());
}

}  // namespace instructor::core
