#pragma once

#include <cstddef>
#include <string_view>

namespace instructor::core {

/// Where brackets close, as far as that can be told of text that is perhaps not JSON.
struct BracketLook {
  std::size_t length = 0;     ///< up to and with the closing bracket; 0: it is not closed
  std::size_t looked_at = 0;  ///< bytes
};

/// Of the bracket with which `text` begins. Brackets in quotes do not count; when that leads nowhere (a quote is
/// missing), all of them count. Where a comma or another closing bracket comes after that, it is as the mender sees it.
BracketLook look_for_end(std::string_view text);

enum class BeginsLike : unsigned char { json, prose, too_short };

/// Does the text that begins with this bracket look like JSON, well-formed or not, rather than prose in brackets?
BeginsLike look_at_beginning(std::string_view text);

}  // namespace instructor::core
