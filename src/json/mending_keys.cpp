// Keys. They are held back until they are whole: what a key is shows at its end.

#include <algorithm>

#include "json/bare_word.hpp"
#include "json/escape.hpp"
#include "json/mending_machine.hpp"
#include "json/text.hpp"

namespace instructor::json {

namespace {

std::string_view without_blanks(std::string_view text) {
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  return text;
}

bool is_name(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return is_name_byte(static_cast<unsigned char>(c)); });
}

/// `"key': 1`: a name, and a quote that is another one than the first.
std::string_view without_other_quote(std::string_view name) {
  const std::string_view trimmed = without_blanks(name);
  if (trimmed.empty() || std::string_view("\"'`").find(trimmed.back()) == std::string_view::npos) return name;
  const std::string_view before = trimmed.substr(0, trimmed.size() - 1);
  return is_name(before) ? before : name;
}

/// What stands between the quotes of a key, and where the text goes on.
struct QuotedKey {
  enum class Outcome : std::uint8_t { undecided, key, stray, interrupted, cut };
  Outcome outcome = Outcome::undecided;
  std::size_t begin = 0;
  std::size_t end = 0;
  std::size_t next = 0;
  bool missing_quote = false;
  bool inner_quotes = false;
  bool doubled_end = false;
};

/// Finds the end of a key that begins with a quote. Unlike a text it is looked at as a whole.
class KeyFinder {
 public:
  KeyFinder(std::string_view text, bool more, QuoteSign opening) : text_(text), more_(more), opening_(opening) {}

  QuotedKey find() {
    key_.begin = opening_.size;
    if (is_doubled()) {
      doubled_ = true;
      key_.begin = std::size_t{2} * opening_.size;
    }
    if (undecided_) return {};
    if (key_.outcome == QuotedKey::Outcome::stray) return key_;
    std::size_t i = key_.begin;
    while (i < text_.size()) {
      const char c = text_[i];
      if (c == '\\') {
        i += 2;
        continue;
      }
      if (c == '\n') {
        if (line_ends(i)) return undecided_ ? QuotedKey() : key_;
      }
      const auto byte = static_cast<unsigned char>(c);
      if (byte >= 0x80 || c == '"' || c == '\'' || c == '`') {
        if (const QuoteSign sign = sign_at(i); opening_.closed_by(sign)) {
          if (closes(i, sign)) return undecided_ ? QuotedKey() : key_;
          key_.inner_quotes = true;
          i += sign.size;
          continue;
        }
        if (undecided_) return {};
      }
      ++i;
    }
    if (more_) return {};
    return at_the_end();
  }

 private:
  Lookahead look(std::size_t from) const { return {text_.substr(std::min(from, text_.size())), more_}; }

  QuoteSign sign_at(std::size_t i) {
    Lookahead ahead = look(i);
    const QuoteSign sign = ahead.sign(0);
    undecided_ = undecided_ || ahead.too_short();
    return sign;
  }

  bool is_doubled() {
    Lookahead ahead = look(0);
    bool doubled = false;
    if (opening_.ascii && ahead.is(1, text_[0])) {
      if (ahead.is(2, text_[0]) && ahead.is(3, text_[0])) {
        key_.outcome = QuotedKey::Outcome::stray;
        key_.next = 4;
        return false;
      }
      const std::size_t next = ahead.after_space(2);
      doubled = !ahead.value_ends(next) && !ahead.is(next, ':') && !ahead.is(next, '=');
    }
    undecided_ = ahead.too_short();
    return doubled;
  }

  QuotedKey& is_key(std::size_t end, std::size_t next) {
    key_.outcome = QuotedKey::Outcome::key;
    key_.end = end;
    key_.next = next;
    return key_;
  }

  /// Does the key end with the sign at `i`?
  bool closes(std::size_t i, QuoteSign sign) {
    Lookahead ahead = look(i);
    std::size_t after = sign.size;
    if (doubled_ && opening_.closed_by(ahead.sign(after))) after += ahead.sign(after).size;
    // Two signs before the colon: one is too many.
    if (!doubled_ && !key_.inner_quotes && opening_.ascii && i > key_.begin && opening_.closed_by(ahead.sign(after)) &&
        ahead.is(ahead.after_blanks(after + ahead.sign(after).size), ':')) {
      after += ahead.sign(after).size;
      key_.doubled_end = true;
    }
    const std::size_t next = ahead.after_space(after);
    const int c = ahead.at(next);
    bool ends = c == ':' || c == '=' || c == ',' || c == '}' || c == ']' || c == Lookahead::end;
    if (!ends && (begins_next_key(ahead, i) || goes_on_behind_colon(i))) {
      if (ahead.too_short()) return undecided_ = true;
      key_.missing_quote = true;
      is_key(colon_, colon_);
      return true;
    }
    if (!ends && ends_with_colon(i)) {
      if (ahead.too_short()) return undecided_ = true;
      key_.missing_quote = true;
      is_key(colon_, colon_);
      return true;
    }
    if (!ends) ends = !another_sign_ends(ahead, after);
    if (ahead.too_short()) return undecided_ = true;
    if (ends) is_key(i, i + after);
    return ends;
  }

