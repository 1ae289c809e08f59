#include <algorithm>
#include <array>
#include <atomic>
#include <string>
#include <utility>

#include "auth/aws_key_source.hpp"
#include "auth/exchange.hpp"
#include "auth/expiring.hpp"
#include "http/url.hpp"
#include "instructor/detail/time_forms.hpp"

namespace instructor {

namespace {

/// What both kinds of server answer with ("Container credential provider", AWS SDKs and Tools Reference Guide; "Use
/// instance metadata to access IAM credentials", EC2 User Guide).
struct WireKeys {
  std::string Code;  // of instance metadata: "Success"
  std::string Message;
  std::string AccessKeyId;
  std::string SecretAccessKey;
  std::string Token;
  std::string Expiration;  // RFC 3339
};

using Keys = Expiring<AwsKeys>;

Keys::Fetched keys_in(const Answer& answer, std::string_view who, UsedSecrets& secrets) {
  const auto wire = read_answer<WireKeys>(answer, who);
  secrets.add(wire.SecretAccessKey);
  secrets.add(wire.Token);
  if (!wire.Code.empty() && wire.Code != "Success") throw no_credentials_in(who, wire.Code + " " + wire.Message);
  if (wire.AccessKeyId.empty() || wire.SecretAccessKey.empty())
    throw no_credentials_in(who, "AccessKeyId or SecretAccessKey is missing");
  detail::Seconds expires;
  if (!detail::read_instant(wire.Expiration, expires)) throw no_credentials_in(who, "Expiration is no date and time");
  return {{wire.AccessKeyId, wire.SecretAccessKey, wire.Token},
          std::chrono::sys_seconds(std::chrono::seconds(expires.whole))};
}

// New keys of containers and instances are there at least five minutes before the old ones expire.
constexpr std::chrono::seconds ahead = std::chrono::minutes(5);

HttpRequest request_to(std::string method, std::string url) {
  HttpRequest request;
  request.method = std::move(method);
  request.url = std::move(url);
  request.timeout = Duration::of_seconds(5);
  return request;
}

class ContainerKeys final : public AwsKeySource {
 public:
  ContainerKeys(Environment environment, WallClock clock, std::string url)
      : environment_(std::move(environment)), clock_(std::move(clock)), url_(std::move(url)) {}

  AwsKeys keys(Transport& transport, UsedSecrets& secrets) override {
    return keys_.get(clock_, [&] {
      HttpRequest request = request_to("GET", url_);
      if (std::string token = this->token(); !token.empty()) {
        secrets.add(token);
        request.headers.push_back({"Authorization", std::move(token)});
      }
      const Answer answer = ask(transport, request, who);
      if (!answer.good()) throw refused(answer, who, secrets);
      return keys_in(answer, who, secrets);
    });
  }

 private:
  static constexpr std::string_view who = "the container's credentials endpoint";

