#pragma once

// Not API: see instructor/model.hpp.
//
// The names of an enum's values. All candidate values are the arguments of one function, whose printed signature
// names those that exist (`Priority::low`) and casts those that do not (`(Priority)7`). One signature costs a
// fraction of what one function for each value does.

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>
#include <type_traits>
#include <utility>

#include "instructor/detail/annotate.hpp"
#include "instructor/detail/names.hpp"
#include "instructor/types.hpp"

namespace instructor {

template <class T>
struct Describe;

namespace detail {

// Candidates lie outside the enum on purpose.
#if defined(__clang__)
#pragma clang diagnostic push
#if __has_warning("-Wenum-constexpr-conversion")
#pragma clang diagnostic ignored "-Wenum-constexpr-conversion"
#endif
#else
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#endif

/// Can the value be made at compile time? Not when it lies outside the bits of an enum without a fixed type.
template <class E, std::int64_t Value>
inline constexpr bool castable = false;
template <class E, std::int64_t Value>
  requires requires { typename std::integral_constant<E, static_cast<E>(Value)>; }
inline constexpr bool castable<E, Value> = true;

template <class E, E... Values>
constexpr std::string_view raw_enumerator_names() {
  return __PRETTY_FUNCTION__;
}

template <class E, std::int64_t Min, std::size_t... Offsets>
constexpr std::string_view names_in_range(std::index_sequence<Offsets...>) {
  return raw_enumerator_names<E, static_cast<E>(Min + static_cast<std::int64_t>(Offsets))...>();
}

template <class E, std::size_t... Bits>
constexpr std::string_view names_of_bits(std::index_sequence<Bits...>) {
  return raw_enumerator_names<E, static_cast<E>(std::uint64_t{1} << (8 + Bits))...>();
}

#if defined(__clang__)
#pragma clang diagnostic pop
#else
#pragma GCC diagnostic pop
#endif

/// Calls `take(index, name)` for each candidate that names an enumerator.
template <class Take>
constexpr void each_printed_enumerator(std::string_view pretty, Take take) {
#if defined(__clang__)
  // [E = ns::Color, Values = <ns::Color::red, (ns::Color)7, ...>]
  const std::string_view opening = "Values = <";
#else
  // [with E = ns::Color; E ...Values = {ns::Color::red, (ns::Color)7, ...}; std::string_view = ...]
  const std::string_view opening = "Values = {";
#endif
  std::size_t at = pretty.find(opening) + opening.size();
  std::size_t index = 0;
  std::size_t depth = 0;
  std::size_t begin = at;
  for (; at < pretty.size(); ++at) {
    const char c = pretty[at];
    const bool closes = c == '>' || c == '}' || c == ')' || c == ']';
    if (depth == 0 && (c == ',' || closes)) {
      // A cast, `(E)7` or `(E)-1`, ends in a number; a name never begins with a digit.
      const std::string_view last = last_identifier(pretty.substr(begin, at - begin));
      if (!last.empty() && !(last.front() >= '0' && last.front() <= '9')) take(index, last);
      ++index;
      begin = at + 1;
      if (closes) return;
      continue;
    }
    if (c == '<' || c == '{' || c == '(' || c == '[') ++depth;
    if (closes) --depth;
  }
}

template <class E>
constexpr auto describe_enum() {
  if constexpr (requires { Describe<E>::describe(); })
    return Describe<E>::describe();
  else
    return EnumModel<E, -16, 239, 0>{};
}
template <class E>
inline constexpr auto enum_description = describe_enum<E>();

/// The candidates: those of the range that the underlying type can hold, and single bits above it.
template <class E>
struct Candidates {
  using Underlying = std::underlying_type_t<E>;

  static constexpr std::int64_t lowest = std::is_signed_v<Underlying>
                                             ? static_cast<std::int64_t>(std::numeric_limits<Underlying>::min())
                                             : std::int64_t{0};
  static constexpr std::int64_t highest = sizeof(Underlying) < 8
                                              ? static_cast<std::int64_t>(std::numeric_limits<Underlying>::max())
                                              : std::numeric_limits<std::int64_t>::max();

  static constexpr std::int64_t wanted_min = decltype(describe_enum<E>())::min;
  static constexpr std::int64_t wanted_max = decltype(describe_enum<E>())::max;

  static constexpr std::int64_t find_min() {
    std::int64_t low = wanted_min < lowest ? lowest : wanted_min;
    if (low < -128 && !castable<E, -129>) low = -128;
    if (low < -16 && !castable<E, -17>) low = -16;
    if (low < -8 && !castable<E, -9>) low = -8;
    if (low < -4 && !castable<E, -5>) low = -4;
    if (low < -2 && !castable<E, -3>) low = -2;
    if (low < 0 && !castable<E, -1>) low = 0;
    return low;
  }
  static constexpr std::int64_t find_max() {
    std::int64_t high = wanted_max > highest ? highest : wanted_max;
    if (high > 127 && !castable<E, 128>) high = 127;
    if (high > 63 && !castable<E, 64>) high = 63;
    if (high > 31 && !castable<E, 32>) high = 31;
    if (high > 15 && !castable<E, 16>) high = 15;
    if (high > 7 && !castable<E, 8>) high = 7;
    if (high > 3 && !castable<E, 4>) high = 3;
    if (high > 1 && !castable<E, 2>) high = 1;
    return high;
  }

