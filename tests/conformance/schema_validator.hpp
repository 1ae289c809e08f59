#pragma once

// Does a value fit a JSON Schema? Answered by valijson, which knows draft 7: what draft 2020-12 changed is rewritten
// before it sees the schema, and a schema with a keyword that it would pass over is refused.

#include <memory>
#include <string>
#include <vector>

#include "data.hpp"

namespace conformance {

class SchemaValidator {
 public:
  /// Throws std::runtime_error when the schema cannot be judged by; the message names the keyword and its place.
  explicit SchemaValidator(const Json& schema);
  ~SchemaValidator();
  SchemaValidator(SchemaValidator&&) noexcept;
  SchemaValidator& operator=(SchemaValidator&&) noexcept;

  /// What is wrong with the value; empty when it fits. At most a few lines.
  std::vector<std::string> problems(const Json& value) const;

 private:
  struct Compiled;
  std::unique_ptr<Compiled> compiled_;
};

}  // namespace conformance
