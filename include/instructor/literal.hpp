#pragma once

// Constants as types.
//
//   struct Refund { Literal<"refund"> kind; double amount; };
//   struct Job { Literal<"low", "high"> priority; Literal<1, 2> version; };
//
// A member of such a type tells the alternatives of a std::variant apart.

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string_view>
#include <type_traits>

namespace instructor {

namespace detail {

/// A text as a template argument; its size counts the end.
template <std::size_t Size>
struct LiteralConstant {
  char text[Size]{};

  constexpr LiteralConstant(const char (&from)[Size]) {  // NOLINT(google-explicit-constructor)
    for (std::size_t i = 0; i < Size; ++i) text[i] = from[i];
  }
  static constexpr bool is_text = true;
  constexpr std::string_view view() const { return {text, Size - 1}; }
};
/// An integer as a template argument.
template <>
struct LiteralConstant<0> {
  std::int64_t number;

  template <std::integral N>
    requires(!std::same_as<N, bool>)
  constexpr LiteralConstant(N from) : number(static_cast<std::int64_t>(from)) {}  // NOLINT(google-explicit-constructor)
  static constexpr bool is_text = false;
};
template <std::size_t Size>
LiteralConstant(const char (&)[Size]) -> LiteralConstant<Size>;
template <std::integral N>
LiteralConstant(N) -> LiteralConstant<0>;

}  // namespace detail

/// One of a few constants: texts, or integers. A new one is the first of them.
template <detail::LiteralConstant... Constants>
class Literal {
 public:
  static_assert(sizeof...(Constants) != 0 && sizeof...(Constants) <= 255,
                "instructor: a Literal has from 1 to 255 constants");
  static constexpr bool is_text = (Constants.is_text && ...);
  static_assert(is_text || !(Constants.is_text || ...), "instructor: a Literal has texts or integers, not both");

  using Value = std::conditional_t<is_text, std::string_view, std::int64_t>;

  constexpr Literal() = default;
  /// Throws std::invalid_argument when `value` is none of the constants.
  constexpr Literal(Value value) : kept_(kept(value)) {}  // NOLINT(google-explicit-constructor)
  constexpr Literal(const char* value)                    // NOLINT(google-explicit-constructor)
    requires is_text
      : Literal(std::string_view(value)) {}

  constexpr Value value() const {
    if constexpr (is_text)
      return values()[kept_];
    else
      return kept_;
  }
  constexpr operator Value() const { return value(); }  // NOLINT(google-explicit-constructor)

  friend constexpr bool operator==(const Literal&, const Literal&) = default;

  /// The constants, in order.
  static constexpr std::array<Value, sizeof...(Constants)> values() {
    if constexpr (is_text)
      return {storage<Constants>.view()...};
    else
      return {Constants.number...};
  }

 private:
  /// The index of a text; an integer itself: this is how the library reaches it.
  using Kept = std::conditional_t<is_text, std::uint8_t, std::int64_t>;

  template <detail::LiteralConstant Constant>
  static constexpr auto storage = Constant;

  static constexpr Kept kept(Value value) {
    std::size_t index = 0;
    for (const Value& constant : values()) {
      if (constant == value) {
        if constexpr (is_text)
          return static_cast<Kept>(index);
        else
          return constant;
      }
      ++index;
    }
    throw std::invalid_argument("instructor: not one of the constants of this Literal");
  }

  Kept kept_ = kept(values()[0]);
};

}  // namespace instructor
