#include "jsonschema/evaluate.hpp"

#include <span>

#include "jsonschema/evaluator.hpp"
#include "jsonschema/scalars.hpp"
#include "jsonschema/value_hash.hpp"
#include "model/json_values.hpp"
#include "model/validate.hpp"

namespace instructor::jsonschema {

namespace {

TypeSet types_of(const Json& value) {
  switch (value.type()) {
    case Json::value_t::null: return null_type;
    case Json::value_t::boolean: return boolean_type;
    case Json::value_t::number_integer:
    case Json::value_t::number_unsigned: return integer_type | number_type;
    case Json::value_t::number_float: return number_type;
    case Json::value_t::string: return string_type;
    case Json::value_t::array: return array_type;
    case Json::value_t::object: return object_type;
    default: return 0;
  }
}

bool has_type(const Node& node, const Json& value) {
  if ((node.types & types_of(value)) != 0) return true;
  return (node.types & integer_type) != 0 && value.is_number_float() && core::is_whole(value);
}

}  // namespace

template <bool explaining>
bool Evaluator<explaining>::check(NodeId id, const Json& value, Marks* marks) {
  const Node& node = program_.nodes[id];
  if (!has_type(node, value)) {
    if constexpr (explaining) add_wrong_type(node, value);
    return false;
  }
  return node.simple || apply(node, value, marks);
}

template <bool explaining>
bool Evaluator<explaining>::apply(const Node& node, const Json& value, Marks* marks) {
  if (allowance_.exceeded()) return false;
  if (allowance_.depth == 0 || allowance_.steps == 0) {
    (allowance_.depth == 0 ? allowance_.too_deep : allowance_.too_long) = true;
    return false;
  }
  --allowance_.depth;
  --allowance_.steps;
  bool fits = false;
  if (program_.is_dynamic && (scope_ == nullptr || scope_->resource != node.resource)) {
    const Scope scope{scope_, node.resource};
    scope_ = &scope;
    fits = apply_rules(node, value, marks);
    scope_ = scope.outer;
  } else {
    fits = apply_rules(node, value, marks);
  }
  ++allowance_.depth;
  return fits;
}

template <bool explaining>
bool Evaluator<explaining>::apply_rules(const Node& node, const Json& value, Marks* marks) {
  const bool tracks = (node.tracks_items && value.is_array()) || (node.tracks_members && value.is_object());
  if (tracks) {
    Marks own(value.size());
    Node rest = node;
    rest.tracks_items = rest.tracks_members = false;
    bool fits = apply_rules(rest, value, &own);
    if (!fits && !explaining) return false;
    // What did not fit has evaluated nothing, and what is said of it is enough.
    if (fits)
      fits = value.is_array()
                 ? unevaluated_items(program_.arrays[node.array], value, own)
                 : unevaluated_members(program_.objects[node.object], value.get_ref<const Json::object_t&>(), own);
    if (marks != nullptr) marks->mark_all();
    return fits;
  }
  bool fits = true;
  if (value.is_object()) {
    if (node.object != absent) fits = object(program_.objects[node.object], value, marks);
  } else if (value.is_string()) {
    if (node.string != absent) {
      fits = keeps(program_.strings[node.string], value.get_ref<const std::string&>());
      if constexpr (explaining)
        if (!fits)
          jsonschema::explain(program_.strings[node.string], value.get_ref<const std::string&>(), path(), *issues_);
    }
  } else if (value.is_array()) {
    if (node.array != absent) fits = array(program_.arrays[node.array], value, marks);
  } else if (value.is_number() && node.number != absent) {
    fits = keeps(program_.numbers[node.number], value);
    if constexpr (explaining)
      if (!fits) jsonschema::explain(program_.numbers[node.number], value, path(), *issues_);
  }
  for (std::uint32_t i = 0; i < node.operation_count; ++i) {
    if (!fits && !explaining) return false;
    fits = operation(program_.operations[node.first_operation + i], value, marks) && fits;
  }
  return fits;
}

template <bool explaining>
bool Evaluator<explaining>::item(NodeId id, const Json& value, std::size_t index) {
  if constexpr (!explaining) return check(id, value, nullptr);
  const Step step{step_, nullptr, index};
  step_ = &step;
  const bool fits = check(id, value, nullptr);
  step_ = step.outer;
  return fits;
}

template <bool explaining>
bool Evaluator<explaining>::member(NodeId id, const std::string& key, const Json& value) {
  if constexpr (!explaining) return check(id, value, nullptr);
  const Step step{step_, &key, 0};
  step_ = &step;
  const bool fits = check(id, value, nullptr);
  step_ = step.outer;
  return fits;
}

// ---- arrays ------------------------------------------------------------------------------------------------------

template <bool explaining>
bool Evaluator<explaining>::array(const ArrayRules& rules, const Json& value, Marks* marks) {
  const auto& items = value.get_ref<const Json::array_t&>();
  allowance_.take(items.size());
  bool fits = true;
  if (items.size() < rules.min_items || items.size() > rules.max_items) {
    if constexpr (!explaining) return false;
    const bool few = items.size() < rules.min_items;
    add(few ? IssueCode::too_short : IssueCode::too_long, path(),
        core::counted(few ? "at least" : "at most", few ? rules.min_items : rules.max_items, "item"), {},
        std::to_string(items.size()));
    fits = false;
  }
  const std::size_t prefix = std::min(rules.prefix.size(), items.size());
  for (std::size_t i = 0; i < prefix; ++i) {
    if (!item(rules.prefix[i], items[i], i)) {
      if constexpr (!explaining) return false;
      fits = false;
    }
    if (marks != nullptr) marks->mark(i);
  }
  if (rules.items == nothing && items.size() > prefix) {
    if constexpr (!explaining) return false;
    add(IssueCode::too_long, path(), core::counted("at most", prefix, "item"), {}, std::to_string(items.size()));
    fits = false;
  } else if (rules.items != absent) {
    if (rules.items != anything)
      for (std::size_t i = prefix; i < items.size(); ++i) {
        if (item(rules.items, items[i], i)) continue;
        if constexpr (!explaining) return false;
        fits = false;
      }
    if (marks != nullptr) marks->mark_all();
  }
  if (rules.unique) {
    std::size_t looked_at = 0;
    const std::size_t repeated = first_repeated(value, looked_at);
    allowance_.take(looked_at);
    if (repeated < items.size()) {
      if constexpr (!explaining) return false;
      add(IssueCode::not_unique, path() + "/" + std::to_string(repeated), "no item twice",
          received_text(items[repeated]));
      fits = false;
    }
  }
  return (rules.contains == absent || contained(rules, value, marks)) && fits;
}

template <bool explaining>
bool Evaluator<explaining>::contained(const ArrayRules& rules, const Json& value, Marks* marks) {
  const auto& items = value.get_ref<const Json::array_t&>();
  const bool marking = marks != nullptr && rules.contains_evaluates;
  std::size_t count = 0;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (!fits(rules.contains, items[i], nullptr)) continue;
    ++count;
    if (marking) marks->mark(i);
    if (!marking && !explaining && count >= rules.min_contains && rules.max_contains == SIZE_MAX) return true;
  }
  if (count >= rules.min_contains && count <= rules.max_contains) return true;
  if constexpr (explaining) {
    const bool few = count < rules.min_contains;
    add(few ? IssueCode::contains_too_few : IssueCode::contains_too_many, path(),
        core::counted(few ? "at least" : "at most", few ? rules.min_contains : rules.max_contains, "item") +
            " of the kind that is counted",
        {}, std::to_string(count));
  }
  return false;
}

