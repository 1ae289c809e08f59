#include "model/plan.hpp"

#include <atomic>
#include <deque>
#include <functional>
#include <unordered_map>

#include "instructor/detail/schema_writer.hpp"
#include "instructor/error.hpp"
#include "json/scan.hpp"
#include "model/fits.hpp"
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
    plan.info = &info;
    plan.kind = info.kind;
    plan.storage = info.storage;
    plan.rules = make_rules(info.rules, info.name, {});
    plan.has_rules = static_cast<bool>(plan.rules) || !info.allowed.empty();
    plan.inserts = info.set != nullptr;
    plan.atomic = info.kind == Kind::enumeration || !info.allowed.empty();
    if (info.element) plan.element = build(*info.element);
    for (const TypeRef& element : info.elements) plan.elements.push_back(build(*element));
    plan.fields.reserve(info.fields.size());
    for (const FieldInfo& field : info.fields) plan.fields.push_back(make_field(info, field));
    if (plan.fields.size() > 8) fill_buckets(plan);
    objects_.push_back(&plan);
    return &plan;
  }

  void publish() {
    for (Plan* plan : objects_)
      if (plan->info->probe != nullptr) probe(*plan);
    for (Plan* plan : objects_) {
      for (std::size_t i = 0; i < plan->fields.size() && i < 64; ++i) {
        const FieldPlan& field = plan->fields[i];
        if (field.default_value)
          plan->with_default |= std::uint64_t{1} << i;
        else if (!field.may_be_left_out)
          plan->required |= std::uint64_t{1} << i;
      }
    }
    for (auto& [info, plan] : unpublished_)
      std::atomic_ref<const void*>(info->plan->plan).store(plan.release(), std::memory_order_release);
  }

  static const void* load(PlanSlot& slot) {
    return std::atomic_ref<const void*>(slot.plan).load(std::memory_order_acquire);
  }

 private:
  static RulesPlan make_rules(const Rules* rules, std::string_view model, std::string_view field) {
    RulesPlan plan;
    if (rules == nullptr || !rules->any()) return plan;
    plan.rules = rules;
    if (rules->pattern.empty()) return plan;
    plan.pattern = std::make_unique<Pattern>(rules->pattern);
    if (plan.pattern->error().empty()) return plan;
    std::string where(model);
    if (!field.empty()) where.append(".").append(field);
    throw Error(ErrorCode::invalid_model, "the pattern of " + where + " is no regular expression (RE2): " +
                                              plan.pattern->error() + ", in " + std::string(rules->pattern));
  }

  FieldPlan make_field(const TypeInfo& owner, const FieldInfo& info) {
    FieldPlan field;
    field.key = info.key;
    if (json::skip_plain(info.key.data(), info.key.data() + info.key.size()) == info.key.data() + info.key.size())
      field.quoted.append(info.key).append("\"");
    field.info = &info;
    field.plan = build(*info.type);
    field.may_be_left_out = info.may_be_left_out();
    const Annotation& annotation = *info.annotation;
    field.rules = make_rules(&annotation.rules, owner.name, info.name);
    field.default_value = annotation.default_value;
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
  std::vector<Plan*> objects_;
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

const DialectForm& Plan::in(const Dialect& dialect) const {
  const std::lock_guard lock(forms_.mutex);
  for (const auto& form : forms_.forms)
    if (form->dialect == dialect.name) return *form;
  detail::SchemaWriter counter(dialect);
  counter.write(*info);
  if (counter.size() > detail::max_schema_size)
    throw Error(ErrorCode::unsupported_schema, "the schema of " + std::string(info->name) + " is larger than " +
                                                   std::to_string(detail::max_schema_size) + " bytes when written out");
  auto form = std::make_unique<DialectForm>();
  form->dialect = dialect.name;
  form->schema.resize(counter.size());
  detail::SchemaWriter writer(form->schema.data(), dialect);
  writer.write(*info);
  form->why_not = why_not(*this, dialect);
  return *forms_.forms.emplace_back(std::move(form));
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
