#pragma once

#include <string>
#include <vector>

namespace instructor::cli {

/// Prints a table for a document.
void print_markdown(const std::vector<std::string>& headings, const std::vector<std::vector<std::string>>& rows);

}  // namespace instructor::cli
