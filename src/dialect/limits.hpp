#pragma once

// How much a dialect takes.

#include <vector>

#include "instructor/json.hpp"
#include "instructor/lowering.hpp"

namespace instructor::core {

/// Adds a refusal for every limit of the dialect that a lowered schema goes beyond, with the place where it does.
void check_limits(const Json& schema, const Dialect& dialect, std::vector<SchemaChange>& refusals);

}  // namespace instructor::core
