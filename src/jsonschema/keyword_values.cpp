#include "jsonschema/keyword_values.hpp"

#include <algorithm>
#include <array>

#include "jsonschema/resources.hpp"
#include "jsonschema/scalars.hpp"
#include "jsonschema/value_hash.hpp"
#include "model/words.hpp"

namespace instructor::jsonschema {

namespace {

constexpr std::size_t few_values = 8;

constexpr std::array<std::pair<std::string_view, TypeSet>, 7> type_names{{{"null", null_type},
                                                                          {"boolean", boolean_type},
                                                                          {"integer", integer_type},
                                                                          {"number", integer_type | number_type},
                                                                          {"string", string_type},
                                                                          {"array", array_type},
                                                                          {"object", object_type}}};

TypeSet expect_type(const Json& name, const std::string& pointer) {
  for (const auto& [known, type] : type_names)
    if (expect_text(name, pointer) == known) return type;
  refuse(pointer, "expected the name of a type, got " + shown(name));
}

void add_value(AllowedValues& allowed, const Json& value) {
  if (value.is_string())
    allowed.texts.add(value.get_ref<const std::string&>());
  else
    allowed.others.push_back(value);
}

void finish(AllowedValues& allowed) {
  if (allowed.others.size() <= few_values) return;
  for (std::uint32_t i = 0; i < allowed.others.size(); ++i) allowed.by_hash.emplace_back(hash_of(allowed.others[i]), i);
  std::ranges::sort(allowed.by_hash);
}

}  // namespace

std::vector<std::string> expect_names(const Json& value, const std::string& pointer) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < expect_array(value, pointer).size(); ++i)
    names.push_back(value[i].is_string() ? value[i].get_ref<const std::string&>()
                                         : expect_text(value[i], below(pointer, i)));
  return names;
}

TypeSet expect_types(const Json& value, const std::string& pointer) {
  if (!value.is_array()) {
    if (!value.is_string()) refuse(pointer, "expected string or array, got " + shown(value));
    return expect_type(value, pointer);
  }
  if (value.empty()) refuse(pointer, "expected at least one type");
  TypeSet types = 0;
  for (std::size_t i = 0; i < value.size(); ++i)
    types = static_cast<TypeSet>(types | expect_type(value[i], below(pointer, i)));
  return types;
}

AllowedValues allowed_values(const Json& list) {
  AllowedValues allowed;
  for (const Json& value : list) add_value(allowed, value);
  allowed.words = list.empty() ? "no value here"
                               : core::one_of_words(list.size(), [&](std::size_t i) { return received_text(list[i]); });
  finish(allowed);
  return allowed;
}

AllowedValues allowed_value(const Json& only) {
  AllowedValues allowed;
  add_value(allowed, only);
  allowed.words = received_text(only);
  allowed.single = true;
  return allowed;
}

}  // namespace instructor::jsonschema
