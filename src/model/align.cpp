#include "model/align.hpp"

#include <algorithm>

#include "json/text.hpp"
#include "model/aligner.hpp"
#include "model/walk.hpp"

namespace instructor::core {

namespace {

/// Types and values that are looked at, for each value there is. Where types refer to themselves in several ways there
/// would be more; then what is left stays as it is.
constexpr std::size_t steps_for_each_value = 64;
constexpr std::size_t steps_at_least = 4096;

/// And so many bytes of what is tried.
constexpr std::size_t bytes_for_each_value = 512;
constexpr std::size_t bytes_at_least = 1 << 20;

constexpr std::size_t deepest = 256;
constexpr std::size_t most_known = 1 << 18;
constexpr std::size_t longest_shown = 120;
constexpr std::string_view hidden_text = "**********";

bool is_secret(const Plan& plan) { return plan.info->text != nullptr && plan.info->text->format == "password"; }

/// May a text that becomes a value of this type be one that is not to be seen?
bool may_hold_secret(const Plan& plan) {
  const Plan* inner = &inside(plan);
  for (int i = 0; i < 8 && inner->element != nullptr; ++i) inner = &inside(*inner->element);
  return is_secret(*inner) ||
         std::ranges::any_of(inner->fields, [](const FieldPlan& field) { return is_secret(inside(*field.plan)); });
}

}  // namespace

Aligned Aligner::align(const Plan& plan, const TreeNode& node, const Ask& ask) {
  const bool goes_on = ++steps_ <= tree_.size() * steps_for_each_value + steps_at_least && depth_ < deepest &&
                       tree_.used() <= tree_.size() * bytes_for_each_value + bytes_at_least;
  if (!goes_on) return as_is(node, 1);
  const bool keeps = trials_ != 0 && !node.members.empty() && ask.rules == nullptr;
  const Known key{&plan, &node, ask.unwraps * 4 + (ask.may_wrap ? 2 : 0) + (ask.may_be_text ? 1 : 0)};
  if (keeps) {
    const auto found = known_.find(key);
    if (found != known_.end()) return found->second;
  }
  ++depth_;
  const Aligned aligned = dispatch(plan, node, ask);
  --depth_;
  if (keeps && known_.size() < most_known) known_.emplace(key, aligned);
  return aligned;
}

Aligned Aligner::dispatch(const Plan& plan, const TreeNode& node, const Ask& ask) {
  switch (plan.kind) {
    case Kind::optional: return optional(plan, node, ask);
    case Kind::variant: return variant(plan, node, ask);
    case Kind::any:
      if (!plan.info->allowed.empty()) return allowed(plan, node);
      if (plan.elements.empty()) return as_is(node);
      return one_of(plan.elements, node, ask, false);
    case Kind::null:
      if (node.shape == Shape::null) return as_is(node);
      return nothing(node);
    default: break;
  }
  if (node.shape == Shape::null) return as_is(node, 1);
  switch (plan.kind) {
    case Kind::list:
    case Kind::set: return list(plan, node, ask);
    case Kind::tuple: return tuple(plan, node, ask);
    case Kind::map: return map(plan, node, ask);
    case Kind::object: return object(plan, node, ask);
    default: return value(plan, node, ask);
  }
}

// ---- what is made ------------------------------------------------------------------------------------------------

std::string_view Aligner::shown(const TreeNode& node, bool hidden) {
  switch (node.shape) {
    case Shape::object: return node.members.empty() ? "{}" : "{...}";
    case Shape::array: {
      const std::size_t count = node.members.size();
      return tree_.keep("[" + std::to_string(count) + (count == 1 ? " item]" : " items]"));
    }
    default: break;
  }
  if (hidden && node.shape != Shape::null) return hidden_text;
  return node.raw.size() <= longest_shown ? node.raw : tree_.keep(json::shortened(node.raw, longest_shown));
}

Aligned Aligner::corrected(const Plan& plan, const Aligned& made, const TreeNode& from, RepairKind kind, int cost) {
  const bool hidden = may_hold_secret(plan);
  TreeNode node = *made.node;
  node.corrections =
      tree_.keep(Correction{kind, shown(from, hidden), shown(*made.node, hidden), {}, cost, node.corrections});
  node.is_corrected = true;
  return {tree_.keep(node), made.cost + cost, made.defects};
}

Aligned Aligner::assembled(const TreeNode& node, Shape shape, const std::vector<Item>& items,
                           const Correction* corrections) {
  Aligned result = as_is(node);
  bool changed = node.shape != shape || node.members.size() != items.size() || corrections != nullptr;
  for (std::size_t i = 0; i < items.size(); ++i) {
    result.cost += items[i].value.cost;
    result.defects += items[i].value.defects;
    changed = changed || items[i].value.node != node.members[i].value || items[i].corrections != nullptr;
    for (const Correction* c = items[i].corrections; c != nullptr; c = c->before) result.cost += c->cost;
  }
  if (!changed) return result;
  std::vector<TreeMember> members;
  members.reserve(items.size());
  for (const Item& item : items) members.push_back({item.key, item.value.node, item.corrections});
  TreeNode made;
  made.shape = shape;
  made.members = tree_.keep(std::span<const TreeMember>(members));
  made.corrections = corrections == nullptr && shape == node.shape ? node.corrections : corrections;
  made.is_corrected = true;
  for (const Correction* c = corrections; c != nullptr; c = c->before) result.cost += c->cost;
  result.node = tree_.keep(made);
  return result;
}

Alignment align(const Plan& plan, std::string_view text, const DecodeOptions& options, Mend mend) {
  Alignment alignment;
  Tree tree(options);
  const TreeNode* const root = tree.parse(text);
  const Aligned aligned = root == nullptr ? Aligned{} : Aligner(tree, options, mend).align(plan, *root);
  alignment.changed = aligned.node != root || (root != nullptr && root->is_corrected);
  if (!alignment.changed) {
    alignment.json = text;
    return alignment;
  }
  write(*aligned.node, alignment.json);
  list_corrections(*aligned.node, alignment.repairs);
  return alignment;
}

}  // namespace instructor::core
