#pragma once

// The last step of compiling: what can only be said of a program when all of it is there.

#include <string>
#include <vector>

#include "jsonschema/program.hpp"

namespace instructor::jsonschema {

/// Refuses schemas that apply themselves to the same value again, makes `$dynamicRef` plain where nothing overrides it,
/// and takes out nodes that only point to others. `pointers`: the places of the nodes.
void link(Program& program, const std::vector<std::string>& pointers);

}  // namespace instructor::jsonschema
