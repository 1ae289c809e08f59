#include "model/plan.hpp"

#include <algorithm>
#include <atomic>
#include <deque>
#include <functional>
#include <map>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "instructor/detail/schema_writer.hpp"
#include "instructor/error.hpp"
#include "json/scan.hpp"
#include "model/choices.hpp"
#include "model/walk.hpp"

namespace instructor::core {

namespace {

/// Plans are built in one go for everything a table reaches, then published; a half-built plan is never seen.
class Builder {
 public:
  const Plan* build(const TypeInfo& info) {
    if (const auto* published = static_cast<const Plan*>(load(*info.plan))) return published;
    if (const auto found = unpublished_.find(&info); found != unpublished_.end()) return found->second.get();
    Plan& plan = *unpublished_.emplace(&info, std::make_unique<Plan>()).first->second;
    fill(plan, info, [this](const TypeInfo& inner) { return build(inner); });
    return &plan;
  }

  void publish() {
    for (Plan* plan : made_)
      if (plan->info->probe != nullptr) probe(*plan);
    for (Plan* plan : made_) {
      for (std::size_t i = 0; i < plan->fields.size() && i < 64; ++i) {
        const FieldPlan& field = plan->fields[i];
        if (field.default_value)
          plan->with_default |= std::uint64_t{1} << i;
        else if (!field.may_be_left_out)
          plan->required |= std::uint64_t{1} << i;
      }
    }
    const auto is_variant = [](const Plan* inner) { return inside(*inner).kind == Kind::variant; };
    for (Plan* plan : made_) {
      plan->holds_variants = (plan->element != nullptr && is_variant(plan->element)) ||
                             std::ranges::any_of(plan->elements, is_variant) ||
                             std::ranges::any_of(plan->fields, is_variant, &FieldPlan::plan);
      if (plan->kind == Kind::variant) plan->choices = std::make_unique<const Choices>(choices_of(*plan));
    }
    for (auto& [info, plan] : unpublished_)
      std::atomic_ref<const void*>(info->plan->plan).store(plan.release(), std::memory_order_release);
  }

  static const void* load(PlanSlot& slot) {
    return std::atomic_ref<const void*>(slot.plan).load(std::memory_order_acquire);
  }

 private:
  /// `build_inner` makes the plans of elements.
  template <class BuildInner>
  void fill(Plan& plan, const TypeInfo& info, BuildInner build_inner) {
    plan.info = &info;
    plan.kind = info.kind;
    plan.storage = info.storage;
    plan.rules = make_rules(info.rules, info.name, {});
    plan.has_rules = static_cast<bool>(plan.rules) || !info.allowed.empty();
    plan.inserts = info.set != nullptr;
    plan.validates = info.validate != nullptr;
    plan.atomic = info.kind == Kind::enumeration || !info.allowed.empty();
    if (info.element) plan.element = build_inner(*info.element);
    if (info.key) plan.keys = build(*info.key);
    for (const TypeRef& element : info.elements) plan.elements.push_back(build_inner(*element));
    plan.fields.reserve(info.fields.size());
    for (const FieldInfo& field : info.fields) plan.fields.push_back(make_field(plan, field));
    if (plan.fields.size() > 8) fill_buckets(plan);
    made_.push_back(&plan);
  }

  /// What a type stands in, on the way from a field with a tag: the structs of a variant are told apart by it where
  /// there are several.
  enum class Around : std::uint8_t { none, one_struct, several_structs };

  /// A plan for a field's type that is not the one which the type has elsewhere. New: it is to be filled.
  std::pair<Plan*, bool> plan_within(Plan& owner, const TypeInfo& info, std::string_view tag, Around around) {
    Plan*& known = tagged_[{&info, tag, around}];
    if (known != nullptr) return {known, false};
    known = owner.own.emplace_back(std::make_unique<Plan>()).get();
    return {known, true};
  }

  /// The type of a field whose variants are told apart by a key of their own.
  const Plan* build_tagged(Plan& owner, const TypeInfo& info, std::string_view tag, Around around = Around::none) {
    const auto [plan, is_new] = plan_within(owner, info, tag, around);
    if (!is_new) return plan;
    fill(*plan, info, [&](const TypeInfo& inner) {
      switch (inner.kind) {
        case Kind::object: return around == Around::several_structs ? with_tag(owner, inner, tag) : build(inner);
        case Kind::optional: return build_tagged(owner, inner, tag, around);
        case Kind::variant:
          if (around == Around::none)
            return build_tagged(owner, inner, tag,
                                detail::count_objects(inner) > 1 ? Around::several_structs : Around::one_struct);
          return build_tagged(owner, inner, tag, around);
        case Kind::list:
        case Kind::set:
        case Kind::map:
        case Kind::tuple: return build_tagged(owner, inner, tag);
        default: return build(inner);
      }
    });
    return plan;
  }

