// suites/json-schema-bench: schemas from the real world, each with values that are labelled as valid or not.

#include <algorithm>
#include <exception>
#include <optional>
#include <sstream>
#include <string>

#include "data.hpp"
#include "instructor/codec.hpp"
#include "instructor/dynamic.hpp"
#include "instructor/testing.hpp"
#include "jsonschema/schema.hpp"
#include "left_alone.hpp"
#include "section.hpp"

namespace conformance {

namespace {

namespace jsonschema = instructor::jsonschema;

std::optional<jsonschema::Schema> compiled(const Json& schema, bool check_formats, std::string& failure) {
  jsonschema::SchemaOptions options;
  options.check_formats = check_formats;
  try {
    return jsonschema::Schema(schema, options);
  } catch (const std::exception& error) {
    failure = error.what();
    return std::nullopt;
  }
}

/// The same schema as a run-time model; the value is asked about as text.
std::string verdict_of_model(const Json& schema, bool check_formats, const Json& value, bool expected) {
  try {
    const auto model =
        instructor::DynamicModel::from_json_schema(schema, instructor::SchemaOptions().check_formats(check_formats));
    const auto decoded = model.decode(value.dump());
    if (decoded.has_value() == expected) return fault_of_repair(model, value.dump(), expected);
    return expected ? "as a model: must be valid: " + decoded.error()[0].path + " " + decoded.error()[0].text()
                    : "as a model: must not be valid";
  } catch (const std::exception& error) {
    return std::string("as a model: ") + error.what();
  }
}

void run_case(const Json& each, const std::string& file, Tally& tally) {
  std::string failure;
  const std::optional<jsonschema::Schema> plain = compiled(each.at("schema"), false, failure);
  const std::optional<jsonschema::Schema> with_formats = compiled(each.at("schema"), true, failure);
  for (const Json& test : each.at("tests")) {
    if (test.value("disputed", false)) continue;
    const std::optional<jsonschema::Schema>& schema = test.value("assumes_format", false) ? with_formats : plain;
    Differences differences;
    const bool expected = test.at("valid").get<bool>();
    if (!schema)
      differences.push_back(failure);
    else if (schema->is_valid(test.at("data")) != expected)
      differences.push_back(expected ? "must be valid" : "must not be valid");
    instructor::Issues issues;
    if (schema && differences.empty() &&
        (schema->validate(test.at("data"), issues) != expected || issues.empty() != expected))
      differences.push_back("issues differ from the verdict");
    if (differences.empty()) {
      std::string difference =
          verdict_of_model(each.at("schema"), test.value("assumes_format", false), test.at("data"), expected);
      if (!difference.empty()) differences.push_back(std::move(difference));
    }
    tally.add(file + ", " + text_at(each, "name"), differences);
  }
}

/// A fake value for a schema that has values.
void run_fake(const Json& each, const std::string& file, Tally& tally) {
  const auto is_valid = [](const Json& test) { return test.at("valid").get<bool>(); };
  if (std::ranges::none_of(each.at("tests"), is_valid)) return;
  Differences differences;
  try {
    const auto model = instructor::DynamicModel::from_json_schema(each.at("schema"));
    const std::string value = instructor::encode(instructor::testing::fake(model, 1));
    if (!jsonschema::Schema(each.at("schema")).is_valid(Json::parse(value))) differences.push_back("is not valid");
  } catch (const std::exception& error) {
    differences.push_back(error.what());
  }
  tally.add(file + ", " + text_at(each, "name"), differences);
}

}  // namespace

void run_json_schema_bench(const std::filesystem::path& data, Report& report) {
  Tally& tally = report.tally("labelled values");
  Tally& fakes = report.tally("fake values");
  std::size_t disputed = 0;
  std::size_t number = 0;
  for (const std::filesystem::path& file : files_below(data / "suites/json-schema-bench", ".jsonl")) {
    std::istringstream lines(read_file(file).value_or(std::string()));
    for (std::string line; std::getline(lines, line);) {
      const std::expected<Json, std::string> each = parse_json(line);
      if (!each) {
        tally.add(file.filename().string(), {each.error()});
        continue;
      }
      for (const Json& test : each->at("tests")) disputed += test.value("disputed", false) ? 1 : 0;
      run_case(*each, file.filename().string(), tally);
      if (number++ % 8 == 0) run_fake(*each, file.filename().string(), fakes);
    }
  }
  report.note("  (" + std::to_string(disputed) + " labels on which validators differ are left out)");
}

}  // namespace conformance
