// Objects: which key is which field, and objects that stand one level too deep or too high.

#include <algorithm>
#include <array>
#include <unordered_set>

#include "json/text.hpp"
#include "model/aligner.hpp"
#include "model/choices.hpp"
#include "model/text_folding.hpp"
#include "model/walk.hpp"

namespace instructor::core {

namespace {

constexpr std::size_t shortest_misspelled_key = 4;
/// Unknown keys times fields that are missing.
constexpr std::size_t most_key_comparisons = 4096;
constexpr int cost_of_nearest_key = 3;

bool is_left_alone(const FieldPlan& field) {
  const FieldRepair& own = field.info->annotation->repair;
  return own.is_set && own.level != RepairLevel::full;
}

bool is_list(const FieldPlan& field) {
  const Kind kind = inside(*field.plan).kind;
  return kind == Kind::list || kind == Kind::set;
}

bool has_same_digits(std::string_view a, std::string_view b) {
  const auto digits = [](std::string_view text) {
    std::string out;
    for (const char c : text)
      if (c >= '0' && c <= '9') out += c;
    return out;
  };
  return digits(a) == digits(b);
}

}  // namespace

Aligned Aligner::object(const Plan& plan, const TreeNode& node, const Ask& ask) {
  switch (node.shape) {
    case Shape::object: break;
    case Shape::string: return better(inside_text(plan, node, ask), wrapped(plan, node, ask));
    case Shape::array: return better(only_item(plan, node, ask), wrapped(plan, node, ask));
    default: return wrapped(plan, node, ask);
  }
  std::size_t known = 0;
  const Aligned direct = object_of(plan, node, known);
  if (direct.fits()) return direct;
  const Aligned call = inside_call(plan, node, ask);
  if (call.fits()) return call;
  if (known != 0 || node.members.empty()) return direct;
  return better(better(direct, inside_member(plan, node, ask)), wrapped(plan, node, ask));
}

Aligned Aligner::object_of(const Plan& plan, const TreeNode& node, std::size_t& known) {
  const std::vector<Key> keys = keys_of(plan, node);
  std::vector<Item> items;
  items.reserve(keys.size());
  std::vector<bool> there(plan.fields.size(), false);
  const Correction* left_out = node.corrections;
  int defects = 0;
  bool has_tag = plan.tag.empty();
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const TreeMember& member = node.members[i];
    const Key& key = keys[i];
    Item item{member.key, as_is(*member.value), nullptr};
    if (key.is_tag) {
      ++known;
      has_tag = true;
      item.value = tag_of(plan, *member.value);
    } else if (key.field != nullptr) {
      item.value = member_of(*key.field, *member.value);
      const auto index = static_cast<std::size_t>(key.field - plan.fields.data());
      // A key that only looks like that of a field that need not come is perhaps another one.
      const bool is_other = key.is_spelled && !item.value.fits() && key.field->may_be_left_out;
      if (is_other) {
        item.value = as_is(*member.value);
      } else {
        ++known;
        if (there[index]) ++defects;
        there[index] = true;
      }
      if (key.is_spelled && !is_other) {
        const std::string from = "\"" + std::string(member.key) + "\"";
        const std::string to = "\"" + std::string(key.field->key) + "\"";
        item.key = key.field->key;
        item.corrections =
            tree_.keep(Correction{RepairKind::key_spelling,
                                  tree_.keep(json::shortened(from, 120)),
                                  tree_.keep(to),
                                  {},
                                  key.is_nearest ? cost_of_nearest_key : cost_of(RepairKind::key_spelling),
                                  nullptr});
      }
    } else if (plan.info->forbid_extra) {
      left_out = tree_.keep(Correction{
          RepairKind::extra_key, shown(*member.value, true), {}, member.key, cost_of(RepairKind::extra_key), left_out});
      continue;
    } else if (plan.element != nullptr) {
      item.value = align(*plan.element, *member.value);
    }
    items.push_back(item);
  }
  for (std::size_t i = 0; i < plan.fields.size(); ++i) {
    const FieldPlan& field = plan.fields[i];
    if (!there[i] && !field.may_be_left_out && !field.default_value && !options_.missing_is_default) ++defects;
  }
  steps_ += plan.fields.size() / 8;
  Aligned aligned = assembled(node, Shape::object, items, left_out);
  aligned.defects += defects + (has_tag ? 0 : 1);
  return aligned;
}

