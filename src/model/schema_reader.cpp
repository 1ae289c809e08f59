#include "model/schema_reader.hpp"

#include <algorithm>
#include <array>
#include <map>

#include <nlohmann/json.hpp>

#include "instructor/codec.hpp"
#include "instructor/detail/names.hpp"
#include "model/choices.hpp"
#include "model/ecma_regex.hpp"
#include "model/expect.hpp"
#include "model/format_checks.hpp"
#include "model/json_ops.hpp"
#include "model/plan.hpp"
#include "model/schema_aliases.hpp"
#include "model/schema_questions.hpp"

namespace instructor::core {

namespace {

constexpr std::size_t max_schema_depth = 128;

class SchemaReader {
 public:
  SchemaReader(const Json& document, bool check_formats, TableStore& store)
      : document_(document), check_formats_(check_formats), store_(store) {}

  const TypeInfo& read(std::string_view name) {
    const Json* title = document_.is_object() ? find_keyword(document_, "title") : nullptr;
    const bool titled = title != nullptr && title->is_string() && !title->get_ref<const std::string&>().empty();
    store_.name = store_.keep(safe(titled ? title->get_ref<const std::string&>() : name));
    has_ids_ = has_id_below(document_);
    // What the keywords of a dialect of somebody's own mean its metaschema says.
    const TypeInfo& root = is_of_known_draft(document_) ? type(document_, "") : beyond();
    open_overlapping();
    for (const DefaultValue& value : defaults_)
      if (!is_valid(value)) value.annotation->default_value = {};
    return root;
  }

 private:
  /// A value of which the tables say nothing.
  const TypeInfo& beyond() {
    store_.needs_check = store_.says_more = true;
    return make(Kind::any);
  }

  /// The tables have it, but do not judge it as JSON Schema does.
  void note_check() { store_.needs_check = true; }

  /// The tables do not have all that stands here.
  void note_more() { store_.needs_check = store_.says_more = true; }

  /// Alternatives that may hold at the same time are left to the check of the whole.
  void open_overlapping() {
    std::vector<TypeInfo*> overlapping;
    for (TypeInfo* const info : variants_)
      if (!are_told_apart(plan_of(*info))) overlapping.push_back(info);
    for (PlanSlot& slot : store_.plans) discard_plan(slot);
    for (TypeInfo* const info : overlapping) {
      info->kind = Kind::any;  // what it may be is still of use to repairs
      note_more();
    }
  }

  /// A name that can be a tool's.
  static std::string safe(std::string_view text) { return std::string(detail::SafeName<>(text).view()); }

  // ---- values of keywords ----------------------------------------------------------------------------------------

  std::string_view text(const Json& schema, const std::string& pointer, std::string_view keyword) {
    const Json* const value = find_keyword(schema, keyword);
    return value == nullptr ? std::string_view() : store_.keep(expect_text(*value, below(pointer, keyword)));
  }

  static Number number(const Json& schema, const std::string& pointer, std::string_view keyword) {
    const Json* const value = find_keyword(schema, keyword);
    return value == nullptr ? Number() : expect_number(*value, below(pointer, keyword));
  }

  static std::size_t count(const Json& schema, const std::string& pointer, std::string_view keyword,
                           std::size_t otherwise) {
    const Json* const value = find_keyword(schema, keyword);
    return value == nullptr ? otherwise : expect_count(*value, below(pointer, keyword));
  }

  static bool flag(const Json& schema, const std::string& pointer, std::string_view keyword) {
    const Json* const value = find_keyword(schema, keyword);
    return value != nullptr && expect_flag(*value, below(pointer, keyword));
  }

  static const Json* list(const Json& schema, const std::string& pointer, std::string_view keyword) {
    const Json* const value = find_keyword(schema, keyword);
    return value == nullptr ? nullptr : &expect_array(*value, below(pointer, keyword));
  }

  static const Json* object(const Json& schema, const std::string& pointer, std::string_view keyword) {
    const Json* const value = find_keyword(schema, keyword);
    return value == nullptr ? nullptr : &expect_object(*value, below(pointer, keyword));
  }

  // ---- tables ----------------------------------------------------------------------------------------------------

