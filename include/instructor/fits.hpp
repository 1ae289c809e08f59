#pragma once

// Does a provider take a type? Known while compiling:
//
//   static_assert(instructor::fits<Ticket>(instructor::dialect::openai_strict));
//
// When it does not, the error names the field and the reason: `/amounts: an object with free keys (a map)`. A type that
// is no struct is judged as it is asked for, as the member `content` of an object.
//
// What `fits` gives is a bool for all purposes but one: where it is itself the condition of a static_assert or of an
// if constexpr, and false, the compiler stops with the reason. To branch on it write `why_not<T>(dialect).empty()`.

#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>

#include "instructor/detail/asked.hpp"
#include "instructor/detail/dialect_fit.hpp"
#include "instructor/dialect.hpp"

namespace instructor {

namespace detail {

/// A dialect that its type makes known.
template <class D>
concept KnownDialect = std::derived_from<D, Dialect> && !std::same_as<D, Dialect> && std::default_initializable<D>;

/// A text in a template argument, for compilers to print.
template <std::size_t Size>
struct FitReason {
  char text[Size + 1]{};
};

template <class T, class D>
inline constexpr auto fit_reason = [] {
  constexpr std::size_t size = dialect_refusal(type_of<Asked<T>>(), D()).size();
  FitReason<size> reason;
  const FitText text = dialect_refusal(type_of<Asked<T>>(), D());
  for (std::size_t i = 0; i < size; ++i) reason.text[i] = text[i];
  return reason;
}();

/// Calling it stops the compiler, which prints the reason; each another part of what went wrong.
#if defined(__clang__)
constexpr void the_type_does_not_fit_because(const char* reason) { throw reason; }
#else
template <FitReason Reason>
void the_type_does_not_fit_the_dialect();
#endif

struct Fits {
  constexpr operator bool() const { return true; }  // NOLINT(google-explicit-constructor): it is a bool
};

template <FitReason Reason>
struct DoesNotFit {
  constexpr explicit operator bool() const {
    if consteval {
#if defined(__clang__)
      the_type_does_not_fit_because(Reason.text);
#else
      the_type_does_not_fit_the_dialect<Reason>();
#endif
    }
    return false;
  }
  template <std::same_as<bool> Bool>
  constexpr operator Bool() const {  // NOLINT(google-explicit-constructor): it is a bool
    return false;
  }
  constexpr bool operator!() const { return true; }
  friend constexpr bool operator==(DoesNotFit, bool value) { return !value; }
  friend constexpr bool operator&&(DoesNotFit, bool) { return false; }
  friend constexpr bool operator&&(bool, DoesNotFit) { return false; }
  friend constexpr bool operator||(DoesNotFit, bool value) { return value; }
  friend constexpr bool operator||(bool value, DoesNotFit) { return value; }
};

}  // namespace detail

/// Why the dialect cannot be asked for a T: path and reason. Empty when it can.
template <class T, detail::KnownDialect D>
constexpr std::string_view why_not(const D&) {
  return detail::fit_reason<T, D>.text;
}
/// The same for a dialect that is not a type of its own.
template <class T>
std::string why_not(const Dialect& dialect) {
  const detail::FitText text = detail::dialect_refusal(type_of<detail::Asked<T>>(), dialect);
  std::string reason;
  for (std::size_t i = 0; i < text.size(); ++i) reason += text[i];
  return reason;
}

/// Can the dialect be asked for a T? See the head of this file for what it is when it cannot.
template <class T, detail::KnownDialect D>
constexpr auto fits(const D&) {
  if constexpr (sizeof(detail::fit_reason<T, D>.text) == 1)
    return detail::Fits();
  else
    return detail::DoesNotFit<detail::fit_reason<T, D>>();
}
template <class T>
bool fits(const Dialect& dialect) {
  return why_not<T>(dialect).empty();
}

}  // namespace instructor