template <bool explaining>
bool Evaluator<explaining>::unevaluated_items(const ArrayRules& rules, const Json& value, const Marks& marks) {
  const auto& items = value.get_ref<const Json::array_t&>();
  bool fits = true;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (marks.has(i) || item(rules.unevaluated, items[i], i)) continue;
    if constexpr (!explaining) return false;
    fits = false;
  }
  return fits;
}

// ---- objects -----------------------------------------------------------------------------------------------------

template <bool explaining>
bool Evaluator<explaining>::object(const ObjectRules& rules, const Json& value, Marks* marks) {
  const auto& object = value.get_ref<const Json::object_t&>();
  bool fits = true;
  if (object.size() < rules.min_properties || object.size() > rules.max_properties) {
    if constexpr (!explaining) return false;
    const bool few = object.size() < rules.min_properties;
    add(few ? IssueCode::too_short : IssueCode::too_long, path(),
        core::counted(few ? "at least" : "at most", few ? rules.min_properties : rules.max_properties, "key"), {},
        std::to_string(object.size()));
    fits = false;
  }
  if (rules.restricts_members && !members(rules, object, marks)) {
    if constexpr (!explaining) return false;
    fits = false;
  }
  return (rules.dependents.empty() || dependents(rules, value, marks)) && fits;
}

