#include "instructor/model_builder.hpp"

#include <utility>

#include <nlohmann/json.hpp>

#include "model/json_values.hpp"

#include "model/type_node.hpp"

namespace instructor::type {

namespace {

using Form = core::TypeNode::Form;

std::shared_ptr<const Json> shared(Json json) { return std::make_shared<const Json>(std::move(json)); }

Json json_of(const Number& number) {
  switch (number.form) {
    case Number::Form::signed_integer: return number.signed_value;
    case Number::Form::unsigned_integer: return number.unsigned_value;
    case Number::Form::floating: return number.floating_value;
    case Number::Form::none: break;
  }
  return nullptr;
}

std::unique_ptr<Type::Node> make(Form form, std::string_view type) {
  auto node = std::make_unique<Type::Node>();
  node->body.form = form;
  node->body.type = type;
  return node;
}

}  // namespace

Value::Value(std::nullptr_t) : json_(shared(nullptr)) {}
Value::Value(const char* text) : json_(shared(text)) {}
Value::Value(const std::string& text) : json_(shared(text)) {}
Value::Value(std::string_view text) : json_(shared(text)) {}
Value::Value(const Number& number) : json_(shared(json_of(number))) {}
Value::Value(Word word) : json_(shared(word == Word::yes)) {}

std::shared_ptr<const Json> Value::copy(const Json& json) { return shared(json); }

// ---- what is said of types ---------------------------------------------------------------------------------------

Type::Type(std::unique_ptr<Node>&& node) : node_(std::move(node)) {}
Type::Type(const Type& other) : node_(std::make_unique<Node>(*other.node_)) {}
Type::Type(Type&& other) noexcept = default;
Type& Type::operator=(const Type& other) {
  if (this != &other) node_ = std::make_unique<Node>(*other.node_);
  return *this;
}
Type& Type::operator=(Type&& other) noexcept = default;
Type::~Type() = default;

void Type::set_name(std::string name) { node_->body.name = std::move(name); }
void Type::set_description(std::string text) { node_->body.description = std::move(text); }
void Type::set_title(std::string text) { node_->body.title = std::move(text); }
void Type::set_nullable() { node_->nullable = true; }
void Type::set_default(const Value& value) { node_->default_value = value.json(); }
void Type::add_example(const Value& value) { node_->examples.push_back(value.json()); }
void Type::set_rule(std::string_view keyword, const Value& value) {
  node_->body.rules[std::string(keyword)] = value.json();
}
void Type::set_keys(const Type& keys) { node_->body.keys = keys.shared_node(); }
void Type::close() { node_->body.closed = true; }
void Type::add_field(std::string key, const Type& type, std::string description, bool optional) {
  node_->body.fields.push_back({std::move(key), type.shared_node(), std::move(description), optional});
}

std::shared_ptr<const Type::Node> Type::shared_node() const { return std::make_shared<const Node>(*node_); }

std::string Type::schema() const { return core::text_of(core::schema_of(*node_, {})); }

DynamicModel Type::build(const SchemaOptions& options) const {
  SchemaOptions named = options;
  if (!node_->body.name.empty()) named.name(node_->body.name);
  return DynamicModel::from_json_schema(core::schema_of(*node_, options), named);
}

// ---- types -------------------------------------------------------------------------------------------------------

StringType string() { return StringType(make(Form::plain, "string")); }
NumberType integer() { return NumberType(make(Form::plain, "integer")); }
NumberType number() { return NumberType(make(Form::plain, "number")); }
PlainType boolean() { return PlainType(make(Form::plain, "boolean")); }
PlainType null() { return PlainType(make(Form::plain, "null")); }
PlainType any() { return PlainType(make(Form::plain, "")); }

PlainType one_of(std::initializer_list<Value> values) { return one_of(std::vector<Value>(values)); }

PlainType one_of(const std::vector<Value>& values) {
  auto node = make(Form::choice, "");
  for (const Value& value : values) node->body.values.push_back(value.json());
  return PlainType(std::move(node));
}

PlainType constant(const Value& value) {
  auto node = make(Form::constant, "");
  node->body.values.push_back(value.json());
  return PlainType(std::move(node));
}

ListType list(const Type& items) {
  auto node = make(Form::list, "array");
  node->body.inner.push_back(items.shared_node());
  return ListType(std::move(node));
}

ListType set(const Type& items) { return std::move(list(items).unique()); }

MapType map(const Type& values) {
  auto node = make(Form::map, "object");
  node->body.inner.push_back(values.shared_node());
  return MapType(std::move(node));
}

PlainType tuple(const std::vector<Type>& items) {
  auto node = make(Form::tuple, "array");
  for (const Type& item : items) node->body.inner.push_back(item.shared_node());
  return PlainType(std::move(node));
}

ObjectType object(std::string name, std::string description) {
  auto node = make(Form::object, "object");
  node->body.name = std::move(name);
  node->body.description = std::move(description);
  return ObjectType(std::move(node));
}

PlainType any_of(const std::vector<Type>& types) {
  auto node = make(Form::alternatives, "");
  for (const Type& each : types) node->body.inner.push_back(each.shared_node());
  return PlainType(std::move(node));
}

PlainType reference(std::string name) {
  auto node = make(Form::reference, "");
  node->body.target = std::move(name);
  return PlainType(std::move(node));
}

}  // namespace instructor::type
