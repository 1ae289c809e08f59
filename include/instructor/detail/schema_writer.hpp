#pragma once

// Not API: see instructor/schema.hpp.
//
// Writes the JSON Schema of a table into a buffer. The same code runs while compiling, for `schema<T>`, and at run
// time, for requests: two passes, the first one only counts. Dialects are made of what it writes, at run time.

#include <cstddef>
#include <string_view>
#include <vector>

#include "instructor/detail/schema_notes.hpp"
#include "instructor/types.hpp"

namespace instructor::detail {

/// Schemas that refer to the same thing over and over may be small and say something huge; writing stops there.
inline constexpr std::size_t max_schema_size = 8 << 20;

/// How many alternatives of a variant are structs.
constexpr std::size_t count_objects(const TypeInfo& type) {
  if (type.kind == Kind::optional) return count_objects(*type.element);
  if (type.kind != Kind::variant) return type.kind == Kind::object ? 1 : 0;
  std::size_t count = 0;
  for (const TypeRef& alternative : type.elements) count += count_objects(*alternative);
  return count;
}

class SchemaWriter : private SchemaNotes {
 public:
  /// Only counts.
  constexpr SchemaWriter() = default;
  /// Writes to `out`, which must be large enough.
  constexpr explicit SchemaWriter(char* out) : SchemaNotes(out) {}

  using SchemaNotes::size;

  constexpr void write(const TypeInfo& whole) {
    const TypeInfo& root = without_rest(whole);
    begin();
    if (root.kind == Kind::object)
      object_keywords(root, root.description, {});
    else
      value_keywords(root, no_annotation, rules_of(root));
    for (std::size_t i = 0; i < definitions_.size(); ++i) {
      if (i == 0) {
        key("$defs");
        begin();
      }
      key_of_definition(i);
      begin();
      object_keywords(*definitions_[i].type, definitions_[i].type->description, definitions_[i].tag);
      end();
    }
    if (!definitions_.empty()) end();
    end();
  }

 private:
  struct Definition {
    const TypeInfo* type;
    std::string_view tag;  // the key of a variant that tells its alternatives apart
    std::size_t number;    // 0, or 2, 3, ... for further types of the same name
  };

  // ---- values ----------------------------------------------------------------------------------------------------

  /// Objects without a name are written where they stand; they cannot be recursive.
  static constexpr bool is_inline(const TypeInfo& type) { return type.name.empty(); }

  constexpr std::size_t definition_of(const TypeInfo& type, std::string_view tag) {
    std::size_t namesakes = 1;
    for (std::size_t i = 0; i < definitions_.size(); ++i) {
      if (definitions_[i].type == &type && definitions_[i].tag == tag) return i;
      if (definitions_[i].type->name == type.name) ++namesakes;
    }
    definitions_.push_back({&type, tag, namesakes == 1 ? 0 : namesakes});
    return definitions_.size() - 1;
  }

  constexpr void put_definition_name(std::size_t index) {
    put(definitions_[index].type->name);
    if (definitions_[index].number == 0) return;
    put("_");
    put_unsigned(definitions_[index].number);
  }
  constexpr void key_of_definition(std::size_t index) {
    put(first_ ? "\"" : ",\"");
    put_definition_name(index);
    put("\":");
    first_ = false;
  }

  /// The limits of a run-time table; compile-time ones have them by field.
  static constexpr Rules rules_of(const TypeInfo& type) {
    if consteval {
      return {};
    } else {
      return type.rules != nullptr ? *type.rules : Rules{};
    }
  }

  constexpr void value(const TypeInfo& type) { value(type, no_annotation, rules_of(type)); }

  constexpr void value(const TypeInfo& type, const Annotation& annotation, const Rules& rules) {
    begin();
    value_keywords(type, annotation, rules);
    end();
  }

  constexpr void value_keywords(const TypeInfo& type, const Annotation& annotation, const Rules& rules) {
    if (size() > max_schema_size) return;
    if (&without_rest(type) != &type)
      return value_keywords(without_rest(type), annotation, rules_of(without_rest(type)));
    switch (type.kind) {
      case Kind::optional:
        if (!is_nullable(type)) return value_keywords(*type.element, annotation, rules);
        [[fallthrough]];
      case Kind::variant: return union_keywords(type, annotation, rules);
      case Kind::object: return reference_keywords(type, annotation, {});
      case Kind::boolean: type_keyword("boolean"); break;
      case Kind::integer:
        type_keyword("integer");
        allowed_keyword(type);
        break;
      case Kind::null: type_keyword("null"); break;
      case Kind::text:
        type_keyword("string");
        text_keywords(type);
        break;
      case Kind::number: type_keyword("number"); break;
      case Kind::string: type_keyword("string"); break;
      case Kind::enumeration:
        type_keyword("string");
        if (type.literal && type.enumerators.size() == 1) {
          key("const");
          put_string(type.enumerators[0].name);
          break;
        }
        names_of(type);
        break;
      case Kind::list:
      case Kind::set:
        type_keyword("array");
        key("items");
        value(*type.element);
        break;
      case Kind::map:
        type_keyword("object");
        key("additionalProperties");
        value(*type.element);
        if (type.key) names_keyword(*type.key);
        break;
      case Kind::tuple: tuple_keywords(type); break;
      case Kind::any: allowed_keyword(type); break;
    }
    description(type, true, annotation);
    rule_keywords(type, rules);
    note_keywords(type, annotation);
  }

