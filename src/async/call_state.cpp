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
    if (run_ == nullptr)
      run_ = std::make_unique<engine::CallRun>(maker_, setup_->call(request_, driving()),
                                               setup_->fail_fast(request_, false));
    if (run_->advance() == engine::Progress::waiting) return false;
    value = run_->finish(&completion);
  } catch (...) {
    failure = std::current_exception();
  }
  run_.reset();  // it holds this object, as what wakes it
  return true;
}

}  // namespace instructor::detail
