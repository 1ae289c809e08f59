// The JSON Schema of a built type, and what is wrong with it.

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

#include "instructor/codec.hpp"
#include "instructor/dynamic.hpp"
#include "instructor/error.hpp"
#include "json/numbers.hpp"
#include "json/text.hpp"
#include "model/ecma_regex.hpp"
#include "model/expect.hpp"
#include "model/json_values.hpp"
#include "model/type_node.hpp"

namespace instructor::core {

namespace {

using Form = TypeNode::Form;

constexpr std::size_t max_depth = 100;
constexpr std::size_t max_nodes = 20'000;

/// A lower limit and the upper one that must not be below it.
struct Bounds {
  std::string_view low;
  std::string_view high;
  bool meet;  ///< may be equal
};
constexpr std::array bounds{
    Bounds{"minLength", "maxLength", true},
    Bounds{"minItems", "maxItems", true},
    Bounds{"minProperties", "maxProperties", true},
    Bounds{"minimum", "maximum", true},
    Bounds{"exclusiveMinimum", "maximum", false},
    Bounds{"minimum", "exclusiveMaximum", false},
    Bounds{"exclusiveMinimum", "exclusiveMaximum", false},
};

std::string joined(const std::string& first, const std::string& second) {
  if (first.empty() || second.empty()) return first + second;
  const bool ends = std::string_view(".!?:").find(first.back()) != std::string_view::npos;
  return first + (ends ? " " : ". ") + second;
}

bool is_name(std::string_view text) {
  constexpr std::string_view others = "-_";
  return !text.empty() && std::ranges::all_of(text, [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || others.contains(c);
  });
}

class TypeSchemaWriter {
 public:
  TypeSchemaWriter(const TypeNode& root, const SchemaOptions& options) : root_(root), options_(options) {}

  Json run() {
    Json whole = use(root_, "", nullptr);
    for (const auto& [path, name] : references_)
      if (!definitions_.contains(name)) refuse(path, "there is no type " + quoted(name) + "; " + known_names());
    check_examples();
    // A root that nothing refers to needs no other place.
    const std::string& name = root_.body.name;
    if (whole.contains("$ref") && whole.size() == 1 && !name.empty()) {
      const bool referred = std::ranges::any_of(references_, [&](const auto& each) { return each.second == name; });
      if (!referred) {
        whole = std::move(definitions_.at(name).schema);
        definitions_.erase(name);
      }
    }
    if (!name.empty() && !whole.contains("title")) whole["title"] = name;
    if (!definitions_.empty()) whole["$defs"] = definitions();
    return whole;
  }

 private:
  struct Definition {
    TypeNode::Body body;
    std::string path;
    Json schema;
    std::size_t number = 0;
  };
  /// A value that must be valid for the type beside it.
  struct Sample {
    std::string path;
    std::string_view what;
    Json type;
    Json value;
  };

  // ---- what is wrong ---------------------------------------------------------------------------------------------

  [[noreturn]] void refuse(const std::string& path, const std::string& what) const {
    const std::string& name = root_.body.name.empty() ? options_.name() : root_.body.name;
    throw Error(ErrorCode::invalid_model,
                "the model " + name + " cannot be built: " + (path.empty() ? "" : path + ": ") + what);
  }

  static std::string quoted(std::string_view text) {
    std::string out;
    json::append_string(out, text);
    return out;
  }

  std::string known_names() const {
    if (definitions_.empty()) return "no type in this model has a name";
    std::string text;
    for (const auto& [name, _] : definitions_) text += (text.empty() ? "the types with names are " : ", ") + name;
    return text;
  }

  void check_text(const std::string& text, const std::string& path, std::string_view what) const {
    if (!json::is_utf8(text)) refuse(path, std::string(what) + " is not valid UTF-8");
  }

  void check_value(const Json& value, const std::string& path, std::string_view what) const {
    if (value.is_number_float() && !std::isfinite(value.get<double>()))
      refuse(path, std::string(what) + " is no number that JSON has");
    try {
      (void)value.dump();
    } catch (const Json::exception&) {
      refuse(path, std::string(what) + " is not valid UTF-8");
    }
  }

