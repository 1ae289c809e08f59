#pragma once

// From a document to a program. Only what can be reached is compiled, each place once.

#include "jsonschema/program.hpp"
#include "jsonschema/schema.hpp"

namespace instructor::jsonschema {

/// Throws Error (`invalid_model`).
Program compile(const Json& document, const SchemaOptions& options);

}  // namespace instructor::jsonschema
