#pragma once

// Other names of fields and values in a JSON Schema, for repairs: `x-alias` and `x-aliases` beside a property, a text
// or a list of them; beside `enum`, an object of these by value, and `x-description` likewise. What has another form
// says nothing.

#include <string>
#include <vector>

#include "instructor/json.hpp"

namespace instructor::core {

/// Of the property whose schema this is.
std::vector<std::string> aliases_of_field(const Json& schema);

/// Of a value of this schema's `enum`.
std::vector<std::string> aliases_of_value(const Json& schema, const std::string& value);
std::string description_of_value(const Json& schema, const std::string& value);

}  // namespace instructor::core
