#include "model/undecided.hpp"

#include <algorithm>
#include <utility>

#include "json/text.hpp"
#include "model/walk.hpp"

namespace instructor::core {

Undecided::Undecided(const Plan& variant, bool object, const DecodeOptions& options, bool tries)
    : variant_(variant), choices_(*variant.choices), options_(options), tries_(tries) {
  for (const Alternative* const alternative : candidates_for(variant, object ? Shape::object : Shape::array))
    candidates_.push_back({alternative});
  begin(object);
}

// ---- what comes --------------------------------------------------------------------------------------------------

void Undecided::separate() {
  if (!first_ && !after_key_) text_ += ',';
  first_ = after_key_ = false;
}

void Undecided::begin(bool object) {
  if (depth_ == 1) {
    judge(object ? Shape::object : Shape::array, {});
    lost_ = in_tag_;
  }
  separate();
  text_ += object ? '{' : '[';
  first_ = true;
  ++depth_;
}

void Undecided::end(bool object) {
  text_ += object ? '}' : ']';
  first_ = false;
  --depth_;
}

void Undecided::key(std::string_view text) {
  separate();
  json::append_string(text_, text);
  text_ += ':';
  after_key_ = true;
  if (depth_ != 1) return;
  in_tag_ = !choices_.tag.empty() && text == choices_.tag;
  Candidate* only = nullptr;
  std::size_t knowing = 0;
  for (Candidate& candidate : candidates_) {
    const Plan& plan = *candidate.alternative->plan;
    candidate.field = plan.kind == Kind::object ? plan.find(text) : nullptr;
    if (candidate.field == nullptr && plan.info->forbid_extra && text != plan.tag) ++candidate.faults;
    if (candidate.field == nullptr && !takes_any_key(candidate)) continue;
    ++knowing;
    only = &candidate;
  }
  if (knowing == 1 && choices_.tag.empty()) chosen_ = only->alternative;
}

void Undecided::string(std::string_view text) {
  if (depth_ == 1) {
    judge(Shape::string, text);
    if (in_tag_) {
      const auto found = std::ranges::find(choices_.tagged, text, &Choices::Tagged::value);
      if (found != choices_.tagged.end()) {
        chosen_ = &choices_.alternatives[found->alternative];
      } else {
        json::append_string(tag_, text);
        lost_ = true;
      }
    }
  }
  separate();
  json::append_string(text_, text);
}

void Undecided::scalar(Shape shape, std::string_view text) {
  if (depth_ == 1) {
    judge(shape, text);
    if (in_tag_) {
      tag_ = text;
      lost_ = true;
    }
  }
  separate();
  text_ += text;
}

// ---- what it fits ------------------------------------------------------------------------------------------------

bool Undecided::takes_any_key(const Candidate& candidate) {
  const Plan& plan = *candidate.alternative->plan;
  return plan.kind != Kind::object || plan.element != nullptr;
}

/// The value of the current key: what does it say of each alternative?
void Undecided::judge(Shape shape, std::string_view text) {
  for (Candidate& candidate : candidates_) {
    if (candidate.field == nullptr) continue;
    const std::vector<FieldPlan>& fields = candidate.alternative->plan->fields;
    if (candidate.seen.empty()) candidate.seen.resize(fields.size());
    candidate.seen[static_cast<std::size_t>(candidate.field - fields.data())] = true;
    if (fits(*candidate.field, shape, text))
      ++candidate.fitting;
    else
      ++candidate.faults;
    candidate.field = nullptr;
  }
}

bool Undecided::fits(const FieldPlan& field, Shape shape, std::string_view text) const {
  if (shape == Shape::null && options_.null_is_absent && field.may_be_left_out) return true;
  if (!takes(*field.plan, shape)) return false;
  const Plan& plan = inside(*field.plan);
  if (shape != Shape::string || plan.kind != Kind::enumeration) return true;
  return std::ranges::find(plan.info->enumerators, text, &Enumerator::name) != plan.info->enumerators.end();
}

std::size_t Undecided::missing(const Candidate& candidate) {
  const Plan& plan = *candidate.alternative->plan;
  std::size_t count = 0;
  for (std::size_t i = 0; i < plan.fields.size(); ++i) {
    const bool seen = !candidate.seen.empty() && candidate.seen[i];
    if (!seen && !plan.fields[i].may_be_left_out) ++count;
  }
  return count;
}

/// Those with the least wrong; of these, those with the most right.
std::vector<const Undecided::Candidate*> Undecided::closest() const {
  std::vector<const Candidate*> best;
  std::pair<std::size_t, std::size_t> least;
  for (const Candidate& candidate : candidates_) {
    const std::pair rank(candidate.faults + missing(candidate), ~candidate.fitting);
    if (best.empty() || rank < least) {
      best.clear();
      least = rank;
    }
    if (rank == least) best.push_back(&candidate);
  }
  return best;
}

const Alternative& Undecided::best() const { return *closest().front()->alternative; }

const Alternative* Undecided::settle() {
  if (choices_.tag_is_required && !options_.missing_is_default) return nullptr;
  const std::vector<const Candidate*> equal = closest();
  const Alternative* best = equal.front()->alternative;
  if (equal.size() == 1 || !tries_) return best;
  std::size_t fewest = static_cast<std::size_t>(-1);
  for (const Candidate* const candidate : equal) {
    const std::size_t count = count_issues(variant_, *candidate->alternative, text_, options_);
    if (count >= fewest) continue;
    fewest = count;
    best = candidate->alternative;
    if (count == 0) break;
  }
  return best;
}

}  // namespace instructor::core
