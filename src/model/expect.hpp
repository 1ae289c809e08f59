#pragma once

// The parts of a schema, checked: what is wrong with one is an Error (`invalid_model`) with its place.

#include <cstddef>
#include <string>
#include <string_view>

#include "instructor/json.hpp"
#include "instructor/types.hpp"

namespace instructor::core {

[[noreturn]] void refuse(const std::string& pointer, const std::string& what);

/// `pointer` with another step.
std::string below(const std::string& pointer, std::string_view step);
std::string below(const std::string& pointer, std::size_t step);

/// What a refused value is shown as.
std::string shown(const Json& value);

const Json& expect_array(const Json& value, const std::string& pointer);
const Json& expect_object(const Json& value, const std::string& pointer);
const std::string& expect_text(const Json& value, const std::string& pointer);
bool expect_flag(const Json& value, const std::string& pointer);
Number expect_number(const Json& value, const std::string& pointer);

/// A whole number, at least 0; the largest that there is for what is larger.
std::size_t expect_count(const Json& value, const std::string& pointer);

}  // namespace instructor::core
