#include "cli/print.hpp"

#include <algorithm>
#include <cstdlib>
#include <numeric>

#include <sys/ioctl.h>
#include <unistd.h>
#include <nlohmann/json.hpp>

#include "instructor/codec.hpp"

namespace instructor::cli {

namespace {

struct CodePoint {
  char32_t value = 0;
  std::size_t bytes = 1;
};

/// Values come out of the decoder, so text is valid UTF-8; anything else counts byte by byte.
CodePoint code_point(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  const std::size_t bytes = first < 0x80 ? 1 : first < 0xC0 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  if (bytes == 1 || text.size() < bytes) return {first, 1};
  char32_t value = first & (0xFF >> (bytes + 1));
  for (std::size_t i = 1; i < bytes; ++i) value = value << 6 | (byte(i) & 0x3F);
  return {value, bytes};
}

/// Columns of one character on a terminal: the ranges that matter, of Unicode's East Asian Width and marks.
std::size_t width_of(char32_t c) {
  if (c < 0x20 || c == 0x7F) return 0;
  if ((c >= 0x300 && c <= 0x36F) || (c >= 0x200B && c <= 0x200F) || (c >= 0xFE00 && c <= 0xFE0F)) return 0;
  const bool wide = (c >= 0x1100 && c <= 0x115F) || (c >= 0x2E80 && c <= 0xA4CF) || (c >= 0xAC00 && c <= 0xD7A3) ||
                    (c >= 0xF900 && c <= 0xFAFF) || (c >= 0xFE30 && c <= 0xFE6F) || (c >= 0xFF00 && c <= 0xFF60) ||
                    (c >= 0x1F300 && c <= 0x1FAFF) || (c >= 0x20000 && c <= 0x3FFFD);
  return wide ? 2 : 1;
}

std::string padded(std::string text, std::size_t width) {
  const std::size_t used = columns(text);
  if (used < width) text.append(width - used, ' ');
  return text;
}

void list_value(const Json& value, std::size_t indent, std::size_t width, std::string& out) {
  const std::string margin(indent, ' ');
  const auto line = [&](std::string_view label, const Json& inner) {
    if (inner.is_structured() && !inner.empty()) {
      out += fitted(margin + std::string(label), width) + "\n";
      list_value(inner, indent + 2, width, out);
    } else {
      out += fitted(margin + std::string(label) + " " + inline_text(inner), width) + "\n";
    }
  };
  if (value.is_object()) {
    std::size_t widest = 0;
    for (const auto& [key, inner] : value.items())
      if (!inner.is_structured() || inner.empty()) widest = std::max(widest, columns(key) + 1);
    for (const auto& [key, inner] : value.items())
      line(padded(key + ":", inner.is_structured() && !inner.empty() ? 0 : widest), inner);
  } else {
    for (const Json& inner : value) line("-", inner);
  }
}

}  // namespace

std::size_t terminal_width() {
  if (const char* variable = std::getenv("COLUMNS")) {
    const long columns = std::strtol(variable, nullptr, 10);
    if (columns >= 20 && columns <= 1000) return static_cast<std::size_t>(columns);
  }
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 20) return size.ws_col;
  return 100;
}

std::size_t columns(std::string_view text) {
  std::size_t total = 0;
  while (!text.empty()) {
    const CodePoint c = code_point(text);
    total += width_of(c.value);
    text.remove_prefix(c.bytes);
  }
  return total;
}

std::string fitted(std::string_view text, std::size_t width) {
  std::string line;
  for (const char c : text) line += static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? ' ' : c;
  if (columns(line) <= width) return line;
  std::string out;
  std::size_t used = 0;
  std::string_view rest = line;
  while (!rest.empty()) {
    const CodePoint c = code_point(rest);
    if (used + width_of(c.value) + 1 > width) break;
    used += width_of(c.value);
    out += rest.substr(0, c.bytes);
    rest.remove_prefix(c.bytes);
  }
  return out + "\xE2\x80\xA6";
}

std::string inline_text(const Json& value) { return value.is_string() ? value.get<std::string>() : encode(value); }

std::string table(const std::vector<std::string>& headings, const std::vector<std::vector<std::string>>& rows,
                  std::size_t width) {
  constexpr std::size_t gap = 2;
  constexpr std::size_t narrowest = 6;
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < headings.size(); ++i) {
    std::size_t widest = columns(headings[i]);
    for (const auto& row : rows) widest = std::max(widest, columns(fitted(row[i], 1000)));
    widths.push_back(widest);
  }
  const auto total = [&] { return std::accumulate(widths.begin(), widths.end(), gap * (widths.size() - 1)); };
  while (!widths.empty() && total() > width) {
    const auto widest = std::ranges::max_element(widths);
    if (*widest <= narrowest) break;
    --*widest;
  }
  std::string out;
  const auto add = [&](const std::vector<std::string>& cells) {
    std::string line;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (i != 0) line.append(gap, ' ');
      line += padded(fitted(cells[i], widths[i]), widths[i]);
    }
    while (!line.empty() && line.back() == ' ') line.pop_back();
    out += line + "\n";
  };
  add(headings);
  std::vector<std::string> rule;
  for (const std::size_t w : widths) rule.emplace_back(w, '-');
  add(rule);
  for (const auto& row : rows) add(row);
  return out;
}

std::string listing(const Json& value, std::size_t width) {
  if (!value.is_structured() || value.empty()) return fitted(inline_text(value), width) + "\n";
  std::string out;
  list_value(value, 0, width, out);
  return out;
}

}  // namespace instructor::cli
