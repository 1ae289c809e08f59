#pragma once

// A JSON Schema in the words of a provider's dialect.

#include "instructor/json.hpp"
#include "instructor/lowering.hpp"

namespace instructor::core {

/// What the document says, in the dialect; `document` has references to its own "$defs" alone. With `tables` the values
/// are decoded by tables, which know a null that stands for a property left out wherever it comes. Throws Error
/// (`unsupported_schema`) when it would become too large.
LoweredSchema lower(const Json& document, const Dialect& dialect, bool tables);

}  // namespace instructor::core
