#pragma once

// A set of texts that is made once and then looked things up in: one hash, one comparison.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace instructor::jsonschema {

class KeyTable {
 public:
  static constexpr std::uint32_t none = 0xFFFFFFFF;

  /// The index of `key`, which is new or known; indices count from 0 in the order of adding.
  std::uint32_t add(std::string_view key);

  /// The index of `key` or `none`. `guess` is an index that it probably has.
  std::uint32_t find(std::string_view key, std::uint32_t guess = none) const {
    if (guess < keys_.size() && keys_[guess] == key) return guess;
    if (slots_.empty()) return none;
    const std::uint64_t hash = hash_of(key);
    for (std::size_t at = hash & mask_;; at = (at + 1) & mask_) {
      const Slot slot = slots_[at];
      if (slot.index == none) return none;
      if (slot.tag == static_cast<std::uint32_t>(hash >> 32) && keys_[slot.index] == key) return slot.index;
    }
  }

  const std::vector<std::string>& keys() const { return keys_; }

 private:
  struct Slot {
    std::uint32_t tag = 0;
    std::uint32_t index = none;
  };

  static std::uint64_t hash_of(std::string_view key);
  void grow();
  void place(std::uint32_t index);

  std::vector<std::string> keys_;
  std::vector<Slot> slots_;  // a power of two of them, at least half of them empty
  std::size_t mask_ = 0;
};

}  // namespace instructor::jsonschema
