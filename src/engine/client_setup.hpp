#pragma once

// What copies of a client share.

#include <memory>
#include <string>

#include "engine/attempts.hpp"
#include "engine/backend.hpp"
#include "instructor/client.hpp"

namespace instructor {

struct Client::Setup {
  std::shared_ptr<const Backend> backend;
  std::shared_ptr<Clock> clock;
  std::string model;
  std::string provider_and_model;
  Mode mode = Mode::automatic;
  Request defaults;

  /// A call with this request; both must outlive it. Throws Error (`invalid_request`) when there is nothing to ask.
  engine::CallSetup call(const Request& request) const;
  bool fail_fast(const Request& request, bool otherwise) const;
};

}  // namespace instructor
