// suites/json-schema-test-suite: what is valid by a schema and what is not, as the people who write the standard see
// it.

#include <exception>
#include <map>
#include <string>

#include "data.hpp"
#include "instructor/dynamic.hpp"
#include "jsonschema/schema.hpp"
#include "left_alone.hpp"
#include "section.hpp"

namespace conformance {

namespace {

namespace jsonschema = instructor::jsonschema;
using instructor::DynamicModel;
using instructor::SchemaOptions;

constexpr std::string_view served_at = "http://localhost:1234/";

std::map<std::string, Json> remotes_below(const std::filesystem::path& folder) {
  std::map<std::string, Json> remotes;
  for (const std::filesystem::path& file : files_below(folder, ".json")) {
    const std::expected<Json, std::string> document = parse_json(read_file(file).value_or(std::string()));
    if (document) remotes.emplace(std::string(served_at) + file.lexically_relative(folder).generic_string(), *document);
  }
  return remotes;
}

/// What a test expects against what a schema says, in both ways to ask.
void judge(const jsonschema::Schema& schema, const Json& test, Differences& differences) {
  const Json& value = test.at("data");
  const bool expected = test.at("valid").get<bool>();
  const std::string what = text_at(test, "description") + ": ";
  instructor::Issues issues;
  if (schema.is_valid(value) != expected)
    differences.push_back(what + (expected ? "must be valid: " : "must not be valid: ") + in_quotes(value.dump()));
  else if (schema.validate(value, issues) != expected || issues.empty() != expected)
    differences.push_back(what + "issues differ from the verdict: " + in_quotes(issues.text()));
}

/// Run-time models read a schema without `$schema` as the newest draft.
bool reads_like_a_model(const Json& schema, const jsonschema::SchemaOptions& options) {
  const bool says = schema.is_object() && schema.contains("$schema");
  return (says || options.default_draft == jsonschema::Draft::draft2020_12) && schema != Json(false);
}

DynamicModel model_of(const Json& schema, const jsonschema::SchemaOptions& options) {
  SchemaOptions reading;
  reading.check_formats(options.check_formats);
  for (const auto& [uri, document] : options.remotes) reading.remote(uri, document.dump());
  return DynamicModel::from_json_schema(schema, reading);
}

/// The same question to a model: the value as text, decoded.
void judge(const DynamicModel& model, const Json& test, Differences& differences) {
  const Json& value = test.at("data");
  const bool expected = test.at("valid").get<bool>();
  if (model.decode(value.dump()).has_value() != expected)
    differences.push_back(text_at(test, "description") + ", as a model: " +
                          (expected ? "must be valid: " : "must not be valid: ") + in_quotes(value.dump()));
  else if (const std::string fault = fault_of_repair(model, value.dump(), expected); !fault.empty())
    differences.push_back(text_at(test, "description") + ", repaired: " + fault);
}

void run_file(const std::filesystem::path& file, const jsonschema::SchemaOptions& options, Tally& tally) {
  const std::expected<Json, std::string> cases = parse_json(read_file(file).value_or(std::string()));
  if (!cases) return tally.add(file.filename().string(), {cases.error()});
  for (const Json& each : *cases) {
    const std::string where = file.filename().string() + ", " + text_at(each, "description");
    std::string failure;
    std::optional<jsonschema::Schema> schema;
    std::optional<DynamicModel> model;
    try {
      schema.emplace(each.at("schema"), options);
      if (reads_like_a_model(each.at("schema"), options)) model.emplace(model_of(each.at("schema"), options));
    } catch (const std::exception& error) {
      failure = error.what();
    }
    for (const Json& test : each.at("tests")) {
      Differences differences;
      if (schema)
        judge(*schema, test, differences);
      else
        differences.push_back(text_at(test, "description") + ": " + failure);
      if (model && differences.empty()) judge(*model, test, differences);
      tally.add(where, differences);
    }
  }
}

/// The tests of one draft: those that everybody has to pass, formats, and what else is optional.
void run_draft(const std::filesystem::path& suite, const std::string& folder, jsonschema::SchemaOptions options,
               Report& report) {
  const std::filesystem::path tests = suite / "tests" / folder;
  Tally& required = report.tally(folder + ", required");
  Tally& formats = report.tally(folder + ", optional/format");
  Tally& optional = report.tally(folder + ", optional");
  for (const std::filesystem::path& file : files_below(tests, ".json")) {
    const std::string below = file.lexically_relative(tests).generic_string();
    options.check_formats = below.starts_with("optional/format/");
    run_file(file, options, options.check_formats ? formats : below.starts_with("optional/") ? optional : required);
  }
}

}  // namespace

void run_json_schema_suite(const std::filesystem::path& data, Report& report) {
  const std::filesystem::path suite = data / "suites/json-schema-test-suite";
  jsonschema::SchemaOptions options;
  options.remotes = remotes_below(suite / "remotes");
  options.default_draft = jsonschema::Draft::draft2020_12;
  run_draft(suite, "draft2020-12", options, report);
  options.default_draft = jsonschema::Draft::draft7;
  run_draft(suite, "draft7", options, report);
}

}  // namespace conformance
