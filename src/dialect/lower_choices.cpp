// Unions, types and references of a schema in a dialect.

#include <algorithm>
#include <array>

#include "dialect/lowerer.hpp"
#include "dialect/merge.hpp"
#include "model/schema_questions.hpp"

namespace instructor::core {

namespace {

constexpr std::size_t max_joined = 32;

constexpr std::array<std::string_view, 8> annotations{"title",    "description", "default",  "examples",
                                                      "$comment", "deprecated",  "readOnly", "writeOnly"};
constexpr std::array<std::string_view, 10> shapes{"type",       "$ref",  "enum",  "const", "anyOf",
                                                  "properties", "items", "oneOf", "allOf", "prefixItems"};

bool restricts(const Json& schema, std::string_view beside) {
  return std::ranges::any_of(schema.items(), [&](const auto& member) {
    return member.key() != beside && !is_one_of(annotations, member.key());
  });
}

}  // namespace

// ---- references --------------------------------------------------------------------------------------------------

const Json* Lowerer::definition(const Json& schema, std::string& name) const {
  constexpr std::string_view prefix = "#/$defs/";
  const Json& target = schema.at("$ref");
  if (!target.is_string() || !target.get_ref<const std::string&>().starts_with(prefix)) return nullptr;
  name = target.get_ref<const std::string&>().substr(prefix.size());
  const auto definitions = document_.find("$defs");
  if (definitions == document_.end()) return nullptr;
  const auto found = definitions->find(name);
  return found == definitions->end() ? nullptr : &*found;
}

Json Lowerer::in_place(const std::string& name, const Json& schema) {
  if (std::ranges::find(open_, name) != open_.end()) {
    refuse(SchemaRule::recursion, "a type that holds itself (" + name + ")");
    return Json::object();
  }
  open_.push_back(name);
  Json result = value(schema);
  open_.pop_back();
  return result;
}

Json Lowerer::reference(const Json& schema) {
  std::string name;
  const Json* const target = definition(schema, name);
  if (target == nullptr) {
    refuse(SchemaRule::references, "a reference that leads nowhere");
    return Json::object();
  }
  if (restricts(schema, "$ref") && !dialect_.takes(SchemaRule::intersections)) {
    Json both = schema;
    both.erase("$ref");
    both["allOf"] = Json::array({{{"$ref", schema.at("$ref")}}});
    return value(both);
  }
  const bool open = std::ranges::find(open_, name) != open_.end();
  if (open && dialect_.refuses(SchemaRule::recursion)) {
    refuse(SchemaRule::recursion, "a type that holds itself (" + name + ")");
    return Json::object();
  }
  Json whole = target->is_object() ? *target : Json::object();
  for (const auto& [key, note] : schema.items())
    if (key != "$ref") whole[key] = note;
  if (!dialect_.takes(SchemaRule::references)) return in_place(name, whole);

  may_leave_out_ = false;
  Json siblings = schema;
  siblings.erase("$ref");
  const bool has_words =
      siblings.contains("description") ||
      (siblings.contains("default") && dialect_.handling(SchemaRule::defaults) == Handling::described) ||
      (siblings.contains("examples") && dialect_.handling(SchemaRule::examples) == Handling::described);
  const bool may_stand_beside = dialect_.takes(SchemaRule::reference_siblings);
  if (has_words && !may_stand_beside && !open) return in_place(name, whole);

  const auto known = std::ranges::find(definitions_, name, &std::pair<std::string, Json>::first);
  if (known == definitions_.end()) {
    const std::size_t index = definitions_.size();
    definitions_.emplace_back(name, Json::object());
    Json written = in_place(name, *target);
    definitions_[index].second = std::move(written);
  }
  Json out = {{"$ref", schema.at("$ref")}};
  if (siblings.empty()) return out;
  if (!may_stand_beside) {
    change(SchemaRule::reference_siblings, Handling::omitted, "what stands beside $ref is left out");
    return out;
  }
  Draft draft{siblings, ""};
  if (const auto words = siblings.find("description"); words != siblings.end() && words->is_string())
    draft.words.add(words->get_ref<const std::string&>());
  for (const auto& [key, note] : siblings.items()) keyword(draft, key, note);
  const Json beside = assembled(std::move(draft));
  for (const auto& [key, note] : beside.items()) out[key] = note;
  return out;
}

// ---- intersections -----------------------------------------------------------------------------------------------

Json Lowerer::joined(const Json& schema, std::vector<Json>& rest) {
  Json base = Json::object();
  join(base, schema, rest, 0);
  change(SchemaRule::intersections, Handling::rewritten, "allOf is merged into one schema");
  return base;
}

void Lowerer::join(Json& base, const Json& schema, std::vector<Json>& rest, std::size_t depth) {
  count_node();
  if (!schema.is_object()) return merge_schema(base, schema, rest);
  Json own = schema;
  own.erase("$ref");
  own.erase("allOf");
  merge_schema(base, own, rest);
  if (schema.contains("$ref")) {
    std::string name;
    const Json* const target = definition(schema, name);
    const bool open = std::ranges::find(open_, name) != open_.end();
    if (target == nullptr || open || depth >= max_joined)
      rest.push_back({{"$ref", schema.at("$ref")}});
    else
      join(base, *target, rest, depth + 1);
  }
  if (const auto members = schema.find("allOf"); members != schema.end() && members->is_array()) {
    if (depth >= max_joined)
      rest.push_back({{"allOf", *members}});
    else
      for (const Json& member : *members) join(base, member, rest, depth + 1);
  }
}

// ---- unions ------------------------------------------------------------------------------------------------------

bool Lowerer::is_null(const Json& schema) {
  if (!schema.is_object()) return false;
  const auto type = schema.find("type");
  const auto constant = schema.find("const");
  const auto values = schema.find("enum");
  return (type != schema.end() && *type == "null") || (constant != schema.end() && constant->is_null()) ||
         (values != schema.end() && values->size() == 1 && values->front().is_null());
}

bool Lowerer::accepts_null(const Json& schema, std::size_t depth) const {
  if (!schema.is_object() || schema.empty()) return schema != false;
  if (is_null(schema)) return true;
  if (depth < max_joined && schema.contains("$ref")) {
    std::string name;
    const Json* const target = definition(schema, name);
    return target != nullptr && accepts_null(*target, depth + 1);
  }
  if (const auto type = schema.find("type"); type != schema.end())
    return type->is_array() && std::ranges::find(*type, Json("null")) != type->end();
  if (const auto values = schema.find("enum"); values != schema.end())
    return std::ranges::any_of(*values, [](const Json& one) { return one.is_null(); });
  if (schema.contains("const")) return false;
  for (const char* const keyword : {"anyOf", "oneOf"})
    if (const auto list = schema.find(keyword); list != schema.end() && depth < max_joined)
      return std::ranges::any_of(*list, [&](const Json& one) { return accepts_null(one, depth + 1); });
  return false;
}

Json Lowerer::or_null(Json schema) {
  if (dialect_.handling(SchemaRule::null) == Handling::rewritten) {
    schema["nullable"] = true;
    return schema;
  }
  if (!dialect_.takes(SchemaRule::null)) return schema;
  const Json null = {{"type", "null"}};
  if (const auto type = schema.find("type");
      type != schema.end() && type->is_array() && !schema.contains("enum") && !schema.contains("const")) {
    type->push_back("null");
    return schema;
  }
  if (const auto list = schema.find("anyOf"); list != schema.end()) {
    if (std::ranges::find(*list, null) == list->end()) list->push_back(null);
    return schema;
  }
  Json out = {{"anyOf", Json::array()}};
  for (const std::string_view note : {"title", "description", "default", "examples"}) {
    const auto found = schema.find(note);
    if (found == schema.end() || schema.contains("$ref")) continue;
    out[std::string(note)] = *found;
    schema.erase(found);
  }
  out["anyOf"] = Json::array({std::move(schema), null});
  return out;
}

/// What stands beside anyOf, in each of the alternatives. Nothing: there is nothing to distribute.
std::optional<Json> Lowerer::distributed(const Json& schema) const {
  if (dialect_.takes(SchemaRule::intersections) || !restricts(schema, "anyOf")) return std::nullopt;
  Json shared = Json::object();
  Json out = Json::object();
  for (const auto& [name, value] : schema.items()) {
    if (name == "anyOf") continue;
    (is_one_of(annotations, name) ? out : shared)[name] = value;
  }
  Json& list = out["anyOf"] = Json::array();
  for (const Json& one : schema.at("anyOf")) list.push_back({{"allOf", Json::array({shared, one})}});
  return out;
}

/// An alternative for each type, with the keywords that concern it.
std::optional<Json> Lowerer::split_types(const Json& schema) const {
  const auto types = schema.find("type");
  if (types == schema.end() || !types->is_array() || types->size() < 2 || dialect_.takes(SchemaRule::type_lists))
    return std::nullopt;
  Json out = Json::object();
  Json& list = out["anyOf"] = Json::array();
  for (const Json& type : *types) {
    const auto& name = type.get_ref<const std::string&>();
    Json one = {{"type", name}};
    bool possible = true;
    for (const auto& [keyword, value] : schema.items()) {
      if (keyword == "type" || is_one_of(annotations, keyword) || !concerns(keyword, name)) continue;
      one[keyword] = value;
      if (keyword == "const") possible = is_of_type(value, name);
      if (keyword != "enum") continue;
      Json& values = one[keyword] = Json::array();
      for (const Json& each : value)
        if (is_of_type(each, name)) values.push_back(each);
      possible = !values.empty();
    }
    if (possible) list.push_back(std::move(one));
  }
  for (const auto& [keyword, value] : schema.items())
    if (is_one_of(annotations, keyword)) out[keyword] = value;
  return out;
}

Json Lowerer::alternatives(const Json& schema, const std::vector<Json>& rest, bool exclusive) {
  if (schema.contains("oneOf") && !dialect_.takes(SchemaRule::exclusive_unions)) {
    Json other = Json::object();
    std::vector<Json> more = rest;
    const bool both = schema.contains("anyOf");
    for (const auto& [name, value] : schema.items()) {
      if (name == "oneOf" && both)
        more.push_back({{name, value}});
      else
        other[name == "oneOf" ? "anyOf" : name] = value;
    }
    return alternatives(other, more, !both);
  }
  const auto list = schema.find("anyOf");
  if (list == schema.end() || !list->is_array()) {
    if (const std::optional<Json> split = split_types(schema)) return alternatives(*split, rest, exclusive);
    if (is_null(schema) && !dialect_.takes(SchemaRule::null)) {
      refuse(SchemaRule::null, "null and nothing else");
      return Json::object();
    }
    return written(schema, rest, exclusive);
  }
  const bool shapeless = std::ranges::none_of(*list, [](const Json& one) {
    return one.is_object() &&
           std::ranges::any_of(one.items(), [](const auto& m) { return is_one_of(shapes, m.key()); });
  });
  if (shapeless && restricts(schema, "anyOf") && !dialect_.takes(SchemaRule::intersections)) {
    Json other = schema;
    std::vector<Json> more = rest;
    more.push_back({{exclusive ? "oneOf" : "anyOf", *list}});
    other.erase("anyOf");
    return alternatives(other, more, false);
  }
  if (const std::optional<Json> apart = distributed(schema)) return alternatives(*apart, rest, exclusive);

  const bool may_leave_out = std::exchange(may_leave_out_, false);
  std::vector<const Json*> others;
  bool null = false;
  for (const Json& one : *list) {
    if (is_null(one))
      null = true;
    else
      others.push_back(&one);
  }
  if (null && !dialect_.takes(SchemaRule::null)) {
    const Handling handling = dialect_.handling(SchemaRule::null);
    if (handling == Handling::omitted && !may_leave_out)
      refuse(SchemaRule::null, "null where a value must be given");
    else
      change(SchemaRule::null, handling,
             handling == Handling::omitted ? "null is left out: the property may be" : "null is written as nullable");
  }
  if (others.empty()) return written({{"type", "null"}}, rest, false);
  if (others.size() == 1 && (!null || !dialect_.takes(SchemaRule::null))) {
    Json only = others.front()->is_object() ? *others.front() : Json::object();
    for (const auto& [name, note] : schema.items())
      if (name != "anyOf") only[name] = note;
    Json result = value(only);
    return null ? or_null(std::move(result)) : result;
  }
  if (others.size() > 1 && dialect_.refuses(SchemaRule::unions)) refuse(SchemaRule::unions, "one of several types");
  const bool several = others.size() > 1;
  Json copy = schema;
  Json& written_list = copy["anyOf"] = Json::array();
  for (const Json* const one : others) {
    Json each = value(*one);
    has_choice_of_objects_ =
        has_choice_of_objects_ || (several && (each.contains("$ref") || each.contains("properties")));
    // A union within a union is one.
    if (each.size() == 1 && each.contains("anyOf"))
      for (Json& inner : each["anyOf"]) written_list.push_back(std::move(inner));
    else
      written_list.push_back(std::move(each));
  }
  const bool says_null = null && dialect_.takes(SchemaRule::null);
  if (says_null && std::ranges::find(written_list, Json{{"type", "null"}}) == written_list.end())
    written_list.push_back({{"type", "null"}});
  Json result = written(copy, rest, exclusive && several);
  if (null && !says_null) result = or_null(std::move(result));
  if (!dialect_.demands(SchemaRule::types_beside_unions) || result.contains("type")) return result;
  Json typed = {{"type", "TYPE_UNSPECIFIED"}};
  const Json& alternatives = result["anyOf"];
  const Json first = alternatives.front().value("type", Json());
  if (std::ranges::all_of(alternatives, [&](const Json& one) { return one.value("type", Json()) == first; }))
    typed["type"] = first;
  typed.update(result);
  return typed;
}

// ---- types -------------------------------------------------------------------------------------------------------

std::string Lowerer::single_type(const Json& schema) {
  const auto type = schema.find("type");
  if (type != schema.end() && type->is_string()) return type->get<std::string>();
  if (type != schema.end() && type->is_array()) return type->size() == 1 ? type->front().get<std::string>() : "";
  if (schema.contains("anyOf") || schema.contains("oneOf") || schema.contains("allOf")) return "";
  if (!dialect_.refuses(SchemaRule::untyped)) return "";
  const auto values = schema.find("enum");
  if (values != schema.end() && values->is_array() && !values->empty()) {
    const std::string_view first = type_of_value(values->front());
    const bool same = std::ranges::all_of(*values, [&](const Json& one) { return type_of_value(one) == first; });
    return same ? std::string(first) : "";
  }
  if (const auto constant = schema.find("const"); constant != schema.end())
    return std::string(type_of_value(*constant));
  std::string implied = implied_type(schema);
  if (implied.empty())
    refuse(SchemaRule::untyped, "a value of any type");
  else
    change(SchemaRule::untyped, Handling::rewritten, "the type that the keywords are about is added: " + implied);
  return implied;
}

/// An enum of several types, where every schema needs them.
void Lowerer::types_of_values(Draft& draft) {
  const auto values = draft.body.find("enum");
  if (!draft.type.empty() || draft.schema.contains("type") || values == draft.body.end() ||
      !dialect_.refuses(SchemaRule::untyped))
    return;
  Json types = Json::array();
  for (const Json& one : *values)
    if (const Json type = type_of_value(one); std::ranges::find(types, type) == types.end()) types.push_back(type);
  if (dialect_.takes(SchemaRule::type_lists))
    draft.body["type"] = std::move(types);
  else
    refuse(SchemaRule::type_lists, "constants of several types");
}

}  // namespace instructor::core
