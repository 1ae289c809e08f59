#pragma once

// What makes requests acceptable to a provider, where that is more than a key in a header.

#include <string>

#include "instructor/transport.hpp"

namespace instructor {

/// Makes requests acceptable to a provider. Each request anew: signatures and tokens expire.
class Authorization {
 public:
  virtual ~Authorization() = default;

  /// Adds what the provider wants to see, to a request to which nothing else is added afterwards. May ask for a token
  /// over `transport`, and wait for one that another thread asks for. Called from many threads. Throws Error:
  /// `missing_key`, `authentication`, `invalid_configuration`, `bad_response`, and those of Transport::send.
  virtual void apply(HttpRequest& request, Transport& transport) const = 0;

  /// `text` with every secret that it uses (also those fetched on the way) replaced by "[redacted]". Called from many
  /// threads.
  virtual std::string redact(std::string text) const = 0;
};

}  // namespace instructor
