#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <utility>

#include "auth/surroundings.hpp"
#include "instructor/error.hpp"

namespace instructor {

/// A value that expires, as a token. It is fetched anew before it does, by one thread; others go on with the one there
/// is, or wait where there is none. When fetching fails they all get the error, except that a value that has not
/// expired yet stays in use. For many threads.
template <class Value>
class Expiring {
 public:
  struct Fetched {
    Value value;
    std::chrono::sys_seconds expires;
  };

  /// A new value is fetched when less than `ahead` is left of the old one.
  explicit Expiring(std::chrono::seconds ahead) : ahead_(ahead) {}

  /// The value, fetched by `fetch()`, which returns Fetched, if need be.
  template <class Fetch>
  Value get(const WallClock& clock, Fetch fetch) {
    std::unique_lock lock(mutex_);
    while (true) {
      const std::chrono::sys_seconds now = clock();
      if (there_is_one(now) && (now < renew_at_ || fetching_)) return current_->value;
      if (!fetching_) break;
      const std::uint64_t round = round_;
      changed_.wait(lock, [&] { return round_ != round; });
      // Whoever waited for this answer does not ask the same question again: with many threads and a server that does
      // not answer, the last of them would wait for the sum of all.
      if (failure_) throw Error(*failure_);
    }
    fetching_ = true;
    failure_.reset();
    lock.unlock();
    try {
      Fetched fetched = fetch();
      lock.lock();
      const std::chrono::sys_seconds now = clock();
      const std::chrono::seconds left = fetched.expires - now;
      // What lives shorter than that is used for half of its life.
      renew_at_ = left > 2 * ahead_ ? fetched.expires - ahead_ : now + left / 2;
      current_ = std::move(fetched);
    } catch (const Error& error) {
      lock.lock();
      const std::chrono::sys_seconds now = clock();
      if (!there_is_one(now)) {
        failure_ = error;
        end_round();
        throw;
      }
      renew_at_ = now + std::chrono::seconds(30);
    } catch (...) {
      lock.lock();
      end_round();
      throw;
    }
    end_round();
    return current_->value;
  }

 private:
  bool there_is_one(std::chrono::sys_seconds now) const { return current_ && now < current_->expires; }

  void end_round() {
    fetching_ = false;
    ++round_;
    changed_.notify_all();
  }

  std::chrono::seconds ahead_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<Fetched> current_;
  std::chrono::sys_seconds renew_at_{};
  std::optional<Error> failure_;  // of the last round
  bool fetching_ = false;
  std::uint64_t round_ = 0;
};

}  // namespace instructor
