#pragma once

// What the fuzz targets share. A target is a function that takes bytes and returns normally; whatever else happens is a
// finding. With libFuzzer it is fed forever, otherwise with the files of its corpus (replay_corpus.cpp).

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace fuzz {

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

/// Ends the run with a message when something that must hold does not.
inline void expect(bool holds, std::string_view what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %.*s\n", static_cast<int>(what.size()), what.data());
  std::abort();
}

/// Cuts a text into chunks of random lengths. The text decides, so that a finding can be repeated.
inline std::vector<std::string_view> chunks_of(std::string_view text, std::uint64_t seed) {
  std::uint64_t state = seed * 0x9E3779B97F4A7C15 + 1;
  for (const char c : text) state = (state ^ static_cast<unsigned char>(c)) * 0x100000001B3;
  if (state == 0) state = 1;  // it would stay so
  std::vector<std::string_view> chunks;
  while (!text.empty()) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    const std::size_t length = state % 4 == 0 ? state / 4 % 64 : state / 4 % 4;
    chunks.push_back(text.substr(0, length));
    text.remove_prefix(chunks.back().size());
  }
  return chunks;
}

}  // namespace fuzz
