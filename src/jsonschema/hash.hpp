#pragma once

// Hashes of bytes. Not the same in every process, so that nobody can prepare values that collide.

#include <cstdint>
#include <cstring>
#include <string_view>

namespace instructor::jsonschema {

/// Chosen at random when the program starts.
std::uint64_t hash_seed();

inline std::uint64_t mixed(std::uint64_t a, std::uint64_t b) {
  __extension__ typedef unsigned __int128 Wide;
  const Wide product = static_cast<Wide>(a ^ 0x9E3779B97F4A7C15) * (b ^ 0xD1B54A32D192ED03);
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

inline std::uint64_t hash_bytes(std::string_view text, std::uint64_t seed) {
  const auto load = [](const char* from, std::size_t size) {
    std::uint64_t word = 0;
    std::memcpy(&word, from, size);
    return word;
  };
  const char* at = text.data();
  std::size_t left = text.size();
  std::uint64_t hash = mixed(seed, left);
  for (; left > 16; left -= 16, at += 16) hash = mixed(hash ^ load(at, 8), load(at + 8, 8));
  if (left >= 8) return mixed(hash ^ load(at, 8), load(at + left - 8, 8));
  if (left >= 4) return mixed(hash ^ load(at, 4), load(at + left - 4, 4));
  if (left == 0) return mixed(hash, 0);
  return mixed(hash, load(at, 1) | load(at + left / 2, 1) << 8 | load(at + left - 1, 1) << 16);
}

}  // namespace instructor::jsonschema
