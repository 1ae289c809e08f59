#pragma once

// Signature Version 4 of AWS ("Create a signed AWS API request", IAM User Guide).
//
// libcurl can sign too, but 7.88 (Debian 12) signs the path as it stands in the URL. AWS wants it encoded once more,
// and the identifiers of Bedrock's models have a colon in them: each such signature would be refused.

#include <chrono>
#include <string>

#include "instructor/transport.hpp"

namespace instructor {

struct AwsKeys {
  std::string access_key_id;
  std::string secret_access_key;
  std::string session_token;  ///< empty with long-term keys
};

/// Where and when a signature is good: for some minutes.
struct AwsScope {
  std::string region;
  std::string service;
  std::chrono::sys_seconds time;
};

/// A signature and what it was made of; AWS says both texts when it refuses one.
struct AwsSignature {
  std::string canonical_request;
  std::string string_to_sign;
  std::string authorization;  ///< value of the header
};

/// The signature of a request as it stands. Signed are method, path, query, body and all headers; `host`, which the
/// transport makes of the URL, is signed with them. The path is what the URL has, `..` and doubled slashes resolved,
/// percent-encoded once more; for the service `s3` it is the path of the URL. In the query, `+` is a plus.
/// Throws Error (`invalid_configuration`) for a URL that is not http or https.
AwsSignature aws_signature(const HttpRequest& request, const AwsKeys& keys, const AwsScope& scope);

/// Adds the headers `X-Amz-Date`, with a session token `X-Amz-Security-Token`, for s3 `X-Amz-Content-Sha256`, and
/// `Authorization` with the signature; those that are there already are replaced. Headers that may change on the way
/// (`User-Agent`, `Expect`, `Connection`, `Transfer-Encoding`, `X-Amzn-Trace-Id`) are not signed. Throws as
/// aws_signature.
void add_aws_signature(HttpRequest& request, const AwsKeys& keys, const AwsScope& scope);

}  // namespace instructor
