#pragma once

// A call for a value: the attempt loop over whole replies, or, where a faulty one is to be broken off, over replies
// that come in pieces.

#include <memory>
#include <optional>
#include <vector>

#include "engine/attempts.hpp"
#include "engine/delivery.hpp"
#include "engine/stream_run.hpp"
#include "engine/waker.hpp"
#include "instructor/client.hpp"

namespace instructor::engine {

class CallRun {
 public:
  /// Calls of the program's own tools are read whole even so. Throws Error as Attempts.
  CallRun(const detail::ValueMaker& maker, CallSetup&& setup, bool fail_fast);

  /// Until it must wait, or is over. Throws Error.
  Progress advance();

  /// Once it is over. Throws the Error that it ended with.
  detail::AnyValue finish(Completion* completion);

 private:
  struct Whole {
    Whole(const detail::ValueMaker& maker, CallSetup&& setup) : attempts(maker, std::move(setup)) {}
    Progress advance();

    Attempts attempts;
    std::optional<Delivery> delivery{};
    std::vector<Delta> deltas{};
  };

  // In place: allocations of this size are slow, and make those after them slow.
  std::optional<Whole> whole_;
  std::unique_ptr<StreamRun> streamed_;
};

}  // namespace instructor::engine
