#pragma once

// Not API: see instructor/schema.hpp.
//
// Writes the JSON Schema of a table into a buffer. The same code runs while compiling, for `schema<T>`, and at run
// time, for requests: two passes, the first one only counts. Dialects are made of what it writes, at run time.

#include <cstddef>
#include <string_view>
#include <vector>

#include "instructor/detail/schema_text.hpp"
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

class SchemaWriter : private SchemaText {
 public:
  /// Only counts.
  constexpr SchemaWriter() = default;
  /// Writes to `out`, which must be large enough.
  constexpr explicit SchemaWriter(char* out) : SchemaText(out) {}

  using SchemaText::size;

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

  // ---- constants -------------------------------------------------------------------------------------------------

  /// The name that stands for a constant of an enum, which travels as a number.
  static constexpr const Enumerator* enumerator_of(const Constant& constant, const TypeInfo& type) {
    for (const Enumerator& enumerator : inside(type).enumerators)
      if (constant.form == Constant::Form::number && enumerator.value == constant.number.signed_value)
        return &enumerator;
    return nullptr;
  }

  constexpr void put_constant(const Constant& constant, const TypeInfo& type) {
    if (const Enumerator* enumerator = enumerator_of(constant, type)) return put_string(enumerator->name);
    switch (constant.form) {
      case Constant::Form::none:
      case Constant::Form::null: put("null"); break;
      case Constant::Form::boolean: put(constant.boolean ? "true" : "false"); break;
      case Constant::Form::number: put_number(constant.number); break;
      case Constant::Form::string: put_string(constant.text); break;
      case Constant::Form::json: put(constant.text); break;
    }
  }

  // ---- descriptions ----------------------------------------------------------------------------------------------

  /// Opens the description before its first sentence, separates the next ones.
  struct Description {
    SchemaWriter& writer;
    bool open = false;
    bool ends_sentence = true;

    constexpr explicit Description(SchemaWriter& w) : writer(w) {}
    constexpr SchemaWriter& next() {
      if (open) {
        writer.put(ends_sentence ? " " : ". ");
      } else {
        writer.key("description");
        writer.put("\"");
        open = true;
      }
      ends_sentence = true;
      return writer;
    }
    constexpr void add(std::string_view words) {
      if (words.empty()) return;
      next().put_escaped(words);
      ends_sentence = words.ends_with('.') || words.ends_with('!') || words.ends_with('?') || words.ends_with(':');
    }
    constexpr void close() {
      if (open) writer.put("\"");
    }
  };

  constexpr void add_enumerators(Description& text, const TypeInfo& type) {
    bool first = true;
    for (const Enumerator& enumerator : type.enumerators) {
      if (enumerator.description.empty()) continue;
      if (first)
        text.next();
      else
        put("; ");
      first = false;
      put_escaped(enumerator.name);
      put(": ");
      put_escaped(enumerator.description);
    }
    if (!first) text.ends_sentence = false;
  }

  constexpr void add_keys(Description& text, const TypeInfo& key) {
    if (!says_nothing(key)) return;
    text.next().put("Keys: ");
    put_escaped(key.text->what);
    put(".");
  }

  /// Of the type itself when `own` is set; of the field when there is an annotation.
  constexpr void description(const TypeInfo& type, bool own, const Annotation& annotation) {
    Description text(*this);
    text.add(annotation.description);
    if (own) {
      if (needs_words(type)) {
        text.next().put("As text: ");
        put_escaped(type.text->what);
        put(", as ");
        put_escaped(type.text->example);
        put(".");
      }
      if (type.key) add_keys(text, *type.key);
      if (!text.open || type.kind == Kind::enumeration) text.add(type.description);
      add_enumerators(text, type);
    }
    text.close();
  }

  // ---- keywords --------------------------------------------------------------------------------------------------

  constexpr void limit(std::string_view keyword, const Number& number) {
    if (!number) return;
    key(keyword);
    put_number(number);
  }

  constexpr void count(std::string_view keyword, std::size_t number, std::size_t absent) {
    if (number == absent) return;
    key(keyword);
    put_unsigned(number);
  }

  static constexpr bool is_unsigned(Storage storage) { return storage >= Storage::uint8 && storage <= Storage::uint64; }

  constexpr void property_counts(const Rules& rules) {
    count("minProperties", rules.min_items, 0);
    count("maxProperties", rules.max_items, Rules::unlimited);
  }

