#include "model/choices.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include <nlohmann/json.hpp>

#include "instructor/error.hpp"
#include "instructor/json.hpp"
#include "model/coerce.hpp"
#include "model/decode.hpp"
#include "model/walk.hpp"

namespace instructor::core {

void* Alternative::emplace(void* variant) const {
  void* at = variant;
  for (const Step& step : steps) {
    if (step.plan->storage == Storage::json) continue;
    at = step.plan->kind == Kind::variant ? step.plan->info->variant->emplace(at, step.index)
                                          : step.plan->info->optional->emplace(at);
  }
  return at;
}

namespace {

bool allows_null(const TypeInfo& any) {
  return any.allowed.empty() || std::ranges::find(any.allowed, std::string_view("null")) != any.allowed.end();
}

}  // namespace

bool takes(const Plan& plan, Shape shape) {
  switch (plan.kind) {
    case Kind::boolean: return shape == Shape::boolean;
    case Kind::integer: return shape == Shape::integer;
    case Kind::number: return shape == Shape::integer || shape == Shape::floating;
    case Kind::string:
    case Kind::enumeration: return shape == Shape::string;
    case Kind::text:
      return shape == Shape::string ||
             (plan.info->text->takes_numbers && (shape == Shape::integer || shape == Shape::floating));
    case Kind::null: return shape == Shape::null;
    case Kind::list:
    case Kind::set:
    case Kind::tuple: return shape == Shape::array;
    case Kind::map:
    case Kind::object: return shape == Shape::object;
    case Kind::any: return shape != Shape::null || allows_null(*plan.info);
    case Kind::optional: return (shape == Shape::null && is_nullable(*plan.info)) || takes(*plan.element, shape);
    case Kind::variant: break;
  }
  if (shape == Shape::null) return plan.choices->null.has_value();
  return std::ranges::any_of(plan.choices->alternatives,
                             [&](const Alternative& alternative) { return takes(*alternative.plan, shape); });
}

namespace {

class Collector {
 public:
  explicit Collector(Choices& choices) : choices_(choices) {}

  void take(const Plan& plan) {
    switch (plan.kind) {
      case Kind::variant:
        // Run-time models may say the same again and again.
        if (std::ranges::find(variants_, &plan) != variants_.end()) return;
        variants_.push_back(&plan);
        for (std::size_t i = 0; i < plan.elements.size(); ++i) {
          steps_.push_back({&plan, i});
          take(*plan.elements[i]);
          steps_.pop_back();
        }
        return;
      case Kind::optional:
        if (is_nullable(*plan.info)) take_null(plan);
        steps_.push_back({&plan, 0});
        take(*plan.element);
        steps_.pop_back();
        return;
      case Kind::null: return take_null(plan);
      case Kind::any:
        if (allows_null(*plan.info)) take_null(plan);
        break;
      default: break;
    }
    choices_.alternatives.push_back({&plan, steps_});
  }

 private:
  void take_null(const Plan& plan) {
    if (!choices_.null) choices_.null = Alternative{&plan, steps_};
  }

