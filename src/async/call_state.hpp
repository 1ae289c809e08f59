#pragma once

// One asynchronous call.

#include <exception>
#include <memory>

#include "async/driver.hpp"
#include "engine/call_run.hpp"
#include "engine/client_setup.hpp"

namespace instructor::detail {

class CallState final : public Driver {
 public:
  CallState(std::shared_ptr<const Client::Setup> setup, const ValueMaker& maker, Request request);
  /// `maker` is copied.
  static std::shared_ptr<CallState> made(std::shared_ptr<const Client::Setup> setup, const ValueMaker& maker,
                                         Request request);

  /// Before it is driven: what breaks it off, beside the request's own cancellation.
  void follow(const Cancellation& cancellation);
  void unfollow();

  // What came of it, once it is over.
  AnyValue value;
  Completion completion;
  std::exception_ptr failure;

 private:
  bool step() noexcept override;

  const std::shared_ptr<const Client::Setup> setup_;
  const ValueMaker maker_;
  const Request request_;
  std::unique_ptr<engine::CallRun> run_;
  Cancellation::Watch follows_caller_;
  Cancellation::Watch follows_request_;
};

}  // namespace instructor::detail
