#pragma once

// What all calls of a client share so that each of them goes well.

#include <memory>
#include <string>
#include <utility>

#include "instructor/completion.hpp"
#include "instructor/reliability.hpp"
#include "reliability/circuit_breaker.hpp"
#include "reliability/rate_limiter.hpp"
#include "reliability/retry_budget.hpp"
#include "reliability/single_flight.hpp"

namespace instructor::engine {

struct Reliably {
  TransportRetry retry;
  CircuitBreaker breaker_settings;
  Hedge hedge;
  bool single_flight = false;
  std::shared_ptr<RateLimiter> limiter;  // several clients may share one
  Breaker breaker;
  RetryBudget budget;
  SingleFlight<Reply> flights;

  Reliably(const TransportRetry& retries, const CircuitBreaker& breaking, const Hedge& hedging, bool flies_once,
           std::shared_ptr<RateLimiter> limits)
      : retry(retries),
        breaker_settings(breaking),
        hedge(hedging),
        single_flight(flies_once),
        limiter(std::move(limits)),
        breaker(breaking),
        budget(retries) {}
};

}  // namespace instructor::engine