  TypeInfo& make(Kind kind) {
    TypeInfo& info = store_.types.emplace_back();
    info.kind = kind;
    info.storage = Storage::json;
    info.plan = &store_.plans.emplace_back();
    return info;
  }

  const TypeInfo& optional_of(const TypeInfo& inner) {
    if (inner.kind == Kind::optional || (inner.kind == Kind::any && inner.allowed.empty())) return inner;
    TypeInfo& info = make(Kind::optional);
    info.element = TypeRef(&inner);
    info.optional = &json_optional_ops;
    return info;
  }

  /// The table of the schema at `pointer`. One place is read once, which ends the recursion of schemas that refer to
  /// themselves.
  const TypeInfo& type(const Json& schema, const std::string& pointer) {
    if (const auto found = read_.find(pointer); found != read_.end())
      return found->second == nullptr ? beyond() : *found->second;
    if (++depth_ > max_schema_depth) refuse(pointer, "nested too deeply");
    read_[pointer] = nullptr;
    const TypeInfo& info = read_type(schema, pointer);
    read_[pointer] = &info;
    --depth_;
    return info;
  }

  const TypeInfo& read_type(const Json& schema, const std::string& pointer) {
    if (schema.is_boolean()) {
      if (!schema.get<bool>() && pointer.empty()) refuse(pointer, "the schema false allows no value at all");
      return schema.get<bool>() ? make(Kind::any) : beyond();
    }
    if (!schema.is_object()) refuse(pointer, "expected a schema (an object, true or false), got " + shown(schema));
    if (goes_beyond_tables(schema)) note_more();
    if (check_formats_ && find_keyword(schema, "format") != nullptr) note_check();
    if (const Json* reference = find_keyword(schema, "$ref")) {
      if (has_others(schema, {"$ref"})) note_more();
      return referred(*reference, pointer);
    }

    const TypeInfo& info = find_keyword(schema, "anyOf") != nullptr || find_keyword(schema, "oneOf") != nullptr
                               ? alternatives(schema, pointer)
                               : single(schema, pointer);
    return flag(schema, pointer, "nullable") ? optional_of(info) : info;
  }

  const TypeInfo& referred(const Json& reference, const std::string& pointer) {
    const std::string where = below(pointer, "$ref");
    const std::string& target = expect_text(reference, where);
    if ((target != "#" && !target.starts_with("#/")) || has_ids_) return beyond();
    const std::string inside = formats::percent_decoded(target.substr(1));
    const Json* schema = nullptr;
    try {
      schema = &document_.at(Json::json_pointer(inside));
    } catch (const Json::exception&) {
      refuse(where, "there is nothing at " + shown(reference));
    }
    const auto found = read_.find(inside);
    if (found != read_.end() && found->second == nullptr) return in_progress(inside);
    if (pointer == root_) root_ = inside;
    const TypeInfo& info = type(*schema, inside);
    if (const auto object = objects_.find(inside); object != objects_.end()) name_referred(*object->second, inside);
    return info;
  }

  /// A schema that is being read refers to itself: its table exists already when it is an object's.
  const TypeInfo& in_progress(const std::string& pointer) {
    const auto found = objects_.find(pointer);
    if (found == objects_.end()) return beyond();
    TypeInfo& info = *found->second;
    info.kind = Kind::object;  // a map of itself is an object with a type for all keys
    name_referred(info, pointer);
    const auto restricted = restricting_.find(pointer);
    return restricted == restricting_.end() ? info : *restricted->second;
  }

  /// What is referred to needs a name: it may hold itself, and then cannot be written where it stands.
  void name_referred(TypeInfo& info, const std::string& pointer) {
    if (info.kind != Kind::object || !info.name.empty()) return;
    const std::string last = pointer.substr(pointer.rfind('/') + 1);
    info.name = store_.keep(safe(last));
  }

