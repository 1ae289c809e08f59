#include "jsonschema/key_table.hpp"

#include <random>

#include "jsonschema/hash.hpp"

namespace instructor::jsonschema {

std::uint64_t hash_seed() {
  static const std::uint64_t seed = [] {
    std::random_device device;
    return static_cast<std::uint64_t>(device()) << 32 | device();
  }();
  return seed;
}

std::uint64_t KeyTable::hash_of(std::string_view key) {
  static const std::uint64_t seed = hash_seed();
  return hash_bytes(key, seed);
}

std::uint32_t KeyTable::add(std::string_view key) {
  if (const std::uint32_t known = find(key); known != none) return known;
  const auto index = static_cast<std::uint32_t>(keys_.size());
  keys_.emplace_back(key);
  if (keys_.size() * 2 > slots_.size())
    grow();
  else
    place(index);
  return index;
}

void KeyTable::grow() {
  slots_.assign(slots_.empty() ? 8 : slots_.size() * 2, Slot{});
  mask_ = slots_.size() - 1;
  for (std::uint32_t index = 0; index < keys_.size(); ++index) place(index);
}

void KeyTable::place(std::uint32_t index) {
  const std::uint64_t hash = hash_of(keys_[index]);
  std::size_t at = hash & mask_;
  while (slots_[at].index != none) at = (at + 1) & mask_;
  slots_[at] = {static_cast<std::uint32_t>(hash >> 32), index};
}

}  // namespace instructor::jsonschema
