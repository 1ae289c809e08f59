// The evaluator off its beaten track: where it is, and what is wrong there.

#include <algorithm>

#include "json/text.hpp"
#include "jsonschema/evaluator.hpp"
#include "jsonschema/scalars.hpp"
#include "model/validate.hpp"
#include "model/words.hpp"

namespace instructor::jsonschema {

namespace {

void append_steps(const Step* step, std::string& pointer) {
  std::vector<const Step*> steps;
  for (; step != nullptr; step = step->outer) steps.push_back(step);
  for (auto at = steps.rbegin(); at != steps.rend(); ++at) {
    if ((*at)->key != nullptr)
      json::append_pointer(pointer, *(*at)->key);
    else
      json::append_pointer(pointer, (*at)->index);
  }
}

/// What a schema asks for, in a few words.
std::string words_of(const Program& program, NodeId id) {
  const Node& node = program.nodes[id];
  for (std::uint32_t i = 0; i < node.operation_count; ++i) {
    const Operation& operation = program.operations[node.first_operation + i];
    if (operation.kind == Operation::Kind::allowed) return program.allowed[operation.first].words;
  }
  if (node.types != all_types) return type_words(node.types);
  // A `$ref` with something beside it; one step is enough for words.
  for (std::uint32_t i = 0; i < node.operation_count; ++i) {
    const Operation& operation = program.operations[node.first_operation + i];
    if (operation.kind == Operation::Kind::also && program.nodes[operation.first].types != all_types)
      return type_words(program.nodes[operation.first].types);
  }
  return "a value";
}

bool is_wrong_type(IssueCode code) {
  switch (code) {
    case IssueCode::none_required:
    case IssueCode::bool_type:
    case IssueCode::int_type:
    case IssueCode::int_from_float:
    case IssueCode::float_type:
    case IssueCode::string_type:
    case IssueCode::list_type:
    case IssueCode::dict_type:
    case IssueCode::model_type:
    case IssueCode::union_type:
    case IssueCode::enumeration:
    case IssueCode::literal_error: return true;
    default: return false;
  }
}

bool is_choice(IssueCode code) { return code == IssueCode::enumeration || code == IssueCode::literal_error; }

/// How far a value is from an alternative: that it is another kind of value says more than any number of issues, and
/// that a member names another choice (`"kind": "circle"`) more than what is wrong with the other members.
struct Distance {
  int kind = 0;
  std::size_t issues = 0;

  friend auto operator<=>(const Distance&, const Distance&) = default;
};

constexpr int other_member = 1;
constexpr int other_value = 2;

Distance distance_of(const Issues& issues, const std::string& path) {
  Distance distance{0, issues.total()};
  for (const Issue& issue : issues) {
    if (issue.path == path && is_wrong_type(issue.code)) distance.kind = other_value;
    const bool direct = issue.path.size() > path.size() && issue.path.find('/', path.size() + 1) == std::string::npos;
    if (direct && is_choice(issue.code)) distance.kind = std::max(distance.kind, other_member);
  }
  return distance;
}

}  // namespace

template <>
std::string Evaluator<true>::path() const {
  std::string pointer;
  append_steps(step_, pointer);
  return pointer;
}

template <>
std::string Evaluator<true>::path_below(std::string_view key) const {
  std::string pointer = path();
  json::append_pointer(pointer, key);
  return pointer;
}

template <>
void Evaluator<true>::add(IssueCode code, std::string path, std::string expected, std::string received,
                          std::string measured, std::string hint) {
  issues_->add(
      Issue{code, std::move(path), std::move(expected), std::move(received), std::move(measured), std::move(hint), {}});
}

template <>
void Evaluator<true>::add_wrong_type(const Node& node, const Json& value) {
  if (node.types == 0) return add(IssueCode::not_allowed, path(), "no value here", received_text(value));
  const bool named = node.object != absent && !program_.objects[node.object].keys.keys().empty();
  issues_->add(wrong_type(node.types, value, path(), named));
}

template <>
void Evaluator<true>::add_negated(NodeId negated, const Json& value) {
  const std::string words = words_of(program_, negated);
  add(IssueCode::not_allowed, path(), words == "a value" ? "a value that is not excluded" : "anything but " + words,
      received_text(value));
}

template <>
void Evaluator<true>::add_missing(const ObjectRules& rules, const Json::object_t& members) {
  std::vector<std::string_view> unknown;
  for (const auto& [key, value] : members)
    if (rules.keys.find(key) == KeyTable::none) unknown.push_back(key);
  for (std::uint32_t i = 0; i < rules.properties.size(); ++i) {
    const std::string& key = rules.keys.keys()[i];
    if (!rules.properties[i].required || members.find(key) != members.end()) continue;
    const std::string_view near = core::nearest(key, unknown);
    add(IssueCode::missing, path_below(key),
        rules.properties[i].schema == absent ? "a value" : words_of(program_, rules.properties[i].schema), {}, {},
        near.empty() ? std::string() : "there is " + core::json_string(near));
  }
}

template <>
void Evaluator<true>::add_forbidden(const ObjectRules& rules, const std::string& key) {
  const std::vector<std::string_view> names(rules.keys.keys().begin(), rules.keys.keys().end());
  add(IssueCode::extra_forbidden, path_below(key), "no key " + core::json_string(key) + " belongs here", {}, {},
      core::did_you_mean(core::nearest(key, names)));
}

template <>
bool Evaluator<true>::key_fits(const ObjectRules& rules, const std::string& key) {
  const Json name(key);
  Issues found;
  const Step step{step_, &key, 0};
  if (Evaluator<true>(program_, allowance_, &found, scope_, &step).check(rules.names, name, nullptr)) return true;
  for (Issue issue : found) {
    issue.hint = issue.hint.empty() ? "the key itself" : "the key itself; " + issue.hint;
    issues_->add(std::move(issue));
  }
  return false;
}

template <>
bool Evaluator<true>::closest(const std::vector<NodeId>& alternatives, const Json& value, Marks* marks, bool only_one) {
  const std::string here = path();
  allowance_.take(alternatives.size());
  std::size_t count = 0;
  Issues best;
  Distance least;
  std::vector<std::string> expected;  // of alternatives for other kinds of value
  for (const NodeId alternative : alternatives) {
    Issues found;
    Marks own(value.size());
    if (Evaluator<true>(program_, allowance_, &found, scope_, step_).check(alternative, value, &own)) {
      ++count;
      if (marks != nullptr) marks->add(own);
      continue;
    }
    const Distance distance = distance_of(found, here);
    for (const Issue& issue : found)
      if (issue.path == here && is_wrong_type(issue.code) &&
          std::ranges::find(expected, issue.expected) == expected.end())
        expected.push_back(issue.expected);
    if (!best.empty() && distance >= least) continue;
    least = distance;
    best = std::move(found);
  }
  if (count == 1 || (count > 1 && !only_one)) return true;
  if (count > 1) {
    add(IssueCode::one_of_several, here,
        "a value that fits one of " + std::to_string(alternatives.size()) + " alternatives", received_text(value),
        std::to_string(count) + " that fit");
  } else if (least.kind == other_value && alternatives.size() > 1) {
    std::string words;
    for (const std::string& part : expected) words.append(words.empty() ? "" : " or ").append(part);
    add(IssueCode::union_type, here, words, received_text(value));
  } else {
    issues_->add(best);
  }
  return false;
}

}  // namespace instructor::jsonschema
