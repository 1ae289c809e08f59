#pragma once

// Not API: see instructor/schema.hpp.
//
// The keywords of one value: what it is told to be for, and its limits. How values stand in one another is written by
// schema_writer.hpp.

#include <cstddef>
#include <string_view>

#include "instructor/detail/schema_text.hpp"
#include "instructor/types.hpp"

namespace instructor::detail {

class SchemaNotes : protected SchemaText {
 protected:
  using SchemaText::SchemaText;

  static constexpr const TypeInfo& inside(const TypeInfo& type) {
    const TypeInfo* inner = &type;
    while (inner->kind == Kind::optional) inner = &*inner->element;
    return *inner;
  }

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
    SchemaNotes& writer;
    bool open = false;
    bool ends_sentence = true;

    constexpr explicit Description(SchemaNotes& w) : writer(w) {}
    constexpr SchemaNotes& next() {
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

  constexpr void type_keyword(std::string_view name) {
    key("type");
    put("\"");
    put(name);
    put("\"");
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
};

}  // namespace instructor::detail
