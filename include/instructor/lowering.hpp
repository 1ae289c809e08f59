#pragma once

// What becomes of a schema in a provider's dialect, and what was done to it.
//
//   const LoweredSchema& lowered = instructor::lowered<Ticket>(instructor::dialect::anthropic_strict);
//   if (!lowered.fits()) std::cerr << lowered.why_not() << '\n';
//   for (const SchemaChange& change : lowered.changes) std::cout << change.path << ": " << change.text << '\n';
//
// Nothing is lost: what a dialect cannot say stands in the description of the value, where the model reads it, and the
// decoder checks it on the reply.

#include <string>
#include <vector>

#include "instructor/detail/asked.hpp"
#include "instructor/dialect.hpp"
#include "instructor/model.hpp"

namespace instructor {

/// One thing that is said in another way, or cannot be said.
struct SchemaChange {
  std::string path;  ///< of the value, as a JSON pointer with `*` for all items or keys
  SchemaRule rule{};
  Handling handling{};
  std::string text;  ///< `minLength 3 is said in the description and checked on the reply`
};

/// A schema in a dialect.
struct LoweredSchema {
  std::string schema;                  ///< compact JSON; what it would be when it is refused
  std::vector<SchemaChange> changes;   ///< what is not as it was
  std::vector<SchemaChange> refusals;  ///< why it cannot be sent
  bool null_is_absent = false;         ///< properties that may be left out are null instead

  bool fits() const { return refusals.empty(); }
  /// `/amounts: an object with free keys`. Empty when it fits.
  std::string why_not() const;
  /// All changes and refusals, a line each.
  std::string report() const;
};

namespace detail {
const LoweredSchema& lowered_schema(const TypeInfo& type, const Dialect& dialect);
}

/// What a model is asked for, in a dialect. Worked out once for each type and dialect and kept; safe from any thread.
/// Throws Error (`unsupported_schema`) when the schema would be larger than the library writes.
template <class T>
const LoweredSchema& lowered(const Dialect& dialect) {
  return detail::lowered_schema(type_of<detail::Asked<T>>(), dialect);
}

}  // namespace instructor
