#include "jsonschema/scalars.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "json/numbers.hpp"
#include "json/text.hpp"
#include "jsonschema/value_hash.hpp"
#include "model/json_values.hpp"
#include "model/number_limits.hpp"
#include "model/validate.hpp"
#include "model/words.hpp"

namespace instructor::jsonschema {

namespace {

using core::counted;
using core::equal;
using core::json_string;
using core::max_received;
using core::number_of;

bool keeps_length(const StringRules& rules, const std::string& text) {
  // A code point is one to four bytes: mostly nothing needs to be counted.
  const std::size_t bytes = text.size();
  if (bytes < rules.min_length) return false;
  const bool surely_enough = bytes / 4 >= rules.min_length;
  if (bytes <= rules.max_length && (surely_enough || rules.min_length == 0)) return true;
  if (bytes / 4 > rules.max_length) return false;
  const std::size_t length = json::count_code_points(text);
  return length >= rules.min_length && length <= rules.max_length;
}

}  // namespace

bool keeps(const NumberRules& rules, const Json& value) {
  return core::check_limits(rules, number_of(value), [](auto&&...) { return false; });
}

bool keeps(const StringRules& rules, const std::string& text) {
  if ((rules.min_length != 0 || rules.max_length != SIZE_MAX) && !keeps_length(rules, text)) return false;
  if (rules.pattern != nullptr && !rules.pattern->found_in(text)) return false;
  return rules.format == nullptr || rules.format(text);
}

bool is_allowed(const AllowedValues& allowed, const Json& value) {
  if (value.is_string()) return allowed.texts.find(value.get_ref<const std::string&>()) != KeyTable::none;
  if (allowed.by_hash.empty())
    return std::ranges::any_of(allowed.others, [&](const Json& other) { return equal(other, value); });
  const std::uint64_t hash = hash_of(value);
  const auto found =
      std::ranges::equal_range(allowed.by_hash, hash, {}, &std::pair<std::uint64_t, std::uint32_t>::first);
  return std::ranges::any_of(found, [&](const auto& entry) { return equal(allowed.others[entry.second], value); });
}

std::string received_text(const Json& value) {
  if (value.is_string()) return json_string(value.get_ref<const std::string&>());
  // Written until it is longer than what is shown, so that a large value costs no more than a small one.
  std::string text;
  const auto write = [&text](const auto& self, const Json& part, int depth) -> void {
    if (text.size() > max_received || depth > static_cast<int>(max_received)) return;
    if (part.is_object()) {
      char separator = '{';
      for (const auto& [key, member] : part.get_ref<const Json::object_t&>()) {
        if (text.size() > max_received) return;
        text += separator;
        json::append_string(text, json::shortened(key, max_received));
        text += ':';
        self(self, member, depth + 1);
        separator = ',';
      }
      text += part.empty() ? "{}" : "}";
    } else if (part.is_array()) {
      char separator = '[';
      for (const Json& item : part) {
        if (text.size() > max_received) return;
        text += separator;
        self(self, item, depth + 1);
        separator = ',';
      }
      text += part.empty() ? "[]" : "]";
    } else if (part.is_string()) {
      json::append_string(text, json::shortened(part.get_ref<const std::string&>(), max_received));
    } else if (part.is_number()) {
      json::append_number(text, number_of(part));
    } else {
      text += part.dump();
    }
  };
  write(write, value, 0);
  return json::shortened(text, max_received);
}

void explain(const NumberRules& rules, const Json& value, const std::string& path, Issues& issues) {
  const Number number = number_of(value);
  core::check_limits(rules, number, [&](IssueCode code, std::string_view words, const Number& bound) {
    issues.add(Issue{code, path, std::string(words) + json::number_text(bound), {}, json::number_text(number), {}, {}});
    return true;
  });
}

void explain(const StringRules& rules, const std::string& text, const std::string& path, Issues& issues) {
  if (!keeps_length(rules, text)) {
    const std::size_t length = json::count_code_points(text);
    const bool short_of = length < rules.min_length;
    issues.add(
        Issue{short_of ? IssueCode::string_too_short : IssueCode::string_too_long,
              path,
              counted(short_of ? "at least" : "at most", short_of ? rules.min_length : rules.max_length, "character"),
              json_string(text),
              std::to_string(length),
              {},
              {}});
  }
  if (rules.pattern != nullptr && !rules.pattern->found_in(text))
    issues.add(Issue{IssueCode::string_pattern_mismatch,
                     path,
                     "text that matches " + rules.pattern_text,
                     json_string(text),
                     {},
                     {},
                     {}});
  if (rules.format != nullptr && !rules.format(text))
    issues.add(Issue{
        IssueCode::string_format, path, "text of the format " + rules.format_name, json_string(text), {}, {}, {}});
}

void explain(const AllowedValues& allowed, const Json& value, const std::string& path, Issues& issues) {
  if (is_allowed(allowed, value)) return;
  std::string hint;
  if (value.is_string()) {
    const std::vector<std::string_view> candidates(allowed.texts.keys().begin(), allowed.texts.keys().end());
    hint = core::did_you_mean(core::nearest(value.get_ref<const std::string&>(), candidates));
  }
  issues.add(Issue{allowed.single ? IssueCode::literal_error : IssueCode::enumeration,
                   path,
                   allowed.words,
                   received_text(value),
                   {},
                   std::move(hint),
                   {}});
}

std::string type_words(TypeSet types) {
  constexpr std::array<std::pair<TypeSet, std::string_view>, 6> names{{{boolean_type, "boolean"},
                                                                       {string_type, "string"},
                                                                       {array_type, "array"},
                                                                       {object_type, "object"},
                                                                       {number_type, "number"},
                                                                       {null_type, "null"}}};
  std::string words;
  const auto add = [&](std::string_view name) { words.append(words.empty() ? "" : " or ").append(name); };
  if ((types & number_type) == 0 && (types & integer_type) != 0) add("integer");
  for (const auto& [type, name] : names)
    if ((types & type) != 0) add(name);
  return words.empty() ? "no value" : words;
}

Issue wrong_type(TypeSet types, const Json& value, std::string path, bool named_members) {
  Issue issue{IssueCode::union_type, std::move(path), type_words(types), received_text(value), {}, {}, {}};
  switch (types) {
    case null_type: issue.code = IssueCode::none_required; break;
    case boolean_type: issue.code = IssueCode::bool_type; break;
    case integer_type: issue.code = value.is_number() ? IssueCode::int_from_float : IssueCode::int_type; break;
    case integer_type | number_type: issue.code = IssueCode::float_type; break;
    case string_type: issue.code = IssueCode::string_type; break;
    case array_type: issue.code = IssueCode::list_type; break;
    case object_type: issue.code = named_members ? IssueCode::model_type : IssueCode::dict_type; break;
    default: break;
  }
  return issue;
}

}  // namespace instructor::jsonschema
