#pragma once

// Rules of a schema as sentences for a language model.

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

/// `At least 3 characters.` for the keyword minLength with the value 3. Whatever has no words of its own is told as
/// JSON Schema.
std::string rule_words(std::string_view keyword, const Json& value);

/// `Must also fit this JSON Schema: {...}`
std::string schema_words(const Json& schema);

}  // namespace instructor::core
