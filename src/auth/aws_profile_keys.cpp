#include <array>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "auth/aws_key_source.hpp"
#include "auth/aws_profile.hpp"
#include "auth/exchange.hpp"

namespace instructor {

namespace {

std::string variable_or_home(const Environment& environment, const std::string& variable, const std::string& name) {
  std::string path = environment(variable);
  return path.empty() ? in_home(environment, name) : path;
}

struct Elsewhere {
  std::string_view setting;
  std::string_view what;
};
/// What makes a profile get its keys in a way that is not supported here.
constexpr Elsewhere role{"role_arn", "assuming a role"};
constexpr std::array others{
    Elsewhere{"sso_session", "single sign-on"},   Elsewhere{"sso_account_id", "single sign-on"},
    Elsewhere{"sso_start_url", "single sign-on"}, Elsewhere{"login_session", "aws login"},
    Elsewhere{"credential_process", "a program"}, Elsewhere{"web_identity_token_file", "a web identity"},
};

void refuse_if_elsewhere(const AwsProfile& profile, const std::string& name, const Elsewhere& elsewhere) {
  const AwsSetting* const setting = profile.find(elsewhere.setting);
  if (setting == nullptr) return;
  throw Error(ErrorCode::invalid_configuration,
              setting->place + ": the AWS profile " + name + " gets its keys by " + std::string(elsewhere.what) + " (" +
                  std::string(elsewhere.setting) +
                  "), which is not supported here; let the AWS command line fetch them: eval \"$(aws configure "
                  "export-credentials --profile " +
                  name + " --format env)\", or give the keys, or set AWS_BEARER_TOKEN_BEDROCK");
}

/// Nothing when the profile has none.
std::optional<AwsKeys> keys_in(const AwsProfile& profile, const std::string& name) {
  refuse_if_elsewhere(profile, name, role);  // with keys beside it, they are for asking for the role
  const AwsSetting* const id = profile.find("aws_access_key_id");
  const AwsSetting* const secret = profile.find("aws_secret_access_key");
  if (id == nullptr && secret == nullptr) {
    for (const Elsewhere& elsewhere : others) refuse_if_elsewhere(profile, name, elsewhere);
    return std::nullopt;
  }
  if (id == nullptr || secret == nullptr)
    throw Error(ErrorCode::invalid_configuration,
                (id == nullptr ? secret : id)->place + ": the AWS profile " + name + " has " +
                    (id == nullptr ? "aws_secret_access_key, but no aws_access_key_id"
                                   : "aws_access_key_id, but no aws_secret_access_key"));
  check_header_value(id->value, id->place + ": aws_access_key_id");
  AwsKeys keys{id->value, secret->value, profile.text("aws_session_token")};
  check_header_value(keys.session_token, "aws_session_token of the AWS profile " + name);
  return keys;
}

class ProfileKeys final : public AwsKeySource {
 public:
  explicit ProfileKeys(AwsProfileFiles files) : files_(std::move(files)) {}

  bool has_keys() {
    const std::lock_guard lock(mutex_);
    read();
    return keys_.has_value();
  }

  AwsKeys keys(Transport&, UsedSecrets& secrets) override {
    const std::lock_guard lock(mutex_);
    if (states() != states_) read();
    if (!keys_) throw no_aws_keys("the AWS profile " + files_.profile + " has lost its keys");
    secrets.add(keys_->secret_access_key);
    secrets.add(keys_->session_token);
    return *keys_;
  }

 private:
  using States = std::pair<std::optional<FileState>, std::optional<FileState>>;

  States states() const { return {file_state(files_.credentials), file_state(files_.config)}; }

  void read() {
    // Looked at before: what is written while reading is read again.
    const States before = states();
    keys_ = keys_in(read_aws_profile(files_), files_.profile);
    states_ = before;
  }

  AwsProfileFiles files_;
  std::mutex mutex_;
  States states_;
  std::optional<AwsKeys> keys_;
};

}  // namespace

AwsProfileFiles::AwsProfileFiles(const Environment& environment, const std::string& given_profile)
    : credentials(variable_or_home(environment, "AWS_SHARED_CREDENTIALS_FILE", ".aws/credentials")),
      config(variable_or_home(environment, "AWS_CONFIG_FILE", ".aws/config")),
      profile(given_profile.empty() ? environment("AWS_PROFILE") : given_profile),
      chosen(!profile.empty()) {
  if (profile.empty()) profile = "default";
}

AwsProfile read_aws_profile(const AwsProfileFiles& files) {
  AwsProfile profile;
  if (const auto text = read_credential_file(files.config, "the AWS config file"))
    add_aws_profile(profile, *text, files.profile, true, files.config);
  if (const auto text = read_credential_file(files.credentials, "the AWS credentials file"))
    add_aws_profile(profile, *text, files.profile, false, files.credentials);
  if (files.chosen && !profile.exists)
    throw Error(ErrorCode::invalid_configuration, "there is no AWS profile " + files.profile + " (AWS_PROFILE) in " +
                                                      files.credentials + " or " + files.config);
  return profile;
}

std::unique_ptr<AwsKeySource> aws_profile_keys(const AwsProfileFiles& files) {
  auto source = std::make_unique<ProfileKeys>(files);
  if (!source->has_keys()) return nullptr;
  return source;
}

}  // namespace instructor
