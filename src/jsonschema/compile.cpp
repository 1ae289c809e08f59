#include "jsonschema/compile.hpp"

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>

#include "jsonschema/keyword_values.hpp"
#include "jsonschema/link.hpp"
#include "jsonschema/resources.hpp"
#include "jsonschema/uri.hpp"

namespace instructor::jsonschema {

namespace {

/// What one schema object becomes, while its keywords are read.
struct Draught {
  Node node{};
  std::optional<NumberRules> number{};
  std::optional<StringRules> string{};
  std::optional<ArrayRules> array{};
  std::optional<ObjectRules> object{};
  std::vector<Operation> operations{};
  NodeId condition = absent;
  NodeId consequence = absent;
  NodeId alternative = absent;

  NumberRules& numbers() { return number ? *number : number.emplace(); }
  StringRules& strings() { return string ? *string : string.emplace(); }
  ArrayRules& arrays() { return array ? *array : array.emplace(); }
  ObjectRules& objects() { return object ? *object : object.emplace(); }

  ObjectRules::Property& property(std::string_view key) {
    ObjectRules& rules = objects();
    const std::uint32_t index = rules.keys.add(key);
    if (index == rules.properties.size()) rules.properties.emplace_back();
    return rules.properties[index];
  }
};

template <class Rules>
std::uint32_t stored(std::vector<Rules>& all, Rules rules) {
  all.push_back(std::move(rules));
  return static_cast<std::uint32_t>(all.size() - 1);
}

class Compiler {
 public:
  Compiler(const Json& document, const SchemaOptions& options) : resources_(document, options), options_(options) {
    program_.max_depth = options.max_depth;
    program_.max_steps = options.max_steps;
    Node none;
    none.types = 0;
    program_.nodes = {Node{}, none};
    pointers_ = {"", ""};
  }

  Program run() {
    program_.root = node_of(resources_.root());
    do {
      while (!queue_.empty()) {
        const auto [id, place] = std::move(queue_.front());
        queue_.pop_front();
        read(id, place);
      }
    } while (add_dynamic_targets());
    link(program_, pointers_);
    return std::move(program_);
  }

 private:
  NodeId node_of(const Place& place) {
    const Json& schema = *place.schema;
    if (schema.is_boolean()) return schema.get<bool>() ? anything : nothing;
    if (!schema.is_object())
      refuse(place.pointer, "expected a schema (an object, true or false), got " + shown(schema));
    const auto [known, is_new] = nodes_.emplace(&schema, static_cast<NodeId>(program_.nodes.size()));
    if (is_new) {
      program_.nodes.emplace_back().resource = place.resource;
      pointers_.push_back(place.pointer);
      queue_.emplace_back(known->second, place);
    }
    return known->second;
  }

  NodeId node_inside(const Place& outer, const Json& schema, const std::string& pointer) {
    return node_of(resources_.inside(outer, schema, pointer));
  }

  void read(NodeId id, const Place& place) {
    const Dialect& dialect = resources_[place.resource].dialect;
    const Json& schema = *place.schema;
    Draught draught;
    draught.node.resource = place.resource;
    if (const auto ref = schema.find("$ref"); dialect.ref_stands_alone() && ref != schema.end()) {
      read_keyword(draught, place, *find_keyword("$ref", dialect), *ref);
    } else {
      for (const auto& [name, value] : schema.items())
        if (const KeywordRow* row = find_keyword(name, dialect)) read_keyword(draught, place, *row, value);
      read_together(draught, place);
    }
    finish(id, std::move(draught));
  }

  void finish(NodeId id, Draught draught) {
    Node& node = draught.node;
    if (draught.condition != absent)
      draught.operations.push_back(
          {Operation::Kind::conditional, draught.condition, draught.consequence, draught.alternative});
    settle_unevaluated(draught);
    if (draught.object) {
      ObjectRules& rules = *draught.object;
      for (const ObjectRules::Property& property : rules.properties) rules.required_count += property.required ? 1 : 0;
      rules.restricts_members =
          !rules.properties.empty() || !rules.patterns.empty() || rules.additional != absent || rules.names != absent;
      node.tracks_members = rules.unevaluated != absent;
      node.object = stored(program_.objects, std::move(rules));
    }
    if (draught.array) {
      node.tracks_items = draught.array->unevaluated != absent;
      node.array = stored(program_.arrays, *std::move(draught.array));
    }
    if (draught.string) node.string = stored(program_.strings, *std::move(draught.string));
    if (draught.number) node.number = stored(program_.numbers, *std::move(draught.number));
    node.first_operation = static_cast<std::uint32_t>(program_.operations.size());
    node.operation_count = static_cast<std::uint32_t>(draught.operations.size());
    program_.operations.insert(program_.operations.end(), draught.operations.begin(), draught.operations.end());
    node.simple = draught.operations.empty() && !draught.object && !draught.array && !draught.string && !draught.number;
    program_.nodes[id] = node;
  }

