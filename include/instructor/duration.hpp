#pragma once

#include <compare>
#include <cstdint>

namespace instructor {

/// A span of time, in nanoseconds. Takes any std::chrono duration (`Duration(2min)`, or simply `2min` where one is
/// expected) and turns into one, without this library's headers having to include <chrono>. Arithmetic that leaves the
/// range (292 years either way) stops at its end.
class Duration {
 public:
  constexpr Duration() = default;

  template <class D>
    requires requires(const D& d) {
      d.count();
      D::period::num;
    }
  constexpr Duration(const D& d)  // NOLINT(google-explicit-constructor)
      : nanoseconds_(clamped(static_cast<long double>(d.count()) * D::period::num * 1'000'000'000 / D::period::den)) {}

  static constexpr Duration of_nanoseconds(std::int64_t count) {
    Duration duration;
    duration.nanoseconds_ = count;
    return duration;
  }
  static constexpr Duration of_milliseconds(std::int64_t count) { return scaled(count, 1'000'000); }
  static constexpr Duration of_seconds(std::int64_t count) { return scaled(count, 1'000'000'000); }

  constexpr std::int64_t nanoseconds() const { return nanoseconds_; }
  constexpr std::int64_t milliseconds() const { return nanoseconds_ / 1'000'000; }
  constexpr double seconds() const { return static_cast<double>(nanoseconds_) / 1e9; }

  template <class D>
    requires requires(const D& d) {
      d.count();
      D::period::num;
    }
  constexpr explicit operator D() const {
    return D(static_cast<typename D::rep>(static_cast<long double>(nanoseconds_) * D::period::den / D::period::num /
                                          1'000'000'000));
  }

  friend constexpr auto operator<=>(Duration, Duration) = default;
  friend constexpr Duration operator+(Duration a, Duration b) {
    std::int64_t sum = 0;
    return of_nanoseconds(__builtin_add_overflow(a.nanoseconds_, b.nanoseconds_, &sum) ? end(b.nanoseconds_ > 0) : sum);
  }
  friend constexpr Duration operator-(Duration a, Duration b) {
    std::int64_t rest = 0;
    return of_nanoseconds(__builtin_sub_overflow(a.nanoseconds_, b.nanoseconds_, &rest) ? end(b.nanoseconds_ < 0)
                                                                                        : rest);
  }

 private:
  static constexpr std::int64_t end(bool upper) { return upper ? INT64_MAX : INT64_MIN; }
  static constexpr std::int64_t clamped(long double count) {
    if (count >= 9223372036854775807.0L) return INT64_MAX;
    if (count <= -9223372036854775807.0L) return INT64_MIN;
    return count == count ? static_cast<std::int64_t>(count) : 0;
  }
  static constexpr Duration scaled(std::int64_t count, std::int64_t unit) {
    std::int64_t product = 0;
    return of_nanoseconds(__builtin_mul_overflow(count, unit, &product) ? end(count > 0) : product);
  }

  std::int64_t nanoseconds_ = 0;
};

}  // namespace instructor
