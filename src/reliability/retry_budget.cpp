#include "reliability/retry_budget.hpp"

#include <algorithm>
#include <cmath>

#include "reliability/clock_order.hpp"

namespace instructor {

namespace {

/// Retries a minute that need no requests to earn them: for programs that ask now and then.
constexpr double given_a_minute = 10;
/// What is saved up in good times must not become a storm in bad ones.
constexpr double most_earned = 100;

}  // namespace

void RetryBudget::sent() {
  const std::lock_guard lock(mutex_);
  earned_ = std::min(earned_ + share_, most_earned);
}

bool RetryBudget::may_retry(Duration now) {
  const std::lock_guard lock(mutex_);
  if (asked_ && now > last_) given_ = std::min(given_ + (now - last_).seconds() * given_a_minute / 60, given_a_minute);
  if (!asked_ || now > last_ || last_ - now > out_of_order) last_ = now;
  asked_ = true;
  double& purse = earned_ >= 1 ? earned_ : given_;
  if (purse < 1) return false;
  purse -= 1;
  return true;
}

std::string RetryBudget::stopped() const {
  return "too many requests had to be sent again of late, more than " + std::to_string(std::lround(share_ * 100)) +
         " % (TransportRetry::budget)";
}

}  // namespace instructor
