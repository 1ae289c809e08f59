// Lists, sets, tuples and maps, and what stands for one.

#include <algorithm>
#include <unordered_set>

#include "json/text.hpp"
#include "model/aligner.hpp"
#include "model/text_folding.hpp"
#include "model/walk.hpp"
#include "model/word_text.hpp"

namespace instructor::core {

namespace {

/// JSON in a text in JSON in a text.
constexpr int most_texts = 3;
constexpr std::size_t most_parts = 1000;
/// Members of an object that are looked into for the value itself.
constexpr std::size_t most_looked_into = 16;
/// The other members are lost.
constexpr int cost_of_one_of_members = 4;

bool is_container(const TreeNode& node) { return node.shape == Shape::array || node.shape == Shape::object; }

/// Are its values told from prose: numbers, names, not just any text?
bool is_narrow(const Plan& plan) {
  switch (plan.kind) {
    case Kind::boolean:
    case Kind::integer:
    case Kind::number:
    case Kind::enumeration: return true;
    case Kind::any: return !plan.info->allowed.empty();
    default: return false;
  }
}

/// The parts of a text between lines, bars, semicolons, or else commas; without bullets.
std::vector<std::string_view> split(std::string_view text) {
  char separator = ',';
  for (const char c : {'\n', ';', '|'})
    if (text.find(c) != std::string_view::npos) {
      separator = c;
      break;
    }
  std::vector<std::string_view> parts;
  while (parts.size() <= most_parts) {
    const std::size_t end = text.find(separator);
    std::string_view part = without_space_around(text.substr(0, end));
    for (const std::string_view bullet : {"- ", "* ", "• "})
      if (part.starts_with(bullet)) part = without_space_around(part.substr(bullet.size()));
    if (!part.empty()) parts.push_back(part);
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return parts;
}

}  // namespace

/// The JSON in a text.
Aligned Aligner::inside_text(const Plan& plan, const TreeNode& node, const Ask& ask) {
  if (node.shape != Shape::string || texts_ >= most_texts) return as_is(node, 1);
  const std::string_view text = without_space_around(node.text);
  if (text.find_first_of("{[") == std::string_view::npos) return as_is(node, 1);
  const TreeNode* parsed = tree_.parse(text);
  if (parsed == nullptr && mend_ != nullptr) parsed = tree_.parse(tree_.keep(mend_(text)));
  if (parsed == nullptr || !is_container(*parsed)) return as_is(node, 1);
  ++texts_;
  const Aligned aligned = align(plan, *parsed, ask);
  --texts_;
  return aligned.fits() ? corrected(plan, aligned, node, RepairKind::json_text) : as_is(node, 1);
}

/// The item of a list of one.
Aligned Aligner::only_item(const Plan& plan, const TreeNode& node, const Ask& ask) {
  if (node.shape != Shape::array || node.members.size() != 1) return as_is(node, 1);
  Ask inner = ask;
  inner.may_wrap = inner.may_be_text = false;
  const Aligned aligned = align(plan, *node.members.front().value, inner);
  return aligned.fits() ? corrected(plan, aligned, node, RepairKind::list_as_single) : as_is(node, 1);
}

/// The only member of an object that is the value itself.
Aligned Aligner::inside_member(const Plan& plan, const TreeNode& node, const Ask& ask) {
  const bool wants_container = !is_narrow(plan) && plan.kind != Kind::string && plan.kind != Kind::text;
  if (node.shape != Shape::object || ask.unwraps == 0 || node.members.size() > most_looked_into) return as_is(node, 1);
  if (!wants_container && node.members.size() != 1) return as_is(node, 1);
  Ask inner = ask;
  inner.may_wrap = inner.may_be_text = false;
  --inner.unwraps;
  Aligned found = as_is(node, 1);
  ++trials_;
  std::size_t count = 0;
  for (const TreeMember& member : node.members) {
    const bool may_be =
        !wants_container || is_container(*member.value) ||
        (member.value->shape == Shape::string && member.value->text.find_first_of("{[") != std::string_view::npos);
    if (!may_be) continue;
    const Aligned aligned = align(plan, *member.value, inner);
    if (!aligned.fits()) continue;
    found = aligned;
    ++count;
  }
  --trials_;
  if (count != 1) return as_is(node, 1);
  const int cost = node.members.size() == 1 ? cost_of(RepairKind::unwrapped) : cost_of_one_of_members;
  return corrected(plan, found, node, RepairKind::unwrapped, cost);
}

// ---- lists -------------------------------------------------------------------------------------------------------

Aligned Aligner::list(const Plan& plan, const TreeNode& node, const Ask& ask) {
  if (node.shape != Shape::array) return list_from(plan, node, ask);
  const Aligned direct = list_of(plan, node, ask);
  return direct.fits() ? direct : better(direct, only_item(plan, node, ask));
}

Aligned Aligner::list_of(const Plan& plan, const TreeNode& node, const Ask& ask) {
  std::vector<Item> items;
  items.reserve(node.members.size());
  for (const TreeMember& item : node.members) items.push_back({{}, align(*plan.element, *item.value), nullptr});
  Aligned aligned = assembled(node, Shape::array, items);
  if (!keeps_rules(plan, *aligned.node, ask)) ++aligned.defects;
  return aligned;
}

/// A list of what is none.
Aligned Aligner::list_from(const Plan& plan, const TreeNode& node, const Ask& ask) {
  const Aligned text = inside_text(plan, node, ask);
  if (text.fits()) return text;
  const bool empty = node.shape == Shape::string && says_nothing(node.text);
  if (empty) return as_is(node, 1);
  Ask inner;
  inner.may_be_text = false;
  ++trials_;
  const Aligned element = align(*plan.element, node, inner);
  --trials_;
  Aligned single = as_is(node, 1);
  if (element.fits()) {
    single = assembled(node, Shape::array, {{{}, element, nullptr}});
    if (!keeps_rules(plan, *single.node, ask)) ++single.defects;
    single = corrected(plan, single, node, RepairKind::single_as_list);
  }
  const Aligned parts = parts_of(plan, node);
  if (parts.fits()) {
    const Kind kind = inside(*plan.element).kind;
    const bool two_ways = single.fits() && (kind == Kind::integer || kind == Kind::number);
    return two_ways ? as_is(node, 1) : parts;  // 1,200: one or two?
  }
  return better(inside_member(plan, node, ask), single);
}

/// "red, green"
Aligned Aligner::parts_of(const Plan& plan, const TreeNode& node) {
  if (node.shape != Shape::string || !is_narrow(inside(*plan.element))) return as_is(node, 1);
  const std::vector<std::string_view> parts = split(node.text);
  if (parts.size() < 2 || parts.size() > most_parts) return as_is(node, 1);
  std::vector<Item> items;
  for (const std::string_view part : parts) {
    Aligned item = align(*plan.element, *tree_.string(part));
    if (!item.fits() || item.cost > cost_of(RepairKind::choice_text)) return as_is(node, 1);
    TreeNode plain = *item.node;  // that it was a part of the text is said once
    plain.corrections = nullptr;
    plain.is_corrected = false;
    items.push_back({{}, {tree_.keep(plain), 0, 0}, nullptr});
  }
  return corrected(plan, assembled(node, Shape::array, items), node, RepairKind::single_as_list);
}

Aligned Aligner::tuple(const Plan& plan, const TreeNode& node, const Ask& ask) {
  if (node.shape == Shape::string) return inside_text(plan, node, ask);
  if (node.shape == Shape::object) return inside_member(plan, node, ask);
  if (node.shape != Shape::array) return as_is(node, 1);
  if (node.members.size() != plan.elements.size()) return better(as_is(node, 1), only_item(plan, node, ask));
  std::vector<Item> items;
  for (std::size_t i = 0; i < node.members.size(); ++i)
    items.push_back({{}, align(*plan.elements[i], *node.members[i].value), nullptr});
  return assembled(node, Shape::array, items);
}

// ---- maps --------------------------------------------------------------------------------------------------------

Aligned Aligner::map(const Plan& plan, const TreeNode& node, const Ask& ask) {
  if (node.shape == Shape::string) return inside_text(plan, node, ask);
  if (node.shape == Shape::array) return better(map_of_pairs(plan, node, ask), only_item(plan, node, ask));
  if (node.shape != Shape::object) return as_is(node, 1);
  const Aligned direct = map_of(plan, node, ask);
  const bool as_it_is = direct.fits() && direct.cost == 0;
  return as_it_is ? direct : better(inside_member(plan, node, ask), direct);
}

Aligned Aligner::map_of(const Plan& plan, const TreeNode& node, const Ask& ask) {
  const MapOps* const ops = plan.info->map;
  const auto takes_key = [&](std::string_view key) {
    return ops == nullptr || ops->takes_key == nullptr || ops->takes_key(key);
  };
  std::vector<Item> items;
  std::unordered_set<std::string_view> keys;
  int wrong_keys = 0;
  for (const TreeMember& member : node.members) {
    Item item{member.key, plan.element == nullptr ? as_is(*member.value) : align(*plan.element, *member.value),
              nullptr};
    bool right = takes_key(member.key);
    const TreeNode* const name = right && plan.keys == nullptr ? nullptr : tree_.string(member.key);
    if (plan.keys != nullptr) {
      const Aligned key = align(*plan.keys, *name);
      right = right && key.fits() && key.node == name;
      if (!right && key.fits() && key.node->shape == Shape::string && takes_key(key.node->text)) {
        item.key = key.node->text;
        item.corrections = tree_.keep(Correction{RepairKind::key_spelling,
                                                 shown(*name, false),
                                                 shown(*key.node, false),
                                                 {},
                                                 std::max(key.cost, 1),
                                                 nullptr});
        right = true;
      }
    }
    if (!right || !keys.insert(item.key).second) ++wrong_keys;
    items.push_back(item);
  }
  Aligned aligned = assembled(node, Shape::object, items);
  aligned.defects += wrong_keys;
  if (!keeps_rules(plan, *aligned.node, ask)) ++aligned.defects;
  return aligned;
}

/// [{"key": "a", "value": 1}], [["a", 1]], [{"a": 1}, {"b": 2}]
Aligned Aligner::map_of_pairs(const Plan& plan, const TreeNode& node, const Ask& ask) {
  std::vector<Item> items;
  const auto add = [&](const TreeNode& key, const TreeNode& value) {
    if (is_container(key) || key.shape == Shape::null) return false;
    items.push_back({key.shape == Shape::string ? key.text : key.raw, as_is(value), nullptr});
    return true;
  };
  const auto member = [](const TreeNode& object, std::initializer_list<std::string_view> names) {
    const auto found = std::ranges::find_if(
        object.members, [&](const TreeMember& one) { return std::ranges::find(names, one.key) != names.end(); });
    return found == object.members.end() ? nullptr : found->value;
  };
  for (const TreeMember& entry : node.members) {
    const TreeNode& pair = *entry.value;
    bool added = false;
    if (pair.shape == Shape::array && pair.members.size() == 2) {
      added = add(*pair.members[0].value, *pair.members[1].value);
    } else if (pair.shape == Shape::object && pair.members.size() == 1) {
      items.push_back({pair.members[0].key, as_is(*pair.members[0].value), nullptr});
      added = true;
    } else if (pair.shape == Shape::object && pair.members.size() == 2) {
      const TreeNode* const key = member(pair, {"key", "name", "k", "Key"});
      const TreeNode* const value = member(pair, {"value", "val", "v", "Value"});
      added = key != nullptr && value != nullptr && add(*key, *value);
    }
    if (!added) return as_is(node, 1);
  }
  if (items.empty()) return as_is(node, 1);
  const Aligned object = assembled(node, Shape::object, items);
  TreeNode plain = *object.node;
  plain.is_corrected = false;
  const Aligned aligned = map_of(plan, *tree_.keep(plain), ask);
  return aligned.fits() ? corrected(plan, aligned, node, RepairKind::wrapped) : as_is(node, 1);
}

}  // namespace instructor::core
