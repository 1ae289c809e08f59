#pragma once

// Where the three sides of a run meet: the calls, which report from any thread how they ended; the worker, which does
// everything else; and whoever takes the rows.

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <vector>

#include "instructor/map.hpp"

namespace instructor::map {

/// A call that is over.
struct Arrival {
  std::uint64_t call = 0;
  detail::MapOutcome outcome;
};

class Board {
 public:
  Board(const MapOptions& options, std::optional<std::size_t> total);

  // ---- calls, any thread ----

  /// Dropped once the run is over.
  void arrive(Arrival arrival);

  // ---- anybody ----

  void stop() noexcept;
  MapProgress progress() const;

  // ---- the worker ----

  struct News {
    std::vector<Arrival> arrived;
    bool stopped = false;
  };
  /// Waits until there is something to do: calls are over, `more` rows are wanted and there is room for one, the run is
  /// stopped, or a failure was told and what failed is to be tried again.
  News wait(bool more);
  /// Is there room for another row, and nothing else to do first?
  bool may_begin() const;
  void begun();
  void publish(detail::MapResult row);
  /// Something failed that can be tried again. Who takes rows is told when there are none left to take.
  void fail(const Error& why);
  /// There will be no more rows: all are done or, if not, the run was stopped, or `why`.
  void close(bool complete, std::exception_ptr why);

  // ---- who takes the rows ----

  /// Waits. Throws what `fail` and `close` were given, and Error (`cancelled`).
  std::optional<detail::MapResult> take(const std::function<void(const MapProgress&)>& tell);

 private:
  bool has_room() const { return begun_ - taken_ < window_; }

  const bool in_order_;
  const std::size_t window_;

  mutable std::mutex mutex_;
  std::condition_variable for_worker_;
  std::condition_variable for_taker_;
  std::vector<Arrival> arrived_;
  std::map<std::size_t, detail::MapResult> rows_;  // by index, or in the order in which they were done
  std::size_t begun_ = 0;
  std::size_t published_ = 0;
  std::size_t taken_ = 0;
  MapProgress progress_;
  MapProgress told_;
  std::optional<Error> failure_;
  bool again_ = false;
  bool stopped_ = false;
  bool closed_ = false;
  bool complete_ = false;
  std::exception_ptr end_;
};

}  // namespace instructor::map
