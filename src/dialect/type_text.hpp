#pragma once

// A JSON Schema in a compact notation. See include/instructor/type_text.hpp for what it looks like.

#include <string>

#include "instructor/json.hpp"

namespace instructor::core {

/// What the document says; it has references to its own "$defs" alone. Each part of it is written once.
std::string type_text(const Json& document);

}  // namespace instructor::core