  void check_rules(const Json& rules, const std::string& path) const {
    for (const auto& [keyword, value] : rules.items()) check_value(value, path, keyword);
    for (const Bounds& pair : bounds) {
      const auto low = rules.find(pair.low);
      const auto high = rules.find(pair.high);
      if (low == rules.end() || high == rules.end()) continue;
      const int order = json::compare(number_of(*low), number_of(*high));
      if (order > 0 || (order == 0 && !pair.meet))
        refuse(path, std::string(pair.low) + " " + low->dump() + " and " + std::string(pair.high) + " " + high->dump() +
                         " leave no value");
    }
    if (const auto step = rules.find("multipleOf"); step != rules.end() && !(step->get<double>() > 0))
      refuse(path, "multiple_of expects a number above 0, got " + step->dump());
    if (const auto pattern = rules.find("pattern"); pattern != rules.end()) {
      const TranslatedRegex regex = translate_regex(pattern->get_ref<const std::string&>(), RegexSyntax::lenient);
      if (!regex.error.empty()) refuse(path, "the pattern is no regular expression: " + regex.error);
      if (!regex.unsupported.empty()) refuse(path, "the pattern cannot be used: " + regex.unsupported);
    }
  }

  /// Defaults and examples are judged by the model of their type alone, when all that it may refer to is written.
  void check_examples() {
    const Json all = definitions();
    for (const Sample& sample : samples_) {
      Json alone = sample.type;
      if (alone.dump().contains("\"$ref\"")) alone["$defs"] = all;
      const auto value = DynamicModel::from_json_schema(alone, options_).decode(instructor::encode(sample.value));
      if (value) continue;
      const Issue& issue = value.error()[0];
      refuse(sample.path + issue.path,
             "the " + std::string(sample.what) + " " + shown(sample.value) + " is not valid: " + issue.text());
    }
  }

  // ---- types -----------------------------------------------------------------------------------------------------

  Json definitions() const {
    std::vector<const std::pair<const std::string, Definition>*> in_order;
    for (const auto& each : definitions_) in_order.push_back(&each);
    std::ranges::sort(in_order, {}, [](const auto* each) { return each->second.number; });
    Json all = Json::object();
    for (const auto* each : in_order) all[each->first] = each->second.schema;
    return all;
  }

  static Json reference_to(const std::string& name) { return {{"$ref", "#/$defs/" + name}}; }

  /// A type where it is used; `field`: as what.
  Json use(const TypeNode& node, const std::string& path, const TypeNode::Field* field) {
    if (++nodes_ > max_nodes)
      refuse(path, "the model has more than " + std::to_string(max_nodes) +
                       " parts; a type with a name is written only once");
    if (++depth_ > max_depth) refuse(path, "nested deeper than " + std::to_string(max_depth) + " levels");
    const TypeNode::Body& body = node.body;
    const std::string words = field == nullptr ? "" : field->description;
    check_text(words, path, "the description");
    const bool refers = body.form == Form::reference || !body.name.empty();
    const bool inside = !refers && !node.nullable;
    Json schema = refers ? reference(body, path) : written(body, path, inside ? words : "");
    if (node.nullable) schema = or_null(std::move(schema));
    if (!inside && !words.empty()) {
      // An object keeps its own words in its place; of other types the field tells them.
      const bool has_more = refers && body.form != Form::object;
      schema["description"] = joined(words, has_more ? body.description : schema.value("description", ""));
    }
    if (body.form != Form::object && !body.title.empty()) {
      if (field == nullptr) refuse(path, "only an object or a field has a title");
      check_text(body.title, path, "the title");
      schema["title"] = body.title;
    }
    add_samples(node, path, field != nullptr, schema);
    --depth_;
    return schema;
  }

  void add_samples(const TypeNode& node, const std::string& path, bool is_field, Json& schema) {
    if (!node.default_value && node.examples.empty()) return;
    if (!is_field) refuse(path, "only a field has a default or examples");
    if (node.examples.size() > Annotation::max_examples)
      refuse(path, "has " + std::to_string(node.examples.size()) + " examples; at most " +
                       std::to_string(Annotation::max_examples) + " are told");
    const Json type = schema;
    if (node.default_value) {
      check_value(*node.default_value, path, "the default");
      samples_.push_back({path, "default", type, *node.default_value});
      schema["default"] = *node.default_value;
    }
    for (const Json& example : node.examples) {
      check_value(example, path, "an example");
      samples_.push_back({path, "example", type, example});
      schema["examples"].push_back(example);
    }
  }

  static Json or_null(Json schema) {
    const Json null = {{"type", "null"}};
    if (schema.contains("anyOf")) {
      schema["anyOf"].push_back(null);
      return schema;
    }
    return {{"anyOf", Json::array({std::move(schema), null})}};
  }