  constexpr void rule_keywords(const TypeInfo& type, const Rules& rules) {
    switch (type.kind) {
      case Kind::integer:
      case Kind::number:
        if (is_unsigned(type.storage) && !rules.minimum && !rules.exclusive_minimum) limit("minimum", 0);
        limit("minimum", rules.minimum);
        limit("exclusiveMinimum", rules.exclusive_minimum);
        limit("maximum", rules.maximum);
        limit("exclusiveMaximum", rules.exclusive_maximum);
        limit("multipleOf", rules.multiple_of);
        break;
      case Kind::string:
      case Kind::text:
        count("minLength", rules.min_length, 0);
        count("maxLength", rules.max_length, Rules::unlimited);
        // A text's own pattern stands there already.
        if (!rules.pattern.empty() && (type.kind == Kind::string || type.text->pattern.empty())) {
          key("pattern");
          put_string(rules.pattern);
        }
        if (!rules.format.empty()) {
          key("format");
          put_string(rules.format);
        }
        break;
      case Kind::list:
      case Kind::set:
        count("minItems", rules.min_items, 0);
        count("maxItems", rules.max_items, Rules::unlimited);
        if (rules.unique || type.kind == Kind::set) {
          key("uniqueItems");
          put("true");
        }
        break;
      case Kind::map: property_counts(rules); break;
      default: break;
    }
  }

  constexpr void note_keywords(const TypeInfo& type, const Annotation& annotation) {
    if (!annotation.title.empty()) {
      key("title");
      put_string(annotation.title);
    }
    if (annotation.default_value) {
      key("default");
      put_constant(annotation.default_value, type);
    }
    if (annotation.example_count != 0) {
      key("examples");
      put("[");
      for (std::size_t i = 0; i < annotation.example_count; ++i) {
        if (i != 0) put(",");
        put_constant(annotation.examples[i], type);
      }
      put("]");
    }
  }

  // ---- values ----------------------------------------------------------------------------------------------------

  static constexpr const TypeInfo& inside(const TypeInfo& type) {
    const TypeInfo* inner = &type;
    while (inner->kind == Kind::optional) inner = &*inner->element;
    return *inner;
  }

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

  constexpr void type_keyword(std::string_view name) {
    key("type");
    put("\"");
    put(name);
    put("\"");
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

  constexpr void text_keywords(const TypeInfo& type) {
    if (!type.text->format.empty()) {
      key("format");
      put_string(type.text->format);
      if (type.text->format == "password") put(R"(,"writeOnly":true)");
    }
    if (!type.text->pattern.empty()) {
      key("pattern");
      put_string(type.text->pattern);
    }
  }

  /// What neither a format nor a pattern says.
  static constexpr bool needs_words(const TypeInfo& type) {
    return type.kind == Kind::text && type.text->format.empty() && type.text->pattern.empty() &&
           type.text->what != "string";
  }

  /// What the keys of a map may be.
  constexpr void names_keyword(const TypeInfo& names) {
    if (says_nothing(names)) return;
    key("propertyNames");
    begin();
    if (names.kind == Kind::enumeration) {
      names_of(names);
    } else if (names.kind == Kind::text) {
      text_keywords(names);
    } else {
      key("pattern");
      put_string(is_unsigned(names.storage) ? "^[0-9]+$" : "^-?[0-9]+$");
    }
    end();
  }

  static constexpr bool says_nothing(const TypeInfo& names) {
    return names.kind == Kind::text && names.text->format.empty() && names.text->pattern.empty();
  }

  constexpr void names_of(const TypeInfo& type) {
    key("enum");
    put("[");
    for (std::size_t i = 0; i < type.enumerators.size(); ++i) {
      if (i != 0) put(",");
      put_string(type.enumerators[i].name);
    }
    put("]");
  }

  constexpr void allowed_keyword(const TypeInfo& type) {
    if (type.allowed.empty()) return;
    if (type.literal && type.allowed.size() == 1) {
      key("const");
      return put(type.allowed[0]);
    }
    key("enum");
    put("[");
    for (std::size_t i = 0; i < type.allowed.size(); ++i) {
      if (i != 0) put(",");
      put(type.allowed[i]);
    }
    put("]");
  }

  /// One of several values, or null: rules belong to the value inside, texts to the whole.
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
