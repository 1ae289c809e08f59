#include "model/text_folding.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "json/text.hpp"

namespace instructor::core {

CodePoint first_code_point(std::string_view text) {
  const std::size_t size = std::max<std::size_t>(json::utf8_length(text), 1);
  const auto byte = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i])); };
  switch (size) {
    case 2: return {(byte(0) & 0x1F) << 6 | (byte(1) & 0x3F), 2};
    case 3: return {(byte(0) & 0x0F) << 12 | (byte(1) & 0x3F) << 6 | (byte(2) & 0x3F), 3};
    case 4: return {(byte(0) & 0x07) << 18 | (byte(1) & 0x3F) << 12 | (byte(2) & 0x3F) << 6 | (byte(3) & 0x3F), 4};
    default: return {byte(0), 1};
  }
}

namespace {

/// The letters of U+00C0 to U+017F without what is on, under or through them.
constexpr std::string_view plain_latin =
    "aaaaaaaceeeeiiiidnooooo-ouuuuytsaaaaaaaceeeeiiiidnooooo-ouuuuyty"
    "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkklllllll"
    "lllnnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";
static_assert(plain_latin.size() == 0x180 - 0xC0);

/// Those of them that are two letters.
constexpr std::string_view second_letter(std::uint32_t code) {
  switch (code) {
    case 0xC6:
    case 0xE6:
    case 0x152:
    case 0x153: return "e";
    case 0xDE:
    case 0xFE: return "h";
    case 0xDF: return "s";
    case 0x132:
    case 0x133: return "j";
    default: return "";
  }
}

constexpr bool is_ascii_letter(std::uint32_t code) { return (code | 0x20) >= 'a' && (code | 0x20) <= 'z'; }
constexpr bool is_ascii_digit(std::uint32_t code) { return code >= '0' && code <= '9'; }
constexpr bool is_combining(std::uint32_t code) { return code >= 0x300 && code <= 0x36F; }

constexpr bool is_unicode_space(std::uint32_t code) {
  return code == 0xA0 || (code >= 0x2000 && code <= 0x200D) || code == 0x202F || code == 0x205F || code == 0x2060 ||
         code == 0x3000 || code == 0xFEFF || code == 0x85 || code == 0x2028 || code == 0x2029;
}

/// Punctuation, signs and pictures beyond ASCII.
constexpr bool is_sign(std::uint32_t code) {
  return (code >= 0x80 && code < 0xC0 && code != 0xAA && code != 0xB5 && code != 0xBA) || code == 0xD7 ||
         code == 0xF7 || (code >= 0x2000 && code <= 0x206F) || (code >= 0x20A0 && code <= 0x20CF) ||
         (code >= 0x2190 && code <= 0x2BFF) || (code >= 0x3000 && code <= 0x303F) ||
         (code >= 0xFE00 && code <= 0xFE0F) || code == 0xFEFF || code == 0xFFFD || code >= 0x1F000;
}

constexpr std::uint32_t small(std::uint32_t code) {
  if (code >= 'A' && code <= 'Z') return code + 0x20;
  if (code >= 0xC0 && code <= 0xDE && code != 0xD7) return code + 0x20;
  if (code >= 0x391 && code <= 0x3A9) return code + 0x20;
  if (code >= 0x410 && code <= 0x42F) return code + 0x20;
  if (code >= 0x400 && code <= 0x40F) return code + 0x50;
  return code;
}

constexpr bool is_capital(std::uint32_t code) { return small(code) != code; }

/// Full-width forms of ASCII.
constexpr std::uint32_t to_half_width(std::uint32_t code) {
  return code >= 0xFF01 && code <= 0xFF5E ? code - 0xFF01 + 0x21 : code;
}

void append_utf8(std::string& out, std::uint32_t code) {
  const auto put = [&out](std::uint32_t byte) { out += static_cast<char>(byte); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0 | code >> 6);
    put(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    put(0xE0 | code >> 12);
    put(0x80 | (code >> 6 & 0x3F));
    put(0x80 | (code & 0x3F));
  } else {
    put(0xF0 | code >> 18);
    put(0x80 | (code >> 12 & 0x3F));
    put(0x80 | (code >> 6 & 0x3F));
    put(0x80 | (code & 0x3F));
  }
}

class Folding {
 public:
  FoldedText run(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
      const CodePoint point = first_code_point(text.substr(at));
      const std::uint32_t code = to_half_width(point.value);
      const std::string_view rest = text.substr(at + point.size);
      take(code, rest.empty() ? 0 : to_half_width(first_code_point(rest).value), static_cast<std::uint32_t>(at));
      at += point.size;
    }
    out_.breaks.push_back(Break::hard);
    return std::move(out_);
  }

