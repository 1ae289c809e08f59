#pragma once

// Regular expressions from models and schemas. RE2 underneath: linear time, so that no pattern and no reply can hang
// the program.

#include <memory>
#include <string>
#include <string_view>

namespace instructor::core {

class Pattern {
 public:
  /// Compiles `text`; when that fails, `error()` says why and the pattern matches nothing.
  explicit Pattern(std::string_view text);
  ~Pattern();
  Pattern(const Pattern&) = delete;
  Pattern& operator=(const Pattern&) = delete;

  /// Empty when the pattern is valid.
  const std::string& error() const;

  /// Does the pattern match somewhere in `text`? Safe from any thread.
  bool found_in(std::string_view text) const;

 private:
  struct Compiled;
  std::unique_ptr<Compiled> compiled_;
};

}  // namespace instructor::core
