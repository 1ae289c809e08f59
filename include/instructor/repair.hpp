#pragma once

// What was done to an answer so that it could be understood.
//
//   Completion completion;
//   User user = client.create<User>("Jason is twenty-five", completion);
//   for (const Repair& repair : completion.repairs) std::cout << repair.text() << '\n';
//
//   /age    number_text: "twenty-five" -> 25 (cost 2)
//
// A repair never makes up a value: each stands in the answer, spelled in another way or in another place. What each
// kind costs, and why, is in docs/tolerant-decoding.md.

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "instructor/repair_level.hpp"

namespace instructor {

/// What kind of repair. Stable: enumerators are added, never renamed.
enum class RepairKind : std::uint8_t {
  // Where the value was
  text_around,     ///< prose, reasoning or a Markdown fence around the JSON was left out
  other_value,     ///< another JSON value in the text was left out
  values_as_list,  ///< several values after one another became a list
  // How it was written: no JSON, but clear
  comment,            ///< a comment was left out
  trailing_comma,     ///< a comma before a closing bracket was left out
  extra_comma,        ///< a comma too many
  missing_comma,      ///< a comma was put between two values
  missing_colon,      ///< a colon was put between a key and its value; or another sign (`=`, `=>`) became one
  quotes,             ///< quotes of another kind: single, typographic, backticks, triple
  unquoted_key,       ///< a key without quotes
  unquoted_text,      ///< a text without quotes
  missing_quote,      ///< one of the two quotes of a text
  inner_quote,        ///< a quote inside a text that was not escaped
  control_character,  ///< a line break, a tab or another control character inside a text
  escape,             ///< an escape sequence that JSON does not know
  invalid_utf8,       ///< bytes that are not UTF-8 became U+FFFD
  literal,            ///< True, None, undefined, NaN and the like
  number_form,        ///< +1, .5, 1., 007, 0xff, 1_000
  joined_text,        ///< texts that stand in pieces, as "a" + "b"
  missing_bracket,    ///< a bracket before the end of the text
  wrong_bracket,      ///< a bracket of the other kind, or one too many
  cut_off,            ///< the text ended inside a value: what had come of it counts
  missing_value,      ///< a key without a value was left out
  stray_text,         ///< text between values was left out
  duplicate_key,      ///< a key came again with the same value
  interrupted_key,    ///< a key that had begun before its object went on
  wide_sign,          ///< a comma, colon, bracket or blank as other scripts have it
  escaped_document,   ///< the whole JSON was escaped once more
  // What it is, compared with its type
  number_text,     ///< a number in a text: separators, currency, percent, unit, words
  boolean_text,    ///< "yes", 1, "on"
  date_text,       ///< a date or time in another spelling
  choice_text,     ///< a name of an enumeration by case, punctuation, accents, alias or description
  choice_nearest,  ///< the one name that is nearest in spelling
  text_value,      ///< a number or boolean where a text was expected
  key_spelling,    ///< a key by case, separators or alias
  nothing_text,    ///< "", "N/A", "none" for what may be left out
  json_text,       ///< JSON inside a text, where an object or list was expected
  single_as_list,  ///< one value where a list was expected
  list_as_single,  ///< a list of one where a value was expected
  unwrapped,       ///< an object one level too deep
  wrapped,         ///< a value or object one level too shallow
  extra_key,       ///< a key was left out that the model forbids; or any, where the text was broken
};
inline constexpr std::size_t repair_kind_count = static_cast<std::size_t>(RepairKind::extra_key) + 1;

/// The kind as text: `missing_comma`.
std::string_view to_string(RepairKind kind) noexcept;

/// How doubtful a repair of this kind is: 0, there is nothing else it could mean, to 10.
int cost_of(RepairKind kind) noexcept;

/// One repair.
struct Repair {
  RepairKind kind = RepairKind::text_around;
  std::string path;  ///< JSON pointer (RFC 6901) into what the repair made
  std::string from;  ///< what was there, cut to about 120 bytes
  std::string to;    ///< what was made of it, likewise; empty: it was left out
  int cost = 0;

  /// One line without the path: `number_text: "twenty-five" -> 25 (cost 2)`.
  std::string text() const;

  friend bool operator==(const Repair&, const Repair&) = default;
};

/// The repairs of an answer, in the order in which they were made. At most `capacity` are kept, all are counted.
class Repairs {
 public:
  static constexpr std::size_t capacity = 256;

  void add(Repair repair);
  /// Adds one. The one that is kept, to say more of it, until another is added; null when `capacity` are kept already.
  Repair* count(RepairKind kind, int cost);
  /// Those of `other` after these.
  void append(const Repairs& other);

  bool empty() const noexcept { return total_ == 0; }
  /// How many are kept.
  std::size_t size() const noexcept { return kept_.size(); }
  /// How many there were.
  std::size_t total() const noexcept { return total_; }
  /// How doubtful all of them together are: the dearest of each kind, and one more each time that the number of a kind
  /// doubles. (A model that forgets one quote forgets them all: the second tells little.) The kinds add up.
  int cost() const noexcept;
  /// The same of several.
  static int cost_together(std::initializer_list<const Repairs*> all) noexcept;
  /// Is there one of this kind?
  bool has(RepairKind kind) const noexcept;

  const Repair& operator[](std::size_t index) const { return kept_[index]; }
  auto begin() const noexcept { return kept_.begin(); }
  auto end() const noexcept { return kept_.end(); }

  /// For people: one line a repair, paths in a column.
  std::string text() const;

  friend bool operator==(const Repairs&, const Repairs&) = default;

 private:
  struct OfKind {
    int dearest = 0;
    std::size_t count = 0;

    void add(const OfKind& other) noexcept;

    friend bool operator==(const OfKind&, const OfKind&) = default;
  };
  void tally(RepairKind kind, int cost);
  void make_room();

  std::vector<Repair> kept_;
  std::vector<OfKind> kinds_;  // by kind; empty while there is none
  std::size_t total_ = 0;
};

/// What repairs are accepted.
struct RepairPolicy {
  RepairLevel level = RepairLevel::full;
  /// An answer whose repairs cost more is asked for again; see Repairs::cost.
  int max_cost = default_max_cost;

  static constexpr int default_max_cost = 9;

  RepairPolicy() = default;
  RepairPolicy(RepairLevel how_far, int most = default_max_cost)  // NOLINT(google-explicit-constructor)
      : level(how_far), max_cost(most) {}

  friend bool operator==(const RepairPolicy&, const RepairPolicy&) = default;
};

}  // namespace instructor
