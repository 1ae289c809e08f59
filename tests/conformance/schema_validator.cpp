#include "schema_validator.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <stdexcept>

#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

namespace conformance {

namespace {

using Plain = nlohmann::json;  // what valijson's adapter takes

constexpr std::size_t max_problems = 3;

/// Keywords that say the same in both drafts and that valijson enforces.
constexpr std::array<std::string_view, 29> enforced{"$ref",
                                                    "type",
                                                    "enum",
                                                    "const",
                                                    "properties",
                                                    "required",
                                                    "items",
                                                    "anyOf",
                                                    "oneOf",
                                                    "allOf",
                                                    "not",
                                                    "if",
                                                    "then",
                                                    "else",
                                                    "minimum",
                                                    "maximum",
                                                    "exclusiveMinimum",
                                                    "exclusiveMaximum",
                                                    "multipleOf",
                                                    "minLength",
                                                    "maxLength",
                                                    "pattern",
                                                    "minItems",
                                                    "maxItems",
                                                    "uniqueItems",
                                                    "minProperties",
                                                    "maxProperties",
                                                    "propertyNames",
                                                    "patternProperties"};
constexpr std::string_view additional = "additionalProperties";

/// Keywords that restrict nothing. `format` is one of them in draft 2020-12.
constexpr std::array<std::string_view, 14> annotations{
    "$schema",    "$id",      "$comment", "$defs",     "title",           "description",      "default",
    "deprecated", "readOnly", "examples", "writeOnly", "contentEncoding", "contentMediaType", "format"};

template <std::size_t N>
bool is_one_of(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

bool holds_schemas_by_name(std::string_view keyword) {
  return keyword == "properties" || keyword == "patternProperties" || keyword == "$defs";
}

bool holds_values(std::string_view keyword) { return keyword == "enum" || keyword == "const"; }

Plain rewritten(const Json& schema, const std::string& path);

Plain rewritten_by_name(const Json& schemas, const std::string& path) {
  if (!schemas.is_object()) throw std::runtime_error(path + ": an object is expected here");
  Plain out = Plain::object();
  for (const auto& [name, schema] : schemas.items()) out[name] = rewritten(schema, path + "/" + name);
  return out;
}

/// An integer written as 2.0 is an integer in draft 2020-12. valijson knows no unsigned numbers.
void make_numbers_alike(Plain& value) {
  if (value.is_structured()) {
    for (Plain& inner : value) make_numbers_alike(inner);
  } else if (value.is_number_unsigned()) {
    const auto number = value.get<std::uint64_t>();
    if (number > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
      value = static_cast<double>(number);
  } else if (value.is_number_float()) {
    constexpr double exact = 9007199254740992.0;
    const double number = value.get<double>();
    if (std::trunc(number) == number && std::abs(number) <= exact) value = static_cast<std::int64_t>(number);
  }
}

Plain plain(const Json& value) {
  Plain out = Plain(value);
  make_numbers_alike(out);
  return out;
}

Plain rewritten(const Json& schema, const std::string& path) {
  if (schema.is_boolean()) return schema.get<bool>() ? Plain::object() : Plain{{"not", Plain::object()}};
  if (!schema.is_object()) throw std::runtime_error(path + ": a schema is expected here");
  Plain out = Plain::object();
  for (const auto& [keyword, value] : schema.items()) {
    const std::string place = path + "/" + keyword;
    if (keyword == "$defs" || !(is_one_of(annotations, keyword) || keyword.starts_with("x-"))) {
      if (keyword != "$defs" && keyword != additional && !is_one_of(enforced, keyword))
        throw std::runtime_error(place + ": this keyword is not understood, so nothing can be said of a value");
      if (keyword == "items" && value.is_array())
        throw std::runtime_error(place + ": a list of schemas is not draft 2020-12");
      if (holds_schemas_by_name(keyword)) {
        out[keyword] = rewritten_by_name(value, place);
      } else if (value.is_array() && !holds_values(keyword) && !value.empty() && value.front().is_structured()) {
        for (std::size_t i = 0; i < value.size(); ++i)
          out[keyword].push_back(rewritten(value[i], place + "/" + std::to_string(i)));
      } else if (value.is_object() && !holds_values(keyword)) {
        out[keyword] = rewritten(value, place);
      } else {
        out[keyword] = plain(value);
      }
    }
  }
  // Draft 7 passes over everything beside $ref.
  if (out.contains("$ref") && out.size() > 1) {
    Plain both{{"allOf", {{{"$ref", out["$ref"]}}, Plain::object()}}};
    if (out.contains("$defs")) both["$defs"] = std::move(out["$defs"]);
    out.erase("$ref");
    out.erase("$defs");
    both["allOf"][1] = std::move(out);
    return both;
  }
  return out;
}

}  // namespace

struct SchemaValidator::Compiled {
  Plain document;  // the schema refers to it
  valijson::Schema schema;
};

SchemaValidator::SchemaValidator(const Json& schema) : compiled_(std::make_unique<Compiled>()) {
  compiled_->document = rewritten(schema, "#");
  valijson::SchemaParser parser(valijson::SchemaParser::kDraft7);
  parser.populateSchema(valijson::adapters::NlohmannJsonAdapter(compiled_->document), compiled_->schema);
}

SchemaValidator::~SchemaValidator() = default;
SchemaValidator::SchemaValidator(SchemaValidator&&) noexcept = default;
SchemaValidator& SchemaValidator::operator=(SchemaValidator&&) noexcept = default;

std::vector<std::string> SchemaValidator::problems(const Json& value) const {
  const Plain document = plain(value);
  const valijson::adapters::NlohmannJsonAdapter adapter(document);
  valijson::Validator validator(valijson::Validator::kStrongTypes);
  if (validator.validate(compiled_->schema, adapter, nullptr)) return {};

  valijson::ValidationResults results;
  validator.validate(compiled_->schema, adapter, &results);
  std::vector<std::string> problems;
  for (const valijson::ValidationResults::Error& error : results) {
    if (problems.size() == max_problems) break;
    std::string place;
    for (const std::string& step : error.context) place += step;
    problems.push_back("schema: " + place + ": " + error.description);
  }
  if (problems.empty()) problems.emplace_back("schema: does not fit");
  return problems;
}

}  // namespace conformance
