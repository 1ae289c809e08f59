#pragma once

// A value as a list of its fields, nested ones indented; whole, or while it arrives.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "instructor/json.hpp"
#include "instructor/types.hpp"

namespace instructor::cli {

/// A value as lines of `width` columns at most.
std::string listing(const Json& value, std::size_t width);

struct LiveListing {
  struct Line {
    std::string text;
    bool absent = false;  ///< of a field that has not arrived
  };
  std::vector<Line> lines;
  std::size_t focus = 0;  ///< the line that grows
};

/// The same lines of a value that is arriving. What grows, at the JSON pointer `growing`, has a mark at its end, and is
/// cut at the beginning where it is too long. Fields that have not arrived come last.
LiveListing live_listing(const Json& value, const TypeInfo& type, std::string_view growing, std::size_t width);

}  // namespace instructor::cli
