#pragma once

// Dynamic JSON values.
//
// `Json` is nlohmann::ordered_json: objects keep the order of their keys, which matters to language models. This
// header only declares it; include <nlohmann/json.hpp> to look inside a value or to make one.
//
// Values come from text through `decode<Json>` (codec.hpp), not through Json::parse: the decoder bounds depth and
// size, checks UTF-8, and reports duplicate keys and integers that do not fit instead of changing them silently.

#include <nlohmann/json_fwd.hpp>

namespace instructor {

using Json = nlohmann::ordered_json;

}  // namespace instructor
