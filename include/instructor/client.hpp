#pragma once

// The client.
//
//   auto client = instructor::from_provider("openai/gpt-4o-mini");      // the key is in OPENAI_API_KEY
//   User user = client.create<User>("Jason is 25 years old");           // throws instructor::Error
//
//   auto maybe = client.try_create<User>("Jason is 25 years old");      // std::expected<User, Error>
//
//   auto [person, completion] = client.create_with_completion<User>("...");
//   completion.usage.total_tokens;                                      // over all attempts
//   completion.attempts;                                                // the ledger
//
// One call is a loop: ask, decode, and where the answer is not valid, ask again with everything that is wrong with it.
// Any type can be asked for; one that is no struct travels in an object with a single member.

#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "instructor/clock.hpp"
#include "instructor/completion.hpp"
#include "instructor/detail/asked.hpp"
#include "instructor/error.hpp"
#include "instructor/json.hpp"
#include "instructor/mode.hpp"
#include "instructor/model.hpp"
#include "instructor/reliability.hpp"
#include "instructor/request.hpp"
#include "instructor/transport.hpp"

namespace instructor {

class Client;
class DynamicModel;
class RateLimiter;
class FallbackPolicy;

/// How a client is set up. A value with chained setters.
class ClientOptions {
 public:
  ClientOptions();
  ClientOptions(const ClientOptions&);
  ClientOptions(ClientOptions&&) noexcept;
  ClientOptions& operator=(const ClientOptions&);
  ClientOptions& operator=(ClientOptions&&) noexcept;
  ~ClientOptions();

  /// The key; without it, the provider's environment variable (OPENAI_API_KEY, ...).
  ClientOptions& api_key(std::string key);
  /// Asked for the key at each request, where keys expire: `Authorization: Bearer` with what it returns. Called from
  /// many threads. What it throws ends the call.
  ClientOptions& bearer_token(std::function<std::string()> get);
  /// What the provider has to be told beside a key: `region`, `project`, `api_version`, ...; docs/providers.md has
  /// them.
  ClientOptions& parameter(std::string name, std::string value);
  /// Where the provider, or something that speaks its protocol, is: `http://localhost:8000/v1`.
  ClientOptions& base_url(std::string url);
  /// Instead of the provider's default mode.
  ClientOptions& mode(Mode value);
  /// An additional header of every request.
  ClientOptions& header(std::string name, std::string value);
  /// What every call begins with: its messages come first, its settings count where a call has none.
  ClientOptions& defaults(Request request);
  ClientOptions& retry(RetryPolicy policy);
  /// Instead of libcurl.
  ClientOptions& transport(std::shared_ptr<Transport> value);
  /// Settings of the libcurl transport.
  ClientOptions& http(TransportOptions value);
  ClientOptions& clock(std::shared_ptr<Clock> value);

  /// When requests are sent again to which there was no answer. Default: TransportRetry().
  ClientOptions& transport_retry(TransportRetry value);
  /// How fast is asked. Default: as the provider's replies say.
  ClientOptions& rate_limit(RateLimit value);
  /// A limit that several clients keep together.
  ClientOptions& rate_limiter(std::shared_ptr<RateLimiter> value);
  /// When a provider that fails is left alone. Default: CircuitBreaker().
  ClientOptions& circuit_breaker(CircuitBreaker value);
  /// When a request is sent a second time because the first takes long. Default: never.
  ClientOptions& hedge(Hedge value);
  /// Identical calls that are under way at once are made once, and share the reply. Not those that are streamed.
  /// Default false.
  ClientOptions& single_flight(bool value);
  /// What runs the continuations of asynchronous calls: `[&](std::function<void()> work) { my_loop.post(work); }`.
  /// Called from any thread; it must not run `work` before it returns. Default: a thread of the library's, which all
  /// clients share.
  ClientOptions& executor(std::function<void(std::function<void()>)> value);

  const std::string& api_key() const { return api_key_; }
  const std::function<std::string()>& bearer_token() const { return bearer_token_; }
  const std::vector<std::pair<std::string, std::string>>& parameters() const { return parameters_; }
  const std::string& base_url() const { return base_url_; }
  Mode mode() const { return mode_; }
  const std::vector<HttpHeader>& headers() const { return headers_; }
  const Request& defaults() const { return defaults_; }
  const std::shared_ptr<Transport>& transport() const { return transport_; }
  const TransportOptions& http() const { return http_; }
  const std::shared_ptr<Clock>& clock() const { return clock_; }
  const std::optional<TransportRetry>& transport_retry() const { return transport_retry_; }
  const RateLimit& rate_limit() const { return rate_limit_; }
  const std::shared_ptr<RateLimiter>& rate_limiter() const { return rate_limiter_; }
  const CircuitBreaker& circuit_breaker() const { return circuit_breaker_; }
  const Hedge& hedge() const { return hedge_; }
  bool single_flight() const { return single_flight_; }
  const std::function<void(std::function<void()>)>& executor() const { return executor_; }

