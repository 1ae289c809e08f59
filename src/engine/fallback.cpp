#include "instructor/fallback.hpp"

#include "engine/client_setup.hpp"
#include "instructor/client.hpp"

namespace instructor {

FallbackPolicy::FallbackPolicy() {
  on(ErrorCategory::retry_later);
  for (const ErrorCode code :
       {ErrorCode::authentication, ErrorCode::permission, ErrorCode::quota, ErrorCode::not_found,
        ErrorCode::bad_response, ErrorCode::tls, ErrorCode::unsupported_mode, ErrorCode::unsupported_schema})
    on(code);
}

FallbackPolicy& FallbackPolicy::on(ErrorCategory category) {
  for (unsigned code = 0; code <= static_cast<unsigned>(last_error_code); ++code)
    if (category_of(static_cast<ErrorCode>(code)) == category) on(static_cast<ErrorCode>(code));
  return *this;
}

FallbackPolicy& FallbackPolicy::on(ErrorCode code) {
  codes_ |= std::uint64_t{1} << static_cast<unsigned>(code);
  return *this;
}

FallbackPolicy& FallbackPolicy::not_on(ErrorCode code) {
  codes_ &= ~(std::uint64_t{1} << static_cast<unsigned>(code));
  return *this;
}

Client fallback(const std::vector<Client>& clients, FallbackPolicy policy) {
  if (clients.empty()) throw Error(ErrorCode::invalid_configuration, "fallback expects at least one client");
  auto setup = std::make_shared<Client::Setup>(*clients.front().setup_);
  setup->fallback = policy;
  for (std::size_t i = 1; i < clients.size(); ++i) {
    const auto& other = clients[i].setup_;
    setup->others.push_back(other);
    setup->others.insert(setup->others.end(), other->others.begin(), other->others.end());
  }
  return Client(std::move(setup));
}

Client fallback(std::initializer_list<std::string_view> models, FallbackPolicy policy) {
  std::vector<Client> clients;
  for (const std::string_view model : models) clients.push_back(from_provider(model));
  return fallback(clients, policy);
}

Client fallback(const std::vector<std::string>& models, const ClientOptions& options, FallbackPolicy policy) {
  std::vector<Client> clients;
  for (const std::string& model : models) clients.push_back(from_provider(model, options));
  return fallback(clients, policy);
}

}  // namespace instructor
