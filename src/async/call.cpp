#include "instructor/async.hpp"

#include <utility>

#include "async/driver.hpp"
#include "engine/call_run.hpp"
#include "engine/client_setup.hpp"
#include "engine/stream_run.hpp"

namespace instructor::detail {

// ---- calls -------------------------------------------------------------------------------------------------------

struct AsyncCall::State final : Driver {
  State(std::shared_ptr<const Client::Setup> client_setup, const ValueMaker& value_maker, Request asked)
      : Driver(client_setup->clock, client_setup->executor),
        setup(std::move(client_setup)),
        maker(value_maker),
        request(std::move(asked)),
        value(nullptr, maker.destroy) {}

  static std::shared_ptr<State> made(std::shared_ptr<const Client::Setup> client_setup, const ValueMaker& maker,
                                     Request asked) {
    auto state = std::make_shared<State>(std::move(client_setup), maker, std::move(asked));
    state->begin();
    return state;
  }

  bool step() noexcept override {
    try {
      return go_on();
    } catch (...) {
      failure = std::current_exception();
    }
    finish();
    return true;
  }

  bool go_on() {
    if (whole == nullptr && streamed == nullptr) {
      engine::CallSetup call =
          setup->call(request, std::static_pointer_cast<engine::Waker>(shared_from_this()), cancellation());
      call.blocks = false;
      if (setup->fail_fast(request, false))
        streamed = std::make_unique<engine::StreamRun>(maker, std::move(call), true);
      else
        whole = std::make_unique<engine::CallRun>(maker, std::move(call));
    }
    if (whole != nullptr) {
      if (whole->advance() == engine::Progress::waiting) return false;
      value = whole->finish(&completion);
    } else {
      engine::Progress progress = engine::Progress::changed;
      while (progress == engine::Progress::changed) progress = streamed->advance();
      if (progress == engine::Progress::waiting) return false;
      completion = streamed->take_completion();
      value = streamed->take_value();
    }
    finish();
    return true;
  }

  /// The run holds this object, as what wakes it.
  void finish() noexcept {
    whole.reset();
    streamed.reset();
  }

  const std::shared_ptr<const Client::Setup> setup;
  const ValueMaker maker;
  const Request request;
  std::unique_ptr<engine::CallRun> whole;
  std::unique_ptr<engine::StreamRun> streamed;
  AnyValue value;
  Completion completion;
  std::exception_ptr failure;
  Cancellation::Watch follows_task;
  Cancellation::Watch follows_request;
};

AsyncCall::AsyncCall(const Client& client, const ValueMaker& maker, Request request)
    : state_(State::made(client.setup_, maker, std::move(request))) {}

AsyncCall::~AsyncCall() { state_->cancellation().cancel(); }

void AsyncCall::begin(const Cancellation& cancellation, std::coroutine_handle<> waiting) {
  const auto cancel = [own = state_->cancellation()] { own.cancel(); };
  state_->follows_task = cancellation.watch(cancel);
  state_->follows_request = state_->request.cancellation().watch(cancel);
  state_->drive(waiting);
}

AnyValue AsyncCall::await_resume() {
  state_->follows_task = {};
  state_->follows_request = {};
  if (state_->failure != nullptr) std::rethrow_exception(state_->failure);
  return std::move(state_->value);
}

Completion AsyncCall::take_completion() { return std::move(state_->completion); }

// ---- streams -----------------------------------------------------------------------------------------------------

struct AsyncStreamCore::State final : Driver {
  explicit State(const std::shared_ptr<const Client::Setup>& setup) : Driver(setup->clock, setup->executor) {}

  void begin(const Client& client, const ValueMaker& maker, Request request) {
    Driver::begin();
    core = std::make_unique<StreamCore>(client, maker, std::move(request),
                                        std::static_pointer_cast<engine::Waker>(shared_from_this()), cancellation());
  }

  bool step() noexcept override {
    try {
      const std::optional<bool> found = until == Until::view      ? core->poll_view()
                                        : until == Until::element ? core->poll_element()
                                                                  : core->poll();
      if (!found) return false;
      if (*found && until == Until::end) return step();
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
