#pragma once

// Applies a program to a value.

#include "instructor/issue.hpp"
#include "jsonschema/program.hpp"

namespace instructor::jsonschema {

/// Is the value valid? Stops at the first thing that is wrong; allocates nothing but for large lists and objects.
bool is_valid(const Program& program, const Json& value);

/// Adds everything that is wrong with the value.
void explain(const Program& program, const Json& value, Issues& issues);

}  // namespace instructor::jsonschema