Aligned Aligner::member_of(const FieldPlan& field, const TreeNode& node, Ask ask) {
  if (is_left_alone(field)) return as_is(node);
  if (node.shape == Shape::null) {
    const bool absent = options_.null_is_absent && (field.may_be_left_out || options_.missing_is_default);
    return as_is(node, absent || takes(*field.plan, Shape::null) ? 0 : 1);
  }
  if (field.rules) ask.rules = &field.rules;
  return align(*field.plan, node, ask);
}

/// The name of the type itself, where alternatives are told apart by it.
Aligned Aligner::tag_of(const Plan& plan, const TreeNode& node) {
  if (node.shape != Shape::string) return as_is(node, 1);
  if (node.text == plan.info->name) return as_is(node);
  const std::array<ChoiceName, 1> names{{{plan.info->name, plan.info->description, {}}}};
  const auto found = find_choice(node.text, names);
  if (!found) return as_is(node, 1);
  return corrected(plan, as_is(*tree_.string(plan.info->name)), node, found->kind, found->cost);
}

// ---- keys --------------------------------------------------------------------------------------------------------

const Aligner::KeyIndex& Aligner::index_of(const Plan& plan) {
  const auto [found, is_new] = indexes_.try_emplace(&plan);
  KeyIndex& index = found->second;
  if (!is_new) return index;
  const auto add = [&](std::string_view name, const FieldPlan& field) {
    std::string letters = folded_letters(name);
    if (letters.empty()) letters = name;
    const auto [at, added] = index.try_emplace(std::move(letters), &field);
    if (!added && at->second != &field) at->second = nullptr;
  };
  for (const FieldPlan& field : plan.fields) {
    add(field.key, field);
    if (field.info->name != field.key) add(field.info->name, field);
    for (const std::string_view alias : field.info->aliases) add(alias, field);
    if (!field.info->annotation->title.empty()) add(field.info->annotation->title, field);
  }
  return index;
}

/// What each member's key means. A key that is spelled in another way means a field that has not come, and no other
/// unknown key means it too.
std::vector<Aligner::Key> Aligner::keys_of(const Plan& plan, const TreeNode& node) {
  std::vector<Key> keys(node.members.size());
  std::vector<bool> seen(plan.fields.size(), false);
  const auto index_in_plan = [&](const FieldPlan& field) {
    return static_cast<std::size_t>(&field - plan.fields.data());
  };
  std::size_t unknown = 0;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const std::string_view name = node.members[i].key;
    keys[i].field = plan.find(name);
    keys[i].is_tag = !plan.tag.empty() && name == plan.tag;
    if (keys[i].field != nullptr)
      seen[index_in_plan(*keys[i].field)] = true;
    else if (!keys[i].is_tag)
      ++unknown;
  }
  if (unknown == 0 || std::ranges::find(seen, false) == seen.end()) return keys;
  const KeyIndex& index = index_of(plan);
  std::vector<std::uint32_t> claims(plan.fields.size(), 0);
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (keys[i].field != nullptr || keys[i].is_tag) continue;
    const std::string_view name = node.members[i].key;
    std::string letters = folded_letters(name);
    if (letters.empty()) letters = name;
    const auto found = index.find(letters);
    if (found == index.end() || found->second == nullptr || seen[index_in_plan(*found->second)]) continue;
    keys[i].field = found->second;
    keys[i].is_spelled = true;
    ++claims[index_in_plan(*found->second)];
  }
  for (Key& key : keys) {
    if (!key.is_spelled) continue;
    if (claims[index_in_plan(*key.field)] == 1)
      seen[index_in_plan(*key.field)] = true;
    else
      key = {};
  }
  find_nearest_keys(plan, node, keys, seen);
  return keys;
}

