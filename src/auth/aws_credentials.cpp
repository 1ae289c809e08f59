#include "auth/aws_credentials.hpp"

#include <algorithm>
#include <utility>

#include "auth/aws_key_source.hpp"
#include "auth/aws_profile.hpp"
#include "auth/exchange.hpp"

namespace instructor {

namespace {

class FixedKeys final : public AwsKeySource {
 public:
  explicit FixedKeys(AwsKeys keys) : keys_(std::move(keys)) {}

  AwsKeys keys(Transport&, UsedSecrets& secrets) override {
    secrets.add(keys_.secret_access_key);
    secrets.add(keys_.session_token);
    return keys_;
  }

 private:
  AwsKeys keys_;
};

/// Null when neither half is there. `id`, `secret` and `token` are what the parts are called.
std::unique_ptr<AwsKeySource> fixed_keys(AwsKeys keys, const std::string& id, const std::string& secret,
                                         const std::string& token) {
  if (keys.access_key_id.empty() && keys.secret_access_key.empty()) return nullptr;
  if (keys.access_key_id.empty() || keys.secret_access_key.empty())
    throw Error(ErrorCode::invalid_configuration,
                keys.access_key_id.empty() ? secret + " is set, but not " + id : id + " is set, but not " + secret);
  check_header_value(keys.access_key_id, id);
  check_header_value(keys.session_token, token);
  return std::make_unique<FixedKeys>(std::move(keys));
}

std::unique_ptr<AwsKeySource> find_keys(const AwsSettings& settings) {
  const Environment& environment = settings.environment;
  if (auto source = fixed_keys(settings.keys, "access_key_id", "secret_access_key", "session_token")) return source;
  const AwsProfileFiles files(environment, settings.profile);
  if (!settings.profile.empty()) {
    if (auto source = aws_profile_keys(files)) return source;
    throw no_aws_keys("the AWS profile " + settings.profile + " has no keys");
  }
  if (auto source = fixed_keys(
          {environment("AWS_ACCESS_KEY_ID"), environment("AWS_SECRET_ACCESS_KEY"), environment("AWS_SESSION_TOKEN")},
          "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"))
    return source;
  // Going on would find the keys of somebody else: those of the machine.
  if (!environment("AWS_WEB_IDENTITY_TOKEN_FILE").empty())
    throw Error(
        ErrorCode::invalid_configuration,
        "AWS_WEB_IDENTITY_TOKEN_FILE is set: keys by a web identity are not supported here; let the AWS command "
        "line fetch them: eval \"$(aws configure export-credentials --format env)\", or use EKS Pod Identity");
  if (auto source = aws_profile_keys(files)) return source;
  if (auto source = aws_container_keys(environment, settings.clock)) return source;
  if (auto source = aws_instance_keys(environment, settings.clock)) return source;
  throw no_aws_keys("EC2's metadata is not asked because of AWS_EC2_METADATA_DISABLED");
}

class BearerKey final : public Authorization {
 public:
  BearerKey(std::string key, const std::string& what) : key_(std::move(key)) {
    check_header_value(key_, what);
    secrets_.add(key_);
  }

  void apply(HttpRequest& request, Transport&) const override {
    request.headers.push_back({"Authorization", "Bearer " + key_});
  }
  std::string redact(std::string text) const override { return secrets_.redact(std::move(text)); }

 private:
  std::string key_;
  UsedSecrets secrets_;
};

class Signed final : public Authorization {
 public:
  Signed(std::unique_ptr<AwsKeySource> source, std::string region, std::string service, WallClock clock)
      : source_(std::move(source)),
        region_(std::move(region)),
        service_(std::move(service)),
        clock_(std::move(clock)) {}

  void apply(HttpRequest& request, Transport& transport) const override {
    const AwsKeys keys = source_->keys(transport, secrets_);
    add_aws_signature(request, keys, {region_, service_, clock_()});
  }
  std::string redact(std::string text) const override { return secrets_.redact(std::move(text)); }

 private:
  std::unique_ptr<AwsKeySource> source_;
  std::string region_;
  std::string service_;
  WallClock clock_;
  mutable UsedSecrets secrets_;
};

}  // namespace

std::string aws_region(const AwsSettings& settings) {
  std::string region = settings.region;
  for (const char* const variable : {"AWS_REGION", "AWS_DEFAULT_REGION"})
    if (region.empty()) region = settings.environment(variable);
  if (region.empty()) region = read_aws_profile({settings.environment, settings.profile}).text("region");
  if (region.empty()) region = "us-east-1";
  const bool named =
      std::ranges::all_of(region, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
  if (!named || region.size() > 63)
    throw Error(ErrorCode::invalid_configuration, "the AWS region is no name of one, as us-east-1 is");
  return region;
}

std::shared_ptr<const Authorization> aws_authorization(AwsSettings settings) {
  if (!settings.api_key.empty()) return std::make_shared<BearerKey>(std::move(settings.api_key), "the API key");
  const bool given =
      !settings.keys.access_key_id.empty() || !settings.keys.secret_access_key.empty() || !settings.profile.empty();
  if (settings.service == "bedrock" && !given)
    if (std::string key = settings.environment("AWS_BEARER_TOKEN_BEDROCK"); !key.empty())
      return std::make_shared<BearerKey>(std::move(key), "AWS_BEARER_TOKEN_BEDROCK");
  std::string region = aws_region(settings);
  return std::make_shared<Signed>(find_keys(settings), std::move(region), settings.service, settings.clock);
}

}  // namespace instructor