 private:
  std::string api_key_;
  std::function<std::string()> bearer_token_;
  std::vector<std::pair<std::string, std::string>> parameters_;
  std::string base_url_;
  Mode mode_ = Mode::automatic;
  std::vector<HttpHeader> headers_;
  Request defaults_;
  std::shared_ptr<Transport> transport_;
  TransportOptions http_;
  std::shared_ptr<Clock> clock_;
  std::optional<TransportRetry> transport_retry_;
  RateLimit rate_limit_;
  std::shared_ptr<RateLimiter> rate_limiter_;
  CircuitBreaker circuit_breaker_;
  Hedge hedge_;
  bool single_flight_ = false;
  std::function<void(std::function<void()>)> executor_;
};

/// For ClientOptions::rate_limiter.
std::shared_ptr<RateLimiter> shared_rate_limit(const RateLimit& limit);

namespace detail {

/// How the engine makes the values that it decodes into.
struct ValueMaker {
  const TypeInfo* type;
  void* (*make)();
  void (*destroy)(void*);
  bool wrapped = false;   ///< what is wanted is the one member of it
  bool parallel = false;  ///< it is a ParallelCalls: one tool for each of its types
};

template <class T>
inline constexpr bool is_answer = false;
template <class T>
inline constexpr bool is_answer<Answer<T>> = true;

template <class T>
inline constexpr ValueMaker value_maker{&type_of<T>(), []() -> void* { return new T(); },
                                        [](void* value) { delete static_cast<T*>(value); }, is_answer<T>};

/// What becomes of the tools in a request: the model must answer all the same, or may call them instead.
enum class OwnTools : std::uint8_t { only_shown, may_be_called };

/// A decoded value, its type forgotten.
using AnyValue = std::unique_ptr<void, void (*)(void*)>;

template <class T>
T take_asked(Asked<T>& value) {
  if constexpr (is_object<T>)
    return std::move(value);
  else
    return std::move(value.content);
}
template <class T>
T take_asked(const AnyValue& any) {
  return take_asked<T>(*static_cast<Asked<T>*>(any.get()));
}

}  // namespace detail

class Backend;

/// One turn of a conversation in which the model may call tools of the program's before it answers.
template <class T>
struct Turn {
  std::optional<T> answer;
  std::vector<ToolCall> calls;  ///< of the tools in the request, when there is no answer yet
  Completion completion;

  /// Is the answer there?
  explicit operator bool() const { return answer.has_value(); }
};

template <class T>
class Task;
template <class T>
class MapRun;
class MapOptions;
template <class T>
class AsyncPartialStream;
template <class T>
class AsyncElementStream;
template <class T>
class PartialStream;
template <class... Ts>
class CallStream;
template <class T>
class ElementStream;
class JsonStream;
namespace detail {
class StreamCore;
class AsyncCall;
class AsyncStreamCore;
class CallState;
struct MapCalls;
MapCalls map_calls(const Client& client, const ValueMaker& maker, std::string_view type_name);
}  // namespace detail

/// What becomes of an element of a list that is not valid.
enum class ElementPolicy : std::uint8_t {
  ask_again,  ///< the model is asked for this element and the rest
  skip,       ///< it is left out; see ElementStream::skipped
  stop,       ///< the stream ends with an Error (`validation`)
};

/// Asks a language model for typed values. Cheap to copy; copies share connections. Safe to use from many threads.
class Client {
 public:
  /// Asks for a T. Throws Error.
  template <class T>
  T create(const Request& request) const {
    return detail::take_asked<T>(run(detail::value_maker<detail::Asked<T>>, request, nullptr));
  }

  /// Asks for a T; failure is a value.
  template <class T>
  std::expected<T, Error> try_create(const Request& request) const {
    try {
      return create<T>(request);
    } catch (Error& error) {
      return std::unexpected(std::move(error));
    }
  }

  /// Asks for a T and also gives what came back: text, usage, the ledger of all attempts. Throws Error.
  template <class T>
  std::pair<T, Completion> create_with_completion(const Request& request) const {
    Completion completion;
    T value = detail::take_asked<T>(run(detail::value_maker<detail::Asked<T>>, request, &completion));
    return {std::move(value), std::move(completion)};
  }