  /// Where nothing beside it evaluates members in place, `unevaluatedProperties` is `additionalProperties`, and the
  /// same for items: then nothing needs to be kept in mind.
  static void settle_unevaluated(Draught& draught) {
    bool in_place = false;
    for (const Operation& operation : draught.operations)
      in_place = in_place || (operation.kind != Operation::Kind::allowed && operation.kind != Operation::Kind::negated);
    if (draught.object && draught.object->unevaluated != absent) {
      ObjectRules& rules = *draught.object;
      bool by_dependents = false;
      for (const Dependent& dependent : rules.dependents) by_dependents = by_dependents || dependent.schema != absent;
      if (rules.additional != absent || (!in_place && !by_dependents)) {
        const NodeId rest = std::exchange(rules.unevaluated, absent);
        if (rules.additional == absent) rules.additional = rest;
      }
    }
    if (draught.array && draught.array->unevaluated != absent) {
      ArrayRules& rules = *draught.array;
      if (rules.items != absent || (!in_place && rules.contains == absent)) {
        const NodeId rest = std::exchange(rules.unevaluated, absent);
        if (rules.items == absent) rules.items = rest;
      }
    }
  }

  void read_keyword(Draught& draught, const Place& place, const KeywordRow& row, const Json& value) {
    const std::string pointer = below(place.pointer, row.name);
    const auto schema = [&] { return node_inside(place, value, pointer); };
    switch (row.keyword) {
      case Keyword::ref:
        return also(draught, node_of(resources_.find(expect_text(value, pointer), place.resource, pointer)));
      case Keyword::dynamic_ref: return dynamic_ref(draught, place, expect_text(value, pointer), pointer);
      case Keyword::recursive_ref: refuse(pointer, "this keyword is not understood");
      case Keyword::id:
      case Keyword::schema: return (void)expect_text(value, pointer);
      case Keyword::all_of:
        for (const NodeId each : list(place, value, pointer)) also(draught, each);
        return;
      case Keyword::any_of: return alternatives(draught, Operation::Kind::any_of, list(place, value, pointer));
      case Keyword::one_of: return alternatives(draught, Operation::Kind::one_of, list(place, value, pointer));
      case Keyword::negated: return draught.operations.push_back({Operation::Kind::negated, schema(), absent, absent});
      case Keyword::condition: draught.condition = schema(); return;
      case Keyword::consequence: draught.consequence = schema(); return;
      case Keyword::alternative: draught.alternative = schema(); return;
      case Keyword::enumeration: return allow(draught, allowed_values(expect_array(value, pointer)));
      case Keyword::constant: return allow(draught, allowed_value(value));
      case Keyword::type:
        draught.node.types = static_cast<TypeSet>(draught.node.types & expect_types(value, pointer));
        return;
      default: break;
    }
    if (!read_scalar_keyword(draught, place, row.keyword, value, pointer) &&
        !read_array_keyword(draught, place, row, value, pointer))
      read_object_keyword(draught, place, row.keyword, value, pointer);
  }

  bool read_scalar_keyword(Draught& draught, const Place& place, Keyword keyword, const Json& value,
                           const std::string& pointer) {
    // In draft 4 these are flags beside the limit.
    const bool flag = resources_[place.resource].dialect.draft == Draft::draft4 && value.is_boolean();
    switch (keyword) {
      case Keyword::minimum: draught.numbers().minimum = expect_number(value, pointer); return true;
      case Keyword::maximum: draught.numbers().maximum = expect_number(value, pointer); return true;
      case Keyword::exclusive_minimum:
        if (!flag) draught.numbers().exclusive_minimum = expect_number(value, pointer);
        return true;
      case Keyword::exclusive_maximum:
        if (!flag) draught.numbers().exclusive_maximum = expect_number(value, pointer);
        return true;
      case Keyword::multiple_of: {
        const Number step = expect_number(value, pointer);
        if (!is_positive(step)) refuse(pointer, "expected a number above 0, got " + shown(value));
        draught.numbers().multiple_of = step;
        return true;
      }
      case Keyword::min_length: draught.strings().min_length = expect_count(value, pointer); return true;
      case Keyword::max_length: draught.strings().max_length = expect_count(value, pointer); return true;
      case Keyword::pattern:
        draught.strings().pattern_text = expect_text(value, pointer);
        draught.strings().pattern = matcher(draught.strings().pattern_text, pointer);
        return true;
      case Keyword::format: {
        const std::string& name = expect_text(value, pointer);
        if (!options_.check_formats && !resources_[place.resource].dialect.asserts_format) return true;
        if (const core::FormatCheck check = core::find_format(name)) {
          draught.strings().format = check;
          draught.strings().format_name = name;
        }
        return true;
      }
      default: return false;
    }
  }

