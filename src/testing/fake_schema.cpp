#include "testing/fake_schema.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "dialect/lower.hpp"
#include "instructor/dialect.hpp"
#include "model/ecma_regex.hpp"
#include "model/pattern.hpp"
#include "testing/sample_pattern.hpp"

namespace instructor::testing {

namespace {

/// What tables say exactly. Nothing is refused in earnest: types are added where there are none.
constexpr RuleSource own{"src/model/schema_reader.cpp", "2026-11"};
constexpr DialectRow table_rows[]{
    {SchemaRule::intersections, Handling::rewritten, own}, {SchemaRule::conditions, Handling::described, own},
    {SchemaRule::unevaluated, Handling::described, own},   {SchemaRule::key_names, Handling::described, own},
    {SchemaRule::untyped, Handling::refused, own},         {SchemaRule::reference_siblings, Handling::rewritten, own},
    {SchemaRule::other_keywords, Handling::omitted, own},
};
struct TableDialect : Dialect {
  constexpr TableDialect() : Dialect("tables", "", table_rows) {}
};

constexpr std::size_t most_keys = 1000;

class Chooser {
 public:
  explicit Chooser(Random& random) : random_(random) {}

  Json schema(const Json& given) {
    if (!given.is_object()) return given;
    Json out = Json::object();
    std::vector<Json> also;
    for (const auto& [keyword, value] : given.items()) take(keyword, value, given, out, also);
    keys_of_patterns(given, out);
    enough_keys(given, out);
    contained(given, out);
    if (also.empty()) return out;
    Json all = Json::array({std::move(out)});
    for (Json& one : also) all.push_back(std::move(one));
    Json joined = {{"allOf", std::move(all)}};
    if (given.contains("$defs")) joined["$defs"] = std::exchange(joined["allOf"][0]["$defs"], Json::object());
    return joined;
  }

 private:
  void take(const std::string& keyword, const Json& value, const Json& given, Json& out, std::vector<Json>& also) {
    if ((keyword == "anyOf" || keyword == "oneOf") && value.is_array() && !value.empty()) {
      also.push_back(schema(value[random_.below(value.size())]));
    } else if (keyword == "if") {
      const bool holds = random_.one_in(2);
      if (holds) also.push_back(schema(value));
      if (const auto branch = given.find(holds ? "then" : "else"); branch != given.end())
        also.push_back(schema(*branch));
    } else if (keyword == "type" && value.is_array() && !value.empty()) {
      out[keyword] = value[random_.below(value.size())];
    } else if (keyword == "properties" || keyword == "$defs") {
      Json& map = out[keyword] = Json::object();
      for (const auto& [name, inner] : value.items()) map[name] = schema(inner);
    } else if (keyword == "dependentSchemas") {
      for (const auto& [name, inner] : value.items()) also.push_back(schema(inner));
    } else if (keyword == "dependentRequired") {
      for (const auto& [name, needed] : value.items()) also.push_back({{"required", needed}});
    } else if (keyword == "items" || keyword == "additionalProperties") {
      out[keyword] = schema(value);
    } else if ((keyword == "allOf" || keyword == "prefixItems") && value.is_array()) {
      Json& list = out[keyword] = Json::array();
      for (const Json& inner : value) list.push_back(schema(inner));
    } else if (keyword != "then" && keyword != "else" && keyword != "patternProperties" && keyword != "contains" &&
               keyword != "minContains" && keyword != "maxContains" && keyword != "not" &&
               !keyword.starts_with("unevaluated")) {
      out[keyword] = value;
    }
  }

  /// A key for each pattern; and the keys that are there anyway are held to those that they match.
  void keys_of_patterns(const Json& given, Json& out) {
    const auto patterns = given.find("patternProperties");
    if (patterns == given.end() || !patterns->is_object()) return;
    if (!out.contains("properties")) out["properties"] = Json::object();
    Json& properties = out["properties"];
    for (const auto& [pattern, _] : patterns->items())
      if (const std::optional<std::string> key = sample_pattern(pattern, random_); key && !properties.contains(*key))
        properties[*key] = true;
    for (const Json& key : given.value("required", Json::array()))
      if (key.is_string() && !properties.contains(key.get_ref<const std::string&>()))
        properties[key.get<std::string>()] = true;
    for (const auto& [pattern, inner] : patterns->items()) {
      const core::Pattern matcher(core::translate_regex(pattern, core::RegexSyntax::lenient).expression);
      if (!matcher.error().empty()) continue;
      for (auto& [key, property] : properties.items()) {
        if (!matcher.found_in(key)) continue;
        Json one = schema(inner);
        property = property == true ? std::move(one) : Json{{"allOf", Json::array({property, std::move(one)})}};
      }
    }
  }

  /// As many keys as there must be.
  static void enough_keys(const Json& given, Json& out) {
    const auto least = given.find("minProperties");
    if (least == given.end() || !least->is_number() || *least > most_keys) return;
    const auto wanted = least->get<std::size_t>();
    if (!out.contains("properties")) out["properties"] = Json::object();
    if (!out.contains("required")) out["required"] = Json::array();
    Json& properties = out["properties"];
    const Json other = out.value("additionalProperties", Json(true));
    for (std::size_t i = 1; properties.size() < wanted && other != false; ++i)
      properties["key" + std::to_string(i)] = other;
    Json& required = out["required"];
    for (const auto& [key, _] : properties.items())
      if (required.size() < wanted && std::ranges::find(required, Json(key)) == required.end()) required.push_back(key);
  }

  /// All items are such as are to be contained.
  void contained(const Json& given, Json& out) {
    const auto wanted = given.find("contains");
    if (wanted == given.end()) return;
    const Json least = given.value("minContains", Json(1));
    const Json items = out.contains("items") ? out["items"] : Json(true);
    out["items"] = {{"allOf", Json::array({items, schema(*wanted)})}};
    if (out.value("minItems", Json(0)) < least) out["minItems"] = least;
  }

  Random& random_;
};

}  // namespace

Json with_choices_made(const Json& flat, Random& random) {
  return Json::parse(core::lower(Chooser(random).schema(flat), TableDialect(), false).schema);
}

}  // namespace instructor::testing
