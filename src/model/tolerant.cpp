#include "model/tolerant.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

#include "json/text.hpp"
#include "model/align.hpp"
#include "model/bracket_look.hpp"
#include "model/candidates.hpp"
#include "model/several_values.hpp"
#include "model/walk.hpp"

namespace instructor::core {

namespace {

constexpr std::string_view blank_characters = " \t\r\n";
constexpr std::size_t max_shown_text = 120;
constexpr int cost_of_left_out_key = 6;

std::string_view trimmed_text(std::string_view text) {
  const std::size_t from = text.find_first_not_of(blank_characters);
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(blank_characters) - from + 1);
}

Repair repair_of_whole(RepairKind kind, std::string_view from) {
  return {kind, {}, json::shortened(from, max_shown_text), {}, cost_of(kind)};
}

bool has_document_fault(const Issues& issues) {
  return std::ranges::any_of(issues, [](const Issue& issue) { return is_about_document(issue.code); });
}

/// Are its values told from prose?
bool is_number_or_name(const Plan& plan) {
  const Kind kind = inside(plan).kind;
  return kind == Kind::integer || kind == Kind::number || kind == Kind::boolean || kind == Kind::enumeration;
}

/// May a text without brackets be the value?
bool takes_bare_text(const Plan& plan) {
  const Plan& wanted = inside(plan);
  switch (wanted.kind) {
    // What is asked for where a model is no object itself. A text is never put into an object on its own account.
    case Kind::object: return wanted.fields.size() == 1 && is_number_or_name(*wanted.fields.front().plan);
    case Kind::list:
    case Kind::set: return is_number_or_name(*wanted.element);
    case Kind::tuple:
    case Kind::map: return false;
    default: return true;
  }
}

/// Is a list wanted, or an object with nothing else in it?
bool wants_list(const Plan& plan) {
  const Plan& wanted = inside(plan);
  if (wanted.kind == Kind::list || wanted.kind == Kind::set) return true;
  if (wanted.kind != Kind::object || wanted.fields.size() != 1) return false;
  const Kind kind = inside(*wanted.fields.front().plan).kind;
  return kind == Kind::list || kind == Kind::set;
}

/// JSON of a text inside a document. What is doubtful about it does not stand in the ledger, so it must be little.
std::string mended_inside(std::string_view text) {
  constexpr int max_cost = 2;
  std::string mended;
  Repairs repairs;
  return mend_candidate(text, mended, repairs) && repairs.cost() <= max_cost ? mended : std::string();
}

/// A try to understand a text.
struct Trial {
  Understood outcome;
  bool was_json = false;       ///< the text itself was
  bool is_understood = false;  ///< it is a value of the type, accepted or not

  bool valid() const { return outcome.value != nullptr; }
  int cost() const { return outcome.repairs.cost(); }
};

class Reader {
 public:
  Reader(const ValueSource& values, const DecodeOptions& options, const RepairPolicy& policy)
      : values_(values), options_(options), policy_(policy) {}

  /// The text is, or should be, one JSON value.
  Trial read(std::string_view text, bool may_be_json) const {
    Trial trial;
    Understood& outcome = trial.outcome;
    outcome.json = text;
    if (may_be_json) {
      if (decode(outcome)) return with_verdict(std::move(trial), true);
      trial.was_json = !has_document_fault(outcome.issues);
    }
    if (!trial.was_json && !mend_candidate(text, outcome.json, outcome.repairs)) return trial;
    if (!trial.was_json && decode(outcome)) return with_verdict(std::move(trial), true);
    const bool valid = align_and_decode(trial.outcome);
    return with_verdict(std::move(trial), valid);
  }

  bool accepts(const Trial& trial) const { return trial.cost() <= policy_.max_cost; }

  /// The text is what a string says.
  Trial read_as_string(std::string_view text) const {
    Trial trial;
    json::append_string(trial.outcome.json, text);
    if (decode(trial.outcome)) return with_verdict(std::move(trial), true);
    const bool valid = align_and_decode(trial.outcome);
    return with_verdict(std::move(trial), valid);
  }

