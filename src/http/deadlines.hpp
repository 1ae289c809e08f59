#pragma once

// How long a transfer may take, phase by phase. Nothing here knows what a transfer is: it is told the time, and what
// has happened.

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "instructor/clock.hpp"
#include "instructor/duration.hpp"
#include "instructor/transport.hpp"

namespace instructor {

/// Which limit is meant; `none` for what failed in another way.
enum class Limit : std::uint8_t { none, connect, first_byte, idle, total };

class Deadlines {
 public:
  struct Due {
    Duration at;
    Limit limit = Limit::none;
  };

  void begin(Duration now, const TransportOptions& options, Duration total) {
    connect_ = options.connect_timeout;
    first_byte_ = options.first_byte_timeout;
    idle_ = options.idle_timeout;
    total_ = now + total;
    connecting(now);
  }
  void connecting(Duration now) { phase_ = {now + connect_, Limit::connect}; }
  /// The connection is there, or more of the request has been sent.
  void sending(Duration now) { phase_ = {now + first_byte_, Limit::first_byte}; }
  void received(Duration now) { phase_ = {now + idle_, Limit::idle}; }
  /// Nothing is waited for but an end that is on its way.
  void linger(Duration now, Duration wait) { total_ = std::min(total_, now + wait); }

  Due next() const { return total_ <= phase_.at ? Due{total_, Limit::total} : phase_; }
  /// Which phase it is: the limit that bounds it.
  Limit phase() const { return phase_.limit; }

 private:
  Duration connect_;
  Duration first_byte_;
  Duration idle_;
  Duration total_;
  Due phase_;
};

/// Milliseconds: nobody waits longer at a time, so that nothing is lost for good if a wake-up should be.
inline constexpr int longest_poll = 60'000;

/// Milliseconds to wait until `at`, rounded up, and no more than `longest_poll`.
inline int milliseconds_until(Duration at, Duration now) {
  if (at <= now) return 0;
  const Duration left = at - now;
  const std::int64_t whole = left.milliseconds();
  return static_cast<int>(std::min<std::int64_t>(whole + 1, longest_poll));
}

/// "250 ms", "2.5 s", "600 s".
std::string readable(Duration time);

}  // namespace instructor
