#include "model/choice_text.hpp"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <string>
#include <utility>

#include "model/text_folding.hpp"
#include "model/word_text.hpp"

namespace instructor::core {

namespace {

/// Bytes of text times names: what telling may take.
constexpr std::size_t max_comparisons = 1 << 20;
/// What is longer is no answer with an explanation.
constexpr std::size_t longest_text = 16 << 10;

constexpr std::size_t longest_misspelling = 64;
constexpr int cost_among_others = 5;

/// One name, alias or description, and whose it is.
struct Spelling {
  std::size_t choice = 0;
  std::string_view text;
  FoldedText folded{};
};

bool has_several_words(const Spelling& spelling) {
  const auto& breaks = spelling.folded.breaks;
  for (std::size_t i = 1; i < spelling.folded.letters.size(); ++i)
    if (breaks[i] != Break::none) return true;
  return false;
}

/// Where in a text a spelling occurs.
struct Occurrence {
  std::size_t choice = 0;
  std::size_t begin = 0;
  std::size_t end = 0;
};

class ChoiceSearch {
 public:
  ChoiceSearch(std::string_view text, std::span<const ChoiceName> choices)
      : text_(without_space_around(text)), choices_(choices) {}

  ChoiceSearch(std::string_view text, std::span<const ChoiceName> choices, std::vector<Spelling> names)
      : text_(text), choices_(choices), names_(std::move(names)) {}

  std::optional<FoundChoice> run() {
    if (text_.empty() || text_.size() > longest_text) return std::nullopt;
    std::size_t size = 0;
    for (const ChoiceName& choice : choices_) {
      size += 1 + choice.name.size() + choice.description.size();
      for (const std::string_view alias : choice.aliases) size += 1 + alias.size();
    }
    if (size > max_comparisons / (text_.size() + 1)) return std::nullopt;
    for (std::size_t i = 0; i < choices_.size(); ++i) {
      names_.push_back({i, choices_[i].name});
      for (const std::string_view alias : choices_[i].aliases) names_.push_back({i, alias});
    }
    if (const auto whole = find_whole()) return whole;
    if (ambiguous_) return std::nullopt;
    if (const auto word = find_words()) return word;
    if (ambiguous_) return find_first_line();
    return find_nearest();
  }

 private:
  /// The only choice of which one spelling is the text, compared by `same`.
  template <class Same>
  std::optional<FoundChoice> only(const std::vector<Spelling>& spellings, Same same) {
    std::optional<std::size_t> found;
    for (const Spelling& spelling : spellings) {
      if (!same(spelling) || found == spelling.choice) continue;
      if (found) {
        ambiguous_ = true;
        return std::nullopt;
      }
      found = spelling.choice;
    }
    if (!found) return std::nullopt;
    return FoundChoice{*found, RepairKind::choice_text, cost_of(RepairKind::choice_text)};
  }

  std::optional<FoundChoice> find_whole() {
    const auto exact = [&](const Spelling& s) { return s.text == text_ || s.text == bared(text_); };
    if (const auto found = only(names_, exact); found || ambiguous_) return found;
    const std::string small_text = in_small_letters(bared(text_));
    const auto same_but_case = [&](const Spelling& s) { return in_small_letters(s.text) == small_text; };
    if (const auto found = only(names_, same_but_case); found || ambiguous_) return found;
    for (Spelling& spelling : names_) spelling.folded = fold(spelling.text);
    folded_ = fold(text_);
    if (folded_.letters.empty()) return std::nullopt;
    const auto same_letters = [&](const Spelling& s) { return s.folded.letters == folded_.letters; };
    if (const auto found = only(names_, same_letters); found || ambiguous_) return found;
    std::vector<Spelling> descriptions;
    for (std::size_t i = 0; i < choices_.size(); ++i)
      if (!choices_[i].description.empty()) descriptions.push_back({i, choices_[i].description});
    for (Spelling& spelling : descriptions) spelling.folded = fold(spelling.text);
    if (const auto found = only(descriptions, same_letters); found || ambiguous_) return found;
    // "k1: what k1 is"
    const auto both = [&](const Spelling& s) {
      const std::string& description = s.folded.letters;
      return std::ranges::any_of(names_, [&](const Spelling& name) {
        return name.choice == s.choice && folded_.letters.size() == name.folded.letters.size() + description.size() &&
               folded_.letters.starts_with(name.folded.letters) && folded_.letters.ends_with(description);
      });
    };
    return only(descriptions, both);
  }