 private:
  bool decode(Understood& outcome) const {
    outcome.value = {values_.make(), values_.destroy};
    Decoder decoder(values_.plan, outcome.value.get(), options_, DecodeUse::at_once);
    LeftOut left_out;
    decoder.handler().note_left_out(&left_out);
    decoder.feed(outcome.json);
    const bool valid = decoder.finish();
    outcome.issues = std::move(decoder.issues());
    outcome.warnings = std::move(decoder.warnings());
    if (!valid) outcome.value = {nullptr, nullptr};
    const bool is_any = left_out.count != 0 || outcome.repairs.has(RepairKind::extra_key);
    if (valid && is_any && is_put_together(outcome.repairs)) outcome.repairs.add(repair_of(left_out));
    return valid;
  }

  /// What is not valid then is left as it was.
  bool align_and_decode(Understood& outcome) const {
    if (policy_.level != RepairLevel::full) return false;
    Alignment aligned = align(values_.plan, outcome.json, options_, mended_inside);
    if (!aligned.changed) return false;
    Understood after;
    after.json = std::move(aligned.json);
    after.repairs = outcome.repairs;
    after.repairs.append(aligned.repairs);
    if (!decode(after)) return false;
    outcome = std::move(after);
    return true;
  }

  Trial with_verdict(Trial trial, bool valid) const {
    trial.is_understood = valid;
    if (valid && trial.cost() <= policy_.max_cost && fields_allow(values_.plan, trial.outcome.repairs)) return trial;
    trial.outcome.value = {nullptr, nullptr};
    return trial;
  }

  const ValueSource& values_;
  const DecodeOptions& options_;
  const RepairPolicy& policy_;
};

/// The best of what was tried: the cheapest that is valid, of equals the last.
class Choice {
 public:
  void add(Trial trial) {
    if (trial.valid()) {
      if (best_ && best_->outcome.json != trial.outcome.json) has_others_ = true;
      if (!best_ || trial.cost() <= best_->cost()) best_ = std::move(trial);
    } else if (!best_ && (!nearest_ || comes_nearer(trial))) {
      nearest_ = std::move(trial);
    }
  }

  bool valid() const { return best_.has_value(); }
  Trial& best() { return *best_; }
  bool has_others() const { return has_others_; }
  /// Of those that are not valid the one that has least wrong with it, if there are any.
  std::optional<Trial>& nearest() { return nearest_; }

 private:
  bool comes_nearer(const Trial& trial) const {
    if (trial.outcome.issues.empty()) return false;  // there was no value, or it cost too much
    if (nearest_->outcome.issues.empty()) return true;
    return trial.outcome.issues.total() <= nearest_->outcome.issues.total();
  }

