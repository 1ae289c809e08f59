#pragma once

// URI references as schemas use them (RFC 3986, section 5): resolved, never fetched.

#include <optional>
#include <string>
#include <string_view>

#include "model/format_checks.hpp"

namespace instructor::jsonschema {

/// A reference made absolute by the URI of the place where it stands. Neither needs to be well-formed; where the base
/// is no absolute URI the outcome is relative as well.
std::string resolve_uri(std::string_view base, std::string_view reference);

struct SplitUri {
  std::string_view resource;                 ///< without the fragment
  std::optional<std::string_view> fragment;  ///< without the `#`; as written
};
SplitUri split_fragment(std::string_view uri);

using core::formats::percent_decoded;

}  // namespace instructor::jsonschema
