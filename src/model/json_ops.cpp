#include "model/json_ops.hpp"

#include <nlohmann/json.hpp>

#include "instructor/json.hpp"

namespace instructor::core {

namespace {

Json& json(void* value) { return *static_cast<Json*>(value); }
const Json& json(const void* value) { return *static_cast<const Json*>(value); }

}  // namespace

const ListOps json_list_ops{
    .clear = [](void* list) { json(list) = Json::array(); },
    .append = [](void* list) -> void* {
      json(list).push_back(nullptr);
      return &json(list).back();
    },
    .size = [](const void* list) { return json(list).size(); },
    .each =
        [](const void* list, void* context, void (*visit)(void*, const void*)) {
          for (const Json& element : json(list)) visit(context, &element);
        },
};

/// null is the empty optional; a value stands for itself.
const OptionalOps json_optional_ops{
    .emplace = [](void* optional) { return optional; },
    .reset = [](void* optional) { json(optional) = nullptr; },
    .get = [](const void* optional) -> const void* { return json(optional).is_null() ? nullptr : optional; },
};

const TupleOps json_tuple_ops{
    .at = [](void* tuple, std::size_t index) -> void* {
      Json& list = json(tuple);
      while (list.size() <= index) list.push_back(nullptr);
      return &list[index];
    },
};

}  // namespace instructor::core
