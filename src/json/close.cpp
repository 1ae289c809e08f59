#include "json/close.hpp"

#include <vector>

#include "json/scan.hpp"
#include "json/text.hpp"

namespace instructor::json {

namespace {

/// The end of a string that begins at `begin` (its quote), just after the closing quote; npos: it is not over. `whole`
/// is then up to where no escape and no character is cut.
std::size_t string_end(std::string_view text, std::size_t begin, std::size_t& whole) {
  std::size_t i = begin + 1;
  std::size_t first_half = std::string_view::npos;  // the first of two escapes that are one character
  const auto cut_at = [&](std::size_t end) {
    whole = first_half != std::string_view::npos ? first_half : end;
    return std::string_view::npos;
  };
  while (i < text.size()) {
    const char c = text[i];
    if (c == '"') return i + 1;
    if (c == '\\') {
      const bool hexadecimal = i + 1 < text.size() && text[i + 1] == 'u';
      const std::size_t size = hexadecimal ? 6 : 2;
      if (i + size > text.size()) return cut_at(i);
      const bool high = hexadecimal && (text[i + 2] == 'd' || text[i + 2] == 'D') &&
                        std::string_view("89abAB").find(text[i + 3]) != std::string_view::npos;
      first_half = high ? i : std::string_view::npos;
      i += size;
    } else if (static_cast<unsigned char>(c) >= 0x80) {
      const std::size_t size = utf8_length(text.substr(i));
      if (size == 0) return cut_at(i);
      i += size;
      first_half = std::string_view::npos;
    } else {
      ++i;
      first_half = std::string_view::npos;
    }
  }
  return cut_at(i);
}

}  // namespace

std::string closed(std::string_view beginning) {
  std::string closers;   // of what is open, innermost last
  std::size_t safe = 0;  // so much is a document once what is open there is closed
  std::string safe_closers;
  bool unfinished_string = false;
  std::vector<bool> wants_key;  // of the open containers: a key is next
  const auto value_over = [&](std::size_t end) {
    safe = end;
    safe_closers = closers;
  };
  std::size_t i = 0;
  while (i < beginning.size()) {
    const char c = beginning[i];
    if (c == '{' || c == '[') {
      closers += c == '{' ? '}' : ']';
      wants_key.push_back(c == '{');
      value_over(++i);
    } else if (c == '}' || c == ']') {
      if (closers.empty()) break;
      closers.pop_back();
      wants_key.pop_back();
      value_over(++i);
    } else if (c == ',') {
      if (!closers.empty() && closers.back() == '}') wants_key.back() = true;
      ++i;
    } else if (c == ':') {
      if (!wants_key.empty()) wants_key.back() = false;
      ++i;
    } else if (c == '"') {
      std::size_t whole = i + 1;
      const std::size_t end = string_end(beginning, i, whole);
      const bool is_key = !wants_key.empty() && wants_key.back();
      if (end == std::string_view::npos) {
        if (!is_key) {
          value_over(whole);
          unfinished_string = true;
        }
        break;
      }
      i = end;
      if (!is_key) value_over(i);
    } else if (is_space(c)) {
      ++i;
    } else {
      const std::size_t begin = i;
      while (i < beginning.size() && (is_number_char(beginning[i]) || (beginning[i] >= 'a' && beginning[i] <= 'z')))
        ++i;
      if (i == begin) break;                    // no JSON
      if (i < beginning.size()) value_over(i);  // a number at the very end may go on
    }
  }
  std::string text(beginning.substr(0, safe));
  if (unfinished_string) text += '"';
  text.append(safe_closers.rbegin(), safe_closers.rend());
  return text;
}

}  // namespace instructor::json
