#pragma once

// What a request may consist of. A case takes one of each list.

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <instructor/client.hpp>
#include <instructor/error.hpp>
#include <instructor/request.hpp>
#include <instructor/testing.hpp>

namespace conformance {

/// A type that is asked for.
struct ModelCase {
  std::string name;
  bool in_all_variants = false;  ///< is asked for with all combinations of the lists below
  std::function<std::string()> valid_answer;
  std::function<std::optional<instructor::Error>(const instructor::Client&, const instructor::Request&)> ask;
};
std::vector<ModelCase> model_cases();

/// What the caller says and sets.
struct NamedRequest {
  std::string name;
  std::function<void(instructor::Request&)> add;
};
std::vector<NamedRequest> system_cases();
std::vector<NamedRequest> conversation_cases();
std::vector<NamedRequest> option_cases();
/// Say one thing twice. An Error is as good as a request that says it once.
std::vector<NamedRequest> repeated_option_cases();

}  // namespace conformance
