#pragma once

// Regular expressions of schemas (ECMA-262), matched in linear time.

#include <bitset>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "model/pattern.hpp"

namespace instructor::jsonschema {

class Matcher {
 public:
  /// When `pattern` cannot be used, `error()` says why and it matches nothing.
  explicit Matcher(std::string_view pattern);

  const std::string& error() const { return error_; }

  /// Does it match somewhere in `text`? Safe from any thread.
  bool found_in(std::string_view text) const;

 private:
  /// Patterns of the simplest forms need no automaton.
  enum class Form : std::uint8_t {
    expression,
    everything,  ///< `` or `.*`
    prefix,      ///< `^abc`
    whole,       ///< `^abc$`
    run,         ///< `^[a-z]+$`: bytes of a set, within limits of their number
  };
  struct Part {
    Part(std::string_view expression, bool is_negative) : pattern(expression), negative(is_negative) {}
    core::Pattern pattern;
    bool negative;
  };

  bool read_simple(std::string_view pattern);
  bool read_run(std::string_view pattern);

  Form form_ = Form::expression;
  std::string literal_;
  std::bitset<256> bytes_;
  std::size_t min_ = 0;
  std::size_t max_ = 0;
  std::vector<std::unique_ptr<Part>> parts_;  // all of them hold
  std::string error_;
};

}  // namespace instructor::jsonschema
