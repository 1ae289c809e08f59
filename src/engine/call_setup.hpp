#pragma once

// What a call is made with, after the client's defaults and the request's own settings.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/backend.hpp"
#include "engine/reliably.hpp"
#include "engine/waker.hpp"
#include "instructor/clock.hpp"
#include "instructor/context.hpp"
#include "instructor/fallback.hpp"
#include "instructor/lowering.hpp"
#include "instructor/repair.hpp"
#include "instructor/request.hpp"
#include "instructor/tool.hpp"

namespace instructor::engine {

struct CallSetup {
  const Backend* backend = nullptr;
  Clock* clock = nullptr;
  std::string_view model;
  Mode mode = Mode::automatic;
  std::vector<const Message*> messages;
  CallOptions options;
  RetryPolicy retry;
  Duration timeout;
  bool stream = false;          ///< replies are wanted as they come
  bool may_call_tools = false;  ///< calls of the program's own tools end the call without a value
  const std::vector<Tool>* tools = nullptr;
  const std::vector<std::string>* provider_tools = nullptr;
  bool lax = false;
  RepairPolicy repair;
  Context context;
  SchemaStyle schema_style = SchemaStyle::json_schema;

  Reliably* reliably = nullptr;  ///< what calls of a client share so that they go well
  Driving driving;

  const FallbackPolicy* fallback = nullptr;
  std::vector<CallSetup> others{};  ///< clients that are asked after this one, where `fallback` allows it
};

}  // namespace instructor::engine
