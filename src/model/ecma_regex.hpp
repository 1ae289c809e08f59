#pragma once

// Regular expressions as ECMA-262 has them, which is what JSON Schema means by one: their syntax, and the same
// expression in RE2's.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace instructor::core {

enum class RegexSyntax : std::uint8_t {
  strict,   ///< what the `u` flag allows: to know whether it is one, not to use it
  lenient,  ///< also what browsers take (annex B), and `(?i)` at the start of a group
};

/// A regular expression for RE2: it matches where `expression` is found and all `ahead` hold.
struct TranslatedRegex {
  struct Lookahead {
    std::string expression;
    bool negative = false;
  };

  std::string expression{};
  std::vector<Lookahead> ahead{};  ///< assertions at the very start, after `^`
  std::string error{};             ///< not empty: it is no regular expression
  std::string unsupported{};       ///< not empty: it is one, but not for RE2
};

TranslatedRegex translate_regex(std::string_view pattern, RegexSyntax syntax);

}  // namespace instructor::core
