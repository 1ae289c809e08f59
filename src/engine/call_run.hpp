#pragma once

// The attempt loop over whole replies.

#include <memory>

#include "engine/attempts.hpp"
#include "engine/delivery.hpp"
#include "engine/waker.hpp"
#include "instructor/client.hpp"

namespace instructor::engine {

class CallRun {
 public:
  /// Throws Error as Attempts.
  CallRun(const detail::ValueMaker& maker, CallSetup setup) : attempts_(maker, std::move(setup)) {}

  /// Until it must wait, or is over.
  Progress advance();

  /// Once it is over. Throws the Error that it ended with.
  detail::AnyValue finish(Completion* completion) { return attempts_.finish(completion); }

 private:
  Attempts attempts_;
  std::unique_ptr<Delivery> delivery_;
  std::vector<Delta> deltas_;
};

}  // namespace instructor::engine
