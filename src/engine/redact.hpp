#pragma once

// Secrets are kept out of everything that leaves the library by value: wherever the text of a key turns up, in a reply
// that echoes it or an error that quotes it, it is replaced.

#include <string>
#include <string_view>
#include <vector>

namespace instructor {

class Secrets {
 public:
  /// Very short values are not secrets, and would make gibberish of any text.
  void add(std::string value);

  /// `text` with every secret replaced by "[redacted]".
  std::string redact(std::string text) const;

 private:
  std::vector<std::string> values_;
};

/// Headers that carry credentials, by name and whatever their value: `authorization`, `x-api-key`, cookies, ...
bool is_secret_header(std::string_view lower_case_name);

inline constexpr std::string_view redacted = "[redacted]";

}  // namespace instructor
