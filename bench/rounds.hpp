#pragma once

// Timing in turns: short rounds, each contender once a round, the order reversed every other round.

#include <time.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>
#include <vector>

namespace bench {

inline double seconds_on(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

inline double wall_seconds() { return seconds_on(CLOCK_MONOTONIC); }

/// CPU time of this thread: being preempted does not count.
inline double cpu_seconds() { return seconds_on(CLOCK_THREAD_CPUTIME_ID); }

inline double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// Times of N contenders, one for each round.
template <std::size_t N>
struct Rounds {
  std::array<std::vector<double>, N> times;

  /// What is left of a contender's time when nothing disturbs it.
  double best(std::size_t contender) const { return *std::ranges::min_element(times[contender]); }

  double middle(std::size_t contender) const { return median(times[contender]); }

  /// How many times as long as the baseline. Both sides of each quotient are from the same moment, and the median
  /// drops the moments in which the machine was busy for one of them only.
  double ratio(std::size_t contender, std::size_t baseline) const {
    std::vector<double> quotients;
    for (std::size_t round = 0; round < times[contender].size(); ++round)
      quotients.push_back(times[contender][round] / times[baseline][round]);
    return median(std::move(quotients));
  }
};

/// Each contender is a callable that does its work once and returns how long it took.
template <class... Contenders>
Rounds<sizeof...(Contenders)> in_turns(std::size_t rounds, Contenders&&... contenders) {
  constexpr std::size_t count = sizeof...(Contenders);
  Rounds<count> result;
  const auto run = [&](std::size_t wanted) {
    std::size_t index = 0;
    ((index++ == wanted ? result.times[wanted].push_back(contenders()) : void()), ...);
  };
  for (std::size_t round = 0; round < rounds; ++round)
    for (std::size_t i = 0; i < count; ++i) run(round % 2 == 0 ? i : count - 1 - i);
  return result;
}

/// A contender for work in this thread: CPU seconds a call, over as many calls as take `round_seconds`.
template <class Work>
auto repeated(Work work, double round_seconds = 2e-3) {
  std::size_t calls = 1;
  for (;; calls *= 2) {
    const double begin = cpu_seconds();
    for (std::size_t i = 0; i < calls; ++i) work();
    if (cpu_seconds() - begin >= round_seconds) break;
  }
  return [work = std::move(work), calls] {
    const double begin = cpu_seconds();
    for (std::size_t i = 0; i < calls; ++i) work();
    return (cpu_seconds() - begin) / static_cast<double>(calls);
  };
}

}  // namespace bench
