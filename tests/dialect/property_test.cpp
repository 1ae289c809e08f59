// Random schemas and random values: run-time models judge as the validator does, and no dialect loses a rule.

#include <cstdint>
#include <initializer_list>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "dialect/bundle.hpp"
#include "instructor/codec.hpp"
#include "instructor/dynamic.hpp"
#include "instructor/error.hpp"
#include "instructor/lowering.hpp"
#include "instructor/testing.hpp"
#include "jsonschema/schema.hpp"

namespace instructor {
namespace {

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_(seed) {}

  std::size_t below(std::size_t count) { return engine_() % count; }
  bool one_in(std::size_t count) { return below(count) == 0; }
  template <class T>
  T one_of(std::initializer_list<T> values) {
    return values.begin()[below(values.size())];
  }

 private:
  std::mt19937_64 engine_;
};

// ---- schemas -----------------------------------------------------------------------------------------------------

class SchemaMaker {
 public:
  explicit SchemaMaker(Dice& dice) : dice_(dice) {}

  Json whole() {
    Json schema = object(0);
    schema["$defs"]["one"] = dice_.one_in(2) ? scalar() : list(2);
    schema["$defs"]["two"] = object(2);
    return schema;
  }

 private:
  Json any(std::size_t depth) {
    Json schema = depth > 3 ? scalar() : typed(depth);
    if (dice_.one_in(5)) schema["description"] = "Some words";
    if (dice_.one_in(12)) schema["not"] = {{"const", value_constant()}};
    if (depth <= 3 && dice_.one_in(12)) schema = {{"allOf", Json::array({std::move(schema), any(depth + 1)})}};
    return schema;
  }

  Json typed(std::size_t depth) {
    switch (dice_.below(10)) {
      case 0:
      case 1: return object(depth + 1);
      case 2: return list(depth + 1);
      case 3: return {{"$ref", dice_.one_of({"#/$defs/one", "#/$defs/two"})}};
      case 4: return {{"anyOf", Json::array({any(depth + 1), {{"type", "null"}}})}};
      case 5: return {{dice_.one_of({"anyOf", "oneOf"}), Json::array({scalar(), any(depth + 1)})}};
      case 6: return {{"type", "object"}, {"additionalProperties", scalar()}};
      default: return scalar();
    }
  }

  Json object(std::size_t depth) {
    Json schema = {{"type", "object"}, {"properties", Json::object()}};
    Json required = Json::array();
    for (const char* const key : {"a", "b", "c", "d"}) {
      if (dice_.one_in(3)) continue;
      schema["properties"][key] = any(depth + 1);
      if (!dice_.one_in(3)) required.push_back(key);
    }
    if (!required.empty()) schema["required"] = required;
    if (dice_.one_in(3)) schema["additionalProperties"] = false;
    if (dice_.one_in(12)) schema["maxProperties"] = 3;
    if (dice_.one_in(12)) schema["propertyNames"] = {{"maxLength", 3}};
    const bool is_never_null =
        schema["properties"].contains("a") && schema["properties"]["a"].value("type", Json()) == "string";
    if (is_never_null && dice_.one_in(5)) schema["dependentRequired"] = {{"a", Json::array({"b"})}};
    if (dice_.one_in(15)) schema["patternProperties"] = {{"^x", scalar()}};
    return schema;
  }

  Json list(std::size_t depth) {
    Json schema = {{"type", "array"}};
    if (dice_.one_in(5))
      schema.update({{"prefixItems", Json::array({scalar(), scalar()})}, {"minItems", 2}, {"maxItems", 2}});
    else
      schema["items"] = any(depth + 1);
    if (dice_.one_in(4) && !schema.contains("minItems")) schema["minItems"] = dice_.below(3);
    if (dice_.one_in(4) && !schema.contains("maxItems")) schema["maxItems"] = 2 + dice_.below(3);
    if (dice_.one_in(8)) schema["uniqueItems"] = true;
    if (dice_.one_in(12)) schema["contains"] = scalar();
    return schema;
  }

