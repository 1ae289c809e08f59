#pragma once

#include <cstddef>

namespace instructor::soak {

/// What this process holds.
struct Resources {
  std::size_t memory = 0;  ///< bytes that are resident and its own
  std::size_t files = 0;
  std::size_t threads = 0;
};

Resources resources();

}  // namespace instructor::soak
