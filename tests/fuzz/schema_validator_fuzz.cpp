// A schema and a value, with a NUL between them: compiled or refused; and both ways to ask agree, whatever the value.

#include <string>

#include "fuzz.hpp"
#include "instructor/codec.hpp"
#include "instructor/error.hpp"
#include "jsonschema/schema.hpp"
#include "model/formats.hpp"

namespace {

using namespace instructor;

void validate(const Json& schema, const Json& value, const jsonschema::SchemaOptions& options) {
  try {
    const jsonschema::Schema compiled(schema, options);
    Issues issues;
    const bool valid = compiled.validate(value, issues);
    fuzz::expect(valid == compiled.is_valid(value), "both ways to ask say the same");
    fuzz::expect(valid == issues.empty(), "there are issues where the value is not valid, and only there");
    for (const Issue& issue : issues) {
      fuzz::expect(core::matches_format("json-pointer", issue.path), "paths are JSON pointers");
      fuzz::expect(!issue.text().empty(), "issues say something");
    }
  } catch (const Error& error) {
    fuzz::expect(error.code() == ErrorCode::invalid_model, "what is no schema is an invalid model");
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  const std::size_t split = text.find('\0');
  if (split == text.npos) return 0;
  const auto schema = decode<Json>(text.substr(0, split));
  const auto value = decode<Json>(text.substr(split + 1));
  if (!schema || !value) return 0;
  jsonschema::SchemaOptions options;
  options.max_steps = 100000;
  validate(*schema, *value, options);
  options.default_draft = jsonschema::Draft::draft7;
  options.check_formats = true;
  validate(*schema, *value, options);
  // Schemas as values: of the schema of schemas, and of themselves.
  validate(Json{{"$ref", "https://json-schema.org/draft/2020-12/schema"}}, *schema, options);
  validate(*schema, *schema, options);
  return 0;
}
