#pragma once

// Not API: see instructor/types.hpp.
//
// Containers, told apart by what they offer, so that their headers need not be included here, and the functions that
// reach into them.

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "instructor/detail/annotate.hpp"
#include "instructor/detail/enumerators.hpp"
#include "instructor/detail/names.hpp"
#include "instructor/text_form.hpp"
#include "instructor/types.hpp"

namespace instructor::detail {

/// The table of T; see type_info.hpp.
template <class T>
constexpr const TypeInfo& table_of();

template <class T>
concept OptionalLike = requires(T& t, const T& c) {
  typename T::value_type;
  { c.has_value() } -> std::convertible_to<bool>;
  t.emplace();
  t.reset();
  *c;
};
template <class T>
concept SmartPointerLike = requires(const T& c) {
  typename T::element_type;
  c.get();
  *c;
};
template <class T>
concept Range = requires(const T& c) {
  c.begin();
  c.end();
  c.size();
};
template <class T>
concept MapLike = Range<T> && requires(T& t) {
  typename T::key_type;
  typename T::mapped_type;
  t.clear();
};
template <class T>
concept SetLike = Range<T> && !MapLike<T> && requires(T& t, typename T::value_type v) {
  typename T::key_type;
  t.insert(static_cast<typename T::value_type&&>(v)).second;
  t.clear();
};
template <class T>
concept ListLike = Range<T> && requires(T& t) {
  typename T::value_type;
  t.emplace_back();
  t.back();
  t.clear();
};
template <class T>
concept TupleLike = requires { std::tuple_size<T>::value; };

/// std::vector<bool> has no addressable elements.
template <class T>
concept BitListLike = ListLike<T> && !std::is_reference_v<decltype(std::declval<const T&>().back())> &&
                      std::is_same_v<typename T::value_type, bool>;

template <class Container>
inline constexpr ListOps list_ops{
    .clear = [](void* list) { static_cast<Container*>(list)->clear(); },
    .append = [](void* list) -> void* {
      Container& items = *static_cast<Container*>(list);
      // Small items in a short list: one allocation, not one for each of 1, 2 and 4.
      if constexpr (sizeof(typename Container::value_type) <= 64 && requires { items.reserve(items.capacity()); })
        if (items.capacity() == 0) items.reserve(4);
      items.emplace_back();
      return __builtin_addressof(items.back());
    },
    .size = [](const void* list) -> std::size_t { return static_cast<const Container*>(list)->size(); },
    .each =
        [](const void* list, void* context, void (*visit)(void*, const void*)) {
          for (const auto& element : *static_cast<const Container*>(list)) visit(context, __builtin_addressof(element));
        },
};

template <class Container>
inline constexpr SetOps set_ops{
    .clear = [](void* set) { static_cast<Container*>(set)->clear(); },
    .make = []() -> void* { return new typename Container::value_type{}; },
    .destroy = [](void* element) { delete static_cast<typename Container::value_type*>(element); },
    .insert =
        [](void* set, void* element) {
          auto& value = *static_cast<typename Container::value_type*>(element);
          if constexpr (SetLike<Container>) {
            return static_cast<Container*>(set)->insert(std::move(value)).second;
          } else {
            static_cast<Container*>(set)->push_back(value);
            return true;
          }
        },
    .size = [](const void* set) -> std::size_t { return static_cast<const Container*>(set)->size(); },
    .each =
        [](const void* set, void* context, void (*visit)(void*, const void*)) {
          for (const typename Container::value_type& element : *static_cast<const Container*>(set))
            visit(context, __builtin_addressof(element));
        },
};

/// What keys of maps can be: texts, integers, enumerators and what has a text form.
template <class K>
struct MapKey {
  static constexpr bool possible = std::is_same_v<K, std::string> || std::is_enum_v<K> || HasTextForm<K> ||
                                   (std::is_integral_v<K> && !std::is_same_v<K, bool> && sizeof(K) > 1);

  static bool parse(std::string_view text, K& key) {
    if constexpr (std::is_enum_v<K>) {
      for (const Enumerator& enumerator : enumerator_table<K>) {
        if (enumerator.name != text) continue;
        key = static_cast<K>(enumerator.value);
        return true;
      }
      return false;
    } else if constexpr (std::is_integral_v<K>) {
      std::int64_t small = 0;
      std::uint64_t large = 0;
      if constexpr (std::is_signed_v<K>) {
        if (!read_integer_key(text, small) || !std::in_range<K>(small)) return false;
        key = static_cast<K>(small);
      } else {
        if (!read_unsigned_key(text, large) || !std::in_range<K>(large)) return false;
        key = static_cast<K>(large);
      }
      return true;
    } else if constexpr (HasTextForm<K>) {
      return TextForm<K>::parse(text, key);
    } else {
      key = K(text);
      return true;
    }
  }

