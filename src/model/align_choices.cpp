// Types that are several: optionals and variants.

#include <algorithm>

#include "model/aligner.hpp"
#include "model/choices.hpp"
#include "model/walk.hpp"
#include "model/word_text.hpp"

namespace instructor::core {

namespace {

/// A name among several that are as good: the first is the likeliest, and no more.
constexpr int cost_of_first_named = 6;

/// The tag of an object names one of the alternatives, as it should. Null: it does not.
const Alternative* tagged_alternative(const Choices& choices, const TreeNode& node) {
  if (choices.tag.empty() || node.shape != Shape::object) return nullptr;
  const auto tag = std::ranges::find(node.members, choices.tag, &TreeMember::key);
  if (tag == node.members.end() || tag->value->shape != Shape::string) return nullptr;
  const auto found = std::ranges::find(choices.tagged, tag->value->text, &Choices::Tagged::value);
  return found == choices.tagged.end() ? nullptr : &choices.alternatives[found->alternative];
}

bool is_same(const TreeNode& a, const TreeNode& b) {
  std::string one;
  std::string other;
  write(a, one);
  write(b, other);
  return one == other;
}

}  // namespace

/// null for a text that says that there is no value.
Aligned Aligner::nothing(const TreeNode& node) {
  if (node.shape != Shape::string || !says_nothing(node.text)) return as_is(node, 1);
  TreeNode null = *tree_.scalar(Shape::null, "null");
  const int cost = cost_of(RepairKind::nothing_text);
  null.corrections = tree_.keep(Correction{RepairKind::nothing_text, shown(node, false), "null", {}, cost, nullptr});
  null.is_corrected = true;
  return {tree_.keep(null), cost, 0};
}

Aligned Aligner::optional(const Plan& plan, const TreeNode& node, const Ask& ask) {
  const bool nullable = is_nullable(*plan.info);
  if (node.shape == Shape::null && nullable) return as_is(node);
  const Aligned inner = align(*plan.element, node, ask);
  if (!nullable || (inner.fits() && inner.node == &node)) return inner;
  const Aligned null = nothing(node);
  return null.fits() ? better(inner, null) : inner;
}

Aligned Aligner::variant(const Plan& plan, const TreeNode& node, const Ask& ask) {
  const Choices& choices = *plan.choices;
  if (node.shape == Shape::null) return as_is(node, choices.null ? 0 : 1);
  if (const Alternative* const tagged = tagged_alternative(choices, node)) return align(*tagged->plan, node, ask);
  const bool only_rest = std::ranges::none_of(choices.alternatives, [&](const Alternative& alternative) {
    return !alternative.plan->info->rest && takes(*alternative.plan, node.shape);
  });
  std::vector<const Plan*> plans;
  for (const Alternative& alternative : choices.alternatives)
    if (!alternative.plan->info->rest || only_rest) plans.push_back(alternative.plan);
  return one_of(plans, node, ask, choices.null.has_value());
}

/// The alternative that the value fits as it is, or else the one for which the least is to be done to it. Where two are
/// equal, and the value would not be, it stays as it is.
Aligned Aligner::one_of(std::span<const Plan* const> plans, const TreeNode& node, const Ask& ask, bool takes_null) {
  Ask inner = ask;
  inner.may_be_text = false;
  Aligned best = as_is(node, 1);
  bool tie = false;
  bool only_names = true;
  ++trials_;
  const auto take = [&](const Aligned& aligned, const Plan* plan) {
    if (!aligned.fits() || (best.fits() && aligned.cost > best.cost)) return;
    const bool is_name = plan != nullptr && plan->kind == Kind::enumeration;
    if (!best.fits() || aligned.cost < best.cost) {
      best = aligned;
      tie = false;
      only_names = is_name;
    } else if (!is_same(*aligned.node, *best.node)) {
      tie = true;
      only_names = only_names && is_name;
    }
  };
  for (const Plan* const plan : plans) {
    const Aligned aligned = align(*plan, node, inner);
    if (aligned.fits() && aligned.node == &node) {
      --trials_;
      return aligned;
    }
    take(aligned, plan);
  }
  if (takes_null) take(nothing(node), nullptr);
  --trials_;
  if (!tie) return best;
  return only_names ? first_named(best) : as_is(node, 1);
}

/// The same, with a doubt.
Aligned Aligner::first_named(const Aligned& aligned) {
  if (aligned.node->corrections == nullptr) return aligned;
  TreeNode node = *aligned.node;
  Correction correction = *node.corrections;
  const int more = std::max(0, cost_of_first_named - correction.cost);
  correction.cost += more;
  node.corrections = tree_.keep(correction);
  return {tree_.keep(node), aligned.cost + more, aligned.defects};
}

}  // namespace instructor::core
