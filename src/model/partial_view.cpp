// Live views: where a part of a value lies, how much of it has arrived, and its JSON text.

#include "instructor/detail/partial_view.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>

#include <nlohmann/json.hpp>

#include "instructor/codec.hpp"
#include "instructor/json.hpp"
#include "json/text.hpp"
#include "model/decode.hpp"
#include "model/encode.hpp"
#include "model/walk.hpp"

namespace instructor {

namespace detail {

namespace {

using core::FieldPlan;
using core::Plan;

const FieldPlan* field_with_offset(const Plan& plan, std::size_t offset) {
  const auto found = std::ranges::find(plan.fields, offset, &FieldPlan::offset);
  return found == plan.fields.end() ? nullptr : &*found;
}

/// Goes inside optionals and variants.
void enter(LivePlace& place, const Plan* plan, const void* address) {
  const core::Held held = core::held_in(*plan, address);
  place.plan = held.plan;
  place.address = held.address;
}

/// Values that are kept as Json do not know which alternative of a variant they are: the decoder does.
LivePlace settled(LivePlace place) {
  if (place.open)
    place.plan = place.decoder->frame(place.frame).slot.plan;
  else if (place.absences != nullptr)
    place.plan = place.absences->plan;
  return place;
}

FieldState state_of(const LivePlace& object, const FieldPlan& field) {
  const auto number = static_cast<std::size_t>(&field - object.plan->fields.data());
  if (object.state == FieldState::absent) return FieldState::absent;
  if (object.open) return object.decoder->field_state_in_frame(object.frame, field);
  if (object.absences == nullptr) return FieldState::complete;
  return object.absences->has_arrived(number) ? object.absences->state_of(number) : FieldState::absent;
}

LivePlace place_of(const LivePlace& object, const FieldPlan& field) {
  LivePlace place;
  place.decoder = object.decoder;
  place.state = state_of(object, field);
  enter(place, field.plan,
        object.address == nullptr ? nullptr : static_cast<const char*>(object.address) + field.offset);
  const auto number = static_cast<std::size_t>(&field - object.plan->fields.data());
  if (object.open) {
    const core::Frame& frame = object.decoder->frame(object.frame);
    place.open = place.state == FieldState::growing && frame.has_key && frame.field == &field &&
                 object.decoder->depth() > object.frame + 1;
    place.frame = object.frame + 1;
    if (!place.open && frame.absences != nullptr) place.absences = frame.absences->of(number);
  } else if (object.absences != nullptr) {
    place.absences = object.absences->of(number);
  }
  return settled(place);
}

LivePlace inside_of(const LivePlace& container, std::size_t index, const std::string_view* key, const void* address,
                    const Plan* plan) {
  LivePlace place;
  place.decoder = container.decoder;
  enter(place, plan, address);
  if (address == nullptr || container.state == FieldState::absent) return place;
  const core::Absences* absences = container.absences;
  if (container.open) {
    const core::DecodeHandler& decoder = *container.decoder;
    place.state = decoder.state_in_frame(container.frame, index, key);
    place.open = place.state == FieldState::growing && decoder.depth() > container.frame + 1 &&
                 decoder.is_current(container.frame, index, key);
    place.frame = container.frame + 1;
    absences = decoder.frame(container.frame).absences.get();
  } else {
    if (absences == nullptr)
      place.state = FieldState::complete;
    else
      place.state = key != nullptr ? absences->state_of(*key) : absences->state_of(index);
  }
  if (!place.open && absences != nullptr) place.absences = key != nullptr ? absences->of(*key) : absences->of(index);
  return settled(place);
}

const Plan& any_plan() { return core::plan_of(type_of<Json>()); }

const Plan* item_plan(const Plan& plan, std::size_t index) {
  if (plan.kind == Kind::tuple) return index < plan.elements.size() ? plan.elements[index] : nullptr;
  return plan.element != nullptr ? plan.element : &any_plan();
}

}  // namespace

LivePlace field_at(const LivePlace& object, std::size_t offset) {
  const FieldPlan* const field = field_with_offset(*object.plan, offset);
  return field == nullptr ? LivePlace() : place_of(object, *field);
}

FieldState field_state(const LivePlace& object, std::size_t offset) {
  const FieldPlan* const field = field_with_offset(*object.plan, offset);
  return field == nullptr ? FieldState::absent : state_of(object, *field);
}

LivePlace item_at(const LivePlace& list, std::size_t index, const void* address) {
  const Plan* const plan = item_plan(*list.plan, index);
  return plan == nullptr ? LivePlace() : inside_of(list, index, nullptr, address, plan);
}

LivePlace entry_at(const LivePlace& map, std::string_view key, const void* address) {
  return inside_of(map, 0, &key, address, item_plan(*map.plan, 0));
}

namespace {

/// The items of a container, one after the other.
template <class Visit>
void each_item(const LivePlace& list, Visit visit) {
  struct Context {
    const LivePlace& list;
    Visit& visit;
    std::size_t index = 0;
  } context{list, visit};
  const auto take = [](void* opaque, const void* address) {
    auto& c = *static_cast<Context*>(opaque);
    c.visit(c.index, item_at(c.list, c.index, address));
    ++c.index;
  };
  const TypeInfo& info = *list.plan->info;
  if (list.plan->storage == Storage::json || list.plan->kind == Kind::any) {
    for (const Json& item : *static_cast<const Json*>(list.address)) take(&context, &item);
  } else if (list.plan->kind == Kind::tuple) {
    for (std::size_t i = 0; i < list.plan->elements.size(); ++i)
      take(&context, info.tuple->at(const_cast<void*>(list.address), i));
  } else if (info.list != nullptr) {
    info.list->each(list.address, &context, take);
  } else if (info.set != nullptr) {
    info.set->each(list.address, &context, take);
  }
}

/// The entries of an object or a map, by key.
template <class Visit>
void each_entry(const LivePlace& map, Visit visit) {
  const Plan& plan = *map.plan;
  if (plan.storage == Storage::json) {
    for (const auto& [key, value] : static_cast<const Json*>(map.address)->items()) {
      const FieldPlan* const field = plan.kind == Kind::object ? plan.find(key) : nullptr;
      if (field == nullptr) {
        visit(std::string_view(key), entry_at(map, key, &value));
      } else {
        LivePlace place = place_of(map, *field);
        enter(place, field->plan, &value);
        visit(std::string_view(key), settled(place));
      }
    }
  } else if (plan.kind == Kind::object) {
    for (const FieldPlan& field : plan.fields) visit(field.key, place_of(map, field));
  } else {
    struct Context {
      const LivePlace& map;
      Visit& visit;
    } context{map, visit};
    plan.info->map->each(map.address, &context, [](void* opaque, std::string_view key, const void* address) {
      auto& c = *static_cast<Context*>(opaque);
      c.visit(key, entry_at(c.map, key, address));
    });
  }
}

enum class Shape : std::uint8_t { scalar, array, object };

Shape shape_of(const LivePlace& place) {
  if (place.address == nullptr) return Shape::scalar;
  if (place.plan->storage == Storage::json) {
    const Json& json = *static_cast<const Json*>(place.address);
    return json.is_object() ? Shape::object : json.is_array() ? Shape::array : Shape::scalar;
  }
  switch (place.plan->kind) {
    case Kind::object:
    case Kind::map: return Shape::object;
    case Kind::list:
    case Kind::set:
    case Kind::tuple: return Shape::array;
    default: return Shape::scalar;
  }
}

void write_arrived(const LivePlace& place, std::string& out) {
  if (place.address == nullptr) {
    out += "null";
    return;
  }
  bool first = true;
  const auto separate = [&] {
    if (!first) out += ',';
    first = false;
  };
  switch (shape_of(place)) {
    case Shape::scalar: core::encode(*place.plan, place.address, out); break;
    case Shape::array:
      out += '[';
      each_item(place, [&](std::size_t, const LivePlace& item) {
        if (item.state == FieldState::absent) return;
        separate();
        write_arrived(item, out);
      });
      out += ']';
      break;
    case Shape::object:
      out += '{';
      if (!place.plan->tag.empty()) {
        separate();
        json::append_string(out, place.plan->tag);
        out += ':';
        json::append_string(out, place.plan->info->name);
      }
      each_entry(place, [&](std::string_view key, const LivePlace& entry) {
        if (entry.state == FieldState::absent) return;
        separate();
        json::append_string(out, key);
        out += ':';
        write_arrived(entry, out);
      });
      out += '}';
      break;
  }
}

std::optional<std::size_t> as_index(std::string_view text) {
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), index);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return index;
}

}  // namespace

