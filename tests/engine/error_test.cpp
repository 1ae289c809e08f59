#include "instructor/error.hpp"

#include <gtest/gtest.h>

namespace instructor {
namespace {

TEST(Error, SaysWhatTheCallerCanDo) {
  EXPECT_EQ(category_of(ErrorCode::unsupported_mode), ErrorCategory::fix_program);
  EXPECT_EQ(category_of(ErrorCode::missing_key), ErrorCategory::fix_configuration);
  EXPECT_EQ(category_of(ErrorCode::rate_limited), ErrorCategory::retry_later);
  EXPECT_EQ(category_of(ErrorCode::refusal), ErrorCategory::give_up);
  EXPECT_EQ(category_of(ErrorCode::validation), ErrorCategory::show);
  EXPECT_EQ(to_string(ErrorCategory::retry_later), "retry_later");
}

TEST(Error, IsCheapToCopyAndKeepsItsText) {
  const Error error(ErrorCode::timeout, "too slow");
  const Error copy = error;
  EXPECT_STREQ(copy.what(), "instructor: too slow");
  EXPECT_EQ(copy.what(), error.what());
}

TEST(Error, ShowsIssuesAndAttempts) {
  ErrorDetail detail;
  detail.code = ErrorCode::validation;
  detail.message = "no valid User";
  Issue issue;
  issue.code = IssueCode::missing;
  issue.path = "/age";
  issue.expected = "integer";
  detail.issues.add(issue);
  detail.attempts.resize(2);
  detail.attempts[0].number = 1;
  detail.attempts[0].issues = detail.issues;
  detail.attempts[1].number = 2;
  detail.attempts[1].failure = "timeout";
  EXPECT_STREQ(
      Error(detail).what(),
      "instructor: no valid User\n  /age  missing: expected integer\n  attempt 1: 1 issue   attempt 2: no answer");
}

}  // namespace
}  // namespace instructor
