#pragma once

// What copies of a client share.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/backend.hpp"
#include "engine/call_setup.hpp"
#include "engine/reliably.hpp"
#include "instructor/client.hpp"
#include "instructor/fallback.hpp"

namespace instructor {

struct Client::Setup {
  std::shared_ptr<const Backend> backend;
  std::shared_ptr<Clock> clock;
  std::string model;
  std::string provider_and_model;
  Mode mode = Mode::automatic;
  Request defaults;
  std::shared_ptr<engine::Reliably> reliably;
  std::function<void(std::function<void()>)> executor;
  FallbackPolicy fallback;
  std::vector<std::shared_ptr<const Setup>> others;  // asked after this one, where `fallback` allows it

  /// A call with this request; both must outlive it. Throws Error (`invalid_request`) when there is nothing to ask.
  engine::CallSetup call(const Request& request, engine::Driving driving) const;
  bool fail_fast(const Request& request, bool otherwise) const;
};

}  // namespace instructor
