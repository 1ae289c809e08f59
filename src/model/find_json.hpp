#pragma once

#include <string_view>

namespace instructor::core {

/// The JSON object or array in a text: the content of the last Markdown fence that holds one, else the last one that
/// stands in the text. (The last: what comes before may be quoted from the question.) When there is none, the text
/// from its first bracket on, or all of it, so that the decoder can say what is wrong. Work is bounded by a small
/// multiple of the length.
std::string_view find_json(std::string_view text);

}  // namespace instructor::core
