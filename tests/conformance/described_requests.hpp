#pragma once

// Runs a matrix of calls and holds the bodies that a protocol makes of them against the provider's description, and
// against what it does not say.

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "call_cases.hpp"
#include "data.hpp"
#include "report.hpp"

namespace conformance {

/// What is wrong with one body that the description has nothing against.
using RequestRules = std::function<Differences(const CallRun& run, const SentCall& sent, const Json& body)>;

/// `file`: the description. Nothing is counted when it is not there.
void run_described_calls(const CallMatrix& matrix, const std::filesystem::path& file, const RequestRules& rules,
                         Report& report);

/// A turn of the assistant's, as decode() makes it of this body.
instructor::Message own_turn(const instructor::Protocol& protocol, std::string_view body);

/// Is there nothing to be read in it?
bool is_blank(std::string_view text);

/// The texts of messages of these roles that are not blank and are UTF-8, which others than that are changed to.
std::vector<std::string> texts_of(const SentCall& sent, instructor::Role role);

/// Each of the texts must stand in `said`.
void expect_texts(const std::vector<std::string>& texts, std::string_view where, std::string_view said,
                  Differences& out);

/// The value at a JSON Pointer must be this one; null: there must be none.
void expect_at(const Json& body, const std::string& pointer, const Json& expected, Differences& out);

}  // namespace conformance
