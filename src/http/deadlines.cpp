#include "http/deadlines.hpp"

#include <array>
#include <charconv>

namespace instructor {

std::string readable(Duration time) {
  if (time < Duration::of_seconds(1)) return std::to_string(time.milliseconds()) + " ms";
  std::array<char, 32> text{};
  const double seconds = static_cast<double>(time.milliseconds()) / 1000;
  const auto written = std::to_chars(text.data(), text.data() + text.size(), seconds, std::chars_format::fixed);
  return std::string(text.data(), written.ptr) + " s";
}

}  // namespace instructor
