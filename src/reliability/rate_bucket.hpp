#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "instructor/duration.hpp"

namespace instructor {

/// A limit of so many a minute, as a bucket that fills up evenly. It holds a tenth of them, and what flows in during 60
/// s is the rest: whatever 60 s one looks at, no more than all have been taken out. In whole numbers, so that this is
/// exact: what is counted in parts, of which 60 million make one, flows in at so many parts a microsecond.
class MinuteBucket {
 public:
  /// 0: no limit.
  explicit MinuteBucket(std::int64_t per_minute)
      : per_minute_(per_minute),
        burst_(std::max<std::int64_t>(1, per_minute / 10)),
        flow_(per_minute - burst_ + 1),
        level_(burst_ * parts) {}

  void advance(std::int64_t microseconds) {
    if (per_minute_ == 0) return;
    const std::int64_t room = burst_ * parts - level_;
    level_ += microseconds > room / flow_ ? room : microseconds * flow_;
  }
  /// Until `count` can be taken; what is more than the bucket holds can be when it is full.
  Duration wait_for(std::int64_t count) const {
    if (per_minute_ == 0) return {};
    const std::int64_t lacking = std::min(count, burst_) * parts - level_;
    return lacking <= 0 ? Duration() : Duration::of_nanoseconds((lacking + flow_ - 1) / flow_ * 1000);
  }
  /// Less than nothing is left when more is taken than there was, but never more than a minute's worth is owed.
  /// Negative: gives back.
  void take(std::int64_t count) {
    if (per_minute_ == 0) return;
    level_ =
        std::clamp(level_ - std::clamp(count, -per_minute_, per_minute_) * parts, -per_minute_ * parts, burst_ * parts);
  }

 private:
  static constexpr std::int64_t parts = 60'000'000;

  std::int64_t per_minute_;
  std::int64_t burst_;
  std::int64_t flow_;   // parts a microsecond
  std::int64_t level_;  // in parts
};

/// What a provider said is left, until its reset.
class LearnedLimit {
 public:
  void learn(std::optional<std::int64_t> limit, std::optional<std::int64_t> left, std::optional<Duration> reset,
             bool gradual) {
    if (!left || !reset) return;
    level_ = static_cast<double>(*left);
    most_ = limit ? static_cast<double>(std::max(*limit, *left)) : 0;
    const double seconds = reset->seconds();
    flow_ = gradual && most_ > level_ && seconds > 0 ? (most_ - level_) / seconds / 1e6 : 0;
    microseconds_left_ = std::min(*reset, longest).nanoseconds() / 1000;
  }
  void advance(std::int64_t microseconds) {
    microseconds_left_ -= std::min(microseconds, microseconds_left_);
    level_ += flow_ * static_cast<double>(microseconds);
    if (most_ > 0) level_ = std::min(level_, most_);
  }
  Duration wait_for(std::int64_t count) const {
    const double wanted = most_ > 0 ? std::min(static_cast<double>(count), most_) : static_cast<double>(count);
    if (microseconds_left_ == 0 || level_ >= wanted) return {};
    std::int64_t wait = microseconds_left_;
    if (flow_ > 0) {
      const double filled = (wanted - level_) / flow_ + 1;
      if (filled < static_cast<double>(wait)) wait = static_cast<std::int64_t>(filled);
    }
    return Duration::of_nanoseconds(wait * 1000);
  }
  /// Negative: gives back.
  void take(std::int64_t count) { level_ -= static_cast<double>(count); }

 private:
  static constexpr Duration longest = Duration::of_seconds(60);

  double level_ = 0;
  double most_ = 0;                     // 0: not known
  double flow_ = 0;                     // a microsecond; 0: all comes back at the reset
  std::int64_t microseconds_left_ = 0;  // until the reset; 0: no limit
};

}  // namespace instructor
