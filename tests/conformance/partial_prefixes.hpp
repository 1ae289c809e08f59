#pragma once

#include <string_view>

#include "report.hpp"

namespace conformance {

/// Shows every prefix of a text to the library, in one piece and byte by byte: both must show what the oracle says, and
/// from one prefix to the next nothing that was complete may change.
Differences check_prefixes(std::string_view text);

}  // namespace conformance
