// docs/errors.md lists every code, docs/tolerant-decoding.md every kind of repair, and none that does not exist.

#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include "instructor/error.hpp"
#include "instructor/issue.hpp"
#include "instructor/repair.hpp"

namespace instructor {
namespace {

/// What stands between backquotes in these cells of the tables of a section.
std::set<std::string> listed(const std::string& section, std::size_t cell) {
  std::ifstream page(INSTRUCTOR_DOCS "/errors.md");
  std::set<std::string> names;
  std::string current;
  for (std::string line; std::getline(page, line);) {
    if (line.starts_with("#")) current = line.substr(line.find(' ') + 1);
    if (current != section || !line.starts_with("| `")) continue;
    std::istringstream cells(line.substr(1));
    std::string text;
    for (std::size_t i = 0; i <= cell; ++i) std::getline(cells, text, '|');
    for (std::size_t at = text.find('`'); at != std::string::npos; at = text.find('`', at + 1)) {
      const std::size_t end = text.find('`', at + 1);
      EXPECT_TRUE(names.insert(text.substr(at + 1, end - at - 1)).second) << text << " is there twice";
      at = end;
    }
  }
  return names;
}

TEST(Documentation, ListsEveryIssueCode) {
  std::set<std::string> codes;
  for (int value = 0; value < 256; ++value) {
    const std::string_view name = to_string(static_cast<IssueCode>(value));
    if (name == "unknown") break;
    EXPECT_TRUE(codes.emplace(name).second) << name << " stands for two codes";
  }
  EXPECT_GT(codes.size(), 50U);
  EXPECT_EQ(listed("Issues", 0), codes);
}

TEST(Documentation, ListsEveryErrorCodeWithItsCategory) {
  for (int value = 0;; ++value) {
    const auto category = static_cast<ErrorCategory>(value);
    if (to_string(category) == "unknown") break;
    EXPECT_TRUE(listed("Errors", 0).contains(std::string(to_string(category)))) << to_string(category);
  }
  std::set<std::string> codes;
  for (int value = 0; to_string(static_cast<ErrorCode>(value)) != "unknown"; ++value)
    codes.emplace(to_string(static_cast<ErrorCode>(value)));
  EXPECT_EQ(listed("Errors", 1), codes);
}

TEST(Documentation, ListsEveryKindOfRepairWithItsCost) {
  std::ifstream page(INSTRUCTOR_DOCS "/tolerant-decoding.md");
  std::set<std::string> rows;
  for (std::string line; std::getline(page, line);)
    if (line.starts_with("| `")) rows.insert(line.substr(0, line.find('|', line.find('|', 1) + 1) + 1));
  EXPECT_EQ(rows.size(), repair_kind_count);
  for (std::size_t value = 0; value < repair_kind_count; ++value) {
    const auto kind = static_cast<RepairKind>(value);
    const std::string row = "| `" + std::string(to_string(kind)) + "` | " + std::to_string(cost_of(kind)) + " |";
    EXPECT_TRUE(rows.contains(row)) << row;
  }
}

}  // namespace
}  // namespace instructor
