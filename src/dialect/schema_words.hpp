#pragma once

// Rules of a schema in words for a language model.

#include <string>
#include <string_view>

#include "instructor/json.hpp"

namespace instructor::core {

/// Sentences, one after the other.
class Sentences {
 public:
  void add(std::string_view words);
  bool empty() const { return text_.empty(); }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

/// A lower limit and an upper one of the same.
struct Range {
  std::string_view low;
  std::string_view high;
  std::string_view what;  ///< counted; empty: a number

  /// `at least 3` as `at least 3 characters`; `one`: there is one of them.
  std::string counted(std::string words, bool one) const;
};

/// The range that has the keyword for one of its limits; null when there is none.
const Range* range_of(std::string_view keyword);

/// `"low", 2, null`
std::string list_of(const Json& values);

/// `At least 3 characters.` for the keyword minLength with the value 3. Whatever has no words of its own is told as
/// JSON Schema.
std::string rule_words(std::string_view keyword, const Json& value);

/// `Must also fit this JSON Schema: {...}`
std::string schema_words(const Json& schema);

}  // namespace instructor::core