  /// A name on a line of its own, and then an explanation, which may speak of other names.
  std::optional<FoundChoice> find_first_line() const {
    const std::size_t end = text_.find('\n');
    if (end == std::string_view::npos) return std::nullopt;
    const auto whole = [&](std::string_view line) { return ChoiceSearch(line, choices_, names_).find_whole(); };
    std::optional<FoundChoice> found = whole(without_space_around(text_.substr(0, end)));
    if (!found) return std::nullopt;
    // Names below one another are a list.
    for (std::string_view rest = text_.substr(end + 1); !rest.empty();) {
      const std::size_t line_end = std::min(rest.find('\n'), rest.size());
      const std::string_view line = without_space_around(rest.substr(0, line_end));
      rest.remove_prefix(std::min(line_end + 1, rest.size()));
      if (line.empty()) continue;
      if (const auto other = whole(line); other && other->index != found->index) return std::nullopt;
    }
    found->cost = cost_among_others;
    return found;
  }

  // ---- as a word of a sentence -----------------------------------------------------------------------------------

  static bool is_word_byte(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x80 || (byte >= '0' && byte <= '9') || ((byte | 0x20) >= 'a' && (byte | 0x20) <= 'z') || c == '_';
  }

  /// As it is written, between what is no part of a word.
  void find_exactly(const Spelling& spelling, std::vector<Occurrence>& found) const {
    const std::string_view name = spelling.text;
    if (name.empty()) return;
    for (std::size_t at = text_.find(name); at != std::string_view::npos; at = text_.find(name, at + 1)) {
      const std::size_t end = at + name.size();
      const bool begins = at == 0 || !is_word_byte(name.front()) || !is_word_byte(text_[at - 1]);
      const bool ends = end == text_.size() || !is_word_byte(name.back()) || !is_word_byte(text_[end]);
      // "A good answer" is no A.
      const bool is_article = name == "A" || name == "I";
      const bool counts = !is_article || end + 1 >= text_.size() || text_[end] != ' ' ||
                          !(text_[end + 1] >= 'a' && text_[end + 1] <= 'z');
      if (begins && ends && counts) found.push_back({spelling.choice, at, end});
    }
  }

  /// But for case, accents and what stands between its words.
  void find_folded(const Spelling& spelling, std::vector<Occurrence>& found) const {
    const std::string& name = spelling.folded.letters;
    if (name.size() < 2) return;  // letters by themselves are words of their own
    for (std::size_t at = folded_.letters.find(name); at != std::string::npos;
         at = folded_.letters.find(name, at + 1)) {
      const std::size_t end = at + name.size();
      if (folded_.breaks[at] != Break::hard || folded_.breaks[end] != Break::hard) continue;
      bool same_words = true;
      for (std::size_t i = 1; i < name.size() && same_words; ++i)
        same_words = folded_.breaks[at + i] != Break::hard || spelling.folded.breaks[i] != Break::none;
      if (same_words) found.push_back({spelling.choice, folded_.where[at], folded_.where[end - 1] + 1});
    }
  }

