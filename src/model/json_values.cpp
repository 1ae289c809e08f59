#include "model/json_values.hpp"

#include <cmath>
#include <cstddef>
#include <iterator>
#include <string>
#include <string_view>
#include <unordered_map>

#include <nlohmann/json.hpp>

#include "json/numbers.hpp"

namespace instructor::core {

namespace {

constexpr std::size_t few_members = 32;

bool equal_objects(const Json::object_t& a, const Json::object_t& b, int depth) {
  if (a.size() != b.size()) return false;
  // The same order is likely; another one costs a search.
  std::unordered_map<std::string_view, const Json*> by_key;
  for (std::ptrdiff_t at = 0; at < std::ssize(a); ++at) {
    const Json* other = a.begin()[at].first == b.begin()[at].first ? &b.begin()[at].second : nullptr;
    if (other == nullptr && a.size() <= few_members) {
      for (const auto& [key, value] : b)
        if (key == a.begin()[at].first) other = &value;
    } else if (other == nullptr) {
      if (by_key.empty())
        for (const auto& [key, value] : b) by_key.emplace(key, &value);
      const auto found = by_key.find(a.begin()[at].first);
      if (found != by_key.end()) other = found->second;
    }
    if (other == nullptr || !equal(a.begin()[at].second, *other, depth + 1)) return false;
  }
  return true;
}

}  // namespace

Number number_of(const Json& value) {
  if (value.is_number_unsigned()) return value.get<std::uint64_t>();
  if (value.is_number_integer()) return value.get<std::int64_t>();
  return value.get<double>();
}

bool equal(const Json& a, const Json& b, int depth) {
  if (a.is_number() && b.is_number()) {
    if (a.type() == b.type() && !a.is_number_float()) return a.get<std::int64_t>() == b.get<std::int64_t>();
    return json::compare(number_of(a), number_of(b)) == 0;
  }
  if (a.type() != b.type() || depth > max_compared_depth) return false;
  switch (a.type()) {
    case Json::value_t::null: return true;
    case Json::value_t::boolean: return a.get<bool>() == b.get<bool>();
    case Json::value_t::string: return a.get_ref<const std::string&>() == b.get_ref<const std::string&>();
    case Json::value_t::array: {
      const auto& left = a.get_ref<const Json::array_t&>();
      const auto& right = b.get_ref<const Json::array_t&>();
      if (left.size() != right.size()) return false;
      for (std::size_t i = 0; i < left.size(); ++i)
        if (!equal(left[i], right[i], depth + 1)) return false;
      return true;
    }
    case Json::value_t::object:
      return equal_objects(a.get_ref<const Json::object_t&>(), b.get_ref<const Json::object_t&>(), depth);
    default: return false;
  }
}

bool is_whole(const Json& value) {
  if (!value.is_number_float()) return value.is_number();
  const double real = value.get<double>();
  return std::trunc(real) == real && std::isfinite(real);
}

std::string text_of(const Json& value) { return value.dump(-1, ' ', false, Json::error_handler_t::replace); }

}  // namespace instructor::core
