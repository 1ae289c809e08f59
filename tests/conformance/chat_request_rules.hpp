#pragma once

// What a provider's description of a chat request does not say, and must hold all the same.

#include <set>
#include <string>
#include <vector>

#include <instructor/mode.hpp>
#include <instructor/request.hpp>

#include "data.hpp"
#include "report.hpp"

namespace conformance {

/// What was asked for.
struct AskedFor {
  const instructor::Request* request = nullptr;
  instructor::Mode mode = instructor::Mode::tools;
  std::string model;
  std::string max_tokens_key;
};

/// One request as it was sent.
struct SentBody {
  std::string text;
  Json value;
};

/// What is wrong with the requests of one call; the first one and those after answers that were not valid.
Differences conversation_problems(const AskedFor& asked, const std::vector<SentBody>& sent);

/// What is wrong with one of them, looked at alone. `known_keys`: every property that the description names.
Differences body_problems(const AskedFor& asked, const SentBody& sent, const std::set<std::string>& known_keys);

/// All names under `properties`, anywhere in a schema.
std::set<std::string> property_names(const Json& schema);

/// Are two requests the same in everything a caller can see?
bool same_request(const instructor::Request& left, const instructor::Request& right);

}  // namespace conformance
