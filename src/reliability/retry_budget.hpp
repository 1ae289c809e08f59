#pragma once

#include <mutex>
#include <string>

#include "instructor/duration.hpp"
#include "instructor/reliability.hpp"

namespace instructor {

/// How many retries all calls of a client may still make: TransportRetry::budget. Thread-safe.
class RetryBudget {
 public:
  explicit RetryBudget(const TransportRetry& settings) : share_(settings.budget()) {}

  /// A request was sent for the first time.
  void sent();
  /// Takes one retry out. False: there is none left.
  bool may_retry(Duration now);
  /// For ErrorDetail::stopped, when there was none.
  std::string stopped() const;

 private:
  const double share_;
  std::mutex mutex_;
  double earned_ = 0;  // by requests
  double given_ = 10;  // by time
  Duration last_;
  bool asked_ = false;
};

}  // namespace instructor
