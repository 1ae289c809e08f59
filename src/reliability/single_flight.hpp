#pragma once

#include <exception>
#include <functional>
#include <memory>
#include <string_view>
#include <utility>

namespace instructor {

/// The part of SingleFlight that knows no type.
class Flights {
 public:
  Flights();

  enum class Part {
    lead,   ///< do the work, then `land` or `fail`
    wait,   ///< somebody else does it; woken when that changes
    taken,  ///< it is done: `result`
  };
  class Seat;
  std::unique_ptr<Seat> join(std::string_view key, std::function<void()> wake);

 private:
  struct Flight;
  struct Passenger;
  struct State;
  std::shared_ptr<State> state_;
};

class Flights::Seat {
 public:
  ~Seat();
  Seat(const Seat&) = delete;
  Seat& operator=(const Seat&) = delete;

  Part part() const;
  void land(std::shared_ptr<const void> result);
  void fail(std::exception_ptr failure);
  std::shared_ptr<const void> result() const;

 private:
  friend class Flights;
  Seat(std::shared_ptr<State> state, std::shared_ptr<Flight> flight, std::shared_ptr<Passenger> passenger);

  std::shared_ptr<State> state_;
  std::shared_ptr<Flight> flight_;
  std::shared_ptr<Passenger> passenger_;
};

/// Work that is asked for several times at once, done once: who asks first leads, and the others get what comes of it.
/// Whoever asks after that begins anew; nothing is kept. Thread-safe.
template <class Result>
class SingleFlight {
 public:
  using Part = Flights::Part;

  /// One asker's part. Destroying it leaves; where a leader leaves without a result, the one that has waited longest
  /// takes over. Outlives the SingleFlight.
  class Seat {
   public:
    Part part() const { return seat_->part(); }
    /// Gives all the result. For leaders; once.
    void land(std::shared_ptr<const Result> result) { seat_->land(std::move(result)); }
    /// Lets all fail. For leaders; once.
    void fail(std::exception_ptr failure) { seat_->fail(std::move(failure)); }
    /// When the part is `taken`; the leader's own, too. Throws what it failed with: an Error as a copy of one's own.
    std::shared_ptr<const Result> result() const { return std::static_pointer_cast<const Result>(seat_->result()); }

   private:
    friend class SingleFlight;
    explicit Seat(std::unique_ptr<Flights::Seat> seat) : seat_(std::move(seat)) {}
    std::unique_ptr<Flights::Seat> seat_;
  };

  /// Requests with the same key are taken for the same work. `wake` as for RateLimiter::enter: when `part` has changed.
  Seat join(std::string_view key, std::function<void()> wake) { return Seat(flights_.join(key, std::move(wake))); }

 private:
  Flights flights_;
};

}  // namespace instructor
