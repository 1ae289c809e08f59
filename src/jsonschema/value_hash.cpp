#include "jsonschema/value_hash.hpp"

#include <array>
#include <bit>
#include <cmath>
#include <span>
#include <vector>

#include <nlohmann/json.hpp>

#include "jsonschema/hash.hpp"
#include "model/json_values.hpp"

namespace instructor::jsonschema {

namespace {

using core::equal;
using core::max_compared_depth;

constexpr std::size_t few_items = 8;
constexpr std::size_t items_on_stack = 64;

std::uint64_t hash_number(const Json& value) {
  constexpr double two_to_64 = 18446744073709551616.0;
  if (value.is_number_float()) {
    const double real = value.get<double>();
    if (std::trunc(real) != real) return mixed(std::bit_cast<std::uint64_t>(real), 3);
    if (real >= -two_to_64 / 2 && real < 0)
      return mixed(static_cast<std::uint64_t>(static_cast<std::int64_t>(real)), 4);
    if (real >= 0 && real < two_to_64) return mixed(static_cast<std::uint64_t>(real), 5);
    return mixed(std::bit_cast<std::uint64_t>(real), 3);
  }
  if (value.is_number_unsigned()) return mixed(value.get<std::uint64_t>(), 5);
  const auto integer = value.get<std::int64_t>();
  return mixed(static_cast<std::uint64_t>(integer), integer < 0 ? 4 : 5);
}

void count_values(const Json& value, std::size_t& count, int depth = 0) {
  ++count;
  if (!value.is_structured() || depth > max_compared_depth) return;
  for (const Json& inner : value) count_values(inner, count, depth + 1);
}

struct Slot {
  std::uint64_t hash = 0;
  std::size_t index = 0;  // counts from 1; 0: empty
};

std::size_t first_repeated_by_hash(const Json::array_t& items, std::span<Slot> slots) {
  const std::size_t mask = slots.size() - 1;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const std::uint64_t hash = hash_of(items[i]);
    std::size_t at = hash & mask;
    for (; slots[at].index != 0; at = (at + 1) & mask)
      if (slots[at].hash == hash && equal(items[slots[at].index - 1], items[i])) return i;
    slots[at] = {hash, i + 1};
  }
  return items.size();
}

}  // namespace

std::uint64_t hash_of(const Json& value, int depth) {
  static const std::uint64_t seed = hash_seed();
  if (value.is_number()) return hash_number(value) ^ seed;
  if (depth > max_compared_depth) return seed;
  switch (value.type()) {
    case Json::value_t::boolean: return mixed(seed, value.get<bool>() ? 1 : 2);
    case Json::value_t::string: return hash_bytes(value.get_ref<const std::string&>(), seed);
    case Json::value_t::array: {
      std::uint64_t hash = mixed(seed, 6);
      for (const Json& item : value.get_ref<const Json::array_t&>()) hash = mixed(hash, hash_of(item, depth + 1));
      return hash;
    }
    case Json::value_t::object: {
      std::uint64_t sum = 7;  // the order does not matter
      for (const auto& [key, member] : value.get_ref<const Json::object_t&>())
        sum += mixed(hash_bytes(key, seed), hash_of(member, depth + 1));
      return mixed(seed, sum);
    }
    default: return mixed(seed, 8);
  }
}

std::size_t first_repeated(const Json& array, std::size_t& looked_at) {
  const auto& items = array.get_ref<const Json::array_t&>();
  for (const Json& item : items) count_values(item, looked_at);
  if (items.size() <= few_items) {
    for (std::size_t i = 1; i < items.size(); ++i)
      for (std::size_t j = 0; j < i; ++j)
        if (equal(items[j], items[i])) return i;
    return items.size();
  }
  if (items.size() <= items_on_stack) {
    std::array<Slot, 2 * items_on_stack> slots{};
    return first_repeated_by_hash(items, slots);
  }
  std::vector<Slot> slots(std::bit_ceil(items.size() * 2));
  return first_repeated_by_hash(items, slots);
}

}  // namespace instructor::jsonschema
