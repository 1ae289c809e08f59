#include "soak/soak.hpp"

#include <gtest/gtest.h>

namespace instructor::soak {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool sanitized = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr bool sanitized = true;
#else
constexpr bool sanitized = false;
#endif
#else
constexpr bool sanitized = false;
#endif

TEST(Soak, LosesNothingAndKeepsNothing) {
  Settings settings;
  settings.checks_memory = !sanitized;
  const Report report = soak(settings);
  EXPECT_TRUE(report.complaints.empty()) << to_string(report);
  EXPECT_GT(report.right, 0u);
  EXPECT_EQ(report.calls, report.right + report.failed + report.left);
}

}  // namespace
}  // namespace instructor::soak
