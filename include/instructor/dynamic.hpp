#pragma once

// Models that exist only at run time: a JSON Schema instead of a C++ type.
//
//   #include <nlohmann/json.hpp>
//
//   auto model = DynamicModel::from_json_schema(R"({"title":"Ticket","type":"object", ...})");
//   Json ticket = client.create(model, "...");
//   std::expected<Json, Issues> checked = model.decode(text);
//
// JSON Schema draft 2020-12 and draft 7, whole. What tables can express becomes the same tables that the compiler makes
// of structs, and everything else is the same code, streaming included. What they cannot (allOf, not, if,
// patternProperties, overlapping alternatives, ...) is checked by a compiled validator when the value is whole; the
// language model is told it in its own words, as far as the provider takes them, or else in the descriptions.
//
// Two things are judged as this library does everywhere: a key that comes twice is an issue, and so is an integer of
// more than 64 bits. `nullable: true` (OpenAPI) allows null. A default is filled in when its field has not come; one
// that is no valid value itself is only something to read.

#include <concepts>
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "instructor/codec.hpp"
#include "instructor/issue.hpp"
#include "instructor/json.hpp"
#include "instructor/lowering.hpp"
#include "instructor/tolerant.hpp"
#include "instructor/types.hpp"

namespace instructor {

/// How a schema is read.
class SchemaOptions {
 public:
  SchemaOptions() = default;
  template <std::convertible_to<std::string_view> Text>
  SchemaOptions(const Text& name) : name_(std::string_view(name)) {}  // NOLINT(google-explicit-constructor)

  /// What the model is called where the schema has no title.
  SchemaOptions& name(std::string text) {
    name_ = std::move(text);
    return *this;
  }
  /// `format` restricts values; otherwise it is only told to the language model.
  SchemaOptions& check_formats(bool value = true) {
    check_formats_ = value;
    return *this;
  }
  /// A document that references may reach, by its URI. None is ever fetched.
  SchemaOptions& remote(std::string uri, std::string json_text) {
    remotes_.emplace_back(std::move(uri), std::move(json_text));
    return *this;
  }

  const std::string& name() const { return name_; }
  bool formats_checked() const { return check_formats_; }
  const std::vector<std::pair<std::string, std::string>>& remotes() const { return remotes_; }

 private:
  std::string name_ = "answer";
  bool check_formats_ = false;
  std::vector<std::pair<std::string, std::string>> remotes_;
};

/// A model made of a JSON Schema. Immutable; cheap to copy; safe to use from many threads.
class DynamicModel {
 public:
  /// Reads a schema; in place of options its name can be given. Throws Error (`invalid_model`) when it is no schema, or
  /// refers to what is not there: the message has its JSON pointer.
  static DynamicModel from_json_schema(std::string_view json_text, const SchemaOptions& options = {});
  template <std::same_as<Json> Schema>
  static DynamicModel from_json_schema(const Schema& schema, const SchemaOptions& options = {}) {
    return from_json(schema, options);
  }

  /// A value of this model, or everything that is wrong with it.
  std::expected<Json, Issues> decode(std::string_view json_text, const DecodeOptions& options = {}) const;

  /// The same of a text that may be JSON in prose, with mistakes, or in other words; see tolerant.hpp.
  std::expected<Repaired<Json>, Issues> decode_tolerant(std::string_view text, const RepairPolicy& policy = {},
                                                        const DecodeOptions& options = {}) const;

  /// The JSON Schema: as the table has it, or where it says more, as it was written. What is referred to elsewhere
  /// stands in it.
  const std::string& schema() const;

  /// The same in a compact notation (see type_text.hpp). Throws Error (`unsupported_schema`) when it would be larger
  /// than the library writes.
  const std::string& type_text() const;

  /// What a language model is asked for, in a provider's dialect, and what was done to it (see lowering.hpp). Throws
  /// Error (`unsupported_schema`) when it would be larger than the library writes.
  const LoweredSchema& lowered(const Dialect& dialect) const;

  std::string_view name() const;

  /// The table. Lives as long as this model or a copy of it.
  const TypeInfo& type() const;

  /// What a language model is asked for: the same, or where the schema is not that of an object, an object with the
  /// value as its member `content`.
  const TypeInfo& asked_type() const;

 private:
  static DynamicModel from_json(const Json& schema, const SchemaOptions& options);

  struct Tables;
  explicit DynamicModel(std::shared_ptr<const Tables> tables);

  std::shared_ptr<const Tables> tables_;
};

}  // namespace instructor
