#include "json/quote_sense.hpp"

namespace instructor::json {

namespace {

using enum QuoteSense;

class SenseFinder {
 public:
  SenseFinder(Lookahead& ahead, std::size_t at, std::size_t after, const TextPlace& place)
      : ahead_(ahead), at_(at), after_(after), place_(place) {}

  QuoteSense find() {
    const std::size_t next = ahead_.after_space(after_);
    const int c = ahead_.at(next);
    if (c == Lookahead::end) return ends;
    if (place_.opening.family != QuoteFamily::backtick && ahead_.fence(next)) return ends;
    switch (place_.role) {
      case TextPlace::Role::root: return in_root(next);
      case TextPlace::Role::member: return in_member(next);
      case TextPlace::Role::item: return in_item(next);
    }
    return ends;
  }

 private:
  QuoteSense ends_unless_open() const { return place_.quote_open ? inner : ends; }
  bool in_inner_braces() const { return place_.quoted_inside && place_.braces > 0; }
  bool in_inner_brackets() const { return place_.quoted_inside && place_.brackets > 0; }

  /// The second of two signs at the end closes nothing, when none inside the text waits for it.
  bool one_too_many(std::size_t second) const {
    return second == after_ && !place_.quoted_inside && !place_.after_digit && !place_.after_break;
  }

  QuoteSense in_root(std::size_t next) {
    if (next == after_ && (is_letter(ahead_.at(next)) || is_number(ahead_.at(next)))) return inner;
    if (ahead_.is(next, '+') && ahead_.sign(ahead_.after_space(next + 1))) return joins;
    return ends_unless_open();
  }

  QuoteSense in_member(std::size_t next) {
    switch (ahead_.at(next)) {
      case ':': return inner;
      case ',':
      case ';': return member_comma(next);
      case '}': return member_brace(next);
      case ']':
        return !in_inner_brackets() && place_.list_open ? ends : in_inner_brackets() ? inner : ends_unless_open();
      case ')': return ends_unless_open();
      case '+': return ahead_.sign(ahead_.after_space(next + 1)) ? joins : among_words(next);
      default: break;
    }
    if (place_.after_break && place_.braces <= 0 && ahead_.whole_key_follows(at_)) return opens;
    if (ahead_.sign(next)) return member_quote(next);
    return among_words(next);
  }

  QuoteSense member_comma(std::size_t comma) {
    if (in_inner_braces() || in_inner_brackets()) return inner;
    const std::size_t next = ahead_.after_space(comma + 1);
    const int c = ahead_.at(next);
    if (c == Lookahead::end || c == '}' || c == ']' || c == ',' || ahead_.fence(next)) return ends;
    if (ahead_.key_follows(next)) return ends;
    if (c == '{' || c == '[') return ends_unless_open();
    if (!ahead_.sign(next)) return among_words(next);
    std::size_t stop = 0;
    if (place_.quote_open || ahead_.quoted(next, stop) != Lookahead::Quoted::closed) return inner;
    const std::size_t third = ahead_.after_space(stop);
    return ahead_.value_ends(third) || ahead_.sign(third) || ahead_.is(third, '{') || ahead_.is(third, '[') ||
                   ahead_.scalar_follows(third)
               ? ends
               : inner;
  }

  QuoteSense member_brace(std::size_t brace) {
    if (in_inner_braces()) return inner;
    if (!place_.quote_open) return ends;
    const std::size_t next = ahead_.after_space(brace + 1);
    const int c = ahead_.at(next);
    if (c == Lookahead::end) return ends;
    if (place_.outermost) return text_goes_on(next) ? inner : ends;
    if (c == '}' || c == ']' || c == ')') return ends;
    if (c != ',') return inner;
    const std::size_t second = ahead_.after_space(next + 1);
    if (place_.parent_object) return ahead_.key_follows(second) ? ends : inner;
    return begins_value(second) ? ends : inner;
  }

  /// Does the text that seemed to end with the document have its closing quote further on?
  bool text_goes_on(std::size_t i) {
    for (; ahead_.at(i) != Lookahead::end; ++i)
      if (const QuoteSign sign = ahead_.sign(i); place_.opening.closed_by(sign))
        if (ahead_.is(ahead_.after_blanks(i + sign.size), '}')) return true;
    return false;
  }

  bool begins_value(std::size_t i) {
    const int c = ahead_.at(i);
    return c == '{' || c == '[' || c == ']' || c == Lookahead::end || ahead_.sign(i) || ahead_.scalar_follows(i);
  }

