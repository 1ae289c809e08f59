#pragma once

// What is wrong with a value, and where.
//
// Decoding collects every issue in one pass; the list is what a language model is shown when it is asked again, and
// what people see in an error.
//
//   /title         expected at least 3 characters, got 1: "x"
//   /amounts/EUR   expected number, got string "twelve"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace instructor {

struct TypeInfo;

/// What kind of thing is wrong. Stable: enumerators are added, never renamed. The names are those of pydantic's
/// error types where it has one, so that tools which know one know the other.
enum class IssueCode : std::uint8_t {
  // The document
  json_invalid,  ///< not JSON; or cut off, see `truncated`
  truncated,     ///< the text ends inside a value
  invalid_utf8,
  too_deep,   ///< more levels of nesting than allowed
  too_large,  ///< more bytes or values than allowed
  // Objects
  missing,          ///< a required field or tuple element is not there
  extra_forbidden,  ///< a key that the model does not know, and it forbids such keys
  duplicate_key,
  model_type,  ///< an object for a struct was expected
  dict_type,   ///< an object for a map was expected
  // Lists
  list_type,
  set_type,
  tuple_type,
  too_short,   ///< too few items
  too_long,    ///< too many items
  not_unique,  ///< an item twice
  // Scalars
  none_required,  ///< null was expected
  bool_type,
  int_type,
  int_from_float,    ///< a number with a fraction where an integer was expected
  int_out_of_range,  ///< an integer that does not fit the type
  float_type,
  finite_number,  ///< a number beyond the largest that the type holds
  string_type,
  string_too_short,
  string_too_long,
  string_pattern_mismatch,
  enumeration,    ///< not one of the names; printed as `enum`
  literal_error,  ///< not one of the allowed values
  // Texts that stand for values of other types: `_type`, not a string at all; `_parsing`, one that cannot be read
  string_format,  ///< not in the format of the field or of its type, or none of a type of your own
  date_type,
  date_parsing,
  time_type,
  time_parsing,
  datetime_type,
  datetime_parsing,
  time_delta_type,
  time_delta_parsing,
  bytes_type,
  bytes_parsing,
  decimal_type,
  decimal_parsing,
  uuid_type,
  uuid_parsing,
  int_parsing,    ///< a text that is to be an integer: a key, or a value when decoding is lax
  float_parsing,  ///< lax: a text that is no number
  bool_parsing,   ///< lax: a text or number that says neither true nor false
  // Alternatives
  union_type,           ///< none of the alternatives takes such a value
  union_tag_not_found,  ///< the key that tells the alternatives apart is not there
  union_tag_invalid,    ///< its value names none of them
  // Limits
  greater_than,
  greater_than_equal,
  less_than,
  less_than_equal,
  multiple_of,
  // The reply as such
  tool_missing,   ///< no tool was called
  tool_unknown,   ///< another tool was called
  tool_repeated,  ///< the tool was called several times, with different arguments
  // The model's own rules
  assertion_error,  ///< a `check` did not pass
  value_error,      ///< added by `validate`
  // What only JSON Schemas ask for
  not_allowed,        ///< a value that `not` or the schema `false` excludes
  one_of_several,     ///< more than one alternative of `oneOf` takes the value
  contains_too_few,   ///< too few items of a kind
  contains_too_many,  ///< too many of them
};

/// The code as text: `string_too_short`.
std::string_view to_string(IssueCode code) noexcept;

/// How bad it is.
enum class Severity : std::uint8_t {
  error,    ///< the value is not valid
  warning,  ///< it is; somebody may want to know all the same
};
std::string_view to_string(Severity severity) noexcept;

/// One thing that is wrong.
struct Issue {
  IssueCode code = IssueCode::value_error;
  std::string path;      ///< JSON pointer (RFC 6901); empty: the whole value
  std::string expected;  ///< what should be there: `at least 3 characters`, `one of "low", "high"`
  std::string received;  ///< what is there, as JSON text, cut to about 120 bytes; empty when nothing is
  std::string measured;  ///< what was counted, when that was wrong: `1` of `1 character`
  std::string hint;      ///< `did you mean "high"?`; often empty
  std::string message;   ///< the text of a `check` or of `validate`; otherwise empty
  Severity severity = Severity::error;

  /// One line without the path: `expected at least 3 characters, got 1: "x"`.
  std::string text() const;

  friend bool operator==(const Issue&, const Issue&) = default;
};

/// A list of issues. At most `capacity` of each severity are kept, all are counted, so that a hostile document cannot
/// fill memory. A value: copy it freely; not safe to change from several threads at once.
///
/// What the library gives is of one kind: the issues of a decoding are errors, its warnings are apart. Only in a
/// model's `validate` a list may have both.
class Issues {
 public:
  static constexpr std::size_t capacity = 1000;

  bool empty() const noexcept { return total() == 0; }
  /// How many are kept.
  std::size_t size() const noexcept { return kept_.size(); }
  /// How many there were.
  std::size_t total() const noexcept { return errors_ + warnings_; }
  std::size_t total(Severity severity) const noexcept { return severity == Severity::error ? errors_ : warnings_; }
  const Issue& operator[](std::size_t index) const { return kept_[index]; }
  auto begin() const noexcept { return kept_.begin(); }
  auto end() const noexcept { return kept_.end(); }

  /// From a model's `validate`: something is wrong with the whole object.
  void add(std::string message);

  /// From a model's `validate`: something is wrong with a member: `issues.add(&Ticket::tags, "name a topic")`.
  template <class T, class M>
  void add(M T::* member, std::string message);  // in detail/type_info.hpp

  /// From a model's `validate`: something is wrong further inside, at a JSON pointer that starts at this object:
  /// `issues.add_at("/addresses/0/city", "not in this country")`.
  void add_at(std::string_view pointer, std::string message);

  /// The same for what does not make the object less valid: it is reported as a warning, and the model is not asked
  /// again. See Completion::warnings.
  void warn(std::string message);
  template <class T, class M>
  void warn(M T::* member, std::string message);  // in detail/type_info.hpp
  void warn_at(std::string_view pointer, std::string message);

  void add(Issue issue);

  /// Adds all of `others`, with `prefix` (a JSON pointer) put before their paths.
  void add(const Issues& others, std::string_view prefix = {});

  /// Those of one severity.
  Issues only(Severity severity) const;

  /// For people: one line an issue, paths aligned.
  std::string text(std::size_t limit = capacity) const;

  /// For a language model: one line an issue, at most `limit` of them and then the number of the others and of all.
  std::string prompt(std::size_t limit = 20) const;

  friend bool operator==(const Issues&, const Issues&) = default;

 private:
  void add_to_member(const TypeInfo& type, std::size_t offset, std::string message, Severity severity);
  std::size_t& count_of(Severity severity) { return severity == Severity::error ? errors_ : warnings_; }

  std::vector<Issue> kept_;
  std::size_t errors_ = 0;
  std::size_t warnings_ = 0;
};

}  // namespace instructor