  /// `"key: "value"`, `"key: ["item"`: the quote at `i` belongs to the value.
  bool ends_with_colon(std::size_t i) {
    while (i > key_.begin && (is_blank(text_[i - 1]) || text_[i - 1] == '[' || text_[i - 1] == '{')) --i;
    if (i <= key_.begin || text_[i - 1] != ':') return false;
    colon_ = i - 1;
    return colon_ > key_.begin;
  }

  /// A name, a colon, and then what stands between values.
  bool goes_on_behind_colon(std::size_t i) {
    colon_ = text_.find(':', key_.begin);
    return colon_ < i && is_name(without_blanks(text_.substr(key_.begin, colon_ - key_.begin))) &&
           text_.substr(colon_, i - colon_).find_first_of("{}[],") != std::string_view::npos;
  }

  /// `"key: 1, "next": 2`: the quote opens the next key.
  bool begins_next_key(Lookahead& ahead, std::size_t i) {
    while (i > key_.begin && is_blank(text_[i - 1])) --i;
    if (i <= key_.begin || text_[i - 1] != ',') return false;
    colon_ = text_.find(':', key_.begin);
    return colon_ < i && colon_ > key_.begin && ahead.whole_key_follows(0);
  }

  /// Is there a sign on this line that a colon follows, before anything that ends a member?
  bool another_sign_ends(Lookahead& ahead, std::size_t i) {
    for (int c = ahead.at(i); c != Lookahead::end && c != '\n' && c != ',' && c != '{' && c != '}'; c = ahead.at(++i))
      if (const QuoteSign sign = ahead.sign(i); opening_.closed_by(sign))
        if (ahead.is(ahead.after_blanks(i + sign.size), ':')) return true;
    return false;
  }

  /// A line break inside a key: the key ended at its colon; or another key may stand on the next line, and this one was
  /// left.
  bool line_ends(std::size_t i) {
    colon_ = text_.find(':', key_.begin);
    if (colon_ < i && is_name(without_blanks(text_.substr(key_.begin, colon_ - key_.begin)))) {
      key_.missing_quote = true;
      is_key(colon_, colon_);
      return true;
    }
    Lookahead ahead = look(i);
    const std::size_t next = ahead.after_blanks(0);
    const bool interrupted = ahead.sign(next) && ahead.key_follows(next);
    if (ahead.too_short()) return undecided_ = true;
    if (!interrupted) return false;
    key_.outcome = QuotedKey::Outcome::interrupted;
    key_.next = i;
    return true;
  }

  QuotedKey at_the_end() {
    // `"key:value}`: with a bracket at the end, what is missing is the quote, not the rest of the text.
    const std::string_view all = without_blanks(text_);
    const std::size_t colon = text_.find(':', key_.begin);
    if (colon != std::string_view::npos && colon > key_.begin && (all.ends_with('}') || all.ends_with(']'))) {
      key_.missing_quote = true;
      return is_key(colon, colon);
    }
    key_.outcome = QuotedKey::Outcome::cut;
    key_.next = text_.size();
    return key_;
  }

  std::string_view text_;
  bool more_;
  QuoteSign opening_;
  QuotedKey key_;
  bool doubled_ = false;
  bool undecided_ = false;
  std::size_t colon_ = 0;
};

}  // namespace

bool MendingMachine::step_key(std::string& out) {
  Lookahead ahead = look();
  const QuoteSign sign = ahead.sign(0);
  if (ahead.too_short()) return false;
  if (sign) return step_quoted_key(out, sign);
  return step_bare_key();
}

