#pragma once

#include <string>
#include <string_view>

namespace instructor {

/// `text` as one segment of a URL's path: everything but unreserved characters percent-encoded (RFC 3986, section 2.3).
std::string path_segment(std::string_view text);

}  // namespace instructor
