#pragma once

// Files and standard input.

#include <string>
#include <string_view>
#include <vector>

#include "instructor/dynamic.hpp"

namespace instructor::cli {

/// A text and where it came from.
struct Document {
  std::string source;  ///< the file's name; "-" for standard input
  std::string text;
};

/// The content of a file, or of standard input for "-". Throws Error (`invalid_configuration`) that says why it cannot
/// be read: not there, a directory, larger than 64 MiB.
std::string read_text(const std::string& path);

/// The files, or standard input when there are none.
std::vector<Document> read_documents(const std::vector<std::string>& paths);

/// The model in a schema file; messages begin with the file's name.
DynamicModel read_model(const std::string& path);

}  // namespace instructor::cli
