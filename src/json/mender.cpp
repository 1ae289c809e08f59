#include "json/mender.hpp"

#include <algorithm>
#include <utility>

#include "json/mending_machine.hpp"
#include "json/text.hpp"

namespace instructor::json {

namespace {

constexpr std::size_t least_held = 2 * Lookahead::limit;
constexpr std::size_t longest_excerpt = 120;

bool is_short_ascii(std::string_view text) {
  return text.size() <= longest_excerpt && std::ranges::all_of(text, [](char c) { return (c & 0x80) == 0; });
}

/// Cut to size, with U+FFFD for what is not UTF-8.
void write_excerpt(std::string_view text, std::string& out) {
  if (is_short_ascii(text)) {
    out = text;
    return;
  }
  std::string cut = shortened(text, longest_excerpt);
  if (is_utf8(cut)) {
    out = std::move(cut);
    return;
  }
  for (std::size_t i = 0; i < cut.size();) {
    const std::size_t size = utf8_length(std::string_view(cut).substr(i));
    out.append(size == 0 ? "\xEF\xBF\xBD" : cut.substr(i, size));
    i += std::max<std::size_t>(size, 1);
  }
}

}  // namespace

Mender::Mender(const MendLimits& limits)
    : machine_(std::make_unique<MendingMachine>(
          MendLimits{limits.max_depth, std::max(limits.max_held, least_held), limits.may_reopen})) {}
Mender::~Mender() = default;
Mender::Mender(Mender&&) noexcept = default;
Mender& Mender::operator=(Mender&&) noexcept = default;

void Mender::feed(std::string_view chunk, std::string& out) { machine_->feed(chunk, out); }
void Mender::finish(std::string& out) { machine_->finish(out); }
bool Mender::done() const { return machine_->done(); }
bool Mender::empty() const { return machine_->empty(); }
std::size_t Mender::consumed() const { return machine_->consumed(); }
const Repairs& Mender::repairs() const { return machine_->repairs(); }

void MendingMachine::feed(std::string_view chunk, std::string& out) {
  while (!chunk.empty()) {
    hold(chunk.substr(0, slice));
    chunk.remove_prefix(std::min(chunk.size(), slice));
    if (held_.size() >= look_again_) run(out);
  }
}

void MendingMachine::finish(std::string& out) {
  final_ = true;
  hold_half_escape();
  run(out);
  conclude(out);
}

void MendingMachine::run(std::string& out) {
  while (step(out)) {
  }
  // A step that has seen much looks again when there is markedly more: so all looks together are linear.
  look_again_ = held_.size() + (held_.size() - pos_) / 8;
  if (pos_ == held_.size() || pos_ >= slice) {
    held_.erase(0, pos_);
    if (unescaping_) widths_.erase(0, pos_);
    look_again_ -= std::min(look_again_, pos_);
    pos_ = 0;
  }
}

bool MendingMachine::step(std::string& out) {
  if (state_ == State::done) {
    // White space after the value belongs to JSON.
    while (pos_ < held_.size() && after_root_.empty() && is_blank(held_[pos_])) {
      out += held_[pos_];
      take(1);
    }
    return step_after_root();
  }
  if (pos_ == held_.size()) return false;
  if (state_ == State::between) {
    take_lane(out);
    if (pos_ == held_.size()) return false;
  }
  const char c = held_[pos_];
  if (((c & 0x80) != 0 || c == '\\') && state_ != State::text && state_ != State::words && state_ != State::comment) {
    bool taken = false;
    if (!(c == '\\' ? step_backslash(taken) : step_wide_sign(taken))) return false;
    if (taken) return true;
  }
  switch (state_) {
    case State::start: return step_start(out);
    case State::between: return step_between(out);
    case State::colon: return step_colon(out);
    case State::value: return step_value(out);
    case State::text: return step_text(out);
    case State::words: return step_words(out);
    case State::comment: return step_comment();
    case State::done: break;
  }
  return false;
}

void MendingMachine::conclude(std::string& out) {
  if (state_ == State::comment) {
    report(RepairKind::comment, comment_);
    state_ = after_comment_;
  }
  if (state_ == State::text) {
    report(RepairKind::cut_off, {}, "\"");
    cut_off_ = true;
    end_text(out);
  } else if (state_ == State::words) {
    if (text_.place.role != TextPlace::Role::root) {
      report(RepairKind::cut_off);
      cut_off_ = true;
    }
    end_words(out);
  } else if (state_ == State::colon || state_ == State::value) {
    drop_key(RepairKind::cut_off);
    cut_off_ = true;
    state_ = levels_.empty() ? State::start : State::between;
  }
  if (state_ == State::between) end_document(out, RepairKind::missing_bracket);
  if (state_ == State::start) {
    out += pending_;
    pending_.clear();
  }
  const std::string_view after = after_root();
  if (after.empty() && after_root_.find(',') != std::string::npos) report(RepairKind::trailing_comma, ",");
  if (after.empty() || after.front() == '{' || after.front() == '[') return;
  const bool closes = after.find_first_not_of("]} \t\r\n") == std::string_view::npos;
  report(closes ? RepairKind::wrong_bracket : RepairKind::text_around, after);
}

std::string_view MendingMachine::after_root() const {
  std::string_view after = after_root_;
  while (!after.empty() &&
         (is_blank(after.front()) || after.front() == ',' || (root_parentheses_ != 0 && after.front() == ')')))
    after.remove_prefix(1);
  while (!after.empty() && is_blank(after.back())) after.remove_suffix(1);
  return after;
}

void MendingMachine::take(std::size_t count) {
  if (unescaping_)
    for (std::size_t i = 0; i < count; ++i) taken_ += static_cast<std::size_t>(widths_[pos_ + i]);
  else
    taken_ += count;
  pos_ += count;
}

void MendingMachine::hold(std::string_view chunk) {
  if (!unescaping_) {
    held_ += chunk;
    return;
  }
  for (const char c : chunk) {
    if (!half_escape_ && c == '\\') {
      half_escape_ = true;
      continue;
    }
    const bool known = half_escape_ && (c == '"' || c == '\\' || c == '/' || c == 'n' || c == 't' || c == 'r');
    if (half_escape_ && !known) {
      held_ += '\\';
      widths_ += '\1';
    }
    held_ += !known ? c : c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c;
    widths_ += known ? '\2' : '\1';
    half_escape_ = false;
  }
}

/// A backslash at the end of the text escapes nothing.
void MendingMachine::hold_half_escape() {
  if (!half_escape_ || !final_) return;
  held_ += '\\';
  widths_ += '\1';
  half_escape_ = false;
}

void MendingMachine::begin_unescaping() {
  const std::string escaped(rest());
  held_.clear();
  pos_ = 0;
  unescaping_ = true;
  hold(escaped);
  hold_half_escape();
  report(RepairKind::escaped_document, "\\\"", "\"");
}

void MendingMachine::report(RepairKind kind, std::string_view from, std::string_view to) {
  report_at(cost_of(kind), kind, from, to);
}

void MendingMachine::report_at(int cost, RepairKind kind, std::string_view from, std::string_view to) {
  Repair* const repair = repairs_.count(kind, cost);
  if (repair == nullptr) return;
  write_path(repair->path);
  write_excerpt(from, repair->from);
  write_excerpt(to, repair->to);
}

/// Where the machine is. What leads to the innermost level is the same for many a repair.
void MendingMachine::write_path(std::string& out) {
  if (levels_.empty()) return;
  const std::size_t innermost = levels_.size() - 1;
  path_.resize(path_levels_ == 0 ? 0 : levels_[path_levels_ - 1].path_end);
  for (; path_levels_ < innermost; ++path_levels_) {
    append_segment(path_, levels_[path_levels_]);
    levels_[path_levels_].path_end = path_.size();
  }
  const Level& level = levels_.back();
  if (level.count != 0 || (level.object && key_)) append_segment(path_, level);
  out = path_;
}

void MendingMachine::append_segment(std::string& pointer, const Level& level) {
  if (!level.object)
    append_pointer(pointer, level.count - 1);
  else if (std::ranges::any_of(level.key, [](char c) { return c == '~' || c == '/'; }))
    append_pointer(pointer, level.key);
  else
    pointer.append(1, '/').append(level.key);
}

}  // namespace instructor::json