/// Fields that must come, and keys that nobody knows: those that differ in one letter.
void Aligner::find_nearest_keys(const Plan& plan, const TreeNode& node, std::vector<Key>& keys,
                                std::vector<bool>& seen) {
  std::vector<std::size_t> unknown;
  for (std::size_t i = 0; i < keys.size(); ++i)
    if (keys[i].field == nullptr && !keys[i].is_tag) unknown.push_back(i);
  std::vector<std::size_t> missing;
  for (std::size_t i = 0; i < plan.fields.size(); ++i)
    if (!seen[i] && !plan.fields[i].may_be_left_out) missing.push_back(i);
  if (missing.empty() || unknown.size() > most_key_comparisons / missing.size()) return;
  std::vector<std::string> names;
  for (const std::size_t i : unknown) names.push_back(folded_letters(node.members[i].key));
  for (const std::size_t field : missing) {
    const std::string wanted = folded_letters(plan.fields[field].key);
    std::size_t found = 0;
    std::size_t count = 0;
    for (std::size_t u = 0; u < unknown.size(); ++u) {
      const std::string& name = names[u];
      const bool near = std::min(wanted.size(), name.size()) >= shortest_misspelled_key &&
                        spelling_distance(wanted, name, 1) == 1 && has_same_digits(wanted, name);
      if (!near) continue;
      found = unknown[u];
      ++count;
    }
    if (count != 1 || keys[found].field != nullptr) continue;
    keys[found] = {&plan.fields[field], true, true, false};
    seen[field] = true;
  }
}

// ---- one level too deep, or too high -----------------------------------------------------------------------------

/// {"name": "User", "arguments": {...}}: a call, as models make them.
Aligned Aligner::inside_call(const Plan& plan, const TreeNode& node, const Ask& ask) {
  constexpr std::array<std::string_view, 6> names{"name", "function", "tool", "type", "tool_name", "function_name"};
  constexpr std::array<std::string_view, 6> arguments{"arguments", "parameters", "args",
                                                      "input",     "params",     "properties"};
  if (ask.unwraps == 0 || node.members.size() < 2 || node.members.size() > 4) return as_is(node, 1);
  const TreeNode* inner = nullptr;
  bool named = false;
  for (const TreeMember& member : node.members) {
    if (std::ranges::find(names, member.key) != names.end()) named = named || member.value->shape == Shape::string;
    if (std::ranges::find(arguments, member.key) == arguments.end()) continue;
    if (inner != nullptr || plan.find(member.key) != nullptr) return as_is(node, 1);
    inner = member.value;
  }
  if (!named || inner == nullptr) return as_is(node, 1);
  Ask deeper = ask;
  deeper.may_wrap = deeper.may_be_text = false;
  --deeper.unwraps;
  const Aligned aligned = align(plan, *inner, deeper);
  return aligned.fits() ? corrected(plan, aligned, node, RepairKind::unwrapped) : as_is(node, 1);
}

/// The value of the only field that must come, without the object around it.
Aligned Aligner::wrapped(const Plan& plan, const TreeNode& node, const Ask& ask) {
  if (!ask.may_wrap || !plan.tag.empty() || plan.fields.empty()) return as_is(node, 1);
  const FieldPlan* only = nullptr;
  std::size_t required = 0;
  for (const FieldPlan& field : plan.fields) {
    if (field.may_be_left_out || field.default_value) continue;
    ++required;
    only = &field;
  }
  if (required == 0 && plan.fields.size() == 1) only = &plan.fields.front();
  if (required == 0 && only == nullptr && node.shape == Shape::array &&
      std::ranges::count_if(plan.fields, is_list) == 1)
    only = &*std::ranges::find_if(plan.fields, is_list);
  if (only == nullptr || required > 1 || is_left_alone(*only)) return as_is(node, 1);
  Ask inner;
  inner.may_wrap = inner.may_be_text = false;
  inner.unwraps = 0;
  ++trials_;
  const Aligned aligned = member_of(*only, node, inner);
  --trials_;
  if (!aligned.fits()) return as_is(node, 1);
  const Aligned object = assembled(node, Shape::object, {{only->key, aligned, nullptr}});
  return object.node == &node ? as_is(node, 1) : corrected(plan, object, node, RepairKind::wrapped);
}

}  // namespace instructor::core