  /// anyOf and oneOf: alternatives, and perhaps null.
  const TypeInfo& alternatives(const Json& schema, const std::string& pointer) {
    const std::string_view keyword = find_keyword(schema, "anyOf") != nullptr ? "anyOf" : "oneOf";
    const std::string where = below(pointer, keyword);
    const Json& options = *list(schema, pointer, keyword);
    if (has_others(schema, {keyword})) note_more();
    std::vector<TypeRef> types;
    bool null = false;
    for (std::size_t i = 0; i < options.size(); ++i) {
      const Json* const name = options[i].is_object() ? find_keyword(options[i], "type") : nullptr;
      if (name != nullptr && *name == "null" && !has_others(options[i], {"type"}))
        null = true;
      else
        types.emplace_back(&type(options[i], below(where, i)));
    }
    if (options.empty()) refuse(where, "expected at least one alternative");
    if (types.empty()) return make(Kind::null);
    if (null && keyword == "oneOf") note_check();  // one of the others may take null as well
    const TypeInfo& info = one_of(std::move(types), schema, pointer);
    return null ? optional_of(info) : info;
  }

  const TypeInfo& one_of(std::vector<TypeRef> types, const Json& schema, const std::string& pointer) {
    if (types.size() == 1) return *types.front();
    TypeInfo& info = make(Kind::variant);
    describe(info, schema, pointer);
    info.elements = store_.elements.emplace_back(std::move(types));
    variants_.push_back(&info);
    return info;
  }

  const TypeInfo& single(const Json& schema, const std::string& pointer) {
    bool null = false;
    const std::vector<std::string> names = type_names(schema, pointer, null);
    // A list of values says it all.
    const bool has_values = find_keyword(schema, "enum") != nullptr || find_keyword(schema, "const") != nullptr;
    if (has_values && has_others(schema, {"type", find_keyword(schema, "enum") != nullptr ? "enum" : "const"}))
      note_more();
    if (has_values && !are_of_types(schema)) note_check();
    if (names.empty()) return make(Kind::null);
    if (find_keyword(schema, "type") == nullptr && !has_values && !names.front().empty())
      return restricted(schema, pointer, names.front());
    if (names.size() == 1 || has_values) {
      const TypeInfo& info = typed(schema, pointer, names.size() == 1 ? names.front() : std::string(), null);
      return null ? optional_of(info) : info;
    }
    std::vector<TypeRef> types;
    for (const std::string& name : names) types.emplace_back(&typed(schema, pointer, name, null));
    const TypeInfo& info = one_of(std::move(types), schema, pointer);
    return null ? optional_of(info) : info;
  }

  /// The types besides null; one that is empty when any will do.
  static std::vector<std::string> type_names(const Json& schema, const std::string& pointer, bool& null) {
    constexpr std::array<std::string_view, 7> names{"object",  "array",   "string", "number",
                                                    "integer", "boolean", "null"};
    const Json* type = find_keyword(schema, "type");
    const std::string where = below(pointer, "type");
    if (type == nullptr) return {implied_type(schema)};
    std::vector<std::string> types;
    const auto take = [&](const Json& value) {
      if (!value.is_string() || std::ranges::find(names, value.get_ref<const std::string&>()) == names.end())
        refuse(
            where,
            "expected one of \"object\", \"array\", \"string\", \"number\", \"integer\", \"boolean\", \"null\", got " +
                shown(value));
      const auto& name = value.get_ref<const std::string&>();
      if (name == "null")
        null = true;
      else if (std::ranges::find(types, name) == types.end())
        types.push_back(name);
    };
    if (type->is_array())
      for (const Json& value : *type) take(value);
    else
      take(*type);
    return types;
  }

  /// Keywords of one type without `type`: they are about values of that type, and take all others.
  const TypeInfo& restricted(const Json& schema, const std::string& pointer, const std::string& name) {
    TypeInfo& info = make(Kind::variant);
    restricting_[pointer] = &info;
    bool null = false;
    const TypeInfo& inner = typed(schema, pointer, name, null);
    TypeInfo& rest = make(Kind::any);
    rest.rest = true;
    info.elements = store_.elements.emplace_back(std::vector<TypeRef>{TypeRef(&inner), TypeRef(&rest)});
    if (keywords_of_types(schema) > 1) note_more();
    return info;
  }

