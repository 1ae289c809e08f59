// Texts in quotes. They are written as they come; held back is only what may not belong to them.

#include <algorithm>

#include "json/mending_machine.hpp"
#include "json/text.hpp"

namespace instructor::json {

namespace {

/// How far a text without an end is looked at for a member whose key has no quotes.
constexpr std::size_t longest_bare_member = 160;

/// Bytes that are as they are in any text.
bool is_plain(char c) {
  const auto byte = static_cast<unsigned char>(c);
  if (byte <= 0x20 || byte >= 0x80) return false;
  switch (c) {
    case '"':
    case '\'':
    case '`':
    case '\\':
    case ',':
    case '{':
    case '}':
    case '[':
    case ']': return false;
    default: return true;
  }
}

}  // namespace

TextPlace MendingMachine::place() const {
  TextPlace place;
  if (levels_.empty()) return place;
  place.role = levels_.back().object ? TextPlace::Role::member : TextPlace::Role::item;
  place.outermost = levels_.size() == 1;
  place.parent_object = levels_.size() > 1 && levels_[levels_.size() - 2].object;
  for (const Level& level : levels_) (level.closer == '}' ? place.object_open : place.list_open) = true;
  return place;
}

/// `""yes" he said"`: after the first of two signs, is there a text in quotes, and more of the same text?
bool MendingMachine::begins_with_quoted(Lookahead& ahead, QuoteSign sign) {
  std::size_t stop = 0;
  if (ahead.quoted(sign.size, stop) != Lookahead::Quoted::closed || sign.closed_by(ahead.sign(stop))) return false;
  const std::size_t next = ahead.after_space(stop);
  return !ahead.value_ends(next) && !ahead.is(next, '+') && !ahead.sign(next);
}

bool MendingMachine::step_begin_text(std::string& out, QuoteSign sign, bool escaped) {
  const std::size_t before = escaped ? 1 : 0;  // a backslash
  Lookahead ahead = look(before);
  const char mark = held_[pos_ + before];
  std::uint8_t marks = 1;
  if (sign.ascii && ahead.is(1, mark)) {
    if (ahead.is(2, mark)) {
      // Three of them; or none inside two, and one too many.
      const std::size_t next = ahead.after_space(3);
      marks = ahead.value_ends(next) && !ahead.is(next, ')') && ahead.at(next) != Lookahead::end ? 1 : 3;
    } else {
      const std::size_t next = ahead.after_space(2);
      if (next == 2 && !ahead.value_ends(2) && !ahead.is(2, ':') && !ahead.is(2, '+') && !ahead.sign(2) &&
          !begins_with_quoted(ahead, sign))
        marks = 2;
    }
  }
  std::size_t layout = 0;  // what stands between three signs and the text: the rest of their line, an indentation
  std::size_t indentation = 0;
  if (marks == 3) {
    std::size_t line_end = 3;
    if (sign.family == QuoteFamily::backtick)
      while (is_name_byte(ahead.at(line_end))) ++line_end;
    if (ahead.is(line_end, '\n')) {
      while (ahead.is(line_end + 1 + indentation, ' ') || ahead.is(line_end + 1 + indentation, '\t')) ++indentation;
      layout = line_end - 2 + indentation;
    }
  }
  const std::size_t size = std::size_t{marks} * sign.size + layout;
  const int first = ahead.at(ahead.after_space(size));
  if (ahead.too_short()) return false;
  begin_value(out);
  out += '"';
  text_ = Text();
  text_.place = place();
  text_.begins_like_json = first == '{' || first == '[';
  text_.place.opening = sign;
  text_.marks = marks;
  text_.escaped_quotes = escaped;
  text_.indentation = indentation;
  if (escaped || marks != 1 || !sign.ascii || sign.family != QuoteFamily::twofold)
    report(RepairKind::quotes, rest().substr(0, before + std::size_t{marks} * sign.size), "\"");
  take(before + size);
  state_ = State::text;
  return true;
}

bool MendingMachine::step_text(std::string& out) {
  if (text_.marks == 3) return step_triple(out);
  std::size_t plain = pos_;
  while (plain < held_.size() && is_plain(held_[plain])) ++plain;
  if (plain != pos_) {
    out.append(held_, pos_, plain - pos_);
    text_.last = held_[plain - 1];
    take(plain - pos_);
    if (pos_ == held_.size()) return false;
  }
  const char c = held_[pos_];
  if (is_blank(c) || c == ',' || c == '}' || c == ']') return step_gap(out);
  if (c == '{' || c == '[') {
    ++(c == '{' ? text_.place.braces : text_.place.brackets);
    out += c;
    take(1);
    return true;
  }
  if (c == '\\') {
    if (!text_.escaped_quotes) return step_unit(out);
    Lookahead ahead = look();
    const bool quote = ahead.is(1, '"');
    const std::size_t next = ahead.after_space(2);
    const bool ends = quote && (ahead.value_ends(next) || ahead.is(next, '\\'));
    if (ahead.too_short()) return false;
    if (!ends) return step_unit(out);
    take(2);
    end_text(out);
    return true;
  }
  Lookahead ahead = look();
  const QuoteSign sign = ahead.sign(0);
  if (ahead.too_short()) return false;
  if (text_.place.opening.closed_by(sign)) return step_quote(out, ahead, 0, sign, false);
  if (sign) {
    const bool ends = ends_with_other(ahead, sign.size);
    if (ahead.too_short()) return false;
    if (ends) {
      report(RepairKind::missing_quote, rest().substr(0, sign.size), "\"");
      take(sign.size);
      end_text(out);
      return true;
    }
  }
  if (static_cast<unsigned char>(c) >= 0x80) return step_unit(out);
  if (c == '"') {
    out += "\\\"";
    take(1);
    return true;
  }
  return step_unit(out);
}

bool MendingMachine::step_triple(std::string& out) {
  const char c = held_[pos_];
  const char mark = text_.place.opening.family == QuoteFamily::twofold  ? '"'
                    : text_.place.opening.family == QuoteFamily::single ? '\''
                                                                        : '`';
  if (c == mark) {
    Lookahead ahead = look();
    const bool three = ahead.is(1, mark) && ahead.is(2, mark);
    const bool four = three && ahead.is(3, mark);
    if (ahead.too_short()) return false;
    if (three && !four) {
      take(3);
      end_text(out);
      return true;
    }
  }
  if (c == '\n') {
    // The last line break is layout, and so is an indentation that all lines have.
    Lookahead ahead = look();
    const std::size_t next = ahead.after_blanks(0);
    const bool last =
        ahead.is(next, mark) && ahead.is(next + 1, mark) && ahead.is(next + 2, mark) && !ahead.is(next + 3, mark);
    if (ahead.too_short()) return false;
    if (last) {
      take(next + 3);
      end_text(out);
      return true;
    }
    const std::size_t line = ahead.text().substr(0, next).rfind('\n') + 1;
    emit(out, line);
    take(std::min(text_.indentation, next - line));
    return true;
  }
  if (is_plain(c) || c == ' ' || c == ',' || c == '{' || c == '}' || c == '[' || c == ']') {
    out += c;
    take(1);
    return true;
  }
  if (c == '"') {
    out += "\\\"";
    take(1);
    return true;
  }
  return step_unit(out);
}

// ---- what may not belong to the text -------------------------------------------------------------------------------

/// White space, a comma or a closing bracket: what comes after it tells whether the text goes on.
bool MendingMachine::step_gap(std::string& out) {
  Lookahead ahead = look();
  const std::size_t blanks = ahead.after_blanks(0);
  const int c = ahead.byte_at(blanks);
  if (ahead.too_short()) return false;
  if (c == Lookahead::end) {
    emit(out, blanks);
    return true;
  }
  if (const QuoteSign sign = ahead.sign(blanks); text_.place.opening.closed_by(sign))
    return step_quote(out, ahead, blanks, sign, false);
  if (ahead.too_short()) return false;
  if (c == '}' || c == ']') return step_tail(out, ahead, blanks);
  if (c != ',') {
    emit(out, blanks);
    return true;
  }
  const std::size_t next = ahead.after_blanks(blanks + 1);
  const QuoteSign sign = ahead.sign(next);
  if (ahead.too_short()) return false;
  if (text_.place.opening.closed_by(sign)) return step_quote(out, ahead, next, sign, true);
  if (text_.place.role == TextPlace::Role::member && text_.place.braces <= 0) {
    bool taken = false;
    if (!step_bare_member(out, ahead, next, taken)) return false;
    if (taken) return true;
  }
  emit(out, std::min(next, ahead.text().size()));
  return true;
}

/// `"a": "one, b: "two"`: was the quote forgotten before a key that has none? So it is when a quote opens its value, or
/// when the text has no other quote before it ends with a bracket.
bool MendingMachine::step_bare_member(std::string& out, Lookahead& ahead, std::size_t name, bool& taken) {
  const bool key = ahead.bare_key_follows(name);
  if (ahead.too_short()) return false;
  if (!key) return true;
  std::size_t value = name;
  while (!ahead.is(value, ':')) ++value;
  value = ahead.after_blanks(value + 1);
  bool over = false;
  if (const QuoteSign sign = ahead.sign(value); text_.place.opening.closed_by(sign)) {
    over = quote_sense(ahead, value, value + sign.size, text_.place) == QuoteSense::inner;
  } else {
    std::size_t i = value;
    int last = 0;
    bool quote = false;
    for (; i < longest_bare_member && ahead.at(i) != Lookahead::end && !quote; ++i) {
      quote = text_.place.opening.closed_by(ahead.sign(i));
      if (!is_blank(ahead.at(i))) last = ahead.at(i);
    }
    over = !quote && i < longest_bare_member && ahead.ended() && last == '}';
  }
  if (ahead.too_short()) return false;
  if (!over) return true;
  taken = true;
  report(RepairKind::missing_quote, {}, "\"");
  end_text(out);
  return true;
}

/// `"a": "x', "b": 1`: a quote of another kind, behind which a member or item begins that is clear, or everything ends.
bool MendingMachine::ends_with_other(Lookahead& ahead, std::size_t after) {
  using Role = TextPlace::Role;
  const TextPlace& place = text_.place;
  if (place.role == Role::root || place.braces > 0 || place.brackets > 0) return false;
  std::size_t next = ahead.after_blanks(after);
  if (ahead.is(next, ',')) {
    next = ahead.after_blanks(next + 1);
    std::size_t stop = 0;
    if (place.role == Role::member) return ahead.named_key_follows(next);
    return ahead.quoted_name_follows(next, stop) && ahead.value_ends(ahead.after_blanks(stop));
  }
  if (!ahead.is(next, place.role == Role::member ? '}' : ']')) return false;
  while (is_blank(ahead.at(next)) || ahead.is(next, '}') || ahead.is(next, ']')) ++next;
  return ahead.at(next) == Lookahead::end && ahead.ended();
}

/// Closing brackets at the very end, after a text that has no end: they close what is open.
bool MendingMachine::step_tail(std::string& out, Lookahead& ahead, std::size_t closers) {
  std::size_t i = closers;
  for (int c = ahead.byte_at(i); is_blank(c) || c == '}' || c == ']' || c == ',' || c == '`'; c = ahead.byte_at(++i)) {
  }
  if (ahead.too_short()) return false;
  std::size_t stop = closers;  // after the last bracket that counts as text
  int braces = text_.place.braces;
  int brackets = text_.place.brackets;
  std::size_t first_free = Lookahead::limit;
  for (std::size_t k = closers; k < i; ++k) {
    const int c = ahead.at(k);
    if (c != '}' && c != ']') continue;
    int& open_inside = c == '}' ? braces : brackets;
    const bool open_outside = c == '}' ? text_.place.object_open : text_.place.list_open;
    if (open_inside <= 0 && open_outside && first_free == Lookahead::limit) first_free = k;
    if (open_inside > 0) --open_inside;
    if (first_free == Lookahead::limit || !ahead.ended() || ahead.at(i) != Lookahead::end) stop = k + 1;
  }
  if (ahead.at(i) == Lookahead::end && ahead.ended() && first_free != Lookahead::limit) {
    std::size_t text_end = first_free;
    while (text_end > 0 && is_blank(ahead.text()[text_end - 1])) --text_end;
    emit(out, text_end);
    report(RepairKind::missing_quote, {}, "\"");
    end_text(out);
    return true;
  }
  if (first_free != Lookahead::limit && ends_before_tail(ahead, first_free, i)) {
    emit(out, first_free);
    report(RepairKind::missing_quote, {}, "\"");
    end_text(out);
    return true;
  }
  if (ahead.too_short()) return false;
  text_.place.braces = braces;
  text_.place.brackets = brackets;
  emit(out, stop);
  return true;
}

/// `"a": ["x}, "b": 1`: brackets, a comma and a quote that opens a key; or an object that begins with one. Not where
/// the document would then be over.
bool MendingMachine::ends_before_tail(Lookahead& ahead, std::size_t bracket, std::size_t next) {
  if (text_.place.role == TextPlace::Role::root) return false;
  if (text_.place.role == TextPlace::Role::member && text_.place.outermost) return false;
  const std::string_view tail = ahead.text().substr(bracket, next - bracket);
  if (tail.find(',') == std::string_view::npos) return false;
  // Another object of the list that this one is in.
  if (text_.place.role == TextPlace::Role::member && !text_.place.parent_object && ahead.is(next, '{'))
    return ahead.named_key_follows(ahead.after_space(next + 1)) && !ahead.too_short();
  const QuoteSign sign = ahead.sign(next);
  if (!text_.place.opening.closed_by(sign)) return false;
  TextPlace place = text_.place;
  place.after_break = true;
  return ahead.whole_key_follows(next) && quote_sense(ahead, next, next + sign.size, place) == QuoteSense::opens &&
         !ahead.too_short();
}

/// A quote in the text that is being read: before a colon, or not.
int MendingMachine::cost_of_inner_quote(bool is_of_key) {
  if (text_.begins_like_json) return cost_of(RepairKind::inner_quote);
  const bool in_braces = text_.place.braces > 0;
  text_.quoted_outside = text_.quoted_outside || !in_braces;
  text_.key_in_braces = text_.key_in_braces || (is_of_key && in_braces);
  if ((is_of_key && !in_braces) || (text_.key_in_braces && text_.quoted_outside)) return cost_of_key_in_text;
  return is_of_key ? cost_of_key_in_braces : cost_of(RepairKind::inner_quote);
}

bool MendingMachine::step_quote(std::string& out, Lookahead& ahead, std::size_t at, QuoteSign sign, bool comma) {
  TextPlace& place = text_.place;
  const std::string_view gap = ahead.text().substr(0, at);
  const bool line_break = gap.find('\n') != std::string_view::npos;
  place.after_break = comma || line_break;
  place.after_digit = at == 0 && is_number(text_.last);
  std::size_t after = at + sign.size;
  if (text_.marks == 2 && place.opening.closed_by(ahead.sign(after))) after += ahead.sign(after).size;
  const QuoteSense sense = quote_sense(ahead, at, after, place);
  if (ahead.too_short()) return false;
  switch (sense) {
    case QuoteSense::inner: {
      const char before = at > 0 ? gap.back() : text_.last;
      const bool apostrophe =
          place.opening.family == QuoteFamily::single && is_letter(before) && is_letter(ahead.at(after));
      const bool is_of_key = !text_.begins_like_json && ahead.is(ahead.after_blanks(after), ':');
      if (ahead.too_short()) return false;
      const int cost = cost_of_inner_quote(is_of_key);
      emit(out, at);
      report_at(cost, RepairKind::inner_quote, rest().substr(0, sign.size));
      if (sign.ascii && sign.family == QuoteFamily::twofold)
        out += "\\\"";
      else
        out.append(held_, pos_, sign.size);
      take(sign.size);
      place.quoted_inside = true;
      if (!apostrophe) place.quote_open = !place.quote_open;
      return true;
    }
    case QuoteSense::opens:
      report(RepairKind::missing_quote, {}, "\"");
      end_text(out);
      return true;
    case QuoteSense::twice: {
      const std::size_t both = std::size_t{sign.size} + ahead.sign(after).size;
      emit(out, at);
      report(RepairKind::quotes, rest().substr(0, both), "\"");
      take(both);
      end_text(out);
      return true;
    }
    case QuoteSense::ends: {
      // A line break just before the quote is how the text was laid out.
      std::size_t whole = at;
      while (whole > 0 && is_blank(gap[whole - 1])) --whole;
      const bool laid_out = gap.find('\n', whole) != std::string_view::npos;
      if (!laid_out) whole = at;
      emit(out, whole);
      if (laid_out && !text_.control_reported) report(RepairKind::control_character, "\n");
      take(after - whole);
      end_text(out);
      return true;
    }
    case QuoteSense::joins: {
      std::size_t next = ahead.after_space(after);
      if (ahead.is(next, '+')) next = ahead.after_space(next + 1);
      const QuoteSign second = ahead.sign(next);
      if (ahead.too_short()) return false;
      emit(out, at);
      report(RepairKind::joined_text, ahead.text().substr(at, next + second.size - at));
      take(next + second.size - at);
      place.opening = second;
      place.quoted_inside = place.quote_open = false;
      text_.marks = 1;
      return true;
    }
  }
  return true;
}

void MendingMachine::end_text(std::string& out) {
  out += '"';
  end_value();
}

}  // namespace instructor::json
