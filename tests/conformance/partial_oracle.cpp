#include "partial_oracle.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <set>
#include <utility>

namespace conformance {

namespace {

constexpr std::size_t max_depth = 128;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

void append_utf8(std::string& text, std::uint32_t code) {
  const auto add = [&](std::uint32_t byte) { text += static_cast<char>(byte); };
  if (code < 0x80) {
    add(code);
  } else if (code < 0x800) {
    add(0xC0 | code >> 6);
    add(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    add(0xE0 | code >> 12);
    add(0x80 | (code >> 6 & 0x3F));
    add(0x80 | (code & 0x3F));
  } else {
    add(0xF0 | code >> 18);
    add(0x80 | (code >> 12 & 0x3F));
    add(0x80 | (code >> 6 & 0x3F));
    add(0x80 | (code & 0x3F));
  }
}

enum class End { whole, cut, wrong };

/// A recursive descent; whoever makes a value is told where to put it only once there is something to show.
class Descent {
 public:
  explicit Descent(std::string_view text) : text_(text) {}

  Arrived run() {
    End end = space();
    if (end == End::whole) end = value([&]() -> Json* { return &out_.value.emplace(); });
    if (end == End::whole) {
      out_.whole = true;
      if (space() == End::whole) end = wrong();
    }
    return std::move(out_);
  }

 private:
  /// Whole: something follows.
  End space() {
    while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos) ++at_;
    return at_ < text_.size() ? End::whole : End::cut;
  }

  End wrong() {
    out_.wrong = at_;
    return End::wrong;
  }

  End cut(Tail tail, std::size_t begin) {
    out_.tail = tail;
    out_.tail_begin = begin;
    return End::cut;
  }

  template <class Place>
  End value(Place place) {
    const char c = text_[at_];
    if (c == '{' || c == '[') {
      if (++depth_ > max_depth) return wrong();
      ++at_;
      Json* const container = place();
      if (container != nullptr) *container = c == '{' ? Json::object() : Json::array();
      const End end = c == '{' ? members(container) : items(container);
      --depth_;
      return end;
    }
    if (c == '"') {
      const std::size_t begin = at_;
      Json* const slot = place();
      std::string text;
      const End end = string(text);
      if (slot != nullptr) *slot = text;
      return end == End::cut ? cut(Tail::string, begin) : end;
    }
    if (c == '-' || is_digit(c)) return number(place);
    for (const auto& [word, meaning] :
         {std::pair<std::string_view, Json>{"true", true}, {"false", false}, {"null", {}}})
      if (word.front() == c) return literal(word, meaning, place);
    return wrong();
  }

  template <class Place>
  End literal(std::string_view word, const Json& meaning, Place place) {
    const std::size_t begin = at_;
    for (const char c : word) {
      if (at_ == text_.size()) return cut(Tail::literal, begin);
      if (text_[at_] != c) return wrong();
      ++at_;
    }
    if (Json* const slot = place()) *slot = meaning;
    return End::whole;
  }

  template <class Place>
  End number(Place place) {
    const std::size_t begin = at_;
    std::size_t end = at_;
    while (end < text_.size() &&
           (is_digit(text_[end]) || std::string_view("+-.eE").find(text_[end]) != std::string_view::npos))
      ++end;
    if (end == text_.size()) return cut(Tail::number, begin);
    const std::string_view token = text_.substr(begin, end - begin);
    if (number_length(token) != token.size()) return wrong();
    at_ = end;
    const std::expected<Json, std::string> read = parse_json(token);
    const bool integer = token.find_first_of(".eE") == std::string_view::npos;
    // Beyond 64 bits, or beyond a double.
    if (!read || read->is_number_integer() != integer) {
      out_.faulty = true;
      return End::whole;
    }
    if (Json* const slot = place()) *slot = *read;
    return End::whole;
  }

  End items(Json* list) {
    for (std::size_t i = 0;; ++i) {
      if (space() == End::cut) return End::cut;
      if (i == 0 && text_[at_] == ']') return closed();
      const std::size_t outer = out_.growing.size();
      const End end = value([&]() -> Json* {
        if (list == nullptr) return nullptr;
        out_.growing.push_back(std::to_string(i));
        return &list->emplace_back();
      });
      if (end != End::whole) return end;
      out_.growing.resize(outer);
      if (space() == End::cut) return End::cut;
      if (text_[at_] == ']') return closed();
      if (text_[at_] != ',') return wrong();
      ++at_;
    }
  }

  End members(Json* object) {
    std::set<std::string> keys;
    for (bool first = true;; first = false) {
      if (space() == End::cut) return End::cut;
      if (first && text_[at_] == '}') return closed();
      if (text_[at_] != '"') return wrong();
      std::string key;
      if (const End end = string(key); end != End::whole) return end;
      if (space() == End::cut) return End::cut;
      const bool is_new = keys.insert(key).second;
      if (!is_new) out_.faulty = true;
      if (text_[at_] != ':') return wrong();
      ++at_;
      if (space() == End::cut) return End::cut;
      const std::size_t outer = out_.growing.size();
      const End end = value([&]() -> Json* {
        if (object == nullptr || !is_new) return nullptr;
        out_.growing.push_back(key);
        return &(*object)[key];
      });
      if (end != End::whole) return end;
      out_.growing.resize(outer);
      if (space() == End::cut) return End::cut;
      if (text_[at_] == '}') return closed();
      if (text_[at_] != ',') return wrong();
      ++at_;
    }
  }

  End closed() {
    ++at_;
    return End::whole;
  }

  /// Its whole characters so far.
  End string(std::string& out) {
    ++at_;
    while (at_ < text_.size()) {
      const auto c = static_cast<unsigned char>(text_[at_]);
      End end = End::whole;
      if (c == '"') return closed();
      if (c < 0x20) return wrong();
      if (c == '\\') {
        end = escape(out);
      } else if (c >= 0x80) {
        end = beyond_ascii(out);
      } else {
        out += text_[at_++];
      }
      if (end != End::whole) return end;
    }
    return End::cut;
  }

  End escape(std::string& out) {
    ++at_;
    if (at_ == text_.size()) return End::cut;
    constexpr std::string_view letters = "\"\\/bfnrt";
    constexpr std::string_view meanings = "\"\\/\b\f\n\r\t";
    if (const std::size_t i = letters.find(text_[at_]); i != std::string_view::npos) {
      out += meanings[i];
      ++at_;
      return End::whole;
    }
    std::uint32_t code = 0;
    if (const End end = unit(code); end != End::whole) return end;
    if (code >= 0xDC00 && code < 0xE000) return wrong();
    if (code >= 0xD800 && code < 0xDC00) {
      if (at_ == text_.size()) return End::cut;
      if (text_[at_] != '\\') return wrong();
      ++at_;
      std::uint32_t low = 0;
      if (const End end = unit(low); end != End::whole) return end;
      if (low < 0xDC00 || low >= 0xE000) return wrong();
      code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
    }
    append_utf8(out, code);
    return End::whole;
  }

  /// uXXXX
  End unit(std::uint32_t& code) {
    if (at_ == text_.size()) return End::cut;
    if (text_[at_] != 'u') return wrong();
    ++at_;
    for (int i = 0; i < 4; ++i, ++at_) {
      if (at_ == text_.size()) return End::cut;
      const std::size_t digit = std::string_view("0123456789abcdef").find(static_cast<char>(text_[at_] | 0x20));
      if (digit == std::string_view::npos || (digit < 10) != is_digit(text_[at_])) return wrong();
      code = code << 4 | static_cast<std::uint32_t>(digit);
    }
    return End::whole;
  }

  End beyond_ascii(std::string& out) {
    // RFC 3629, section 4.
    struct Row {
      unsigned first_low, first_high, second_low, second_high;
      std::size_t size;
    };
    constexpr std::array rows{Row{0xC2, 0xDF, 0x80, 0xBF, 2}, Row{0xE0, 0xE0, 0xA0, 0xBF, 3},
                              Row{0xE1, 0xEC, 0x80, 0xBF, 3}, Row{0xED, 0xED, 0x80, 0x9F, 3},
                              Row{0xEE, 0xEF, 0x80, 0xBF, 3}, Row{0xF0, 0xF0, 0x90, 0xBF, 4},
                              Row{0xF1, 0xF3, 0x80, 0xBF, 4}, Row{0xF4, 0xF4, 0x80, 0x8F, 4}};
    const auto byte = [&](std::size_t i) { return static_cast<unsigned>(static_cast<unsigned char>(text_[at_ + i])); };
    for (const Row& row : rows) {
      if (byte(0) < row.first_low || byte(0) > row.first_high) continue;
      for (std::size_t i = 1; i < row.size; ++i) {
        if (at_ + i == text_.size()) return End::cut;
        const unsigned low = i == 1 ? row.second_low : 0x80;
        const unsigned high = i == 1 ? row.second_high : 0xBF;
        if (byte(i) < low || byte(i) > high) return wrong();
      }
      out += text_.substr(at_, row.size);
      at_ += row.size;
      return End::whole;
    }
    return wrong();
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t depth_ = 0;
  Arrived out_;
};

}  // namespace

Arrived arrived_of(std::string_view text) { return Descent(text).run(); }

std::size_t number_length(std::string_view text) {
  const auto digits = [&](std::size_t at) {
    std::size_t count = 0;
    while (at + count < text.size() && is_digit(text[at + count])) ++count;
    return count;
  };
  std::size_t at = text.starts_with('-') ? 1 : 0;
  if (digits(at) == 0) return 0;
  at += text[at] == '0' ? 1 : digits(at);
  if (at < text.size() && text[at] == '.')
    if (const std::size_t count = digits(at + 1); count != 0) at += 1 + count;
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    const std::size_t sign = at + 1 < text.size() && (text[at + 1] == '+' || text[at + 1] == '-') ? 1 : 0;
    if (const std::size_t count = digits(at + 1 + sign); count != 0) at += 1 + sign + count;
  }
  return at;
}

}  // namespace conformance
