#pragma once

// The values of keywords, checked: what is wrong with one is an Error (`invalid_model`) with its place.

#include <cstddef>
#include <string>

#include "jsonschema/program.hpp"

namespace instructor::jsonschema {

const Json& expect_array(const Json& value, const std::string& pointer);
const Json& expect_object(const Json& value, const std::string& pointer);
const std::string& expect_text(const Json& value, const std::string& pointer);
bool expect_flag(const Json& value, const std::string& pointer);
Number expect_number(const Json& value, const std::string& pointer);

/// A whole number, at least 0; the largest that there is for what is larger.
std::size_t expect_count(const Json& value, const std::string& pointer);

std::vector<std::string> expect_names(const Json& value, const std::string& pointer);

/// Of `type`.
TypeSet expect_types(const Json& value, const std::string& pointer);

AllowedValues allowed_values(const Json& list);
AllowedValues allowed_value(const Json& only);

}  // namespace instructor::jsonschema
