#include "instructor/async.hpp"

#include <utility>

#include "async/call_state.hpp"

namespace instructor::detail {

// ---- calls -------------------------------------------------------------------------------------------------------

AsyncCall::AsyncCall(const Client& client, const ValueMaker& maker, Request request)
    : state_(CallState::made(client.setup_, maker, std::move(request))) {}

AsyncCall::~AsyncCall() { state_->cancellation().cancel(); }

void AsyncCall::begin(const Cancellation& cancellation, std::coroutine_handle<> waiting) {
  state_->follow(cancellation);
  state_->drive(waiting);
}

AnyValue AsyncCall::await_resume() {
  state_->unfollow();
  if (state_->failure != nullptr) std::rethrow_exception(std::exchange(state_->failure, nullptr));
  return std::move(state_->value);
}

Completion AsyncCall::take_completion() { return std::move(state_->completion); }

// ---- streams -----------------------------------------------------------------------------------------------------

struct AsyncStreamCore::State final : Driver {
  explicit State(const std::shared_ptr<const Client::Setup>& setup) : Driver(setup->clock, setup->executor) {}

  void begin(const Client& client, const ValueMaker& maker, Request request) {
    Driver::begin();
    core = std::make_unique<StreamCore>(client, maker, std::move(request), driving());
  }

  bool step() noexcept override {
    try {
      std::optional<bool> found;
      do {
        found = until == Until::view      ? core->poll_view()
                : until == Until::element ? core->poll_element()
                                          : core->poll();
      } while (found.value_or(false) && until == Until::end);
      if (!found) return false;
      more = *found;
    } catch (...) {
      failure = std::current_exception();
    }
    return true;
  }

  std::unique_ptr<StreamCore> core;
  Until until = Until::view;
  bool more = false;
  std::exception_ptr failure;
};

AsyncStreamCore::AsyncStreamCore(const Client& client, const ValueMaker& maker, Request request)
    : state_(std::make_shared<State>(client.setup_)) {
  state_->begin(client, maker, std::move(request));
}

AsyncStreamCore::AsyncStreamCore(AsyncStreamCore&&) noexcept = default;
AsyncStreamCore& AsyncStreamCore::operator=(AsyncStreamCore&& other) noexcept {
  AsyncStreamCore old(std::move(*this));
  state_ = std::move(other.state_);
  return *this;
}

/// What it runs holds it, as what wakes it.
AsyncStreamCore::~AsyncStreamCore() {
  if (state_ != nullptr) state_->core.reset();
}

void AsyncStreamCore::begin(Until until, std::coroutine_handle<> waiting) {
  state_->until = until;
  state_->drive(waiting);
}

bool AsyncStreamCore::finish() {
  if (state_->failure != nullptr) std::rethrow_exception(std::exchange(state_->failure, nullptr));
  return state_->more;
}

std::function<void()> AsyncStreamCore::canceller() const { return state_->cancellation().canceller(); }
StreamCore& AsyncStreamCore::core() { return *state_->core; }
const StreamCore& AsyncStreamCore::core() const { return *state_->core; }

}  // namespace instructor::detail
