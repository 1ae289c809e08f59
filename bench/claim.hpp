#pragma once

// A claim is a bar and what was measured against it. Every program here measures its claims the same way: what is
// claimed and its baseline take turns in one process, so that the noise of a shared machine hits both alike.
//
//   decode_bench            Google Benchmark's table, then the claims
//   decode_bench --claims   only the claims, for scripts: name, bar, measured, `holds` or `short`, with tabs between

#include <string>
#include <string_view>
#include <vector>

namespace bench {

struct Claim {
  std::string name;
  std::string bar;
  std::string measured;
  bool holds = false;
};

/// `detail` says what `measured` was made of.
Claim at_most(std::string name, double bar, double measured, std::string_view unit, std::string_view detail = {});
Claim at_least(std::string name, double bar, double measured, std::string_view unit, std::string_view detail = {});

/// A duration in the unit that suits it: `412 ns`, `8.31 us`, `2.9 ms`.
std::string readable(double seconds);

/// The `main` of a bench program. The exit code is 1 when a claim falls short.
int bench_main(int argc, char** argv, std::vector<Claim> (*measure)());

}  // namespace bench
