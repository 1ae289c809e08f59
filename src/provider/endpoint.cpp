#include "provider/endpoint.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "auth/aws_credentials.hpp"
#include "auth/bearer_token.hpp"
#include "auth/google_token.hpp"
#include "instructor/error.hpp"

namespace instructor {

namespace {

std::string first_word(std::string_view words) { return std::string(words.substr(0, words.find(' '))); }

/// The first of these environment variables that is set, and not to nothing.
std::string variable(std::string_view names) {
  while (!names.empty()) {
    const std::size_t end = std::min(names.find(' '), names.size());
    const char* const value = std::getenv(std::string(names.substr(0, end)).c_str());
    if (value != nullptr && *value != '\0') return value;
    names.remove_prefix(std::min(end + 1, names.size()));
  }
  return {};
}

[[noreturn]] void refuse(const std::string& why) { throw Error(ErrorCode::invalid_configuration, why); }

std::string path_of(std::string_view url) {
  const std::size_t host = url.find("://");
  const std::size_t path = url.find('/', host == std::string_view::npos ? 0 : host + 3);
  return path == std::string_view::npos ? std::string() : std::string(url.substr(path));
}

/// The parameters of a provider, with the values that they have for this client.
class Parameters {
 public:
  Parameters(const Provider& provider, const ClientOptions& options) : provider_(provider) {
    for (const auto& [name, value] : options.parameters()) {
      if (std::ranges::find(provider.parameters, name, &ProviderParameter::name) == provider.parameters.end())
        refuse(std::string(provider.name) + " has no parameter \"" + name + "\"" + known());
      given_.emplace_back(name, value);
    }
  }

  void set(std::string name, std::string value) { given_.emplace_back(std::move(name), std::move(value)); }

  /// Empty where it is not there.
  std::string known_value(std::string_view name) const {
    const auto row = std::ranges::find(provider_.parameters, name, &ProviderParameter::name);
    if (row == provider_.parameters.end()) return {};
    std::string value;
    for (const auto& [key, given] : given_)
      if (key == name) value = given;
    if (value.empty()) value = variable(row->variables);
    return value.empty() ? std::string(row->value) : value;
  }

  /// Throws Error for one that is required and not there.
  std::string value(std::string_view name) const {
    const auto row = std::ranges::find(provider_.parameters, name, &ProviderParameter::name);
    std::string value = known_value(name);
    if (value.empty() && row != provider_.parameters.end() && row->required)
      refuse(std::string(provider_.name) + " has to be told its " + std::string(name) +
             ": set the environment variable " + first_word(row->variables) + ", or give ClientOptions::parameter(\"" +
             std::string(name) + "\", ...)");
    return value;
  }

  /// `text` with all `{name}` replaced. `{name-}` is the value and a hyphen, or nothing where the value is `global`.
  /// `complete`: none was empty.
  std::string filled_in(std::string_view text, bool& complete) const {
    std::string out;
    while (true) {
      const std::size_t open = text.find('{');
      out += text.substr(0, open);
      if (open == std::string_view::npos) return out;
      const std::size_t close = text.find('}', open);
      std::string_view name = text.substr(open + 1, close - open - 1);
      const bool prefix = name.ends_with('-');
      if (prefix) name.remove_suffix(1);
      const std::string found = value(name);
      if (found.empty()) complete = false;
      if (!prefix)
        out += found;
      else if (found != "global")
        out += found + "-";
      text.remove_prefix(close + 1);
    }
  }

 private:
  std::string known() const {
    if (provider_.parameters.empty()) return "; it has none";
    std::string list = "; it has ";
    for (const ProviderParameter& row : provider_.parameters)
      list.append(&row == provider_.parameters.data() ? "" : ", ").append(row.name);
    return list;
  }

