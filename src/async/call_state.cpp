#include "async/call_state.hpp"

#include <utility>

namespace instructor::detail {

CallState::CallState(std::shared_ptr<const Client::Setup> setup, const ValueMaker& maker, Request request)
    : Driver(setup->clock, setup->executor),
      value(nullptr, maker.destroy),
      setup_(std::move(setup)),
      maker_(maker),
      request_(std::move(request)) {}

std::shared_ptr<CallState> CallState::made(std::shared_ptr<const Client::Setup> setup, const ValueMaker& maker,
                                           Request request) {
  auto state = std::make_shared<CallState>(std::move(setup), maker, std::move(request));
  state->begin();
  return state;
}

void CallState::follow(const Cancellation& cancellation) {
  const auto cancel = [own = this->cancellation()] { own.cancel(); };
  follows_caller_ = cancellation.watch(cancel);
  follows_request_ = request_.cancellation().watch(cancel);
}

void CallState::unfollow() {
  follows_caller_ = {};
  follows_request_ = {};
}

bool CallState::step() noexcept {
  try {
    if (!go_on()) return false;
  } catch (...) {
    failure = std::current_exception();
  }
  finish();
  return true;
}

bool CallState::go_on() {
  if (whole_ == nullptr && streamed_ == nullptr) {
    engine::CallSetup call =
        setup_->call(request_, std::static_pointer_cast<engine::Waker>(shared_from_this()), cancellation());
    call.blocks = false;
    if (setup_->fail_fast(request_, false))
      streamed_ = std::make_unique<engine::StreamRun>(maker_, std::move(call), true);
    else
      whole_ = std::make_unique<engine::CallRun>(maker_, std::move(call));
  }
  if (whole_ != nullptr) {
    if (whole_->advance() == engine::Progress::waiting) return false;
    value = whole_->finish(&completion);
    return true;
  }
  engine::Progress progress = engine::Progress::changed;
  while (progress == engine::Progress::changed) progress = streamed_->advance();
  if (progress == engine::Progress::waiting) return false;
  completion = streamed_->take_completion();
  value = streamed_->take_value();
  return true;
}

/// The run holds this object, as what wakes it.
void CallState::finish() noexcept {
  whole_.reset();
  streamed_.reset();
}

}  // namespace instructor::detail
