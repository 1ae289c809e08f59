#include "json/close.hpp"

#include <vector>

#include "json/scan.hpp"
#include "json/text.hpp"

namespace instructor::json {

namespace {

/// The end of a string that begins at `begin` (its quote), just after the closing quote; npos: it is not over.
/// `whole` is then up to where no escape and no character is cut.
std::size_t string_end(std::string_view text, std::size_t begin, std::size_t& whole) {
  std::size_t i = begin + 1;
  while (i < text.size()) {
    whole = i;
    const char c = text[i];
    if (c == '"') return i + 1;
    if (c == '\\') {
      const std::size_t size = i + 1 < text.size() && text[i + 1] == 'u' ? 6 : 2;
      if (i + size > text.size()) return std::string_view::npos;
      i += size;
    } else if (static_cast<unsigned char>(c) >= 0x80) {
      const std::size_t size = utf8_length(text.substr(i));
      if (size == 0) return std::string_view::npos;
      i += size;
    } else {
      ++i;
    }
  }
  whole = i;
  // Half of a surrogate pair is no character.
  if (whole >= begin + 7 && text[whole - 6] == '\\' && text[whole - 5] == 'u' &&
      (text[whole - 4] == 'd' || text[whole - 4] == 'D') && text[whole - 3] >= '8' &&
      (text[whole - 3] == '8' || text[whole - 3] == '9' || text[whole - 3] == 'a' || text[whole - 3] == 'b' ||
       text[whole - 3] == 'A' || text[whole - 3] == 'B'))
    whole -= 6;
  return std::string_view::npos;
}

}  // namespace

std::string closed(std::string_view beginning) {
  std::string closers;        // of what is open, innermost last
  std::size_t safe = 0;       // so much is a document once what is open there is closed
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
      while (i < beginning.size() && (is_number_char(beginning[i]) || (beginning[i] >= 'a' && beginning[i] <= 'z'))) ++i;
      if (i == begin) break;                  // no JSON
      if (i < beginning.size()) value_over(i);  // a number at the very end may go on
    }
  }
  std::string text(beginning.substr(0, safe));
  if (unfinished_string) text += '"';
  text.append(safe_closers.rbegin(), safe_closers.rend());
  return text;
}

}  // namespace instructor::json
