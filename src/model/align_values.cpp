// Values without others in them.

#include <algorithm>
#include <array>
#include <cmath>

#include "json/numbers.hpp"
#include "json/text.hpp"
#include "model/aligner.hpp"
#include "model/date_text.hpp"
#include "model/decimal_text.hpp"
#include "model/number_limits.hpp"
#include "model/number_text.hpp"
#include "model/text_folding.hpp"
#include "model/walk.hpp"
#include "model/word_text.hpp"

namespace instructor::core {

namespace {

/// An object or a list as its JSON text: nothing is lost, but hardly anybody wanted it.
constexpr int cost_of_json_as_text = 4;
/// The one of several items that fits.
constexpr int cost_of_chosen_item = 4;

bool is_number(Shape shape) { return shape == Shape::integer || shape == Shape::floating; }

Number number_from(std::string_view json) {
  Number number;
  if (json::classify_number(json) == json::NumberForm::integer && json::parse_integer(json, number) == json::Fit::exact)
    return number;
  double value = 0;
  return json::parse_double(json, value) == json::Fit::exact ? Number(value) : Number();
}

/// Does it fit where it is kept?
bool fits_storage(const Plan& plan, const Number& number) {
  if (!number) return false;
  union {
    std::int64_t integer;
    double floating;
  } place{};
  if (plan.kind == Kind::integer)
    return number.form != Number::Form::floating &&
           (plan.storage == Storage::json || store_integer(plan.storage, &place, number));
  return plan.storage == Storage::json || store_number(plan.storage, &place, json::to_double(number));
}

bool keeps(const RulesPlan& rules, Kind kind, const TreeNode& node) {
  if (!rules) return true;
  const Rules& limits = *rules.rules;
  switch (kind) {
    case Kind::integer:
    case Kind::number: {
      const Number number = number_from(node.raw);
      return number && check_limits(limits, number, [](IssueCode, std::string_view, const Number&) { return false; });
    }
    case Kind::string:
    case Kind::text: {
      const bool counts = limits.min_length != 0 || limits.max_length != Rules::unlimited;
      const std::size_t length = counts ? json::count_code_points(node.text) : 0;
      if (counts && (length < limits.min_length || length > limits.max_length)) return false;
      if (rules.pattern != nullptr && !rules.pattern->found_in(node.text)) return false;
      return rules.format == nullptr || rules.format(node.text);
    }
    case Kind::list:
    case Kind::set:
    case Kind::map: return node.members.size() >= limits.min_items && node.members.size() <= limits.max_items;
    default: return true;
  }
}

bool is_compact_equal(std::string_view allowed, const TreeNode& node) {
  if (allowed == node.raw) return true;
  if (is_number(node.shape) && json::classify_number(allowed) != json::NumberForm::invalid) {
    const Number a = number_from(allowed);
    const Number b = number_from(node.raw);
    return a && b && json::compare(a, b) == 0;
  }
  if (node.shape != Shape::string || !allowed.starts_with('"')) return false;
  std::string json;
  json::append_string(json, node.text);
  return json == allowed;
}

/// What a constant is called: a text without its quotes. One that needs escapes keeps them.
std::string_view text_of_constant(std::string_view json) {
  return json.starts_with('"') ? json.substr(1, json.size() - 2) : json;
}

bool is_time_format(std::string_view format) {
  return format == "date" || format == "time" || format == "date-time" || format == "duration";
}

std::string without_spaces(std::string_view text) {
  std::string out(text);
  std::erase_if(out, [](char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; });
  return out;
}

/// `{123E4567-...}`, `urn:uuid:123e4567-...`
std::string_view bare_uuid(std::string_view text) {
  text = bared(text);
  constexpr std::string_view urn = "urn:uuid:";
  if (text.starts_with(urn)) text.remove_prefix(urn.size());
  if (text.starts_with('{') && text.ends_with('}')) text = text.substr(1, text.size() - 2);
  return text;
}

struct TextGuess {
  std::string text;
  RepairKind kind;
  int cost;
};

/// How a text in a format may have been meant; the likeliest first.
std::vector<TextGuess> guesses_of(std::string_view text, std::string_view format, bool number, bool bytes) {
  std::vector<TextGuess> guesses;
  const auto add = [&](std::string guess, RepairKind kind, int cost) {
    if (guess != text) guesses.push_back({std::move(guess), kind, cost});
  };
  if (is_time_format(format))
    for (DateSpelling& spelling : date_spellings(text, format))
      add(std::move(spelling.text), RepairKind::date_text, spelling.cost);
  if (number)
    if (auto found = number_in_text(text, false)) add(std::move(found->json), RepairKind::number_text, found->cost);
  const int cost = cost_of(RepairKind::text_around);
  if (format == "uuid") add(std::string(bare_uuid(text)), RepairKind::text_around, cost);
  if (bytes) {
    constexpr std::string_view marker = ";base64,";
    const std::size_t at = text.starts_with("data:") ? text.find(marker) : std::string_view::npos;
    add(without_spaces(at == std::string_view::npos ? text : text.substr(at + marker.size())), RepairKind::text_around,
        cost);
  }
  add(std::string(without_space_around(text)), RepairKind::text_around, cost);
  add(std::string(bared(text)), RepairKind::text_around, cost);
  return guesses;
}

std::vector<ChoiceName> names_of(const TypeInfo& info) {
  std::vector<ChoiceName> names;
  names.reserve(info.enumerators.size());
  for (const Enumerator& enumerator : info.enumerators)
    names.push_back({enumerator.name, enumerator.description, enumerator.aliases});
  return names;
}

}  // namespace

bool Aligner::keeps_rules(const Plan& plan, const TreeNode& node, const Ask& ask) const {
  return keeps(plan.rules, plan.kind, node) && (ask.rules == nullptr || keeps(*ask.rules, plan.kind, node));
}

Aligned Aligner::value(const Plan& plan, const TreeNode& node, const Ask& ask) {
  Aligned direct = as_is(node, 1);
  switch (plan.kind) {
    case Kind::boolean: direct = boolean(plan, node); break;
    case Kind::integer: direct = integer(plan, node, ask); break;
    case Kind::number: direct = number(plan, node, ask); break;
    case Kind::string: direct = string(plan, node, ask); break;
    case Kind::text: direct = text(plan, node, ask); break;
    case Kind::enumeration: direct = enumeration(plan, node); break;
    default: break;
  }
  return direct.fits() ? direct : better(direct, only_value_in(plan, node, ask));
}

/// What an array or object has in it, where that is the value.
Aligned Aligner::only_value_in(const Plan& plan, const TreeNode& node, const Ask& ask) {
  if (node.shape != Shape::array && node.shape != Shape::object) return as_is(node, 1);
  const Aligned only = node.shape == Shape::array ? only_item(plan, node, ask) : inside_member(plan, node, ask);
  if (only.fits()) return only;
  const bool is_choice = plan.kind == Kind::enumeration || !plan.info->allowed.empty();
  if (node.shape == Shape::array && is_choice) {
    // Of several names the one that is one of these.
    const TreeNode* fitting = nullptr;
    std::size_t count = 0;
    for (const TreeMember& item : node.members) {
      if (item.value->shape == Shape::array || item.value->shape == Shape::object) return as_is(node, 1);
      const Aligned aligned =
          plan.kind == Kind::enumeration ? enumeration(plan, *item.value) : allowed(plan, *item.value);
      if (!aligned.fits()) continue;
      fitting = item.value;
      ++count;
      if (aligned.node != item.value) ++count;
    }
    if (count == 1) return corrected(plan, as_is(*fitting), node, RepairKind::list_as_single, cost_of_chosen_item);
  }
  const bool plain = plan.kind == Kind::string && !plan.has_rules && (ask.rules == nullptr || !*ask.rules);
  if (!plain || !ask.may_be_text) return as_is(node, 1);
  std::string json;
  write(node, json);
  return corrected(plan, as_is(*tree_.string(json)), node, RepairKind::json_text, cost_of_json_as_text);
}

Aligned Aligner::boolean(const Plan& plan, const TreeNode& node) {
  if (node.shape == Shape::boolean) return as_is(node);
  std::optional<bool> value;
  if (node.shape == Shape::string) value = boolean_in_text(node.text);
  if (node.raw == "1" || node.raw == "0") value = node.raw == "1";
  if (!value) return as_is(node, 1);
  const TreeNode* const made = tree_.scalar(Shape::boolean, *value ? "true" : "false");
  return corrected(plan, as_is(*made), node, RepairKind::boolean_text);
}

/// A number that was found, where it is one of the type. What breaks a rule is a number all the same: decoding says so.
Aligned Aligner::number_of(const Plan& plan, const TreeNode& node, std::string_view json, int cost, const Ask& ask) {
  if (!fits_storage(plan, number_from(json))) return as_is(node, 1);
  const Shape shape = json::classify_number(json) == json::NumberForm::integer ? Shape::integer : Shape::floating;
  Aligned made = as_is(*tree_.scalar(shape, json));
  if (!keeps_rules(plan, *made.node, ask)) made.defects = 1;
  if (!plan.info->allowed.empty() &&
      std::ranges::none_of(plan.info->allowed, [&](std::string_view one) { return is_compact_equal(one, *made.node); }))
    made.defects = 1;
  return corrected(plan, made, node, RepairKind::number_text, cost);
}

Aligned Aligner::integer(const Plan& plan, const TreeNode& node, const Ask& ask) {
  if (node.shape == Shape::integer) {
    const bool fits = fits_storage(plan, number_from(node.raw)) && keeps_rules(plan, node, ask);
    return as_is(node, fits ? 0 : 1);
  }
  if (node.shape == Shape::floating) {
    const auto whole = read_separated(node.raw, false);
    const std::string_view digits = node.raw.starts_with('-') ? node.raw.substr(1) : node.raw;
    auto value = whole ? whole : read_separated(digits, false);
    if (!value || !value->is_whole()) return as_is(node, 1);
    if (plan.storage == Storage::json) return as_is(node, keeps_rules(plan, node, ask) ? 0 : 1);  // 5.0 is an integer
    value->negative = node.raw.starts_with('-') && !value->digits.empty();
    return number_of(plan, node, value->json(true), cost_of(RepairKind::number_text), ask);
  }
  if (node.shape != Shape::string) return as_is(node, 1);
  const auto found = number_in_text(node.text, true);
  return found ? number_of(plan, node, found->json, found->cost, ask) : as_is(node, 1);
}

Aligned Aligner::number(const Plan& plan, const TreeNode& node, const Ask& ask) {
  if (is_number(node.shape)) {
    const bool fits = fits_storage(plan, number_from(node.raw)) && keeps_rules(plan, node, ask);
    return as_is(node, fits ? 0 : 1);
  }
  if (node.shape != Shape::string) return as_is(node, 1);
  const auto found = number_in_text(node.text, false);
  if (!found) return as_is(node, 1);
  const Aligned aligned = number_of(plan, node, found->json, found->cost, ask);
  if (aligned.fits() || found->hundredth.empty()) return aligned;
  // 85 % of what is at most 1
  return better(aligned, number_of(plan, node, found->hundredth, found->cost, ask));
}

Aligned Aligner::string(const Plan& plan, const TreeNode& node, const Ask& ask) {
  if (is_number(node.shape) || node.shape == Shape::boolean) {
    Aligned made = as_is(*tree_.string(node.raw));
    if (!keeps_rules(plan, *made.node, ask)) made.defects = 1;
    return made.fits() ? corrected(plan, made, node, RepairKind::text_value) : as_is(node, 1);
  }
  if (node.shape != Shape::string) return as_is(node, 1);
  if (keeps_rules(plan, node, ask)) return as_is(node);
  std::string_view format;
  for (const RulesPlan* const rules : {&plan.rules, ask.rules})
    if (rules != nullptr && *rules && rules->format != nullptr) format = rules->rules->format;
  for (const TextGuess& guess : guesses_of(node.text, format, false, false)) {
    const TreeNode* const made = tree_.string(guess.text);
    if (keeps_rules(plan, *made, ask)) return corrected(plan, as_is(*made), node, guess.kind, guess.cost);
  }
  return as_is(node, 1);
}

Aligned Aligner::text(const Plan& plan, const TreeNode& node, const Ask& ask) {
  const TextOps& ops = *plan.info->text;
  if (ops.takes == nullptr) return as_is(node);
  const bool number = is_number(node.shape);
  if (number && ops.takes_numbers && ops.takes(node.raw)) return as_is(node);
  if (node.shape == Shape::string && ops.takes(node.text)) return as_is(node, keeps_rules(plan, node, ask) ? 0 : 1);
  if (!number && node.shape != Shape::string && node.shape != Shape::boolean) return as_is(node, 1);
  const std::string_view received = node.shape == Shape::string ? node.text : node.raw;
  if (node.shape != Shape::string && !is_time_format(ops.format) && ops.takes(received))
    return corrected(plan, as_is(*tree_.string(received)), node, RepairKind::text_value);
  const bool bytes = ops.wrong_text == IssueCode::bytes_parsing;
  for (const TextGuess& guess : guesses_of(received, ops.format, ops.takes_numbers, bytes))
    if (ops.takes(guess.text)) return corrected(plan, as_is(*tree_.string(guess.text)), node, guess.kind, guess.cost);
  return as_is(node, 1);
}

Aligned Aligner::enumeration(const Plan& plan, const TreeNode& node) {
  if (node.shape == Shape::null || node.shape == Shape::array || node.shape == Shape::object) return as_is(node, 1);
  const std::string_view received = node.shape == Shape::string ? node.text : node.raw;
  const auto& enumerators = plan.info->enumerators;
  if (node.shape == Shape::string && std::ranges::find(enumerators, received, &Enumerator::name) != enumerators.end())
    return as_is(node);
  const std::vector<ChoiceName> names = names_of(*plan.info);
  const auto found = find_choice(received, names);
  if (!found) return as_is(node, 1);
  return corrected(plan, as_is(*tree_.string(names[found->index].name)), node, found->kind, found->cost);
}

/// One of a list of values of any types.
Aligned Aligner::allowed(const Plan& plan, const TreeNode& node) {
  const auto& values = plan.info->allowed;
  const auto is_one = [&](const TreeNode& value) {
    return std::ranges::any_of(values, [&](std::string_view one) { return is_compact_equal(one, value); });
  };
  if (is_one(node)) return as_is(node);
  if (node.shape == Shape::array || node.shape == Shape::object) {
    const bool structured =
        std::ranges::any_of(values, [](std::string_view one) { return one.starts_with('[') || one.starts_with('{'); });
    return structured ? as_is(node) : only_value_in(plan, node, {});
  }
  if (node.shape == Shape::null) return as_is(node, 1);
  const std::string_view received = node.shape == Shape::string ? node.text : node.raw;
  std::vector<std::string> texts;
  std::vector<ChoiceName> names;
  texts.reserve(values.size());
  for (const std::string_view one : values) {
    texts.emplace_back(text_of_constant(one));
  }
  for (const std::string& one : texts) names.push_back({one});
  const auto made = [&](std::string_view json, RepairKind kind, int cost) {
    const TreeNode* const value = tree_.parse(json);
    return value == nullptr ? as_is(node, 1) : corrected(plan, as_is(*value), node, kind, cost);
  };
  if (const auto found = find_choice(received, names)) return made(values[found->index], found->kind, found->cost);
  if (const auto number = number_in_text(received, false)) {
    const TreeNode* const value = tree_.scalar(Shape::floating, number->json);
    const auto found =
        std::ranges::find_if(values, [&](std::string_view one) { return is_compact_equal(one, *value); });
    if (found != values.end()) return made(*found, RepairKind::number_text, number->cost);
  }
  if (const auto truth = boolean_in_text(received)) {
    const auto found = std::ranges::find(values, std::string_view(*truth ? "true" : "false"));
    if (found != values.end()) return made(*found, RepairKind::boolean_text, cost_of(RepairKind::boolean_text));
  }
  return as_is(node, 1);
}

}  // namespace instructor::core
