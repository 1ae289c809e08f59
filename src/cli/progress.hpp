#pragma once

// What is told of an answer while it arrives.

#include <cstddef>
#include <string>

#include "cli/input.hpp"
#include "instructor/completion.hpp"
#include "instructor/json.hpp"
#include "instructor/stream.hpp"

namespace instructor::cli {

class Progress {
 public:
  virtual ~Progress() = default;

  /// The `number`-th document of `count`, from 1, is asked for.
  virtual void begin(const Document& document, std::size_t number, std::size_t count) = 0;
  virtual void change(const std::string& path, const FieldChange& change) = 0;
  /// A further attempt is made; `so_far` is what is known of the others.
  virtual void asked_again(int attempt, const Completion& so_far) = 0;
  /// The document is over. Null: it failed. Other output may follow.
  virtual void end(const Json* value) = 0;
};

}  // namespace instructor::cli
