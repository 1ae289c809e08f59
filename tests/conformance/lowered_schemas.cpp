// Schemas in the dialects of providers: in a request, they are held against the provider's own description of it; and
// nothing stands in them that the dialect's table does not take.

#include <array>
#include <exception>
#include <map>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <tuple>
#include <vector>

#include <instructor/dynamic.hpp>
#include <instructor/fits.hpp>
#include <instructor/lowering.hpp>

#include "data.hpp"
#include "request_models.hpp"
#include "schema_validator.hpp"
#include "section.hpp"

namespace conformance {

namespace {

using instructor::Dialect;
using instructor::Handling;
using instructor::LoweredSchema;
using instructor::SchemaRule;
namespace dialect = instructor::dialect;

// ---- requests ----------------------------------------------------------------------------------------------------

Json messages() { return Json::array({{{"role", "user"}, {"content", "Hello"}}}); }
Json contents() { return Json::array({{{"role", "user"}, {"parts", Json::array({{{"text", "Hello"}}})}}}); }

Json chat_tool(const Json& schema, bool strict) {
  Json function = {{"name", "answer"}, {"parameters", schema}};
  if (strict) function["strict"] = true;
  return {{"model", "m"},
          {"messages", messages()},
          {"tools", Json::array({{{"type", "function"}, {"function", function}}})}};
}
Json chat_format(const Json& schema, bool strict) {
  return {{"model", "m"},
          {"messages", messages()},
          {"response_format",
           {{"type", "json_schema"}, {"json_schema", {{"name", "answer"}, {"schema", schema}, {"strict", strict}}}}}};
}
Json anthropic_tool(const Json& schema, bool strict) {
  Json tool = {{"name", "answer"}, {"input_schema", schema}};
  if (strict) tool["strict"] = true;
  return {{"model", "m"}, {"max_tokens", 100}, {"messages", messages()}, {"tools", Json::array({tool})}};
}
Json gemini_format(const Json& schema, const char* key) {
  return {{"contents", contents()}, {"generationConfig", {{"responseMimeType", "application/json"}, {key, schema}}}};
}
Json gemini_tool(const Json& schema, const char* key) {
  return {{"contents", contents()},
          {"tools", Json::array({{{"functionDeclarations",
                                   Json::array({{{"name", "answer"}, {"description", "d"}, {key, schema}}})}}})}};
}
Json converse(Json extra) {
  extra["messages"] = Json::array({{{"role", "user"}, {"content", Json::array({{{"text", "Hello"}}})}}});
  return extra;
}

struct Place {
  const Dialect* dialect;
  const char* file;
  Json (*request)(const Json& schema);
};

const std::array places{
    Place{&dialect::openai_strict, "openai/chat.completions.request.json",
          [](const Json& schema) { return chat_tool(schema, true); }},
    Place{&dialect::openai_strict, "openai/chat.completions.request.json",
          [](const Json& schema) { return chat_format(schema, true); }},
    Place{&dialect::openai_strict, "openai/responses.request.json",
          [](const Json& schema) -> Json {
            return {
                {"model", "m"},
                {"input", "Hello"},
                {"text",
                 {{"format", {{"type", "json_schema"}, {"name", "answer"}, {"schema", schema}, {"strict", true}}}}}};
          }},
    Place{&dialect::openai_tools, "openai/chat.completions.request.json",
          [](const Json& schema) { return chat_tool(schema, false); }},
    Place{&dialect::openai_tools, "groq/chat.completions.request.json",
          [](const Json& schema) { return chat_tool(schema, false); }},
    Place{&dialect::anthropic_tools, "anthropic/messages.request.json",
          [](const Json& schema) { return anthropic_tool(schema, false); }},
    Place{&dialect::anthropic_strict, "anthropic/messages.request.json",
          [](const Json& schema) { return anthropic_tool(schema, true); }},
    Place{&dialect::anthropic_strict, "anthropic/messages.request.json",
          [](const Json& schema) -> Json {
            return {{"model", "m"},
                    {"max_tokens", 100},
                    {"messages", messages()},
                    {"output_config", {{"format", {{"type", "json_schema"}, {"schema", schema}}}}}};
          }},
    Place{&dialect::gemini_schema, "gemini/generateContent.request.json",
          [](const Json& schema) { return gemini_format(schema, "responseSchema"); }},
    Place{&dialect::gemini_schema, "gemini/generateContent.request.json",
          [](const Json& schema) { return gemini_tool(schema, "parameters"); }},
    Place{&dialect::gemini_json_schema, "gemini/generateContent.request.json",
          [](const Json& schema) { return gemini_format(schema, "responseJsonSchema"); }},
    Place{&dialect::gemini_json_schema, "gemini/generateContent.request.json",
          [](const Json& schema) { return gemini_tool(schema, "parametersJsonSchema"); }},
    Place{&dialect::vertex_schema, "vertex/generateContent.request.json",
          [](const Json& schema) { return gemini_format(schema, "responseSchema"); }},
    Place{&dialect::vertex_schema, "vertex/generateContent.request.json",
          [](const Json& schema) { return gemini_tool(schema, "parameters"); }},
    Place{&dialect::mistral, "mistral/chat.completions.request.json",
          [](const Json& schema) { return chat_format(schema, true); }},
    Place{&dialect::mistral, "mistral/chat.completions.request.json",
          [](const Json& schema) { return chat_tool(schema, true); }},
    Place{&dialect::cohere, "cohere/v2.chat.request.json",
          [](const Json& schema) -> Json {
            return {{"model", "m"},
                    {"stream", false},
                    {"messages", messages()},
                    {"response_format", {{"type", "json_object"}, {"json_schema", schema}}}};
          }},
    Place{&dialect::bedrock_strict, "bedrock/converse.request.json",
          [](const Json& schema) {
            return converse(
                {{"toolConfig",
                  {{"tools",
                    Json::array({{{"toolSpec",
                                   {{"name", "answer"}, {"inputSchema", {{"json", schema}}}, {"strict", true}}}}})}}}});
          }},
    Place{&dialect::ollama, "ollama/chat.request.json",
          [](const Json& schema) -> Json { return {{"model", "m"}, {"messages", messages()}, {"format", schema}}; }},
};

// ---- what a dialect's table does not take ------------------------------------------------------------------------

const std::map<std::string, SchemaRule, std::less<>> keyword_rules{
    {"propertyNames", SchemaRule::key_names},
    {"patternProperties", SchemaRule::key_patterns},
    {"minProperties", SchemaRule::property_counts},
    {"maxProperties", SchemaRule::property_counts},
    {"prefixItems", SchemaRule::tuples},
    {"minItems", SchemaRule::min_items},
    {"maxItems", SchemaRule::max_items},
    {"uniqueItems", SchemaRule::unique_items},
    {"contains", SchemaRule::contained_items},
    {"minLength", SchemaRule::min_length},
    {"maxLength", SchemaRule::max_length},
    {"pattern", SchemaRule::patterns},
    {"exclusiveMinimum", SchemaRule::exclusive_limits},
    {"exclusiveMaximum", SchemaRule::exclusive_limits},
    {"multipleOf", SchemaRule::multiples},
    {"const", SchemaRule::constants},
    {"anyOf", SchemaRule::unions},
    {"oneOf", SchemaRule::exclusive_unions},
    {"allOf", SchemaRule::intersections},
    {"not", SchemaRule::conditions},
    {"if", SchemaRule::conditions},
    {"then", SchemaRule::conditions},
    {"else", SchemaRule::conditions},
    {"dependentRequired", SchemaRule::conditions},
    {"dependentSchemas", SchemaRule::conditions},
    {"unevaluatedProperties", SchemaRule::unevaluated},
    {"unevaluatedItems", SchemaRule::unevaluated},
    {"$ref", SchemaRule::references},
    {"$defs", SchemaRule::references},
    {"title", SchemaRule::titles},
    {"default", SchemaRule::defaults},
    {"examples", SchemaRule::examples},
};

void look_for_untaken(const Json& schema, const Dialect& dialect, Differences& differences) {
  if (!schema.is_object()) return;
  for (const auto& [keyword, value] : schema.items()) {
    const auto rule = keyword_rules.find(keyword);
    if (rule != keyword_rules.end() && !dialect.takes(rule->second))
      differences.push_back("a keyword that is not taken: " + keyword);
    if (keyword == "properties" || keyword == "$defs")
      for (const auto& [_, inner] : value.items()) look_for_untaken(inner, dialect, differences);
    else if (keyword == "anyOf" || keyword == "prefixItems")
      for (const Json& inner : value) look_for_untaken(inner, dialect, differences);
    else if (keyword == "items" || keyword == "additionalProperties")
      look_for_untaken(value, dialect, differences);
  }
  const std::string type = text_at(schema, "type");
  if (dialect.demands(SchemaRule::closed_objects) && type == "object" &&
      schema.value("additionalProperties", Json()) != false)
    differences.push_back("an object that is not closed");
  if (dialect.demands(SchemaRule::all_required) && schema.contains("properties") &&
      schema.at("properties").size() != schema.value("required", Json::array()).size())
    differences.push_back("a property that is not required");
  if (const Json* const format = member(schema, "format");
      format != nullptr && !dialect.takes_format(format->get<std::string>()))
    differences.push_back("a format that is not taken: " + format->dump());
}

class Runner {
 public:
  Runner(const std::filesystem::path& data, Report& report) : schemas_(data / "schemas"), report_(report) {}