  QuoteSense member_quote(std::size_t next) {
    if (ahead_.whole_key_follows(next)) return ends;
    const QuoteSign second = ahead_.sign(next);
    const std::size_t third = ahead_.after_space(next + second.size);
    if (place_.opening.closed_by(second) && ahead_.value_ends(third)) return one_too_many(next) ? twice : inner;
    std::size_t stop = 0;
    if (place_.quote_open || next == after_ || ahead_.quoted(next, stop) != Lookahead::Quoted::closed) return inner;
    const std::size_t fourth = ahead_.after_space(stop);
    return ahead_.value_ends(fourth) || ahead_.is(fourth, '+') || ahead_.sign(fourth) ? joins : inner;
  }

  /// Words follow: the quote is one of a pair in the text, unless they stand alone before the next key or the end.
  QuoteSense among_words(std::size_t i) {
    for (int c = ahead_.at(i); c != Lookahead::end; c = ahead_.at(i)) {
      if (c == '\\') {
        i += 2;
      } else if (const QuoteSign sign = ahead_.sign(i); place_.opening.closed_by(sign)) {
        return !place_.quote_open && ahead_.whole_key_follows(i) ? ends : inner;
      } else {
        ++i;
      }
    }
    return ahead_.ended() ? ends_unless_open() : inner;
  }

  QuoteSense in_item(std::size_t next) {
    switch (ahead_.at(next)) {
      case ':': return inner;
      case ',':
      case ';': return item_comma(next);
      case ']':
        return in_inner_brackets() || (place_.quote_open && is_letter(ahead_.at(ahead_.after_space(next + 1)))) ? inner
                                                                                                                : ends;
      case ')': return ends_unless_open();
      case '}': return place_.object_open && !in_inner_braces() ? ends : among_items(next);
      case '{':
      case '[': return ends_unless_open();
      case '+': return ahead_.sign(ahead_.after_space(next + 1)) ? joins : among_items(next);
      default: break;
    }
    if (place_.after_break && (item_begins() || (place_.object_open && ahead_.whole_key_follows(at_)))) return opens;
    if (const QuoteSign second = ahead_.sign(next)) {
      const std::size_t third = ahead_.after_space(next + second.size);
      if (!place_.opening.closed_by(second) || !ahead_.value_ends(third)) return ends_unless_open();
      return one_too_many(next) ? twice : inner;
    }
    if (ahead_.scalar_follows(next)) return ends_unless_open();
    return among_items(next);
  }

  QuoteSense item_comma(std::size_t comma) {
    if (in_inner_brackets() || in_inner_braces()) return inner;
    const std::size_t next = ahead_.after_space(comma + 1);
    const int c = ahead_.at(next);
    if (c == Lookahead::end || c == '{' || c == '[' || c == ']' || c == '(' || c == ',') return ends;
    if (ahead_.sign(next)) {
      if (!place_.quote_open) return ends;
      std::size_t stop = 0;
      return ahead_.quoted(next, stop) != Lookahead::Quoted::closed || ahead_.value_ends(ahead_.after_space(stop))
                 ? ends
                 : inner;
    }
    for (std::size_t i = next;; ++i) {
      const int d = ahead_.at(i);
      if (d == Lookahead::end || d == ',' || d == ']' || d == '}' || d == '\n') return ends;
      if (const QuoteSign sign = ahead_.sign(i); place_.opening.closed_by(sign)) {
        // The first quote of the next item may be missing.
        const bool item = !place_.quote_open && ahead_.value_ends(ahead_.after_space(i + sign.size));
        return item ? ends : inner;
      }
    }
  }

  /// Does the sign begin a text that ends as an item does?
  bool item_begins() {
    std::size_t stop = 0;
    if (place_.quote_open || ahead_.quoted(at_, stop) != Lookahead::Quoted::closed) return false;
    const std::size_t next = ahead_.after_space(stop);
    if (ahead_.is(next, ']')) return true;
    return ahead_.is(next, ',') && begins_value(ahead_.after_space(next + 1));
  }

  /// As among_words; what stands alone before the next item follows a comma.
  QuoteSense among_items(std::size_t i) {
    bool comma = false;
    for (int c = ahead_.at(i); c != Lookahead::end; c = ahead_.at(i)) {
      if (c == '\\') {
        i += 2;
        continue;
      }
      if (place_.opening.closed_by(ahead_.sign(i))) return comma && !place_.quote_open ? ends : inner;
      comma = c == ',' || (comma && is_blank(c));
      ++i;
    }
    return ahead_.ended() ? ends_unless_open() : inner;
  }

  Lookahead& ahead_;
  const std::size_t at_;
  const std::size_t after_;
  const TextPlace& place_;
};

}  // namespace

QuoteSense quote_sense(Lookahead& ahead, std::size_t at, std::size_t after, const TextPlace& place) {
  return SenseFinder(ahead, at, after, place).find();
}

}  // namespace instructor::json
