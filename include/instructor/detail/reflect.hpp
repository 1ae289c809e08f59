#pragma once

// Not API: see instructor/model.hpp.
//
// The members of a plain struct: how many, their types, names and addresses. Nothing is executed: addresses are
// taken inside an object that never comes to life.

#include <cstddef>
#include <string_view>
#include <type_traits>
#include <utility>

#include "instructor/detail/members.hpp"
#include "instructor/detail/names.hpp"

namespace instructor::detail {

template <class...>
inline constexpr bool always_false = false;

/// Converts to whatever a member wants. Never called; but a constructor that would call it may be instantiated, and
/// clang then wants a body.
template <std::size_t>
struct Anything {
  template <class T>
  operator T() const {  // NOLINT(google-explicit-constructor)
    __builtin_unreachable();
  }
};

/// Converts to proper bases of T alone.
template <class T>
struct AnyBaseOf {
  template <class Base>
    requires(std::is_base_of_v<Base, T> && !std::is_same_v<Base, T>)
  operator Base() const {  // NOLINT(google-explicit-constructor)
    __builtin_unreachable();
  }
};

template <class T, class Indices>
inline constexpr bool takes_initializers_impl = false;
template <class T, std::size_t... I>
  requires requires { T{Anything<I>{}...}; }
inline constexpr bool takes_initializers_impl<T, std::index_sequence<I...>> = true;

template <class T, std::size_t Count>
inline constexpr bool takes_initializers = takes_initializers_impl<T, std::make_index_sequence<Count>>;

/// The number of initialisers that an aggregate takes, by bisection; `max_bound_members + 1` means: or more.
template <class T, std::size_t Low, std::size_t High>
constexpr std::size_t count_initializers_between() {
  if constexpr (High - Low <= 1) {
    return Low;
  } else {
    constexpr std::size_t middle = Low + (High - Low) / 2;
    if constexpr (takes_initializers<T, middle>)
      return count_initializers_between<T, middle, High>();
    else
      return count_initializers_between<T, Low, middle>();
  }
}

template <class T, std::size_t Guess = 8>
constexpr std::size_t count_initializers() {
  if constexpr (!takes_initializers<T, Guess>)
    return count_initializers_between<T, Guess == 8 ? 0 : Guess / 2, Guess>();
  else if constexpr (Guess > max_bound_members)
    return max_bound_members + 1;
  else
    return count_initializers<T, Guess * 2>();
}

/// `T{first I anythings, {}, rest}`: false where initialiser I is an element of a C array, which braces swallow whole.
template <class T, class Before, class After>
inline constexpr bool braces_fit = false;
template <class T, std::size_t... Before, std::size_t... After>
  requires requires { T{Anything<Before>{}..., {}, Anything<After>{}...}; }
inline constexpr bool braces_fit<T, std::index_sequence<Before...>, std::index_sequence<After...>> = true;

template <class T, std::size_t Count, std::size_t... I>
constexpr bool each_initializer_is_a_member(std::index_sequence<I...>) {
  return (braces_fit<T, std::make_index_sequence<I>, std::make_index_sequence<Count - I - 1>> && ...);
}

template <class T>
inline constexpr bool has_base_class = requires { T{AnyBaseOf<T>{}}; };

/// What stands between an aggregate and its automatic reflection.
enum class Obstacle { none, not_aggregate, no_value_initialization, base_class, array_member, too_many };

template <class T>
constexpr Obstacle find_obstacle() {
  if constexpr (!std::is_aggregate_v<T>) {
    return Obstacle::not_aggregate;
  } else if constexpr (!requires { T{}; }) {
    return Obstacle::no_value_initialization;
  } else if constexpr (has_base_class<T>) {
    return Obstacle::base_class;
  } else {
    constexpr std::size_t count = count_initializers<T>();
    if constexpr (count > max_bound_members)
      return Obstacle::too_many;
    else if constexpr (!each_initializer_is_a_member<T, count>(std::make_index_sequence<count>()))
      return Obstacle::array_member;
    else
      return Obstacle::none;
  }
}

template <class T>
inline constexpr Obstacle obstacle = find_obstacle<T>();

template <class T>
constexpr std::size_t count_members() {
  if constexpr (obstacle<T> == Obstacle::none)
    return count_initializers<T>();
  else
    return 0;
}
template <class T>
inline constexpr std::size_t member_count = count_members<T>();

/// An object of T that is never constructed: its members have addresses, and those have names.
template <class T>
union NeverConstructed {
  char nothing;
  T value;
  constexpr NeverConstructed() : nothing{} {}
  constexpr ~NeverConstructed() {}
};
template <class T>
inline constexpr NeverConstructed<T> never_constructed{};

template <class T>
inline constexpr auto bound_members = Members<member_count<T>>::of(never_constructed<T>.value);

template <class T, std::size_t Index>
inline constexpr std::string_view bound_member_name = member_name<bound_members<T>.addresses[Index]>;

/// Is the first member declared before the second?
template <class T, auto First, auto Second>
inline constexpr bool declared_before =
    static_cast<const void*>(__builtin_addressof(never_constructed<T>.value.*First)) <
    static_cast<const void*>(__builtin_addressof(never_constructed<T>.value.*Second));

}  // namespace instructor::detail