  /// Asks for a T, and lets the model call the request's tools first. Run them, add what they gave, and ask again:
  ///
  ///   auto turn = client.create_or_call<Advice>(request);
  ///   while (!turn) {
  ///     request.message(Message::assistant(turn.completion));
  ///     for (const ToolCall& call : turn.calls) request.message(Message::tool(call.id, call.name, run(call)));
  ///     turn = client.create_or_call<Advice>(request);
  ///   }
  ///
  /// Throws Error.
  template <class T>
  Turn<T> create_or_call(const Request& request) const {
    Turn<T> turn;
    const detail::AnyValue any =
        run(detail::value_maker<detail::Asked<T>>, request, &turn.completion, detail::OwnTools::may_be_called);
    if (any != nullptr)
      turn.answer = detail::take_asked<T>(any);
    else
      turn.calls = turn.completion.tool_calls;
    return turn;
  }

  /// Asks for any number of values of several types, each a tool of its own that the model calls as often as it sees
  /// fit; include parallel.hpp. In the order of the calls. Throws Error.
  template <class... Ts>
  std::vector<std::variant<Ts...>> create_parallel(const Request& request) const;
  template <class... Ts>
  std::pair<std::vector<std::variant<Ts...>>, Completion> create_parallel_with_completion(const Request& request) const;
  /// The same, each value handed out the moment its call is whole and valid.
  template <class... Ts>
  CallStream<Ts...> stream_parallel(Request request, ElementPolicy policy = ElementPolicy::ask_again) const;

  /// Asks for a T and shows it while it arrives; include stream.hpp.
  template <class T>
  PartialStream<T> create_partial(Request request) const;

  /// Asks for a list of T and hands out each element the moment it is whole and valid; include stream.hpp.
  template <class T>
  ElementStream<T> create_iterable(Request request, ElementPolicy policy = ElementPolicy::ask_again) const;

  /// The same without waiting, as coroutines; include async.hpp. Nothing is asked before the task is awaited or
  /// started.
  template <class T>
  Task<T> create_async(Request request) const;
  template <class T>
  Task<std::expected<T, Error>> try_create_async(Request request) const;
  template <class T>
  Task<std::pair<T, Completion>> create_with_completion_async(Request request) const;
  template <class... Ts>
  Task<std::vector<std::variant<Ts...>>> create_parallel_async(Request request) const;
  template <class T>
  AsyncPartialStream<T> create_partial_async(Request request) const;
  template <class T>
  AsyncElementStream<T> create_iterable_async(Request request, ElementPolicy policy = ElementPolicy::ask_again) const;

  /// Asks the same of many inputs, texts or Requests; include map.hpp.
  template <class T, class Inputs>
  MapRun<T> map(Inputs&& inputs, const MapOptions& options) const;
  template <class T, class Inputs>
  MapRun<T> map(Inputs&& inputs) const;

  /// Asks for a value of a model that exists only at run time; include dynamic.hpp and <nlohmann/json.hpp>. Throws
  /// Error.
  Json create(const DynamicModel& model, const Request& request) const;
  JsonStream create_partial(const DynamicModel& model, Request request) const;
  std::pair<Json, Completion> create_with_completion(const DynamicModel& model, const Request& request) const;

  /// `openai/gpt-4o-mini`.
  const std::string& provider_and_model() const;

  /// The same client over another transport.
  Client over(std::shared_ptr<Transport> transport) const;
  const std::shared_ptr<Transport>& transport() const;

  /// From parts; programs call from_provider instead.
  Client(std::shared_ptr<const Backend> backend, const ClientOptions& options);

 private:
  friend class detail::StreamCore;
  friend class detail::AsyncCall;
  friend class detail::CallState;
  friend detail::MapCalls detail::map_calls(const Client& client, const detail::ValueMaker& maker,
                                            std::string_view type_name);
  friend class detail::AsyncStreamCore;
  friend Client fallback(const std::vector<Client>& clients, FallbackPolicy policy);
  struct Setup;
  explicit Client(std::shared_ptr<const Setup> setup);

  /// Null: the caller does not want the completion.
  detail::AnyValue run(const detail::ValueMaker& maker, const Request& request, Completion* completion,
                       detail::OwnTools own_tools = detail::OwnTools::only_shown) const;

  std::shared_ptr<const Setup> setup_;
};

/// A client for `provider/model`: `openai/gpt-4o-mini`, `anthropic/claude-haiku-4-5`, `ollama/qwen3`; provider.hpp and
/// docs/providers.md have them all. Everything after the first slash is the model's
/// name. Throws Error: `invalid_provider` (with the list of those known), `missing_key` (names the variable),
/// `invalid_configuration`. No request is made.
Client from_provider(std::string_view provider_and_model, const ClientOptions& options = {});

/// A client for whatever provider is at `base_url`: the one whose URL that is, or else one that is like OpenAI. Throws
/// Error as `from_provider`.
Client from_base_url(std::string_view base_url, std::string_view model, const ClientOptions& options = {});

}  // namespace instructor
