#include "model/words.hpp"

#include <gtest/gtest.h>

#include <array>

namespace instructor::core {
namespace {

constexpr std::array<std::string_view, 4> names{"low", "medium", "very_high", "high"};

TEST(Nearest, IgnoresCaseAndPunctuation) {
  EXPECT_EQ(nearest("Very High", names), "very_high");
  EXPECT_EQ(nearest("LOW", names), "low");
}

TEST(Nearest, ForgivesTwoEdits) {
  EXPECT_EQ(nearest("meduim", names), "medium");
  EXPECT_EQ(nearest("hihg", names), "high");
}

TEST(Nearest, DoesNotGuess) {
  EXPECT_EQ(nearest("urgent", names), "");
  EXPECT_EQ(nearest("lo", std::array<std::string_view, 2>{"low", "log"}), "");  // either
  EXPECT_EQ(nearest("", names), "");
  EXPECT_EQ(nearest(std::string(1000, 'x'), names), "");
}

}  // namespace
}  // namespace instructor::core