  /// The choice that occurs most often. What is part of a longer name does not count.
  std::optional<FoundChoice> most_frequent(std::vector<Occurrence> found) {
    std::ranges::sort(found, [](const Occurrence& a, const Occurrence& b) {
      return a.begin != b.begin ? a.begin < b.begin : a.end > b.end;
    });
    std::vector<std::size_t> counts(choices_.size(), 0);
    std::size_t reached = 0;
    const Occurrence* last = nullptr;
    for (const Occurrence& occurrence : found) {
      const bool same_place = last != nullptr && occurrence.begin == last->begin && occurrence.end == last->end;
      if (occurrence.end <= reached && !same_place) continue;
      if (same_place && occurrence.choice == last->choice) continue;
      if (is_denied(text_, occurrence.begin)) {
        ambiguous_ = true;
        return std::nullopt;
      }
      ++counts[occurrence.choice];
      reached = occurrence.end;
      last = &occurrence;
    }
    const auto most = std::ranges::max_element(counts);
    if (most == counts.end() || *most == 0) return std::nullopt;
    if (std::ranges::count(counts, *most) != 1) {
      ambiguous_ = true;
      return std::nullopt;
    }
    const bool alone = std::ranges::count(counts, std::size_t{0}) + 1 == static_cast<std::ptrdiff_t>(counts.size());
    return FoundChoice{static_cast<std::size_t>(most - counts.begin()), RepairKind::choice_text,
                       alone ? cost_of(RepairKind::choice_text) : cost_among_others};
  }

  std::optional<FoundChoice> find_words() {
    std::vector<Occurrence> found;
    for (const Spelling& spelling : names_) find_exactly(spelling, found);
    const bool is_exact = !found.empty();
    std::vector<std::size_t> exact_ends(is_exact ? text_.size() : 0, 0);
    for (const Occurrence& exact : found) exact_ends[exact.begin] = std::max(exact_ends[exact.begin], exact.end);
    for (const Spelling& spelling : names_) {
      // "one" may be just a word beside a TWO that is written exactly; "dark blue" beside a red is another name.
      if (is_exact && !has_several_words(spelling)) continue;
      std::vector<Occurrence> folded;
      find_folded(spelling, folded);
      std::ranges::copy_if(folded, std::back_inserter(found),
                           [&](const Occurrence& one) { return !is_exact || exact_ends[one.begin] != one.end; });
    }
    return most_frequent(std::move(found));
  }

  // ---- misspelled ------------------------------------------------------------------------------------------------

  static std::size_t tolerated_edits(std::size_t size) {
    if (size < 4) return 0;
    if (size < 10) return 1;
    return 2;
  }

  static std::string digits_of(std::string_view text) {
    std::string digits;
    for (const char c : text)
      if (c >= '0' && c <= '9') digits += c;
    return digits;
  }

  /// gpt-3 is no misspelling of gpt-4, nor inactive one of active.
  static bool may_be_misspelled(std::string_view a, std::string_view b) {
    return digits_of(a) == digits_of(b) && !(a.size() != b.size() && (a.ends_with(b) || b.ends_with(a)));
  }

  std::optional<FoundChoice> find_nearest() const {
    const std::string& wanted = folded_.letters;
    if (wanted.size() > longest_misspelling) return std::nullopt;
    std::optional<std::size_t> best;
    std::size_t least = 3;
    bool tie = false;
    for (const Spelling& spelling : names_) {
      const std::string& name = spelling.folded.letters;
      const std::size_t limit = tolerated_edits(std::min(name.size(), wanted.size()));
      const std::size_t distance = spelling_distance(wanted, name, std::max<std::size_t>(limit, 1));
      if (distance > std::max<std::size_t>(limit, 1) || distance > least) continue;
      // One that is no less near takes the certainty, even where it could not be meant itself.
      if (distance == least) {
        tie = tie || best != spelling.choice;
        continue;
      }
      const bool counts = distance <= limit && may_be_misspelled(wanted, name);
      if (!counts) continue;
      best = spelling.choice;
      least = distance;
      tie = false;
    }
    if (!best || tie) return std::nullopt;
    return FoundChoice{*best, RepairKind::choice_nearest, cost_of(RepairKind::choice_nearest)};
  }

  const std::string_view text_;
  const std::span<const ChoiceName> choices_;
  std::vector<Spelling> names_;
  FoldedText folded_;
  bool ambiguous_ = false;
};

}  // namespace

std::optional<FoundChoice> find_choice(std::string_view text, std::span<const ChoiceName> choices) {
  return ChoiceSearch(text, choices).run();
}

}  // namespace instructor::core
