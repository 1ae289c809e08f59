// What stands between values: brackets, commas, colons, comments, and what should not be there.

#include <algorithm>
#include <utility>

#include "json/mending_machine.hpp"
#include "json/text.hpp"

namespace instructor::json {

namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
constexpr std::size_t longest_comment_excerpt = 200;
constexpr std::size_t longest_stray = 200;
constexpr std::size_t longest_lost_key = 48;
constexpr std::size_t deepest_in_parentheses = 8;

}  // namespace

// ---- before and after ----------------------------------------------------------------------------------------------

bool MendingMachine::step_start(std::string& out) {
  Lookahead ahead = look();
  if (ahead.at(0) == 0xEF && taken_ == 0) {
    for (std::size_t i = 0; i < byte_order_mark.size(); ++i) ahead.at(i);
    if (ahead.too_short()) return false;
    if (ahead.text().starts_with(byte_order_mark)) {
      take(byte_order_mark.size());
      return true;
    }
  }
  bool taken = false;
  if (!step_space(taken)) return false;
  if (taken) return true;
  if (ahead.fence(0)) {
    std::size_t i = 3;
    while (ahead.is(i, '`')) ++i;
    while (is_name_byte(ahead.at(i))) ++i;
    const bool opens = is_blank(ahead.at(i)) || ahead.is(i, '{') || ahead.is(i, '[') || ahead.at(i) == Lookahead::end;
    if (ahead.too_short()) return false;
    if (opens) {
      report(RepairKind::text_around, ahead.text().substr(0, i));
      take(i);
      return true;
    }
  }
  if (ahead.too_short()) return false;
  // What can begin no value at all.
  const int c = ahead.at(0);
  if (std::string_view(")]},:;=*/|&%^~?!<>").find(static_cast<char>(c)) != std::string_view::npos && c < 0x80) {
    skip(1, RepairKind::stray_text);
    return true;
  }
  return step_value_at(out);
}

bool MendingMachine::step_after_root() {
  const std::string_view more = rest();
  const std::size_t room = longest_stray - std::min(longest_stray, after_root_.size());
  after_root_ += more.substr(0, room);
  take(more.size());
  return false;
}

// ---- between values ------------------------------------------------------------------------------------------------

bool MendingMachine::step_between(std::string& out) {
  bool taken = false;
  if (!step_space(taken)) return false;
  if (taken) return true;
  Level& level = levels_.back();
  const char c = held_[pos_];
  if (c == ',' || c == ';') {
    take_comma();
    return true;
  }
  if (c == '}' || c == ']' || c == ')') return step_bracket(out, c);
  Lookahead ahead = look();
  if (c == '`') {
    const bool fence = ahead.fence(0);
    if (ahead.too_short()) return false;
    if (fence) {
      end_document(out, RepairKind::missing_bracket);
      return true;
    }
  }
  if (c == '\\' && levels_.size() == 1 && level.count == 0 && !unescaping_) {
    const bool blank = ahead.is(1, 'n') || ahead.is(1, 't') || ahead.is(1, 'r');
    const bool escaped =
        ahead.is(1, '"') || (blank && (ahead.is(2, '\\') || is_blank(ahead.at(2)) || ahead.is(2, '{')));
    if (ahead.too_short()) return false;
    if (escaped) {
      begin_unescaping();
      return true;
    }
  }
  if (!level.object) {
    if (c == ':' || c == '=') {
      skip(1, RepairKind::stray_text);
      return true;
    }
    return step_value_at(out);
  }
  if (c == '{' || c == '[' || c == '(') {
    // Its members are those of this one.
    ++(c == '{' ? level.ignored : c == '[' ? level.ignored_lists : level.parentheses);
    skip(1, RepairKind::wrong_bracket);
    return true;
  }
  if (c == ':' || c == '=' || c == '>') {
    skip(1, RepairKind::stray_text);
    return true;
  }
  return step_key(out);
}

void MendingMachine::take_comma() {
  const Level& level = levels_.back();
  if (level.count == 0 || comma_) {
    if (!comma_explained_) report(RepairKind::extra_comma, rest().substr(0, 1));
    comma_explained_ = false;
  } else {
    if (held_[pos_] != ',') report(RepairKind::missing_comma, rest().substr(0, 1), ",");
    comma_ = true;
    comma_at_ = pending_.size();
    comma_explained_ = false;
    pending_ += ',';
  }
  take(1);
}

