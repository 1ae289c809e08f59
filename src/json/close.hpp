#pragma once

#include <string>
#include <string_view>

namespace instructor::json {

/// Makes the beginning of a JSON document a document: what is open is closed, an unfinished string ends where it
/// stands, and any other unfinished token is dropped. The text must be the beginning of one; linear.
std::string closed(std::string_view beginning);

}  // namespace instructor::json