  const TypeInfo& typed(const Json& schema, const std::string& pointer, const std::string& name, bool& null) {
    if (find_keyword(schema, "enum") != nullptr || find_keyword(schema, "const") != nullptr)
      return choice(schema, pointer, null);
    if (name == "object") return read_object(schema, pointer);
    if (name == "array") return read_array(schema, pointer);
    TypeInfo& info = make(name == "string"    ? Kind::string
                          : name == "integer" ? Kind::integer
                          : name == "number"  ? Kind::number
                          : name == "boolean" ? Kind::boolean
                                              : Kind::any);
    describe(info, schema, pointer);
    Rules rules;
    if (info.kind == Kind::string) {
      rules.min_length = count(schema, pointer, "minLength", 0);
      rules.max_length = count(schema, pointer, "maxLength", Rules::unlimited);
      rules.pattern = text(schema, pointer, "pattern");
      read_pattern(rules, below(pointer, "pattern"));
      rules.format = text(schema, pointer, "format");
    } else if (info.kind == Kind::integer || info.kind == Kind::number) {
      number_rules(rules, schema, pointer);
    }
    keep_rules(info, rules);
    return info;
  }

  /// Patterns are ECMA-262's, and matched in RE2's words. One that needs more is left to the check of the whole.
  void read_pattern(Rules& rules, const std::string& where) {
    if (rules.pattern.empty()) return;
    const TranslatedRegex translated = translate_regex(rules.pattern, RegexSyntax::lenient);
    if (!translated.error.empty()) refuse(where, "no regular expression: " + translated.error);
    if (!translated.unsupported.empty()) refuse(where, "cannot be used: " + translated.unsupported);
    if (translated.ahead.empty()) {
      rules.re2 = store_.keep(translated.expression);
      if (Pattern(rules.re2).error().empty()) return;
    }
    note_check();
    rules.re2 = "^";
  }

  static void number_rules(Rules& rules, const Json& schema, const std::string& pointer) {
    rules.minimum = number(schema, pointer, "minimum");
    rules.maximum = number(schema, pointer, "maximum");
    // Before draft 6 these were flags.
    const auto exclusive = [&](std::string_view keyword, Number& limit, Number& inclusive) {
      const Json* value = find_keyword(schema, keyword);
      if (value == nullptr || !value->is_boolean())
        limit = number(schema, pointer, keyword);
      else if (value->get<bool>())
        limit = std::exchange(inclusive, Number());
    };
    exclusive("exclusiveMinimum", rules.exclusive_minimum, rules.minimum);
    exclusive("exclusiveMaximum", rules.exclusive_maximum, rules.maximum);
    rules.multiple_of = number(schema, pointer, "multipleOf");
    const Json* step = find_keyword(schema, "multipleOf");
    if (step != nullptr && !(step->get<double>() > 0))
      refuse(below(pointer, "multipleOf"), "expected a number above 0, got " + shown(*step));
  }

  std::span<const std::string_view> keep_list(std::vector<std::string> texts) {
    if (texts.empty()) return {};
    auto& kept = store_.lists.emplace_back();
    for (std::string& text : texts) kept.push_back(store_.keep(std::move(text)));
    return kept;
  }

  void keep_rules(TypeInfo& info, const Rules& rules) {
    if (rules.any()) info.rules = &store_.rules.emplace_back(rules);
  }

  void describe(TypeInfo& info, const Json& schema, const std::string& pointer) {
    info.description = text(schema, pointer, "description");
    if (info.kind == Kind::object) info.title = text(schema, pointer, "title");
  }

  const TypeInfo& choice(const Json& schema, const std::string& pointer, bool& null) {
    std::vector<const Json*> values;
    if (const Json* constant = find_keyword(schema, "const")) {
      values.push_back(constant);
    } else {
      const Json& options = *list(schema, pointer, "enum");
      if (options.empty()) refuse(below(pointer, "enum"), "expected at least one value");
      for (const Json& option : options) values.push_back(&option);
    }
    const bool has_null = std::erase_if(values, [](const Json* value) { return value->is_null(); }) != 0;
    const bool strings =
        !values.empty() && std::ranges::all_of(values, [](const Json* value) { return value->is_string(); });
    if (strings) {
      TypeInfo& info = make(Kind::enumeration);
      auto& names = store_.enumerators.emplace_back();
      for (const Json* value : values) {
        const std::string name = value->get<std::string>();
        names.push_back({store_.keep(name), static_cast<std::int64_t>(names.size()),
                         store_.keep(description_of_value(schema, name)), keep_list(aliases_of_value(schema, name))});
      }
      info.enumerators = names;
      describe(info, schema, pointer);
      null = has_null && (null || find_keyword(schema, "type") == nullptr);
      return info;
    }
    TypeInfo& info = make(Kind::any);
    auto& allowed = store_.lists.emplace_back();
    for (const Json* value : values) allowed.push_back(store_.keep(instructor::encode(*value)));
    if (has_null) allowed.push_back("null");
    null = false;
    info.allowed = allowed;
    describe(info, schema, pointer);
    return info;
  }