bool MendingMachine::step_quoted_key(std::string& out, QuoteSign sign) {
  const std::string_view text = rest().substr(0, limits_.max_held);
  const QuotedKey found = KeyFinder(text, !final_ && text.size() < limits_.max_held, sign).find();
  switch (found.outcome) {
    case QuotedKey::Outcome::undecided:
      if (text.size() < limits_.max_held) return false;
      give_up(out);
      return true;
    case QuotedKey::Outcome::interrupted: skip(found.next, RepairKind::interrupted_key); return true;
    case QuotedKey::Outcome::cut:
      if (!final_) {
        give_up(out);
        return true;
      }
      report(RepairKind::cut_off, text);
      cut_off_ = true;
      comma_explained_ = true;
      take(found.next);
      return true;
    case QuotedKey::Outcome::stray: skip(found.next, RepairKind::stray_text); return true;
    case QuotedKey::Outcome::key: break;
  }
  const bool other_quotes =
      !sign.ascii || sign.family != QuoteFamily::twofold || found.begin != sign.size || found.doubled_end;
  std::string_view name = text.substr(found.begin, found.end - found.begin);
  if (found.missing_quote) name = without_other_quote(name);
  accept_key(name, found.next);
  const std::string key(levels_.back().key);
  const bool is_like_json = key.find_first_of("{}[]") != std::string::npos;
  const auto cost = [&](RepairKind kind) { return is_like_json ? cost_of_bracket_in_key : cost_of(kind); };
  if (other_quotes) report_at(cost(RepairKind::quotes), RepairKind::quotes, text.substr(0, found.begin), "\"");
  if (found.missing_quote) report_at(cost(RepairKind::missing_quote), RepairKind::missing_quote, {}, "\"");
  if (found.inner_quotes) report_at(cost_of_quote_in_key, RepairKind::inner_quote, key);
  return true;
}

bool MendingMachine::step_bare_key() {
  Lookahead ahead = look();
  std::size_t i = 0;
  int c = ahead.at(0);
  QuoteSign sign;
  for (; c != Lookahead::end; c = ahead.at(++i)) {
    if (c == ':' || c == '=' || c == '\n' || c == ',' || c == '}' || c == ']' || c == '{' || c == '[') break;
    if (i > 0 && c != '\'') sign = ahead.sign(i);
    if (sign) break;
  }
  const std::string_view word = without_blanks(ahead.text().substr(0, i));
  if (sign) {
    const std::size_t next = ahead.after_space(i + sign.size);
    const bool closing = ahead.is(next, ':') && i == word.size();
    const bool key_next = !closing && ahead.key_follows(i);
    if (ahead.too_short()) return false;
    if (closing) {
      const std::string key(word);
      accept_key(key, i + sign.size);
      report(RepairKind::missing_quote, key, "\"");
    } else if (!key_next && is_name(word)) {
      const std::string key(word);
      accept_key(key, i);
      report(RepairKind::unquoted_key, key);
    } else {
      skip(i, RepairKind::stray_text);
    }
    return true;
  }
  if (ahead.too_short()) return false;
  const bool before_value = (c == '{' || c == '[') && is_name(word);
  if ((c == ':' || c == '=' || before_value) && !word.empty()) {
    const std::string key(word);
    accept_key(key, i);
    report(RepairKind::unquoted_key, key, levels_.back().key);
    return true;
  }
  if (c == Lookahead::end && ahead.ended() && is_name(word)) {
    report(RepairKind::cut_off, word);
    cut_off_ = true;
    comma_explained_ = true;
    take(i);
    return true;
  }
  // `a 1, b 2`
  const std::size_t gap = word.find_first_of(" \t");
  if (gap != std::string_view::npos && is_name(word.substr(0, gap)) &&
      read_bare_word(without_blanks(word.substr(gap))).kind != BareWord::Kind::text) {
    const std::string key(word.substr(0, gap));
    accept_key(key, gap);
    report(RepairKind::unquoted_key, key, levels_.back().key);
    return true;
  }
  skip(std::max<std::size_t>(i, 1), RepairKind::stray_text);
  return true;
}

/// `raw` stands in the text, which goes on after `size` bytes.
void MendingMachine::accept_key(std::string_view raw, std::size_t size) {
  Level& level = levels_.back();
  std::string quoted = "\"";
  const std::string key(raw);
  level.key = is_utf8(key) ? shortened(key, longest_path_key) : std::string();
  key_ = true;
  if (level.count != 0 && !comma_) {
    comma_ = true;
    comma_explained_ = true;
    comma_at_ = 0;
    pending_.insert(0, ",");
    report(RepairKind::missing_comma, {}, ",");
  }
  key_at_ = pending_.size();
  text_ = Text();
  std::string_view left = key;
  while (!left.empty()) {
    std::size_t plain = 0;
    while (plain < left.size() && static_cast<unsigned char>(left[plain]) >= 0x20 && left[plain] != '"' &&
           left[plain] != '\\' && static_cast<unsigned char>(left[plain]) < 0x80)
      ++plain;
    quoted.append(left, 0, plain);
    left.remove_prefix(plain);
    if (left.empty()) break;
    if (left.front() == '"') {
      quoted += "\\\"";
      left.remove_prefix(1);
    } else {
      left.remove_prefix(mend_unit(left, false, quoted));
    }
  }
  Buffer decoded;
  if (unescape(std::string_view(quoted).substr(1), decoded)) level.key = shortened(decoded.view(), longest_path_key);
  if (level.count == 0) level.first_key = level.key;
  pending_ += quoted;
  pending_ += '"';
  take(size);
  state_ = State::colon;
}

}  // namespace instructor::json