  static bool is_positive(const Number& number) {
    if (number.form == Number::Form::signed_integer) return number.signed_value > 0;
    if (number.form == Number::Form::unsigned_integer) return number.unsigned_value > 0;
    return number.floating_value > 0;
  }

  bool read_array_keyword(Draught& draught, const Place& place, const KeywordRow& row, const Json& value,
                          const std::string& pointer) {
    switch (row.keyword) {
      case Keyword::prefix_items: draught.arrays().prefix = list(place, value, pointer); return true;
      case Keyword::items:
        if (row.holds == Holds::schema_or_list && value.is_array())
          draught.arrays().prefix = list(place, value, pointer);
        else
          draught.arrays().items = node_inside(place, value, pointer);
        return true;
      case Keyword::additional_items: {
        const NodeId rest = node_inside(place, value, pointer);
        const auto items = place.schema->find("items");
        if (items != place.schema->end() && items->is_array()) draught.arrays().items = rest;
        return true;
      }
      case Keyword::contains:
        draught.arrays().contains = node_inside(place, value, pointer);
        draught.arrays().contains_evaluates = resources_[place.resource].dialect.draft == Draft::draft2020_12;
        return true;
      case Keyword::min_contains: draught.arrays().min_contains = expect_count(value, pointer); return true;
      case Keyword::max_contains: draught.arrays().max_contains = expect_count(value, pointer); return true;
      case Keyword::unevaluated_items: draught.arrays().unevaluated = node_inside(place, value, pointer); return true;
      case Keyword::min_items: draught.arrays().min_items = expect_count(value, pointer); return true;
      case Keyword::max_items: draught.arrays().max_items = expect_count(value, pointer); return true;
      case Keyword::unique_items: draught.arrays().unique = expect_flag(value, pointer); return true;
      default: return false;
    }
  }

  void read_object_keyword(Draught& draught, const Place& place, Keyword keyword, const Json& value,
                           const std::string& pointer) {
    switch (keyword) {
      case Keyword::properties:
        draught.objects();
        for (const auto& [name, schema] : expect_object(value, pointer).items()) {
          const NodeId node = node_inside(place, schema, below(pointer, name));
          draught.property(name).schema = node;
        }
        return;
      case Keyword::pattern_properties:
        for (const auto& [pattern, schema] : expect_object(value, pointer).items()) {
          const std::string where = below(pointer, pattern);
          const NodeId node = node_inside(place, schema, where);
          draught.objects().patterns.emplace_back(matcher(pattern, where), node);
        }
        return;
      case Keyword::additional_properties: draught.objects().additional = node_inside(place, value, pointer); return;
      case Keyword::property_names: draught.objects().names = node_inside(place, value, pointer); return;
      case Keyword::unevaluated_properties: draught.objects().unevaluated = node_inside(place, value, pointer); return;
      case Keyword::required:
        for (const std::string& name : expect_names(value, pointer)) draught.property(name).required = true;
        return;
      case Keyword::min_properties: draught.objects().min_properties = expect_count(value, pointer); return;
      case Keyword::max_properties: draught.objects().max_properties = expect_count(value, pointer); return;
      case Keyword::dependent_required:
      case Keyword::dependent_schemas:
      case Keyword::dependencies:
        for (const auto& [name, asked] : expect_object(value, pointer).items()) {
          const std::string where = below(pointer, name);
          const bool names =
              keyword == Keyword::dependent_required || (keyword == Keyword::dependencies && asked.is_array());
          Dependent dependent{name};
          if (names)
            dependent.required = expect_names(asked, where);
          else
            dependent.schema = node_inside(place, asked, where);
          draught.objects().dependents.push_back(std::move(dependent));
        }
        return;
      default: return;  // nothing that restricts values
    }
  }

