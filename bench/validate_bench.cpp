// Validating values that are there against a JSON Schema: this library and valijson, on the same values.
//
// One schema is built in. Schemas from the real world are read from the files of suites/json-schema-bench that are
// named below, in $INSTRUCTOR_CONFORMANCE or where the build says; where there is none, the output tells.

#include <array>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>
#include <nlohmann/json.hpp>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

#include "claim.hpp"
#include "jsonschema/schema.hpp"
#include "rounds.hpp"

namespace {

using namespace bench;

constexpr std::string_view order_schema = R"json({
  "$schema": "http://json-schema.org/draft-07/schema#",
  "type": "object",
  "properties": {
    "id": {"type": "string", "minLength": 4, "maxLength": 40},
    "status": {"enum": ["new", "paid", "sent", "returned"]},
    "customer": {"$ref": "#/definitions/person"},
    "lines": {
      "type": "array", "minItems": 1, "maxItems": 100,
      "items": {
        "type": "object",
        "properties": {
          "sku": {"type": "string", "pattern": "^[A-Z]{3}-[0-9]{4}$"},
          "count": {"type": "integer", "minimum": 1, "maximum": 1000},
          "price": {"type": "number", "minimum": 0},
          "tags": {"type": "array", "items": {"type": "string"}, "uniqueItems": true}
        },
        "required": ["sku", "count", "price"],
        "additionalProperties": false
      }
    },
    "payment": {
      "oneOf": [
        {"type": "object", "properties": {"kind": {"const": "card"}, "digits": {"type": "string", "pattern": "^[0-9]{4}$"}},
         "required": ["kind", "digits"]},
        {"type": "object", "properties": {"kind": {"const": "transfer"}, "iban": {"type": "string"}},
         "required": ["kind", "iban"]}
      ]
    },
    "note": {"anyOf": [{"type": "string"}, {"type": "null"}]}
  },
  "required": ["id", "status", "customer", "lines", "payment"],
  "additionalProperties": false,
  "definitions": {
    "person": {
      "type": "object",
      "properties": {"name": {"type": "string", "minLength": 1}, "age": {"type": "integer", "minimum": 0},
                     "emails": {"type": "array", "items": {"type": "string", "maxLength": 100}}},
      "required": ["name"]
    }
  }
})json";

/// Of the real schemas: from providers' tools to Kubernetes.
constexpr std::array files{"bfcl.jsonl",       "github_easy.jsonl", "github_medium.jsonl", "glaiveai2k.jsonl",
                           "kubernetes.jsonl", "snowplow.jsonl",    "washingtonpost.jsonl"};

std::string order_text() {
  nlohmann::json order = nlohmann::json::parse(
      R"({"id":"ord-20417","status":"paid","customer":{"name":"Ada Lovelace","age":36,"emails":["ada@example.com"]},
          "lines":[],"payment":{"kind":"transfer","iban":"DE02120300000000202051"},"note":null})");
  for (int i = 0; i < 20; ++i)
    order["lines"].push_back({{"sku", "ABC-" + std::to_string(1000 + i)},
                              {"count", 1 + i},
                              {"price", 9.5 + i},
                              {"tags", {"blue", "large", "sale"}}});
  return order.dump();
}

/// A schema and a value in both forms: both sides have parsed and compiled before the clock starts.
struct Case {
  std::unique_ptr<valijson::Schema> theirs = std::make_unique<valijson::Schema>();
  nlohmann::json their_schema{};
  std::vector<nlohmann::json> their_values{};
  std::unique_ptr<instructor::jsonschema::Schema> ours{};
  std::vector<instructor::Json> our_values{};

  bool by_valijson(std::size_t i) const {
    valijson::Validator validator(valijson::Validator::kStrongTypes);
    return validator.validate(*theirs, valijson::adapters::NlohmannJsonAdapter(their_values[i]), nullptr);
  }
  bool by_instructor(std::size_t i) const { return ours->is_valid(our_values[i]); }
};

using Cases = std::deque<Case>;

