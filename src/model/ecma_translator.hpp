#pragma once

// What ecma_regex.cpp (the structure of expressions) and ecma_characters.cpp (what stands for characters) share.

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/ecma_regex.hpp"

namespace instructor::core {

/// Reads one expression and writes it anew. The first mistake ends the reading.
class RegexTranslator {
 public:
  RegexTranslator(std::string_view pattern, RegexSyntax syntax)
      : text_(pattern), strict_(syntax == RegexSyntax::strict) {}
  TranslatedRegex run();

 private:
  static constexpr std::uint32_t no_code_point = 0xFFFFFFFF;

  void fail(std::string what) {
    if (result_.error.empty()) result_.error = std::move(what);
    at_ = text_.size();
  }
  void unsupported(std::string what) {
    if (result_.unsupported.empty()) result_.unsupported = std::move(what);
  }
  bool done() const { return at_ >= text_.size(); }
  char peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
  bool take(std::string_view expected) {
    if (!text_.substr(std::min(at_, text_.size())).starts_with(expected)) return false;
    at_ += expected.size();
    return true;
  }
  std::uint32_t take_code_point();
  static std::string escaped(std::uint32_t code);
  /// `^(?!a)(?=b)c` is what `^c` matches where `^a` does not and `^b` does: RE2 has no assertions of this kind.
  void leading_assertions();
  /// The index of the ) that ends the group that begins at `begin`.
  /// Where the first character is, neither escaped nor in a class, that is `wanted(c, depth)` inside so many groups.
  template <class Wanted>
  std::size_t find_bare(std::size_t begin, Wanted wanted) const;
  std::size_t end_of_group(std::size_t begin) const;
  bool has_top_level_alternative() const;
  void alternatives();
  void term();
  /// Of `{2}`, `{2,}` or `{2,3}` here; 0 when there is none.
  std::size_t quantifier_length() const;
  void quantifier(std::size_t begin, bool can_repeat);
  void repeat(std::size_t begin, std::string_view counts);
  /// Returns whether it may be repeated.
  bool group();
  std::string group_name();
  bool escape();
  /// What follows a backslash here: one code point, or `set` in RE2's syntax.
  std::uint32_t class_escape(std::string& set, bool in_class);
  std::uint32_t hexadecimal(std::size_t count);
  std::uint32_t unicode();
  void property(std::string& set);
  void character_class();
  static std::string unbracketed(const std::string& set) {
    return set.starts_with('[') ? set.substr(1, set.size() - 2) : set;
  }
  std::uint32_t class_member(std::string& set);

  std::string_view text_;
  bool strict_;
  bool in_assertion_ = false;
  std::size_t at_ = 0;
  std::size_t depth_ = 0;
  std::size_t groups_ = 0;
  std::size_t highest_reference_ = 0;
  std::vector<std::string> names_{};
  std::vector<std::string> references_{};
  std::string out_{};
  TranslatedRegex result_{};
};

}  // namespace instructor::core
