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
        run(maker, setup->call(request), {.fail_fast = setup->fail_fast(request, true)}) {}

  std::shared_ptr<const Client::Setup> setup;
  ValueMaker maker;
  Request request;
  engine::StreamRun run;
};

StreamCore::StreamCore(const Client& client, const ValueMaker& maker, Request request)
    : state_(std::make_unique<State>(client.setup_, maker, std::move(request))) {}
StreamCore::StreamCore(StreamCore&&) noexcept = default;
StreamCore& StreamCore::operator=(StreamCore&&) noexcept = default;
StreamCore::~StreamCore() = default;

bool StreamCore::advance() { return state_->run.advance(); }
bool StreamCore::restarted() const { return state_->run.restarted(); }
int StreamCore::attempt() const { return state_->run.attempt(); }
LivePlace StreamCore::place() const { return state_->run.place(); }
void* StreamCore::value() const { return state_->run.value(); }
const Completion& StreamCore::completion() const { return state_->run.completion(); }

void StreamCore::on_change(ChangeCallback callback, Coalesce coalesce) {
  // What is no struct is asked for as the one member of an object.
  const TypeInfo& asked = *state_->maker.type;
  const bool wrapped = asked.name == "Response" && asked.fields.size() == 1 && asked.fields[0].key == "content";
  state_->run.watch(std::make_unique<engine::Changes>(std::move(callback), coalesce, wrapped ? "/content" : "",
                                                      *state_->setup->clock));
}

void StreamCore::hand_out_elements(const ElementOps& ops, const TypeInfo& bare_list, void* (*list_in)(void* value),
                                   ElementPolicy policy) {
  state_->run.hand_out({ops, &bare_list, list_in, policy});
}

std::size_t StreamCore::ready() const { return state_->run.ready(); }
void StreamCore::take_one() { state_->run.take_one(); }
const std::vector<SkippedElement>& StreamCore::skipped() const { return state_->run.skipped(); }

}  // namespace instructor::detail