  /// Keywords that mean something else for others beside them.
  void read_together(Draught& draught, const Place& place) const {
    if (resources_[place.resource].dialect.draft != Draft::draft4 || !draught.number) return;
    const auto is_set = [&](const char* keyword) {
      const auto found = place.schema->find(keyword);
      return found != place.schema->end() && found->is_boolean() && found->get<bool>();
    };
    NumberRules& rules = *draught.number;
    if (is_set("exclusiveMinimum")) rules.exclusive_minimum = std::exchange(rules.minimum, {});
    if (is_set("exclusiveMaximum")) rules.exclusive_maximum = std::exchange(rules.maximum, {});
  }

  // ---- in place --------------------------------------------------------------------------------------------------

  static void also(Draught& draught, NodeId node) {
    if (node != anything) draught.operations.push_back({Operation::Kind::also, node, absent, absent});
  }

  std::vector<NodeId> list(const Place& place, const Json& value, const std::string& pointer) {
    std::vector<NodeId> nodes;
    for (std::size_t i = 0; i < expect_array(value, pointer).size(); ++i)
      nodes.push_back(node_inside(place, value[i], below(pointer, i)));
    return nodes;
  }

  void alternatives(Draught& draught, Operation::Kind kind, std::vector<NodeId> nodes) {
    draught.operations.push_back({kind, stored(program_.lists, std::move(nodes)), absent, absent});
  }

  void allow(Draught& draught, AllowedValues allowed) {
    draught.operations.push_back(
        {Operation::Kind::allowed, stored(program_.allowed, std::move(allowed)), absent, absent});
  }

  const Matcher* matcher(const std::string& pattern, const std::string& pointer) {
    const auto [known, is_new] = matchers_.emplace(pattern, nullptr);
    if (is_new) {
      auto matcher = std::make_unique<const Matcher>(pattern);
      if (!matcher->error().empty())
        refuse(pointer, "the pattern " + shown(Json(pattern)) + " cannot be used: " + matcher->error());
      known->second = matcher.get();
      program_.matchers.push_back(std::move(matcher));
    }
    return known->second;
  }

  // ---- $dynamicRef -----------------------------------------------------------------------------------------------

  void dynamic_ref(Draught& draught, const Place& place, const std::string& reference, const std::string& pointer) {
    const Place target = resources_.find(reference, place.resource, pointer);
    const NodeId node = node_of(target);
    const std::string name = percent_decoded(split_fragment(reference).fragment.value_or(std::string_view{}));
    const auto& anchors = resources_[target.resource].dynamic_anchors;
    if (const auto anchor = anchors.find(name); anchor == anchors.end() || anchor->second.schema != target.schema)
      return also(draught, node);
    const auto [known, is_new] = dynamic_names_.emplace(name, static_cast<std::uint32_t>(dynamic_names_.size()));
    if (is_new) program_.dynamic_anchors.emplace_back();
    draught.operations.push_back({Operation::Kind::dynamic, known->second, node, absent});
  }

  /// Any resource that can be entered may override a name. Returns whether there is more to compile.
  bool add_dynamic_targets() {
    if (dynamic_names_.empty()) return false;
    for (; seen_nodes_ < program_.nodes.size(); ++seen_nodes_)
      if (seen_nodes_ > nothing) entered_.insert(program_.nodes[seen_nodes_].resource);
    for (const auto& [name, index] : dynamic_names_) {
      for (const std::uint32_t resource : entered_) {
        const auto& anchors = resources_[resource].dynamic_anchors;
        const auto anchor = anchors.find(name);
        if (anchor == anchors.end() || !dynamic_done_.emplace(resource, index).second) continue;
        const NodeId node = node_of(anchor->second);
        program_.dynamic_anchors[index].targets.emplace_back(resource, node);
      }
    }
    return !queue_.empty();
  }

  Resources resources_;
  const SchemaOptions& options_;
  Program program_;
  std::vector<std::string> pointers_;  // by node
  std::deque<std::pair<NodeId, Place>> queue_;
  std::unordered_map<const Json*, NodeId> nodes_;
  std::map<std::string, const Matcher*, std::less<>> matchers_;
  std::map<std::string, std::uint32_t, std::less<>> dynamic_names_;
  std::set<std::uint32_t> entered_;
  std::set<std::pair<std::uint32_t, std::uint32_t>> dynamic_done_;
  std::size_t seen_nodes_ = 0;
};

}  // namespace

Program compile(const Json& document, const SchemaOptions& options) { return Compiler(document, options).run(); }

}  // namespace instructor::jsonschema
