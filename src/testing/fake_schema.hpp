#pragma once

// Values for schemas that say more than tables.

#include "instructor/json.hpp"
#include "testing/random.hpp"

namespace instructor::testing {

/// The schema with a choice made wherever it leaves one: one alternative of each anyOf, one type of several, keys for
/// its patterns. What is valid for it is most likely valid for the whole, and tables can say it. `flat` has references
/// to its own "$defs" alone.
Json with_choices_made(const Json& flat, Random& random);

}  // namespace instructor::testing
