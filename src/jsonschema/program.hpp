#pragma once

// The compiled form of a schema: nodes in a row, each with the rules for the kinds of value that it restricts.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "instructor/json.hpp"
#include "instructor/types.hpp"
#include "jsonschema/key_table.hpp"
#include "jsonschema/matcher.hpp"
#include "model/formats.hpp"

namespace instructor::jsonschema {

using NodeId = std::uint32_t;

inline constexpr NodeId anything = 0;  ///< the schema true
inline constexpr NodeId nothing = 1;   ///< the schema false
inline constexpr NodeId absent = 0xFFFFFFFF;

/// A set of JSON types, by bits.
using TypeSet = std::uint8_t;
inline constexpr TypeSet null_type = 1;
inline constexpr TypeSet boolean_type = 2;
inline constexpr TypeSet integer_type = 4;
inline constexpr TypeSet number_type = 8;  ///< integers are numbers, too: the set of "number" has both bits
inline constexpr TypeSet string_type = 16;
inline constexpr TypeSet array_type = 32;
inline constexpr TypeSet object_type = 64;
inline constexpr TypeSet all_types = 127;

struct NumberRules {
  Number minimum;
  Number exclusive_minimum;
  Number maximum;
  Number exclusive_maximum;
  Number multiple_of;
};

struct StringRules {
  std::size_t min_length = 0;
  std::size_t max_length = SIZE_MAX;
  const Matcher* pattern = nullptr;
  core::FormatCheck format = nullptr;
  std::string pattern_text{};
  std::string format_name{};
};

struct ArrayRules {
  std::vector<NodeId> prefix{};
  NodeId items = absent;  ///< of those after the prefix
  NodeId contains = absent;
  NodeId unevaluated = absent;
  std::size_t min_contains = 1;
  std::size_t max_contains = SIZE_MAX;
  std::size_t min_items = 0;
  std::size_t max_items = SIZE_MAX;
  bool unique = false;
  bool contains_evaluates = false;  ///< items that `contains` takes are evaluated
};

/// What the presence of a key asks for.
struct Dependent {
  std::string key;
  std::vector<std::string> required{};
  NodeId schema = absent;
};

struct ObjectRules {
  struct Property {
    NodeId schema = absent;
    bool required = false;
  };

  KeyTable keys{};                     ///< those with a schema of their own, and those that are required
  std::vector<Property> properties{};  ///< by index in `keys`
  std::size_t required_count = 0;
  std::vector<std::pair<const Matcher*, NodeId>> patterns{};
  NodeId additional = absent;
  NodeId names = absent;
  NodeId unevaluated = absent;
  std::vector<Dependent> dependents{};
  std::size_t min_properties = 0;
  std::size_t max_properties = SIZE_MAX;
  bool restricts_members = false;  ///< members have to be looked at
};

/// The values of `enum` and `const`.
struct AllowedValues {
  KeyTable texts{};
  std::vector<Json> others{};                                      ///< no strings
  std::vector<std::pair<std::uint64_t, std::uint32_t>> by_hash{};  ///< sorted; indices of `others`, when these are many
  std::string words{};                                             ///< `one of "low", "high"`
  bool single = false;
};

/// Applies to values of any type, in place.
struct Operation {
  enum class Kind : std::uint8_t {
    also,         ///< `$ref`, or one of `allOf`: first is a node
    any_of,       ///< first is an index of `lists`
    one_of,       ///< the same
    negated,      ///< first is a node
    conditional,  ///< if first, then second, else third
    allowed,      ///< first is an index of `allowed`
    dynamic,      ///< `$dynamicRef`: first is an index of `dynamic_anchors`, second the node where nothing overrides it
  };
  Kind kind = Kind::also;
  std::uint32_t first = 0;
  std::uint32_t second = absent;
  std::uint32_t third = absent;
};

struct Node {
  TypeSet types = all_types;
  bool simple = true;         ///< nothing but `types`
  bool tracks_items = false;  ///< has to know which items were evaluated
  bool tracks_members = false;
  std::uint32_t number = absent;  ///< indices of the rules
  std::uint32_t string = absent;
  std::uint32_t array = absent;
  std::uint32_t object = absent;
  std::uint32_t first_operation = 0;
  std::uint32_t operation_count = 0;
  std::uint32_t resource = 0;
};

/// Where a name of `$dynamicAnchor` leads to, by resource.
struct DynamicAnchor {
  std::vector<std::pair<std::uint32_t, NodeId>> targets{};
};

struct Program {
  NodeId root = anything;
  std::vector<Node> nodes{};
  std::vector<NumberRules> numbers{};
  std::vector<StringRules> strings{};
  std::vector<ArrayRules> arrays{};
  std::vector<ObjectRules> objects{};
  std::vector<Operation> operations{};
  std::vector<std::vector<NodeId>> lists{};
  std::vector<AllowedValues> allowed{};
  std::vector<DynamicAnchor> dynamic_anchors{};
  std::vector<std::unique_ptr<const Matcher>> matchers{};
  bool is_dynamic = false;  ///< it matters which resources were entered
  std::size_t max_depth = 0;
  std::size_t max_steps = 0;
};

}  // namespace instructor::jsonschema
