#pragma once

// Run-time models made by hand.
//
//   using namespace instructor;
//
//   const DynamicModel ticket = type::object("Ticket", "A support ticket")
//       .field("subject", type::string().min_length(3), "What it is about")
//       .field("priority", type::one_of({"low", "high"}).default_value("low"))
//       .field("tags", type::list(type::string()).max_items(5))
//       .field("customer", type::object("Customer").field("name", type::string()))
//       .optional_field("note", type::string())
//       .build();
//
// What is known only to the running program becomes fields in a loop:
//
//   auto form = type::object("Form");
//   for (const Question& question : questions) form.field(question.key, type::string(), question.text);
//   Json answers = client.create(form.build(), "...");
//
// A type is a value: copies are cheap and independent of each other. Any number of threads may read one; while one
// thread changes it no other may use it. A type that has a name (that of an object is given first) is written once and
// referred to; `type::reference` stands for it where it holds itself, or comes up again.
//
// The builder writes a JSON Schema, and the model is the one that `DynamicModel::from_json_schema` makes of it. Unlike
// there, contradictions are refused: a default that is not valid, limits that leave nothing, a field that comes twice.

#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "instructor/dynamic.hpp"
#include "instructor/json.hpp"
#include "instructor/types.hpp"

namespace instructor::type {

/// A JSON value: a constant, a default or an example. Made of a text, a number, true or false, nullptr, or Json.
class Value {
 public:
  Value(std::nullptr_t);           // NOLINT(google-explicit-constructor)
  Value(const char* text);         // NOLINT(google-explicit-constructor)
  Value(const std::string& text);  // NOLINT(google-explicit-constructor)
  Value(std::string_view text);    // NOLINT(google-explicit-constructor)
  template <std::same_as<bool> Flag>
  Value(Flag flag) : Value(flag ? Word::yes : Word::no) {}  // NOLINT(google-explicit-constructor)
  template <class N>
    requires(std::is_arithmetic_v<N> && !std::same_as<N, bool> && !std::same_as<N, char>)
  Value(N number) : Value(Number(number)) {}  // NOLINT(google-explicit-constructor)
  Value(const Number& number);                // NOLINT(google-explicit-constructor)
  template <std::same_as<Json> Any>
  Value(const Any& json) : json_(copy(json)) {}  // NOLINT(google-explicit-constructor)

  const Json& json() const { return *json_; }

 private:
  enum class Word : bool { no, yes };
  explicit Value(Word word);
  static std::shared_ptr<const Json> copy(const Json& json);

  std::shared_ptr<const Json> json_;
};

/// Any type; what others are made of.
class Type {
 public:
  struct Node;
  explicit Type(std::unique_ptr<Node>&& node);
  Type(const Type& other);
  Type(Type&& other) noexcept;
  Type& operator=(const Type& other);
  Type& operator=(Type&& other) noexcept;
  ~Type();

  /// The model. It is called what the type is called, and otherwise as the options say. Throws Error (`invalid_model`)
  /// when there is no such model; the message has the path of the value, with `*` for all items or keys.
  DynamicModel build(const SchemaOptions& options = {}) const;

  /// The JSON Schema that the model is made of, as compact text. Throws Error as `build`.
  std::string schema() const;

  /// For types that hold this one.
  std::shared_ptr<const Node> shared_node() const;

 protected:
  void set_name(std::string name);
  void set_description(std::string text);
  void set_title(std::string text);
  void set_nullable();
  void set_default(const Value& value);
  void add_example(const Value& value);
  void set_rule(std::string_view keyword, const Value& value);
  void set_keys(const Type& keys);
  void close();
  void add_field(std::string key, const Type& type, std::string description, bool optional);

 private:
  std::unique_ptr<Node> node_;
};

/// What can be said of every type.
template <class Self>
class Described : public Type {
 public:
  /// What the language model reads.
  Self& description(std::string text) { return set_description(std::move(text)), self(); }
  /// Of an object or a field.
  Self& title(std::string text) { return set_title(std::move(text)), self(); }
  /// Letters, digits, - and _. The type is then written once, and may be referred to.
  Self& name(std::string text) { return set_name(std::move(text)), self(); }
  /// null as well.
  Self& nullable() { return set_nullable(), self(); }
  /// Of a field: it may be left out, and then is this.
  Self& default_value(const Value& value) { return set_default(value), self(); }
  /// Of a field; up to four.
  Self& example(const Value& value) { return add_example(value), self(); }

