#pragma once

// The limits of a number: whether they are kept, and what is said of one that is not.

#include <string_view>

#include "instructor/issue.hpp"
#include "instructor/types.hpp"
#include "json/numbers.hpp"

namespace instructor::core {

/// Tells of each limit that `value` does not keep: `tell(code, words, bound)`, as in "at least " and 3, says whether to
/// go on. True: none was told of, or none ended it. Inline, since it judges every number of a large array.
template <class Limits, class Tell>
bool check_limits(const Limits& limits, const Number& value, Tell tell) {
  const auto order = [&value](const Number& bound) {
    if (!bound) return 0;
    if (value.form == Number::Form::signed_integer && bound.form == Number::Form::signed_integer)
      return value.signed_value < bound.signed_value ? -1 : value.signed_value > bound.signed_value ? 1 : 0;
    return json::compare(value, bound);
  };
  const auto go_on = [&tell](const Number& bound, bool kept, IssueCode code, std::string_view words) {
    return !bound || kept || tell(code, words, bound);
  };
  return go_on(limits.minimum, order(limits.minimum) >= 0, IssueCode::greater_than_equal, "at least ") &&
         go_on(limits.exclusive_minimum, order(limits.exclusive_minimum) > 0, IssueCode::greater_than, "more than ") &&
         go_on(limits.maximum, order(limits.maximum) <= 0, IssueCode::less_than_equal, "at most ") &&
         go_on(limits.exclusive_maximum, order(limits.exclusive_maximum) < 0, IssueCode::less_than, "less than ") &&
         go_on(limits.multiple_of, !limits.multiple_of || json::is_multiple(value, limits.multiple_of),
               IssueCode::multiple_of, "a multiple of ");
}

}  // namespace instructor::core
