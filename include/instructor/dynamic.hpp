#pragma once

// Models that exist only at run time: a JSON Schema instead of a C++ type.
//
//   #include <nlohmann/json.hpp>
//
//   auto model = DynamicModel::from_json_schema(R"({"title":"Ticket","type":"object", ...})");
//   Json ticket = client.create(model, "...");
//   std::expected<Json, Issues> checked = model.decode(text);
//
// The schema becomes the same tables that the compiler makes of structs, and everything else is the same code.
//
// Understood: type (also a list with "null"), properties, required, additionalProperties, items, prefixItems, enum,
// const, the limits of numbers, strings and arrays, minProperties and maxProperties, pattern, $ref within the document,
// $defs and definitions, anyOf and oneOf of one alternative and null, nullable, title, description, default, examples.
// `format` is told to the model and not checked. Other keywords of JSON Schema that restrict values (allOf, not, if,
// patternProperties, ...) are refused by name and place, not ignored; keywords that JSON Schema does not know are.

#include <concepts>
#include <expected>
#include <memory>
#include <string>
#include <string_view>

#include "instructor/codec.hpp"
#include "instructor/dialect.hpp"
#include "instructor/issue.hpp"
#include "instructor/json.hpp"
#include "instructor/types.hpp"

namespace instructor {

/// A model made of a JSON Schema. Immutable; cheap to copy; safe to use from many threads.
class DynamicModel {
 public:
  /// Reads a schema. `name` is what the model is called where the schema has no title. Throws Error (`invalid_model`)
  /// when it is no schema or uses a keyword that is not understood: the message has its JSON pointer.
  static DynamicModel from_json_schema(std::string_view json_text, std::string_view name = "answer");
  template <std::same_as<Json> Schema>
  static DynamicModel from_json_schema(const Schema& schema, std::string_view name = "answer") {
    return from_json(schema, name);
  }

  /// A value of this model, or everything that is wrong with it.
  std::expected<Json, Issues> decode(std::string_view json_text, const DecodeOptions& options = {}) const;

  /// The schema as it is understood, in a dialect.
  const std::string& schema(const Dialect& dialect = dialect::json_schema) const;

  std::string_view name() const;

  /// The table. Lives as long as this model or a copy of it.
  const TypeInfo& type() const;

  /// What a language model is asked for: the same, or where the schema is not that of an object, an object with the
  /// value as its member `content`.
  const TypeInfo& asked_type() const;

 private:
  static DynamicModel from_json(const Json& schema, std::string_view name);

  struct Tables;
  explicit DynamicModel(std::shared_ptr<const Tables> tables);

  std::shared_ptr<const Tables> tables_;
};

}  // namespace instructor
