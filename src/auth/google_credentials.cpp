#include "auth/google_credentials.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include <nlohmann/json.hpp>

#include "http/url.hpp"
#include "instructor/codec.hpp"
#include "instructor/error.hpp"
#include "instructor/json.hpp"
#include "json/text.hpp"

namespace instructor {

namespace {

struct WireCredentials {
  std::string type;
  std::string client_email;
  std::string private_key;
  std::string private_key_id;
  std::string token_uri;
  std::string client_id;
  std::string client_secret;
  std::string refresh_token;
  std::string project_id;
  std::string quota_project_id;
  std::string service_account_impersonation_url;
  std::vector<std::string> delegates;
  Json source_credentials;
};

[[noreturn]] void refuse(const std::string& file, const std::string& why) {
  throw Error(ErrorCode::invalid_configuration, file + ": " + why);
}

void need(const std::string& value, std::string_view name, const WireCredentials& wire, const std::string& file) {
  if (value.empty()) refuse(file, "a file of type " + wire.type + " without " + std::string(name));
}

/// The name in the authority of a URL; empty when that is anything but a name and perhaps a port.
std::string_view plain_host(std::string_view url) {
  const std::size_t begin = url.starts_with("https://") ? 8 : url.starts_with("http://") ? 7 : url.size();
  const std::string_view authority = url.substr(begin, url.find_first_of("/?#", begin) - begin);
  const std::string_view host = authority.substr(0, authority.find(':'));
  const std::string_view port = authority.substr(host.size());
  const auto in_name = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.'; };
  const bool plain = std::ranges::all_of(host, in_name) && port.find_first_not_of("0123456789", 1) == port.npos;
  return plain ? host : std::string_view();
}

/// What is sent there opens everything that the credentials open, and the file may come from anywhere.
void check_place(std::string_view url, std::string_view name, const std::string& file) {
  const std::string_view host = plain_host(url);
  const bool clean =
      std::ranges::none_of(url, [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7F || c == '\\'; });
  const bool google =
      url.starts_with("https://") && (host == "accounts.google.com" || host.ends_with(".googleapis.com"));
  const bool here = host == "localhost" || host == "127.0.0.1";
  if (clean && (google || here)) return;
  refuse(file, std::string(name) + " is not https://...googleapis.com, and credentials are sent to no other place");
}

GoogleCredentials credentials_of(const WireCredentials& wire, const std::string& file) {
  GoogleCredentials out;
  out.token_url = wire.token_uri.empty() ? "https://oauth2.googleapis.com/token" : wire.token_uri;
  check_place(out.token_url, "token_uri", file);
  out.project_id = wire.project_id;
  out.quota_project = wire.quota_project_id;
  if (wire.type == "service_account") {
    need(wire.client_email, "client_email", wire, file);
    need(wire.private_key, "private_key", wire, file);
    out.client_email = wire.client_email;
    out.private_key = wire.private_key;
    out.private_key_id = wire.private_key_id;
    return out;
  }
  need(wire.client_id, "client_id", wire, file);
  need(wire.client_secret, "client_secret", wire, file);
  need(wire.refresh_token, "refresh_token", wire, file);
  out.kind = GoogleCredentials::Kind::authorized_user;
  out.client_id = wire.client_id;
  out.client_secret = wire.client_secret;
  out.refresh_token = wire.refresh_token;
  return out;
}

WireCredentials wire_of(std::string_view text, const std::string& file) {
  DecodeOptions options;
  options.null_is_absent = true;
  options.missing_is_default = true;
  std::expected<WireCredentials, Issues> wire = decode<WireCredentials>(text, options);
  if (wire) return std::move(*wire);
  // What is wrong may quote the file, which has keys in it.
  const std::string& path = wire.error().begin()->path;
  refuse(file,
         path.empty() ? "no JSON object, so no credentials of Google" : path + " is of another type than it should");
}

bool is_simple(const WireCredentials& wire) { return wire.type == "service_account" || wire.type == "authorized_user"; }

[[noreturn]] void refuse_type(const WireCredentials& wire, const std::string& file) {
  if (wire.type.empty()) refuse(file, "no type, so no credentials of Google");
  std::string type;
  json::append_string(type, json::shortened(wire.type, 60));
  refuse(file, "credentials of the type " + type +
                   " are not supported here (service_account, authorized_user and impersonated_service_account are); "
                   "give an access token, as of gcloud auth print-access-token");
}

}  // namespace

GoogleCredentials read_google_credentials(std::string_view text, const std::string& file) {
  const WireCredentials wire = wire_of(text, file);
  if (is_simple(wire)) return credentials_of(wire, file);
  if (wire.type != "impersonated_service_account") refuse_type(wire, file);
  need(wire.service_account_impersonation_url, "service_account_impersonation_url", wire, file);
  check_place(wire.service_account_impersonation_url, "service_account_impersonation_url", file);
  if (!wire.source_credentials.is_object()) refuse(file, "a file of type " + wire.type + " without source_credentials");
  const std::string inner = file + ", source_credentials";
  const WireCredentials source = wire_of(encode(wire.source_credentials), inner);
  if (!is_simple(source)) refuse_type(source, inner);
  GoogleCredentials out = credentials_of(source, inner);
  out.impersonation_url = wire.service_account_impersonation_url;
  out.delegates = wire.delegates;
  // The source only vouches; what it belongs to does not count.
  out.project_id = wire.project_id;
  out.quota_project = wire.quota_project_id;
  return out;
}

GoogleFile google_file(const std::string& given, const Environment& environment) {
  if (!given.empty()) return {given, "the settings"};
  const std::string variable = "GOOGLE_APPLICATION_CREDENTIALS";
  if (std::string path = environment(variable); !path.empty()) return {path, variable};
  const std::string folder = environment("CLOUDSDK_CONFIG");
  const std::string name = "application_default_credentials.json";
  std::string path = folder.empty() ? in_home(environment, ".config/gcloud/" + name) : folder + "/" + name;
  if (path.empty() || !file_state(path)) return {};
  return {std::move(path), "gcloud"};
}

GoogleCredentials read_google_credentials(const GoogleFile& file) {
  const std::optional<std::string> text = read_credential_file(file.path, "the file of Google credentials");
  if (!text)
    throw Error(ErrorCode::invalid_configuration,
                "there is no file " + file.path + " with Google credentials, which " + file.said_by + " names");
  return read_google_credentials(*text, file.path);
}

}  // namespace instructor