  Choices& choices_;
  std::vector<Alternative::Step> steps_;
  std::vector<const Plan*> variants_;
};

/// The values of a field, when they are constants.
std::vector<std::string_view> constants_of(const FieldPlan& field) {
  std::vector<std::string_view> names;
  const Plan& plan = inside(*field.plan);
  if (plan.kind == Kind::enumeration)
    for (const Enumerator& enumerator : plan.info->enumerators) names.push_back(enumerator.name);
  return names;
}

/// Fills in the tag when `key` has constants in all structs, none of them in two.
bool tells_apart(Choices& choices, std::string_view key) {
  std::vector<Choices::Tagged> tagged;
  bool required = true;
  for (std::size_t i = 0; i < choices.alternatives.size(); ++i) {
    const Plan& plan = *choices.alternatives[i].plan;
    if (plan.kind != Kind::object) continue;
    const FieldPlan* const field = plan.find(key);
    if (field == nullptr) return false;
    const std::vector<std::string_view> constants = constants_of(*field);
    if (constants.empty()) return false;
    for (const std::string_view constant : constants) {
      if (std::ranges::find(tagged, constant, &Choices::Tagged::value) != tagged.end()) return false;
      tagged.push_back({constant, i});
    }
    required = required && !field->may_be_left_out;
  }
  choices.tag = key;
  choices.tag_is_required = required;
  choices.tagged = std::move(tagged);
  return true;
}

void find_tag(Choices& choices) {
  const Plan* first = nullptr;
  std::size_t objects = 0;
  for (const Alternative& alternative : choices.alternatives) {
    if (alternative.plan->info->rest) continue;
    if (alternative.plan->kind == Kind::map || alternative.plan->kind == Kind::any) return;  // takes any keys
    if (alternative.plan->kind != Kind::object) continue;
    if (first == nullptr) first = alternative.plan;
    ++objects;
  }
  if (objects < 2) return;
  if (!first->tag.empty()) {
    choices.tag = first->tag;
    choices.tag_is_required = true;
    for (std::size_t i = 0; i < choices.alternatives.size(); ++i) {
      const Plan& plan = *choices.alternatives[i].plan;
      if (plan.kind != Kind::object) continue;
      if (std::ranges::find(choices.tagged, plan.info->name, &Choices::Tagged::value) != choices.tagged.end())
        throw Error(ErrorCode::invalid_model, "tag(\"" + std::string(plan.tag) + "\"): two alternatives are called " +
                                                  std::string(plan.info->name) +
                                                  "; give one of them another name in its description");
      choices.tagged.push_back({plan.info->name, i});
    }
    return;
  }
  for (const FieldPlan& field : first->fields)
    if (tells_apart(choices, field.key)) return;
}

/// What takes all the rest is a candidate where nothing else is.
void sort_by_shape(Choices& choices) {
  const Alternative* rest = nullptr;
  for (const Alternative& alternative : choices.alternatives) {
    if (alternative.plan->info->rest) {
      rest = &alternative;
      continue;
    }
    for (std::size_t shape = 0; shape < shape_count; ++shape)
      if (takes(*alternative.plan, static_cast<Shape>(shape))) choices.by_shape[shape].push_back(&alternative);
  }
  for (auto& candidates : choices.by_shape)
    if (candidates.empty() && rest != nullptr) candidates.push_back(rest);
}

std::unique_ptr<void, void (*)(void*)> make_value(const Plan& variant) {
  if (variant.storage == Storage::json) return {new Json(), [](void* value) { delete static_cast<Json*>(value); }};
  return {variant.info->stage->make(), variant.info->stage->destroy};
}

}  // namespace

Choices choices_of(const Plan& variant) {
  Choices choices;
  Collector(choices).take(variant);
  sort_by_shape(choices);
  find_tag(choices);
  return choices;
}

bool are_told_apart(const Plan& variant) {
  using enum Shape;
  const std::vector<Alternative>& all = variant.choices->alternatives;
  if (all.size() > 2 && std::ranges::any_of(all, [](const Alternative& a) { return a.plan->info->rest; })) return false;
  for (const Shape shape : {null, boolean, integer, floating, string, array, object}) {
    std::vector<std::string_view> constants;
    const std::vector<const Alternative*>& candidates = candidates_for(variant, shape);
    if (candidates.size() < 2) continue;
    if (shape == object && !variant.choices->tag.empty() && variant.choices->tag_is_required) continue;
    for (const Alternative* const candidate : candidates) {
      if (candidate->plan->kind != Kind::enumeration) return false;
      for (const Enumerator& enumerator : candidate->plan->info->enumerators) {
        if (std::ranges::find(constants, enumerator.name) != constants.end()) return false;
        constants.push_back(enumerator.name);
      }
    }
  }
  return true;
}

std::size_t count_issues(const Plan& variant, const Alternative& alternative, std::string_view json,
                         const DecodeOptions& options) {
  const auto value = make_value(variant);
  Decoder decoder(*alternative.plan, alternative.emplace(value.get()), options, DecodeUse::trial);
  decoder.feed(json);
  decoder.finish();
  return decoder.issues().total();
}

const Alternative* choose_lax(const Plan& variant, Shape shape, std::string_view text) {
  for (const Alternative& alternative : variant.choices->alternatives) {
    const auto value = make_value(variant);
    void* const target = alternative.emplace(value.get());
    if (coerce_scalar(*alternative.plan, target, shape, text).outcome == Coercion::stored) return &alternative;
  }
  return nullptr;
}

const Alternative* choose_scalar(const Plan& variant, Shape shape, std::string_view json) {
  const std::vector<const Alternative*>& candidates = candidates_for(variant, shape);
  if (candidates.empty()) return nullptr;
  if (candidates.size() == 1) return candidates.front();
  // The narrower first: a constant before a text, an integer before a number, anything last.
  constexpr int widest = 3;
  const auto width = [](const Alternative* alternative) {
    switch (alternative->plan->kind) {
      case Kind::enumeration:
      case Kind::text: return 0;
      case Kind::integer: return alternative->plan->info->allowed.empty() ? 1 : 0;
      case Kind::any: return widest;
      default: return 2;
    }
  };
  const Alternative* last = nullptr;
  for (int wanted = 0; wanted <= widest; ++wanted) {
    for (const Alternative* const candidate : candidates) {
      if (width(candidate) != wanted) continue;
      if (count_issues(variant, *candidate, json, {}) == 0) return candidate;
      last = candidate;
    }
  }
  // What takes most says best what is wrong.
  return last;
}

}  // namespace instructor::core
