// Objects and lists of a schema in a dialect.

#include <algorithm>
#include <array>

#include "dialect/lowerer.hpp"

namespace instructor::core {

namespace {

std::vector<std::string> names_in(const Json& schema, const char* keyword) {
  std::vector<std::string> names;
  const auto list = schema.find(keyword);
  if (list == schema.end() || !list->is_array()) return names;
  for (const Json& name : *list)
    if (name.is_string() && std::ranges::find(names, name.get_ref<const std::string&>()) == names.end())
      names.push_back(name.get<std::string>());
  return names;
}

bool holds(const std::vector<std::string>& names, const std::string& name) {
  return std::ranges::find(names, name) != names.end();
}

}  // namespace

// ---- objects -----------------------------------------------------------------------------------------------------

void Lowerer::object(Draft& draft) {
  const std::vector<std::string> required = names_in(draft.schema, "required");
  const bool listed = draft.schema.contains("properties") || !required.empty();
  if (listed) properties(draft, required);
  key_patterns(draft);
  other_keys(draft, listed);
}

void Lowerer::properties(Draft& draft, const std::vector<std::string>& required) {
  const auto given = draft.schema.find("properties");
  Json all = given != draft.schema.end() && given->is_object() ? *given : Json::object();
  for (const std::string& name : required)
    if (!all.contains(name)) all[name] = true;
  // Those before the last one that is required would come after it.
  std::size_t in_front = 0;
  std::size_t position = 0;
  for (const auto& [name, schema] : all.items()) {
    ++position;
    if (holds(required, name)) in_front = position;
  }
  Json& out = draft.body["properties"] = object_for(all.size());
  Json must = Json::array();
  Json order = Json::array();
  position = 0;
  for (const auto& [name, schema] : all.items()) {
    ++position;
    const bool needed = holds(required, name);
    const bool added = !needed && (dialect_.demands(SchemaRule::all_required) || (fix_order_ && position < in_front));
    const Step step(*this, name);
    may_leave_out_ = !needed && !added;
    Json property = value(schema);
    may_leave_out_ = false;
    if (added) {
      const SchemaRule rule =
          dialect_.demands(SchemaRule::all_required) ? SchemaRule::all_required : SchemaRule::property_order;
      out_.null_is_absent = true;
      if (!accepts_null(schema)) property = or_null(std::move(property));
      change(rule, Handling::rewritten, "instead of being left out it is null");
    }
    if (needed || added) must.push_back(name);
    order.push_back(name);
    out[name] = std::move(property);
  }
  if (!must.empty()) draft.body["required"] = std::move(must);
  if (dialect_.demands(SchemaRule::property_order) && order.size() > 1)
    draft.body["propertyOrdering"] = std::move(order);
}

void Lowerer::key_patterns(Draft& draft) {
  const auto patterns = draft.schema.find("patternProperties");
  if (patterns == draft.schema.end()) return;
  switch (dialect_.handling(SchemaRule::key_patterns)) {
    case Handling::taken: {
      Json& out = draft.body["patternProperties"] = Json::object();
      for (const auto& [name, schema] : patterns->items()) out[name] = inner("*", schema);
      return;
    }
    case Handling::refused:
      return refuse(SchemaRule::key_patterns, "an object with keys that are known by a pattern alone");
    default: return describe(draft, SchemaRule::key_patterns, "patternProperties", *patterns);
  }
}

void Lowerer::other_keys(Draft& draft, bool listed) {
  const auto other = draft.schema.find("additionalProperties");
  const bool given = other != draft.schema.end();
  const bool closed = given && *other == false;
  const bool free = !closed && (!listed || (given && other->is_object() && !other->empty()));
  const bool drops_keyword = dialect_.handling(SchemaRule::closed_objects) == Handling::omitted;
  if (free && !(draft.schema.contains("patternProperties") && dialect_.refuses(SchemaRule::key_patterns))) {
    switch (dialect_.handling(SchemaRule::free_keys)) {
      case Handling::taken:
        if (given && drops_keyword) return describe(draft, SchemaRule::free_keys, "additionalProperties", *other);
        if (given) draft.body["additionalProperties"] = other->is_boolean() ? *other : inner("*", *other);
        return;
      case Handling::refused:
        return refuse(SchemaRule::free_keys, listed ? "an object with free keys" : "an object with free keys (a map)");
      default: {
        const Json words = given && other->is_object() ? inner("*", *other) : Json(true);
        return describe(draft, SchemaRule::free_keys, "additionalProperties", words);
      }
    }
  }
  if (dialect_.demands(SchemaRule::closed_objects)) {
    draft.body["additionalProperties"] = false;
    if (!closed && given) change(SchemaRule::closed_objects, Handling::required, "no other keys are asked for");
  } else if (given && drops_keyword) {
    if (closed) describe(draft, SchemaRule::closed_objects, "additionalProperties", *other);
  } else if (given) {
    draft.body["additionalProperties"] = other->is_boolean() ? *other : inner("*", *other);
  }
}

// ---- lists -------------------------------------------------------------------------------------------------------

void Lowerer::array(Draft& draft) {
  if (const auto prefix = draft.schema.find("prefixItems"); prefix != draft.schema.end() && prefix->is_array())
    return tuple(draft, *prefix);
  const auto items = draft.schema.find("items");
  if (items == draft.schema.end() || items->is_array()) {
    if (!dialect_.refuses(SchemaRule::untyped)) return;
    const Step step(*this, "*");
    refuse(SchemaRule::untyped, "a value of any type");
    return;
  }
  draft.body["items"] = items->is_boolean() && dialect_.takes(SchemaRule::untyped) ? *items : inner("*", *items);
}

void Lowerer::tuple(Draft& draft, const Json& prefix) {
  const auto items = draft.schema.find("items");
  switch (dialect_.handling(SchemaRule::tuples)) {
    case Handling::taken: {
      Json& list = draft.body["prefixItems"] = Json::array();
      for (std::size_t i = 0; i < prefix.size(); ++i) list.push_back(inner(std::to_string(i), prefix[i]));
      if (items != draft.schema.end()) draft.body["items"] = items->is_boolean() ? *items : inner("*", *items);
      return;
    }
    case Handling::refused: return refuse(SchemaRule::tuples, "a list whose items differ in type (a tuple)");
    default: break;
  }
  Json kinds = Json::array();
  Json list = Json::array();
  for (std::size_t i = 0; i < prefix.size(); ++i) {
    Json item = inner(std::to_string(i), prefix[i]);
    if (std::ranges::find(kinds, item) == kinds.end()) kinds.push_back(item);
    list.push_back(std::move(item));
  }
  if (items != draft.schema.end() && items->is_object()) {
    Json item = inner("*", *items);
    if (std::ranges::find(kinds, item) == kinds.end()) kinds.push_back(std::move(item));
  }
  if (kinds.empty()) return;
  if (kinds.size() == 1) {
    draft.body["items"] = kinds.front();
  } else {
    Json& any = draft.body["items"] = Json::object();
    if (dialect_.demands(SchemaRule::types_beside_unions)) any["type"] = "TYPE_UNSPECIFIED";
    any["anyOf"] = std::move(kinds);
  }
  draft.words.add(rule_words("prefixItems", list));
  change(SchemaRule::tuples, Handling::rewritten, "prefixItems is written as items, and checked on the reply");
}

}  // namespace instructor::core
