#include "testing/sample_pattern.hpp"

#include <gtest/gtest.h>

#include "model/pattern.hpp"

namespace instructor::testing {
namespace {

TEST(SamplePattern, MatchesItsPattern) {
  for (const char* text : {"^abc$", "a+b*c?", "[a-z]{3,5}", "^[A-Z]{2}-[0-9]{4}$", "(foo|bar|ba(z|x))+",
                           "^\\d{3}-\\d{4}$", "\\w+@\\w+\\.(com|org)", "[^a-z]", "^(?:\\+49|0)[1-9]\\d{5,9}$", "a{2}",
                           "[\\w.-]+", "^$", "x|", "(?P<year>\\d{4})-(?P<month>0[1-9]|1[0-2])", "[]a]", "a.c",
                           "\\$\\(\\)\\[\\]\\.", "[+-]?[0-9]+(\\.[0-9]{2})?"}) {
    const core::Pattern pattern(text);
    ASSERT_TRUE(pattern.error().empty()) << text;
    Random random(3);
    for (int i = 0; i < 50; ++i) {
      const auto sample = sample_pattern(text, random);
      ASSERT_TRUE(sample) << text;
      EXPECT_TRUE(pattern.found_in(*sample)) << text << " -> " << *sample;
    }
  }
}

TEST(SamplePattern, SaysWhatItDoesNotKnow) {
  Random random(1);
  for (const char* text : {"(?i)a", "\\p{L}", "[[:alpha:]]", "(", ")", "*", "a{", "[", "\\"})
    EXPECT_FALSE(sample_pattern(text, random)) << text;
  EXPECT_FALSE(sample_pattern(std::string(5000, 'a'), random));
  EXPECT_FALSE(sample_pattern("((((((a{9999}){9999}){9999}){9999}){9999}){9999})", random));
}

}  // namespace
}  // namespace instructor::testing