LivePlace entry_at_key(const LivePlace& object, std::string_view key) {
  LivePlace found;
  if (object.address == nullptr || shape_of(object) != Shape::object) return found;
  each_entry(object, [&](std::string_view name, const LivePlace& entry) {
    if (name == key) found = entry;
  });
  return found;
}

FieldState state_at(const LivePlace& place, std::string_view pointer) {
  LivePlace at = place;
  while (!pointer.empty() && at.state != FieldState::absent) {
    if (pointer.front() != '/') return FieldState::absent;
    const std::string segment = json::take_segment(pointer);
    LivePlace next;
    if (shape_of(at) == Shape::object) {
      next = entry_at_key(at, segment);
    } else if (const auto wanted = as_index(segment); wanted && shape_of(at) == Shape::array) {
      each_item(at, [&](std::size_t index, const LivePlace& item) {
        if (index == *wanted) next = item;
      });
    }
    at = next;
  }
  return at.state;
}

std::string arrived_json(const LivePlace& place, int indent) {
  std::string out;
  if (place.state == FieldState::absent) return out;
  write_arrived(place, out);
  if (indent < 0) return out;
  DecodeOptions options;
  options.max_depth = static_cast<std::size_t>(-1);
  const std::expected<Json, Issues> json = decode<Json>(out, options);
  return json ? encode(*json, indent) : out;
}

}  // namespace detail
}  // namespace instructor