 protected:
  Self& rule(std::string_view keyword, const Value& value) { return set_rule(keyword, value), self(); }

 private:
  friend Self;
  explicit Described(std::unique_ptr<Node>&& node) : Type(std::move(node)) {}

  Self& self() { return static_cast<Self&>(*this); }
};

/// A type without rules of its own.
class PlainType : public Described<PlainType> {
 public:
  explicit PlainType(std::unique_ptr<Node>&& node) : Described(std::move(node)) {}
};

class StringType : public Described<StringType> {
 public:
  explicit StringType(std::unique_ptr<Node>&& node) : Described(std::move(node)) {}

  /// In Unicode code points.
  StringType& min_length(std::size_t count) { return rule("minLength", count); }
  StringType& max_length(std::size_t count) { return rule("maxLength", count); }
  /// A regular expression (ECMA-262) that matches somewhere; anchor it with `^` and `$`.
  StringType& pattern(std::string_view expression) { return rule("pattern", expression); }
  /// As `date`, `email`. Told to the language model; checked with SchemaOptions::check_formats.
  StringType& format(std::string_view name) { return rule("format", name); }
};

class NumberType : public Described<NumberType> {
 public:
  explicit NumberType(std::unique_ptr<Node>&& node) : Described(std::move(node)) {}

  NumberType& ge(const Number& limit) { return rule("minimum", limit); }
  NumberType& gt(const Number& limit) { return rule("exclusiveMinimum", limit); }
  NumberType& le(const Number& limit) { return rule("maximum", limit); }
  NumberType& lt(const Number& limit) { return rule("exclusiveMaximum", limit); }
  NumberType& multiple_of(const Number& step) { return rule("multipleOf", step); }
};

class ListType : public Described<ListType> {
 public:
  explicit ListType(std::unique_ptr<Node>&& node) : Described(std::move(node)) {}

  ListType& min_items(std::size_t count) { return rule("minItems", count); }
  ListType& max_items(std::size_t count) { return rule("maxItems", count); }
  /// No item twice.
  ListType& unique() { return rule("uniqueItems", true); }
};

class MapType : public Described<MapType> {
 public:
  explicit MapType(std::unique_ptr<Node>&& node) : Described(std::move(node)) {}

  MapType& min_items(std::size_t count) { return rule("minProperties", count); }
  MapType& max_items(std::size_t count) { return rule("maxProperties", count); }
  /// What keys must be: a string with rules, or `one_of`.
  MapType& keys(const Type& type) { return set_keys(type), *this; }
};

class ObjectType : public Described<ObjectType> {
 public:
  explicit ObjectType(std::unique_ptr<Node>&& node) : Described(std::move(node)) {}

  /// A field that must be there, unless the type has a default. Fields come in this order. The description is the
  /// field's; that of its type is told as well.
  ObjectType& field(std::string key, const Type& type, std::string description = {}) {
    return add_field(std::move(key), type, std::move(description), false), *this;
  }
  /// A field that may be left out.
  ObjectType& optional_field(std::string key, const Type& type, std::string description = {}) {
    return add_field(std::move(key), type, std::move(description), true), *this;
  }
  /// Keys that are no fields are an issue; without it they are kept.
  ObjectType& forbid_extra() { return close(), *this; }
};

// ---- types -------------------------------------------------------------------------------------------------------

StringType string();
NumberType integer();
NumberType number();
PlainType boolean();
PlainType null();
/// Any JSON value.
PlainType any();

/// One of these values, of any types.
PlainType one_of(std::initializer_list<Value> values);
PlainType one_of(const std::vector<Value>& values);
template <class T>
PlainType one_of(const std::vector<T>& values) {
  return one_of(std::vector<Value>(values.begin(), values.end()));
}
/// Always this.
PlainType constant(const Value& value);

ListType list(const Type& items);
/// A list with no item twice.
ListType set(const Type& items);
/// An object with free keys.
MapType map(const Type& values);
/// A list of exactly these.
PlainType tuple(const std::vector<Type>& items);
ObjectType object(std::string name = {}, std::string description = {});

/// A value of one of these types.
PlainType any_of(const std::vector<Type>& types);
/// The type of this name, which stands elsewhere in the model.
PlainType reference(std::string name);

}  // namespace instructor::type