bool MendingMachine::step_colon(std::string& out) {
  bool taken = false;
  if (!step_space(taken)) return false;
  if (taken) return true;
  Lookahead ahead = look();
  const int c = ahead.at(0);
  if (c == ':') {
    const std::size_t size = ahead.is(1, '=') || ahead.is(1, ':') ? 2 : 1;
    if (ahead.too_short()) return false;
    if (size == 2) report(RepairKind::missing_colon, ahead.text().substr(0, size), ":");
    take(size);
  } else if (c == '=' || (c == '-' && ahead.is(1, '>'))) {
    const std::size_t size = ahead.is(1, '>') || ahead.is(1, '=') ? 2 : 1;
    if (ahead.too_short()) return false;
    report(RepairKind::missing_colon, ahead.text().substr(0, size), ":");
    take(size);
  } else {
    const bool ends = ahead.value_ends(0) || ahead.fence(0);
    if (ahead.too_short()) return false;
    if (ends) {
      drop_key(RepairKind::missing_value);
      state_ = State::between;
      return true;
    }
    report(RepairKind::missing_colon, {}, ":");
    pending_ += ':';
    state_ = State::value;
    return step_value(out);
  }
  pending_ += ':';
  state_ = State::value;
  return true;
}

bool MendingMachine::step_value(std::string& out) {
  bool taken = false;
  if (!step_space(taken)) return false;
  if (taken) return true;
  const char c = held_[pos_];
  if (c == ':' || c == '=' || c == '>') {
    skip(1, RepairKind::stray_text);
    return true;
  }
  if (c == ',' || c == ';' || c == '}' || c == ']' || c == ')') {
    drop_key(RepairKind::missing_value);
    state_ = State::between;
    return true;
  }
  return step_value_at(out);
}

bool MendingMachine::step_value_at(std::string& out) {
  Lookahead ahead = look();
  const int c = ahead.at(0);
  if (!levels_.empty() && !levels_.back().object) {
    bool taken = false;
    if (!step_lost_row(out, taken)) return false;
    if (taken) return true;
  }
  if (c == '{') return step_open_brace(out);
  if (c == '[') {
    take(1);
    open(out, false, ']');
    return true;
  }
  if (c == '(') return step_open_parenthesis(out);
  if (c == '\\') {
    const bool quote = ahead.is(1, '"');
    if (ahead.too_short()) return false;
    if (quote) return step_begin_text(out, ahead.sign(1), true);
  }
  const QuoteSign sign = ahead.sign(0);
  if (ahead.too_short()) return false;
  if (!sign) return step_begin_words(out);
  bool taken = false;
  if (!step_lost_brace(out, taken)) return false;
  if (taken) return true;
  return step_begin_text(out, sign);
}

// ---- white space and comments --------------------------------------------------------------------------------------

bool MendingMachine::step_space(bool& taken) {
  const char c = held_[pos_];
  if (is_blank(c)) {
    std::size_t i = pos_;
    for (; i < held_.size() && is_blank(held_[i]); ++i) add_space(held_[i]);
    take(i - pos_);
    taken = true;
    return true;
  }
  if (c == '#') {
    taken = true;
  } else if (c == '/') {
    Lookahead ahead = look();
    const bool comment = ahead.is(1, '/') || ahead.is(1, '*');
    if (ahead.too_short()) return false;
    taken = comment;
  }
  if (!taken) return true;
  block_comment_ = c == '/' && held_[pos_ + 1] == '*';
  if (!block_comment_) {
    std::size_t size = 0;
    if (!step_line_comment(size)) return false;
    if (size != 0) {
      report(RepairKind::comment, rest().substr(0, size));
      take(size);
      return true;
    }
  }
  comment_.clear();
  after_comment_ = state_;
  state_ = State::comment;
  if (block_comment_) {
    comment_ = "/*";
    take(2);
  }
  return true;
}

/// A comment that nothing but the end of the text would end, ends before a bracket: the document is on one line, and
/// the rest of it is no part of the comment. `size` stays 0 when the comment ends out of sight.
bool MendingMachine::step_line_comment(std::size_t& size) {
  Lookahead ahead = look();
  std::size_t i = 0;
  std::size_t bracket = 0;
  for (int c = ahead.at(0); c != Lookahead::end && c != '\n'; c = ahead.at(++i))
    if (bracket == 0 && (c == '}' || c == ']')) bracket = i;
  if (ahead.too_short()) return false;
  if (ahead.at(i) == '\n')
    size = i;
  else if (ahead.ended())
    size = bracket != 0 ? bracket : i;
  return true;
}