  const TypeInfo& read_array(const Json& schema, const std::string& pointer) {
    if (find_keyword(schema, "prefixItems") != nullptr) return read_tuple(schema, pointer);
    TypeInfo& info = make(Kind::list);
    info.list = &json_list_ops;
    describe(info, schema, pointer);
    const Json* items = find_keyword(schema, "items");
    const bool typed_items = items != nullptr && !items->is_array();
    if (items != nullptr && !typed_items) note_more();
    info.element = TypeRef(typed_items ? &type(*items, below(pointer, "items")) : &make(Kind::any));
    Rules rules;
    rules.min_items = count(schema, pointer, "minItems", 0);
    rules.max_items = count(schema, pointer, "maxItems", Rules::unlimited);
    rules.unique = flag(schema, pointer, "uniqueItems");
    if (rules.unique) note_check();  // 1 and 1.0 are one
    keep_rules(info, rules);
    return info;
  }

  const TypeInfo& read_tuple(const Json& schema, const std::string& pointer) {
    const Json& prefix = *list(schema, pointer, "prefixItems");
    const std::size_t min = count(schema, pointer, "minItems", 0);
    const std::size_t max = count(schema, pointer, "maxItems", Rules::unlimited);
    const Json* items = find_keyword(schema, "items");
    const bool closed = max == prefix.size() || (items != nullptr && *items == false);
    if (!closed || min != prefix.size() || prefix.empty() || flag(schema, pointer, "uniqueItems")) {
      note_more();
      TypeInfo& open = make(Kind::list);
      open.list = &json_list_ops;
      open.element = TypeRef(&make(Kind::any));
      return open;
    }
    TypeInfo& info = make(Kind::tuple);
    info.tuple = &json_tuple_ops;
    describe(info, schema, pointer);
    auto& elements = store_.elements.emplace_back();
    const std::string where = below(pointer, "prefixItems");
    for (std::size_t i = 0; i < prefix.size(); ++i) elements.emplace_back(&type(prefix[i], below(where, i)));
    info.elements = elements;
    return info;
  }

  // ---- objects ---------------------------------------------------------------------------------------------------

  const TypeInfo& read_object(const Json& schema, const std::string& pointer) {
    const Json* properties = object(schema, pointer, "properties");
    const Json* required = list(schema, pointer, "required");
    const Json* additional = find_keyword(schema, "additionalProperties");
    const bool has_patterns = find_keyword(schema, "patternProperties") != nullptr;
    const bool closed = additional != nullptr && *additional == false && !has_patterns;
    const bool free_keys = (properties == nullptr || properties->empty()) &&
                           (required == nullptr || required->empty()) && !closed && pointer != root_;
    TypeInfo& info = make(free_keys ? Kind::map : Kind::object);
    objects_[pointer] = &info;
    info.name = store_.keep(name_of(pointer));
    if (free_keys) info.name = {};
    describe(info, schema, pointer);
    info.forbid_extra = closed;
    if (additional != nullptr && !additional->is_boolean() && !has_patterns)
      info.element = TypeRef(&type(*additional, below(pointer, "additionalProperties")));
    else if (free_keys)
      info.element = TypeRef(&make(Kind::any));

    std::vector<std::string> must;
    for (std::size_t i = 0; required != nullptr && i < required->size(); ++i) {
      must.push_back(expect_text((*required)[i], below(below(pointer, "required"), i)));
    }
    auto& fields = store_.fields.emplace_back();
    if (properties != nullptr)
      for (const auto& [key, value] : properties->items())
        fields.push_back(read_field(key, value, below(below(pointer, "properties"), key),
                                    std::ranges::find(must, key) != must.end()));
    for (const std::string& key : must) {
      const bool known = std::ranges::find(fields, std::string_view(key), &FieldInfo::key) != fields.end();
      if (!known) fields.push_back(bare_field(key));
    }
    info.fields = fields;
    Rules rules;
    rules.min_items = count(schema, pointer, "minProperties", 0);
    rules.max_items = count(schema, pointer, "maxProperties", Rules::unlimited);
    // Of properties that are null in place of being left out only the whole schema knows whether they count.
    if (!free_keys && rules.any())
      note_more();
    else
      keep_rules(info, rules);
    return info;
  }

