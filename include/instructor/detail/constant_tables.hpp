#pragma once

// Not API: see instructor/types.hpp.
//
// The tables of enums and of Literal: names, integers, flags.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

#include "instructor/detail/enumerators.hpp"
#include "instructor/detail/names.hpp"
#include "instructor/detail/schema_text.hpp"
#include "instructor/literal.hpp"
#include "instructor/types.hpp"

namespace instructor::detail {

template <class N>
constexpr Storage integer_storage() {
  constexpr int width = sizeof(N) == 1 ? 0 : sizeof(N) == 2 ? 1 : sizeof(N) == 4 ? 2 : 3;
  constexpr int first = static_cast<int>(std::is_signed_v<N> ? Storage::int8 : Storage::uint8);
  return static_cast<Storage>(first + width);
}

template <class T>
inline constexpr bool is_literal = false;
template <LiteralConstant... Constants>
inline constexpr bool is_literal<Literal<Constants...>> = true;

/// The constants of a Literal of texts.
template <class T>
constexpr auto make_literal_texts() {
  std::array<Enumerator, T::values().size()> texts{};
  for (std::size_t i = 0; i < texts.size(); ++i)
    texts[i] = Enumerator{T::values()[i], static_cast<std::int64_t>(i), {}};
  return texts;
}
template <class T>
inline constexpr auto literal_texts = make_literal_texts<T>();

/// Integers as JSON text, and views of them.
struct IntegerText {
  char digits[20]{};
  std::size_t size = 0;
};
template <class T>
struct LiteralIntegers {
  static constexpr std::size_t count = T::values().size();
  static constexpr std::int64_t at(std::size_t index) { return T::values()[index]; }
};
template <class E>
struct EnumIntegers {
  static constexpr std::size_t count = enumerator_table<E>.size();
  static constexpr std::int64_t at(std::size_t index) { return enumerator_table<E>[index].value; }
};
template <class Integers>
constexpr auto make_integer_texts() {
  std::array<IntegerText, Integers::count> texts{};
  for (std::size_t i = 0; i < texts.size(); ++i) {
    SchemaText text(texts[i].digits);
    text.put_signed(Integers::at(i));
    texts[i].size = text.size();
  }
  return texts;
}
template <class Integers>
inline constexpr auto integer_texts = make_integer_texts<Integers>();
template <class Integers>
constexpr auto views_of() {
  std::array<std::string_view, Integers::count> views{};
  for (std::size_t i = 0; i < views.size(); ++i)
    views[i] = {integer_texts<Integers>[i].digits, integer_texts<Integers>[i].size};
  return views;
}
template <class T>
inline constexpr auto literal_allowed = views_of<LiteralIntegers<T>>();
template <class E>
inline constexpr auto enumerator_numbers = views_of<EnumIntegers<E>>();

/// Zero is a flag of its own: that there is none.
template <class E>
constexpr bool has_flag(E flags, const Enumerator& enumerator) {
  const auto bits = static_cast<std::int64_t>(flags);
  return enumerator.value == 0 ? false : (bits & enumerator.value) == enumerator.value;
}

/// An enum as one of its names.
template <class E>
constexpr TypeInfo make_name_info() {
  TypeInfo info;
  info.kind = Kind::enumeration;
  info.storage = integer_storage<std::underlying_type_t<E>>();
  info.name = enum_description<E>.name.empty() ? safe_type_name<E> : enum_description<E>.name;
  info.enumerators = enumerator_table<E>;
  return info;
}

/// The names of an enum of flags.
template <class E>
inline constinit PlanSlot name_slot{};
template <class E>
constexpr TypeInfo make_flag_name_info() {
  TypeInfo info = make_name_info<E>();
  info.plan = &name_slot<E>;
  return info;
}
template <class E>
inline constexpr TypeInfo flag_name_info = make_flag_name_info<E>();
template <class E>
constexpr const TypeInfo& name_table_of() {
  return flag_name_info<E>;
}

/// Flags as a set of names: each is a bit, or several.
template <class E>
inline constexpr SetOps flag_ops{
    .clear = [](void* flags) { *static_cast<E*>(flags) = E{}; },
    .make = []() -> void* { return new E{}; },
    .destroy = [](void* flag) { delete static_cast<E*>(flag); },
    .insert =
        [](void* flags, void* flag) {
          using Bits = std::underlying_type_t<E>;
          auto& all = *static_cast<E*>(flags);
          const auto one = static_cast<Bits>(*static_cast<E*>(flag));
          const bool is_new = (static_cast<Bits>(all) & one) != one;
          all = static_cast<E>(static_cast<Bits>(static_cast<Bits>(all) | one));
          return is_new;
        },
    .size = [](const void* flags) -> std::size_t {
      std::size_t count = 0;
      for (const Enumerator& enumerator : enumerator_table<E>)
        if (has_flag(*static_cast<const E*>(flags), enumerator)) ++count;
      return count;
    },
    .each =
        [](const void* flags, void* context, void (*visit)(void*, const void*)) {
          for (const Enumerator& enumerator : enumerator_table<E>) {
            const E flag = static_cast<E>(enumerator.value);
            if (has_flag(*static_cast<const E*>(flags), enumerator)) visit(context, &flag);
          }
        },
};

}  // namespace instructor::detail
