#pragma once

// Several models behind one client: where one cannot answer, the next is asked.
//
//   auto client = fallback({"openai/gpt-4o-mini", "anthropic/claude-haiku-4-5"});
//   User user = client.create<User>("Jason is 25");
//
// The ledger (Completion::attempts, Error::attempts) says who was asked and what came of it.

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "instructor/error.hpp"

namespace instructor {

class Client;
class ClientOptions;

/// After which errors the next client is asked. Default: whatever another provider may not suffer from. That is all of
/// `retry_later` (once TransportRetry has given up), and `authentication`, `permission`, `quota`, `not_found`,
/// `bad_response`, `tls`, `unsupported_mode`, `unsupported_schema`. Not where a model has answered, only not what was
/// hoped for, nor where the request is wrong.
class FallbackPolicy {
 public:
  FallbackPolicy();

  /// Also after errors of this category, or with this code.
  FallbackPolicy& on(ErrorCategory category);
  FallbackPolicy& on(ErrorCode code);
  /// Not after errors with this code.
  FallbackPolicy& not_on(ErrorCode code);

  bool takes(ErrorCode code) const { return (codes_ >> static_cast<unsigned>(code) & 1u) != 0; }

 private:
  std::uint64_t codes_ = 0;
};

/// A client for each `provider/model`, with the same options, behind one. Keys come from each provider's variable.
/// Throws Error as `from_provider`: all of them must be usable.
Client fallback(std::initializer_list<std::string_view> models, FallbackPolicy policy = {});
Client fallback(const std::vector<std::string>& models, const ClientOptions& options, FallbackPolicy policy = {});
/// Clients as they are, asked in this order, each with its own settings. Throws Error (`invalid_configuration`) for
/// none.
Client fallback(const std::vector<Client>& clients, FallbackPolicy policy = {});

}  // namespace instructor
