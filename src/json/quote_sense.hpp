#pragma once

// What a quotation mark inside a text means, when nothing says so but what stands around it.

#include <cstddef>
#include <cstdint>

#include "json/lookahead.hpp"

namespace instructor::json {

enum class QuoteSense : std::uint8_t {
  ends,   ///< it closes the text
  twice,  ///< so it does, and it stands there twice
  inner,  ///< it belongs to the text
  opens,  ///< the text ended before, and this begins a key or an item
  joins,  ///< it closes a piece of the text, and another piece follows
};

/// Where the text stands, and what is known of it.
struct TextPlace {
  enum class Role : std::uint8_t { root, member, item };
  Role role = Role::root;
  QuoteSign opening;
  bool outermost = false;      ///< nothing is open but its container
  bool parent_object = false;  ///< its container is the member of an object
  bool list_open = false;      ///< some list is
  bool object_open = false;
  int braces = 0;              ///< opened and not closed in the text
  int brackets = 0;            ///< likewise
  bool quoted_inside = false;  ///< quotes inside it were found
  bool quote_open = false;     ///< an odd number of them
  bool after_digit = false;    ///< just before the quote: it may be a sign for inches
  bool after_break = false;    ///< a comma or a line break stands before the quote
};

/// The sense of the sign at `at`, whose end is `after`. What valid JSON has is always seen as what it is.
QuoteSense quote_sense(Lookahead& ahead, std::size_t at, std::size_t after, const TextPlace& place);

}  // namespace instructor::json