  Json scalar() {
    switch (dice_.below(9)) {
      case 0: return {{"type", "boolean"}};
      case 1: return number("integer");
      case 2: return number("number");
      case 3: return {{"enum", Json::array({"red", "green"})}};
      case 4: return {{"enum", Json::array({1, "one"})}};
      case 5: return {{"const", value_constant()}};
      case 6: return {{"type", Json::array({"string", "null"})}};
      default: return text();
    }
  }

  Json number(const char* type) {
    Json schema = {{"type", type}};
    if (dice_.one_in(3)) schema[dice_.one_of({"minimum", "exclusiveMinimum"})] = static_cast<int>(dice_.below(4)) - 2;
    if (dice_.one_in(3)) schema[dice_.one_of({"maximum", "exclusiveMaximum"})] = 3 + dice_.below(4);
    if (dice_.one_in(6)) schema["multipleOf"] = 2;
    return schema;
  }

  Json text() {
    Json schema = {{"type", "string"}};
    if (dice_.one_in(3)) schema["minLength"] = dice_.below(3);
    if (dice_.one_in(3)) schema["maxLength"] = 2 + dice_.below(3);
    if (dice_.one_in(4)) schema["pattern"] = dice_.one_of({"^[a-z]*$", "a", "^x", "e$"});
    if (dice_.one_in(8)) schema["format"] = dice_.one_of({"email", "date"});
    return schema;
  }

  Json value_constant() {
    return dice_.one_of({Json(1), Json("one"), Json(true), Json(2.5), Json("red"), Json(nullptr)});
  }

