#pragma once

// Not API: see instructor/model.hpp and instructor/types.hpp.
//
// Builds the table of a type. The only other template-heavy code is what it calls in reflect.hpp and names.hpp.

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "instructor/detail/annotate.hpp"
#include "instructor/detail/constant_tables.hpp"
#include "instructor/detail/container_ops.hpp"
#include "instructor/detail/enumerators.hpp"
#include "instructor/detail/names.hpp"
#include "instructor/detail/reflect.hpp"
#include "instructor/detail/schema_text.hpp"
#include "instructor/detail/time_forms.hpp"
#include "instructor/formatted.hpp"
#include "instructor/issue.hpp"
#include "instructor/json.hpp"
#include "instructor/literal.hpp"
#include "instructor/text_types.hpp"
#include "instructor/types.hpp"

namespace instructor {

template <class T>
struct Describe;

namespace detail {

template <class T>
inline constinit PlanSlot plan_slot{};

template <class T>
constexpr TypeInfo make_type_info();

template <class T>
inline constexpr TypeInfo type_info = make_type_info<T>();

template <class T>
constexpr const TypeInfo& table_of() {
  return type_info<T>;
}

template <class T>
concept DescribedOutside = requires { Describe<T>::describe(); };
template <class T>
concept DescribedInside = requires { T::describe(); };
template <class T>
concept Described = DescribedOutside<T> || DescribedInside<T>;

template <class T>
constexpr auto describe_type() {
  if constexpr (DescribedOutside<T>)
    return Describe<T>::describe();
  else
    return T::describe();
}

template <class T>
inline constexpr auto description_of = describe_type<T>();

// ---------------------------------------------------------------------------------------------------------------
// Objects

template <class M>
constexpr TypeRef member_type() {
  using Plain = std::remove_cv_t<std::remove_reference_t<M>>;
  static_assert(!std::is_array_v<Plain>,
                "instructor: a C array member has no JSON form; write std::array<T, N> or std::vector<T>");
  static_assert(!std::is_const_v<std::remove_reference_t<M>>,
                "instructor: a const member cannot be filled; remove the const, or describe() the other members");
  return TypeRef(&table_of<Plain>);
}

template <class T>
concept ValidatesAlone = requires(T& t, Issues& issues) { t.validate(issues); };
template <class T>
concept ValidatesWithContext = requires(T& t, Issues& issues, const Context& context) { t.validate(issues, context); };

template <class T>
void validate_thunk(const void* object, Issues& issues, [[maybe_unused]] const Context& context) {
  if constexpr (ValidatesWithContext<const T>)
    static_cast<const T*>(object)->validate(issues, context);
  else
    static_cast<const T*>(object)->validate(issues);
}

/// Makes a value-initialised T and shows the addresses of its members.
template <class T, class Locate>
void probe_thunk(void* context, void (*visit)(void*, const Probe&)) {
  T* object = new T{};
  struct Owner {
    T* object;
    ~Owner() { delete object; }
  } owner{object};
  const auto members = Locate::of(*object);
  visit(context, Probe{object, members.addresses});
}

template <class T, auto... Described>
struct LocateDescribed {
  static MemberPack<decltype(Described)...> of(T& object) { return {{__builtin_addressof(object.*Described)...}}; }
};

/// The fields of a class that is no aggregate: the members that `describe()` lists, in its order.
template <class T, auto... Pointers>
struct DescribedFields {
  static constexpr std::size_t count = sizeof...(Pointers);

  using Locate = LocateDescribed<T, Pointers...>;

