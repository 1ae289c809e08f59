#pragma once

// Not API: see instructor/model.hpp.
//
// Names of members, types and enumerators, cut out of the text in which the compiler prints a template argument.
// Both supported compilers print `&User::name`, `ns::Priority::low` and so on in the same way; what differs is
// handled here and nowhere else.

#include <cstddef>
#include <string_view>

namespace instructor::detail {

template <auto Value>
constexpr auto raw_value_name() {
  return std::string_view(__PRETTY_FUNCTION__, sizeof(__PRETTY_FUNCTION__) - 1);
}

template <class T>
constexpr auto raw_type_name() {
  return std::string_view(__PRETTY_FUNCTION__, sizeof(__PRETTY_FUNCTION__) - 1);
}

/// How much stands before and after the template argument in the printed signature of `raw_type_name`.
struct Frame {
  std::size_t head = 0;
  std::size_t tail = 0;
};
constexpr Frame measure_frame() {
  constexpr std::string_view printed = raw_type_name<double>();
  constexpr std::size_t head = printed.rfind("double");
  return {head, printed.size() - head - 6};
}
inline constexpr Frame frame = measure_frame();

constexpr bool is_identifier_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '$' ||
         static_cast<unsigned char>(c) >= 0x80;
}

/// The identifier at the very end of `text`, closing brackets aside. Raw pointers: this runs for every member of
/// every model while compiling, and each call in a constant expression costs.
constexpr std::string_view last_identifier(std::string_view text) {
  const char* const begin = text.data();
  const char* end = begin + text.size();
  while (end != begin && !is_identifier_char(end[-1])) --end;
  const char* start = end;
  while (start != begin && is_identifier_char(start[-1])) --start;
  return {start, static_cast<std::size_t>(end - start)};
}

/// `name` for a pointer to member `&User::name` or the address of a member of a fake object.
template <auto Pointer>
inline constexpr std::string_view member_name = last_identifier(raw_value_name<Pointer>());

/// `ns::Box<ns::Item>` without the scope of the outermost name: `Box<ns::Item>`.
constexpr std::string_view without_scope(std::string_view text) {
  std::size_t depth = 0;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '<' || c == '(' || c == '{') ++depth;
    if ((c == '>' || c == ')' || c == '}') && depth > 0) --depth;
    if (depth == 0 && c == ':') begin = i + 1;
  }
  return text.substr(begin);
}

/// The C++ name of a type without its scope. Names of template instances keep their arguments: `Box<int>`.
template <class T>
inline constexpr std::string_view type_name =
    without_scope(raw_type_name<T>().substr(frame.head, raw_type_name<T>().size() - frame.head - frame.tail));

/// Names put together, as a constant; what is beyond the capacity is cut off.
template <std::size_t Capacity>
struct JoinedName {
  char text[Capacity + 1]{};
  std::size_t size = 0;

  constexpr JoinedName& add(std::string_view part) {
    for (const char c : part)
      if (size < Capacity) text[size++] = c;
    return *this;
  }
  constexpr std::string_view view() const { return {text, size}; }
};

/// `name` made fit for `$defs`, `$ref` and tool names: letters, digits, `_` and `-`, at most 64 of them.
template <std::size_t Capacity = 64>
struct SafeName {
  char text[Capacity]{};
  std::size_t size = 0;

  constexpr explicit SafeName(std::string_view name) {
    for (const char c : name) {
      if (size == Capacity) break;
      const bool safe =
          (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
      if (safe)
        text[size++] = c;
      else if (size != 0 && text[size - 1] != '_')
        text[size++] = '_';
    }
    while (size > 1 && text[size - 1] == '_') --size;
    if (size == 0) text[size++] = '_';
  }
  constexpr std::string_view view() const { return {text, size}; }
};

template <class T>
inline constexpr SafeName<> safe_type_name_storage{type_name<T>};
template <class T>
inline constexpr std::string_view safe_type_name = safe_type_name_storage<T>.view();

}  // namespace instructor::detail
