#include "reliability/single_flight.hpp"

#include <list>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "instructor/error.hpp"
#include "reliability/callback.hpp"

namespace instructor {

struct Flights::Passenger {
  explicit Passenger(std::function<void()> wake) : callback(std::move(wake)) {}
  Callback callback;
};

struct Flights::Flight {
  std::string key;
  std::list<std::shared_ptr<Passenger>> passengers;  // the first leads
  bool over = false;
  std::shared_ptr<const void> result;
  std::exception_ptr failure;
};

struct Flights::State {
  std::mutex mutex;
  std::map<std::string, std::shared_ptr<Flight>, std::less<>> flights;  // those that are not over

  void end(Flight& flight, const std::shared_ptr<Passenger>& leader, std::shared_ptr<const void> result,
           std::exception_ptr failure);
};

Flights::Flights() : state_(std::make_shared<State>()) {}

std::unique_ptr<Flights::Seat> Flights::join(std::string_view key, std::function<void()> wake) {
  auto passenger = std::make_shared<Passenger>(std::move(wake));
  const std::lock_guard lock(state_->mutex);
  auto found = state_->flights.find(key);
  if (found == state_->flights.end()) {
    found = state_->flights.emplace(key, std::make_shared<Flight>()).first;
    found->second->key = key;
  }
  found->second->passengers.push_back(passenger);
  return std::unique_ptr<Seat>(new Seat(state_, found->second, std::move(passenger)));
}

void Flights::State::end(Flight& flight, const std::shared_ptr<Passenger>& leader, std::shared_ptr<const void> result,
                         std::exception_ptr failure) {
  std::list<std::shared_ptr<Passenger>> others;
  {
    const std::lock_guard lock(mutex);
    if (flight.over || flight.passengers.front() != leader) return;
    flight.over = true;
    flight.result = std::move(result);
    flight.failure = std::move(failure);
    others = flight.passengers;
    flights.erase(flight.key);
  }
  for (const std::shared_ptr<Passenger>& other : others)
    if (other != leader) other->callback.wake();
}

Flights::Seat::Seat(std::shared_ptr<State> state, std::shared_ptr<Flight> flight, std::shared_ptr<Passenger> passenger)
    : state_(std::move(state)), flight_(std::move(flight)), passenger_(std::move(passenger)) {}

Flights::Seat::~Seat() {
  passenger_->callback.forget();
  std::shared_ptr<Passenger> next;
  {
    const std::lock_guard lock(state_->mutex);
    const bool led = flight_->passengers.front() == passenger_;
    flight_->passengers.remove(passenger_);
    if (!flight_->over) {
      if (flight_->passengers.empty())
        state_->flights.erase(flight_->key);
      else if (led)
        next = flight_->passengers.front();
    }
  }
  if (next != nullptr) next->callback.wake();
}

Flights::Part Flights::Seat::part() const {
  const std::lock_guard lock(state_->mutex);
  if (flight_->over) return Part::taken;
  return flight_->passengers.front() == passenger_ ? Part::lead : Part::wait;
}

void Flights::Seat::land(std::shared_ptr<const void> result) {
  state_->end(*flight_, passenger_, std::move(result), nullptr);
}

void Flights::Seat::fail(std::exception_ptr failure) { state_->end(*flight_, passenger_, nullptr, std::move(failure)); }

std::shared_ptr<const void> Flights::Seat::result() const {
  std::exception_ptr failure;
  {
    const std::lock_guard lock(state_->mutex);
    if (flight_->failure == nullptr) return flight_->result;
    failure = flight_->failure;
  }
  try {
    std::rethrow_exception(failure);
  } catch (const Error& error) {
    throw Error(error);  // others have the same object, and whoever catches it may move from it
  }
}

}  // namespace instructor
