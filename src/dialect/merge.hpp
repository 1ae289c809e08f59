#pragma once

// Several schemas that all must hold, as one.

#include <vector>

#include <nlohmann/json.hpp>

#include "instructor/json.hpp"

namespace instructor::core {

/// What both `base` and `other` say is said by `base` afterwards; what cannot be joined goes to `rest`, whole keywords
/// each. Neither has a `$ref`.
void merge_schema(Json& base, const Json& other, std::vector<Json>& rest);

}  // namespace instructor::core