  /// Calls `take` with the text.
  template <class Take>
  static void print(const K& key, Take take) {
    if constexpr (std::is_enum_v<K>) {
      for (const Enumerator& enumerator : enumerator_table<K>)
        if (enumerator.value == static_cast<std::int64_t>(key)) return take(enumerator.name);
      take(std::string_view("(no name)"));
    } else if constexpr (std::is_integral_v<K>) {
      take(std::string_view(std::to_string(key)));
    } else if constexpr (HasTextForm<K>) {
      take(std::string_view(TextForm<K>::print(key)));
    } else {
      take(std::string_view(key));
    }
  }
};

template <class Map>
constexpr MapOps make_map_ops() {
  using Key = typename Map::key_type;
  MapOps ops;
  ops.clear = [](void* map) { static_cast<Map*>(map)->clear(); };
  ops.insert = [](void* map, std::string_view text) -> void* {
    Key key{};
    if (!MapKey<Key>::parse(text, key)) return nullptr;
    const auto [at, inserted] = static_cast<Map*>(map)->try_emplace(std::move(key));
    return inserted ? __builtin_addressof(at->second) : nullptr;
  };
  if constexpr (!std::is_same_v<Key, std::string>)
    ops.takes_key = [](std::string_view text) {
      Key key{};
      return MapKey<Key>::parse(text, key);
    };
  ops.size = [](const void* map) -> std::size_t { return static_cast<const Map*>(map)->size(); };
  ops.each = [](const void* map, void* context, void (*visit)(void*, std::string_view, const void*)) {
    for (const auto& [key, value] : *static_cast<const Map*>(map))
      MapKey<Key>::print(key, [&](std::string_view text) { visit(context, text, __builtin_addressof(value)); });
  };
  return ops;
}
template <class Map>
inline constexpr MapOps map_ops = make_map_ops<Map>();

template <class Optional>
inline constexpr OptionalOps optional_ops{
    .emplace = [](void* optional) -> void* { return __builtin_addressof(static_cast<Optional*>(optional)->emplace()); },
    .reset = [](void* optional) { static_cast<Optional*>(optional)->reset(); },
    .get = [](const void* optional) -> const void* {
      const auto& value = *static_cast<const Optional*>(optional);
      return value.has_value() ? __builtin_addressof(*value) : nullptr;
    },
};

/// Box: never empty.
template <class B>
concept BoxLike = SmartPointerLike<B> && !requires(B& box) { box.reset(); };

template <class B>
inline constexpr OptionalOps box_ops{
    .emplace = [](void* box) -> void* {
      auto& owner = *static_cast<B*>(box);
      owner = B();
      return owner.get();
    },
    .reset = nullptr,
    .get = [](const void* box) -> const void* { return static_cast<const B*>(box)->get(); },
};

template <class Pointer>
inline constexpr OptionalOps pointer_ops{
    .emplace = [](void* pointer) -> void* {
      auto& owner = *static_cast<Pointer*>(pointer);
      owner = Pointer(new typename Pointer::element_type{});
      return owner.get();
    },
    .reset = [](void* pointer) { static_cast<Pointer*>(pointer)->reset(); },
    .get = [](const void* pointer) -> const void* { return static_cast<const Pointer*>(pointer)->get(); },
};

template <class Tuple, std::size_t... I>
void* tuple_element(Tuple& tuple, std::size_t index, std::index_sequence<I...>) {
  using std::get;
  void* address = nullptr;
  ((index == I ? void(address = __builtin_addressof(get<I>(tuple))) : void()), ...);
  return address;
}

/// A homogeneous std::array needs no function for each index.
template <class Tuple>
concept ArrayLike = TupleLike<Tuple> && requires(Tuple& t) {
  typename Tuple::value_type;
  t.data();
};

template <class Tuple>
inline constexpr TupleOps tuple_ops{
    .at = [](void* tuple, std::size_t index) -> void* {
      if constexpr (ArrayLike<Tuple>)
        return static_cast<Tuple*>(tuple)->data() + index;
      else
        return tuple_element(*static_cast<Tuple*>(tuple), index, std::make_index_sequence<std::tuple_size_v<Tuple>>());
    },
};

template <class Variant, class Indices = std::make_index_sequence<Alternatives<Variant>::count>>
struct VariantAccess;
template <template <class...> class V, class... A, std::size_t... I>
struct VariantAccess<V<A...>, std::index_sequence<I...>> {
  using Variant = V<A...>;

  static std::size_t index(const void* variant) { return static_cast<const Variant*>(variant)->index(); }
  static void* emplace(void* variant, std::size_t index) {
    void* address = nullptr;
    ((index == I ? void(address = __builtin_addressof(static_cast<Variant*>(variant)->template emplace<I>())) : void()),
     ...);
    return address;
  }
  static const void* get(const void* variant) {
    const void* address = nullptr;
    const auto* const value = static_cast<const Variant*>(variant);
    ((value->index() == I ? void(address = get_if<I>(value)) : void()), ...);
    return address;
  }
  static constexpr VariantOps ops{&index, &emplace, &get};
  static constexpr std::array<TypeRef, sizeof...(A)> types{TypeRef(&table_of<A>)...};

  /// `RefundOrExchange` where all have names.
  static constexpr SafeName<> make_name() {
    JoinedName<64> joined;
    bool named = true;
    const auto take = [&](std::size_t index, std::string_view name) {
      named = named && !name.empty();
      joined.add(index == 0 ? "" : "Or").add(name);
    };
    (take(I, name_of<A>()), ...);
    return SafeName<>(named ? joined.view() : "Variant");
  }
  template <class Alternative>
  static constexpr std::string_view name_of() {
    if constexpr (std::is_class_v<Alternative> || std::is_enum_v<Alternative>)
      return table_of<Alternative>().name;
    else
      return {};
  }
  static constexpr SafeName<> name = make_name();
};

template <class Tuple, std::size_t... I>
constexpr std::array<TypeRef, sizeof...(I)> tuple_elements(std::index_sequence<I...>) {
  return {TypeRef(&table_of<std::remove_cv_t<std::tuple_element_t<I, Tuple>>>)...};
}
template <class Tuple>
inline constexpr auto tuple_element_types = tuple_elements<Tuple>(std::make_index_sequence<std::tuple_size_v<Tuple>>());

}  // namespace instructor::detail
