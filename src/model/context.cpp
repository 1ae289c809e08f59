#include "instructor/context.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "instructor/codec.hpp"
#include "instructor/error.hpp"

namespace instructor {

namespace {

constexpr std::string_view how_to_give = " and pass it with Request::context or DecodeOptions::context";

std::string quoted(std::string_view name) { return "\"" + std::string(name) + "\""; }

}  // namespace

Context& Context::set(std::string_view name, const Json& value) {
  auto json = std::make_shared<const Json>(value);
  const auto known = std::ranges::find(values_, name, &Value::name);
  if (known != values_.end())
    known->json = std::move(json);
  else
    values_.push_back({std::string(name), std::move(json)});
  return *this;
}

Context& Context::set_text(std::string_view name, std::string_view text) { return set(name, Json(text)); }

const Json* Context::find(std::string_view name) const {
  const auto known = std::ranges::find(values_, name, &Value::name);
  return known == values_.end() ? nullptr : known->json.get();
}

const Json& Context::operator[](std::string_view name) const {
  if (const Json* const value = find(name)) return *value;
  throw Error(ErrorCode::missing_context, "the call's context has no value " + quoted(name) +
                                              "; set it with Context::set(" + quoted(name) + ", ...)" +
                                              std::string(how_to_give));
}

const std::string& Context::text(std::string_view name) const {
  const Json& value = (*this)[name];
  if (const auto* const text = value.get_ptr<const std::string*>()) return *text;
  throw Error(ErrorCode::missing_context, "the value " + quoted(name) +
                                              " of the call's context is to be a text and is " + value.type_name() +
                                              "; read it with context[" + quoted(name) + "], or set a text");
}

std::string Context::named_values() const {
  Json object = Json::object();
  for (const Value& value : values_) object[value.name] = *value.json;
  return encode(object);
}

void Context::put(const void* type, std::shared_ptr<const void> object) {
  const auto known = std::ranges::find(objects_, type, &Object::type);
  if (known != objects_.end())
    known->held = std::move(object);
  else
    objects_.push_back({type, std::move(object)});
}

const void* Context::object_at(const void* type) const {
  const auto known = std::ranges::find(objects_, type, &Object::type);
  return known == objects_.end() ? nullptr : known->held.get();
}

void Context::missing_object(std::string_view type) {
  throw Error(ErrorCode::missing_context, "the call's context has no " + std::string(type) +
                                              "; set one with Context::set(" + std::string(type) + "(...))" +
                                              std::string(how_to_give));
}

Context& Context::add_missing(const Context& others) {
  for (const Value& value : others.values_)
    if (find(value.name) == nullptr) values_.push_back(value);
  for (const Object& object : others.objects_)
    if (object_at(object.type) == nullptr) objects_.push_back(object);
  return *this;
}

}  // namespace instructor