  /// The file is read each time, because its token is replaced.
  std::string token() const {
    const std::string file = environment_("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
    std::string token = environment_("AWS_CONTAINER_AUTHORIZATION_TOKEN");
    if (!file.empty()) {
      auto text = read_credential_file(file, "the file of AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE,");
      if (!text)
        throw Error(ErrorCode::invalid_configuration,
                    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE names " + file + ", and there is no such file");
      token = std::move(*text);
      while (token.ends_with('\n') || token.ends_with('\r')) token.pop_back();
    }
    check_header_value(token, file.empty() ? "AWS_CONTAINER_AUTHORIZATION_TOKEN" : file);
    return token;
  }

  Environment environment_;
  WallClock clock_;
  std::string url_;
  Keys keys_{ahead};
};

/// Plain http stays on this machine, or goes to the link-local addresses of ECS and EKS.
bool may_be_asked(std::string_view url) {
  if (url.starts_with("https://")) return true;
  std::string host = host_of(url);
  if (const std::size_t colon = host.rfind(':'); colon != std::string::npos && !host.ends_with(']')) host.resize(colon);
  constexpr std::array<std::string_view, 6> hosts{"localhost",      "127.0.0.1", "169.254.170.2",
                                                  "169.254.170.23", "[::1]",     "[fd00:ec2::23]"};
  return std::ranges::find(hosts, host) != hosts.end();
}

class InstanceKeys final : public AwsKeySource {
 public:
  InstanceKeys(WallClock clock, std::string endpoint) : clock_(std::move(clock)), endpoint_(std::move(endpoint)) {}

  AwsKeys keys(Transport& transport, UsedSecrets& secrets) override {
    return keys_.get(clock_, [&] { return fetch(transport, secrets); });
  }

 private:
  static constexpr std::string_view who = "the metadata service of EC2";

  Keys::Fetched fetch(Transport& transport, UsedSecrets& secrets) {
    const std::string token = session(transport, secrets);
    const auto get = [&](const std::string& path) {
      HttpRequest request = request_to("GET", endpoint_ + "/latest/meta-data/iam/security-credentials/" + path);
      request.headers.push_back({"X-aws-ec2-metadata-token", token});
      Answer answer = ask(transport, request, who);
      if (answer.status == 404 && path.empty()) throw no_aws_keys("this EC2 instance has no role");
      if (!answer.good()) throw refused(answer, who, secrets);
      return answer;
    };
    std::string role = get("").body;
    role.resize(std::min(role.find_first_of("\r\n"), role.size()));
    if (role.empty()) throw no_aws_keys("this EC2 instance has no role");
    return keys_in(get(percent_encoded(role)), who, secrets);
  }

  /// Most machines are no EC2 instances; there nothing answers, or something else does.
  std::string session(Transport& transport, UsedSecrets& secrets) {
    HttpRequest request = request_to("PUT", endpoint_ + "/latest/api/token");
    request.headers.push_back({"X-aws-ec2-metadata-token-ttl-seconds", "21600"});
    request.timeout = Duration::of_seconds(2);
    try {
      Answer answer = ask(transport, request, who);
      if (!answer.good()) throw refused(answer, who, secrets);
      check_header_value(answer.body, "the token of the metadata service");
      secrets.add(answer.body);
      is_instance_ = true;
      return std::move(answer.body);
    } catch (const Error& error) {
      if (is_instance_) throw;
      throw no_aws_keys(error.message());
    }
  }

  WallClock clock_;
  std::string endpoint_;
  std::atomic<bool> is_instance_ = false;
  Keys keys_{ahead};
};

}  // namespace

std::unique_ptr<AwsKeySource> aws_container_keys(const Environment& environment, WallClock clock) {
  const std::string relative = environment("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
  std::string url = environment("AWS_CONTAINER_CREDENTIALS_FULL_URI");
  if (relative.empty() && url.empty()) return nullptr;
  if (!relative.empty()) {
    if (!relative.starts_with('/'))
      throw Error(ErrorCode::invalid_configuration,
                  "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI does not begin with a slash");
    url = "http://169.254.170.2" + relative;
  }
  check_header_value(url, "AWS_CONTAINER_CREDENTIALS_FULL_URI");
  if (!may_be_asked(url))
    throw Error(ErrorCode::invalid_configuration, "AWS_CONTAINER_CREDENTIALS_FULL_URI names " + host_of(url) +
                                                      ", which is neither https nor this machine");
  return std::make_unique<ContainerKeys>(environment, std::move(clock), std::move(url));
}

std::unique_ptr<AwsKeySource> aws_instance_keys(const Environment& environment, WallClock clock) {
  std::string disabled = environment("AWS_EC2_METADATA_DISABLED");
  for (char& c : disabled)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  if (disabled == "true") return nullptr;
  std::string endpoint = environment("AWS_EC2_METADATA_SERVICE_ENDPOINT");
  if (endpoint.empty()) endpoint = "http://169.254.169.254";
  check_base_url(endpoint);
  while (endpoint.ends_with('/')) endpoint.pop_back();
  return std::make_unique<InstanceKeys>(std::move(clock), std::move(endpoint));
}

Error no_aws_keys(const std::string& last) {
  return Error(ErrorCode::missing_key,
               "no AWS credentials: set AWS_BEARER_TOKEN_BEDROCK, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or "
               "write them to ~/.aws/credentials (aws configure); " +
                   last);
}

}  // namespace instructor
