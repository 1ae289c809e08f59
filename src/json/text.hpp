#pragma once

// JSON strings: writing them, and cutting text to size without breaking it.

#include <cstddef>
#include <string>
#include <string_view>

namespace instructor::json {

/// Appends `text` as a JSON string, quotes included. Bytes that are not valid UTF-8 become U+FFFD.
void append_string(std::string& out, std::string_view text);

/// The same without the quotes.
void append_escaped(std::string& out, std::string_view text);

/// Is all of `text` well-formed UTF-8 (Unicode 15, table 3-7)?
bool is_utf8(std::string_view text) noexcept;

/// The length of the well-formed UTF-8 sequence at the start of `text`; 0 when it is ill-formed or cut off.
std::size_t utf8_length(std::string_view text) noexcept;

/// Could more bytes make `text`, which is no whole sequence, a well-formed one?
bool utf8_may_begin(std::string_view text) noexcept;

/// The number of Unicode code points in well-formed text.
std::size_t count_code_points(std::string_view text) noexcept;

/// At most `limit` bytes of `text`, cut between code points, with "..." where something is missing.
std::string shortened(std::string_view text, std::size_t limit);

/// Appends `segment` to a JSON pointer (RFC 6901).
void append_pointer(std::string& pointer, std::string_view segment);
void append_pointer(std::string& pointer, std::size_t index);

/// Takes the first segment off a JSON pointer that begins with a slash, its escapes undone. What is no escape stays.
std::string take_segment(std::string_view& pointer);

}  // namespace instructor::json