  std::optional<Trial> best_;
  std::optional<Trial> nearest_;
  bool has_others_ = false;
};

std::string_view text_after(std::string_view whole, std::string_view value) {
  return trimmed_text(whole.substr(static_cast<std::size_t>(value.data() - whole.data()) + value.size()));
}

/// What is left out around the value goes into the ledger.
Trial beside_text(Trial trial, std::string_view whole, std::string_view value) {
  Repairs& repairs = trial.outcome.repairs;
  const std::string_view before = trimmed_text(whole.substr(0, static_cast<std::size_t>(value.data() - whole.data())));
  const std::string_view after = text_after(whole, value);
  if (goes_on(after)) {
    repairs.add(left_out_behind(after));
  } else if (!before.empty() || !after.empty()) {
    repairs.add(repair_of_whole(RepairKind::text_around, before.empty() ? after : before));
  }
  return trial;
}

/// Does JSON follow the bracket, rather than prose? In a list, and where nothing has come yet, it may.
bool may_be_json(std::string_view text) {
  if (text.front() == '[' || text.find_first_not_of(blank_characters, 1) == std::string_view::npos) return true;
  return look_at_beginning(text) == BeginsLike::json;
}

/// Is an object or list that is not closed the value, as far as it goes? Then what is in it is not the value itself.
bool is_beginning_of_value(const Candidate& candidate, const Trial& trial) {
  if (candidate.closed || !may_be_json(candidate.text)) return false;
  return trial.is_understood || std::ranges::all_of(trial.outcome.issues, [](const Issue& issue) {
           return issue.code == IssueCode::missing || issue.code == IssueCode::union_tag_not_found;
         });
}

/// Was the value that is wanted, or the list in it, made of one item?
bool is_item_alone(const Trial& trial) {
  return std::ranges::any_of(trial.outcome.repairs, [](const Repair& repair) {
    return repair.kind == RepairKind::single_as_list && std::ranges::count(repair.path, '/') <= 1;
  });
}

/// Of more candidates those in the middle are not tried alone. (Together all are.)
constexpr std::size_t most_trials = 32;

/// Those that are parts of a value that is not closed are taken out. `several`: what was made a list is one of its
/// items.
void try_candidates(const Reader& reader, std::string_view whole, std::vector<Candidate>& candidates, bool several,
                    Choice& choice) {
  const char* end = whole.data();  // of a value that has begun
  const std::size_t count = candidates.size();
  std::size_t index = 0;
  std::erase_if(candidates, [&](const Candidate& candidate) {
    const bool is_in_the_middle = index >= most_trials / 2 && index + most_trials / 2 < count;
    ++index;
    if (candidate.text.data() < end) return true;
    if (is_in_the_middle) return false;
    Trial trial = reader.read(candidate.text, candidate.closed);
    if (is_beginning_of_value(candidate, trial)) end = candidate.text.data() + candidate.text.size();
    if (several && candidate.text.front() == '{' && is_item_alone(trial)) trial.outcome.value = {nullptr, nullptr};
    choice.add(beside_text(std::move(trial), whole, candidate.text));
    return false;
  });
}

/// Those that are objects or lists, rather than words in brackets.
std::vector<Candidate> without_prose(const std::vector<Candidate>& candidates) {
  std::vector<Candidate> values;
  std::ranges::copy_if(candidates, std::back_inserter(values), [](const Candidate& candidate) {
    return look_at_beginning(candidate.text) != BeginsLike::prose;
  });
  return values;
}

/// Values after one another, as a list.
void try_together(const Reader& reader, const std::vector<Candidate>& candidates, Choice& choice) {
  Repairs mended;
  const std::string list = joined_values(candidates, mended);
  Trial together = reader.read(list, true);
  mended.add(repair_of_whole(RepairKind::values_as_list, {}));
  mended.append(together.outcome.repairs);
  together.outcome.repairs = std::move(mended);
  if (reader.accepts(together)) choice.add(std::move(together));
}

/// Brackets in prose may stand around the value.
void try_inside(const Reader& reader, std::string_view whole, const std::vector<Candidate>& candidates,
                Choice& choice) {
  for (const Candidate& around : candidates) {
    if (!around.closed || look_at_beginning(around.text) == BeginsLike::json) continue;
    for (const Candidate& candidate : find_candidates(around.text.substr(1)).values) {
      Trial trial = beside_text(reader.read(candidate.text, candidate.closed), whole, candidate.text);
      if (trial.valid()) choice.add(std::move(trial));
    }
  }
}

/// The contents of a fence that is the whole text, or the text.
std::string_view without_fence(std::string_view text) {
  if (!text.starts_with("```") || !text.ends_with("```") || text.size() < 6) return text;
  const std::size_t line = text.find('\n');
  if (line == std::string_view::npos) return trimmed_text(text.substr(3, text.size() - 6));
  return trimmed_text(text.substr(line, text.size() - 3 - line));
}

}  // namespace

bool is_about_document(IssueCode code) {
  return code == IssueCode::json_invalid || code == IssueCode::truncated || code == IssueCode::invalid_utf8 ||
         code == IssueCode::too_deep || code == IssueCode::too_large;
}

bool is_beyond_repair(IssueCode code) {
  switch (code) {
    case IssueCode::too_deep:
    case IssueCode::too_large:
    case IssueCode::too_long:
    case IssueCode::string_too_short:
    case IssueCode::string_too_long:
    case IssueCode::greater_than:
    case IssueCode::greater_than_equal:
    case IssueCode::less_than:
    case IssueCode::less_than_equal:
    case IssueCode::multiple_of:
    case IssueCode::assertion_error:
    case IssueCode::value_error: return true;
    default: return false;
  }
}

bool is_put_together(const Repairs& repairs) {
  return std::ranges::any_of(repairs, [](const Repair& repair) {
    switch (repair.kind) {
      case RepairKind::extra_comma:
      case RepairKind::missing_comma:
      case RepairKind::missing_colon:
      case RepairKind::missing_quote:
      case RepairKind::inner_quote:
      case RepairKind::missing_bracket:
      case RepairKind::wrong_bracket:
      case RepairKind::missing_value:
      case RepairKind::stray_text:
      case RepairKind::interrupted_key: return true;
      case RepairKind::unquoted_text: return repair.cost > cost_of(RepairKind::unquoted_text);
      default: return false;
    }
  });
}

