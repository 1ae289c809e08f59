#pragma once

// JSON Schema, whole: draft 2020-12 and draft 7, compiled once, then used on many values.
//
//   const Schema schema(document);
//   Issues issues;
//   if (!schema.validate(value, issues)) std::cerr << issues.text();
//
// Older drafts are read as far as their keywords are those of draft 7; 2019-09 as far as they are those of 2020-12.
// Nothing is ever fetched: documents that a schema refers to are given, or are metaschemas, which are known.

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include <nlohmann/json.hpp>

#include "instructor/issue.hpp"
#include "instructor/json.hpp"

namespace instructor::jsonschema {

/// Which keywords there are and what they mean.
enum class Draft : std::uint8_t {
  automatic,  ///< what `$schema` says
  draft4,
  draft6,
  draft7,
  draft2019_09,
  draft2020_12,
};

struct SchemaOptions {
  Draft draft = Draft::automatic;             ///< another one than `automatic`: whatever `$schema` says
  Draft default_draft = Draft::draft2020_12;  ///< of schemas without `$schema`
  bool check_formats = false;  ///< `format` restricts values; otherwise it only does where `$vocabulary` says so
  std::map<std::string, Json> remotes{};  ///< what references may reach, by URI without fragment
  std::size_t max_depth = 1000;     ///< of schemas applied within one another; values that need more are not valid
  std::size_t max_steps = 1 << 26;  ///< of schemas applied to one value; as above
};

struct Program;

/// A compiled schema. Immutable; cheap to copy; safe to use from many threads.
class Schema {
 public:
  /// Throws Error (`invalid_model`) with the JSON pointer of the place where the document is no schema: an unknown
  /// reference, a keyword with a value of the wrong type, a pattern that cannot be used.
  explicit Schema(const Json& document, const SchemaOptions& options = {});

  bool is_valid(const Json& value) const;

  /// The same; adds what is wrong to `issues`, with JSON pointers into `value`.
  bool validate(const Json& value, Issues& issues) const;

 private:
  std::shared_ptr<const Program> program_;
};

}  // namespace instructor::jsonschema