  static constexpr std::array<FieldInfo, count> make() {
    const Annotation* annotations = description_of<T>.annotations;
    std::array<FieldInfo, count> fields{};
    std::size_t index = 0;
    ((fields[index] = FieldInfo{member_name<Pointers>,
                                annotations[index].alias.empty() ? member_name<Pointers> : annotations[index].alias,
                                member_type<typename PointedMember<decltype(Pointers)>::type>(), &annotations[index]},
      ++index),
     ...);
    return fields;
  }
};

template <class T, class Pack>
struct BoundMemberTypes;
template <class T, class... M>
struct BoundMemberTypes<T, MemberPack<M...>> {
  static constexpr std::array<TypeRef, sizeof...(M)> make() { return {member_type<M>()...}; }
};

/// The fields of an aggregate: all its members, with the annotations of those that are described.
template <class T, auto... Pointers>
struct BoundFields {
  static constexpr std::size_t count = member_count<T>;

  using Locate = Members<count>;

  template <std::size_t... I>
  static constexpr std::array<FieldInfo, count> make(std::index_sequence<I...>) {
    [[maybe_unused]] const auto types = BoundMemberTypes<T, decltype(Members<count>::of(std::declval<T&>()))>::make();
    std::array<FieldInfo, count> fields{
        FieldInfo{bound_member_name<T, I>, bound_member_name<T, I>, types[I], &no_annotation}...};
    if constexpr (sizeof...(Pointers) != 0) {
      const Annotation* annotations = description_of<T>.annotations;
      const void* const described[] = {__builtin_addressof(never_constructed<T>.value.*Pointers)...};
      for (std::size_t d = 0; d < sizeof...(Pointers); ++d) {
        std::size_t i = 0;
        while (bound_members<T>.addresses[i] != described[d]) ++i;
        fields[i].annotation = &annotations[d];
        if (!annotations[d].alias.empty()) fields[i].key = annotations[d].alias;
      }
    }
    return fields;
  }
  static constexpr std::array<FieldInfo, count> make() { return make(std::make_index_sequence<count>()); }
};

// ---------------------------------------------------------------------------------------------------------------
// The table

template <class T, class Fields>
inline constexpr auto field_table = Fields::make();

template <class T, auto... Pointers>
constexpr auto fields_for(const Model<T, Pointers...>&) {
  if constexpr (std::is_aggregate_v<T> && obstacle<T> == Obstacle::none)
    return std::type_identity<BoundFields<T, Pointers...>>{};
  else
    return std::type_identity<DescribedFields<T, Pointers...>>{};
}

/// Members have distinct names by themselves; an alias may repeat another key.
constexpr bool keys_are_distinct(std::span<const FieldInfo> fields) {
  for (std::size_t a = 0; a < fields.size(); ++a) {
    if (fields[a].annotation->alias.empty()) continue;
    for (std::size_t b = 0; b < fields.size(); ++b)
      if (a != b && fields[a].key == fields[b].key) return false;
  }
  return true;
}

template <class Description>
constexpr bool waits_for_a_field(const Description& description) {
  for (const Annotation& annotation : description.annotations)
    if (annotation.required_first) return true;
  return false;
}

template <class T>
constexpr TypeInfo make_object_info() {
  TypeInfo info;
  info.kind = Kind::object;
  info.name = safe_type_name<T>;
  if constexpr (Described<T>) {
    using Fields = typename decltype(fields_for(description_of<T>))::type;
    constexpr auto& description = description_of<T>;
    info.description = description.description;
    info.title = description.title;
    if (!description.name.empty()) info.name = description.name;
    info.forbid_extra = description.forbid_extra;
    if constexpr (waits_for_a_field(description)) info.stage = &stage_ops<T>;
    info.fields = field_table<T, Fields>;
    info.probe = &probe_thunk<T, typename Fields::Locate>;
    static_assert(keys_are_distinct(field_table<T, Fields>), "instructor: two fields of this model have the same key");
  } else {
    static_assert(obstacle<T> != Obstacle::not_aggregate,
                  "instructor: this class is no aggregate (it has a constructor, a private member, a virtual function "
                  "or a base class that is not public): give it a `static constexpr auto describe()`, or specialise "
                  "instructor::Describe for it");
    static_assert(obstacle<T> != Obstacle::no_value_initialization,
                  "instructor: this struct cannot be value-initialised (T{}): a reference member cannot be filled "
                  "later; hold a value, a std::unique_ptr or a std::shared_ptr instead");
    static_assert(obstacle<T> != Obstacle::base_class,
                  "instructor: this struct has a base class, whose members reflection cannot tell apart: list all of "
                  "them, inherited ones included, in a `static constexpr auto describe()`");
    static_assert(obstacle<T> != Obstacle::array_member,
                  "instructor: this struct has a C array member, which has no JSON form; write std::array<T, N> or "
                  "std::vector<T>");
    static_assert(obstacle<T> != Obstacle::too_many,
                  "instructor: this struct has more than 128 members; group them into structs, or list them in a "
                  "`static constexpr auto describe()`");
    if constexpr (obstacle<T> == Obstacle::none) {
      using Fields = BoundFields<T>;
      info.fields = field_table<T, Fields>;
      info.probe = &probe_thunk<T, typename Fields::Locate>;
    }
  }
  constexpr bool validates = ValidatesAlone<const T> || ValidatesWithContext<const T>;
  static_assert(validates || (!ValidatesAlone<T> && !ValidatesWithContext<T>),
                "instructor: validate must be const: it judges the value and does not change it (transform does)");
  if constexpr (validates) info.validate = &validate_thunk<T>;
  return info;
}

/// std::monostate; that its header is included is nothing to rely on.
template <class T>
concept IsMonostate =
    std::is_empty_v<T> && type_name<T> == "monostate" && raw_type_name<T>().find("std::") != std::string_view::npos;

template <class T>
concept CharacterType = std::same_as<T, char> || std::same_as<T, wchar_t> || std::same_as<T, char8_t> ||
                        std::same_as<T, char16_t> || std::same_as<T, char32_t>;

template <class T>
constexpr TypeInfo make_type_info() {
  TypeInfo info;
  if constexpr (std::is_same_v<T, Json>) {
    info.kind = Kind::any;
    info.storage = Storage::json;
  } else if constexpr (std::is_same_v<T, bool>) {
    info.kind = Kind::boolean;
    info.storage = Storage::boolean;
  } else if constexpr (std::is_integral_v<T>) {
    static_assert(!CharacterType<T>,
                  "instructor: a character type has no JSON form; write std::string for text, or std::int8_t, "
                  "std::uint8_t and wider for numbers");
    static_assert(sizeof(T) <= 8, "instructor: integers of more than 64 bits have no JSON form here");
    info.kind = Kind::integer;
    info.storage = integer_storage<T>();
  } else if constexpr (std::is_same_v<T, float> || std::is_same_v<T, double>) {
    info.kind = Kind::number;
    info.storage = std::is_same_v<T, float> ? Storage::float32 : Storage::float64;
  } else if constexpr (std::is_same_v<T, std::string>) {
    info.kind = Kind::string;
    info.storage = Storage::string;
  } else if constexpr (std::is_enum_v<T>) {
    info.kind = Kind::enumeration;
    constexpr auto& description = enum_description<T>;
    if constexpr (description.form == EnumForm::flags) {
      info.kind = Kind::set;
      info.element = TypeRef(&name_table_of<T>);
      info.set = &flag_ops<T>;
    } else {
      info = make_name_info<T>();
      if constexpr (description.form == EnumForm::integers) {
        info.kind = Kind::integer;
        info.allowed = enumerator_numbers<T>;
        info.enumerators = {};
      }
    }
    info.title = description.title;
    info.description = description.description;
  } else if constexpr (HasTextForm<T>) {
    info.kind = Kind::text;
    info.text = &text_ops<T>;
  } else if constexpr (is_literal<T>) {
    info.kind = T::is_text ? Kind::enumeration : Kind::integer;
    info.storage = T::is_text ? Storage::uint8 : Storage::int64;
    info.literal = true;
    if constexpr (T::is_text)
      info.enumerators = literal_texts<T>;
    else
      info.allowed = literal_allowed<T>;
  } else if constexpr (IsMonostate<T>) {
    info.kind = Kind::null;
  } else if constexpr (Described<T>) {
    info = make_object_info<T>();
  } else if constexpr (VariantLike<T>) {
    info.kind = Kind::variant;
    info.name = VariantAccess<T>::name.view();
    info.elements = VariantAccess<T>::types;
    info.variant = &VariantAccess<T>::ops;
    info.stage = &stage_ops<T>;
  } else if constexpr (OptionalLike<T>) {
    info.kind = Kind::optional;
    info.element = TypeRef(&table_of<typename T::value_type>);
    info.optional = &optional_ops<T>;
  } else if constexpr (SmartPointerLike<T>) {
    info.kind = Kind::optional;
    info.element = TypeRef(&table_of<std::remove_const_t<typename T::element_type>>);
    if constexpr (BoxLike<T>)
      info.optional = &box_ops<T>;
    else
      info.optional = &pointer_ops<T>;
  } else if constexpr (MapLike<T>) {
    using Key = typename T::key_type;
    static_assert(MapKey<Key>::possible,
                  "instructor: the keys of a JSON object are strings; write std::map<std::string, T>, or use integers, "
                  "enumerators or a type with a TextForm");
    info.kind = Kind::map;
    if constexpr (MapKey<Key>::possible && !std::is_same_v<Key, std::string>) info.key = TypeRef(&table_of<Key>);
    info.element = TypeRef(&table_of<typename T::mapped_type>);
    info.map = &map_ops<T>;
  } else if constexpr (SetLike<T>) {
    info.kind = Kind::set;
    info.element = TypeRef(&table_of<typename T::value_type>);
    info.set = &set_ops<T>;
  } else if constexpr (BitListLike<T>) {
    info.kind = Kind::list;
    info.element = TypeRef(&table_of<typename T::value_type>);
    info.set = &set_ops<T>;
  } else if constexpr (ListLike<T>) {
    info.kind = Kind::list;
    info.element = TypeRef(&table_of<typename T::value_type>);
    info.list = &list_ops<T>;
  } else if constexpr (TupleLike<T>) {
    info.kind = Kind::tuple;
    info.elements = tuple_element_types<T>;
    info.tuple = &tuple_ops<T>;
  } else if constexpr (std::is_class_v<T>) {
    info = make_object_info<T>();
  } else {
    static_assert(!std::is_pointer_v<T>,
                  "instructor: a raw pointer has no JSON form; write std::optional<T>, or std::unique_ptr<T> for "
                  "recursive types");
    static_assert(!std::is_array_v<T>,
                  "instructor: a C array member has no JSON form; write std::array<T, N> or std::vector<T>");
    static_assert(std::is_pointer_v<T> || std::is_array_v<T> || always_false<T>,
                  "instructor: this type has no JSON form (a union, a function or long double?); describe a class "
                  "around it with instructor::Describe");
  }
  info.plan = &plan_slot<T>;
  return info;
}

/// Where a member lies in its class.
template <class T, class M>
std::size_t member_offset(M T::* member) {
  T* object = new T{};
  const auto* const begin = reinterpret_cast<const char*>(object);
  const auto offset =
      static_cast<std::size_t>(reinterpret_cast<const char*>(__builtin_addressof(object->*member)) - begin);
  delete object;
  return offset;
}

}  // namespace detail

template <class T, class M>
void Issues::add(M T::* member, std::string message) {
  add_to_member(detail::type_info<T>, detail::member_offset(member), std::move(message), Severity::error);
}

template <class T, class M>
void Issues::warn(M T::* member, std::string message) {
  add_to_member(detail::type_info<T>, detail::member_offset(member), std::move(message), Severity::warning);
}

/// The table of T. A reference to a constant; safe to use from any thread at any time.
template <class T>
constexpr const TypeInfo& type_of() {
  return detail::table_of<T>();
}

}  // namespace instructor
