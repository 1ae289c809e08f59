#pragma once

// What Mender is made of: a machine that takes one step after another through the text that is held, and stops where it
// has to see more. Its parts stand in mending_structure.cpp (what is between values), mending_brackets.cpp,
// mending_keys.cpp, mending_texts.cpp (texts in quotes), mending_bytes.cpp (what they are made of), mending_words.cpp
// (what has no quotes) and mending_lane.cpp (what is clear at first sight, all at once).

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "json/lookahead.hpp"
#include "json/mender.hpp"
#include "json/quote_sense.hpp"

namespace instructor::json {

// What is more doubtful than its kind is elsewhere.
inline constexpr int cost_of_quote_in_key = 4;    ///< nobody writes one there
inline constexpr int cost_of_bracket_in_key = 4;  ///< a key whose quotes were mended: it may be members that got lost
inline constexpr int cost_of_words_with_bracket = 4;  ///< that is not closed in them
inline constexpr int cost_of_lost_opening = 4;        ///< whose members they are, behind a bracket that was left out?
inline constexpr int cost_of_key_in_text = 8;         ///< a quote and a colon, unless the text begins like JSON
inline constexpr int cost_of_key_in_braces = 4;       ///< the same between braces, and no other quotes in the text

class MendingMachine {
 public:
  explicit MendingMachine(const MendLimits& limits) : limits_(limits) {}

  void feed(std::string_view chunk, std::string& out);
  void finish(std::string& out);
  bool done() const { return state_ == State::done; }
  bool empty() const { return !value_seen_; }
  std::size_t consumed() const { return state_ == State::done ? root_end_ : taken_; }
  const Repairs& repairs() const { return repairs_; }

 private:
  enum class State : std::uint8_t {
    start,    // before the root value
    between,  // in a container: a value or key, a comma or a bracket
    colon,    // after a key
    value,    // after a colon
    text,     // in a text with quotes
    words,    // in a text without
    comment,  // in one that does not end in sight
    done,
  };

  struct Level {
    bool object = false;
    char closer = ']';
    std::size_t count = 0;    // of items or members
    std::size_t doubled = 0;  // braces that stand there twice
    std::size_t ignored = 0;  // braces opened in it that were left out: so many closing ones will be
    std::size_t ignored_lists = 0;
    std::size_t parentheses = 0;  // around one value, left out
    std::string key;              // the last one, cut to `longest_path_key`
    // Of a list: how many items at its beginning were lists of `row_length` items each.
    std::size_t rows = 0;
    std::size_t row_length = 0;
    bool last_was_object = false;
    std::string first_key;     // of an object
    std::string item_key;      // of a list: the first key of its last item
    std::size_t path_end = 0;  // where the pointer to what is in it ends in `path_`
  };

  /// The text that is being read.
  struct Text {
    TextPlace place;
    std::uint8_t marks = 1;       // signs that opened it: two are as one, three end with three
    bool escaped_quotes = false;  // they are written as \"
    std::size_t indentation = 0;  // of its first line, when three signs open it
    bool control_reported = false;
    bool utf8_reported = false;
    char last = 0;  // the byte before, as far as it was a plain one
    bool begins_like_json = false;
    bool quoted_outside = false;  // it has a quote that is not between braces
    bool key_in_braces = false;   // and one before a colon that is
    int parentheses = 0;          // opened and not closed in a text without quotes
    std::string beginning;        // of a text without quotes, for its repair
  };

  static constexpr std::size_t slice = 16u << 10;
  static constexpr std::size_t longest_path_key = 256;

  void run(std::string& out);
  /// False: more of the text is needed, or there is none.
  bool step(std::string& out);
  void conclude(std::string& out);
  std::string_view after_root() const;

  // ---- what is held

  std::string_view rest() const { return std::string_view(held_).substr(pos_); }
  Lookahead look(std::size_t from = 0) const { return {rest().substr(from), !final_}; }
  void take(std::size_t count);
  void hold(std::string_view chunk);
  void hold_half_escape();
  void begin_unescaping();

  // ---- mending_structure.cpp

  bool step_start(std::string& out);
  bool step_between(std::string& out);
  bool step_colon(std::string& out);
  bool step_value(std::string& out);
  bool step_after_root();
  bool step_wide_sign(bool& taken);
  bool step_backslash(bool& taken);
  /// White space or a comment at the front; `taken` tells. False: more is needed.
  bool step_space(bool& taken);
  bool step_comment();
  bool step_line_comment(std::size_t& size);
  bool step_value_at(std::string& out);
  void take_comma();
  void begin_value(std::string& out);
  void end_value();
  void drop_key(RepairKind kind);
  void add_space(char c);
  void skip(std::size_t count, RepairKind kind);

