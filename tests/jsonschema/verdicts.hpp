#pragma once

// What tests of schemas ask: is it valid, what is wrong with it, what is wrong with the schema.

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "instructor/error.hpp"
#include "jsonschema/schema.hpp"

namespace instructor::jsonschema {

inline bool valid(std::string_view schema, std::string_view value, const SchemaOptions& options = {}) {
  const Schema compiled(Json::parse(schema), options);
  const Json parsed = Json::parse(value);
  Issues issues;
  EXPECT_EQ(compiled.validate(parsed, issues), compiled.is_valid(parsed));
  EXPECT_EQ(compiled.is_valid(parsed), issues.empty());
  return issues.empty();
}

/// A line for each issue: path, code, text.
inline std::string issues_of(std::string_view schema, std::string_view value, const SchemaOptions& options = {}) {
  Issues issues;
  Schema(Json::parse(schema), options).validate(Json::parse(value), issues);
  std::string lines;
  for (const Issue& issue : issues)
    lines += issue.path + " " + std::string(to_string(issue.code)) + " " + issue.text() + "\n";
  return lines;
}

/// Why a schema is refused; empty when it is not.
inline std::string refusal(std::string_view schema, const SchemaOptions& options = {}) {
  try {
    const Schema compiled(Json::parse(schema), options);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::invalid_model);
    constexpr std::string_view start = "the schema cannot be used: ";
    EXPECT_TRUE(error.message().starts_with(start));
    return error.message().substr(start.size());
  }
  return {};
}

}  // namespace instructor::jsonschema
