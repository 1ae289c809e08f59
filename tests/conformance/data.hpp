#pragma once

// Reading the data: files as they are, JSON by plain nlohmann::json. Nothing here uses the library under test, whose
// decoder must not be its own judge.

#include <expected>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

namespace conformance {

using Json = nlohmann::ordered_json;

/// The bytes of a file; nothing when it cannot be read.
std::optional<std::string> read_file(const std::filesystem::path& file);

/// All files below a folder whose names end like this, sorted. Folders that cannot be read are passed over.
std::vector<std::filesystem::path> files_below(const std::filesystem::path& folder, std::string_view ending);

/// A value, or why there is none. Depth is bounded, since walking a value is recursive.
std::expected<Json, std::string> parse_json(std::string_view text);

/// The member of an object; null when there is none or it is JSON null.
const Json* member(const Json& object, std::string_view name);

/// The member as text; empty when it is no string.
std::string text_at(const Json& object, std::string_view name);

/// A text for a report: quoted, escaped, cut to a readable length.
std::string in_quotes(std::string_view text);

/// The bytes of base64 text; nothing when it is not.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace conformance