void add_schema(Case& made, const std::string& schema) {
  instructor::jsonschema::SchemaOptions options;
  options.draft = instructor::jsonschema::Draft::draft7;  // what valijson reads it as
  made.ours = std::make_unique<instructor::jsonschema::Schema>(instructor::Json::parse(schema), options);
  made.their_schema = nlohmann::json::parse(schema);
  valijson::SchemaParser parser(valijson::SchemaParser::kDraft7);
  parser.populateSchema(valijson::adapters::NlohmannJsonAdapter(made.their_schema), *made.theirs);
}

/// Keeps the value where both say that it is valid: what is wrong costs as much as there is before it.
void add_value(Case& made, const std::string& value) {
  made.our_values.push_back(instructor::Json::parse(value));
  made.their_values.push_back(nlohmann::json::parse(value));
  const std::size_t last = made.our_values.size() - 1;
  if (made.by_instructor(last) && made.by_valijson(last)) return;
  made.our_values.pop_back();
  made.their_values.pop_back();
}

Cases built_in() {
  Cases cases(1);
  add_schema(cases.front(), std::string(order_schema));
  add_value(cases.front(), order_text());
  if (cases.front().our_values.empty()) throw std::runtime_error("the validators disagree on the built-in schema");
  return cases;
}

Cases from_the_world() {
  const char* const variable = std::getenv("INSTRUCTOR_CONFORMANCE");
  const std::filesystem::path data = variable != nullptr && *variable != '\0' ? variable : CONFORMANCE_DEFAULT_FOLDER;
  Cases cases;
  for (const char* const name : files) {
    std::ifstream file(data / "suites/json-schema-bench" / name);
    for (std::string line; std::getline(file, line);) {
      const auto each = instructor::Json::parse(line);
      Case made;
      try {
        add_schema(made, each.at("schema").dump());
      } catch (const std::exception&) {
        continue;  // valijson does not take all of them
      }
      for (const auto& test : each.at("tests"))
        if (test.at("valid").get<bool>()) add_value(made, test.at("data").dump());
      if (!made.our_values.empty()) cases.push_back(std::move(made));
    }
  }
  return cases;
}

template <auto Validate>
bool all_valid(const Cases& cases) {
  bool valid = true;
  for (const Case& each : cases)
    for (std::size_t i = 0; i < each.our_values.size(); ++i) valid = (each.*Validate)(i) && valid;
  return valid;
}

template <auto Validate>
void run(benchmark::State& state, const Cases* cases) {
  for (auto _ : state) benchmark::DoNotOptimize(all_valid<Validate>(*cases));
}

const Cases order_cases = built_in();
const Cases world_cases = from_the_world();

void compare(std::vector<Claim>& claims, const std::string& what, const Cases& cases) {
  constexpr std::size_t rounds = 51;
  const auto contender = [&](auto validate) {
    return repeated([&cases, validate] { benchmark::DoNotOptimize(validate(cases)); }, 4e-3);
  };
  const auto times =
      in_turns(rounds, contender(all_valid<&Case::by_instructor>), contender(all_valid<&Case::by_valijson>));
  claims.push_back(at_least("validate " + what + ", speed vs valijson", 5, times.ratio(1, 0), "x",
                            readable(times.middle(0)) + " : " + readable(times.middle(1))));
}

std::vector<Claim> measure() {
  std::vector<Claim> claims;
  compare(claims, "an order", order_cases);
  if (world_cases.empty())
    std::cerr << "validate_bench: schemas from the real world are skipped, there is no suites/json-schema-bench\n";
  else
    compare(claims, std::to_string(world_cases.size()) + " real schemas", world_cases);
  return claims;
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::RegisterBenchmark("order/instructor", run<&Case::by_instructor>, &order_cases);
  benchmark::RegisterBenchmark("order/valijson", run<&Case::by_valijson>, &order_cases);
  if (!world_cases.empty()) {
    benchmark::RegisterBenchmark("real_schemas/instructor", run<&Case::by_instructor>, &world_cases);
    benchmark::RegisterBenchmark("real_schemas/valijson", run<&Case::by_valijson>, &world_cases);
  }
  return bench::bench_main(argc, argv, measure);
}
