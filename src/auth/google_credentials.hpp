#pragma once

// Files with credentials for Google Cloud: keys of service accounts, and what `gcloud auth application-default login`
// writes ("How Application Default Credentials works", Google Cloud documentation; formats as AIP-4112 and AIP-4113
// have them).

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "auth/surroundings.hpp"

namespace instructor {

/// What a file holds.
struct GoogleCredentials {
  enum class Kind : std::uint8_t { service_account, authorized_user };

  Kind kind = Kind::service_account;
  std::string token_url;  ///< where tokens are had; a place that may be given a secret

  std::string client_email;  // of service accounts
  std::string private_key;   // PEM
  std::string private_key_id;

  std::string client_id;  // of users
  std::string client_secret;
  std::string refresh_token;

  std::string project_id;     ///< that the key belongs to; empty for users
  std::string quota_project;  ///< who pays; empty: as Google decides

  std::string impersonation_url;  ///< not empty: the token is only good for asking for another one there
  std::vector<std::string> delegates;
};

/// Reads such a file. `file` is its name, for messages. Throws Error (`invalid_configuration`) where it is none, where
/// a member that its kind needs is missing, for kinds that are not supported (`external_account`, ...), and for URLs
/// that no secret may go to: only https to Google, and http to this machine, are allowed.
GoogleCredentials read_google_credentials(std::string_view text, const std::string& file);

/// The file that counts, and who says so: `given`, GOOGLE_APPLICATION_CREDENTIALS, or the one that gcloud writes, if
/// there is one (CLOUDSDK_CONFIG or ~/.config/gcloud). Empty: there is none.
struct GoogleFile {
  std::string path;
  std::string said_by;
};
GoogleFile google_file(const std::string& given, const Environment& environment);

/// Reads the file. Throws Error (`invalid_configuration`) also when there is none any more.
GoogleCredentials read_google_credentials(const GoogleFile& file);

}  // namespace instructor
