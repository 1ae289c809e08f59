#pragma once

#include <map>
#include <string>

#include <nlohmann/json.hpp>

#include "instructor/json.hpp"

namespace instructor {

/// The JSON Schema that a table was made of, when it says more than the table.
struct SchemaSource {
  Json document;
  const std::map<std::string, Json>* remotes = nullptr;  ///< what it may refer to, by URI; never null
};

}  // namespace instructor
