#pragma once

// Which of a variant's alternatives a value is of.

#include <cstddef>
#include <string_view>
#include <vector>

#include "instructor/codec.hpp"
#include "model/plan.hpp"

namespace instructor::core {

/// May a value of this shape be one of this type? Optionals and variants are gone through.
bool takes(const Plan& plan, Shape shape);

/// The alternatives of a variant, and what tells them apart.
Choices choices_of(const Plan& variant);

/// Is no value of two of the alternatives? False where that takes more to tell than their kinds and constants.
bool are_told_apart(const Plan& variant);

/// Those that take a value of this shape.
inline const std::vector<const Alternative*>& candidates_for(const Plan& variant, Shape shape) {
  return variant.choices->by_shape[static_cast<std::size_t>(shape)];
}

/// The alternative for a scalar whose JSON text is known. Null: none takes such a value.
const Alternative* choose_scalar(const Plan& variant, Shape shape, std::string_view json);

/// The first alternative that takes it when decoding is lax. Null: none does.
const Alternative* choose_lax(const Plan& variant, Shape shape, std::string_view text);

/// How many issues the value with this JSON text has as this alternative. Variants inside it are chosen without trying,
/// so that trying does not multiply with depth.
std::size_t count_issues(const Plan& variant, const Alternative& alternative, std::string_view json,
                         const DecodeOptions& options);

}  // namespace instructor::core
