#include "auth/google_token.hpp"

#include <atomic>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include "auth/exchange.hpp"
#include "auth/expiring.hpp"
#include "auth/google_credentials.hpp"
#include "crypto/crypto.hpp"
#include "http/url.hpp"
#include "instructor/detail/time_forms.hpp"
#include "json/writer.hpp"

namespace instructor {

namespace {

using Token = Expiring<std::string>;

// The metadata server gives the same token until some minutes before its end: asking much earlier is in vain.
constexpr std::chrono::seconds ahead(225);

/// RFC 6749, section 5.1.
struct WireToken {
  std::string access_token;
  std::int64_t expires_in = 0;  // seconds
};

/// iamcredentials.googleapis.com, projects.serviceAccounts.generateAccessToken.
struct WireImpersonated {
  std::string accessToken;
  std::string expireTime;  // RFC 3339
};

HttpRequest request_to(std::string method, std::string url) {
  HttpRequest request;
  request.method = std::move(method);
  request.url = std::move(url);
  request.timeout = Duration::of_seconds(30);
  return request;
}

Token::Fetched token_in(const Answer& answer, std::string_view who, const WallClock& clock, UsedSecrets& secrets) {
  auto wire = read_answer<WireToken>(answer, who);
  secrets.add(wire.access_token);
  if (wire.access_token.empty()) throw no_credentials_in(who, "access_token is missing");
  if (wire.expires_in <= 0 || wire.expires_in > std::int64_t{365} * 86400)
    throw no_credentials_in(who, "expires_in is no time");
  check_header_value(wire.access_token, "the access token of " + std::string(who));
  return {std::move(wire.access_token), clock() + std::chrono::seconds(wire.expires_in)};
}

std::string scopes_in_a_row(const std::vector<std::string>& scopes) {
  std::string out;
  for (const std::string& scope : scopes) out.append(out.empty() ? "" : " ").append(scope);
  return out;
}

/// What a service account says of itself, signed ("Using OAuth 2.0 for Server to Server Applications", RFC 7523).
std::string assertion(const GoogleCredentials& credentials, const GoogleSettings& settings) {
  std::string header;
  json::Writer head(header);
  head.begin_object();
  head.key("alg").string("RS256");
  head.key("typ").string("JWT");
  if (!credentials.private_key_id.empty()) head.key("kid").string(credentials.private_key_id);
  head.end_object();

  const std::int64_t now = settings.clock().time_since_epoch().count();
  std::string claims;
  json::Writer claim(claims);
  claim.begin_object();
  claim.key("iss").string(credentials.client_email);
  claim.key("scope").string(scopes_in_a_row(settings.scopes));
  claim.key("aud").string(credentials.token_url);
  claim.key("iat").integer(now);
  claim.key("exp").integer(now + 3600);
  claim.end_object();

  std::string token = to_base64url(header) + "." + to_base64url(claims);
  return token + "." + to_base64url(sign_rs256(credentials.private_key, token));
}

/// From the place that the file names.
Token::Fetched exchange(const GoogleCredentials& credentials, const GoogleSettings& settings, const std::string& file,
                        Transport& transport, UsedSecrets& secrets) {
  HttpRequest request = request_to("POST", credentials.token_url);
  request.headers.push_back({"Content-Type", "application/x-www-form-urlencoded"});
  const auto secret = [&](const std::string& value) {
    secrets.add(value);
    std::string encoded = percent_encoded(value);
    secrets.add(encoded);
    return encoded;
  };
  const bool user = credentials.kind == GoogleCredentials::Kind::authorized_user;
  if (user) {
    request.body = "grant_type=refresh_token&client_id=" + percent_encoded(credentials.client_id) +
                   "&client_secret=" + secret(credentials.client_secret) +
                   "&refresh_token=" + secret(credentials.refresh_token);
  } else {
    std::string signed_claims;
    try {
      signed_claims = assertion(credentials, settings);
    } catch (const Error& error) {
      throw Error(error.code(), file + ": " + error.message());
    }
    request.body =
        "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=" + secret(signed_claims);
  }
  const std::string who = host_of(credentials.token_url);
  const Answer answer = ask(transport, request, who);
  if (answer.good()) return token_in(answer, who, settings.clock, secrets);
  const Error error = refused(answer, who, secrets);
  if (error.code() != ErrorCode::authentication) throw Error(error);
  ErrorDetail detail = error.detail();
  detail.message += "; the credentials are those in " + file;
  if (user) detail.message += ", which gcloud auth application-default login renews";
  throw Error(std::move(detail));
}

/// A token of another account, for the token of one that may speak for it.
Token::Fetched impersonated(const GoogleCredentials& credentials, const GoogleSettings& settings,
                            const std::string& token, Transport& transport, UsedSecrets& secrets) {
  HttpRequest request = request_to("POST", credentials.impersonation_url);
  request.headers.push_back({"Content-Type", "application/json"});
  request.headers.push_back({"Authorization", "Bearer " + token});
  json::Writer out(request.body);
  const auto list = [&](const std::vector<std::string>& items) {
    out.begin_array();
    for (const std::string& item : items) out.string(item);
    out.end_array();
  };
  out.begin_object();
  if (!credentials.delegates.empty()) {
    out.key("delegates");
    list(credentials.delegates);
  }
  out.key("scope");
  list(settings.scopes);
  out.key("lifetime").string("3600s");
  out.end_object();
  const std::string who = host_of(credentials.impersonation_url);
  const Answer answer = ask(transport, request, who);
  if (!answer.good()) throw refused(answer, who, secrets);
  auto wire = read_answer<WireImpersonated>(answer, who);
  secrets.add(wire.accessToken);
  detail::Seconds expires;
  if (wire.accessToken.empty()) throw no_credentials_in(who, "accessToken is missing");
  if (!detail::read_instant(wire.expireTime, expires)) throw no_credentials_in(who, "expireTime is no date and time");
  check_header_value(wire.accessToken, "the access token of " + who);
  return {std::move(wire.accessToken), std::chrono::sys_seconds(std::chrono::seconds(expires.whole))};
}

/// "About VM metadata", Compute Engine documentation.
HttpRequest metadata_request(const Environment& environment, const std::string& path) {
  std::string host = environment("GCE_METADATA_HOST");
  if (host.empty()) host = "metadata.google.internal";
  const std::string base = "http://" + host;
  check_base_url(base);
  HttpRequest request = request_to("GET", base + "/computeMetadata/v1/" + path);
  request.headers.push_back({"Metadata-Flavor", "Google"});
  request.timeout = Duration::of_seconds(5);
  return request;
}

constexpr std::string_view metadata_server = "Google's metadata server";

class FixedToken final : public Authorization {
 public:
  FixedToken(std::string token, std::string quota_project)
      : token_(std::move(token)), quota_project_(std::move(quota_project)) {
    check_header_value(token_, "the access token");
    secrets_.add(token_);
  }

