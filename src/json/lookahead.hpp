#pragma once

// What comes next in a text that is still arriving. A decision that looked beyond what has arrived is void, and is made
// again when more is there: so no decision depends on how the text was cut into chunks.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace instructor::json {

enum class QuoteFamily : std::uint8_t { none, twofold, single, backtick, corner };

/// A sign beyond ASCII that stands for one of JSON, or for a blank.
struct WideSign {
  char meaning = 0;
  std::uint8_t size = 0;  ///< in bytes

  explicit operator bool() const { return meaning != 0; }
};
WideSign wide_sign(std::string_view text);

/// A quotation mark of any kind: `"`, `'`, a backtick, typographic ones.
struct QuoteSign {
  QuoteFamily family = QuoteFamily::none;
  std::uint8_t size = 0;  ///< in bytes
  bool ascii = false;

  explicit operator bool() const { return family != QuoteFamily::none; }
  /// May a text that was opened by this sign end with `other`? Typographic ones come in many pairs.
  bool closed_by(const QuoteSign& other) const { return other.family == family && (!ascii || other.ascii); }
};

class Lookahead {
 public:
  static constexpr int end = -1;
  /// How far is looked: beyond it the text counts as ended.
  static constexpr std::size_t limit = 1024;

  /// `more`: the text may go on after `text`.
  Lookahead(std::string_view text, bool more)
      : text_(text.substr(0, std::min(text.size(), limit))),
        more_(more && text.size() <= limit),
        ended_(!more && text.size() <= limit) {}

  /// The byte there; `end` beyond the last one. A sign that stands for one of JSON is that one, and blanks.
  int at(std::size_t i) {
    if (i < text_.size()) return (text_[i] & 0x80) == 0 ? text_[i] : beyond_ascii(i);
    short_ = short_ || more_;
    return end;
  }
  /// The same, as it stands there.
  int byte_at(std::size_t i) {
    const int c = at(i);
    return c == end ? end : static_cast<unsigned char>(text_[i]);
  }
  bool is(std::size_t i, char c) { return at(i) == static_cast<unsigned char>(c); }
  std::string_view text() const { return text_; }

  /// What was decided is void: the end of what has arrived was looked at.
  bool too_short() const { return short_; }
  /// Nothing comes after the text.
  bool ended() const { return ended_; }

  /// Where the quotation mark is, if there is one.
  QuoteSign sign(std::size_t i);
  /// Three backticks.
  bool fence(std::size_t i) { return is(i, '`') && is(i + 1, '`') && is(i + 2, '`'); }
  /// The first place from `i` on that is no white space.
  std::size_t after_blanks(std::size_t i);
  /// The first place from `i` on that is neither white space nor part of a comment.
  std::size_t after_space(std::size_t i);

  enum class Quoted : std::uint8_t {
    closed,  ///< it ends
    broken,  ///< a line ends first
    open,    ///< the text ends first, or it is long
  };
  /// The text in quotes that begins at `i`; `stop` becomes the place after it.
  Quoted quoted(std::size_t i, std::size_t& stop);

  /// Could a key and its colon stand here? True where what is there is cut off.
  bool key_follows(std::size_t i);
  /// Does a key in quotes, and its colon, stand here for certain?
  bool whole_key_follows(std::size_t i);
  /// A text in quotes that is one word: where it stands, no text in quotes has just ended. `stop`: the place after it.
  bool quoted_name_follows(std::size_t i, std::size_t& stop);
  /// Such a key and its colon.
  bool named_key_follows(std::size_t i);
  /// A key without quotes and its colon.
  bool bare_key_follows(std::size_t i);
  /// A number or a literal, and then a comma, a bracket, a quote or the end.
  bool scalar_follows(std::size_t i);
  /// What may follow a value in a list or object.
  bool value_ends(std::size_t i);

 private:
  Quoted quoted_key(std::size_t i, std::size_t& stop);
  int beyond_ascii(std::size_t i);

  std::string_view text_;
  bool more_;
  bool ended_;
  bool short_ = false;
};

constexpr bool is_blank(int c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }
constexpr bool is_letter(int c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
constexpr bool is_number(int c) { return c >= '0' && c <= '9'; }
/// What a name is made of.
constexpr bool is_name_byte(int c) {
  return is_letter(c) || is_number(c) || c == '_' || c == '-' || c == '$' || c == '.' || c >= 0x80;
}

}  // namespace instructor::json