 private:
  void take(std::uint32_t code, std::uint32_t next, std::uint32_t at) {
    if (is_combining(code) || code == '\'' || code == 0x2019) return;  // it's is one word
    const bool letter = code < 0x80 ? is_ascii_letter(code) || is_ascii_digit(code) : !is_sign(code);
    if (!letter) {
      pending_ = Break::hard;
      return;
    }
    const bool capital = is_capital(code);
    // aB, and the B of ABc.
    const bool begins = capital && (was_small_ || (was_capital_ && is_ascii_letter(next) && !is_capital(next)));
    if (begins && pending_ == Break::none) pending_ = Break::soft;
    was_small_ = !capital && !is_ascii_digit(code);
    was_capital_ = capital;
    const std::size_t before = out_.letters.size();
    if (code >= 0xC0 && code < 0x180) {
      out_.letters += plain_latin[code - 0xC0];
      out_.letters += second_letter(code);
    } else {
      append_utf8(out_.letters, small(code));
    }
    for (std::size_t i = before; i < out_.letters.size(); ++i) {
      out_.breaks.push_back(std::exchange(pending_, Break::none));
      out_.where.push_back(at);
    }
  }

  FoldedText out_;
  Break pending_ = Break::hard;
  bool was_small_ = false;
  bool was_capital_ = false;
};

}  // namespace

FoldedText fold(std::string_view text) { return Folding().run(text); }

std::string folded_letters(std::string_view text) { return fold(text).letters; }

std::vector<std::string> folded_words(std::string_view text) {
  std::vector<std::string> words;
  const FoldedText folded = fold(text);
  for (std::size_t i = 0; i < folded.letters.size(); ++i) {
    if (folded.breaks[i] == Break::hard) words.emplace_back();
    words.back() += folded.letters[i];
  }
  return words;
}

std::string in_small_letters(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const CodePoint point = first_code_point(text);
    if (point.value < 0x80)
      out += static_cast<char>(small(point.value));
    else if (small(point.value) != point.value)
      append_utf8(out, small(point.value));
    else
      out += text.substr(0, point.size);
    text.remove_prefix(point.size);
  }
  return out;
}

std::string_view without_space_around(std::string_view text) {
  const auto is_space = [](std::uint32_t code) { return code <= ' ' || is_unicode_space(code); };
  while (!text.empty()) {
    const CodePoint point = first_code_point(text);
    if (!is_space(point.value)) break;
    text.remove_prefix(point.size);
  }
  while (!text.empty()) {
    std::size_t at = text.size() - 1;
    while (at != 0 && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) --at;
    if (!is_space(first_code_point(text.substr(at)).value)) break;
    text = text.substr(0, at);
  }
  return text;
}

std::string_view bared(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 8> pairs{
      {{"**", "**"}, {"__", "__"}, {"`", "`"}, {"*", "*"}, {"\"", "\""}, {"'", "'"}, {"“", "”"}, {"‘", "’"}}};
  for (bool again = true; again;) {
    again = false;
    text = without_space_around(text);
    for (const auto& [open, close] : pairs) {
      if (text.size() <= open.size() + close.size() || !text.starts_with(open) || !text.ends_with(close)) continue;
      text.remove_prefix(open.size());
      text.remove_suffix(close.size());
      again = true;
    }
  }
  return text;
}

std::size_t spelling_distance(std::string_view a, std::string_view b, std::size_t limit) {
  const std::size_t none = limit + 1;
  if (a.size() > b.size()) std::swap(a, b);
  if (b.size() - a.size() > limit) return none;
  // Rows of the usual table, of which only a band around the diagonal can stay within the limit.
  std::vector<std::size_t> before(b.size() + 1, none);
  std::vector<std::size_t> above(b.size() + 1, none);
  std::vector<std::size_t> row(b.size() + 1, none);
  for (std::size_t j = 0; j <= std::min(b.size(), limit); ++j) above[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    const std::size_t first = i > limit ? i - limit : 1;
    const std::size_t last = std::min(b.size(), i + limit);
    row[first - 1] = first == 1 ? i : none;
    for (std::size_t j = first; j <= last; ++j) {
      std::size_t best = above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      best = std::min(best, row[j - 1] + 1);
      if (j < i + limit) best = std::min(best, above[j] + 1);
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) best = std::min(best, before[j - 2] + 1);
      row[j] = std::min(best, none);
    }
    if (last < b.size()) row[last + 1] = none;
    std::swap(before, above);
    std::swap(above, row);
  }
  return std::min(above[b.size()], none);
}

}  // namespace instructor::core
