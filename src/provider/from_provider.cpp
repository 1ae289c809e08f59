#include <cstdlib>
#include <string>
#include <utility>

#include "instructor/client.hpp"
#include "json/text.hpp"
#include "provider/http_backend.hpp"
#include "provider/preset.hpp"

namespace instructor {

namespace {

std::string variable(std::string_view name) {
  if (name.empty()) return {};
  const char* const value = std::getenv(std::string(name).c_str());
  return value == nullptr ? std::string() : std::string(value);
}

std::string quoted(std::string_view text) {
  std::string out;
  json::append_string(out, json::shortened(text, 100));
  return out;
}

std::string known_providers() {
  std::string list;
  for (const Preset& preset : all_presets()) list.append(list.empty() ? "" : ", ").append(preset.name);
  return list;
}

}  // namespace

Client from_provider(std::string_view provider_and_model, const ClientOptions& options) {
  const std::size_t slash = provider_and_model.find('/');
  const std::string_view provider = provider_and_model.substr(0, slash);
  const std::string_view model = slash == std::string_view::npos ? "" : provider_and_model.substr(slash + 1);
  if (provider.empty() || model.empty())
    throw Error(ErrorCode::invalid_provider,
                "expected provider/model, as openai/gpt-4o-mini, got " + quoted(provider_and_model));
  const Preset* const preset = find_preset(provider);
  if (preset == nullptr)
    throw Error(
        ErrorCode::invalid_provider,
        "unknown provider " + quoted(provider) + "; known are " + known_providers() +
            "; for anything else that speaks the OpenAI protocol, take openai/MODEL with ClientOptions::base_url");

  std::string base_url = options.base_url();
  if (base_url.empty()) base_url = variable(preset->base_url_variable);
  const bool elsewhere = !base_url.empty();
  if (!elsewhere) base_url = preset->base_url;

  std::string key = options.api_key();
  if (key.empty()) key = variable(preset->key_variable);
  if (key.empty() && preset->key_required && !elsewhere)
    throw Error(ErrorCode::missing_key, "no API key for " + std::string(preset->name) +
                                            ": set the environment variable " + std::string(preset->key_variable) +
                                            ", or give ClientOptions::api_key");

  ClientOptions settled = options;
  Request defaults = options.defaults();
  if (defaults.model().empty()) defaults.model(std::string(model));
  settled.defaults(std::move(defaults));
  std::shared_ptr<Transport> transport =
      options.transport() != nullptr ? options.transport() : http_transport(options.http());
  return Client(std::make_shared<HttpBackend>(*preset, std::move(base_url), std::move(key), options.headers(),
                                              std::move(transport)),
                settled);
}

}  // namespace instructor
