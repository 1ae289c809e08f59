#pragma once

// A type in a notation that language models read as well as JSON Schema, and that takes a fraction of its tokens:
//
//   type Customer = { name: string }
//
//   // A support ticket
//   {
//     subject: string, // What it is about; at least 3 characters
//     priority?: "low" | "high", // default "low"
//     tags: string[], // at most 5 items
//     amounts: { [key]: number },
//     position: [integer, string],
//     customer: Customer | null,
//   }
//
// Types with names stand once, before the answer. `?` marks what may be left out. What there are no signs for stands in
// a comment: descriptions, limits, patterns, formats, defaults, examples, and whatever else a JSON Schema says, as
// JSON. Two things are left out: a title that only spells the name of its field in another way, and line breaks in
// descriptions.
//
// Request::schema_style uses it where the schema travels in words: in Mode::json and Mode::md_json.

#include <string>

#include "instructor/model.hpp"

namespace instructor {

namespace detail {
const std::string& type_text_of(const TypeInfo& type);
}

/// The notation of T. Worked out once and kept; safe from any thread. Throws Error (`unsupported_schema`) when the
/// schema would be larger than the library writes.
template <class T>
const std::string& type_text() {
  return detail::type_text_of(type_of<T>());
}

}  // namespace instructor
