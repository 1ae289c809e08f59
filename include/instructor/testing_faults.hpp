#pragma once

// A network that misbehaves on purpose, in front of any transport.
//
//   auto model = std::make_shared<testing::ScriptedTransport>(std::vector<testing::ScriptedReply>{R"({"name":"Jo"})"});
//   auto network = std::make_shared<testing::FaultyTransport>(model);
//   network->plan({testing::Fault::status(429, {{"retry-after", "1"}}), testing::Fault::resets_in_body(10)});
//   Client client = from_provider("openai/gpt-4o-mini", ClientOptions().transport(network).clock(clock));
//   client.create<User>(Request("...").max_retries(3));      // the third request goes through
//   assert(network->count(testing::Fault::Kind::status) == 1 && network->requests() == 3);

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "instructor/clock.hpp"
#include "instructor/duration.hpp"
#include "instructor/transport.hpp"

namespace instructor::testing {

/// What happens to one request.
struct Fault {
  enum class Kind : std::uint8_t {
    none,                  ///< it goes through
    refuse,                ///< no connection: Error (`transport`)
    reset_before_headers,  ///< connected, and no response: Error (`transport`)
    reset_in_headers,      ///< the same after a part of the headers
    reset_in_body,         ///< Error (`transport`) behind the first `bytes` bytes of the body
    cut,                   ///< the body ends after `bytes` bytes as if that were all
    delay,                 ///< the response comes `time` later, by the clock of the transport
    silence,               ///< nothing comes until the request is cancelled, or its time is over by that clock
    status,                ///< this status with these headers and this body instead of a response
    duplicate,             ///< each piece of the body comes twice
    reorder,               ///< two pieces next to each other change places
    byte_by_byte,          ///< the body comes one byte at a time
  };
  static constexpr std::size_t kinds = 12;

  Kind kind = Kind::none;
  std::size_t bytes = 0;
  Duration time;
  HttpHead head;
  std::string body;

  Fault() = default;
  Fault(Kind what) : kind(what) {}  // NOLINT(google-explicit-constructor)

  static Fault resets_in_body(std::size_t bytes) { return sized(Kind::reset_in_body, bytes); }
  static Fault cuts(std::size_t bytes) { return sized(Kind::cut, bytes); }
  static Fault delays(Duration time) {
    Fault fault(Kind::delay);
    fault.time = time;
    return fault;
  }
  /// Headers with lower-case names, as `retry-after`.
  static Fault status(int status, std::vector<HttpHeader> headers = {}, std::string body = {}) {
    Fault fault(Kind::status);
    fault.head = {status, std::move(headers)};
    fault.body = std::move(body);
    return fault;
  }

 private:
  static Fault sized(Kind kind, std::size_t bytes) {
    Fault fault(kind);
    fault.bytes = bytes;
    return fault;
  }
};

/// Does to the requests that pass through it what a plan says: one fault for each, in their order; then, with a seed,
/// faults by chance. Works through `send`, `open` and `start` (which waits on a thread: see Transport::start). Safe
/// from many threads.
class FaultyTransport final : public Transport {
 public:
  /// Null for `clock`: the machine's. Delays by a clock that is moved by hand last until it is moved.
  explicit FaultyTransport(std::shared_ptr<Transport> inner, std::shared_ptr<Clock> clock = nullptr);

  /// What is to happen next, behind what was planned already.
  void plan(std::vector<Fault> faults);
  /// From then on one request of `every` (at least 1) meets a fault, the same ones for the same seed: any kind but
  /// `delay`, `silence`, and those that change a body in ways that no network does (`cut`, `duplicate`, `reorder`).
  void by_chance(std::uint64_t seed, unsigned every);

  void send(const HttpRequest& request, HttpSink& sink) override;
  std::unique_ptr<HttpExchange> open(HttpRequest request) override;
  Transport* for_credentials() override { return inner_->for_credentials(); }

  /// How many requests met this.
  int count(Fault::Kind kind) const;
  /// How many requests there were.
  int requests() const;

 private:
  struct Chance {
    std::uint64_t state;
    unsigned every;
  };

  Fault next();

  std::shared_ptr<Transport> inner_;
  std::shared_ptr<Clock> clock_;
  mutable std::mutex mutex_;
  std::deque<Fault> plan_;
  std::optional<Chance> chance_;
  std::array<int, Fault::kinds> counts_{};
};

}  // namespace instructor::testing