  FieldInfo read_field(const std::string& key, const Json& schema, const std::string& pointer, bool required) {
    const std::string_view kept = store_.keep(key);
    Annotation& annotation = store_.annotations.emplace_back();
    annotation.presence = required ? Presence::required : Presence::optional;
    const TypeInfo& info = type(schema, pointer);
    if (schema.is_object()) {
      // Beside a $ref, or of a value that may be null, the description is the field's; else the table has it.
      const bool own = find_keyword(schema, "$ref") != nullptr || info.kind == Kind::optional;
      if (own) annotation.description = text(schema, pointer, "description");
      if (info.kind != Kind::object || own) annotation.title = text(schema, pointer, "title");
      const Json* value = find_keyword(schema, "default");
      // Generators write null for "none" also where null is not allowed.
      const bool none = value == nullptr || (value->is_null() && info.kind != Kind::optional && info.kind != Kind::any);
      if (!none) {
        annotation.default_value.form = Constant::Form::json;
        annotation.default_value.text = store_.keep(instructor::encode(*value));
        defaults_.push_back({&info, &annotation});
        if (required) note_check();  // it must come all the same
      }
      if (const Json* examples = list(schema, pointer, "examples"))
        for (const Json& example : *examples) add_example(annotation, example);
      if (const Json* example = find_keyword(schema, "example")) add_example(annotation, *example);
    }
    return FieldInfo{kept, kept, TypeRef(&info), &annotation, keep_list(aliases_of_field(schema))};
  }

  struct DefaultValue {
    const TypeInfo* type;
    Annotation* annotation;
  };

  /// A default stands in for an answer; one that is no answer is only something to read.
  static bool is_valid(const DefaultValue& value) {
    Json target;
    Issues issues;
    return detail::decode_value(*value.type, &target, value.annotation->default_value.text, {}, issues);
  }

  void add_example(Annotation& annotation, const Json& example) {
    if (annotation.example_count == Annotation::max_examples) return;
    Constant& constant = annotation.examples[annotation.example_count++];
    constant.form = Constant::Form::json;
    constant.text = store_.keep(instructor::encode(example));
  }

  FieldInfo bare_field(const std::string& key) {
    const std::string_view kept = store_.keep(key);
    Annotation& annotation = store_.annotations.emplace_back();
    annotation.presence = Presence::required;
    return FieldInfo{kept, kept, TypeRef(&make(Kind::any)), &annotation};
  }

  /// What an object is called: its title, its key in $defs, or for the root what the caller says. Others have no name
  /// and stand where they are used.
  std::string name_of(const std::string& pointer) const {
    if (pointer.empty()) return std::string(store_.name);
    for (const std::string_view prefix : {"/$defs/", "/definitions/"}) {
      if (!pointer.starts_with(prefix)) continue;
      const std::string rest = pointer.substr(prefix.size());
      if (rest.find('/') == std::string::npos) return safe(rest);
    }
    return {};
  }

  const Json& document_;
  const bool check_formats_;
  bool has_ids_ = false;
  std::string root_;  // where the outermost value is described: a free object there is a struct, not a map
  TableStore& store_;
  std::map<std::string, const TypeInfo*, std::less<>> read_;  // by pointer; null: being read
  std::map<std::string, TypeInfo*, std::less<>> objects_;
  std::vector<DefaultValue> defaults_;
  std::vector<TypeInfo*> variants_;
  std::map<std::string, const TypeInfo*, std::less<>> restricting_;  // by pointer: objects, or anything but an object
  std::size_t depth_ = 0;
};

}  // namespace

TableStore::~TableStore() {
  for (PlanSlot& slot : plans) discard_plan(slot);
}

const TypeInfo& read_schema(const Json& schema, std::string_view name, bool check_formats, TableStore& store) {
  return SchemaReader(schema, check_formats, store).read(name);
}

}  // namespace instructor::core
