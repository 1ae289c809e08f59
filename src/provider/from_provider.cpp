#include <string>
#include <utility>

#include "instructor/client.hpp"
#include "json/text.hpp"
#include "provider/http_backend.hpp"
#include "provider/registry.hpp"

namespace instructor {

namespace {

std::string quoted(std::string_view text) {
  std::string out;
  json::append_string(out, json::shortened(text, 100));
  return out;
}

std::string known_providers() {
  std::string list;
  for (const Provider* row : all_providers()) list.append(list.empty() ? "" : ", ").append(row->name);
  return list;
}

Client client_for(const Provider& provider, std::string_view model, const ClientOptions& options) {
  Endpoint endpoint = endpoint_of(provider, options);
  ClientOptions settled = options;
  Request defaults = options.defaults();
  if (defaults.model().empty()) defaults.model(std::string(model));
  settled.defaults(std::move(defaults));
  std::shared_ptr<Transport> transport =
      options.transport() != nullptr ? options.transport() : http_transport(options.http());
  return Client(std::make_shared<HttpBackend>(std::move(endpoint), std::move(transport)), settled);
}

}  // namespace

Client from_provider(std::string_view provider_and_model, const ClientOptions& options) {
  const std::size_t slash = provider_and_model.find('/');
  const std::string_view provider = provider_and_model.substr(0, slash);
  const std::string_view model = slash == std::string_view::npos ? "" : provider_and_model.substr(slash + 1);
  if (provider.empty() || model.empty())
    throw Error(ErrorCode::invalid_provider,
                "expected provider/model, as openai/gpt-4o-mini, got " + quoted(provider_and_model));
  const Provider* const row = find_provider(provider);
  if (row == nullptr)
    throw Error(ErrorCode::invalid_provider,
                "unknown provider " + quoted(provider) + "; known are " + known_providers() +
                    "; for anything else that speaks the OpenAI protocol, take openai/MODEL with "
                    "ClientOptions::base_url, or register_provider");
  return client_for(*row, model, options);
}

Client from_base_url(std::string_view base_url, std::string_view model, const ClientOptions& options) {
  if (model.empty()) throw Error(ErrorCode::invalid_provider, "from_base_url expects the name of a model");
  const Provider* row = detect_provider(base_url);
  if (row == nullptr) row = &own_providers().front();
  ClientOptions there = options;
  there.base_url(std::string(base_url));
  return client_for(*row, model, there);
}

}  // namespace instructor
