#include "dialect/lower.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>

#include "dialect/limits.hpp"
#include "dialect/lowerer.hpp"
#include "instructor/error.hpp"
#include "json/text.hpp"
#include "model/json_values.hpp"
#include "model/schema_questions.hpp"

namespace instructor::core {

namespace {

// Definitions that are written in place may make something huge of something small.
constexpr std::size_t max_nodes = 50'000;
constexpr std::size_t max_depth = 256;

/// Keywords that are either taken or not.
struct KeywordRule {
  std::string_view keyword;
  SchemaRule rule;
};
constexpr std::array keyword_rules{
    KeywordRule{"title", SchemaRule::titles},
    KeywordRule{"default", SchemaRule::defaults},
    KeywordRule{"examples", SchemaRule::examples},
    KeywordRule{"minLength", SchemaRule::min_length},
    KeywordRule{"maxLength", SchemaRule::max_length},
    KeywordRule{"multipleOf", SchemaRule::multiples},
    KeywordRule{"minItems", SchemaRule::min_items},
    KeywordRule{"maxItems", SchemaRule::max_items},
    KeywordRule{"uniqueItems", SchemaRule::unique_items},
    KeywordRule{"minProperties", SchemaRule::property_counts},
    KeywordRule{"maxProperties", SchemaRule::property_counts},
    KeywordRule{"contains", SchemaRule::contained_items},
    KeywordRule{"minContains", SchemaRule::contained_items},
    KeywordRule{"maxContains", SchemaRule::contained_items},
    KeywordRule{"propertyNames", SchemaRule::key_names},
    KeywordRule{"not", SchemaRule::conditions},
    KeywordRule{"if", SchemaRule::conditions},
    KeywordRule{"then", SchemaRule::conditions},
    KeywordRule{"else", SchemaRule::conditions},
    KeywordRule{"dependentRequired", SchemaRule::conditions},
    KeywordRule{"dependentSchemas", SchemaRule::conditions},
    KeywordRule{"unevaluatedProperties", SchemaRule::unevaluated},
    KeywordRule{"unevaluatedItems", SchemaRule::unevaluated},
    KeywordRule{"oneOf", SchemaRule::exclusive_unions},
    KeywordRule{"allOf", SchemaRule::intersections},
};
constexpr std::array<std::string_view, 6> counts{"minLength", "maxLength",     "minItems",
                                                 "maxItems",  "minProperties", "maxProperties"};
/// What stands in lists and maps of schemas, and what is one.
constexpr std::array<std::string_view, 8> with_schema{
    "contains", "propertyNames", "not", "if", "then", "else", "unevaluatedProperties", "unevaluatedItems"};
/// These are written by `object` and `array`, which see all of them at once.
constexpr std::array<std::string_view, 7> of_containers{
    "properties", "required", "additionalProperties", "patternProperties", "items", "prefixItems", "propertyOrdering"};

bool is_anchored(const std::string& pattern) {
  return pattern.starts_with('^') && pattern.ends_with('$') && !pattern.ends_with("\\$");
}

}  // namespace

Lowerer::Step::Step(Lowerer& lowerer, std::string_view segment) : lowerer_(lowerer), size_(lowerer.path_.size()) {
  json::append_pointer(lowerer.path_, segment);
}

void Lowerer::change(SchemaRule rule, Handling handling, std::string text) {
  out_.changes.push_back({path_, rule, handling, std::move(text)});
}

void Lowerer::refuse(SchemaRule rule, std::string text) {
  out_.refusals.push_back({path_, rule, Handling::refused, std::move(text)});
}

void Lowerer::count_node() {
  if (++nodes_ > max_nodes)
    throw Error(ErrorCode::unsupported_schema, "a schema becomes larger than " + std::to_string(max_nodes) +
                                                   " parts in the dialect " + std::string(dialect_.name()) +
                                                   ": it refers to the same things too often");
}

Json Lowerer::run() {
  Json whole = value(document_);
  if (has_choice_of_objects_ && out_.null_is_absent && !tables_)
    refuse(SchemaRule::all_required, "a choice between objects, some of whose properties may be left out");
  const bool is_object = whole.is_object() && whole.contains("type") && whole["type"] == "object";
  if (dialect_.demands(SchemaRule::object_root) && !(is_object && !whole.contains("anyOf"))) {
    const bool refers = whole.contains("$ref") && !definitions_.empty();
    if (refers && out_.refusals.empty()) {
      // The root stands in its place as well as among the definitions.
      std::string name;
      if (const Json* const target = definition(document_, name)) whole = in_place(name, *target);
    } else if (out_.refusals.empty()) {
      refuse(SchemaRule::object_root, "no object");
    }
  }
  if (!definitions_.empty()) {
    Json& definitions = whole["$defs"] = Json::object();
    for (auto& [name, schema] : definitions_) definitions[name] = std::move(schema);
  }
  return whole;
}

Json Lowerer::inner(const std::string& segment, const Json& schema) {
  const Step step(*this, segment);
  return value(schema);
}

Json Lowerer::value(const Json& schema) {
  count_node();
  const bool may_leave_out = std::exchange(may_leave_out_, false);
  if (schema == false) {
    refuse(SchemaRule::untyped, "a value that nothing is allowed for");
    return Json::object();
  }
  if (!schema.is_object() || schema.empty()) {
    if (dialect_.refuses(SchemaRule::untyped)) refuse(SchemaRule::untyped, "a value of any type");
    return Json::object();
  }
  if (depth_ >= max_depth) {
    refuse(SchemaRule::depth, "nested deeper than " + std::to_string(max_depth) + " levels");
    return Json::object();
  }
  ++depth_;
  may_leave_out_ = may_leave_out;
  Json result;
  std::vector<Json> rest;
  if (schema.contains("$ref"))
    result = reference(schema);
  else if (schema.contains("allOf") &&
           (!dialect_.takes(SchemaRule::intersections) || (depth_ == 1 && dialect_.demands(SchemaRule::object_root)))) {
    const Json one = joined(schema, rest);
    result = alternatives(one, rest, false);
  } else {
    result = alternatives(schema, rest, false);
  }
  may_leave_out_ = false;
  --depth_;
  return result;
}

/// One schema, its keywords in the order in which they came.
Json Lowerer::written(const Json& schema, const std::vector<Json>& rest, bool exclusive) {
  may_leave_out_ = false;
  Draft draft{schema, single_type(schema)};
  if (const auto words = schema.find("description"); words != schema.end() && words->is_string())
    draft.words.add(words->get_ref<const std::string&>());
  const auto has = [&](std::initializer_list<const char*> names) {
    return draft.type.empty() && std::ranges::any_of(names, [&](const char* name) { return schema.contains(name); });
  };
  if (draft.type == "object" || has({"properties", "required", "additionalProperties", "patternProperties"}))
    object(draft);
  if (draft.type == "array" || has({"items", "prefixItems"})) array(draft);
  for (const auto& [name, value] : schema.items()) keyword(draft, name, value);
  types_of_values(draft);
  for (const Json& more : rest) {
    const std::string& name = more.begin().key();
    change(SchemaRule::intersections, Handling::described,
           name + " is said in the description and checked on the reply");
    draft.words.add(rule_words(name, more.begin().value()));
  }
  if (exclusive) {
    draft.words.add("Fits exactly one of these.");
    change(SchemaRule::exclusive_unions, Handling::rewritten, "oneOf is written as anyOf and checked on the reply");
  }
  return assembled(std::move(draft));
}

Json Lowerer::assembled(Draft&& draft) {
  Json out = object_for(draft.body.size() + 4);
  const auto type = draft.schema.find("type");
  const bool listed = type != draft.schema.end() && type->is_array() && type->size() > 1;
  if (!draft.type.empty())
    out["type"] = draft.type;
  else if (listed)
    out["type"] = *type;
  else if (const auto own = draft.body.find("type"); own != draft.body.end())
    out["type"] = *own;
  if (const auto title = draft.body.find("title"); title != draft.body.end()) out["title"] = *title;
  if (!draft.words.empty()) out["description"] = draft.words.text();
  for (auto& [name, value] : draft.body.items())
    if (!out.contains(name)) out[name] = std::move(value);
  if (draft.null) out["nullable"] = true;
  return out;
}

void Lowerer::keyword(Draft& draft, const std::string& name, const Json& value) {
  if (name == "type" || name == "description" || name == "$defs" || name == "$comment" ||
      is_one_of(of_containers, name))
    return;
  if (name == "anyOf") {
    draft.body[name] = value;  // lowered already
  } else if (name == "enum" || name == "const") {
    choice(draft, name, value);
  } else if (name == "format") {
    if (!value.is_string()) return;
    if (dialect_.takes_format(value.get_ref<const std::string&>()))
      draft.body[name] = value;
    else
      describe(draft, SchemaRule::formats, name, value);
  } else if (name == "pattern") {
    pattern(draft, value);
  } else if (name == "minimum" || name == "maximum" || name == "exclusiveMinimum" || name == "exclusiveMaximum") {
    limit(draft, name, value);
  } else if (const auto rule = std::ranges::find(keyword_rules, name, &KeywordRule::keyword);
             rule != keyword_rules.end()) {
    simple(draft, rule->rule, name, value);
  } else if (dialect_.takes(SchemaRule::other_keywords)) {
    draft.body[name] = value;
  } else {
    change(SchemaRule::other_keywords, Handling::omitted, name + " is left out");
  }
}

void Lowerer::describe(Draft& draft, SchemaRule rule, const std::string& name, const Json& value) {
  draft.words.add(rule_words(name, value));
  change(rule, Handling::described, name + " is said in the description and checked on the reply");
}

void Lowerer::simple(Draft& draft, SchemaRule rule, const std::string& name, const Json& value) {
  const bool says_nothing = (name == "uniqueItems" && value != true) || (name.starts_with("min") && value == 0);
  if (says_nothing && !dialect_.takes(rule)) return;
  const std::size_t most = dialect_.limit(rule);
  const bool is_count = is_one_of(counts, name);
  const bool has_pattern = (name == "minLength" || name == "maxLength") && draft.schema.contains("pattern") &&
                           !dialect_.takes(SchemaRule::length_and_pattern);
  const bool too_many = is_count && most != 0 && value.is_number() && value > most;
  if (has_pattern) return describe(draft, SchemaRule::length_and_pattern, name, value);
  switch (dialect_.handling(rule)) {
    case Handling::taken:
      if (too_many) return describe(draft, rule, name, value);
      if (is_count && dialect_.demands(SchemaRule::counts_as_text) && value.is_number())
        draft.body[name] = value.dump();
      else if (is_one_of(with_schema, name))
        draft.body[name] = value.is_boolean() ? value : this->value(value);
      else if (name == "allOf" || name == "oneOf") {
        Json& list = draft.body[name] = Json::array();
        for (const Json& schema : value) list.push_back(this->value(schema));
      } else if (name == "dependentSchemas") {
        for (const auto& [key, schema] : value.items()) draft.body[name][key] = this->value(schema);
      } else {
        draft.body[name] = value;
      }
      return;
    case Handling::omitted: return change(rule, Handling::omitted, name + " is left out");
    case Handling::refused: return refuse(rule, name);
    case Handling::required:
    case Handling::rewritten:
    case Handling::described: return describe(draft, rule, name, value);
  }
}

void Lowerer::limit(Draft& draft, const std::string& name, const Json& value) {
  const bool integer = draft.type == "integer";
  const SchemaRule rule = integer ? SchemaRule::integer_limits : SchemaRule::number_limits;
  if (!dialect_.takes(rule)) return describe(draft, rule, name, value);
  const bool exclusive = name.starts_with("exclusive");
  if (!exclusive || dialect_.takes(SchemaRule::exclusive_limits)) {
    draft.body[name] = value;
    return;
  }
  const bool lower = name == "exclusiveMinimum";
  const std::string inclusive = lower ? "minimum" : "maximum";
  const bool exact = integer && value.is_number_integer() && !draft.schema.contains(inclusive) &&
                     value > std::numeric_limits<std::int64_t>::min() &&
                     value < std::numeric_limits<std::int64_t>::max();
  if (!exact) return describe(draft, SchemaRule::exclusive_limits, name, value);
  draft.body[inclusive] = value.get<std::int64_t>() + (lower ? 1 : -1);
  change(SchemaRule::exclusive_limits, Handling::rewritten, name + " is written as " + inclusive);
}

void Lowerer::pattern(Draft& draft, const Json& value) {
  if (!value.is_string()) return;
  const auto& pattern = value.get_ref<const std::string&>();
  if (!dialect_.takes(SchemaRule::patterns)) return describe(draft, SchemaRule::patterns, "pattern", value);
  if (dialect_.takes(SchemaRule::open_patterns) || is_anchored(pattern)) {
    draft.body["pattern"] = value;
    return;
  }
  // Grammars know neither anchors within alternatives nor assertions.
  if (pattern.find_first_of("|^$") != std::string::npos &&
      !(pattern.find('|') == std::string::npos && pattern.find_first_of("^$", 1) >= pattern.size() - 1))
    return describe(draft, SchemaRule::open_patterns, "pattern", value);
  const bool begins = pattern.starts_with('^');
  const bool ends = pattern.ends_with('$') && !pattern.ends_with("\\$");
  if (pattern.ends_with("\\$") && pattern.size() > 1)
    return describe(draft, SchemaRule::open_patterns, "pattern", value);
  draft.body["pattern"] = (begins ? "" : "^.*") + pattern + (ends ? "" : ".*$");
  change(SchemaRule::open_patterns, Handling::rewritten, "pattern is written with anchors");
}

void Lowerer::choice(Draft& draft, const std::string& name, const Json& value) {
  Json values = name == "const" ? Json::array({value}) : value;
  if (!values.is_array()) return;
  if (!dialect_.takes(SchemaRule::null)) {
    const auto null = std::ranges::find_if(values, [](const Json& one) { return one.is_null(); });
    if (null != values.end()) {
      values.erase(null);
      draft.null = dialect_.handling(SchemaRule::null) == Handling::rewritten;
      change(SchemaRule::null, dialect_.handling(SchemaRule::null),
             draft.null ? "null is written as nullable" : "null is left out: the property may be");
    }
  }
  const bool strings = std::ranges::all_of(values, [](const Json& one) { return one.is_string(); });
  if (!strings && !dialect_.takes(SchemaRule::enums_of_any_type))
    return describe(draft, SchemaRule::enums_of_any_type, name, value);
  const bool constant = name == "const" && dialect_.takes(SchemaRule::constants) && values.size() == 1;
  if (constant) {
    draft.body["const"] = values.front();
    return;
  }
  if (name == "const") change(SchemaRule::constants, Handling::rewritten, "const is written as enum");
  draft.body["enum"] = std::move(values);
}

namespace {

LoweredSchema lower_once(const Json& document, const Dialect& dialect, bool tables, bool fix_order) {
  LoweredSchema out;
  const Json schema = Lowerer(document, dialect, tables, fix_order, out).run();
  check_limits(schema, dialect, out.refusals);
  out.schema = text_of(schema);
  return out;
}

}  // namespace

LoweredSchema lower(const Json& document, const Dialect& dialect, bool tables) {
  if (dialect.handling(SchemaRule::property_order) != Handling::rewritten)
    return lower_once(document, dialect, tables, false);
  LoweredSchema in_order = lower_once(document, dialect, tables, true);
  if (in_order.fits()) return in_order;
  // Order is worth less than being understood at all.
  LoweredSchema reordered = lower_once(document, dialect, tables, false);
  if (!reordered.fits()) return in_order;
  reordered.changes.push_back(
      {"", SchemaRule::property_order, Handling::rewritten, "properties that may be left out come after the others"});
  return reordered;
}

}  // namespace instructor::core