  constexpr void union_keywords(const TypeInfo& type, const Annotation& annotation, const Rules& rules) {
    bool or_null = false;
    key("anyOf");
    put("[");
    bool first = true;
    alternatives(type, rules, !tag_.empty() && count_objects(type) > 1 ? tag_ : std::string_view(), first, or_null);
    if (or_null) {
      if (!first) put(",");
      put(R"({"type":"null"})");
    }
    put("]");
    description(type, type.kind == Kind::variant, annotation);
    note_keywords(type, annotation);
  }

  /// What is inside all optionals and variants; null is told apart, to come last and once.
  constexpr void alternatives(const TypeInfo& type, const Rules& rules, std::string_view tag, bool& first, bool& null) {
    if (size() > max_schema_size) return;
    switch (type.kind) {
      case Kind::optional:
        null = null || is_nullable(type);
        return alternatives(*type.element, rules, tag, first, null);
      case Kind::variant:
        for (const TypeRef& alternative : type.elements)
          if (!alternative->rest) alternatives(*alternative, Rules{}, tag, first, null);
        return;
      case Kind::null: null = true; return;
      default: break;
    }
    if (!first) put(",");
    first = false;
    begin();
    if (type.kind == Kind::object && !tag.empty())
      reference_keywords(type, no_annotation, tag);
    else
      value_keywords(type, no_annotation, rules.any() ? rules : rules_of(type));
    end();
  }

  constexpr void tuple_keywords(const TypeInfo& type) {
    bool homogeneous = !type.elements.empty();
    for (const TypeRef& element : type.elements) homogeneous = homogeneous && &*element == &*type.elements[0];
    type_keyword("array");
    if (homogeneous) {
      key("items");
      value(*type.elements[0]);
    } else {
      key("prefixItems");
      put("[");
      for (std::size_t i = 0; i < type.elements.size(); ++i) {
        if (i != 0) put(",");
        value(*type.elements[i]);
      }
      put("]");
    }
    count("minItems", type.elements.size(), Rules::unlimited);
    count("maxItems", type.elements.size(), Rules::unlimited);
  }

  constexpr void reference_keywords(const TypeInfo& type, const Annotation& annotation, std::string_view tag) {
    if (is_inline(type))
      return object_keywords(type, annotation.description.empty() ? type.description : annotation.description, tag);
    const std::size_t definition = definition_of(type, tag);
    key("$ref");
    put("\"#/$defs/");
    put_definition_name(definition);
    put("\"");
    description(type, false, annotation);
    note_keywords(type, annotation);
  }

  constexpr void object_keywords(const TypeInfo& type, std::string_view words, std::string_view tag) {
    const std::string_view outer_tag = tag_;
    tag_ = {};
    type_keyword("object");
    if (!type.title.empty()) {
      key("title");
      put_string(type.title);
    }
    Description text(*this);
    text.add(words);
    text.close();
    key("properties");
    begin();
    if (!tag.empty()) {
      put_string(tag);
      put(R"(:{"type":"string","const":)");
      put_string(type.name);
      put("}");
      first_ = false;
    }
    for (const FieldInfo& field : type.fields) {
      put(first_ ? "" : ",");
      put_string(field.key);
      put(":");
      field_value(field);
    }
    end();
    bool any = false;
    const auto require = [&](std::string_view name) {
      if (any)
        put(",");
      else
        key("required"), put("[");
      any = true;
      put_string(name);
    };
    if (!tag.empty()) require(tag);
    for (const FieldInfo& field : type.fields)
      if (!field.may_be_left_out()) require(field.key);
    if (any) put("]");
    if (type.element) {
      key("additionalProperties");
      value(*type.element);
    } else if (type.forbid_extra) {
      key("additionalProperties");
      put("false");
    }
    property_counts(rules_of(type));
    tag_ = outer_tag;
  }

  constexpr void field_value(const FieldInfo& field) {
    const Annotation& annotation = *field.annotation;
    const Rules& rules = annotation.rules.any() ? annotation.rules : rules_of(inside(*field.type));
    tag_ = annotation.tag;
    begin();
    value_keywords(*field.type, annotation, rules);
    end();
    tag_ = {};
  }

  std::string_view tag_;  // of the variants inside the current field
  std::vector<Definition> definitions_;
};

}  // namespace instructor::detail