  void run(const std::string& name, const Dialect& dialect, const LoweredSchema& lowered) {
    Tally& tally = report_.tally(dialect.name());
    if (!lowered.fits()) {
      ++refused_[std::string(dialect.name())];
      return;
    }
    Differences differences;
    const Json schema = Json::parse(lowered.schema);
    look_for_untaken(schema, dialect, differences);
    for (const Place& place : places)
      if (place.dialect == &dialect)
        for (const std::string& problem : validator(place.file).problems(place.request(schema)))
          differences.push_back(std::string(place.file) + ": " + problem);
    tally.add(name, differences);
  }

  void print_refused() {
    std::string text = "  (refused before anything is sent:";
    for (const auto& [name, count] : refused_) text += " " + name + " " + std::to_string(count);
    report_.note(text + ")");
  }

 private:
  const SchemaValidator& validator(const std::string& file) {
    const auto known = validators_.find(file);
    if (known != validators_.end()) return known->second;
    const std::expected<Json, std::string> schema = parse_json(read_file(schemas_ / file).value_or(""));
    if (!schema) throw std::runtime_error(file + ": " + schema.error());
    return validators_.emplace(file, SchemaValidator(*schema)).first->second;
  }

  std::filesystem::path schemas_;
  Report& report_;
  std::map<std::string, SchemaValidator> validators_;
  std::map<std::string, std::size_t> refused_;
};

template <class... Types>
void run_types(Runner& runner) {
  std::size_t number = 0;
  const auto one = [&]<class T>(std::type_identity<T>) {
    const std::string name = "type " + std::to_string(++number) + " " + std::string(instructor::type_of<T>().name);
    for (const Dialect* const each : dialect::all) {
      const LoweredSchema& lowered = instructor::lowered<T>(*each);
      runner.run(name, *each, lowered);
    }
  };
  (one(std::type_identity<Types>()), ...);
}

}  // namespace

void run_lowered_schemas(const std::filesystem::path& data, Report& report) {
  using namespace models;
  Runner runner(data, report);
  run_types<Flat, Ticket, Network, Tree, Chain, Optionals, Containers, Numbers, Constrained, Described, Keywords,
            Page<Flat>, Deep, Empty, Wide, std::vector<Flat>, int, std::optional<Flat>, std::map<std::string, int>,
            std::tuple<int, std::string>, instructor::Json>(runner);
  // Of the schemas from the real world every fifteenth: there are many alike.
  std::size_t number = 0;
  for (const std::filesystem::path& file : files_below(data / "suites/json-schema-bench", ".jsonl")) {
    std::istringstream lines(read_file(file).value_or(std::string()));
    for (std::string line; std::getline(lines, line);) {
      if (number++ % 15 != 0) continue;
      const std::expected<Json, std::string> each = parse_json(line);
      if (!each) continue;
      const std::string name = file.filename().string() + ", " + text_at(*each, "name");
      try {
        const auto model = instructor::DynamicModel::from_json_schema(each->at("schema"));
        for (const Dialect* const dialect : dialect::all) runner.run(name, *dialect, model.lowered(*dialect));
      } catch (const std::exception& error) {
        report.tally("real schemas that are not lowered").add(name, {error.what()});
      }
    }
  }
  runner.print_refused();
}

}  // namespace conformance
