#include "instructor/repair.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <utility>

namespace instructor {

namespace {

struct KindRow {
  RepairKind kind;
  std::string_view name;
  int cost;
};

/// 0: nothing else can be meant. 1: a slip of the pen that leaves no choice. 2: what is meant is read from what stands
/// around it. 3 and more: something may be lost, or meant otherwise. docs/tolerant-decoding.md has the reasons.
constexpr std::array<KindRow, repair_kind_count> kinds = {{
    {RepairKind::text_around, "text_around", 0},
    {RepairKind::other_value, "other_value", 1},
    {RepairKind::values_as_list, "values_as_list", 2},
    {RepairKind::comment, "comment", 0},
    {RepairKind::trailing_comma, "trailing_comma", 0},
    {RepairKind::extra_comma, "extra_comma", 1},
    {RepairKind::missing_comma, "missing_comma", 1},
    {RepairKind::missing_colon, "missing_colon", 1},
    {RepairKind::quotes, "quotes", 0},
    {RepairKind::unquoted_key, "unquoted_key", 0},
    {RepairKind::unquoted_text, "unquoted_text", 1},
    {RepairKind::missing_quote, "missing_quote", 2},
    {RepairKind::inner_quote, "inner_quote", 2},
    {RepairKind::control_character, "control_character", 0},
    {RepairKind::escape, "escape", 1},
    {RepairKind::invalid_utf8, "invalid_utf8", 3},
    {RepairKind::literal, "literal", 0},
    {RepairKind::number_form, "number_form", 1},
    {RepairKind::joined_text, "joined_text", 1},
    {RepairKind::missing_bracket, "missing_bracket", 2},
    {RepairKind::wrong_bracket, "wrong_bracket", 2},
    {RepairKind::cut_off, "cut_off", 10},
    {RepairKind::missing_value, "missing_value", 3},
    {RepairKind::stray_text, "stray_text", 2},
    {RepairKind::duplicate_key, "duplicate_key", 1},
    {RepairKind::interrupted_key, "interrupted_key", 2},
    {RepairKind::wide_sign, "wide_sign", 0},
    {RepairKind::escaped_document, "escaped_document", 1},
    {RepairKind::number_text, "number_text", 1},
    {RepairKind::boolean_text, "boolean_text", 1},
    {RepairKind::date_text, "date_text", 1},
    {RepairKind::choice_text, "choice_text", 1},
    {RepairKind::choice_nearest, "choice_nearest", 3},
    {RepairKind::text_value, "text_value", 1},
    {RepairKind::key_spelling, "key_spelling", 1},
    {RepairKind::nothing_text, "nothing_text", 1},
    {RepairKind::json_text, "json_text", 1},
    {RepairKind::single_as_list, "single_as_list", 2},
    {RepairKind::list_as_single, "list_as_single", 2},
    {RepairKind::unwrapped, "unwrapped", 2},
    {RepairKind::wrapped, "wrapped", 2},
    {RepairKind::extra_key, "extra_key", 2},
}};

constexpr bool rows_are_in_order() {
  for (std::size_t i = 0; i < kinds.size(); ++i)
    if (static_cast<std::size_t>(kinds[i].kind) != i) return false;
  return true;
}
static_assert(rows_are_in_order());

const KindRow& row(RepairKind kind) { return kinds[static_cast<std::size_t>(kind)]; }

std::string on_one_line(std::string text) {
  std::ranges::replace_if(text, [](char c) { return c == '\n' || c == '\r'; }, ' ');
  return text;
}

}  // namespace

std::string_view to_string(RepairKind kind) noexcept { return row(kind).name; }
int cost_of(RepairKind kind) noexcept { return row(kind).cost; }

std::string_view to_string(RepairLevel level) noexcept {
  switch (level) {
    case RepairLevel::none: return "none";
    case RepairLevel::syntax: return "syntax";
    case RepairLevel::full: return "full";
  }
  return "unknown";
}

std::string Repair::text() const {
  std::string line(to_string(kind));
  if (!from.empty() || !to.empty()) line += ": ";
  if (to.empty())
    line += from + (from.empty() ? "" : " left out");
  else if (from.empty())
    line += to + " added";
  else
    line += from + " -> " + to;
  if (cost != 0) line += " (cost " + std::to_string(cost) + ")";
  return on_one_line(std::move(line));
}

void Repairs::add(Repair repair) {
  tally(repair.kind, repair.cost);
  if (total_ > capacity) return;
  make_room();
  kept_.push_back(std::move(repair));
}

Repair* Repairs::count(RepairKind kind, int cost) {
  tally(kind, cost);
  if (total_ > capacity) return nullptr;
  make_room();
  Repair& repair = kept_.emplace_back();
  repair.kind = kind;
  repair.cost = cost;
  return &repair;
}

void Repairs::tally(RepairKind kind, int cost) {
  if (kinds_.empty()) kinds_.resize(repair_kind_count);
  OfKind& of_kind = kinds_[static_cast<std::size_t>(kind)];
  of_kind.dearest = std::max(of_kind.dearest, cost);
  ++of_kind.count;
  ++total_;
}

/// Where there are many there are nearly always very many: in larger steps than a vector takes by itself.
void Repairs::make_room() {
  if (kept_.size() == kept_.capacity()) kept_.reserve(std::min(capacity, std::max<std::size_t>(8, kept_.size() * 4)));
}

void Repairs::append(const Repairs& other) {
  if (other.empty()) return;
  if (kinds_.empty()) kinds_.resize(repair_kind_count);
  for (std::size_t i = 0; i < kinds_.size(); ++i) kinds_[i].add(other.kinds_[i]);
  const std::size_t room = capacity - std::min(capacity, kept_.size());
  kept_.insert(kept_.end(), other.kept_.begin(),
               other.kept_.begin() + static_cast<std::ptrdiff_t>(std::min(room, other.kept_.size())));
  total_ += other.total_;
}

void Repairs::OfKind::add(const OfKind& other) noexcept {
  dearest = std::max(dearest, other.dearest);
  count += other.count;
}

int Repairs::cost() const noexcept { return cost_together({this}); }

int Repairs::cost_together(std::initializer_list<const Repairs*> all) noexcept {
  int sum = 0;
  for (std::size_t kind = 0; kind < repair_kind_count; ++kind) {
    OfKind together;
    for (const Repairs* const repairs : all)
      if (!repairs->kinds_.empty()) together.add(repairs->kinds_[kind]);
    if (together.dearest != 0) sum += together.dearest + static_cast<int>(std::bit_width(together.count)) - 1;
  }
  return sum;
}

bool Repairs::has(RepairKind kind) const noexcept {
  return !kinds_.empty() && kinds_[static_cast<std::size_t>(kind)].count != 0;
}

std::string Repairs::text() const {
  constexpr std::size_t widest_column = 32;
  const auto place = [](const Repair& repair) {
    return repair.path.empty() ? std::string_view("(root)") : std::string_view(repair.path);
  };
  std::size_t column = 0;
  for (const Repair& repair : kept_)
    if (place(repair).size() <= widest_column) column = std::max(column, place(repair).size());
  std::string out;
  for (const Repair& repair : kept_) {
    const std::string_view path = place(repair);
    out.append("  ").append(path).append(path.size() < column ? column - path.size() : 0, ' ');
    out.append("  ").append(repair.text()).append("\n");
  }
  if (kept_.size() < total_)
    out += "  and " + std::to_string(total_ - kept_.size()) + " more, " + std::to_string(total_) + " in all\n";
  return out;
}

}  // namespace instructor