  static constexpr std::int64_t min = find_min();
  static constexpr std::int64_t max = find_max();
  static_assert(max - min < 4096, "instructor: enumeration: a range of more than 4096 values is too wide");
  static constexpr std::size_t count = static_cast<std::size_t>(max - min + 1);

  /// Single bits from 2^8 on, where the type is wide enough to have them.
  static constexpr std::size_t bits = sizeof(Underlying) >= 2 && castable<E, 256>
                                          ? sizeof(Underlying) * 8 - 8 - (std::is_signed_v<Underlying> ? 1 : 0)
                                          : 0;
};

/// The enumerators among some candidates. They are read in blocks because compilers bound the steps of one evaluation.
template <class E, std::int64_t Min, std::size_t Count>
struct NamedInRange {
  static constexpr std::size_t count_all() {
    std::size_t sum = 0;
    each_printed_enumerator(names_in_range<E, Min>(std::make_index_sequence<Count>()),
                            [&](std::size_t, std::string_view) { ++sum; });
    return sum;
  }
  static constexpr std::size_t count = count_all();

  static constexpr std::array<Enumerator, count> find_all() {
    std::array<Enumerator, count> found{};
    std::size_t filled = 0;
    each_printed_enumerator(names_in_range<E, Min>(std::make_index_sequence<Count>()),
                            [&](std::size_t index, std::string_view name) {
                              found[filled++] = Enumerator{name, Min + static_cast<std::int64_t>(index), {}};
                            });
    return found;
  }
  static constexpr std::array<Enumerator, count> all = find_all();
};

/// The enumerators that are a single bit above the range.
template <class E, std::size_t Count>
struct NamedBits {
  using C = Candidates<E>;

  template <class Take>
  static constexpr void each(Take take) {
    if constexpr (Count != 0)
      each_printed_enumerator(names_of_bits<E>(std::make_index_sequence<Count>()),
                              [&](std::size_t bit, std::string_view name) {
                                const auto value = static_cast<std::int64_t>(std::uint64_t{1} << (8 + bit));
                                if (value > C::max || value < C::min) take(Enumerator{name, value, {}});
                              });
  }
  static constexpr std::size_t count_all() {
    std::size_t sum = 0;
    each([&](const Enumerator&) { ++sum; });
    return sum;
  }
  static constexpr std::size_t count = count_all();
  static constexpr std::array<Enumerator, count> find_all() {
    std::array<Enumerator, count> found{};
    std::size_t filled = 0;
    each([&](const Enumerator& enumerator) { found[filled++] = enumerator; });
    return found;
  }
  static constexpr std::array<Enumerator, count> all = find_all();
};

inline constexpr std::size_t enumerator_block = 256;

template <class E, std::size_t Block>
using EnumeratorBlock = NamedInRange<E, Candidates<E>::min + static_cast<std::int64_t>(Block* enumerator_block),
                                     (Candidates<E>::count - Block * enumerator_block < enumerator_block
                                          ? Candidates<E>::count - Block * enumerator_block
                                          : enumerator_block)>;

template <class E, std::size_t... Blocks>
constexpr auto make_enumerators(std::index_sequence<Blocks...>) {
  using Bits = NamedBits<E, Candidates<E>::bits>;
  constexpr std::size_t count = (EnumeratorBlock<E, Blocks>::count + ... + Bits::count);
  static_assert(count != 0,
                "instructor: no enumerator of this enum was found among the values -16 to 239 and the powers of two; "
                "say where they are with enumeration<E>(range<min, max>) in instructor::Describe<E>");
  std::array<Enumerator, count> table{};
  std::size_t filled = 0;
  const auto take = [&](const auto& found) {
    for (const Enumerator& enumerator : found) table[filled++] = enumerator;
  };
  (take(EnumeratorBlock<E, Blocks>::all), ...);
  take(Bits::all);
  constexpr auto& model = enum_description<E>;
  for (std::size_t n = 0; n < model.filled; ++n) {
    bool found = false;
    for (Enumerator& enumerator : table) {
      if (enumerator.value != model.notes[n].value) continue;
      found = true;
      if (!model.notes[n].name.empty()) enumerator.name = model.notes[n].name;
      enumerator.description = model.notes[n].description;
    }
    if (!found)
      throw "instructor: enumeration: a described value lies outside the range; widen it with range<min, max>";
  }
  for (std::size_t a = 0; a < count; ++a)
    for (std::size_t b = 0; b < a; ++b)
      if (table[a].name == table[b].name) throw "instructor: enumeration: two values have the same name";
  return table;
}

template <class E>
inline constexpr auto enumerator_table =
    make_enumerators<E>(std::make_index_sequence<(Candidates<E>::count + enumerator_block - 1) / enumerator_block>());

}  // namespace detail
}  // namespace instructor
