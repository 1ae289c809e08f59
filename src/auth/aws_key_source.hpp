#pragma once

// Where AWS keys come from, one kind of place each. All are for many threads.

#include <memory>
#include <string>

#include "auth/aws_sigv4.hpp"
#include "auth/surroundings.hpp"
#include "auth/used_secrets.hpp"
#include "instructor/error.hpp"
#include "instructor/transport.hpp"

namespace instructor {

class AwsKeySource {
 public:
  virtual ~AwsKeySource() = default;

  /// The keys as they are now. `secrets` is told of all that comes by. Throws Error.
  virtual AwsKeys keys(Transport& transport, UsedSecrets& secrets) = 0;
};

/// Where the profiles are: AWS_SHARED_CREDENTIALS_FILE or ~/.aws/credentials, AWS_CONFIG_FILE or ~/.aws/config, and
/// which one counts: `profile`, else AWS_PROFILE, else "default".
struct AwsProfileFiles {
  AwsProfileFiles(const Environment& environment, const std::string& given_profile);

  std::string credentials;
  std::string config;
  std::string profile;
  bool chosen = false;  ///< somebody has named the profile, so there must be one
};

struct AwsProfile;

/// The profile as both files say it together; the credentials file counts more. Throws Error (`invalid_configuration`)
/// for a file that cannot be read, and for a profile that was chosen and does not exist.
AwsProfile read_aws_profile(const AwsProfileFiles& files);

/// Keys in the profile. The files are read again when they have changed: other tools put new keys there. Null when the
/// profile has none. Throws Error (`invalid_configuration`) as read_aws_profile, for half a pair of keys, and for
/// profiles whose keys come from roles, SSO or a process.
std::unique_ptr<AwsKeySource> aws_profile_keys(const AwsProfileFiles& files);

/// Keys of a container (ECS, EKS Pod Identity), where AWS_CONTAINER_CREDENTIALS_RELATIVE_URI or ..._FULL_URI is set.
/// Null where neither is. Throws Error (`invalid_configuration`) for a URI to which no token may be sent: plain http
/// goes to this machine and to the addresses of ECS and EKS only.
std::unique_ptr<AwsKeySource> aws_container_keys(const Environment& environment, WallClock clock);

/// Keys of the EC2 instance that this is, from its metadata service (IMDSv2). Null with AWS_EC2_METADATA_DISABLED=true.
/// Where nothing answers, `keys` throws Error (`missing_key`) that says where else keys are looked for.
std::unique_ptr<AwsKeySource> aws_instance_keys(const Environment& environment, WallClock clock);

/// `missing_key`: there are none anywhere. `last`: what the last place said.
Error no_aws_keys(const std::string& last);

}  // namespace instructor
