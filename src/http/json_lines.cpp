#include "http/json_lines.hpp"

#include <algorithm>

namespace instructor {

namespace {

std::string_view trimmed(std::string_view line) {
  constexpr std::string_view spaces = " \t\r";
  const std::size_t begin = line.find_first_not_of(spaces);
  if (begin == std::string_view::npos) return {};
  return line.substr(begin, line.find_last_not_of(spaces) + 1 - begin);
}

}  // namespace

void JsonLineSplitter::feed(std::string_view chunk) {
  if (!too_large_) rest_ = chunk;
}

bool JsonLineSplitter::next(std::string_view& line) {
  while (true) {
    if (in_use_) buffer_.clear();
    in_use_ = false;
    const std::size_t end = rest_.find('\n');
    const std::string_view part = rest_.substr(0, end);
    if (!fits(part.size())) return false;
    rest_.remove_prefix(std::min(part.size() + 1, rest_.size()));
    if (end == std::string_view::npos) {
      buffer_.append(part);
      return false;
    }
    in_use_ = !buffer_.empty();
    if (in_use_) buffer_.append(part);
    line = trimmed(in_use_ ? std::string_view(buffer_) : part);
    if (!line.empty()) return true;
  }
}

bool JsonLineSplitter::finish(std::string_view& line) {
  if (in_use_) buffer_.clear();
  in_use_ = true;
  line = trimmed(buffer_);
  return !line.empty();
}

bool JsonLineSplitter::fits(std::size_t more) {
  if (more <= max_line_bytes_ && buffer_.size() <= max_line_bytes_ - more) return true;
  too_large_ = true;
  rest_ = {};
  buffer_.clear();
  return false;
}

}  // namespace instructor
