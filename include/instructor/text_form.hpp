#pragma once

// Types that are a text in JSON: dates, identifiers, your own.
//
//   struct Version { int major, minor; };
//
//   template <> struct instructor::TextForm<Version> {
//     static constexpr std::string_view what = "a version";     // for models and people
//     static constexpr std::string_view example = "1.12";
//     static bool parse(std::string_view text, Version& version);   // false: the text is none
//     static std::string print(const Version& version);
//   };
//
// The types of <chrono> have theirs (see docs/types.md), and those of text_types.hpp.

#include <string>
#include <string_view>

#include "instructor/issue.hpp"
#include "instructor/types.hpp"

namespace instructor {

/// How a type is written as a text; specialise it. `what`, `example`, `parse` and `print` must be there. There may be:
/// `format` and `pattern`, for the schema; `wrong_type` and `wrong_text`, the IssueCodes of what is no text and of a
/// text that cannot be read; `takes_numbers`, to read JSON numbers too, as they are written; `is_valid(value)`, false
/// for a value that has no text; `parse_lax(text, is_number, value)`, for what is taken besides when decoding is lax.
template <class T>
struct TextForm;

namespace detail {

/// A whole text as an integer: digits, perhaps after a minus.
bool read_integer_key(std::string_view text, std::int64_t& key);
bool read_unsigned_key(std::string_view text, std::uint64_t& key);

template <class T>
concept HasTextForm = requires(const T& value, T& target, std::string_view text) {
  TextForm<T>::what;
  TextForm<T>::example;
  static_cast<bool>(TextForm<T>::parse(text, target));
  std::string(TextForm<T>::print(value));
};

template <class T>
constexpr TextOps make_text_ops() {
  using Form = TextForm<T>;
  TextOps ops;
  ops.what = Form::what;
  ops.example = Form::example;
  if constexpr (requires { Form::format; }) ops.format = Form::format;
  if constexpr (requires { Form::pattern; }) ops.pattern = Form::pattern;
  if constexpr (requires { Form::takes_numbers; }) ops.takes_numbers = Form::takes_numbers;
  ops.wrong_type = IssueCode::string_type;
  ops.wrong_text = IssueCode::string_format;
  if constexpr (requires { Form::wrong_type; }) ops.wrong_type = Form::wrong_type;
  if constexpr (requires { Form::wrong_text; }) ops.wrong_text = Form::wrong_text;
  ops.parse = [](void* value, std::string_view text) { return Form::parse(text, *static_cast<T*>(value)); };
  ops.takes = [](std::string_view text) {
    T value{};
    return static_cast<bool>(Form::parse(text, value));
  };
  if constexpr (requires(T& value) { Form::parse_lax(std::string_view(), true, value); })
    ops.parse_lax = [](void* value, std::string_view text, bool number) {
      return Form::parse_lax(text, number, *static_cast<T*>(value));
    };
  ops.print = [](const void* value, std::string& out) {
    const T& typed = *static_cast<const T*>(value);
    if constexpr (requires { Form::is_valid(typed); })
      if (!Form::is_valid(typed)) return false;
    out += Form::print(typed);
    return true;
  };
  ops.is_empty = [](const void* value) {
    const T fresh{};
    return Form::print(fresh) == Form::print(*static_cast<const T*>(value));
  };
  return ops;
}
template <class T>
inline constexpr TextOps text_ops = make_text_ops<T>();

}  // namespace detail
}  // namespace instructor
