#include "claim.hpp"

#include <array>
#include <cstdio>
#include <exception>
#include <iostream>
#include <utility>

#include <benchmark/benchmark.h>

namespace bench {

namespace {

/// Three significant digits, without an exponent.
std::string three_digits(double value) {
  std::array<char, 32> text{};
  const int decimals = value < 10 ? 2 : value < 100 ? 1 : 0;
  std::snprintf(text.data(), text.size(), "%.*f", decimals, value);
  return text.data();
}

std::string plain(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%g", value);
  return text.data();
}

Claim claim(std::string name, std::string bar, double measured, std::string_view unit, std::string_view detail,
            bool holds) {
  std::string text = three_digits(measured).append(" ").append(unit);
  if (!detail.empty()) text.append(" (").append(detail).append(")");
  return {std::move(name), bar.append(" ").append(unit), std::move(text), holds};
}

bool print(const std::vector<Claim>& claims, bool for_scripts) {
  bool all_hold = true;
  for (const Claim& claim : claims) {
    all_hold = all_hold && claim.holds;
    if (for_scripts)
      std::cout << claim.name << '\t' << claim.bar << '\t' << claim.measured << '\t'
                << (claim.holds ? "holds" : "short") << '\n';
    else
      std::cout << claim.name << ": " << claim.measured << ", bar " << claim.bar << ": "
                << (claim.holds ? "holds" : "falls short") << '\n';
  }
  return all_hold;
}

}  // namespace

Claim at_most(std::string name, double bar, double measured, std::string_view unit, std::string_view detail) {
  return claim(std::move(name), "<= " + plain(bar), measured, unit, detail, measured <= bar);
}

Claim at_least(std::string name, double bar, double measured, std::string_view unit, std::string_view detail) {
  return claim(std::move(name), ">= " + plain(bar), measured, unit, detail, measured >= bar);
}

std::string readable(double seconds) {
  if (seconds < 1e-6) return three_digits(seconds * 1e9) + " ns";
  if (seconds < 1e-3) return three_digits(seconds * 1e6) + " us";
  if (seconds < 1) return three_digits(seconds * 1e3) + " ms";
  return three_digits(seconds) + " s";
}

int bench_main(int argc, char** argv, std::vector<Claim> (*measure)()) {
  try {
    const bool for_scripts = argc > 1 && std::string_view(argv[1]) == "--claims";
    if (!for_scripts) {
      benchmark::Initialize(&argc, argv);
      if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
      benchmark::RunSpecifiedBenchmarks();
      std::cout << '\n';
    }
    return print(measure(), for_scripts) ? 0 : 1;
  } catch (const std::exception& error) {
    std::cerr << argv[0] << ": " << error.what() << '\n';
    return 2;
  }
}

}  // namespace bench
