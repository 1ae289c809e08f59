#pragma once

// The schemas of schemas: draft 2020-12 with its vocabularies, and draft 7.

#include <optional>
#include <string_view>

#include "instructor/json.hpp"

namespace instructor::jsonschema {

/// The metaschema of this URI (without fragment), if it is one of those that need not be given.
std::optional<Json> known_metaschema(std::string_view uri);

}  // namespace instructor::jsonschema
