// Brackets: which of them open and close what, and which are missing.

#include <utility>

#include "json/mending_machine.hpp"

namespace instructor::json {

namespace {

constexpr std::size_t longest_lost_key = 48;
constexpr std::size_t deepest_in_parentheses = 8;

/// Is there a closing bracket of this kind with nothing that it could close after `i`?
bool closes_again(Lookahead& ahead, std::size_t i, char closer) {
  std::size_t depth = 0;
  for (int c = ahead.at(i); c != Lookahead::end; c = ahead.at(i)) {
    if (c == '{' || c == '[') ++depth;
    if (c == '}' || c == ']') {
      if (depth == 0) return c == closer;
      --depth;
    }
    std::size_t stop = i + 1;
    if (c == '"' && ahead.quoted(i, stop) != Lookahead::Quoted::closed) stop = i + 1;
    i = stop;
  }
  return false;
}

}  // namespace

// ---- opening -------------------------------------------------------------------------------------------------------

void MendingMachine::open(std::string& out, bool object, char closer) {
  if (levels_.size() >= limits_.max_depth) return give_up(out);
  begin_value(out);
  out += object ? '{' : '[';
  enter_level(object, closer);
  state_ = State::between;
}

void MendingMachine::enter_level(bool object, char closer) {
  Level& level = levels_.emplace_back();
  level.object = object;
  level.closer = closer;
}

bool MendingMachine::step_open_brace(std::string& out) {
  Lookahead ahead = look();
  const bool set = is_set(ahead);
  if (ahead.too_short()) return false;
  if (set) report(RepairKind::wrong_bracket, "{", "[");
  take(1);
  open(out, !set, '}');
  return true;
}

/// Python's: {'a', 'b'}.
bool MendingMachine::is_set(Lookahead& ahead) {
  const std::size_t first = ahead.after_space(1);
  std::size_t stop = first;
  if (ahead.sign(first)) {
    if (ahead.quoted(first, stop) != Lookahead::Quoted::closed) return false;
    stop = ahead.after_space(stop);
  } else {
    while (is_name_byte(ahead.at(stop)) && !ahead.sign(stop)) ++stop;
    if (stop == first || ahead.is(first, '.')) return false;
    stop = ahead.after_blanks(stop);
  }
  if (!ahead.is(stop, ',')) return false;
  const std::size_t second = ahead.after_space(stop + 1);
  const int c = ahead.at(second);
  return c != '}' && c != ',' && c != Lookahead::end && !ahead.key_follows(second);
}

bool MendingMachine::step_open_parenthesis(std::string& out) {
  Lookahead ahead = look();
  const bool tuple = is_tuple(ahead);
  if (ahead.too_short()) return false;
  if (tuple) {
    report(RepairKind::wrong_bracket, "(", "[");
    take(1);
    open(out, false, ')');
    return true;
  }
  ++(levels_.empty() ? root_parentheses_ : levels_.back().parentheses);
  skip(1, RepairKind::stray_text);
  return true;
}

/// A comma before the closing parenthesis, or nothing at all: else it stands around one value.
bool MendingMachine::is_tuple(Lookahead& ahead) {
  std::size_t i = ahead.after_space(1);
  if (ahead.is(i, ')')) return true;
  std::size_t depth = 0;
  while (ahead.at(i) != Lookahead::end) {
    const int c = ahead.at(i);
    if (c == '(' || c == '[' || c == '{') {
      if (++depth > deepest_in_parentheses) return false;
    } else if (c == ')' || c == ']' || c == '}') {
      if (depth == 0) return false;
      --depth;
    } else if (c == ',' && depth == 0) {
      return true;
    } else if (ahead.sign(i)) {
      std::size_t stop = 0;
      if (ahead.quoted(i, stop) == Lookahead::Quoted::closed) {
        i = stop;
        continue;
      }
    }
    ++i;
  }
  return false;
}

/// In a list of rows of one length, so many values and a closing bracket, and another row after that: a row whose
/// opening bracket is missing.
bool MendingMachine::step_lost_row(std::string& out, bool& taken) {
  const Level& level = levels_.back();
  if (level.rows < 2 || level.rows != level.count || !comma_) return true;
  if (held_[pos_] == '[' || held_[pos_] == '{') return true;
  // In a list another list may follow; among members it cannot.
  if (levels_.size() < 2 || !levels_[levels_.size() - 2].object) return true;
  Lookahead ahead = look();
  std::size_t i = 0;
  std::size_t values = 0;
  while (true) {
    i = ahead.after_space(i);
    if (ahead.sign(i)) {
      std::size_t stop = 0;
      if (ahead.quoted(i, stop) != Lookahead::Quoted::closed) break;
      i = stop;
    } else {
      const std::size_t begin = i;
      while (is_name_byte(ahead.at(i)) || ahead.is(i, '+')) ++i;
      if (i == begin) break;
    }
    ++values;
    i = ahead.after_space(i);
    if (!ahead.is(i, ',')) break;
    ++i;
  }
  bool lost = values == level.row_length && ahead.is(i, ']');
  if (lost) {
    i = ahead.after_space(i + 1);
    lost = ahead.is(i, ',') && ahead.is(ahead.after_space(i + 1), '[');
  }
  if (ahead.too_short()) return false;
  if (!lost) return true;
  report(RepairKind::missing_bracket, {}, "[");
  open(out, false, ']');
  return taken = true;
}

/// A key and its colon in a list: an object whose brace is missing, or the list is over and its bracket is missing.
bool MendingMachine::step_lost_brace(std::string& out, bool& taken) {
  if (levels_.empty()) return step_lost_root_brace(out, taken);
  if (levels_.back().object) return true;
  bool list_over = levels_.size() > 1 && levels_[levels_.size() - 2].object && levels_.back().count != 0;
  if (levels_.back().count != 0 && !levels_.back().last_was_object && !list_over) return true;
  Lookahead ahead = look();
  const QuoteSign opening = ahead.sign(0);
  std::size_t i = opening.size;
  while (i < longest_lost_key && is_name_byte(ahead.at(i)) && !ahead.sign(i)) ++i;
  bool lost = false;
  if (const QuoteSign closing = ahead.sign(i); i > opening.size && opening.closed_by(closing)) {
    // The key that the object before began with: another object of the list.
    if (levels_.back().last_was_object &&
        ahead.text().substr(opening.size, i - opening.size) == levels_.back().item_key)
      list_over = false;
    i = ahead.after_space(i + closing.size);
    lost = ahead.is(i, ':') || (ahead.is(i, '=') && ahead.is(i + 1, '>'));
  }
  if (ahead.too_short()) return false;
  if (!lost) return true;
  taken = true;
  if (!list_over) {
    report(RepairKind::missing_bracket, {}, "{");
    open(out, true, '}');
    return true;
  }
  report(RepairKind::missing_bracket, {}, "]");
  close_before_comma(out);
  return true;
}

/// The same where nothing is open yet.
bool MendingMachine::step_lost_root_brace(std::string& out, bool& taken) {
  Lookahead ahead = look();
  const QuoteSign opening = ahead.sign(0);
  std::size_t i = opening.size;
  while (i < longest_lost_key && is_name_byte(ahead.at(i)) && !ahead.sign(i)) ++i;
  const QuoteSign closing = ahead.sign(i);
  const bool lost =
      i > opening.size && opening.closed_by(closing) && ahead.is(ahead.after_space(i + closing.size), ':');
  if (ahead.too_short()) return false;
  if (!lost) return true;
  report(RepairKind::missing_bracket, {}, "{");
  open(out, true, '}');
  return taken = true;
}

// ---- closing -------------------------------------------------------------------------------------------------------

bool MendingMachine::step_bracket(std::string& out, char bracket) {
  Level& level = levels_.back();
  std::size_t& ignored = bracket == '}' ? level.ignored : bracket == ']' ? level.ignored_lists : level.parentheses;
  if (ignored != 0) {
    --ignored;
    take(1);
    return true;
  }
  if (bracket == '}' && level.doubled != 0) {
    Lookahead ahead = look();
    const bool twice = ahead.is(ahead.after_space(1), '}');
    if (ahead.too_short()) return false;
    level.doubled = twice ? level.doubled - 1 : 0;
    if (twice) {
      take(1);
      return true;
    }
  }
  if (level.closer != bracket) return step_wrong_bracket(out, bracket);
  if (levels_.size() == 1 && limits_.may_reopen) {
    Lookahead ahead = look();
    const bool goes_on = root_goes_on(ahead);
    if (ahead.too_short()) return false;
    if (goes_on) {
      skip(1, RepairKind::wrong_bracket);
      return true;
    }
  }
  if (bracket == ']' && levels_.size() > 1 && levels_[levels_.size() - 2].object) {
    // `[1], [2]` where a member is: the list goes on.
    Lookahead ahead = look();
    const std::size_t next = ahead.after_space(1);
    const std::size_t second = ahead.is(next, ',') ? ahead.after_space(next + 1) : next;
    const bool goes_on =
        second != next && ahead.byte_at(second) == '[' && ahead.byte_at(next) == ',' && level.count != 0;
    if (ahead.too_short()) return false;
    if (goes_on) {
      report(RepairKind::wrong_bracket, ahead.text().substr(0, second + 1));
      take(second + 1);
      if (!comma_) {
        comma_ = true;
        comma_at_ = pending_.size();
        pending_ += ", ";
      }
      return true;
    }
  }
  take(1);
  close(out);
  return true;
}

/// Is the bracket that would close the root one too many? In an object a key tells; in a list, that values of the same
/// kind follow and then its bracket once more.
bool MendingMachine::root_goes_on(Lookahead& ahead) {
  const Level& level = levels_.back();
  if (level.count == 0) return false;
  std::size_t next = ahead.after_space(1);
  const bool comma = ahead.is(next, ',');
  if (comma) next = ahead.after_space(next + 1);
  if (level.object) {
    if (ahead.whole_key_follows(next)) return true;
    return comma && ahead.bare_key_follows(next) && closes_again(ahead, next, '}');
  }
  if (!comma || ahead.is(next, '[') || level.last_was_object != ahead.is(next, '{')) return false;
  return closes_again(ahead, next, ']');
}

bool MendingMachine::step_wrong_bracket(std::string& out, char bracket) {
  std::size_t match = levels_.size();
  while (match > 0 && levels_[match - 1].closer != bracket) --match;
  Lookahead ahead = look();
  const std::size_t next = ahead.after_space(1);
  const bool comma = ahead.is(next, ',');
  const bool key = comma && ahead.key_follows(ahead.after_space(next + 1));
  if (ahead.too_short()) return false;
  if (bracket == ')') {
    skip(1, RepairKind::wrong_bracket);
    return true;
  }
  const std::string_view from = rest().substr(0, 1);
  if (match == 0) {
    // Nothing that it could close is open: it was meant for what is, unless the document would then be over too early.
    if (levels_.size() == 1 && comma) {
      skip(1, RepairKind::wrong_bracket);
      return true;
    }
    report(RepairKind::wrong_bracket, from, levels_.back().object ? "}" : "]");
    take(1);
    close(out);
    return true;
  }
  // It closes what is open in between as well; but where a member must follow, only the list is over.
  const bool in_object = match >= 2 && levels_[match - 2].object;
  if (match == 1 && comma && !key && !levels_.back().object) {
    // The document would be over, and goes on.
    skip(1, RepairKind::wrong_bracket);
    return true;
  }
  const bool only_list = bracket == '}' && key && !in_object && match + 1 == levels_.size() && !levels_.back().object;
  if (only_list) {
    report(RepairKind::wrong_bracket, from, "]");
    take(1);
    close(out);
    return true;
  }
  std::string closers;
  for (std::size_t i = levels_.size(); i >= match; --i) closers += levels_[i - 1].object ? '}' : ']';
  report(RepairKind::wrong_bracket, from, closers);
  take(1);
  while (levels_.size() >= match) close(out);
  return true;
}

void MendingMachine::close(std::string& out) {
  if (comma_) {
    if (!comma_explained_) report(RepairKind::trailing_comma, ",");
    pending_.erase(comma_at_, 1);
  }
  comma_ = false;
  comma_explained_ = false;
  out += pending_;
  pending_.clear();
  out += levels_.back().object ? '}' : ']';
  leave_level();
  end_value();
}

/// The container above learns what it has to know of the innermost one, which is over.
void MendingMachine::leave_level() {
  Level& level = levels_.back();
  if (levels_.size() > 1 && !levels_[levels_.size() - 2].object) {
    Level& above = levels_[levels_.size() - 2];
    if (!level.object && level.count != 0 && above.rows + 1 == above.count &&
        (above.rows == 0 || above.row_length == level.count)) {
      ++above.rows;
      above.row_length = level.count;
    }
    above.last_was_object = level.object;
    above.item_key.swap(level.first_key);
  }
  levels_.pop_back();
  if (path_levels_ >= levels_.size()) path_levels_ = levels_.empty() ? 0 : levels_.size() - 1;
}

/// Closes what is open innermost before the comma that stands there already.
void MendingMachine::close_before_comma(std::string& out) {
  const std::string before_next = std::exchange(pending_, {});
  const bool comma = std::exchange(comma_, false);
  const std::size_t comma_at = comma_at_;
  close(out);
  pending_ = before_next;
  comma_ = comma;
  comma_at_ = comma_at;
}

void MendingMachine::give_up(std::string& out) {
  report(RepairKind::cut_off);
  cut_off_ = true;
  if (key_) {
    pending_.resize(key_at_);
    key_ = false;
    comma_explained_ = true;
  }
  comma_explained_ = true;
  end_document(out, RepairKind::cut_off);
}

/// Closes all that is open.
void MendingMachine::end_document(std::string& out, RepairKind kind) {
  std::string closers;
  for (std::size_t i = levels_.size(); i > 0; --i) closers += levels_[i - 1].object ? '}' : ']';
  if (kind != RepairKind::cut_off && !cut_off_) report(kind, {}, closers);
  comma_explained_ = true;
  while (!levels_.empty()) close(out);
  state_ = State::done;
}

}  // namespace instructor::json