  void apply(HttpRequest& request, Transport&) const override {
    request.headers.push_back({"Authorization", "Bearer " + token_});
    if (!quota_project_.empty()) request.headers.push_back({"x-goog-user-project", quota_project_});
  }
  std::string redact(std::string text) const override { return secrets_.redact(std::move(text)); }

 private:
  std::string token_;
  std::string quota_project_;
  UsedSecrets secrets_;
};

class FetchedToken final : public Authorization {
 public:
  FetchedToken(GoogleSettings settings, GoogleFile file, std::string quota_project)
      : settings_(std::move(settings)), file_(std::move(file)), quota_project_(std::move(quota_project)) {}

  void apply(HttpRequest& request, Transport& transport) const override {
    const std::string token = token_.get(settings_.clock, [&] { return fetch(transport); });
    request.headers.push_back({"Authorization", "Bearer " + token});
    if (!quota_project_.empty()) request.headers.push_back({"x-goog-user-project", quota_project_});
  }
  std::string redact(std::string text) const override { return secrets_.redact(std::move(text)); }

 private:
  Token::Fetched fetch(Transport& transport) const {
    if (file_.path.empty()) return from_machine(transport);
    // Read again, because who logs in anew means it to count.
    const GoogleCredentials credentials = read_google_credentials(file_);
    Token::Fetched own = exchange(credentials, settings_, file_.path, transport, secrets_);
    if (credentials.impersonation_url.empty()) return own;
    return impersonated(credentials, settings_, own.value, transport, secrets_);
  }

  /// Most machines are none of Google's; there nothing answers, or something else does.
  Token::Fetched from_machine(Transport& transport) const {
    try {
      const HttpRequest request = metadata_request(settings_.environment, "instance/service-accounts/default/token");
      const Answer answer = ask(transport, request, metadata_server);
      if (!answer.good()) throw refused(answer, metadata_server, secrets_);
      Token::Fetched token = token_in(answer, metadata_server, settings_.clock, secrets_);
      is_googles_machine_ = true;
      return token;
    } catch (const Error& error) {
      if (is_googles_machine_ || error.code() == ErrorCode::invalid_configuration) throw;
      throw Error(ErrorCode::missing_key,
                  "no Google credentials: run gcloud auth application-default login, or set "
                  "GOOGLE_APPLICATION_CREDENTIALS to the key file of a service account; " +
                      error.message());
    }
  }

  GoogleSettings settings_;
  GoogleFile file_;
  std::string quota_project_;
  mutable UsedSecrets secrets_;
  mutable Token token_{ahead};
  mutable std::atomic<bool> is_googles_machine_ = false;
};

}  // namespace

std::shared_ptr<const Authorization> google_authorization(GoogleSettings settings) {
  std::string quota_project = settings.quota_project;
  if (quota_project.empty()) quota_project = settings.environment("GOOGLE_CLOUD_QUOTA_PROJECT");
  if (!settings.access_token.empty()) {
    check_header_value(quota_project, "the quota project");
    return std::make_shared<FixedToken>(std::move(settings.access_token), std::move(quota_project));
  }
  GoogleFile file = google_file(settings.credentials_file, settings.environment);
  if (!file.path.empty()) {
    const GoogleCredentials credentials = read_google_credentials(file);
    if (quota_project.empty()) quota_project = credentials.quota_project;
  }
  check_header_value(quota_project, "the quota project");
  return std::make_shared<FetchedToken>(std::move(settings), std::move(file), std::move(quota_project));
}

std::string google_project(const GoogleSettings& settings, Transport& transport) {
  if (!settings.project.empty()) return settings.project;
  if (std::string project = settings.environment("GOOGLE_CLOUD_PROJECT"); !project.empty()) return project;
  std::string why = "the access token does not say it";
  if (settings.access_token.empty()) {
    const GoogleFile file = google_file(settings.credentials_file, settings.environment);
    if (!file.path.empty()) {
      std::string project = read_google_credentials(file).project_id;
      if (!project.empty()) return project;
      why = file.path + " does not say it";
    } else {
      try {
        const Answer answer =
            ask(transport, metadata_request(settings.environment, "project/project-id"), metadata_server);
        if (answer.good() && !answer.body.empty() && answer.body.find_first_of("\r\n<{ ") == std::string::npos)
          return answer.body;
        why = std::string(metadata_server) + " does not say it";
      } catch (const Error& error) {
        why = error.message();
      }
    }
  }
  throw Error(ErrorCode::invalid_configuration, "which Google Cloud project? Set GOOGLE_CLOUD_PROJECT (" + why + ")");
}

}  // namespace instructor
