#pragma once

// Within which bounds a JSON document is read, and why one was given up.

#include <cstddef>
#include <cstdint>
#include <string>

namespace instructor::json {

struct Limits {
  std::size_t max_depth = 128;                           ///< containers inside each other
  std::size_t max_bytes = static_cast<std::size_t>(-1);  ///< of the document
  std::size_t max_number = 4096;                         ///< characters of one number
};

enum class Fault : std::uint8_t { none, syntax, utf8, depth, size, truncated };

/// Why and where a document was given up.
struct Failure {
  Fault fault = Fault::none;
  std::string expected;    ///< "a comma or }"
  std::string found;       ///< "'x'", "the end of the text"
  std::size_t offset = 0;  ///< in bytes from the start
  std::size_t line = 1;
  std::size_t column = 1;  ///< in bytes from the start of the line, from 1
};

}  // namespace instructor::json
