#pragma once

#include <optional>

#include "instructor/duration.hpp"
#include "instructor/transport.hpp"

namespace instructor {

/// How long the server asks to wait: `retry-after-ms` (milliseconds), or `retry-after` as seconds or as an HTTP date
/// (RFC 9110, section 10.2.3), against the response's own `date` when it has one. Never negative.
std::optional<Duration> retry_after(const HttpHead& head);

}  // namespace instructor