bool MendingMachine::step_comment() {
  while (pos_ < held_.size()) {
    const char c = held_[pos_];
    if (!block_comment_ && c == '\n') break;
    if (block_comment_ && c == '*') {
      if (pos_ + 1 == held_.size() && !final_) return false;
      if (pos_ + 1 < held_.size() && held_[pos_ + 1] == '/') {
        take(2);
        comment_ += "*/";
        break;
      }
    }
    if (comment_.size() < longest_comment_excerpt) comment_ += c;
    take(1);
    if (pos_ == held_.size()) return false;
  }
  report(RepairKind::comment, comment_);
  state_ = after_comment_;
  return true;
}

// ---- opening -------------------------------------------------------------------------------------------------------

void MendingMachine::open(std::string& out, bool object, char closer) {
  if (levels_.size() >= limits_.max_depth) return give_up(out);
  begin_value(out);
  out += object ? '{' : '[';
  Level level;
  level.object = object;
  level.closer = closer;
  levels_.push_back(level);
  state_ = State::between;
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
  if (levels_.empty() || levels_.back().object) return true;
  const bool list_over = levels_.size() > 1 && levels_[levels_.size() - 2].object && levels_.back().count != 0;
  if (levels_.back().count != 0 && !levels_.back().last_was_object && !list_over) return true;
  Lookahead ahead = look();
  const QuoteSign opening = ahead.sign(0);
  std::size_t i = opening.size;
  while (i < longest_lost_key && is_name_byte(ahead.at(i)) && !ahead.sign(i)) ++i;
  bool lost = false;
  if (const QuoteSign closing = ahead.sign(i); i > opening.size && opening.closed_by(closing)) {
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
  // The comma is the one before the key.
  const std::string before_key = std::exchange(pending_, {});
  const bool comma = std::exchange(comma_, false);
  close(out);
  pending_ = before_key;
  comma_ = comma;
  return true;
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
  if (level.closer != bracket) return step_wrong_bracket(out, bracket);
  if (bracket == ']' && levels_.size() > 1 && levels_[levels_.size() - 2].object) {
    // `[1], [2]` where a member is: the list goes on.
    Lookahead ahead = look();
    const std::size_t next = ahead.after_space(1);
    const std::size_t second = ahead.is(next, ',') ? ahead.after_space(next + 1) : next;
    const bool goes_on = second != next && ahead.is(second, '[') && level.count != 0;
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
  return step_close(out);
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
    return step_close(out);
  }
  // It closes what is open in between as well; but where a member must follow, only the list is over.
  const bool in_object = match >= 2 && levels_[match - 2].object;
  const bool only_list = bracket == '}' && key && !in_object && match + 1 == levels_.size() && !levels_.back().object;
  if (only_list) {
    report(RepairKind::wrong_bracket, from, "]");
    take(1);
    return step_close(out);
  }
  std::string closers;
  for (std::size_t i = levels_.size(); i >= match; --i) closers += levels_[i - 1].object ? '}' : ']';
  report(RepairKind::wrong_bracket, from, closers);
  take(1);
  while (levels_.size() >= match) close(out);
  return true;
}

bool MendingMachine::step_close(std::string& out) {
  close(out);
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
  const Level level = std::move(levels_.back());
  levels_.pop_back();
  out += level.object ? '}' : ']';
  if (!levels_.empty() && !levels_.back().object) {
    Level& above = levels_.back();
    if (!level.object && level.count != 0 && above.rows + 1 == above.count &&
        (above.rows == 0 || above.row_length == level.count)) {
      ++above.rows;
      above.row_length = level.count;
    }
    above.last_was_object = level.object;
  }
  end_value();
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

// ---- values --------------------------------------------------------------------------------------------------------

void MendingMachine::begin_value(std::string& out) {
  value_seen_ = true;
  if (!levels_.empty()) {
    Level& level = levels_.back();
    if (!level.object && level.count != 0 && !comma_) {
      report(RepairKind::missing_comma, {}, ",");
      pending_.insert(0, ",");
    }
    ++level.count;
    level.last_was_object = false;
  }
  out += pending_;
  pending_.clear();
  comma_ = false;
  comma_explained_ = false;
  key_ = false;
}

void MendingMachine::end_value() {
  if (!levels_.empty()) {
    state_ = State::between;
    return;
  }
  state_ = State::done;
  root_end_ = taken_;
}

void MendingMachine::drop_key(RepairKind kind) {
  report(kind, pending_.substr(std::min(key_at_, pending_.size())));
  pending_.resize(std::min(key_at_, pending_.size()));
  key_ = false;
  comma_explained_ = true;
}

void MendingMachine::add_space(char c) {
  if (pending_.size() < limits_.max_held) pending_ += c;
}

void MendingMachine::skip(std::size_t count, RepairKind kind) {
  report(kind, rest().substr(0, count));
  take(count);
}

}  // namespace instructor::json
