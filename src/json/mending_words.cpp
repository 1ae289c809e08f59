// What has no quotes: numbers, literals, and words that are a text.

#include <algorithm>

#include "json/bare_word.hpp"
#include "json/mending_machine.hpp"
#include "json/text.hpp"

namespace instructor::json {

namespace {

constexpr std::size_t longest_beginning = 160;

bool stops_word(int c) {
  switch (c) {
    case ',':
    case ';':
    case '}':
    case ']':
    case ')':
    case '{':
    case '[':
    case '(':
    case '"':
    case '\'':
    case '`':
    case ':':
    case '/':
    case '\\':
    case '#': return true;
    default: return is_blank(c) || c == Lookahead::end;
  }
}

bool is_callable(std::string_view word) {
  return !word.empty() && (is_letter(word.front()) || word.front() == '_') &&
         std::ranges::all_of(word, [](char c) { return is_letter(c) || is_number(c) || c == '_' || c == '.'; });
}

}  // namespace

bool MendingMachine::step_begin_words(std::string& out) {
  using Role = TextPlace::Role;
  Lookahead ahead = look();
  const Role role = place().role;
  const std::size_t parentheses = levels_.empty() ? root_parentheses_ : levels_.back().parentheses;
  std::size_t size = 0;
  while (!stops_word(ahead.at(size))) ++size;
  const std::string word(ahead.text().substr(0, size));
  const int c = ahead.at(size);
  if (size == Lookahead::limit) return step_long_word(out);

  if (c == '(' && is_callable(word)) {
    // Decimal('1'), ObjectId("x"), set([1, 2]): what it is called with.
    const std::size_t next = ahead.after_space(size + 1);
    const int first = ahead.at(next);
    const bool call =
        ahead.sign(next) || is_number(first) || first == '-' || first == '{' || first == '[' || first == ')';
    if (ahead.too_short()) return false;
    if (call && !(levels_.empty() && first == ')')) {
      skip(size, RepairKind::stray_text);
      return true;
    }
  }
  if (word == "new" && is_blank(c)) {
    // JavaScript's `new Date("x")`.
    std::size_t name_end = size + 1;
    while (is_name_byte(ahead.at(name_end))) ++name_end;
    const bool call = name_end > size + 1 && ahead.is(name_end, '(');
    if (ahead.too_short()) return false;
    if (call && role != Role::root) {
      skip(size + 1, RepairKind::stray_text);
      return true;
    }
  }
  if (role != Role::root && (c == '"' || c == '\'') && size != 0 && size <= 2 &&
      word.find_first_not_of("bBuUrRfF") == std::string::npos) {
    // Python's: b'...'. In a text without quotes something stands before the quote that is no such letter.
    std::size_t stop = 0;
    const bool closed =
        ahead.quoted(size, stop) == Lookahead::Quoted::closed && ahead.value_ends(ahead.after_space(stop));
    if (ahead.too_short()) return false;
    if (closed) {
      skip(size, RepairKind::quotes);
      return true;
    }
  }
  const bool dots = word == "..." || word == "\xE2\x80\xA6";
  if (dots && role == Role::item) {
    if (ahead.too_short()) return false;
    report(RepairKind::stray_text, word);
    if (comma_) comma_explained_ = true;
    take(size);
    return true;
  }
  if (size == 0 && role == Role::item && c != '/' && c != '(') {
    if (ahead.too_short()) return false;
    skip(1, RepairKind::stray_text);
    return true;
  }

  if (c == Lookahead::end && ahead.ended() && !word.empty()) {
    bool known = false;
    std::string json = read_cut_word(word, known);
    const BareWord whole = read_bare_word(word);
    // Where more digits may have been lost is known to who knows why the text ends; `1.` and the like do not end so.
    const bool is_whole = whole.kind == BareWord::Kind::literal ||
                          (whole.kind == BareWord::Kind::number && (levels_.empty() || whole.json == word));
    if (is_whole && whole.json != word)
      report(whole.kind == BareWord::Kind::literal ? RepairKind::literal : RepairKind::number_form, word, whole.json);
    if (is_whole || (known && !json.empty())) {
      begin_value(out);
      out += is_whole ? whole.json : json;
      take(size);
      if (!is_whole) {
        report(RepairKind::cut_off, word, json);
        cut_off_ = true;
      }
      end_value();
      return true;
    }
    if (known) {
      report(RepairKind::cut_off, word);
      cut_off_ = true;
      take(size);
      if (state_ == State::value) {
        pending_.resize(key_at_);
        key_ = false;
        state_ = State::between;
      }
      comma_explained_ = true;
      return true;
    }
  }

  const BareWord value = read_bare_word(word);
  if (value.kind != BareWord::Kind::text) {
    const std::size_t next = ahead.after_space(size);
    const int d = ahead.at(next);
    const bool number = value.kind == BareWord::Kind::number;
    const bool new_line = ahead.text().substr(0, next).find('\n') != std::string_view::npos;
    bool alone = d == '}' || d == ']' || d == Lookahead::end || new_line || ahead.fence(next) ||
                 (d == ')' && role != Role::root);
    std::size_t after = size;
    if (d == ',' || d == ';') {
      // Thousands: 1,234. In a list that would be two.
      alone = !(number && role == Role::member && next == size && is_number(ahead.at(size + 1)) &&
                !ahead.key_follows(size + 1));
    } else if (d == '\\' && next == size && role != Role::root) {
      alone = ahead.value_ends(size + 1);
    } else if (role == Role::member && d == '"' && next == size) {
      const std::size_t second = ahead.after_space(size + 1);
      alone = ahead.value_ends(second) && !ahead.is(second, ')');
      if (alone)
        after = size + 1;
      else
        alone = ahead.key_follows(size);
    } else if (role == Role::member && !alone) {
      alone = ahead.sign(next) ? next > size && ahead.whole_key_follows(next) : ahead.bare_key_follows(next);
    } else if (role == Role::item && !alone) {
      alone = next > size && (d == '{' || d == '[' || ahead.sign(next) || ahead.scalar_follows(next));
    }
    if (role == Role::root)
      alone = d == Lookahead::end || new_line || d == ',' || d == '}' || d == ']' || ahead.fence(next);
    if (parentheses != 0 && d == ')') alone = true;
    if (ahead.too_short()) return false;
    if (alone) {
      begin_value(out);
      out += value.json;
      if (value.json != word) report(number ? RepairKind::number_form : RepairKind::literal, word, value.json);
      if (after != size) report(RepairKind::missing_quote, ahead.text().substr(0, after), value.json);
      take(after);
      end_value();
      return true;
    }
  }
  if (ahead.too_short()) return false;
  begin_words(out);
  return true;
}

/// A word that is longer than is looked ahead: a number, or the beginning of a text.
bool MendingMachine::step_long_word(std::string& out) {
  const std::string_view text = rest().substr(0, limits_.max_held);
  std::size_t size = 0;
  while (size < text.size() && !stops_word(static_cast<unsigned char>(text[size]))) ++size;
  if (size == text.size() && !final_ && size < limits_.max_held) return false;
  const std::string word(text.substr(0, size));
  const BareWord value = size < limits_.max_held ? read_bare_word(word) : BareWord();
  if (value.kind != BareWord::Kind::number) {
    begin_words(out);
    return true;
  }
  begin_value(out);
  out += value.json;
  if (value.json != word) report(RepairKind::number_form, word, value.json);
  take(size);
  end_value();
  return true;
}

void MendingMachine::begin_words(std::string& out) {
  begin_value(out);
  out += '"';
  text_ = Text();
  text_.place = place();
  state_ = State::words;
}

void MendingMachine::end_words(std::string& out) {
  out += '"';
  const bool opens = text_.place.braces > 0 || text_.place.brackets > 0;
  report_at(opens ? cost_of_words_with_bracket : cost_of(RepairKind::unquoted_text), RepairKind::unquoted_text,
            text_.beginning, "\"" + text_.beginning + "\"");
  end_value();
}

bool MendingMachine::step_words(std::string& out) {
  const char c = held_[pos_];
  TextPlace& place = text_.place;
  const bool root = place.role == TextPlace::Role::root;
  if (is_blank(c)) return step_words_gap(out);
  if ((c & 0x80) != 0 && !root) {
    Lookahead ahead = look();
    const int meaning = ahead.at(0);
    const bool ends = place.braces <= 0 && place.brackets <= 0 &&
                      (meaning == '}' || meaning == ']' || (meaning == ',' && words_end_at(ahead, 0)));
    if (ahead.too_short()) return false;
    if (ends) {
      end_words(out);
      return true;
    }
  }
  const auto count = [&](int& open, bool opens) {
    open += opens ? 1 : -1;
    emit_words(out, 1);
    return true;
  };
  switch (c) {
    case '{': return count(place.braces, true);
    case '[': return count(place.brackets, true);
    case '(': return count(text_.parentheses, true);
    case '}':
      if (place.braces > 0 || root) return count(place.braces, false);
      end_words(out);
      return true;
    case ']':
      if (place.brackets > 0 || root) return count(place.brackets, false);
      end_words(out);
      return true;
    case ')':
      if (!root && text_.parentheses <= 0 && (levels_.back().closer == ')' || levels_.back().parentheses != 0)) {
        end_words(out);
        return true;
      }
      return count(text_.parentheses, false);
    case ',':
      if (!root) return step_words_comma(out);
      break;
    case '"': {
      if (root) break;
      Lookahead ahead = look();
      const std::size_t next = ahead.after_space(1);
      const int d = ahead.at(next);
      bool closes = d == '}' || d == ']' || d == Lookahead::end;
      if (d == ',' && place.role == TextPlace::Role::member) closes = words_end_at(ahead, next);
      if (d == ',' && place.role == TextPlace::Role::item) closes = true;
      const bool key = !closes && place.role == TextPlace::Role::member && ahead.key_follows(0);
      if (ahead.too_short()) return false;
      if (closes) {
        report(RepairKind::missing_quote, {}, "\"");
        take(1);
      }
      if (closes || key) {
        end_words(out);
        return true;
      }
      break;
    }
    default: break;
  }
  const auto byte = static_cast<unsigned char>(c);
  if (byte >= 0x80 || byte < 0x20) {
    const std::size_t size = mend_unit(rest(), !final_, out);
    if (size == 0) return false;
    if (text_.beginning.size() < longest_beginning) text_.beginning += rest().substr(0, size);
    take(size);
    return true;
  }
  emit_words(out, 1);
  return true;
}

/// Does the comma at `i` stand after the words?
bool MendingMachine::words_end_at(Lookahead& ahead, std::size_t i) {
  const std::size_t next = ahead.after_space(i + 1);
  const int c = ahead.at(next);
  return c == Lookahead::end || c == '}' || c == ']' || c == ',' || ahead.key_follows(next);
}

bool MendingMachine::step_words_comma(std::string& out) {
  TextPlace& place = text_.place;
  bool ends = place.role == TextPlace::Role::item;
  if (place.braces > 0 || place.brackets > 0 || text_.parentheses > 0) {
    ends = false;
  } else if (!ends) {
    Lookahead ahead = look();
    ends = words_end_at(ahead, 0);
    if (ahead.too_short()) return false;
  }
  if (ends)
    end_words(out);
  else
    emit_words(out, 1);
  return true;
}

/// White space: words end before a comment, a closing bracket, a fence, or a line with the next key or item.
bool MendingMachine::step_words_gap(std::string& out) {
  using Role = TextPlace::Role;
  const TextPlace& place = text_.place;
  Lookahead ahead = look();
  const std::size_t next = ahead.after_blanks(0);
  const int c = ahead.at(next);
  const bool line_break = ahead.text().substr(0, next).find('\n') != std::string_view::npos;
  bool ends = c == Lookahead::end;
  if (place.role != Role::root) {
    const bool comment = c == '#' || (c == '/' && (ahead.is(next + 1, '/') || ahead.is(next + 1, '*')));
    ends = ends || comment || ahead.fence(next) || (c == '}' && place.braces <= 0) || (c == ']' && place.brackets <= 0);
    if (c == ',' && place.braces <= 0 && place.brackets <= 0 && text_.parentheses <= 0)
      ends = ends || place.role == Role::item || words_end_at(ahead, next);
    if (line_break && place.role == Role::item) ends = true;
    if (!ends && place.role == Role::member && (line_break || ahead.is(next, '"'))) ends = ahead.key_follows(next);
  }
  if (ahead.too_short()) return false;
  if (c == Lookahead::end && ahead.ended()) {
    // Nothing but white space follows.
    if (place.role != Role::root) {
      report(RepairKind::cut_off);
      cut_off_ = true;
    }
    end_words(out);
    return true;
  }
  if (c == Lookahead::end || !ends)
    emit_words(out, next);
  else
    end_words(out);
  return true;
}

void MendingMachine::emit_words(std::string& out, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    const char c = held_[pos_];
    if (text_.beginning.size() < longest_beginning) text_.beginning += c;
    if (c == '"' || c == '\\')
      (out += '\\') += c;
    else if (static_cast<unsigned char>(c) < 0x20)
      mend_unit(rest().substr(0, 1), false, out);
    else
      out += c;
    take(1);
  }
}

}  // namespace instructor::json
