#pragma once

// Parts of a document as they are spelled there: decoding a number and encoding it again may spell it otherwise, and
// one that no type holds would be lost.

#include <string_view>
#include <vector>

namespace instructor::json {

/// The member of an object; of several with one key the last. Empty: there is none, or `object` is none. The text
/// should be JSON; of anything else some part is given. A key that is written with escapes is not recognised. Linear.
std::string_view member_text(std::string_view object, std::string_view key);

/// The items of a list, in the same way.
std::vector<std::string_view> item_texts(std::string_view list);

}  // namespace instructor::json
