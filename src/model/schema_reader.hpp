#pragma once

// Reads a JSON Schema into tables.

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "instructor/json.hpp"
#include "instructor/types.hpp"

namespace instructor::core {

/// Everything that the tables of one run-time model point to. Containers that never move what they hold.
struct TableStore {
  TableStore() = default;
  ~TableStore();
  TableStore(const TableStore&) = delete;
  TableStore& operator=(const TableStore&) = delete;

  std::deque<TypeInfo> types;
  std::deque<PlanSlot> plans;
  std::deque<std::string> texts;
  std::deque<Rules> rules;
  std::deque<Annotation> annotations;
  std::deque<std::vector<FieldInfo>> fields;
  std::deque<std::vector<Enumerator>> enumerators;
  std::deque<std::vector<TypeRef>> elements;
  std::deque<std::vector<std::string_view>> lists;  ///< of texts: values that are allowed, other names

  bool needs_check = false;  ///< the tables take values that the schema does not
  bool says_more = false;    ///< and there is something in the schema that they do not have

  std::string_view name;  ///< of the whole model: its title, or what the caller calls it

  std::string_view keep(std::string text) { return texts.emplace_back(std::move(text)); }
};

/// The table of a schema. It takes every value that the schema takes; whether also others, `store` says. With
/// `check_formats` formats restrict values, which tables do not check. Throws Error (`invalid_model`).
const TypeInfo& read_schema(const Json& schema, std::string_view name, bool check_formats, TableStore& store);

}  // namespace instructor::core