  const Provider& provider_;
  std::vector<std::pair<std::string, std::string>> given_;
};

/// A project that only a server would know is not asked for here: no request is made before a call.
class NoTransport final : public Transport {
 public:
  void send(const HttpRequest&, HttpSink&) override {
    throw Error(ErrorCode::transport, "no request is made to set a client up");
  }
};

std::shared_ptr<const Authorization> aws(const ClientOptions& options, Parameters& parameters) {
  AwsSettings settings;
  settings.region = parameters.known_value("region");
  settings.profile = parameters.known_value("profile");
  settings.keys = {parameters.known_value("aws_access_key_id"), parameters.known_value("aws_secret_access_key"),
                   parameters.known_value("aws_session_token")};
  settings.api_key = options.api_key();
  parameters.set("region", aws_region(settings));
  return aws_authorization(std::move(settings));
}

std::shared_ptr<const Authorization> google_cloud(const ClientOptions& options, Parameters& parameters) {
  GoogleSettings settings;
  settings.access_token = options.api_key();
  settings.credentials_file = parameters.known_value("credentials_file");
  settings.project = parameters.known_value("project");
  if (settings.project.empty()) {
    try {
      NoTransport transport;
      settings.project = google_project(settings, transport);
      parameters.set("project", settings.project);
    } catch (const Error&) {  // NOLINT(bugprone-empty-catch): that it is missing is said where it is used
    }
  }
  return google_authorization(std::move(settings));
}

void put_key(const Provider& provider, std::string key, Endpoint& endpoint) {
  if (provider.key_place == KeyPlace::header)
    endpoint.headers.push_back({std::string(provider.key_header), key});
  else
    endpoint.headers.push_back({"Authorization", "Bearer " + key});
  endpoint.secrets.push_back(std::move(key));
}

}  // namespace

Endpoint endpoint_of(const Provider& provider, const ClientOptions& options) {
  Parameters parameters(provider, options);
  Endpoint endpoint;
  endpoint.provider = &provider;
  if (options.bearer_token() != nullptr)
    endpoint.authorization = bearer_authorization(options.bearer_token());
  else if (provider.key_place == KeyPlace::aws)
    endpoint.authorization = aws(options, parameters);
  else if (provider.key_place == KeyPlace::google_cloud)
    endpoint.authorization = google_cloud(options, parameters);
  endpoint.base_url = options.base_url();
  if (endpoint.base_url.empty()) endpoint.base_url = variable(provider.base_url_variables);
  const bool elsewhere = !endpoint.base_url.empty();
  bool complete = true;
  if (!elsewhere) endpoint.base_url = parameters.filled_in(provider.base_url, complete);
  if (endpoint.base_url.empty())
    refuse("no base URL for " + std::string(provider.name) + ": set the environment variable " +
           first_word(provider.base_url_variables) + ", or give ClientOptions::base_url");
  // Hosts alone are how some variables are meant.
  if (endpoint.base_url.find("://") == std::string::npos && options.base_url().empty() && elsewhere)
    endpoint.base_url.insert(0, provider.base_url.starts_with("http://") ? "http://" : "https://");
  while (endpoint.base_url.ends_with('/')) endpoint.base_url.pop_back();
  if (!provider.base_url_suffix.empty() && !endpoint.base_url.ends_with(provider.base_url_suffix))
    endpoint.base_url += provider.base_url_suffix;

  endpoint.plain_path = path_of(endpoint.base_url).ends_with("/v1");
  if (!endpoint.plain_path) endpoint.api_version = parameters.value("api_version");

  bool authorized = false;
  for (const ProviderHeader& header : provider.headers) {
    bool whole = true;
    std::string value = parameters.filled_in(header.value, whole);
    if (!whole) continue;
    authorized = authorized || header.name == "Authorization";
    endpoint.headers.push_back({std::string(header.name), std::move(value)});
  }

  if (endpoint.authorization == nullptr) {
    std::string key = options.api_key();
    if (key.empty() && !authorized) key = variable(provider.key_variables);
    if (!key.empty())
      put_key(provider, std::move(key), endpoint);
    else if (provider.key_required && !elsewhere && !authorized)
      throw Error(ErrorCode::missing_key, "no API key for " + std::string(provider.name) +
                                              ": set the environment variable " + first_word(provider.key_variables) +
                                              ", or give ClientOptions::api_key");
  }
  for (const HttpHeader& header : options.headers()) endpoint.headers.push_back(header);
  return endpoint;
}

}  // namespace instructor
