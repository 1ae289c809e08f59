#include "instructor/issue.hpp"

#include <algorithm>
#include <array>

#include "instructor/types.hpp"
#include "json/text.hpp"
#include "model/plan.hpp"

namespace instructor {

std::string_view to_string(IssueCode code) noexcept {
  switch (code) {
    case IssueCode::json_invalid: return "json_invalid";
    case IssueCode::truncated: return "truncated";
    case IssueCode::invalid_utf8: return "invalid_utf8";
    case IssueCode::too_deep: return "too_deep";
    case IssueCode::too_large: return "too_large";
    case IssueCode::missing: return "missing";
    case IssueCode::extra_forbidden: return "extra_forbidden";
    case IssueCode::duplicate_key: return "duplicate_key";
    case IssueCode::model_type: return "model_type";
    case IssueCode::dict_type: return "dict_type";
    case IssueCode::list_type: return "list_type";
    case IssueCode::set_type: return "set_type";
    case IssueCode::tuple_type: return "tuple_type";
    case IssueCode::too_short: return "too_short";
    case IssueCode::too_long: return "too_long";
    case IssueCode::not_unique: return "not_unique";
    case IssueCode::none_required: return "none_required";
    case IssueCode::bool_type: return "bool_type";
    case IssueCode::int_type: return "int_type";
    case IssueCode::int_from_float: return "int_from_float";
    case IssueCode::int_out_of_range: return "int_out_of_range";
    case IssueCode::float_type: return "float_type";
    case IssueCode::finite_number: return "finite_number";
    case IssueCode::string_type: return "string_type";
    case IssueCode::string_too_short: return "string_too_short";
    case IssueCode::string_too_long: return "string_too_long";
    case IssueCode::string_pattern_mismatch: return "string_pattern_mismatch";
    case IssueCode::enumeration: return "enum";
    case IssueCode::literal_error: return "literal_error";
    case IssueCode::string_format: return "string_format";
    case IssueCode::date_type: return "date_type";
    case IssueCode::date_parsing: return "date_parsing";
    case IssueCode::time_type: return "time_type";
    case IssueCode::time_parsing: return "time_parsing";
    case IssueCode::datetime_type: return "datetime_type";
    case IssueCode::datetime_parsing: return "datetime_parsing";
    case IssueCode::time_delta_type: return "time_delta_type";
    case IssueCode::time_delta_parsing: return "time_delta_parsing";
    case IssueCode::bytes_type: return "bytes_type";
    case IssueCode::bytes_parsing: return "bytes_parsing";
    case IssueCode::decimal_type: return "decimal_type";
    case IssueCode::decimal_parsing: return "decimal_parsing";
    case IssueCode::uuid_type: return "uuid_type";
    case IssueCode::uuid_parsing: return "uuid_parsing";
    case IssueCode::int_parsing: return "int_parsing";
    case IssueCode::float_parsing: return "float_parsing";
    case IssueCode::bool_parsing: return "bool_parsing";
    case IssueCode::union_type: return "union_type";
    case IssueCode::union_tag_not_found: return "union_tag_not_found";
    case IssueCode::union_tag_invalid: return "union_tag_invalid";
    case IssueCode::greater_than: return "greater_than";
    case IssueCode::greater_than_equal: return "greater_than_equal";
    case IssueCode::less_than: return "less_than";
    case IssueCode::less_than_equal: return "less_than_equal";
    case IssueCode::multiple_of: return "multiple_of";
    case IssueCode::tool_missing: return "tool_missing";
    case IssueCode::tool_unknown: return "tool_unknown";
    case IssueCode::tool_repeated: return "tool_repeated";
    case IssueCode::assertion_error: return "assertion_error";
    case IssueCode::value_error: return "value_error";
    case IssueCode::not_allowed: return "not_allowed";
    case IssueCode::one_of_several: return "one_of_several";
    case IssueCode::contains_too_few: return "contains_too_few";
    case IssueCode::contains_too_many: return "contains_too_many";
  }
  return "unknown";
}

namespace {

bool is_wrong_type(IssueCode code) {
  return code == IssueCode::bool_type || code == IssueCode::int_type || code == IssueCode::float_type ||
         code == IssueCode::string_type || code == IssueCode::list_type || code == IssueCode::set_type ||
         code == IssueCode::tuple_type || code == IssueCode::model_type || code == IssueCode::dict_type ||
         code == IssueCode::date_type || code == IssueCode::time_type || code == IssueCode::datetime_type ||
         code == IssueCode::time_delta_type || code == IssueCode::bytes_type || code == IssueCode::decimal_type ||
         code == IssueCode::uuid_type || code == IssueCode::none_required || code == IssueCode::union_type;
}

/// What a piece of JSON is, for `got string "twelve"`.
std::string_view json_type(std::string_view json) {
  switch (json.empty() ? ' ' : json.front()) {
    case '"': return "string ";
    case '{': return "object ";
    case '[': return "array ";
    case 't':
    case 'f':
    case 'n': return "";
    default: return "number ";
  }
}

}  // namespace

std::string Issue::text() const {
  std::string line;
  if (!message.empty()) {
    line = message;
    if (!received.empty()) line += ", got " + received;
  } else if (code == IssueCode::missing || code == IssueCode::union_tag_not_found) {
    line = "missing: expected " + expected;
  } else if (code == IssueCode::extra_forbidden || code == IssueCode::duplicate_key) {
    line = expected;
  } else {
    line = "expected " + expected;
    if (!measured.empty())
      line += ", got " + measured + (received.empty() ? "" : ": " + received);
    else if (!received.empty())
      line += ", got " + std::string(is_wrong_type(code) ? json_type(received) : "") + received;
  }
  if (!hint.empty()) line += " (" + hint + ")";
  // What came, and messages of others, may have line breaks.
  std::ranges::replace_if(line, [](char c) { return c == '\n' || c == '\r'; }, ' ');
  return line;
}

std::string_view to_string(Severity severity) noexcept { return severity == Severity::error ? "error" : "warning"; }

namespace {

Issue own_rule(std::string_view pointer, std::string message, Severity severity) {
  Issue issue;
  issue.code = IssueCode::value_error;
  issue.path = pointer;
  issue.message = std::move(message);
  issue.severity = severity;
  return issue;
}

}  // namespace

void Issues::add(std::string message) { add_at({}, std::move(message)); }
void Issues::warn(std::string message) { warn_at({}, std::move(message)); }

void Issues::add_at(std::string_view pointer, std::string message) {
  add(own_rule(pointer, std::move(message), Severity::error));
}
void Issues::warn_at(std::string_view pointer, std::string message) {
  add(own_rule(pointer, std::move(message), Severity::warning));
}

void Issues::add(Issue issue) {
  if (count_of(issue.severity)++ < capacity) kept_.push_back(std::move(issue));
}

void Issues::add(const Issues& others, std::string_view prefix) {
  std::size_t kept_errors = 0;
  for (Issue issue : others.kept_) {
    if (issue.severity == Severity::error) ++kept_errors;
    issue.path.insert(0, prefix);
    add(std::move(issue));
  }
  errors_ += others.errors_ - kept_errors;
  warnings_ += others.warnings_ - (others.kept_.size() - kept_errors);
}

Issues Issues::only(Severity severity) const {
  Issues some;
  for (const Issue& issue : kept_)
    if (issue.severity == severity) some.kept_.push_back(issue);
  some.count_of(severity) = total(severity);
  return some;
}

void Issues::add_to_member(const TypeInfo& type, std::size_t offset, std::string message, Severity severity) {
  std::string pointer;
  for (const core::FieldPlan& field : core::plan_of(type).fields)
    if (field.offset == offset && pointer.empty()) json::append_pointer(pointer, field.key);
  add(own_rule(pointer, std::move(message), severity));
}

namespace {

/// `and 10 more, 30 in all`
std::string others(std::size_t shown, std::size_t total) {
  return "and " + std::to_string(total - shown) + " more, " + std::to_string(total) + " in all";
}

}  // namespace

std::string Issues::text(std::size_t limit) const {
  constexpr std::size_t widest_column = 32;
  const std::size_t shown = std::min(limit, kept_.size());
  bool any_path = false;
  for (std::size_t i = 0; i < shown; ++i) any_path = any_path || !kept_[i].path.empty();
  const auto place = [&](const Issue& issue) {
    return issue.path.empty() && any_path ? std::string_view("(root)") : std::string_view(issue.path);
  };
  std::size_t column = 0;
  for (std::size_t i = 0; i < shown; ++i)
    if (place(kept_[i]).size() <= widest_column) column = std::max(column, place(kept_[i]).size());
  std::string out;
  for (std::size_t i = 0; i < shown; ++i) {
    const std::string_view path = place(kept_[i]);
    out += "  ";
    out += path;
    out.append(path.size() < column ? column - path.size() : 0, ' ');
    if (any_path) out += "  ";
    out += kept_[i].text();
    out += '\n';
  }
  if (shown < total()) out += "  " + others(shown, total()) + '\n';
  return out;
}

std::string Issues::prompt(std::size_t limit) const {
  const std::size_t shown = std::min(limit, kept_.size());
  std::string out;
  for (std::size_t i = 0; i < shown; ++i) {
    out += "- ";
    if (!kept_[i].path.empty()) out += kept_[i].path + ": ";
    out += kept_[i].text();
    out += '\n';
  }
  if (shown < total()) out += "- " + others(shown, total()) + '\n';
  return out;
}

}  // namespace instructor
