#include "dialect/bundle.hpp"

#include <deque>
#include <set>
#include <string_view>
#include <unordered_map>
#include <utility>

#include <nlohmann/json.hpp>

#include "instructor/detail/names.hpp"
#include "instructor/error.hpp"
#include "jsonschema/resources.hpp"

namespace instructor::core {

namespace {

using jsonschema::Draft;
using jsonschema::Holds;
using jsonschema::Keyword;
using jsonschema::KeywordRow;
using jsonschema::Place;

class Bundler {
 public:
  Bundler(const Json& document, const jsonschema::SchemaOptions& options, std::vector<SchemaChange>& changes)
      : resources_(document, options), changes_(changes) {}

  Json run() {
    Json whole = copy(resources_.root());
    if (!whole.is_object()) return whole;
    Json definitions = Json::object();
    for (; !waiting_.empty(); waiting_.pop_front()) {
      // Copying may make others wait, and move the queue.
      const auto [name, place] = waiting_.front();
      definitions[name] = copy(place);
    }
    if (!definitions.empty()) whole["$defs"] = std::move(definitions);
    return whole;
  }

 private:
  Json copy(const Place& place) {
    const Json& schema = *place.schema;
    if (!schema.is_object()) return schema;
    const jsonschema::Dialect& dialect = resources_[place.resource].dialect;
    Json out = Json::object();
    const bool alone = dialect.ref_stands_alone() && schema.contains("$ref");
    for (const auto& [name, value] : schema.items()) {
      const KeywordRow* const row = jsonschema::find_keyword(name, dialect);
      if (alone && row != nullptr && row->keyword != Keyword::ref) continue;
      if (row == nullptr)
        out[name] = value;
      else
        keyword(*row, value, schema, place, out);
    }
    if (const auto nullable = out.find("nullable"); nullable != out.end()) {
      const bool null = *nullable == true;
      out.erase("nullable");
      if (null) out = or_null(std::move(out));
    }
    return out;
  }

  void keyword(const KeywordRow& row, const Json& value, const Json& schema, const Place& place, Json& out) {
    const std::string name(row.name);
    switch (row.keyword) {
      case Keyword::id:
      case Keyword::schema:
      case Keyword::anchor:
      case Keyword::dynamic_anchor:
      case Keyword::recursive_anchor:
      case Keyword::defs:
      case Keyword::vocabulary: return;
      case Keyword::ref: return reference(value, place, out);
      case Keyword::dynamic_ref:
      case Keyword::recursive_ref:
        changes_.push_back({"", SchemaRule::references, Handling::rewritten,
                            name + " is written as a plain reference, and checked on the reply"});
        return reference(value, place, out);
      case Keyword::items:
        if (value.is_array()) return inner(row, "prefixItems", value, place, out);
        break;
      case Keyword::additional_items:
        if (schema.contains("items") && schema.at("items").is_array()) inner(row, "items", value, place, out);
        return;
      case Keyword::dependencies: return dependencies(row, value, place, out);
      case Keyword::exclusive_minimum:
      case Keyword::exclusive_maximum:
        if (value.is_boolean()) return exclusive_flag(name, value.get<bool>(), schema, out);
        break;
      case Keyword::minimum:
      case Keyword::maximum: {
        // Before draft 6 a flag beside them made them exclusive.
        const std::string flag = row.keyword == Keyword::minimum ? "exclusiveMinimum" : "exclusiveMaximum";
        if (schema.contains(flag) && schema.at(flag) == true) return;
        break;
      }
      default: break;
    }
    inner(row, name, value, place, out);
  }

  void inner(const KeywordRow& row, const std::string& name, const Json& value, const Place& place, Json& out) {
    const std::string pointer = jsonschema::below(place.pointer, row.name);
    const auto at = [&](const Json& schema, std::string where) {
      return copy(resources_.inside(place, schema, std::move(where)));
    };
    if (row.holds == Holds::no_schema) {
      out[name] = value;
    } else if (value.is_array()) {
      Json& list = out[name] = Json::array();
      for (std::size_t i = 0; i < value.size(); ++i) list.push_back(at(value[i], jsonschema::below(pointer, i)));
    } else if (row.holds == Holds::by_name) {
      Json& map = out[name] = Json::object();
      for (const auto& [key, schema] : value.items()) map[key] = at(schema, jsonschema::below(pointer, key));
    } else {
      out[name] = at(value, pointer);
    }
  }

  void dependencies(const KeywordRow& row, const Json& value, const Place& place, Json& out) {
    for (const auto& [key, needed] : value.items()) {
      if (needed.is_array())
        out["dependentRequired"][key] = needed;
      else
        out["dependentSchemas"][key] =
            copy(resources_.inside(place, needed, jsonschema::below(jsonschema::below(place.pointer, row.name), key)));
    }
  }

  static void exclusive_flag(const std::string& name, bool set, const Json& schema, Json& out) {
    const std::string limit = name == "exclusiveMinimum" ? "minimum" : "maximum";
    if (set && schema.contains(limit)) out[name] = schema.at(limit);
  }

  void reference(const Json& target, const Place& place, Json& out) {
    if (!target.is_string()) jsonschema::refuse(jsonschema::below(place.pointer, "$ref"), "expected string");
    const Place found =
        resources_.find(target.get_ref<const std::string&>(), place.resource, jsonschema::below(place.pointer, "$ref"));
    out["$ref"] = "#/$defs/" + name_of(found);
  }

  const std::string& name_of(const Place& target) {
    const auto known = names_.find(target.schema);
    if (known != names_.end()) return known->second;
    std::string_view wished = std::string_view(target.pointer).substr(target.pointer.rfind('/') + 1);
    const Json& schema = *target.schema;
    if (target.pointer.empty() || wished == "#" || wished.empty()) {
      const auto title = schema.is_object() ? schema.find("title") : schema.end();
      wished = title != schema.end() && title->is_string() ? std::string_view(title->get_ref<const std::string&>())
                                                           : std::string_view("root");
    }
    const std::string base(detail::SafeName<>(wished).view());
    std::string name = base;
    for (std::size_t number = 2; !taken_.insert(name).second; ++number) name = base + "_" + std::to_string(number);
    waiting_.emplace_back(name, target);
    return names_.emplace(target.schema, std::move(name)).first->second;
  }

  static Json or_null(Json schema) {
    if (const auto type = schema.find("type");
        type != schema.end() && !schema.contains("enum") && !schema.contains("const") && !schema.contains("allOf")) {
      if (type->is_string()) *type = Json::array({*type});
      if (type->is_array()) type->push_back("null");
      return schema;
    }
    return {{"anyOf", Json::array({std::move(schema), {{"type", "null"}}})}};
  }

  jsonschema::Resources resources_;
  std::vector<SchemaChange>& changes_;
  std::unordered_map<const Json*, std::string> names_;
  std::set<std::string> taken_;
  std::deque<std::pair<std::string, Place>> waiting_;
};

}  // namespace

Json bundled(const Json& document, const std::map<std::string, Json>& remotes, std::vector<SchemaChange>& changes) {
  jsonschema::SchemaOptions options;
  options.remotes = remotes;
  return Bundler(document, options, changes).run();
}

}  // namespace instructor::core
