#pragma once

#include <cstddef>
#include <string>

#include "model/plan.hpp"

namespace instructor::core {

struct EncodeOptions {
  std::size_t max_depth = 128;
  int indent = -1;  ///< spaces a level; -1: compact
};

/// Appends the JSON text of a value. Throws Error (`invalid_model`) for what has no JSON form: an enumerator without
/// a name, a number that is not finite, text that is not UTF-8, nesting beyond the limit.
void encode(const Plan& plan, const void* value, std::string& out, const EncodeOptions& options = {});

}  // namespace instructor::core
