#pragma once

// Requests to AWS: which credentials, for which region.

#include <memory>
#include <string>

#include "auth/authorization.hpp"
#include "auth/aws_sigv4.hpp"
#include "auth/surroundings.hpp"

namespace instructor {

/// What a program says itself; whatever is empty is looked for.
struct AwsSettings {
  std::string service = "bedrock";  ///< as it is signed
  std::string region;
  std::string profile;
  AwsKeys keys;
  std::string api_key;  ///< a key for Bedrock's API, sent as it is
  WallClock clock = machine_clock();
  Environment environment = process_environment();
};

/// The region: as given, AWS_REGION, AWS_DEFAULT_REGION, the profile's, else us-east-1. Throws Error
/// (`invalid_configuration`) for one that is no name of a region (it becomes part of a host), and for profile files
/// that cannot be read.
std::string aws_region(const AwsSettings& settings);

/// Credentials from the first of these that has any:
///
///   1. `api_key`, `keys`, `profile`
///   2. AWS_BEARER_TOKEN_BEDROCK (for the service bedrock)
///   3. AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN
///   4. the profile AWS_PROFILE or default in the files of AWS's tools
///   5. the container's: AWS_CONTAINER_CREDENTIALS_RELATIVE_URI or ..._FULL_URI
///   6. the EC2 instance's, unless AWS_EC2_METADATA_DISABLED=true
///
/// Variables are read now, files when they change, the rest is asked for over the transport of the request and kept
/// until five minutes before it expires. Throws Error: `invalid_configuration` (half a pair of keys, a profile of a
/// kind that is not supported, ...; it names variable, file and line), `missing_key` when there is nothing to be had.
std::shared_ptr<const Authorization> aws_authorization(AwsSettings settings);

}  // namespace instructor