Repair repair_of(const LeftOut& left_out) {
  return {RepairKind::extra_key, left_out.first, "a key that the model does not know", {}, cost_of_left_out_key};
}

Understood decode_tolerantly(const ValueSource& values, std::string_view text, StrictOutcome strict,
                             const DecodeOptions& options, const RepairPolicy& policy) {
  Understood nothing;
  nothing.json = text;
  nothing.issues = std::move(strict.issues);
  if (policy.level == RepairLevel::none || text.size() > options.max_bytes) return nothing;

  const Reader reader(values, options, policy);
  Choice choice;
  if (strict.decoded.size() == text.size() && !has_document_fault(nothing.issues)) {
    choice.add(reader.read(text, true));
    if (!choice.valid()) return nothing;
    return std::move(choice.best().outcome);
  }

  const std::string_view whole = trimmed_text(text);
  Candidates found = find_candidates(whole);
  std::vector<Candidate>& candidates = found.values;
  const bool takes_anything = inside(values.plan).kind == Kind::any;
  bool others_left_out = false;
  if (takes_anything && candidates.size() > 1 && std::ranges::all_of(candidates, &Candidate::closed)) {
    std::vector<Candidate> meant = values_meant(whole, candidates);
    if (meant.size() > 1 && policy.level == RepairLevel::full)
      try_together(reader, meant, choice);
    else if (meant.size() == 1)
      others_left_out = true, candidates = std::move(meant);
  }
  // Where a list is wanted, several objects are its items: all of them, or it is asked for again.
  std::vector<Candidate> items;
  if (policy.level == RepairLevel::full && wants_list(values.plan)) items = without_prose(candidates);
  if (!choice.valid()) try_candidates(reader, whole, candidates, items.size() > 1, choice);
  if (items.size() > 1) {
    items = without_prose(candidates);
    if (found.complete && items.size() > 1) try_together(reader, items, choice);
  }
  if (!choice.valid()) try_inside(reader, whole, candidates, choice);
  if (!choice.valid() && takes_bare_text(values.plan)) {
    const std::string_view bare = without_fence(whole);
    Trial mended = beside_text(reader.read(bare, false), whole, bare);
    // An object or list after it was left out.
    if (mended.outcome.repairs.empty()) mended.outcome.repairs.add(repair_of_whole(RepairKind::text_around, bare));
    const RepairKind loss = takes_anything ? RepairKind::unquoted_text : RepairKind::text_around;
    if (!mended.outcome.repairs.has(loss) || !(takes_anything || wants_list(values.plan)))
      choice.add(std::move(mended));
    if (!takes_anything) choice.add(beside_text(reader.read_as_string(bare), whole, bare));
  }
  if (choice.valid()) {
    Understood& best = choice.best().outcome;
    if (others_left_out || choice.has_others()) best.repairs.add(repair_of_whole(RepairKind::other_value, {}));
    if (best.repairs.cost() <= policy.max_cost) return std::move(best);
    return nothing;
  }
  std::optional<Trial>& nearest = choice.nearest();
  if (!nearest || nearest->outcome.issues.empty() || nearest->outcome.repairs.has(RepairKind::cut_off)) return nothing;
  if (!nearest->was_json) {  // both are wrong: the document, and what it says
    Issues both;
    for (const Issue& issue : nothing.issues)
      if (is_about_document(issue.code)) both.add(issue);
    both.add(nearest->outcome.issues, "");
    nearest->outcome.issues = std::move(both);
  }
  nearest->outcome.repairs = {};
  return std::move(nearest->outcome);
}

}  // namespace instructor::core

namespace instructor::detail {

RepairedText decode_repairing(const TypeInfo& type, void* (*make)(), void (*destroy)(void*), std::string_view text,
                              const RepairPolicy& policy, const DecodeOptions& options) {
  const core::Plan& plan = core::plan_of(type);
  RepairedText found;
  found.json = text;
  found.value = {make(), destroy};
  core::Decoder decoder(plan, found.value.get(), options, core::DecodeUse::at_once);
  decoder.feed(text);
  const bool valid = decoder.finish();
  found.warnings = std::move(decoder.warnings());
  if (valid) return found;
  return core::decode_tolerantly({plan, make, destroy}, text, {text, std::move(decoder.issues())}, options, policy);
}

}  // namespace instructor::detail
