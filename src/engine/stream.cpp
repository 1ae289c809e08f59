#include "instructor/stream.hpp"

#include <utility>

#include "engine/client_setup.hpp"
#include "engine/stream_run.hpp"

namespace instructor::detail {

struct StreamCore::State {
  State(std::shared_ptr<const Client::Setup> client_setup, const ValueMaker& value_maker, Request asked)
      : setup(std::move(client_setup)),
        maker(value_maker),
        request(std::move(asked)),
        waker(std::make_shared<engine::ThreadWaker>(*setup->clock)),
        cancelled(request.cancellation().watch([kept = waker] { kept->wake(); })),
        run(maker, setup->call(request, waker), setup->fail_fast(request, true)) {}

  /// Waits for it. False: the stream is over.
  bool advance() {
    while (true) {
      const engine::Progress progress = run.advance();
      if (progress != engine::Progress::waiting) return progress == engine::Progress::changed;
      waker->wait();
    }
  }

  std::shared_ptr<const Client::Setup> setup;
  ValueMaker maker;
  Request request;
  std::shared_ptr<engine::ThreadWaker> waker;
  Cancellation::Watch cancelled;
  engine::StreamRun run;
  bool was_complete = false;  // what is wanted, inside the object around it, when it was shown last
};

StreamCore::StreamCore(const Client& client, const ValueMaker& maker, Request request)
    : state_(std::make_unique<State>(client.setup_, maker, std::move(request))) {}
StreamCore::StreamCore(StreamCore&&) noexcept = default;
StreamCore& StreamCore::operator=(StreamCore&&) noexcept = default;
StreamCore::~StreamCore() = default;

bool StreamCore::advance() { return state_->advance(); }
bool StreamCore::advance_view() {
  while (state_->advance()) {
    if (!state_->maker.wrapped || state_->run.restarted()) {
      state_->was_complete = false;
      return true;
    }
    const FieldState inside = place_inside().state;
    const bool again = inside == FieldState::complete && state_->was_complete;
    state_->was_complete = inside == FieldState::complete;
    if (inside != FieldState::absent && !again) return true;
  }
  return false;
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

void StreamCore::hand_out_elements(const ElementOps& ops, const TypeInfo& bare_list, void* (*list_in)(void* value),
                                   ElementPolicy policy) {
  state_->run.hand_out({ops, &bare_list, list_in, policy});
}

std::size_t StreamCore::ready() const { return state_->run.ready(); }
void StreamCore::take_one() { state_->run.take_one(); }
const std::vector<SkippedElement>& StreamCore::skipped() const { return state_->run.skipped(); }

}  // namespace instructor::detail
