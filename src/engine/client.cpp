#include "instructor/client.hpp"

#include <utility>

#include <nlohmann/json.hpp>

#include "engine/call_run.hpp"
#include "engine/client_setup.hpp"
#include "system/forward_clock.hpp"

namespace instructor {

Client::Client(std::shared_ptr<const Backend> backend, const ClientOptions& options) {
  auto setup = std::make_shared<Setup>();
  setup->clock = options.clock() != nullptr ? forward_clock(options.clock()) : system_clock();
  setup->model = options.defaults().model();
  setup->provider_and_model = std::string(backend->name()) + "/" + setup->model;
  setup->mode = options.mode();
  setup->defaults = options.defaults();
  setup->backend = std::move(backend);
  setup->reliably = std::make_shared<engine::Reliably>(
      options.transport_retry().value_or(TransportRetry()), options.circuit_breaker(), options.hedge(),
      options.single_flight(),
      options.rate_limiter() != nullptr ? options.rate_limiter() : shared_rate_limit(options.rate_limit()));
  setup->executor = options.executor();
  setup_ = std::move(setup);
}

Client::Client(std::shared_ptr<const Setup> setup) : setup_(std::move(setup)) {}

Client Client::over(std::shared_ptr<Transport> transport) const {
  auto setup = std::make_shared<Setup>(*setup_);
  for (auto& other : setup->others) other = Client(other).over(transport).setup_;
  setup->backend = setup_->backend->over(std::move(transport));
  return Client(std::move(setup));
}

const std::shared_ptr<Transport>& Client::transport() const { return setup_->backend->transport(); }

const std::string& Client::provider_and_model() const { return setup_->provider_and_model; }

namespace {

template <class T>
void use_default(std::optional<T>& value, const std::optional<T>& fallback) {
  if (!value) value = fallback;
}

CallOptions merged(const CallOptions& defaults, CallOptions options) {
  use_default(options.temperature, defaults.temperature);
  use_default(options.top_p, defaults.top_p);
  use_default(options.max_tokens, defaults.max_tokens);
  use_default(options.seed, defaults.seed);
  if (options.stop.empty()) options.stop = defaults.stop;
  for (const auto& [key, value] : defaults.extra) {
    bool given = false;
    for (const auto& [name, _] : options.extra) given = given || name == key;
    if (!given) options.extra.emplace_back(key, value);
  }
  return options;
}

}  // namespace

engine::CallSetup Client::Setup::call(const Request& request, engine::Driving driving) const {
  engine::CallSetup call;
  call.backend = backend.get();
  call.clock = clock.get();
  call.model = request.model().empty() ? model : request.model();
  call.mode = request.mode() != Mode::automatic    ? request.mode()
              : defaults.mode() != Mode::automatic ? defaults.mode()
                                                   : mode;
  call.messages.reserve(defaults.messages().size() + request.messages().size());
  for (const Message& message : defaults.messages()) call.messages.push_back(&message);
  for (const Message& message : request.messages()) call.messages.push_back(&message);
  if (call.messages.empty())
    throw Error(ErrorCode::invalid_request, "the request has no messages; say what is to be done with Request::user");
  call.options = merged(defaults.options(), request.options());
  call.tools = request.tools().empty() ? &defaults.tools() : &request.tools();
  call.provider_tools = request.provider_tools().empty() ? &defaults.provider_tools() : &request.provider_tools();
  call.lax = request.lax() ? *request.lax() : defaults.lax().value_or(false);
  call.repair = request.repair() ? *request.repair() : defaults.repair().value_or(RepairPolicy());
  call.context = request.context();
  call.context.add_missing(defaults.context());
  call.schema_style =
      request.schema_style() ? *request.schema_style() : defaults.schema_style().value_or(SchemaStyle::json_schema);
  call.retry = request.retry() ? *request.retry() : defaults.retry().value_or(RetryPolicy());
  call.timeout = request.timeout() ? *request.timeout() : defaults.timeout().value_or(Duration::of_seconds(600));
  call.reliably = reliably.get();
  call.fallback = &fallback;
  for (const auto& other : others) call.others.push_back(other->call(request, driving));
  call.driving = std::move(driving);
  return call;
}

bool Client::Setup::fail_fast(const Request& request, bool otherwise) const {
  return request.fail_fast() ? *request.fail_fast() : defaults.fail_fast().value_or(otherwise);
}

std::shared_ptr<RateLimiter> shared_rate_limit(const RateLimit& limit) { return std::make_shared<RateLimiter>(limit); }

detail::AnyValue Client::run(const detail::ValueMaker& maker, const Request& request, Completion* completion,
                             detail::OwnTools own_tools) const {
  const auto waker = std::make_shared<engine::ThreadWaker>(*setup_->clock);
  Cancellation::Watch cancelled;
  if (request.cancellation().can_be_cancelled()) cancelled = request.cancellation().watch([waker] { waker->wake(); });
  engine::CallSetup call = setup_->call(request, {waker, request.cancellation()});
  call.may_call_tools = own_tools == detail::OwnTools::may_be_called;
  engine::CallRun run(maker, std::move(call), setup_->fail_fast(request, false));
  while (run.advance() == engine::Progress::waiting) waker->wait();
  return run.finish(completion);
}

}  // namespace instructor
