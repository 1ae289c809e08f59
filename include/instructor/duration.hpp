#pragma once

#include <compare>
#include <cstdint>

namespace instructor {

/// A span of time. Takes any std::chrono duration (`Duration(2min)`, or simply `2min` where one is expected) and
/// turns into one, without this library's headers having to include <chrono>.
class Duration {
 public:
  constexpr Duration() = default;

  template <class D>
    requires requires(const D& d) {
      d.count();
      D::period::num;
    }
  constexpr Duration(const D& d)  // NOLINT(google-explicit-constructor)
      : nanoseconds_(static_cast<std::int64_t>(static_cast<long double>(d.count()) * D::period::num * 1'000'000'000 /
                                               D::period::den)) {}

  static constexpr Duration of_nanoseconds(std::int64_t count) {
    Duration duration;
    duration.nanoseconds_ = count;
    return duration;
  }
  static constexpr Duration of_milliseconds(std::int64_t count) { return of_nanoseconds(count * 1'000'000); }
  static constexpr Duration of_seconds(std::int64_t count) { return of_nanoseconds(count * 1'000'000'000); }

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
    return of_nanoseconds(a.nanoseconds_ + b.nanoseconds_);
  }
  friend constexpr Duration operator-(Duration a, Duration b) {
    return of_nanoseconds(a.nanoseconds_ - b.nanoseconds_);
  }

 private:
  std::int64_t nanoseconds_ = 0;
};

}  // namespace instructor
