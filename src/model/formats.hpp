#pragma once

// The formats that JSON Schema names: what text is a date, an address, a URI. All in one pass over the text.

#include <string_view>

namespace instructor::core {

using FormatCheck = bool (*)(std::string_view text);

/// The check of a format, or null where the name is not known.
FormatCheck find_format(std::string_view name);

bool is_known_format(std::string_view name);

/// Is `text` of this format? Text is of any format that is not known.
bool matches_format(std::string_view name, std::string_view text);

}  // namespace instructor::core
