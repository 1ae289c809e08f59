#pragma once

// A type is a table.
//
// For every model type the headers build one constexpr `TypeInfo`: its kind, name, description, fields and
// element types, with a handful of function pointers that reach into containers. All behaviour (schema text,
// decoding, encoding, validation, fakes) is compiled code that walks these tables, and a model that exists only
// at run time (see dynamic.hpp) is a table made at run time.
//
// Most programs never name anything in here: write a struct, and see model.hpp for how to describe it. Read on
// to write a tool that walks models, or to see what the library knows of a type:
//
//   for (const instructor::FieldInfo& field : instructor::type_of<User>().fields)
//     std::cout << field.key << '\n';

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include "instructor/repair_level.hpp"

namespace instructor {

class Context;
class Issues;
struct SchemaSource;
enum class IssueCode : std::uint8_t;
struct TypeInfo;

/// What a type is in JSON. A kind decides how a value is decoded, encoded and described.
enum class Kind : std::uint8_t {
  boolean,      ///< true, false
  integer,      ///< a number without fraction or exponent; exact, range-checked
  number,       ///< any finite number
  string,       ///< text, valid UTF-8
  enumeration,  ///< one of a fixed list of strings
  text,         ///< a string that stands for a value of another type: a date, a UUID
  null,         ///< null and nothing else
  list,         ///< an array of `element`, in order, any length
  set,          ///< an array of `element` without duplicates
  map,          ///< an object with free keys and values of `element`
  tuple,        ///< an array of exactly `elements.size()` values, each with its own type
  object,       ///< an object with `fields`
  any,          ///< any JSON value
  optional,     ///< null, or a value of `element`
  variant,      ///< a value of one of the types in `elements`
};

/// How a scalar value is kept in memory.
enum class Storage : std::uint8_t {
  none,  ///< not a scalar: reached through `ListOps`, `MapOps`, ... or a member's offset
  boolean,
  int8,
  int16,
  int32,
  int64,
  uint8,
  uint16,
  uint32,
  uint64,
  float32,
  float64,
  string,  ///< std::string
  json,    ///< instructor::Json, whatever the kind: run-time models keep all their values so
};

/// A reference to a type's table. Compile-time tables name each other by function, which lets recursive types
/// refer to themselves in constant expressions; run-time tables name each other by address.
class TypeRef {
 public:
  using Function = const TypeInfo& (*)();

  constexpr TypeRef() = default;
  constexpr TypeRef(Function function) : function_(function) {}  // NOLINT(google-explicit-constructor)
  constexpr TypeRef(const TypeInfo* table) : table_(table) {}    // NOLINT(google-explicit-constructor)

  constexpr explicit operator bool() const { return function_ != nullptr || table_ != nullptr; }
  constexpr const TypeInfo& operator*() const { return table_ != nullptr ? *table_ : function_(); }
  constexpr const TypeInfo* operator->() const { return &**this; }

 private:
  Function function_ = nullptr;
  const TypeInfo* table_ = nullptr;
};

/// An exact number: integers keep all 64 bits, everything else is a double.
struct Number {
  enum class Form : std::uint8_t { none, signed_integer, unsigned_integer, floating };

  Form form = Form::none;
  std::int64_t signed_value = 0;     ///< for Form::signed_integer
  std::uint64_t unsigned_value = 0;  ///< for Form::unsigned_integer
  double floating_value = 0;         ///< for Form::floating

  constexpr Number() = default;
  template <class N>
    requires(std::is_arithmetic_v<N> && !std::is_same_v<N, bool>)
  constexpr Number(N value) {  // NOLINT(google-explicit-constructor)
    if constexpr (std::is_floating_point_v<N>) {
      form = Form::floating;
      floating_value = static_cast<double>(value);
    } else if constexpr (std::is_signed_v<N>) {
      form = Form::signed_integer;
      signed_value = value;
    } else {
      form = Form::unsigned_integer;
      unsigned_value = value;
    }
  }

  constexpr explicit operator bool() const { return form != Form::none; }
};

/// A JSON value known to the program: a default or an example.
struct Constant {
  enum class Form : std::uint8_t { none, null, boolean, number, string, json };

  Form form = Form::none;
  bool boolean = false;
  Number number;
  std::string_view text;  ///< the string, or for Form::json the value as JSON text

  constexpr explicit operator bool() const { return form != Form::none; }
};

/// Limits on a value, as JSON Schema spells them. Lengths count Unicode code points.
struct Rules {
  static constexpr std::size_t unlimited = static_cast<std::size_t>(-1);

  Number minimum;            ///< value >= minimum
  Number exclusive_minimum;  ///< value >  exclusive_minimum
  Number maximum;            ///< value <= maximum
  Number exclusive_maximum;  ///< value <  exclusive_maximum
  Number multiple_of;
  std::size_t min_length = 0;
  std::size_t max_length = unlimited;
  std::string_view pattern;   ///< matches anywhere in the string; as the language model reads it
  std::string_view re2;       ///< the same for RE2; empty: as it is
  std::string_view format;    ///< told to the model
  bool check_format = false;  ///< and values must be in it
  std::size_t min_items = 0;  ///< items of a list or set, entries of a map
  std::size_t max_items = unlimited;
  bool unique = false;  ///< no two items of a list are equal

