// Calls of a run over many inputs: asynchronous ones.

#include <exception>
#include <utility>

#include "async/call_state.hpp"
#include "engine/client_setup.hpp"
#include "instructor/detail/map_core.hpp"
#include "instructor/task.hpp"

namespace instructor::detail {

namespace {

MapOutcome outcome_of(CallState& state) {
  if (state.failure == nullptr) return {std::move(state.value), std::move(state.completion)};
  MapOutcome outcome{std::unexpected(as_error(state.failure)), {}};
  outcome.completion.usage = outcome.value.error().usage();
  return outcome;
}

}  // namespace

MapCalls map_calls(const Client& client, const ValueMaker& maker, std::string_view type_name) {
  const auto setup = client.setup_;
  /// How this request would be asked first.
  const auto first_attempt = [setup, &maker](const Request& request) {
    return std::make_unique<engine::Attempts>(maker, setup->call(request, {}));
  };
  MapCalls calls;
  calls.start = [setup, &maker](Request request, MapCalls::Done done) -> std::shared_ptr<void> {
    const std::shared_ptr<CallState> state = CallState::made(setup, maker, std::move(request));
    state->follow(Cancellation::never());
    // The run waits for what comes; what the executor runs are continuations.
    state->drive([state = state.get(), done = std::move(done)] { done(outcome_of(*state)); });
    // Whoever lets go of it cancels it.
    return {nullptr, [state](void*) { state->cancellation().cancel(); }};
  };
  calls.decode = [first_attempt, &maker](std::string_view json,
                                         const Request& request) -> std::expected<AnyValue, Issues> {
    const auto attempts = first_attempt(request);
    AnyValue value(maker.make(), maker.destroy);
    core::Decoder decoder(core::plan_of(*maker.type), value.get(), attempts->decode_options(),
                          core::DecodeUse::at_once);
    decoder.feed(json);
    if (!decoder.finish()) return std::unexpected(std::move(decoder.issues()));
    return value;
  };
  calls.fingerprint = [first_attempt](const Request& request) {
    const auto attempts = first_attempt(request);
    const Call& call = attempts->next();
    return attempts->setup().backend->fingerprint(call) + '\n' + attempts->setup().context.named_values() +
           (attempts->setup().lax ? "\nlax" : "");
  };
  calls.type = maker.type;
  calls.type_name = type_name;
  calls.provider_and_model = setup->provider_and_model;
  return calls;
}

}  // namespace instructor::detail
