#pragma once

// Calls of all kinds, in all ways of making them, against a server that does everything wrong that servers do. At the
// end both sides must agree: each call had one outcome, each answer was that of its call and was asked for no more
// often than needed, and nothing has grown.

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace instructor::soak {

struct Settings {
  std::chrono::milliseconds time{3000};
  std::uint64_t seed = 1;
  int coroutines = 48;
  int callbacks = 16;
  int threads = 4;
  bool checks_memory = true;  ///< sanitizers keep what was freed
  bool tells = false;         ///< how it goes on, on standard output
};

struct Report {
  std::vector<std::string> complaints;  ///< the first few
  std::uint64_t calls = 0;
  std::uint64_t right = 0;
  std::uint64_t failed = 0;    ///< with an error that its plan allows
  std::uint64_t left = 0;      ///< cancelled or dropped by the caller
  std::uint64_t requests = 0;  ///< that the server has received
};

/// Forks: before any thread.
Report soak(const Settings& settings);

std::string to_string(const Report& report);

}  // namespace instructor::soak
