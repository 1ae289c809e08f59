#pragma once

// What a provider's description of a chat request does not say, and must hold all the same: what was asked for is
// there, and nothing else.

#include <set>
#include <string>
#include <vector>

#include "call_cases.hpp"
#include "data.hpp"
#include "report.hpp"

namespace conformance {

/// What is wrong with the conversations of one run: the first one and those after answers that were not valid.
Differences conversation_problems(const CallRun& run);

/// What is wrong with one chat request. `known_keys`: every property that the description names.
Differences chat_body_problems(const CallRun& run, const SentCall& call, const Json& body,
                               const std::set<std::string>& known_keys);

/// Keys that stand twice in one object. Parsers take one or the other.
std::vector<std::string> repeated_keys(const std::string& text);

/// All names under `properties`, anywhere in a schema.
std::set<std::string> property_names(const Json& schema);

}  // namespace conformance
