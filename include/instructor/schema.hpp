#pragma once

// JSON Schema (draft 2020-12) of a model, as a constant of the program:
//
//   struct Point { double x; double y; };
//   static_assert(instructor::schema<Point> ==
//                 R"({"type":"object","properties":{"x":{"type":"number"},"y":{"type":"number"}},"required":["x","y"]})");
//
// Structs inside structs, and recursive ones, stand once in "$defs" and are referred to; enums are lists of strings;
// an optional is `{"anyOf":[..., {"type":"null"}]}`. Properties keep the order of the members. Whether a field is
// required is told in model.hpp, what providers are sent in lowering.hpp.

#include <array>
#include <cstddef>
#include <string_view>

#include "instructor/detail/schema_writer.hpp"
#include "instructor/model.hpp"

namespace instructor {

namespace detail {

template <class T>
constexpr std::size_t measure_schema() {
  SchemaWriter writer;
  writer.write(type_of<T>());
  return writer.size();
}

template <class T>
constexpr auto write_schema() {
  std::array<char, measure_schema<T>() + 1> text{};
  SchemaWriter writer(text.data());
  writer.write(type_of<T>());
  return text;
}

template <class T>
inline constexpr auto schema_text = write_schema<T>();

}  // namespace detail

/// The JSON Schema of T as compact text, followed by a NUL. Made by the compiler; costs nothing at run time.
template <class T>
inline constexpr std::string_view schema{detail::schema_text<T>.data(), detail::schema_text<T>.size() - 1};

}  // namespace instructor
