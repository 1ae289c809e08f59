#pragma once

// What align.hpp does, by kind of type: values in align_values.cpp, containers in align_containers.cpp, objects in
// align_objects.cpp, types that are several in align_choices.cpp.
//
// One function answers two questions, what a value is as a type and what is wrong with it still. A value that comes
// back as the same node with nothing wrong fits as it is.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "model/align.hpp"
#include "model/align_tree.hpp"
#include "model/choice_text.hpp"
#include "model/plan.hpp"

namespace instructor::core {

/// A value as a type.
struct Aligned {
  const TreeNode* node = nullptr;
  int cost = 0;     ///< how doubtful all that was done to it is
  int defects = 0;  ///< what decoding will find wrong with it

  bool fits() const { return defects == 0; }
};

/// In which circumstances a value is looked at.
struct Ask {
  const RulesPlan* rules = nullptr;  ///< of the field that it is the value of
  bool may_wrap = true;              ///< it may be the only field of an object that is not there
  bool may_be_text = true;           ///< JSON may stand for its text
  int unwraps = 2;                   ///< through how many objects around it may be reached
};

class Aligner {
 public:
  Aligner(Tree& tree, const DecodeOptions& options, Mend mend) : tree_(tree), options_(options), mend_(mend) {}

  Aligned align(const Plan& plan, const TreeNode& node, const Ask& ask = {});

 private:
  /// The fields of an object by what their keys may be called; several: none of them.
  using KeyIndex = std::unordered_map<std::string, const FieldPlan*>;
  struct Key {
    const FieldPlan* field = nullptr;  ///< null: the model does not know it
    bool is_spelled = false;           ///< in another way
    bool is_nearest = false;
    bool is_tag = false;  ///< of the type itself
  };
  struct Item {
    std::string_view key;
    Aligned value;
    const Correction* corrections = nullptr;
  };

  Aligned dispatch(const Plan& plan, const TreeNode& node, const Ask& ask);

  // ---- values
  Aligned value(const Plan& plan, const TreeNode& node, const Ask& ask);
  Aligned boolean(const Plan& plan, const TreeNode& node);
  Aligned integer(const Plan& plan, const TreeNode& node, const Ask& ask);
  Aligned number(const Plan& plan, const TreeNode& node, const Ask& ask);
  Aligned number_of(const Plan& plan, const TreeNode& node, std::string_view json, int cost, const Ask& ask);
  Aligned string(const Plan& plan, const TreeNode& node, const Ask& ask);
  Aligned text(const Plan& plan, const TreeNode& node, const Ask& ask);
  Aligned enumeration(const Plan& plan, const TreeNode& node);
  Aligned allowed(const Plan& plan, const TreeNode& node);
  Aligned only_value_in(const Plan& plan, const TreeNode& node, const Ask& ask);
  Aligned nothing(const TreeNode& node);

  // ---- types that are several
  Aligned optional(const Plan& plan, const TreeNode& node, const Ask& ask);
  Aligned variant(const Plan& plan, const TreeNode& node, const Ask& ask);
  Aligned one_of(std::span<const Plan* const> plans, const TreeNode& node, const Ask& ask, bool takes_null);
  Aligned first_named(const Aligned& aligned);

  // ---- containers
  Aligned list(const Plan& plan, const TreeNode& node, const Ask& ask);
  Aligned list_of(const Plan& plan, const TreeNode& node, const Ask& ask);
  Aligned list_from(const Plan& plan, const TreeNode& node, const Ask& ask);
  Aligned parts_of(const Plan& plan, const TreeNode& node);
  Aligned tuple(const Plan& plan, const TreeNode& node, const Ask& ask);
  Aligned map(const Plan& plan, const TreeNode& node, const Ask& ask);
  Aligned map_of(const Plan& plan, const TreeNode& node, const Ask& ask);
  Aligned map_of_pairs(const Plan& plan, const TreeNode& node, const Ask& ask);
  Aligned inside_text(const Plan& plan, const TreeNode& node, const Ask& ask);
  Aligned only_item(const Plan& plan, const TreeNode& node, const Ask& ask);
  Aligned inside_member(const Plan& plan, const TreeNode& node, const Ask& ask);

  // ---- objects
  Aligned object(const Plan& plan, const TreeNode& node, const Ask& ask);
  Aligned object_of(const Plan& plan, const TreeNode& node, std::size_t& known);
  Aligned member_of(const FieldPlan& field, const TreeNode& node, Ask ask = {});
  Aligned tag_of(const Plan& plan, const TreeNode& node);
  Aligned wrapped(const Plan& plan, const TreeNode& node, const Ask& ask);
  Aligned inside_call(const Plan& plan, const TreeNode& node, const Ask& ask);
  std::vector<Key> keys_of(const Plan& plan, const TreeNode& node);
  void find_nearest_keys(const Plan& plan, const TreeNode& node, std::vector<Key>& keys, std::vector<bool>& seen);
  const KeyIndex& index_of(const Plan& plan);

  // ---- what is made
  static Aligned as_is(const TreeNode& node, int defects = 0) { return {&node, 0, defects}; }
  /// `made`, of which `from` was something else.
  Aligned corrected(const Plan& plan, const Aligned& made, const TreeNode& from, RepairKind kind, int cost);
  Aligned corrected(const Plan& plan, const Aligned& made, const TreeNode& from, RepairKind kind) {
    return corrected(plan, made, from, kind, cost_of(kind));
  }
  /// An array or object of these values. Without corrections it is `node` itself.
  Aligned assembled(const TreeNode& node, Shape shape, const std::vector<Item>& items,
                    const Correction* corrections = nullptr);
  std::string_view shown(const TreeNode& node, bool hidden);

  bool keeps_rules(const Plan& plan, const TreeNode& node, const Ask& ask) const;

  struct Known {
    const Plan* plan;
    const TreeNode* node;
    int circumstances;  // of the Ask

    friend bool operator==(const Known&, const Known&) = default;
  };
  struct KnownHash {
    std::size_t operator()(const Known& known) const {
      const std::hash<const void*> hash;
      return (hash(known.plan) * 31 + hash(known.node)) * 31 + static_cast<std::size_t>(known.circumstances);
    }
  };

  Tree& tree_;
  const DecodeOptions& options_;
  const Mend mend_;
  std::size_t steps_ = 0;
  std::size_t depth_ = 0;
  std::size_t trials_ = 0;                               ///< how many of the calls under way are attempts
  int texts_ = 0;                                        ///< how many texts inside each other are read as JSON
  std::unordered_map<Known, Aligned, KnownHash> known_;  // from attempts
  std::unordered_map<const Plan*, KeyIndex> indexes_;
};

/// The better of two: what fits, then what costs less, then the first.
inline const Aligned& better(const Aligned& a, const Aligned& b) {
  if (a.fits() != b.fits()) return a.fits() ? a : b;
  return b.fits() && b.cost < a.cost ? b : a;
}

}  // namespace instructor::core