  /// A type with a name is written where it comes first.
  Json reference(const TypeNode::Body& body, const std::string& path) {
    if (body.form == Form::reference) {
      if (!body.name.empty()) refuse(path, "a reference has no name of its own");
      references_.emplace_back(path, body.target);
      return reference_to(body.target);
    }
    if (!is_name(body.name))
      refuse(path,
             "the name " + quoted(body.name) + " is not made of letters, digits, - and _; a title may be any text");
    const auto known = definitions_.find(body.name);
    if (known == definitions_.end()) {
      Definition& made = definitions_[body.name];
      made.number = definitions_.size();
      made.body = body;
      made.path = path;
      made.schema = written(body, path, "");
    } else if (known->second.body != body && known->second.schema != written(body, path, "")) {
      const std::string& first = known->second.path;
      refuse(path, "another type, at " + (first.empty() ? "the root" : first) + ", is called " + body.name);
    }
    return reference_to(body.name);
  }

  /// A type in its place; `words`: what its field is about.
  Json written(const TypeNode::Body& body, const std::string& path, const std::string& words) {
    check_text(body.description, path, "the description");
    Json schema = Json::object();
    if (!body.type.empty()) schema["type"] = body.type;
    if (body.form == Form::choice || body.form == Form::constant) choice(body, path, schema);
    if (body.form == Form::object && !body.title.empty()) {
      check_text(body.title, path, "the title");
      schema["title"] = body.title;
    }
    const std::string description = joined(words, body.description);
    if (!description.empty()) schema["description"] = description;
    switch (body.form) {
      case Form::list: schema["items"] = use(*body.inner.front(), below(path, "*"), nullptr); break;
      case Form::map:
        schema["additionalProperties"] = use(*body.inner.front(), below(path, "*"), nullptr);
        if (body.keys != nullptr) schema["propertyNames"] = use(*body.keys, path, nullptr);
        break;
      case Form::tuple: tuple(body, path, schema); break;
      case Form::object: fields(body, path, schema); break;
      case Form::alternatives:
        if (body.inner.empty()) refuse(path, "any_of expects at least one type");
        for (const auto& each : body.inner) schema["anyOf"].push_back(use(*each, path, nullptr));
        break;
      case Form::plain:
      case Form::choice:
      case Form::constant:
      case Form::reference: break;
    }
    check_rules(body.rules, path);
    for (const auto& [keyword, value] : body.rules.items()) schema[keyword] = value;
    return schema;
  }

  void choice(const TypeNode::Body& body, const std::string& path, Json& schema) const {
    if (body.values.empty()) refuse(path, "one_of expects at least one value");
    std::set<std::string> seen;
    for (const Json& value : body.values) {
      check_value(value, path, "a value");
      if (!seen.insert(value.dump()).second) refuse(path, "the value " + shown(value) + " comes twice");
    }
    if (std::ranges::all_of(body.values, [](const Json& value) { return value.is_string(); }))
      schema["type"] = "string";
    else if (std::ranges::all_of(body.values, [](const Json& value) { return value.is_number_integer(); }))
      schema["type"] = "integer";
    if (body.form == Form::constant)
      schema["const"] = body.values.front();
    else
      schema["enum"] = body.values;
  }

  void tuple(const TypeNode::Body& body, const std::string& path, Json& schema) {
    if (body.inner.empty()) refuse(path, "tuple expects at least one type");
    for (std::size_t i = 0; i < body.inner.size(); ++i)
      schema["prefixItems"].push_back(use(*body.inner[i], below(path, i), nullptr));
    schema["minItems"] = body.inner.size();
    schema["maxItems"] = body.inner.size();
  }

  void fields(const TypeNode::Body& body, const std::string& path, Json& schema) {
    Json& properties = schema["properties"] = Json::object();
    Json required = Json::array();
    for (const TypeNode::Field& field : body.fields) {
      const std::string where = below(path, field.key);
      check_text(field.key, path, "the key of a field");
      if (properties.contains(field.key)) refuse(where, "there are two fields with this key");
      properties[field.key] = use(*field.type, where, &field);
      if (!field.optional && !field.type->default_value) required.push_back(field.key);
    }
    if (!required.empty()) schema["required"] = std::move(required);
    if (body.closed) schema["additionalProperties"] = false;
  }

  const TypeNode& root_;
  const SchemaOptions& options_;
  std::map<std::string, Definition> definitions_;
  std::vector<std::pair<std::string, std::string>> references_;  // path, name
  std::vector<Sample> samples_;
  std::size_t nodes_ = 0;
  std::size_t depth_ = 0;
};

}  // namespace

Json schema_of(const TypeNode& root, const SchemaOptions& options) { return TypeSchemaWriter(root, options).run(); }

}  // namespace instructor::core
