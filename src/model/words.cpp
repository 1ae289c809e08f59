#include "model/words.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "json/text.hpp"
#include "model/walk.hpp"

namespace instructor::core {

namespace {

constexpr std::size_t max_compared = 64;  // bytes; longer words are not near misses of anything

/// Insertions, deletions, substitutions and swaps of neighbours.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  using Row = std::array<std::size_t, max_compared + 1>;
  Row before{};
  Row last{};
  Row row{};
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    before = last;
    last = row;
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1), last[j] + 1, row[j - 1] + 1});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = std::min(row[j], before[j - 2] + 1);
    }
  }
  return row[b.size()];
}

}  // namespace

std::string folded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c >= 'A' && c <= 'Z')
      out += static_cast<char>(c - 'A' + 'a');
    else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80)
      out += c;
  }
  return out;
}

namespace {

/// `integer or object (Refund) or null`.
std::string words_of_variant(const Plan& plan) {
  std::vector<std::string> parts;
  std::string words;
  const auto add = [&](std::string part) {
    if (std::ranges::find(parts, part) != parts.end()) return;
    if (parts.size() < max_choices_shown) words.append(parts.empty() ? "" : " or ").append(part);
    parts.push_back(std::move(part));
  };
  for (const Alternative& alternative : plan.choices->alternatives)
    if (!alternative.plan->info->rest) add(expected_words(*alternative.plan));
  if (parts.size() > max_choices_shown) words += " or " + std::to_string(parts.size() - max_choices_shown) + " others";
  if (plan.choices->null) words += parts.empty() ? "null" : " or null";
  return words;
}

}  // namespace

std::string expected_words(const Plan& plan) {
  switch (plan.kind) {
    case Kind::boolean: return "boolean";
    case Kind::integer:
      if (!plan.info->allowed.empty()) break;
      return "integer";
    case Kind::number: return "number";
    case Kind::string: return "string";
    case Kind::list:
    case Kind::set: return "array";
    case Kind::tuple: return "array of " + std::to_string(plan.elements.size());
    case Kind::map: return "object";
    case Kind::object: return plan.info->name.empty() ? "object" : "object (" + std::string(plan.info->name) + ")";
    case Kind::text: {
      const TextOps& text = *plan.info->text;
      return text.what == "string" ? "string" : std::string(text.what) + ", as \"" + std::string(text.example) + "\"";
    }
    case Kind::null: return "null";
    case Kind::optional: return expected_words(inside(plan)) + (is_nullable(*plan.info) ? " or null" : "");
    case Kind::variant: return words_of_variant(plan);
    case Kind::any:
    case Kind::enumeration: break;
  }
  const auto& enumerators = plan.info->enumerators;
  const auto& allowed = plan.info->allowed;
  if (enumerators.empty() && allowed.empty()) return "a value";
  return one_of_words(enumerators.size() + allowed.size(), [&](std::size_t i) {
    std::string text;
    if (i < enumerators.size())
      json::append_string(text, enumerators[i].name);
    else
      text = allowed[i - enumerators.size()];
    return text;
  });
}

IssueCode wrong_type_code(const Plan& plan) {
  switch (plan.kind) {
    case Kind::boolean: return IssueCode::bool_type;
    case Kind::integer: return IssueCode::int_type;
    case Kind::number: return IssueCode::float_type;
    case Kind::string: return IssueCode::string_type;
    case Kind::enumeration: return plan.info->literal ? IssueCode::literal_error : IssueCode::enumeration;
    case Kind::text: return plan.info->text->wrong_type;
    case Kind::null: return IssueCode::none_required;
    case Kind::variant: return IssueCode::union_type;
    case Kind::list: return IssueCode::list_type;
    case Kind::set: return IssueCode::set_type;
    case Kind::tuple: return IssueCode::tuple_type;
    case Kind::map: return IssueCode::dict_type;
    case Kind::object: return IssueCode::model_type;
    case Kind::optional: return wrong_type_code(inside(plan));
    case Kind::any: break;
  }
  return IssueCode::literal_error;
}

std::string_view nearest(std::string_view text, std::span<const std::string_view> candidates) {
  if (text.empty() || text.size() > max_compared || candidates.size() > 1000) return {};
  const std::string wanted = folded(text);
  std::string_view best;
  std::size_t best_distance = 3;
  bool tie = false;
  for (const std::string_view candidate : candidates) {
    if (candidate.size() > max_compared) continue;
    const std::string other = folded(candidate);
    if (other.empty()) continue;
    const std::size_t distance = edit_distance(wanted, other);
    // Two edits turn any two-letter word into any other.
    if (distance * 3 > std::max(wanted.size(), other.size()) && distance != 0) continue;
    if (distance == best_distance) tie = true;
    if (distance >= best_distance) continue;
    best_distance = distance;
    best = candidate;
    tie = false;
  }
  return tie ? std::string_view{} : best;
}

std::string did_you_mean(std::string_view candidate) {
  if (candidate.empty()) return {};
  std::string hint = "did you mean ";
  json::append_string(hint, candidate);
  return hint + "?";
}

}  // namespace instructor::core