template <bool explaining>
bool Evaluator<explaining>::members(const ObjectRules& rules, const Json::object_t& members, Marks* marks) {
  if (!explaining && members.size() < rules.required_count) return false;
  allowance_.take(members.size() * (1 + rules.patterns.size()));
  bool fits = true;
  std::size_t required = 0;
  std::uint32_t guess = 0;  // members mostly come in the order of the schema
  std::size_t position = 0;
  for (const auto& [key, value] : members) {
    const std::size_t i = position++;
    bool evaluated = false;
    bool fit = true;
    if (const std::uint32_t index = rules.keys.find(key, guess); index != KeyTable::none) {
      guess = index + 1;
      const ObjectRules::Property property = rules.properties[index];
      if (property.required) ++required;
      if (property.schema != absent) {
        evaluated = true;
        fit = member(property.schema, key, value);
      }
    }
    for (const auto& [matcher, schema] : rules.patterns) {
      if (!fit && !explaining) return false;
      if (!matcher->found_in(key)) continue;
      evaluated = true;
      fit = member(schema, key, value) && fit;
    }
    if (!evaluated && rules.additional != absent) {
      evaluated = true;
      if (rules.additional != nothing) {
        fit = member(rules.additional, key, value);
      } else {
        fit = false;
        if constexpr (explaining) add_forbidden(rules, key);
      }
    }
    if (rules.names != absent) {
      if constexpr (explaining)
        fit = key_fits(rules, key) && fit;
      else
        fit = fit && name_fits(rules.names, key);
    }
    if (!fit) {
      if constexpr (!explaining) return false;
      fits = false;
    }
    if (evaluated && marks != nullptr) marks->mark(i);
  }
  if (required == rules.required_count) return fits;
  if constexpr (explaining) add_missing(rules, members);
  return false;
}

template <bool explaining>
bool Evaluator<explaining>::name_fits(NodeId id, const std::string& key) {
  const Node& node = program_.nodes[id];
  if ((node.types & string_type) == 0) return false;
  // A value is only made of the key where the rules of strings are not all.
  const std::span operations(program_.operations.data() + node.first_operation, node.operation_count);
  for (const Operation& operation : operations)
    if (operation.kind != Operation::Kind::allowed) return check(id, Json(key), nullptr);
  for (const Operation& operation : operations)
    if (program_.allowed[operation.first].texts.find(key) == KeyTable::none) return false;
  return node.string == absent || keeps(program_.strings[node.string], key);
}

template <bool explaining>
bool Evaluator<explaining>::dependents(const ObjectRules& rules, const Json& value, Marks* marks) {
  bool fits = true;
  for (const Dependent& dependent : rules.dependents) {
    if (!value.contains(dependent.key)) continue;
    for (const std::string& required : dependent.required) {
      if (value.contains(required)) continue;
      if constexpr (!explaining) return false;
      add(IssueCode::missing, path_below(required), "a value, since there is " + core::json_string(dependent.key));
      fits = false;
    }
    if (dependent.schema == absent || check(dependent.schema, value, marks)) continue;
    if constexpr (!explaining) return false;
    fits = false;
  }
  return fits;
}

template <bool explaining>
bool Evaluator<explaining>::unevaluated_members(const ObjectRules& rules, const Json::object_t& members,
                                                const Marks& marks) {
  bool fits = true;
  std::size_t position = 0;
  for (const auto& [key, value] : members) {
    if (marks.has(position++)) continue;
    if (rules.unevaluated != nothing) {
      if (member(rules.unevaluated, key, value)) continue;
    } else if constexpr (explaining) {
      add_forbidden(rules, key);
    }
    if constexpr (!explaining) return false;
    fits = false;
  }
  return fits;
}