  Dice& dice_;
};

// ---- values ------------------------------------------------------------------------------------------------------

Json random_value(Dice& dice, std::size_t depth = 0) {
  switch (dice.below(depth > 2 ? 8 : 11)) {
    case 0: return nullptr;
    case 1: return dice.one_in(2);
    case 2: return static_cast<int>(dice.below(9)) - 3;
    case 3: return 2.5;
    case 4: return dice.one_of({"", "a", "one", "red", "green", "xyz", "a@b.org", "2026-11-21"});
    case 5: return 1.0;
    case 6: return "red";
    case 7: return 4;
    case 8: {
      Json list = Json::array();
      for (std::size_t i = dice.below(4); i > 0; --i) list.push_back(random_value(dice, depth + 1));
      return list;
    }
    default: {
      Json object = Json::object();
      for (const char* const key : {"a", "b", "c", "d", "x1", "long"})
        if (dice.one_in(2)) object[key] = random_value(dice, depth + 1);
      return object;
    }
  }
}

/// Another value somewhere in it.
void change_one(Json& value, Dice& dice) {
  if (value.is_structured() && !value.empty() && !dice.one_in(4)) {
    auto inner = value.begin();
    std::advance(inner, static_cast<std::ptrdiff_t>(dice.below(value.size())));
    if (value.is_object() && dice.one_in(4))
      value.erase(inner);
    else
      change_one(*inner, dice);
    return;
  }
  value = random_value(dice, 1);
}

// ---- what a provider would send ----------------------------------------------------------------------------------

/// The value as it comes where every property must: null for those that are not there. False: it cannot be said, there
/// are keys that are not asked for.
bool complete(Json& value, const Json& schema, const Json& whole, std::size_t depth = 0) {
  if (!schema.is_object() || depth > 40) return true;
  if (const auto reference = schema.find("$ref"); reference != schema.end())
    return complete(value, whole.at("$defs").at(reference->get<std::string>().substr(8)), whole, depth + 1);
  if (const auto list = schema.find("anyOf"); list != schema.end()) {
    for (const Json& one : *list) {
      Json tried = value;
      if (!complete(tried, one, whole, depth + 1)) continue;
      Json alone = one;
      if (whole.contains("$defs")) alone["$defs"] = whole.at("$defs");
      if (!jsonschema::Schema(alone).is_valid(tried)) continue;
      value = std::move(tried);
      return true;
    }
    return false;
  }
  if (value.is_object() && schema.contains("properties")) {
    for (const auto& [key, property] : schema.at("properties").items()) {
      const bool needed =
          schema.contains("required") && schema.at("required").dump().find('"' + key + '"') != std::string::npos;
      if (!value.contains(key) && needed) value[key] = nullptr;
      // Or nothing for null, where there is none.
      Json alone = property;
      if (whole.contains("$defs")) alone["$defs"] = whole.at("$defs");
      if (!needed && value.contains(key) && value[key].is_null() && !jsonschema::Schema(alone).is_valid(nullptr))
        value.erase(key);
      if (value.contains(key) && !complete(value[key], property, whole, depth + 1)) return false;
    }
    if (schema.contains("additionalProperties") && schema.at("additionalProperties") == false)
      for (const auto& member : value.items())
        if (!schema.at("properties").contains(member.key())) return false;
  } else if (value.is_object() && schema.contains("additionalProperties")) {
    for (Json& inner : value)
      if (!complete(inner, schema.at("additionalProperties"), whole, depth + 1)) return false;
  }
  if (value.is_array() && schema.contains("items"))
    for (Json& item : value)
      if (!complete(item, schema.at("items"), whole, depth + 1)) return false;
  return true;
}

class RandomSchema : public ::testing::TestWithParam<std::uint64_t> {};

constexpr std::size_t schemas_each = 30;
constexpr std::size_t values_each = 9;

TEST_P(RandomSchema, ModelsJudgeAsTheValidatorDoes) {
  Dice dice(GetParam());
  for (std::size_t i = 0; i < schemas_each; ++i) {
    const Json schema = SchemaMaker(dice).whole();
    const auto model = DynamicModel::from_json_schema(schema);
    const jsonschema::Schema validator(schema);
    for (std::size_t j = 0; j < values_each; ++j) {
      Json value = random_value(dice);
      if (j % 2 == 0) {
        try {
          value = testing::fake(model, j);
        } catch (const Error&) {
          continue;  // nothing is valid for it, or nothing was found
        }
        if (j % 4 == 2) change_one(value, dice);
      }
      const auto decoded = model.decode(value.dump());
      ASSERT_EQ(decoded.has_value(), validator.is_valid(value)) << schema << '\n'
                                                                << value << '\n'
                                                                << (decoded ? "" : decoded.error().text());
    }
  }
}

TEST_P(RandomSchema, NoDialectLosesARule) {
  Dice dice(GetParam() + 1000);
  for (std::size_t i = 0; i < schemas_each; ++i) {
    const Json schema = SchemaMaker(dice).whole();
    const auto model = DynamicModel::from_json_schema(schema);
    const jsonschema::Schema validator(schema);
    std::vector<Json> values;
    for (std::size_t j = 0; j < values_each; ++j) {
      try {
        values.push_back(j % 3 == 0 ? random_value(dice) : testing::fake(model, j));
      } catch (const Error&) {
        continue;
      }
      if (j % 3 == 2) change_one(values.back(), dice);
    }
    for (const Dialect* const dialect : dialect::all) {
      if (!dialect->takes(SchemaRule::counts_as_text)) continue;  // no validator reads those
      const LoweredSchema& lowered = model.lowered(*dialect);
      if (!lowered.fits()) {
        ASSERT_FALSE(lowered.why_not().empty());
        continue;
      }
      std::vector<SchemaChange> none;
      const Json sent = core::bundled(Json::parse(lowered.schema), {}, none);
      const jsonschema::Schema told(sent);
      for (const Json& value : values) {
        Json answer = value;
        if (!complete(answer, sent, sent)) continue;
        const bool valid = validator.is_valid(value);
        const bool accepted = told.is_valid(answer);
        // Whatever is right can be said, ...
        if (valid) {
          ASSERT_TRUE(accepted) << dialect->name() << '\n'
                                << schema << '\n'
                                << sent << '\n'
                                << answer << '\n'
                                << lowered.report();
          DecodeOptions options;
          options.null_is_absent = lowered.null_is_absent;
          const auto decoded = model.decode(answer.dump(), options);
          ASSERT_TRUE(decoded) << dialect->name() << '\n'
                               << schema << '\n'
                               << sent << '\n'
                               << answer << '\n'
                               << decoded.error().text();
        }
        // ... and what a provider lets pass is reported to be checked.
        if (!valid && accepted && answer == value) {
          ASSERT_FALSE(lowered.changes.empty()) << dialect->name() << '\n' << schema << '\n' << value;
          ASSERT_FALSE(model.decode(value.dump()));
        }
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomSchema, ::testing::Range<std::uint64_t>(1, 7));

}  // namespace
}  // namespace instructor
