#include "model/several_values.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include <nlohmann/json.hpp>

#include "json/lookahead.hpp"
#include "json/mender.hpp"
#include "json/text.hpp"

namespace instructor::core {

namespace {

using Value = nlohmann::json;

/// It may belong to the value.
constexpr int cost_of_json_behind = 8;

std::optional<Value> value_of(const Candidate& candidate) {
  std::string json;
  Repairs repairs;
  if (!mend_candidate(candidate.text, json, repairs)) return std::nullopt;
  Value value = Value::parse(json, nullptr, false);
  if (value.is_discarded()) return std::nullopt;
  return value;
}

/// Members of the same names; items whose first ones are alike.
bool same_shape(const Value& one, const Value& other) {
  if (one.is_object() && other.is_object())
    return one.size() == other.size() &&
           std::ranges::all_of(one.items(), [&](const auto& member) { return other.contains(member.key()); });
  if (one.is_array() && other.is_array())
    return !one.empty() && !other.empty() && same_shape(one.front(), other.front());
  return one.type() == other.type() || (one.is_number() && other.is_number());
}

/// Does the text end with the line that opens a fence?
bool opens_fence(std::string_view text) {
  while (!text.empty() && json::is_blank(text.back())) text.remove_suffix(1);
  while (!text.empty() && json::is_name_byte(static_cast<unsigned char>(text.back()))) text.remove_suffix(1);
  return text.ends_with("```") || text.ends_with("~~~");
}

std::size_t place_in(std::string_view whole, std::string_view part) {
  return static_cast<std::size_t>(part.data() - whole.data());
}

std::string_view text_between(std::string_view whole, const Candidate& one, const Candidate& next) {
  const std::size_t end = place_in(whole, one.text) + one.text.size();
  return whole.substr(end, place_in(whole, next.text) - end);
}

bool follow_one_another(std::string_view whole, const Candidate& one, const Candidate& next) {
  const std::string_view between = text_between(whole, one, next);
  if (between.find_first_not_of(" \t\r\n,") == std::string_view::npos) return true;
  return opens_fence(whole.substr(0, place_in(whole, one.text))) && opens_fence(between);
}

}  // namespace

bool goes_on(std::string_view after) {
  return after.starts_with(',') || after.starts_with('}') || after.starts_with(']');
}

Repair left_out_behind(std::string_view after) {
  const std::size_t next = after.find_first_not_of(",}] \t\r\n");
  Repair repair;
  repair.kind =
      after.starts_with(',') && next != std::string_view::npos ? RepairKind::stray_text : RepairKind::wrong_bracket;
  repair.cost = cost_of(repair.kind);
  repair.from = json::shortened(after, 120);
  if (next != std::string_view::npos && (after[next] == '{' || after[next] == '[' || after[next] == '"')) {
    repair.kind = RepairKind::stray_text;
    repair.cost = cost_of_json_behind;
  }
  return repair;
}

bool mend_candidate(std::string_view text, std::string& json, Repairs& repairs) {
  json::MendLimits limits;
  limits.may_reopen = true;
  json::Mender mender(limits);
  std::string mended;
  mender.feed(text, mended);
  mender.finish(mended);
  repairs = mender.repairs();
  if (mender.empty()) return false;
  std::string_view after = text.substr(mender.consumed());
  after.remove_prefix(std::min(after.find_first_not_of(" \t\r\n"), after.size()));
  if (Repair behind = left_out_behind(after); behind.kind == RepairKind::stray_text) repairs.add(std::move(behind));
  json = std::move(mended);
  return true;
}

std::string joined_values(const std::vector<Candidate>& candidates, Repairs& repairs) {
  std::string list;
  for (const Candidate& candidate : candidates) {
    std::string json;
    Repairs of_one;
    if (!mend_candidate(candidate.text, json, of_one)) continue;
    repairs.append(of_one);
    list += list.empty() ? "[" : ",";
    list += json;
  }
  return list + "]";
}

std::vector<Candidate> values_meant(std::string_view whole, const std::vector<Candidate>& candidates) {
  std::size_t first = candidates.size() - 1;
  while (first > 0 && follow_one_another(whole, candidates[first - 1], candidates[first])) --first;
  std::vector<Candidate> meant;
  Value last;
  for (std::size_t i = first; i < candidates.size(); ++i) {
    const std::optional<Value> value = value_of(candidates[i]);
    if (!value || (value->empty() && !meant.empty())) continue;
    const bool are_items = i > first && text_between(whole, candidates[i - 1], candidates[i]).contains(',');
    const bool takes_its_place = !meant.empty() && (last.empty() || (!are_items && same_shape(last, *value)));
    if (takes_its_place)
      meant.back() = candidates[i];
    else
      meant.push_back(candidates[i]);
    last = *value;
  }
  return meant;
}

}  // namespace instructor::core
