#pragma once

// The values of keywords, checked and made ready to judge with.

#include <string>
#include <vector>

#include "jsonschema/program.hpp"
#include "model/expect.hpp"

namespace instructor::jsonschema {

using core::expect_array;
using core::expect_count;
using core::expect_flag;
using core::expect_number;
using core::expect_object;
using core::expect_text;

std::vector<std::string> expect_names(const Json& value, const std::string& pointer);

/// Of `type`.
TypeSet expect_types(const Json& value, const std::string& pointer);

AllowedValues allowed_values(const Json& list);
AllowedValues allowed_value(const Json& only);

}  // namespace instructor::jsonschema
