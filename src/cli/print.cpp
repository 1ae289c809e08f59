#include "cli/print.hpp"

#include <algorithm>
#include <cstdlib>
#include <numeric>

#include <sys/ioctl.h>
#include <unistd.h>
#include <nlohmann/json.hpp>

#include "cli/character_width.hpp"
#include "instructor/codec.hpp"

namespace instructor::cli {

namespace {

constexpr std::string_view ellipsis = "\xE2\x80\xA6";

/// Marks without number after one letter would make a short line a long text.
std::size_t most_bytes(std::size_t width) { return 64 + width * 16; }

void append_visible(std::string& out, const CodePoint& c, std::string_view text) {
  constexpr const char* digits = "0123456789abcdef";
  if (c.value == '\n' || c.value == '\r' || c.value == '\t') {
    out += ' ';
  } else if (!steers_terminals(c.value)) {
    out += text.substr(0, c.bytes);
  } else if (c.value == not_utf8) {
    const auto byte = static_cast<unsigned char>(text[0]);
    out += {'\\', 'x', digits[byte >> 4], digits[byte & 15]};
  } else {
    append_escaped(out, c.value);
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

std::string padded(std::string text, std::size_t width) {
  const std::size_t used = columns(text);
  if (used < width) text.append(width - used, ' ');
  return text;
}

std::string visible(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const CodePoint c = first_code_point(text);
    append_visible(out, c, text);
    text.remove_prefix(c.bytes);
  }
  return out;
}

std::string visible_lines(std::string_view text) {
  std::string out;
  while (true) {
    const std::size_t end = text.find('\n');
    out += visible(text.substr(0, end));
    if (end == std::string_view::npos) return out;
    out += '\n';
    text.remove_prefix(end + 1);
  }
}

std::size_t columns(std::string_view text) {
  std::size_t total = 0;
  while (!text.empty()) {
    const CodePoint c = first_code_point(text);
    total += width_of(c.value);
    text.remove_prefix(c.bytes);
  }
  return total;
}

std::string fitted(std::string_view text, std::size_t width) {
  std::string line;
  std::size_t used = 0;
  std::size_t cut = 0;  // what of the line leaves room for the ellipsis
  while (!text.empty()) {
    const CodePoint c = first_code_point(text);
    const std::size_t from = line.size();
    append_visible(line, c, text);
    used += columns(std::string_view(line).substr(from));
    if (used > width || line.size() > most_bytes(width)) return line.substr(0, cut).append(ellipsis);
    if (used < width) cut = line.size();
    text.remove_prefix(c.bytes);
  }
  return line;
}

std::string fitted_end(std::string_view text, std::size_t width) {
  // Only the end is looked at, however long the text is.
  std::size_t from = text.size() - std::min(text.size(), most_bytes(width));
  bool whole = from == 0;
  while (from < text.size() && (static_cast<unsigned char>(text[from]) & 0xC0) == 0x80) ++from;
  const std::string line = visible(text.substr(from));
  std::string_view rest = line;
  std::size_t used = columns(rest);
  while (!rest.empty() && used + (whole ? 0 : 1) > width) {
    whole = false;
    // A letter goes with its marks.
    do {
      const CodePoint c = first_code_point(rest);
      used -= width_of(c.value);
      rest.remove_prefix(c.bytes);
    } while (!rest.empty() && width_of(first_code_point(rest).value) == 0);
  }
  return (whole ? std::string() : std::string(ellipsis)).append(rest);
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

}  // namespace instructor::cli