// ---- in place ----------------------------------------------------------------------------------------------------

template <bool explaining>
bool Evaluator<explaining>::operation(const Operation& operation, const Json& value, Marks* marks) {
  switch (operation.kind) {
    case Operation::Kind::also: return check(operation.first, value, marks);
    case Operation::Kind::any_of: return any_of(program_.lists[operation.first], value, marks);
    case Operation::Kind::one_of: return one_of(program_.lists[operation.first], value, marks);
    case Operation::Kind::conditional: return conditional(operation, value, marks);
    case Operation::Kind::dynamic: return check(dynamic_target(operation), value, marks);
    case Operation::Kind::negated:
      if (!fits(operation.first, value, nullptr)) return true;
      if constexpr (explaining) add_negated(operation.first, value);
      return false;
    case Operation::Kind::allowed: {
      const AllowedValues& allowed = program_.allowed[operation.first];
      if (is_allowed(allowed, value)) return true;
      if constexpr (explaining) jsonschema::explain(allowed, value, path(), *issues_);
      return false;
    }
  }
  return false;
}

template <bool explaining>
bool Evaluator<explaining>::any_of(const std::vector<NodeId>& alternatives, const Json& value, Marks* marks) {
  if constexpr (explaining) return closest(alternatives, value, marks, false);
  allowance_.take(alternatives.size());
  bool any = false;
  for (const NodeId alternative : alternatives) {
    if (marks == nullptr) {
      if (check(alternative, value, nullptr)) return true;
      continue;
    }
    Marks own(value.size());
    if (!check(alternative, value, &own)) continue;
    any = true;
    marks->add(own);
  }
  return any;
}

template <bool explaining>
bool Evaluator<explaining>::one_of(const std::vector<NodeId>& alternatives, const Json& value, Marks* marks) {
  if constexpr (explaining) return closest(alternatives, value, marks, true);
  allowance_.take(alternatives.size());
  std::size_t count = 0;
  for (const NodeId alternative : alternatives) {
    if (marks == nullptr) {
      if (check(alternative, value, nullptr) && ++count > 1) return false;
      continue;
    }
    Marks own(value.size());
    if (!check(alternative, value, &own)) continue;
    if (++count > 1) return false;
    marks->add(own);
  }
  return count == 1;
}

template <bool explaining>
bool Evaluator<explaining>::conditional(const Operation& operation, const Json& value, Marks* marks) {
  bool holds = false;
  if (marks == nullptr) {
    holds = fits(operation.first, value, nullptr);
  } else {
    Marks own(value.size());
    holds = fits(operation.first, value, &own);
    if (holds) marks->add(own);
  }
  const NodeId then = holds ? operation.second : operation.third;
  return then == absent || check(then, value, marks);
}

template <bool explaining>
NodeId Evaluator<explaining>::dynamic_target(const Operation& operation) const {
  NodeId target = operation.second;
  for (const Scope* scope = scope_; scope != nullptr; scope = scope->outer) {
    allowance_.take(program_.dynamic_anchors[operation.first].targets.size());
    for (const auto& [resource, node] : program_.dynamic_anchors[operation.first].targets)
      if (resource == scope->resource) target = node;
  }
  return target;
}

template class Evaluator<false>;
template class Evaluator<true>;

// ---- the two uses ------------------------------------------------------------------------------------------------

bool is_valid(const Program& program, const Json& value) {
  Allowance allowance{program.max_depth, program.max_steps};
  return Evaluator<false>(program, allowance).check(program.root, value, nullptr) && !allowance.exceeded();
}

void explain(const Program& program, const Json& value, Issues& issues) {
  Allowance allowance{program.max_depth, program.max_steps};
  Evaluator<true>(program, allowance, &issues).check(program.root, value, nullptr);
  if (!allowance.exceeded()) return;
  Issue issue;
  issue.code = allowance.too_deep ? IssueCode::too_deep : IssueCode::too_large;
  issue.expected = allowance.too_deep ? "fewer levels of nesting" : "a value that takes fewer steps to check";
  issues.add(std::move(issue));
}

}  // namespace instructor::jsonschema
