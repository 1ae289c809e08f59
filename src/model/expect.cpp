#include "model/expect.hpp"

#include <cmath>
#include <cstdint>

#include <nlohmann/json.hpp>

#include "instructor/error.hpp"
#include "json/text.hpp"
#include "model/json_values.hpp"

namespace instructor::core {

void refuse(const std::string& pointer, const std::string& what) {
  throw Error(ErrorCode::invalid_model, "the schema cannot be used: " + (pointer.empty() ? "" : pointer + ": ") + what);
}

std::string below(const std::string& pointer, std::string_view step) {
  std::string longer = pointer;
  json::append_pointer(longer, step);
  return longer;
}

std::string below(const std::string& pointer, std::size_t step) { return below(pointer, std::to_string(step)); }

std::string shown(const Json& value) {
  constexpr std::size_t max_shown = 60;
  // A large value is not written out to be cut.
  if (value.is_object() && !value.empty()) return "an object";
  if (value.is_array() && !value.empty()) return "an array";
  return json::shortened(text_of(value), max_shown);
}

const Json& expect_array(const Json& value, const std::string& pointer) {
  if (!value.is_array()) refuse(pointer, "expected array, got " + shown(value));
  return value;
}

const Json& expect_object(const Json& value, const std::string& pointer) {
  if (!value.is_object()) refuse(pointer, "expected object, got " + shown(value));
  return value;
}

const std::string& expect_text(const Json& value, const std::string& pointer) {
  if (!value.is_string()) refuse(pointer, "expected string, got " + shown(value));
  return value.get_ref<const std::string&>();
}

bool expect_flag(const Json& value, const std::string& pointer) {
  if (!value.is_boolean()) refuse(pointer, "expected true or false, got " + shown(value));
  return value.get<bool>();
}

Number expect_number(const Json& value, const std::string& pointer) {
  if (!value.is_number() || (value.is_number_float() && !std::isfinite(value.get<double>())))
    refuse(pointer, "expected number, got " + shown(value));
  return core::number_of(value);
}

std::size_t expect_count(const Json& value, const std::string& pointer) {
  if (value.is_number_unsigned()) return value.get<std::size_t>();
  if (value.is_number_integer() && value.get<std::int64_t>() >= 0) return value.get<std::size_t>();
  if (!value.is_number_float() || !is_whole(value) || value.get<double>() < 0)
    refuse(pointer, "expected a whole number, at least 0, got " + shown(value));
  const double real = value.get<double>();
  return real < 1e18 ? static_cast<std::size_t>(real) : SIZE_MAX;
}

}  // namespace instructor::core
