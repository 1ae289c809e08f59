#pragma once

// The files in which AWS tools keep keys and settings ("Shared config and credentials files", AWS SDKs and Tools
// Reference Guide).
//
//   ~/.aws/credentials        ~/.aws/config
//   [default]                 [default]
//   aws_access_key_id = ...   region = eu-central-1
//   [work]                    [profile work]

#include <map>
#include <string>
#include <string_view>

namespace instructor {

/// A setting and where it stands, for messages.
struct AwsSetting {
  std::string value;
  std::string place;  ///< file:line
};

/// The settings of one profile by their lower-case names.
struct AwsProfile {
  bool exists = false;
  std::map<std::string, AwsSetting, std::less<>> settings;

  /// Null when it is not set or empty.
  const AwsSetting* find(std::string_view name) const;
  std::string text(std::string_view name) const;
};

/// Adds what `text` says of the profile `name`; what it says replaces what was there. `config`: sections are
/// `[profile x]`. Nested settings (indented lines) are passed over. Throws Error (`invalid_configuration`) that names
/// file and line where `text` is no such file.
void add_aws_profile(AwsProfile& profile, std::string_view text, std::string_view name, bool config,
                     const std::string& file);

}  // namespace instructor
