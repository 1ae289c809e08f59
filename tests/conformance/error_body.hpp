#pragma once

// What a failed response says, read by hand: which codes fit it, and which words must not get lost.

#include <string>
#include <vector>

#include <instructor/error.hpp>

#include "data.hpp"

namespace conformance {

struct ErrorBody {
  std::vector<instructor::ErrorCode> codes;  ///< any of these is right; empty: any at all
  std::vector<std::string> words;            ///< the message must contain them, or how they begin
  std::vector<std::string> provider_codes;   ///< one of these; empty: there is none
};

/// `body` may be anything, null where the response was no JSON.
ErrorBody read_error_body(int status, const Json& body);

/// What differs between an error and what the response says.
std::vector<std::string> compare_error(const instructor::ErrorDetail& detail, int status, const ErrorBody& expected);

}  // namespace conformance
