#pragma once

// Tables for people.

#include <string>
#include <string_view>
#include <vector>

#include "instructor/json.hpp"

namespace instructor::cli {

/// The width of the terminal, or of COLUMNS, or 100.
std::size_t terminal_width();

/// Text as it can be shown: line breaks and tabs become spaces, and what would steer the terminal is written out, as
/// \u001b.
std::string visible(std::string_view text);

/// The same, but line breaks stay.
std::string visible_lines(std::string_view text);

/// Visible text as wide as `width` columns at most, with an ellipsis where something is missing.
std::string fitted(std::string_view text, std::size_t width);

/// Its end, where the beginning does not fit.
std::string fitted_end(std::string_view text, std::size_t width);

/// How many columns a text takes. Code points count one each, wide East Asian ones and emoji two, marks none.
std::size_t columns(std::string_view text);

/// Text with spaces to fill `width` columns.
std::string padded(std::string text, std::size_t width);

/// Rows under headings; columns as wide as their content, the widest ones narrower where the terminal is.
std::string table(const std::vector<std::string>& headings, const std::vector<std::vector<std::string>>& rows,
                  std::size_t width);

/// A value in one line: text without quotes, anything else as JSON.
std::string inline_text(const Json& value);

}  // namespace instructor::cli