  // ---- mending_lane.cpp

  void take_lane(std::string& out);
  bool closes_in_lane(std::size_t i) const;

  // ---- mending_brackets.cpp

  bool step_bracket(std::string& out, char bracket);
  bool step_wrong_bracket(std::string& out, char bracket);
  bool step_open_brace(std::string& out);
  bool step_open_parenthesis(std::string& out);
  bool step_lost_row(std::string& out, bool& taken);
  bool step_lost_brace(std::string& out, bool& taken);
  bool step_lost_root_brace(std::string& out, bool& taken);
  bool root_goes_on(Lookahead& ahead);
  bool is_set(Lookahead& ahead);
  bool is_tuple(Lookahead& ahead);
  void open(std::string& out, bool object, char closer);
  void close(std::string& out);
  void enter_level(bool object, char closer);
  void leave_level();
  void close_before_comma(std::string& out);
  void give_up(std::string& out);
  void end_document(std::string& out, RepairKind kind);

  // ---- mending_keys.cpp

  bool step_key(std::string& out);
  bool step_quoted_key(std::string& out, QuoteSign sign);
  bool step_bare_key();
  void accept_key(std::string_view raw, std::size_t size);

  // ---- mending_texts.cpp

  bool step_begin_text(std::string& out, QuoteSign sign, bool escaped = false);
  static bool begins_with_quoted(Lookahead& ahead, QuoteSign sign);
  bool step_text(std::string& out);
  bool step_triple(std::string& out);
  bool step_gap(std::string& out);
  bool ends_with_other(Lookahead& ahead, std::size_t after);
  bool ends_before_tail(Lookahead& ahead, std::size_t bracket, std::size_t next);
  bool step_quote(std::string& out, Lookahead& ahead, std::size_t at, QuoteSign sign, bool comma);
  bool step_bare_member(std::string& out, Lookahead& ahead, std::size_t name, bool& taken);
  bool step_tail(std::string& out, Lookahead& ahead, std::size_t closers);
  int cost_of_inner_quote(bool is_of_key);
  void end_text(std::string& out);
  TextPlace place() const;

  // ---- mending_bytes.cpp

  bool step_unit(std::string& out);
  void emit(std::string& out, std::size_t count);
  std::size_t mend_unit(std::string_view rest, bool more, std::string& out);

  // ---- mending_words.cpp

  bool step_begin_words(std::string& out);
  bool step_long_word(std::string& out);
  bool step_words(std::string& out);
  bool step_words_gap(std::string& out);
  bool step_words_comma(std::string& out);
  bool words_end_at(Lookahead& ahead, std::size_t i);
  void begin_words(std::string& out);
  void end_words(std::string& out);
  void emit_words(std::string& out, std::size_t count);

  // ---- repairs

  void report(RepairKind kind, std::string_view from = {}, std::string_view to = {});
  void report_at(int cost, RepairKind kind, std::string_view from, std::string_view to = {});
  void write_path(std::string& out);
  static void append_segment(std::string& pointer, const Level& level);

  MendLimits limits_;
  std::string held_;
  std::size_t pos_ = 0;
  std::size_t taken_ = 0;       // bytes of the text before `pos_`
  std::size_t look_again_ = 0;  // at this size of `held_` a step may find what it did not find
  bool final_ = false;

  // In a document that is escaped once more, `held_` is what stands behind the escapes, and each byte of it was one or
  // two bytes of the text.
  bool unescaping_ = false;
  bool half_escape_ = false;
  std::string widths_;

  State state_ = State::start;
  State after_comment_ = State::start;
  bool block_comment_ = false;
  std::string comment_;
  std::vector<Level> levels_;
  std::string pending_;  // what stands between the last value and the next: written when that comes
  bool comma_ = false;   // it has a comma, at `comma_at_`
  std::size_t comma_at_ = 0;
  bool comma_explained_ = false;  // what it was for was left out, and that was reported
  bool key_ = false;              // and a key, from `key_at_` on
  std::size_t key_at_ = 0;
  Text text_;
  bool cut_off_ = false;
  bool value_seen_ = false;
  std::size_t root_parentheses_ = 0;
  std::size_t root_end_ = 0;
  std::string after_root_;  // the beginning of what stands there
  Repairs repairs_;
  std::string path_;             // a JSON pointer through
  std::size_t path_levels_ = 0;  // so many levels, without the innermost one
};

}  // namespace instructor::json
