#pragma once

// One walk over a value and the nodes that it has to fit, in two uses: quick, which only says yes or no, and
// explaining, which goes on to the end and says what is wrong.

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "instructor/issue.hpp"
#include "jsonschema/program.hpp"

namespace instructor::jsonschema {

/// Which items of an array or members of an object were evaluated, for `unevaluatedItems` and `unevaluatedProperties`.
class Marks {
 public:
  explicit Marks(std::size_t size) {
    if (size > few_.size() * 64) many_.resize((size + 63) / 64);
  }

  void mark(std::size_t index) { words()[index / 64] |= std::uint64_t{1} << (index % 64); }
  void mark_all() { all_ = true; }
  bool has(std::size_t index) const {
    const std::uint64_t* const words = many_.empty() ? few_.data() : many_.data();
    return all_ || (words[index / 64] >> (index % 64) & 1) != 0;
  }
  void add(const Marks& other) {
    all_ = all_ || other.all_;
    for (std::size_t i = 0; i < few_.size(); ++i) few_[i] |= other.few_[i];
    for (std::size_t i = 0; i < many_.size(); ++i) many_[i] |= other.many_[i];
  }

 private:
  std::uint64_t* words() { return many_.empty() ? few_.data() : many_.data(); }

  std::array<std::uint64_t, 2> few_{};
  std::vector<std::uint64_t> many_{};
  bool all_ = false;
};

/// What one validation may still use.
struct Allowance {
  std::size_t depth = 0;
  std::size_t steps = 0;
  bool too_deep = false;
  bool too_long = false;

  bool exceeded() const { return too_deep || too_long; }
  /// For what is looked at without a step of its own.
  void take(std::size_t count) { steps -= std::min(steps, count); }
};

/// A resource that was entered, and the ones around it: the dynamic scope.
struct Scope {
  const Scope* outer = nullptr;
  std::uint32_t resource = 0;
};

/// A step of the way to the value that is looked at.
struct Step {
  const Step* outer = nullptr;
  const std::string* key = nullptr;  ///< null: an item
  std::size_t index = 0;
};

template <bool explaining>
class Evaluator {
 public:
  Evaluator(const Program& program, Allowance& allowance, Issues* issues = nullptr, const Scope* scope = nullptr,
            const Step* step = nullptr)
      : program_(program), allowance_(allowance), issues_(issues), scope_(scope), step_(step) {}

  bool check(NodeId id, const Json& value, Marks* marks);

 private:
  bool apply(const Node& node, const Json& value, Marks* marks);
  bool apply_rules(const Node& node, const Json& value, Marks* marks);
  bool array(const ArrayRules& rules, const Json& value, Marks* marks);
  bool contained(const ArrayRules& rules, const Json& value, Marks* marks);
  bool unevaluated_items(const ArrayRules& rules, const Json& value, const Marks& marks);
  bool object(const ObjectRules& rules, const Json& value, Marks* marks);
  bool members(const ObjectRules& rules, const Json::object_t& members, Marks* marks);
  bool dependents(const ObjectRules& rules, const Json& value, Marks* marks);
  bool unevaluated_members(const ObjectRules& rules, const Json::object_t& members, const Marks& marks);
  bool operation(const Operation& operation, const Json& value, Marks* marks);
  bool any_of(const std::vector<NodeId>& alternatives, const Json& value, Marks* marks);
  bool one_of(const std::vector<NodeId>& alternatives, const Json& value, Marks* marks);
  bool conditional(const Operation& operation, const Json& value, Marks* marks);
  NodeId dynamic_target(const Operation& operation) const;

  bool item(NodeId id, const Json& value, std::size_t index);
  bool member(NodeId id, const std::string& key, const Json& value);
  bool name_fits(NodeId id, const std::string& key);

  /// Whether a value fits where it does not matter what is wrong with it otherwise.
  bool fits(NodeId id, const Json& value, Marks* marks) {
    if constexpr (explaining)
      return Evaluator<false>(program_, allowance_, nullptr, scope_, step_).check(id, value, marks);
    else
      return check(id, value, marks);
  }

  // Explaining only.
  std::string path() const;
  std::string path_below(std::string_view key) const;
  void add(IssueCode code, std::string path, std::string expected, std::string received = {}, std::string measured = {},
           std::string hint = {});
  void add_wrong_type(const Node& node, const Json& value);
  void add_negated(NodeId negated, const Json& value);
  void add_missing(const ObjectRules& rules, const Json::object_t& members);
  void add_forbidden(const ObjectRules& rules, const std::string& key);
  bool key_fits(const ObjectRules& rules, const std::string& key);
  bool closest(const std::vector<NodeId>& alternatives, const Json& value, Marks* marks, bool only_one);

  const Program& program_;
  Allowance& allowance_;
  Issues* issues_;
  const Scope* scope_;
  const Step* step_;
};

// explain.cpp has what only the explaining use does.
template <>
std::string Evaluator<true>::path() const;
template <>
std::string Evaluator<true>::path_below(std::string_view key) const;
template <>
void Evaluator<true>::add(IssueCode code, std::string path, std::string expected, std::string received,
                          std::string measured, std::string hint);
template <>
void Evaluator<true>::add_wrong_type(const Node& node, const Json& value);
template <>
void Evaluator<true>::add_negated(NodeId negated, const Json& value);
template <>
void Evaluator<true>::add_missing(const ObjectRules& rules, const Json::object_t& members);
template <>
void Evaluator<true>::add_forbidden(const ObjectRules& rules, const std::string& key);
template <>
bool Evaluator<true>::key_fits(const ObjectRules& rules, const std::string& key);
template <>
bool Evaluator<true>::closest(const std::vector<NodeId>& alternatives, const Json& value, Marks* marks, bool only_one);

extern template class Evaluator<false>;
extern template class Evaluator<true>;

}  // namespace instructor::jsonschema
