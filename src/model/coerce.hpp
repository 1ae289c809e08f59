#pragma once

// What is taken for a value of another type when decoding is lax: where nothing is lost, and nothing is guessed.

#include <optional>
#include <string_view>

#include "instructor/issue.hpp"
#include "model/choices.hpp"
#include "model/plan.hpp"

namespace instructor::core {

/// What came of it.
enum class Coercion : std::uint8_t {
  none,    ///< values of this shape are never taken for this type
  stored,  ///< the value is in place
  failed,  ///< such values may be taken, but not this one: `code` says why
};
struct Coerced {
  Coercion outcome = Coercion::none;
  IssueCode code{};
};

/// `text` is the decoded string, or the scalar as it was written.
Coerced coerce_scalar(const Plan& plan, void* target, Shape shape, std::string_view text);

}  // namespace instructor::core
