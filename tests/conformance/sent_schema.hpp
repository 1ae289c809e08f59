#pragma once

// The schemas that requests carry, held against what providers take. Their own descriptions say no more than "an
// object" here.

#include <string>
#include <vector>

#include "data.hpp"

namespace conformance {

/// What is wrong with a schema that is sent as a tool's parameters or a response format. `strict`: it claims to keep
/// the rules of OpenAI's structured outputs.
std::vector<std::string> sent_schema_problems(const Json& schema, bool strict);

}  // namespace conformance
