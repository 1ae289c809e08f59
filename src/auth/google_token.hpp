#pragma once

// Requests to Google Cloud: access tokens, and which project.

#include <memory>
#include <string>
#include <vector>

#include "auth/authorization.hpp"
#include "auth/surroundings.hpp"

namespace instructor {

/// What a program says itself; whatever is empty is looked for.
struct GoogleSettings {
  std::string access_token;      ///< used as it is, never renewed
  std::string credentials_file;  ///< a key of a service account, or any other file of credentials
  std::string project;
  std::string quota_project;  ///< who pays; else GOOGLE_CLOUD_QUOTA_PROJECT, else what the file says
  std::vector<std::string> scopes = {"https://www.googleapis.com/auth/cloud-platform"};
  WallClock clock = machine_clock();
  Environment environment = process_environment();
};

/// Access tokens from the first of these that has any:
///
///   1. `access_token`, `credentials_file`
///   2. the file GOOGLE_APPLICATION_CREDENTIALS
///   3. what `gcloud auth application-default login` has written (CLOUDSDK_CONFIG or ~/.config/gcloud)
///   4. the metadata server of the machine (GCE_METADATA_HOST)
///
/// Variables are read now, and the file, which is read again for each token. Tokens are asked for over the transport
/// of the request, by one thread at a time, and kept until some minutes before they expire. Throws Error
/// (`invalid_configuration`) for a file that cannot be used.
std::shared_ptr<const Authorization> google_authorization(GoogleSettings settings);

/// The project that requests are for: as given, GOOGLE_CLOUD_PROJECT, that of the file; on Google's machines theirs,
/// asked for over `transport`. Throws Error (`invalid_configuration`) when none is known.
std::string google_project(const GoogleSettings& settings, Transport& transport);

}  // namespace instructor
