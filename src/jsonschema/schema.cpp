#include "jsonschema/schema.hpp"

#include "jsonschema/compile.hpp"
#include "jsonschema/evaluate.hpp"
#include "jsonschema/program.hpp"

namespace instructor::jsonschema {

Schema::Schema(const Json& document, const SchemaOptions& options)
    : program_(std::make_shared<const Program>(compile(document, options))) {}

bool Schema::is_valid(const Json& value) const { return jsonschema::is_valid(*program_, value); }

bool Schema::validate(const Json& value, Issues& issues) const {
  if (jsonschema::is_valid(*program_, value)) return true;
  explain(*program_, value, issues);
  return false;
}

}  // namespace instructor::jsonschema
