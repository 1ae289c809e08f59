#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "testing/random.hpp"

namespace instructor::testing {

/// Some text that matches a regular expression; nothing when the pattern uses what is not sampled here (assertions,
/// back references, Unicode classes). The caller checks the result.
std::optional<std::string> sample_pattern(std::string_view pattern, Random& random);

}  // namespace instructor::testing
