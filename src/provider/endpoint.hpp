#pragma once

// Where a provider is and how it is spoken to, put together from its row, what the caller gives and the environment.

#include <memory>
#include <string>
#include <vector>

#include "auth/authorization.hpp"
#include "instructor/client.hpp"
#include "instructor/provider.hpp"
#include "instructor/transport.hpp"

namespace instructor {

struct Endpoint {
  const Provider* provider = nullptr;
  std::string base_url;
  std::vector<HttpHeader> headers;  ///< the key's among them
  std::vector<std::string> secrets;
  std::string api_version;
  bool plain_path = false;                             ///< the base URL is one without deployments
  std::shared_ptr<const Authorization> authorization;  ///< null: the headers are enough
};

/// Throws Error: `missing_key` and `invalid_configuration`, which name the variable and the option.
Endpoint endpoint_of(const Provider& provider, const ClientOptions& options);

}  // namespace instructor
