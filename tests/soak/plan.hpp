#pragma once

// What is to become of each call. Client and server work it out from its number alone.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace instructor::soak {

/// What is asked for.
enum class Kind : std::uint8_t { value, partial, iterable };

/// What the server does to the first requests of a call; later ones are answered right.
enum class Fault : std::uint8_t {
  none,
  late,                ///< the answer comes after a while
  slow,                ///< a few bytes at a time
  wrong,               ///< it does not pass the checks
  rate_limited,        ///< 429, Retry-After: 0
  rate_limited_short,  ///< 429, retry-after-ms
  unavailable,         ///< 503
  reset_at_once,       ///< no response
  reset_in_body,
  cut,              ///< the connection is closed in the body
  duplicated,       ///< an event comes twice
  reordered,        ///< two events change places
  closes,           ///< the answer is right, and the connection is closed behind it without a word
  closes_honestly,  ///< the same with `Connection: close`
};
inline constexpr std::size_t faults = 14;

/// How the caller leaves the call.
enum class Leaving : std::uint8_t {
  no,
  cancels,  ///< from another thread, after a while
  drops,    ///< destroys what it has of the call
};

struct Plan {
  std::uint32_t id = 0;
  Kind kind = Kind::value;
  Fault fault = Fault::none;
  int faulty_requests = 0;
  Leaving leaving = Leaving::no;
  std::uint32_t chance = 0;  ///< for whatever else is left to it
};

/// Calls of even numbers call back; only values can be had that way.
constexpr bool for_callbacks(std::uint32_t id) { return id % 2 == 0; }

inline Plan plan_of(std::uint64_t seed, std::uint32_t id) {
  // splitmix64
  std::uint64_t bits = seed + id * 0x9e3779b97f4a7c15U;
  bits = (bits ^ (bits >> 30U)) * 0xbf58476d1ce4e5b9U;
  bits = (bits ^ (bits >> 27U)) * 0x94d049bb133111ebU;
  bits ^= bits >> 31U;
  Plan plan;
  plan.id = id;
  plan.kind = for_callbacks(id) ? Kind::value : static_cast<Kind>(bits % 3);
  plan.fault = static_cast<Fault>((bits >> 8U) % faults);
  plan.faulty_requests = 1 + static_cast<int>((bits >> 16U) % 2);
  const std::uint64_t leaving = (bits >> 24U) % 16;
  plan.leaving = leaving < 2 ? Leaving::cancels : leaving == 2 ? Leaving::drops : Leaving::no;
  plan.chance = static_cast<std::uint32_t>(bits >> 40U);
  return plan;
}

inline constexpr std::string_view prompt_start = "Look up the ticket ";
inline std::string prompt(std::uint32_t id) { return std::string(prompt_start) + std::to_string(id) + "."; }

/// What every answer and every element has of the call; an answer that got mixed up with another one, or in itself,
/// does not pass.
constexpr int check_of(std::int64_t id, std::int64_t number) {
  return static_cast<int>((id % 99'991 * 7919 + number * 104'729 + 17) % 999'983);
}

/// How many elements are listed.
constexpr int elements_of(const Plan& plan) { return static_cast<int>(plan.chance % 5); }

}  // namespace instructor::soak
