// The soak for as long as one likes: SOAK_SECONDS (600), SOAK_SEED (1).

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>

#include "soak/soak.hpp"

namespace {

long long number_of(const char* variable, long long otherwise) {
  const char* const text = std::getenv(variable);  // NOLINT(concurrency-mt-unsafe): there is one thread yet
  return text == nullptr ? otherwise : std::atoll(text);
}

}  // namespace

int main() {
  constexpr long long longest = 86'400;
  try {
    instructor::soak::Settings settings;
    settings.time = std::chrono::seconds(std::clamp(number_of("SOAK_SECONDS", 600), 1LL, longest));
    settings.seed = static_cast<std::uint64_t>(number_of("SOAK_SEED", 1));
    settings.tells = true;
    const instructor::soak::Report report = instructor::soak::soak(settings);
    std::fputs(to_string(report).c_str(), stdout);
    return report.complaints.empty() ? 0 : 1;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 2;
  }
}