  constexpr bool any() const {
    return minimum || exclusive_minimum || maximum || exclusive_maximum || multiple_of || min_length != 0 ||
           max_length != unlimited || !pattern.empty() || !format.empty() || min_items != 0 || max_items != unlimited ||
           unique;
  }
};

/// A user's own predicate on a field's value.
struct Check {
  bool (*passes)(const void* value, const Context& context) = nullptr;
  bool inner = false;        ///< on an optional field: looks at the value inside, and only when there is one
  bool soft = false;         ///< a value that does not pass is valid all the same
  std::string_view message;  ///< what is wrong when it does not pass
};

/// Must a field be there?
enum class Presence : std::uint8_t {
  by_type,   ///< unless its type is optional
  required,  ///< even then, as null at least
  optional,  ///< no
};

/// Makes values of a type aside and moves them into place when it is time to show them.
struct StageOps {
  void* (*make)() = nullptr;
  void (*destroy)(void* staged) = nullptr;
  void (*move)(void* place, void* staged) = nullptr;
};

/// What a field says of repairs to it and to what is in it (repair.hpp).
struct FieldRepair {
  bool is_set = false;
  RepairLevel level = RepairLevel::full;
  int max_cost = -1;  ///< of all of them together; negative: nothing beside the policy of the call
};

/// What `describe()` says of one field.
struct Annotation {
  static constexpr std::size_t max_examples = 4;
  static constexpr std::size_t max_checks = 4;

  std::string_view alias;
  std::string_view title;
  std::string_view description;
  Rules rules;
  Presence presence = Presence::by_type;
  Constant default_value;  ///< when it is left out; none: what the member's initialiser says
  Constant examples[max_examples]{};
  std::size_t example_count = 0;
  Check checks[max_checks]{};
  std::size_t check_count = 0;
  void (*transform)(void* value, const Context& context) = nullptr;  ///< runs before rules and checks
  bool transform_inner = false;                                      ///< as Check::inner
  const StageOps* when_done = nullptr;                               ///< streaming: not shown until it is complete
  bool required_first = false;  ///< streaming: nothing of the object is shown before it is there
  bool lax = false;             ///< as DecodeOptions::lax, for this field and what is in it
  FieldRepair repair;
  std::string_view tag;  ///< variant: the key under which the name of the alternative stands
};

/// Nothing is said of a field.
inline constexpr Annotation no_annotation{};

/// One field of an object.
struct FieldInfo {
  std::string_view name;  ///< the C++ member
  std::string_view key;   ///< the key in JSON: the alias if there is one, or the name
  TypeRef type;
  const Annotation* annotation = &no_annotation;  ///< never null
  /// Other keys that are understood when an answer is repaired (repair.hpp), beside `name`.
  std::span<const std::string_view> aliases{};

  constexpr bool may_be_left_out() const {
    return annotation->presence == Presence::optional ||
           (annotation->presence == Presence::by_type && is_optional(*type));
  }

