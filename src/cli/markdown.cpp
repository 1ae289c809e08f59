#include "cli/markdown.hpp"

#include <iostream>

namespace instructor::cli {

void print_markdown(const std::vector<std::string>& headings, const std::vector<std::vector<std::string>>& rows) {
  const auto line = [](const std::vector<std::string>& cells) {
    for (const std::string& cell : cells) std::cout << "| " << cell << ' ';
    std::cout << "|\n";
  };
  line(headings);
  line(std::vector<std::string>(headings.size(), "---"));
  for (const std::vector<std::string>& row : rows) line(row);
}

}  // namespace instructor::cli
