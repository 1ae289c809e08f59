// What stands between values: commas, colons, comments, and what should not be there.

#include <algorithm>

#include "json/mending_machine.hpp"
#include "json/text.hpp"

namespace instructor::json {

namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
constexpr std::size_t longest_comment_excerpt = 200;
constexpr std::size_t longest_stray = 200;

/// Markdown's `[words](address)`, at the bracket.
bool is_link(Lookahead& ahead) {
  std::size_t i = 1;
  while (is_name_byte(ahead.at(i)) || ahead.is(i, ' ')) ++i;
  if (i == 1 || !ahead.is(i, ']') || !ahead.is(i + 1, '(')) return false;
  const std::size_t address = i += 2;
  for (int c = ahead.at(i); c > ' ' && c != ')' && c != '"' && c != ','; c = ahead.at(i)) ++i;
  return i != address && ahead.is(i, ')');
}

}  // namespace

// ---- before and after ----------------------------------------------------------------------------------------------

bool MendingMachine::step_start(std::string& out) {
  Lookahead ahead = look();
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

/// A backslash before a sign of JSON, as Markdown has it.
bool MendingMachine::step_backslash(bool& taken) {
  Lookahead ahead = look();
  const int next = ahead.at(1);
  if (ahead.too_short()) return false;
  if (next == Lookahead::end && ahead.ended()) {
    report(RepairKind::cut_off, "\\");
    cut_off_ = true;
    take(1);
    return taken = true;
  }
  if (next != ':' && next != ',' && next != '{' && next != '}' && next != '[' && next != ']') return true;
  skip(1, RepairKind::escape);
  return taken = true;
}

/// A sign that stands for one of JSON becomes that one.
bool MendingMachine::step_wide_sign(bool& taken) {
  if (pos_ + 1 == held_.size() && !final_) return false;
  const WideSign wide = wide_sign(rest());
  if (!wide && pos_ + 2 >= held_.size() && !final_) return false;
  if (!wide) return true;
  const std::string_view meaning(&wide.meaning, 1);
  const bool is_byte_order_mark = taken_ == 0 && rest().starts_with(byte_order_mark);
  if (!is_byte_order_mark) report(RepairKind::wide_sign, rest().substr(0, wide.size), meaning);
  take(std::size_t{wide.size} - 1);
  held_[pos_] = wide.meaning;
  if (wide.meaning == ' ') take(1);
  return taken = true;
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
    if (c == '{' && level.count != 0 && comma_ && levels_.size() > 1 && !levels_[levels_.size() - 2].object) {
      // In a list, the next object: this one was not closed.
      report(RepairKind::missing_bracket, {}, "}");
      close_before_comma(out);
      return true;
    }
    // Its members are those of this one.
    const bool twice = c == '{' && level.count == 0;
    ++(twice ? level.doubled : c == '{' ? level.ignored : c == '[' ? level.ignored_lists : level.parentheses);
    report_at(twice || c == '(' ? cost_of(RepairKind::wrong_bracket) : cost_of_lost_opening, RepairKind::wrong_bracket,
              rest().substr(0, 1));
    take(1);
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
    const bool link = !levels_.empty() && is_link(ahead);
    if (ahead.too_short()) return false;
    if (link) {
      begin_words(out);
      return true;
    }
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
