#pragma once

// What the library works out once for a table, on first use: offsets of members, children by address, compiled
// patterns, which fields must be there, and the schema text in each dialect. Decoding and encoding walk plans.

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "instructor/types.hpp"
#include "model/formats.hpp"
#include "model/pattern.hpp"

namespace instructor {
class Dialect;
struct DialectRow;
struct LoweredSchema;
}  // namespace instructor

namespace instructor::core {

struct Plan;

/// The rules of a value, and what they are checked with.
struct RulesPlan {
  const Rules* rules = nullptr;
  std::unique_ptr<Pattern> pattern;
  FormatCheck format = nullptr;  ///< null: there is none, or it is only told

  explicit operator bool() const { return rules != nullptr; }
};

/// What decoding looks at for each value comes first, on one line of the processor's cache.
struct alignas(64) FieldPlan {
  std::string quoted;  ///< the key and its closing quote as JSON has them; empty when JSON can spell it in other ways
  std::size_t offset = 0;
  const Plan* plan = nullptr;
  const FieldInfo* info = nullptr;
  bool may_be_left_out = false;  ///< optional, or it has a default
  bool has_rules = false;        ///< something is to be done when the value is there: rules, transform, checks
  bool lax = false;              ///< values of other types are taken where nothing is lost

  std::string_view key;
  const Annotation* annotation = nullptr;  ///< set when there is a transform or a check to run
  RulesPlan rules;
  Constant default_value;
};

/// What a type is in dialects, each worked out on first use. Safe from any thread.
class FormCache {
 public:
  const LoweredSchema& get(const TypeInfo& type, const Dialect& dialect,
                           LoweredSchema (*make)(const TypeInfo& type, const Dialect& dialect));

 private:
  struct Entry {
    std::string_view name;
    const DialectRow* rows;  // two dialects may have one name
    std::shared_ptr<const LoweredSchema> form;
  };
  std::mutex mutex_;
  std::deque<Entry> entries_;
};

/// A type that the value of a variant may have, variants and optionals inside it gone through.
struct Alternative {
  struct Step {
    const Plan* plan = nullptr;  ///< a variant or an optional
    std::size_t index = 0;       ///< and which of a variant's types
  };

  const Plan* plan = nullptr;
  std::vector<Step> steps;  ///< from the variant to there, itself first

  /// Makes a value of this type in the variant; its address.
  void* emplace(void* variant) const;
};

/// What a JSON value is, as far as its first byte and the look of a number tell.
enum class Shape : std::uint8_t { null, boolean, integer, floating, string, array, object };
inline constexpr std::size_t shape_count = 7;

/// How the alternatives of a variant are told apart.
struct Choices {
  Choices() = default;
  Choices(Choices&&) = default;  // a copy would point into the other's alternatives
  Choices& operator=(Choices&&) = delete;

  std::vector<Alternative> alternatives;                              ///< null aside
  std::array<std::vector<const Alternative*>, shape_count> by_shape;  ///< those that take a value of each shape
  std::optional<Alternative> null;  ///< what takes null: its plan is that of a null, an optional or an any
  std::string_view tag;             ///< the key that tells the objects among them apart; empty: there is none
  bool tag_is_required = false;
  struct Tagged {
    std::string_view value;
    std::size_t alternative = 0;
  };
  std::vector<Tagged> tagged;  ///< what each value of the tag stands for
};

/// Ordered as FieldPlan is.
struct alignas(64) Plan {
  const TypeInfo* info = nullptr;
  Kind kind = Kind::any;
  Storage storage = Storage::none;
  bool atomic = false;          ///< text in pieces is not shown: a part of it says nothing
  bool has_rules = false;       ///< rules or a list of allowed values
  bool inserts = false;         ///< elements are made outside and moved in: sets, std::vector<bool>
  bool holds_variants = false;  ///< a value directly in it may be a variant
  bool validates = false;       ///< object: the model has rules of its own
  const Plan* element = nullptr;
  std::vector<FieldPlan> fields;
  std::uint64_t required = 0;      ///< object: which of the first 64 fields must be there
  std::uint64_t with_default = 0;  ///< object: which of them are set when they are not

  const Plan* keys = nullptr;  ///< map: of its keys, where they are not just any text
  std::vector<const Plan*> elements;
  std::unique_ptr<const Choices> choices;  ///< variant
  std::string_view tag;                    ///< object: a key of its own, told apart by which; it has `info->name`
  RulesPlan rules;

  /// The field with this key. Null: there is none.
  const FieldPlan* find(std::string_view key) const;

  std::vector<std::uint32_t> buckets;  // open addressing over `fields`, when there are many

  std::vector<std::unique_ptr<Plan>> own;  // those made for a field of this type alone

  mutable FormCache forms;
  mutable std::once_flag type_text_made;
  mutable std::string type_text;  ///< in the notation of type_text.hpp, once it was asked for
};

/// The plan of a table, made when it is not there yet. Safe from any thread. Throws Error (`invalid_model`) when the
/// table has a pattern that is no regular expression.
const Plan& plan_of(const TypeInfo& info);

/// Frees the plans of run-time tables, before the tables go.
void discard_plan(PlanSlot& slot);

}  // namespace instructor::core
