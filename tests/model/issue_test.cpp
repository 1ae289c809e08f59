#include "instructor/issue.hpp"

#include <gtest/gtest.h>

namespace instructor {
namespace {

Issue make(IssueCode code, std::string path, std::string expected, std::string received = {}) {
  Issue issue;
  issue.code = code;
  issue.path = std::move(path);
  issue.expected = std::move(expected);
  issue.received = std::move(received);
  return issue;
}

TEST(Issue, ReadsLikeASentence) {
  EXPECT_EQ(make(IssueCode::float_type, "/a", "number", "\"twelve\"").text(), "expected number, got string \"twelve\"");
  EXPECT_EQ(make(IssueCode::int_type, "/a", "integer", "2.5").text(), "expected integer, got number 2.5");
  EXPECT_EQ(make(IssueCode::int_type, "/a", "integer", "null").text(), "expected integer, got null");
  EXPECT_EQ(make(IssueCode::int_type, "/a", "integer", "[1]").text(), "expected integer, got array [1]");
  EXPECT_EQ(make(IssueCode::missing, "/a", "integer").text(), "missing: expected integer");
}

TEST(Issues, AreAlignedForPeople) {
  Issues issues;
  issues.add(make(IssueCode::missing, "/a", "integer"));
  issues.add(make(IssueCode::missing, "/longer/path", "string"));
  EXPECT_EQ(issues.text(), "  /a            missing: expected integer\n  /longer/path  missing: expected string\n");
}

TEST(Issues, AreCompactForModelsAndCapped) {
  Issues issues;
  for (int i = 0; i < 30; ++i) issues.add(make(IssueCode::missing, "/" + std::to_string(i), "x"));
  const std::string prompt = issues.prompt();
  EXPECT_TRUE(prompt.starts_with("- /0: missing: expected x\n- /1: "));
  EXPECT_TRUE(prompt.ends_with("- /19: missing: expected x\n- and 10 more, 30 in all\n"));
  EXPECT_TRUE(issues.text(5).ends_with("  /4  missing: expected x\n  and 25 more, 30 in all\n")) << issues.text(5);
}

TEST(Issues, TakeOneLineEach) {
  Issues issues;
  issues.add("first\nsecond");
  issues.add(make(IssueCode::int_type, "/a", "integer", "{\n  \"b\": 1\r\n}"));
  EXPECT_EQ(issues.prompt(), "- first second\n- /a: expected integer, got object {   \"b\": 1  }\n");
  EXPECT_EQ(issues.text(), "  (root)  first second\n  /a      expected integer, got object {   \"b\": 1  }\n");
}

TEST(Issues, MayBeWarnings) {
  Issues issues;
  issues.warn("odd");
  issues.warn_at("/a", "odd, too");
  issues.add("wrong");
  EXPECT_EQ(issues.total(), 3u);
  EXPECT_EQ(issues.total(Severity::warning), 2u);
  EXPECT_EQ(issues.only(Severity::error).text(), "  wrong\n");
  const Issues warnings = issues.only(Severity::warning);
  EXPECT_EQ(warnings.text(), "  (root)  odd\n  /a      odd, too\n");
  EXPECT_EQ(warnings[1].severity, Severity::warning);
  EXPECT_EQ(to_string(Severity::warning), "warning");
  EXPECT_EQ(to_string(Severity::error), "error");
}

TEST(Issues, CountWhatTheyDoNotKeep) {
  Issues many;
  for (int i = 0; i < 1500; ++i) many.warn("odd");
  for (int i = 0; i < 1200; ++i) many.add("wrong");
  Issues all;
  all.add(many, "/a");
  EXPECT_EQ(all.total(Severity::warning), 1500u);
  EXPECT_EQ(all.total(Severity::error), 1200u);
  EXPECT_EQ(all.size(), 2 * Issues::capacity);
  EXPECT_EQ(all.only(Severity::error).total(), 1200u);
  EXPECT_EQ(all.only(Severity::error).size(), Issues::capacity);
}

TEST(Issues, TakeOthersUnderAPrefix) {
  Issues inner;
  inner.add("whole");
  inner.add_at("/b", "part");
  Issues outer;
  outer.add(inner, "/a");
  EXPECT_EQ(outer[0].path, "/a");
  EXPECT_EQ(outer[1].path, "/a/b");
  EXPECT_EQ(outer.total(), 2u);
}

TEST(IssueCode, HasAStableText) {
  EXPECT_EQ(to_string(IssueCode::string_too_short), "string_too_short");
  EXPECT_EQ(to_string(IssueCode::enumeration), "enum");
}

}  // namespace
}  // namespace instructor
