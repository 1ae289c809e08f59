#include "engine/call_run.hpp"

#include <utility>

namespace instructor::engine {

CallRun::CallRun(const detail::ValueMaker& maker, CallSetup&& setup, bool fail_fast) {
  if (fail_fast && !setup.may_call_tools)
    streamed_ = std::make_unique<StreamRun>(maker, std::move(setup), true);
  else
    whole_.emplace(maker, std::move(setup));
}

Progress CallRun::advance() {
  if (whole_) return whole_->advance();
  Progress progress = Progress::changed;
  while (progress == Progress::changed) progress = streamed_->advance();
  return progress;
}

detail::AnyValue CallRun::finish(Completion* completion) {
  if (whole_) return whole_->attempts.finish(completion);
  if (completion != nullptr) *completion = streamed_->take_completion();
  return streamed_->take_value();
}

Progress CallRun::Whole::advance() {
  while (true) {
    bool over = false;
    try {
      if (!delivery) delivery.emplace(attempts.setup(), attempts.next(), attempts.deadline());
      if (!delivery->ready()) return Progress::waiting;
      if (delivery->next(deltas)) continue;
      over = attempts.take(delivery->take_reply());
    } catch (const Error& error) {
      over = !attempts.fall_back(error) && attempts.fail(error, delivery ? delivery->take_reply() : Reply());
    }
    delivery.reset();
    if (over) return Progress::over;
  }
}

}  // namespace instructor::engine
