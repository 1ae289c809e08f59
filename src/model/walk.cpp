#include "model/walk.hpp"

#include <cmath>
#include <cstring>
#include <limits>
#include <utility>

#include <nlohmann/json.hpp>

#include "instructor/error.hpp"
#include "instructor/json.hpp"
#include "json/numbers.hpp"
#include "model/choices.hpp"
#include "model/encode.hpp"
#include "model/words.hpp"

namespace instructor::core {

namespace {

template <class N>
Number load_as(const void* address) {
  N value;
  std::memcpy(&value, address, sizeof value);
  return value;
}

template <class N>
bool store_as(void* address, const Number& number) {
  const bool is_signed = number.form == Number::Form::signed_integer;
  if (is_signed ? !std::in_range<N>(number.signed_value) : !std::in_range<N>(number.unsigned_value)) return false;
  const auto value = is_signed ? static_cast<N>(number.signed_value) : static_cast<N>(number.unsigned_value);
  std::memcpy(address, &value, sizeof value);
  return true;
}

}  // namespace

Number load_integer(Storage storage, const void* address) {
  switch (storage) {
    case Storage::int8: return load_as<std::int8_t>(address);
    case Storage::int16: return load_as<std::int16_t>(address);
    case Storage::int32: return load_as<std::int32_t>(address);
    case Storage::int64: return load_as<std::int64_t>(address);
    case Storage::uint8: return load_as<std::uint8_t>(address);
    case Storage::uint16: return load_as<std::uint16_t>(address);
    case Storage::uint32: return load_as<std::uint32_t>(address);
    case Storage::uint64: return load_as<std::uint64_t>(address);
    default: return {};
  }
}

bool store_integer(Storage storage, void* address, const Number& value) {
  switch (storage) {
    case Storage::int8: return store_as<std::int8_t>(address, value);
    case Storage::int16: return store_as<std::int16_t>(address, value);
    case Storage::int32: return store_as<std::int32_t>(address, value);
    case Storage::int64: return store_as<std::int64_t>(address, value);
    case Storage::uint8: return store_as<std::uint8_t>(address, value);
    case Storage::uint16: return store_as<std::uint16_t>(address, value);
    case Storage::uint32: return store_as<std::uint32_t>(address, value);
    case Storage::uint64: return store_as<std::uint64_t>(address, value);
    case Storage::json:  // as Json::parse does: unsigned unless negative
      if (value.form == Number::Form::signed_integer && value.signed_value < 0)
        *static_cast<Json*>(address) = value.signed_value;
      else
        *static_cast<Json*>(address) = value.form == Number::Form::signed_integer
                                           ? static_cast<std::uint64_t>(value.signed_value)
                                           : value.unsigned_value;
      return true;
    default: return false;
  }
}

double load_number(Storage storage, const void* address) {
  if (storage == Storage::float32) {
    float value = 0;
    std::memcpy(&value, address, sizeof value);
    return static_cast<double>(value);
  }
  double value = 0;
  std::memcpy(&value, address, sizeof value);
  return value;
}

bool store_number(Storage storage, void* address, double value) {
  if (storage == Storage::float32) {
    const float narrow = static_cast<float>(value);
    if (!std::isfinite(narrow)) return false;
    std::memcpy(address, &narrow, sizeof narrow);
  } else if (storage == Storage::json) {
    *static_cast<Json*>(address) = value;
  } else {
    std::memcpy(address, &value, sizeof value);
  }
  return true;
}

Number smallest(Storage storage) {
  switch (storage) {
    case Storage::int8: return std::numeric_limits<std::int8_t>::min();
    case Storage::int16: return std::numeric_limits<std::int16_t>::min();
    case Storage::int32: return std::numeric_limits<std::int32_t>::min();
    case Storage::uint8:
    case Storage::uint16:
    case Storage::uint32:
    case Storage::uint64: return 0;
    default: return std::numeric_limits<std::int64_t>::min();
  }
}

Number largest(Storage storage) {
  switch (storage) {
    case Storage::int8: return std::numeric_limits<std::int8_t>::max();
    case Storage::int16: return std::numeric_limits<std::int16_t>::max();
    case Storage::int32: return std::numeric_limits<std::int32_t>::max();
    case Storage::int64: return std::numeric_limits<std::int64_t>::max();
    case Storage::uint8: return std::numeric_limits<std::uint8_t>::max();
    case Storage::uint16: return std::numeric_limits<std::uint16_t>::max();
    case Storage::uint32: return std::numeric_limits<std::uint32_t>::max();
    default: return std::numeric_limits<std::uint64_t>::max();
  }
}

const Plan& inside(const Plan& plan) {
  const Plan* inner = &plan;
  while (inner->kind == Kind::optional) inner = inner->element;
  return *inner;
}

Held held_in(const Plan& plan, const void* address) {
  Held held{&plan, address};
  while (true) {
    if (held.plan->kind == Kind::optional) {
      if (held.address != nullptr) held.address = held.plan->info->optional->get(held.address);
      held.plan = held.plan->element;
    } else if (held.plan->kind == Kind::variant && held.plan->storage != Storage::json && held.address != nullptr) {
      const VariantOps& ops = *held.plan->info->variant;
      const std::size_t index = ops.index(held.address);
      if (index >= held.plan->elements.size()) return {held.plan, nullptr};
      held.address = ops.get(held.address);
      held.plan = held.plan->elements[index];
    } else {
      return held;
    }
  }
}

bool is_value_initialised(const Plan& plan, const void* address) {
  const TypeInfo& info = *plan.info;
  switch (plan.kind) {
    case Kind::boolean: return !*static_cast<const bool*>(address);
    case Kind::integer:
      // Of constants the first is the empty one.
      if (!info.allowed.empty()) return json::number_text(load_integer(plan.storage, address)) == info.allowed.front();
      [[fallthrough]];
    case Kind::enumeration: return json::compare(load_integer(plan.storage, address), 0) == 0;
    case Kind::number: return load_number(plan.storage, address) == 0;
    case Kind::string: return static_cast<const std::string*>(address)->empty();
    case Kind::optional: {
      const void* const held = info.optional->get(address);
      return held == nullptr || (!is_nullable(info) && is_value_initialised(*plan.element, held));
    }
    case Kind::list: return (info.list != nullptr ? info.list->size(address) : info.set->size(address)) == 0;
    case Kind::set: return info.set->size(address) == 0;
    case Kind::map: return info.map->size(address) == 0;
    case Kind::any: return static_cast<const Json*>(address)->is_null();
    case Kind::text: return info.text->is_empty(address);
    case Kind::null: return true;
    case Kind::variant:
      return info.variant->index(address) == 0 && is_value_initialised(*plan.elements[0], info.variant->get(address));
    case Kind::tuple:
      for (std::size_t i = 0; i < plan.elements.size(); ++i)
        if (!is_value_initialised(*plan.elements[i], info.tuple->at(const_cast<void*>(address), i))) return false;
      return true;
    case Kind::object: break;
  }
  struct Comparison {
    const Plan& plan;
    const void* value;
    bool equal = false;
  } comparison{plan, address};
  info.probe(&comparison, [](void* context, const Probe& fresh) {
    auto& c = *static_cast<Comparison*>(context);
    std::string ours;
    std::string theirs;
    encode(c.plan, c.value, ours);
    encode(c.plan, fresh.object, theirs);
    c.equal = ours == theirs;
  });
  return comparison.equal;
}

void fill_defaults(const Plan& outer, Json& value) {
  const Plan* plan = &inside(outer);
  if (plan->kind == Kind::variant) {
    // Where several alternatives take such a value it is not known which it is.
    const Shape shape = value.is_object() ? Shape::object : value.is_array() ? Shape::array : Shape::null;
    const std::vector<const Alternative*>& candidates = candidates_for(*plan, shape);
    if (candidates.size() != 1) return;
    plan = candidates.front()->plan;
  }
  if (value.is_array()) {
    std::size_t index = 0;
    for (Json& item : value) {
      const Plan* const element =
          plan->kind == Kind::tuple && index < plan->elements.size() ? plan->elements[index] : plan->element;
      ++index;
      if (element != nullptr) fill_defaults(*element, item);
    }
    return;
  }
  if (!value.is_object()) return;
  for (const auto& [key, inner] : value.items()) {
    const FieldPlan* const field = plan->kind == Kind::object ? plan->find(key) : nullptr;
    if (field != nullptr)
      fill_defaults(*field->plan, inner);
    else if (plan->element != nullptr)
      fill_defaults(*plan->element, inner);
  }
  for (const FieldPlan& field : plan->fields)
    if (field.default_value && !value.contains(field.key))
      assign_default(*field.plan, &value[std::string(field.key)], field.default_value);
}

namespace {

[[noreturn]] void refuse_default(const Constant& value, const std::string& expected) {
  throw Error(ErrorCode::invalid_model, "default_value(\"" + std::string(value.text) + "\") is not " + expected);
}

/// Of an enumerator; constants of a Literal are given by their text.
Number number_of(const Plan& plan, const Constant& value) {
  if (value.form != Constant::Form::string) return value.number;
  for (const Enumerator& enumerator : plan.info->enumerators)
    if (enumerator.name == value.text) return enumerator.value;
  refuse_default(value, expected_words(plan));
}

}  // namespace

void assign_default(const Plan& plan, void* address, const Constant& value) {
  if (plan.kind == Kind::optional) return assign_default(*plan.element, plan.info->optional->emplace(address), value);
  if (plan.storage == Storage::json) {
    auto& json = *static_cast<Json*>(address);
    switch (value.form) {
      case Constant::Form::boolean: json = value.boolean; break;
      case Constant::Form::string: json = std::string(value.text); break;
      case Constant::Form::json: json = Json::parse(value.text); break;
      case Constant::Form::number:
        if (value.number.form == Number::Form::floating)
          json = value.number.floating_value;
        else
          store_integer(Storage::json, address, value.number);
        break;
      case Constant::Form::none:
      case Constant::Form::null: json = nullptr; break;
    }
    return;
  }
  switch (plan.kind) {
    case Kind::boolean: *static_cast<bool*>(address) = value.boolean; break;
    case Kind::integer: store_integer(plan.storage, address, value.number); break;
    case Kind::enumeration: store_integer(plan.storage, address, number_of(plan, value)); break;
    case Kind::text:
      if (!plan.info->text->parse(address, value.text)) refuse_default(value, expected_words(plan));
      break;
    case Kind::number: store_number(plan.storage, address, json::to_double(value.number)); break;
    case Kind::string: static_cast<std::string*>(address)->assign(value.text); break;
    default: break;
  }
}

}  // namespace instructor::core