  const Plan* build_field(Plan& owner, const TypeInfo& info, std::string_view tag) {
    return build_tagged(owner, info, tag, detail::count_objects(info) > 1 ? Around::several_structs : Around::none);
  }

  const Plan* with_tag(Plan& owner, const TypeInfo& info, std::string_view tag) {
    const auto [plan, is_new] = plan_within(owner, info, tag, Around::several_structs);
    if (!is_new) return plan;
    plan->tag = tag;
    fill(*plan, info, [this](const TypeInfo& inner) { return build(inner); });
    if (plan->find(tag) == nullptr) return plan;
    throw Error(ErrorCode::invalid_model,
                "tag(\"" + std::string(tag) + "\"): " + std::string(info.name) +
                    " has a field of that name itself; leave the tag away, or give it another name");
  }

  static RulesPlan make_rules(const Rules* rules, std::string_view model, std::string_view field) {
    RulesPlan plan;
    if (rules == nullptr || !rules->any()) return plan;
    plan.rules = rules;
    if (rules->check_format) plan.format = find_format(rules->format);
    if (rules->pattern.empty()) return plan;
    plan.pattern = std::make_unique<Pattern>(rules->re2.empty() ? rules->pattern : rules->re2);
    if (plan.pattern->error().empty()) return plan;
    std::string where(model);
    if (!field.empty()) where.append(".").append(field);
    throw Error(ErrorCode::invalid_model, "the pattern of " + where + " is no regular expression (RE2): " +
                                              plan.pattern->error() + ", in " + std::string(rules->pattern));
  }

  FieldPlan make_field(Plan& owner, const FieldInfo& info) {
    FieldPlan field;
    field.key = info.key;
    if (json::skip_plain(info.key.data(), info.key.data() + info.key.size()) == info.key.data() + info.key.size())
      field.quoted.append(info.key).append("\"");
    field.info = &info;
    const Annotation& annotation = *info.annotation;
    field.plan = annotation.tag.empty() ? build(*info.type) : build_field(owner, *info.type, annotation.tag);
    field.may_be_left_out = info.may_be_left_out();
    field.rules = make_rules(&annotation.rules, owner.info->name, info.name);
    field.default_value = annotation.default_value;
    field.lax = annotation.lax;
    if (annotation.transform != nullptr || annotation.check_count != 0) field.annotation = &annotation;
    field.has_rules = static_cast<bool>(field.rules) || field.annotation != nullptr;
    return field;
  }

  /// Offsets, and initialisers: a member that a fresh object holds filled has a default.
  static void probe(Plan& plan) {
    plan.info->probe(&plan, [](void* context, const Probe& fresh) {
      Plan& target = *static_cast<Plan*>(context);
      for (std::size_t i = 0; i < target.fields.size(); ++i) {
        FieldPlan& field = target.fields[i];
        field.offset = static_cast<std::size_t>(static_cast<const char*>(fresh.members[i]) -
                                                static_cast<const char*>(fresh.object));
        if (!field.may_be_left_out) field.may_be_left_out = !is_value_initialised(*field.plan, fresh.members[i]);
      }
    });
  }

  static void fill_buckets(Plan& plan) {
    std::size_t size = 32;
    while (size < plan.fields.size() * 2) size *= 2;
    plan.buckets.assign(size, 0);
    for (std::size_t i = 0; i < plan.fields.size(); ++i) {
      std::size_t at = std::hash<std::string_view>()(plan.fields[i].key) & (size - 1);
      while (plan.buckets[at] != 0) at = (at + 1) & (size - 1);
      plan.buckets[at] = static_cast<std::uint32_t>(i + 1);
    }
  }

  std::unordered_map<const TypeInfo*, std::unique_ptr<Plan>> unpublished_;
  std::map<std::tuple<const TypeInfo*, std::string_view, Around>, Plan*> tagged_;
  std::vector<Plan*> made_;
};

}  // namespace

const FieldPlan* Plan::find(std::string_view key) const {
  if (buckets.empty()) {
    for (const FieldPlan& field : fields)
      if (field.key == key) return &field;
    return nullptr;
  }
  const std::size_t mask = buckets.size() - 1;
  for (std::size_t at = std::hash<std::string_view>()(key) & mask; buckets[at] != 0; at = (at + 1) & mask)
    if (fields[buckets[at] - 1].key == key) return &fields[buckets[at] - 1];
  return nullptr;
}

const Plan& plan_of(const TypeInfo& info) {
  if (const auto* plan = static_cast<const Plan*>(Builder::load(*info.plan))) return *plan;
  static std::mutex mutex;
  const std::lock_guard lock(mutex);
  Builder builder;
  builder.build(info);
  builder.publish();
  return *static_cast<const Plan*>(Builder::load(*info.plan));
}

void discard_plan(PlanSlot& slot) {
  delete static_cast<const Plan*>(slot.plan);
  slot.plan = nullptr;
}

}  // namespace instructor::core
