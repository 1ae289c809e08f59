#include "testing/sample_pattern.hpp"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace instructor::testing {

namespace {

constexpr std::size_t max_sample = 4096;

/// Walks the pattern and writes a match as it goes. Alternatives are skipped over or taken by position, so the pattern
/// is parsed once for each repetition: patterns are short.
class Sampler {
 public:
  Sampler(std::string_view pattern, Random& random) : pattern_(pattern), random_(random) {}

  std::optional<std::string> sample() {
    alternatives(true);
    if (failed_ || at_ != pattern_.size()) return std::nullopt;
    return std::move(out_);
  }

 private:
  bool more() const { return at_ < pattern_.size() && !failed_; }
  char peek() const { return at_ < pattern_.size() ? pattern_[at_] : '\0'; }
  void fail() { failed_ = true; }

  /// a|b|c: one of them is written, the others are only read. Stops before `)` or at the end.
  void alternatives(bool write) {
    const std::size_t begin = at_;
    std::size_t count = 1;
    sequence(false);
    while (more() && peek() == '|') {
      ++at_;
      ++count;
      sequence(false);
    }
    if (!write || failed_) return;
    const std::size_t end = at_;
    const std::size_t chosen = random_.below(count);
    at_ = begin;
    for (std::size_t i = 0; i < count && !failed_; ++i) {
      if (i != 0) ++at_;
      sequence(i == chosen);
    }
    at_ = end;
  }

  void sequence(bool write) {
    while (more() && peek() != '|' && peek() != ')') piece(write);
  }

  /// An atom and its quantifier.
  void piece(bool write) {
    const std::size_t begin = at_;
    atom(false);
    if (failed_) return;
    const std::size_t atom_end = at_;
    std::size_t low = 1;
    std::size_t high = 1;
    quantifier(low, high);
    if (!write || failed_) return;
    const std::size_t end = at_;
    const std::size_t times = low + random_.below(high - low + 1);
    for (std::size_t i = 0; i < times && !failed_; ++i) {
      at_ = begin;
      atom(true);
      if (at_ != atom_end || out_.size() > max_sample) fail();
    }
    at_ = end;
  }

  void quantifier(std::size_t& low, std::size_t& high) {
    constexpr std::size_t extra = 4;  // how far beyond the least an open quantifier goes
    switch (peek()) {
      case '*': low = 0, high = extra, ++at_; break;
      case '+': low = 1, high = 1 + extra, ++at_; break;
      case '?': low = 0, high = 1, ++at_; break;
      case '{': {
        const std::size_t close = pattern_.find('}', at_);
        if (close == std::string_view::npos) return fail();
        std::string_view inside = pattern_.substr(at_ + 1, close - at_ - 1);
        const std::size_t comma = inside.find(',');
        const auto number = [&](std::string_view digits) {
          std::size_t value = 0;
          if (digits.empty() || digits.size() > 4) fail();
          for (const char c : digits) {
            if (c < '0' || c > '9') fail();
            value = value * 10 + static_cast<std::size_t>(c - '0');
          }
          return value;
        };
        low = number(inside.substr(0, comma));
        high = comma == std::string_view::npos ? low
               : comma + 1 == inside.size()    ? low + extra
                                               : number(inside.substr(comma + 1));
        if (high < low) fail();
        at_ = close + 1;
        break;
      }
      default: return;
    }
    if (peek() == '?') ++at_;  // lazy: matches the same texts
  }

  void atom(bool write) {
    const char c = pattern_[at_++];
    switch (c) {
      case '^':
      case '$': return;  // the sample is the whole text
      case '.': return put(write, "abcdefghijklmnopqrstuvwxyz");
      case '(': return group(write);
      case '[': return char_class(write);
      case '\\': return escape(write);
      case '*':
      case '+':
      case '?':
      case '{': return fail();
      default:
        if (write) out_ += c;
    }
  }

  void group(bool write) {
    if (peek() == '?') {
      ++at_;
      if (peek() == 'P') ++at_;
      if (peek() == '<' && at_ + 1 < pattern_.size() && pattern_[at_ + 1] != '=' && pattern_[at_ + 1] != '!') {
        const std::size_t close = pattern_.find('>', at_);
        if (close == std::string_view::npos) return fail();
        at_ = close + 1;
      } else if (peek() == ':') {
        ++at_;
      } else {
        return fail();
      }
    }
    alternatives(write);
    if (peek() != ')') return fail();
    ++at_;
  }

  void put(bool write, std::string_view choices) {
    if (choices.empty()) return fail();
    if (write) out_ += choices[random_.below(choices.size())];
  }

  static std::string_view class_of(char c) {
    switch (c) {
      case 'd': return "0123456789";
      case 'w': return "abcdefghijklmnopqrstuvwxyz0123456789_";
      case 's': return " ";
      case 'D': return "abcxyz";
      case 'W': return "-+.";
      case 'S': return "abcxyz019";
      default: return {};
    }
  }

  void escape(bool write) {
    if (!more()) return fail();
    const char c = pattern_[at_++];
    if (const std::string_view choices = class_of(c); !choices.empty()) return put(write, choices);
    switch (c) {
      case 'b':
      case 'A':
      case 'z': return;
      case 'n': return put(write, "\n");
      case 't': return put(write, "\t");
      case 'r': return put(write, "\r");
      default: break;
    }
    const bool letter_or_digit = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (letter_or_digit) return fail();  // \p{..}, back references, ...
    if (write) out_ += c;
  }

  void char_class(bool write) {
    const bool negated = peek() == '^';
    if (negated) ++at_;
    std::string members;
    bool first = true;
    while (more() && (peek() != ']' || first)) {
      first = false;
      char low = pattern_[at_++];
      if (low == '\\') {
        if (!more()) return fail();
        low = pattern_[at_++];
        if (const std::string_view choices = class_of(low); !choices.empty()) {
          members += choices;
          continue;
        }
        if (low == 'n') low = '\n';
        if (low == 't') low = '\t';
      } else if (low == '[' && peek() == ':') {
        return fail();  // [[:alpha:]]
      }
      char high = low;
      if (peek() == '-' && at_ + 1 < pattern_.size() && pattern_[at_ + 1] != ']') {
        ++at_;
        high = pattern_[at_++];
        if (high == '\\' && more()) high = pattern_[at_++];
      }
      if (static_cast<unsigned char>(low) >= 0x80 || static_cast<unsigned char>(high) >= 0x80) continue;
      for (auto c = static_cast<unsigned char>(low); c <= static_cast<unsigned char>(high); ++c)
        members += static_cast<char>(c);
    }
    if (peek() != ']') return fail();
    ++at_;
    if (!negated) return put(write, members);
    std::string others;
    for (char c = ' '; c < '\x7F'; ++c)
      if (members.find(c) == std::string::npos) others += c;
    put(write, others);
  }

  std::string_view pattern_;
  Random& random_;
  std::size_t at_ = 0;
  bool failed_ = false;
  std::string out_;
};

}  // namespace

std::optional<std::string> sample_pattern(std::string_view pattern, Random& random) {
  if (pattern.size() > 1000 || std::ranges::count(pattern, '(') > 20) return std::nullopt;
  return Sampler(pattern, random).sample();
}

}  // namespace instructor::testing
