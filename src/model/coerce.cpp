#include "model/coerce.hpp"

#include <array>
#include <cmath>
#include <string>

#include <nlohmann/json.hpp>

#include "instructor/json.hpp"
#include "json/numbers.hpp"
#include "json/scan.hpp"
#include "model/walk.hpp"

namespace instructor::core {

namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && json::is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && json::is_space(text.back())) text.remove_suffix(1);
  return text;
}

constexpr Coerced stored{Coercion::stored, {}};

Coerced failed(IssueCode code) { return {Coercion::failed, code}; }

/// A number without a fraction, however it is written: `5.0`, `1e2`.
Coerced whole_number(const Plan& plan, void* target, std::string_view text) {
  double value = 0;
  if (json::parse_double(text, value) != json::Fit::exact) return failed(IssueCode::int_out_of_range);
  if (std::trunc(value) != value) return failed(IssueCode::int_from_float);
  constexpr double limit = 9007199254740992.0;  // beyond it not every integer has a double
  if (value < -limit || value > limit) return failed(IssueCode::int_out_of_range);
  if (!store_integer(plan.storage, target, Number(static_cast<std::int64_t>(value))))
    return failed(IssueCode::int_out_of_range);
  return stored;
}

Coerced to_integer(const Plan& plan, void* target, Shape shape, std::string_view text) {
  if (shape == Shape::boolean) {
    store_integer(plan.storage, target, Number(std::int64_t{text == "true"}));
    return stored;
  }
  if (shape == Shape::floating) return whole_number(plan, target, text);
  if (shape != Shape::string) return {};
  const std::string_view digits = trimmed(text);
  switch (json::classify_number(digits)) {
    case json::NumberForm::invalid: return failed(IssueCode::int_parsing);
    case json::NumberForm::floating: return whole_number(plan, target, digits);
    case json::NumberForm::integer: break;
  }
  Number exact;
  if (json::parse_integer(digits, exact) == json::Fit::exact && store_integer(plan.storage, target, exact))
    return stored;
  return failed(IssueCode::int_out_of_range);
}

Coerced to_number(const Plan& plan, void* target, Shape shape, std::string_view text) {
  if (shape == Shape::boolean) {
    store_number(plan.storage, target, text == "true" ? 1 : 0);
    return stored;
  }
  if (shape != Shape::string) return {};
  double value = 0;
  if (json::classify_number(trimmed(text)) == json::NumberForm::invalid) return failed(IssueCode::float_parsing);
  if (json::parse_double(trimmed(text), value) != json::Fit::exact) return failed(IssueCode::finite_number);
  return store_number(plan.storage, target, value) ? stored : failed(IssueCode::finite_number);
}

std::string lower(std::string_view text) {
  std::string out;
  for (const char c : text) out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

Coerced to_boolean(const Plan& plan, void* target, Shape shape, std::string_view text) {
  constexpr std::array<std::string_view, 6> yes{"true", "yes", "on", "t", "y", "1"};
  constexpr std::array<std::string_view, 6> no{"false", "no", "off", "f", "n", "0"};
  const auto is_in = [](const auto& words, std::string_view word) {
    for (const std::string_view candidate : words)
      if (candidate == word) return true;
    return false;
  };
  bool value = false;
  if (shape == Shape::string) {
    const std::string word = lower(text);
    value = is_in(yes, word);
    if (!value && !is_in(no, word)) return failed(IssueCode::bool_parsing);
  } else {
    double number = 0;
    if (json::parse_double(text, number) != json::Fit::exact || (number != 0 && number != 1))
      return failed(IssueCode::bool_parsing);
    value = number == 1;
  }
  if (plan.storage == Storage::json)
    *static_cast<Json*>(target) = value;
  else
    *static_cast<bool*>(target) = value;
  return stored;
}

}  // namespace

Coerced coerce_scalar(const Plan& plan, void* target, Shape shape, std::string_view text) {
  switch (plan.kind) {
    case Kind::integer: return to_integer(plan, target, shape, text);
    case Kind::number: return to_number(plan, target, shape, text);
    case Kind::boolean: return to_boolean(plan, target, shape, text);
    case Kind::text: {
      const bool number = shape == Shape::integer || shape == Shape::floating;
      const TextOps& ops = *plan.info->text;
      if (!number || ops.parse_lax == nullptr) return {};
      return ops.parse_lax(target, text, true) ? stored : failed(ops.wrong_text);
    }
    default: return {};
  }
}

}  // namespace instructor::core
