#include "jsonschema/link.hpp"

#include <algorithm>

#include "jsonschema/resources.hpp"

namespace instructor::jsonschema {

namespace {

/// The nodes that a node applies to the same value.
std::vector<NodeId> applied_in_place(const Program& program, const Node& node) {
  std::vector<NodeId> applied;
  const auto add = [&](NodeId id) {
    if (id != absent) applied.push_back(id);
  };
  for (std::uint32_t i = 0; i < node.operation_count; ++i) {
    const Operation& operation = program.operations[node.first_operation + i];
    switch (operation.kind) {
      case Operation::Kind::also:
      case Operation::Kind::negated: add(operation.first); break;
      case Operation::Kind::any_of:
      case Operation::Kind::one_of:
        for (const NodeId id : program.lists[operation.first]) add(id);
        break;
      case Operation::Kind::conditional:
        add(operation.first);
        add(operation.second);
        add(operation.third);
        break;
      // What it becomes is only known with a value; there the depth is bounded.
      case Operation::Kind::dynamic:
      case Operation::Kind::allowed: break;
    }
  }
  if (node.object != absent)
    for (const Dependent& dependent : program.objects[node.object].dependents) add(dependent.schema);
  return applied;
}

void refuse_loops(const Program& program, const std::vector<std::string>& pointers) {
  enum class State : std::uint8_t { unseen, open, done };
  struct Visit {
    NodeId id;
    std::vector<NodeId> applied;
    std::size_t next = 0;
  };
  std::vector<State> states(program.nodes.size(), State::unseen);
  for (NodeId start = 0; start < program.nodes.size(); ++start) {
    if (states[start] != State::unseen) continue;
    std::vector<Visit> visits;
    const auto enter = [&](NodeId id) {
      states[id] = State::open;
      visits.push_back({id, applied_in_place(program, program.nodes[id])});
    };
    enter(start);
    while (!visits.empty()) {
      Visit& visit = visits.back();
      if (visit.next == visit.applied.size()) {
        states[visit.id] = State::done;
        visits.pop_back();
        continue;
      }
      const NodeId id = visit.applied[visit.next++];
      if (states[id] == State::open) refuse(pointers[id], "refers to itself without anything in between");
      if (states[id] == State::unseen) enter(id);
    }
  }
}

void settle_dynamic(Program& program) {
  program.is_dynamic = std::ranges::any_of(program.dynamic_anchors,
                                           [](const DynamicAnchor& anchor) { return anchor.targets.size() > 1; });
  if (program.is_dynamic) return;
  for (Operation& operation : program.operations)
    if (operation.kind == Operation::Kind::dynamic)
      operation = {Operation::Kind::also, operation.second, absent, absent};
}

/// A node that restricts nothing is `anything`; one that only refers to another is that other.
void skip_aliases(Program& program) {
  std::vector<NodeId> targets(program.nodes.size(), absent);
  for (NodeId start = 0; start < targets.size(); ++start) {
    std::vector<NodeId> way;
    NodeId id = start;
    // There are no loops, so this ends.
    while (targets[id] == absent) {
      const Node& node = program.nodes[id];
      const bool alias = node.types == all_types && node.operation_count == 1 && node.object == absent &&
                         node.array == absent && node.string == absent && node.number == absent &&
                         program.operations[node.first_operation].kind == Operation::Kind::also;
      way.push_back(id);
      if (!alias) targets[id] = node.simple && node.types == all_types ? anything : id;
      if (alias) id = program.operations[node.first_operation].first;
    }
    for (const NodeId passed : way) targets[passed] = targets[id];
  }
  const auto replace = [&](NodeId& id) {
    if (id != absent) id = targets[id];
  };
  replace(program.root);
  for (Operation& operation : program.operations) {
    if (operation.kind == Operation::Kind::also || operation.kind == Operation::Kind::negated ||
        operation.kind == Operation::Kind::conditional)
      replace(operation.first);
    if (operation.kind == Operation::Kind::conditional) {
      replace(operation.second);
      replace(operation.third);
    }
  }
  for (std::vector<NodeId>& list : program.lists) std::ranges::for_each(list, replace);
  for (ArrayRules& rules : program.arrays) {
    std::ranges::for_each(rules.prefix, replace);
    replace(rules.items);
    replace(rules.contains);
    replace(rules.unevaluated);
  }
  for (ObjectRules& rules : program.objects) {
    for (ObjectRules::Property& property : rules.properties) replace(property.schema);
    for (auto& [matcher, schema] : rules.patterns) replace(schema);
    for (Dependent& dependent : rules.dependents) replace(dependent.schema);
    replace(rules.additional);
    replace(rules.names);
    replace(rules.unevaluated);
  }
}

}  // namespace

void link(Program& program, const std::vector<std::string>& pointers) {
  settle_dynamic(program);
  refuse_loops(program, pointers);
  // Which resources are entered on the way matters to dynamic references.
  if (!program.is_dynamic) skip_aliases(program);
}

}  // namespace instructor::jsonschema
