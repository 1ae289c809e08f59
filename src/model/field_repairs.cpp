// What fields say of repairs in them.

#include <algorithm>
#include <charconv>
#include <map>
#include <string>
#include <string_view>

#include "model/tolerant.hpp"
#include "model/walk.hpp"

namespace instructor::core {

namespace {

/// The level that a kind of repair belongs to.
RepairLevel level_of(RepairKind kind) {
  return kind <= RepairKind::escaped_document ? RepairLevel::syntax : RepairLevel::full;
}

/// Is the repair beside a value: at its key, its quotes, the signs around it? What it says stays the same.
bool is_beside_value(RepairKind kind) {
  switch (kind) {
    case RepairKind::comment:
    case RepairKind::trailing_comma:
    case RepairKind::extra_comma:
    case RepairKind::missing_comma:
    case RepairKind::missing_colon:
    case RepairKind::quotes:
    case RepairKind::unquoted_key:
    case RepairKind::missing_bracket:
    case RepairKind::wrong_bracket:
    case RepairKind::key_spelling: return true;
    default: return false;
  }
}

/// The next part of a JSON pointer, unescaped; the rest stays in `pointer`.
std::string next_part(std::string_view& pointer) {
  pointer.remove_prefix(1);
  const std::size_t end = std::min(pointer.find('/'), pointer.size());
  std::string part;
  for (std::size_t i = 0; i < end; ++i) {
    if (pointer[i] == '~' && i + 1 < end) {
      part += pointer[++i] == '1' ? '/' : '~';
    } else {
      part += pointer[i];
    }
  }
  pointer.remove_prefix(end);
  return part;
}

const Plan* element_at(const Plan& tuple, std::string_view part) {
  std::size_t index = tuple.elements.size();
  std::from_chars(part.data(), part.data() + part.size(), index);
  return index < tuple.elements.size() ? tuple.elements[index] : nullptr;
}

/// The object of a variant that has this key, or else any of them.
const Plan* alternative_with(const Plan& variant, std::string_view key) {
  const Plan* found = nullptr;
  for (const Alternative& alternative : variant.choices->alternatives) {
    if (alternative.plan->kind != Kind::object) {
      if (found == nullptr && alternative.plan->kind != Kind::variant) found = alternative.plan;
    } else if (found == nullptr || alternative.plan->find(key) != nullptr) {
      found = alternative.plan;
    }
  }
  return found;
}

/// Calls `visit` with each field that the pointer leads through, and how much of the pointer leads to it.
template <class Visit>
void each_field(const Plan& root, std::string_view pointer, Visit visit) {
  const std::string_view whole = pointer;
  const Plan* plan = &root;
  while (plan != nullptr && !pointer.empty()) {
    plan = &inside(*plan);
    const std::string part = next_part(pointer);
    if (plan->kind == Kind::variant) plan = alternative_with(*plan, part);
    if (plan == nullptr) return;
    if (plan->kind == Kind::object) {
      const FieldPlan* const field = plan->find(part);
      if (field == nullptr) return;
      visit(*field, whole.substr(0, whole.size() - pointer.size()));
      plan = field->plan;
    } else {
      plan = plan->kind == Kind::tuple ? element_at(*plan, part) : plan->element;
    }
  }
}

}  // namespace

bool fields_allow(const Plan& plan, const Repairs& repairs) {
  bool allowed = true;
  struct Limited {
    int max_cost;
    Repairs repairs;
  };
  std::map<std::string, Limited, std::less<>> limited;
  for (const Repair& repair : repairs) {
    if (is_beside_value(repair.kind)) continue;
    each_field(plan, repair.path, [&](const FieldPlan& field, std::string_view path) {
      const FieldRepair& own = field.info->annotation->repair;
      if (own.is_set && level_of(repair.kind) > own.level) allowed = false;
      if (own.max_cost >= 0)
        limited.try_emplace(std::string(path), Limited{own.max_cost, {}}).first->second.repairs.add(repair);
    });
  }
  return allowed && std::ranges::all_of(limited, [](const auto& entry) {
           return entry.second.repairs.cost() <= entry.second.max_cost;
         });
}

}  // namespace instructor::core
