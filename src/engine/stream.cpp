#include "instructor/stream.hpp"

#include <utility>

#include "engine/client_setup.hpp"
#include "engine/stream_run.hpp"

namespace instructor::detail {

struct StreamCore::State {
  State(std::shared_ptr<const Client::Setup> client_setup, const ValueMaker& value_maker, Request asked,
        const engine::Driving& driving)
      : setup(std::move(client_setup)),
        maker(value_maker),
        request(std::move(asked)),
        cancellation(driving.cancellation),
        follows(request.cancellation().watch([own = cancellation] { own.cancel(); })),
        run(maker, setup->call(request, driving), setup->fail_fast(request, true)) {}

  std::shared_ptr<const Client::Setup> setup;
  ValueMaker maker;
  Request request;
  Cancellation cancellation;
  std::shared_ptr<engine::ThreadWaker> thread{};  // null: somebody else drives it
  Cancellation::Watch follows;
  Cancellation::Watch wakes{};
  engine::StreamRun run;
  bool was_complete = false;  // what is wanted, inside the object around it, when it was shown last
};

namespace {

template <class Poll>
bool wait_for(engine::ThreadWaker& waker, Poll poll) {
  while (true) {
    if (const std::optional<bool> more = poll()) return *more;
    waker.wait();
  }
}

}  // namespace

StreamCore::StreamCore(const Client& client, const ValueMaker& maker, Request request) {
  const auto waker = std::make_shared<engine::ThreadWaker>(*client.setup_->clock);
  const Cancellation cancellation;
  Cancellation::Watch wakes = cancellation.watch([waker] { waker->wake(); });
  state_ = std::make_unique<State>(client.setup_, maker, std::move(request), engine::Driving{waker, cancellation});
  state_->thread = waker;
  state_->wakes = std::move(wakes);
}

StreamCore::StreamCore(const Client& client, const ValueMaker& maker, Request request, const engine::Driving& driving)
    : state_(std::make_unique<State>(client.setup_, maker, std::move(request), driving)) {}

StreamCore::StreamCore(StreamCore&&) noexcept = default;
StreamCore& StreamCore::operator=(StreamCore&&) noexcept = default;
StreamCore::~StreamCore() = default;

bool StreamCore::advance() {
  return wait_for(*state_->thread, [this] { return poll(); });
}
bool StreamCore::advance_view() {
  return wait_for(*state_->thread, [this] { return poll_view(); });
}
bool StreamCore::advance_element() {
  return wait_for(*state_->thread, [this] { return poll_element(); });
}
void StreamCore::cancel() const { state_->cancellation.cancel(); }

std::optional<bool> StreamCore::poll() {
  const engine::Progress progress = state_->run.advance();
  if (progress == engine::Progress::waiting) return std::nullopt;
  return progress == engine::Progress::changed;
}

std::optional<bool> StreamCore::poll_view() {
  while (true) {
    const std::optional<bool> more = poll();
    if (!more || !*more) return more;
    if (!state_->maker.wrapped || state_->run.restarted()) {
      state_->was_complete = false;
      return true;
    }
    const FieldState inside = place_inside().state;
    const bool again = inside == FieldState::complete && state_->was_complete;
    state_->was_complete = inside == FieldState::complete;
    if (inside != FieldState::absent && !again) return true;
  }
}

std::optional<bool> StreamCore::poll_element() {
  while (ready() == 0) {
    const std::optional<bool> more = poll();
    if (!more) return std::nullopt;
    if (!*more) return ready() != 0;
  }
  return true;
}

bool StreamCore::restarted() const { return state_->run.restarted(); }
int StreamCore::attempt() const { return state_->run.attempt(); }
LivePlace StreamCore::place() const { return state_->run.place(); }
LivePlace StreamCore::place_inside() const { return entry_at_key(state_->run.place(), "content"); }
void* StreamCore::value() const { return state_->run.value(); }
const Completion& StreamCore::completion() const { return state_->run.completion(); }

void StreamCore::listen(std::unique_ptr<ChangeListener> listener, Coalesce coalesce) {
  state_->run.watch(std::make_unique<engine::Changes>(std::move(listener), coalesce,
                                                      state_->maker.wrapped ? "/content" : "", *state_->setup->clock));
}

void StreamCore::hand_out_elements(const ElementOps& ops, ElementPolicy policy) {
  state_->run.hand_out({&ops, policy});
}

std::size_t StreamCore::ready() const { return state_->run.ready(); }
void StreamCore::take_one() { state_->run.take_one(); }
const std::vector<SkippedElement>& StreamCore::skipped() const { return state_->run.skipped(); }

}  // namespace instructor::detail