 private:
  static constexpr bool is_optional(const TypeInfo& type);
};

/// One value of an enumeration.
struct Enumerator {
  std::string_view name;   ///< the string in JSON
  std::int64_t value = 0;  ///< the bits of the C++ value, sign-extended
  std::string_view description;
  /// Other names that are understood when an answer is repaired (repair.hpp).
  std::span<const std::string_view> aliases{};
};

/// Access to a std::vector and its like. All functions expect a pointer to the container.
struct ListOps {
  void (*clear)(void* list) = nullptr;
  void* (*append)(void* list) = nullptr;  ///< adds a value-initialised element and returns its address
  std::size_t (*size)(const void* list) = nullptr;
  void (*each)(const void* list, void* context, void (*visit)(void* context, const void* element)) = nullptr;
};

/// Access to a container whose elements are made outside and then moved in: std::set, std::vector<bool>.
struct SetOps {
  void (*clear)(void* set) = nullptr;
  void* (*make)() = nullptr;                           ///< a value-initialised element on the heap
  void (*destroy)(void* element) = nullptr;            ///< frees what `make` gave
  bool (*insert)(void* set, void* element) = nullptr;  ///< moves from *element; false: it was there already
  std::size_t (*size)(const void* set) = nullptr;
  void (*each)(const void* set, void* context, void (*visit)(void* context, const void* element)) = nullptr;
};

/// Access to a std::map<std::string, T> and its like.
struct MapOps {
  void (*clear)(void* map) = nullptr;
  void* (*insert)(void* map, std::string_view key) = nullptr;  ///< the new value's address; null: key is there
  bool (*takes_key)(std::string_view key) = nullptr;           ///< null: it takes any
  std::size_t (*size)(const void* map) = nullptr;
  void (*each)(const void* map, void* context,
               void (*visit)(void* context, std::string_view key, const void* value)) = nullptr;
};

/// Access to std::optional, std::unique_ptr, std::shared_ptr and Box.
struct OptionalOps {
  void* (*emplace)(void* optional) = nullptr;          ///< makes a value-initialised value and returns its address
  void (*reset)(void* optional) = nullptr;             ///< null: it is never empty
  const void* (*get)(const void* optional) = nullptr;  ///< null when there is none
};

/// How values of a type are read from and written as text.
struct TextOps {
  std::string_view what;     ///< `a date`
  std::string_view example;  ///< `2026-11-21`
  std::string_view format;   ///< of JSON Schema; may be empty
  std::string_view pattern;  ///< likewise
  bool takes_numbers = false;
  IssueCode wrong_type{};
  IssueCode wrong_text{};
  bool (*parse)(void* value, std::string_view text) = nullptr;
  bool (*parse_lax)(void* value, std::string_view text,
                    bool number) = nullptr;                      ///< what `parse` does not take; may be null
  bool (*print)(const void* value, std::string& out) = nullptr;  ///< false: the value has no text
  bool (*is_empty)(const void* value) = nullptr;                 ///< is it what value-initialisation makes?
  bool (*takes)(std::string_view text) = nullptr;                ///< would `parse` take it?
};

/// Access to a std::variant.
struct VariantOps {
  std::size_t (*index)(const void* variant) = nullptr;  ///< of what it holds; not less than their number: nothing
  void* (*emplace)(void* variant, std::size_t index) = nullptr;  ///< makes a value-initialised value: its address
  const void* (*get)(const void* variant) = nullptr;             ///< of what it holds; null: nothing
};

/// Access to std::array, std::pair and std::tuple.
struct TupleOps {
  void* (*at)(void* tuple, std::size_t index) = nullptr;
};

/// A value-initialised object of a type and the addresses of its members, in the order of `TypeInfo::fields`.
struct Probe {
  const void* object = nullptr;
  const void* const* members = nullptr;
};

/// Where the library keeps what it works out once for a type (see src/model/plan.hpp).
struct PlanSlot {
  const void* plan = nullptr;
};

/// Rules that tables do not express: they see the finished value, when nothing else is wrong with it.
struct WholeCheck {
  void (*run)(const void* context, void* value, bool null_is_absent, Issues& issues) = nullptr;
  const void* context = nullptr;
};

struct TypeInfo;
/// Is null a value of it? True of optionals that can be empty.
constexpr bool is_nullable(const TypeInfo& type);

/// The table of a type. Which members are set depends on the kind.
struct TypeInfo {
  Kind kind = Kind::any;
  Storage storage = Storage::none;
  std::string_view name;  ///< of an object or enumeration: the C++ name without its scope, or the schema's title
  std::string_view title;
  std::string_view description;
  TypeRef element{};                      ///< optional, list, set, map: the type of what is inside
  TypeRef key{};                          ///< map: the type of its keys, where that is not std::string
  const ListOps* list = nullptr;          ///< list
  const SetOps* set = nullptr;            ///< set, and list when `list` is null
  const MapOps* map = nullptr;            ///< map
  const OptionalOps* optional = nullptr;  ///< optional
  const TupleOps* tuple = nullptr;        ///< tuple
  const VariantOps* variant = nullptr;    ///< variant
  const TextOps* text = nullptr;          ///< text
  /// tuple; variant: the alternatives; any: the types it may have where they overlap, for repairs
  std::span<const TypeRef> elements{};
  std::span<const FieldInfo> fields{};  ///< object
  bool forbid_extra = false;            ///< object: unknown keys are an issue
  void (*probe)(void* context, void (*visit)(void* context, const Probe& probe)) = nullptr;  ///< object
  /// object: the model's own `validate`
  void (*validate)(const void* object, Issues& issues, const Context& context) = nullptr;
  const StageOps* stage = nullptr;              ///< object: when a field is `required_first`; variant
  std::span<const Enumerator> enumerators{};    ///< enumeration
  bool literal = false;                         ///< enumeration: constants, not an enum
  const Rules* rules = nullptr;                 ///< limits of this very table; compile-time models have them by field
  std::span<const std::string_view> allowed{};  ///< when not empty, the only values, as compact JSON text
  bool rest = false;                            ///< any, in a variant: what no other alternative takes
  const WholeCheck* whole_check = nullptr;      ///< of the whole value, in run-time models; may be null
  const SchemaSource* source = nullptr;  ///< the JSON Schema that it was made of, when that says more; may be null
  PlanSlot* plan = nullptr;
};

/// The type that a variant restricts values of one kind to, when it takes all others as they are; else `type` itself.
constexpr const TypeInfo& without_rest(const TypeInfo& type) {
  const bool restricts = type.kind == Kind::variant && type.elements.size() == 2 && type.elements[1]->rest;
  return restricts ? *type.elements[0] : type;
}
constexpr bool is_nullable(const TypeInfo& type) {
  return type.kind == Kind::optional && (type.optional == nullptr || type.optional->reset != nullptr);
}
constexpr bool FieldInfo::is_optional(const TypeInfo& type) { return is_nullable(type); }

}  // namespace instructor
