#pragma once

// Dates, times and durations as people write them.

#include <string>
#include <string_view>
#include <vector>

namespace instructor::core {

struct DateSpelling {
  std::string text;  ///< as RFC 3339 or ISO 8601 has it
  int cost = 1;      ///< how doubtful it is
};

/// What a text may mean as a `date`, `time`, `date-time` or `duration` (the formats of JSON Schema), the likeliest
/// first: "March 5, 2024", "5.3.2024", "20240305", "3:05 pm", "1h 30m". None where day and month may be the other way
/// round ("03/04/2024"), or the century is missing. Well-formed UTF-8.
std::vector<DateSpelling> date_spellings(std::string_view text, std::string_view format);

}  // namespace instructor::core
