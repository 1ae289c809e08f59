#include "model/candidates.hpp"

#include <algorithm>
#include <array>
#include <deque>
#include <iterator>
#include <optional>
#include <string>

#include "json/lookahead.hpp"
#include "json/mender.hpp"
#include "model/bracket_look.hpp"

namespace instructor::core {

namespace {

constexpr auto nothing = std::string_view::npos;

/// What models think in, as tags of text.
constexpr std::array<std::string_view, 8> reasoning_tags = {"think",     "thinking",   "thought",    "thoughts",
                                                            "reasoning", "reflection", "scratchpad", "analysis"};

std::string_view reasoning_tag(std::string_view after_bracket) {
  const std::size_t end = after_bracket.substr(0, 16).find('>');
  if (end == nothing) return {};
  const std::string_view name = after_bracket.substr(0, end);
  const auto found = std::ranges::find(reasoning_tags, name);
  return found == reasoning_tags.end() ? std::string_view() : *found;
}

/// The place of `</name>` at or after `from`.
std::size_t find_closing_tag(std::string_view text, std::string_view name, std::size_t from) {
  while ((from = text.find("</", from)) != nothing) {
    const std::string_view tag = text.substr(from + 2);
    if (tag.starts_with(name) && tag.substr(name.size()).starts_with('>')) return from;
    from += 2;
  }
  return nothing;
}

/// The next place of something, from places that only go forward: each byte is looked at once.
class NextOf {
 public:
  NextOf(std::string_view text, std::string_view what) : text_(text), what_(what) {}

  std::size_t at_or_after(std::size_t from) {
    if (next_ != nothing && (next_ < from || !looked_)) next_ = text_.find(what_, from);
    looked_ = true;
    return next_;
  }

 private:
  std::string_view text_;
  std::string_view what_;
  std::size_t next_ = 0;
  bool looked_ = false;
};

class Finder {
 public:
  explicit Finder(std::string_view text) : text_(text), budget_(16 * text.size() + 1024) {}

  Candidates find(bool in_reasoning) {
    in_reasoning_ = in_reasoning;
    std::size_t at = 0;
    while ((at = text_.find_first_of("{[`~<", at)) != nothing) {
      const char c = text_[at];
      if (c == '<')
        at = pass_tag(at);
      else if (c == '`' || c == '~')
        at = pass_fence(at);
      else
        at = look_at(at);
      if (budget_ == 0 || closed_.size() > max_closed_candidates) {
        complete_ = false;
        break;
      }
    }
    first_open_.insert(first_open_.end(), last_open_.begin(), last_open_.end());
    Candidates found{{}, complete_};
    found.values.reserve(closed_.size() + first_open_.size());
    std::ranges::merge(
        closed_, first_open_, std::back_inserter(found.values), {},
        [](const Candidate& candidate) { return candidate.text.data(); },
        [](const Candidate& candidate) { return candidate.text.data(); });
    return found;
  }

 private:
  std::size_t end() const { return fence_end_.value_or(text_.size()); }

  std::size_t pass_tag(std::size_t at) {
    const bool closing = text_.substr(at + 1).starts_with('/');
    const std::string_view name = reasoning_tag(text_.substr(at + (closing ? 2 : 1)));
    if (name.empty() || in_reasoning_) return at + 1;
    if (closing) {  // where it began was in the prompt
      closed_.clear();
      first_open_.clear();
      last_open_.clear();
      return at + 1;
    }
    const std::size_t close = find_closing_tag(text_, name, at);
    return close == nothing ? text_.size() : close + name.size() + 3;
  }

  std::size_t pass_fence(std::size_t at) {
    const std::string_view mark = text_.substr(at, 3);
    if (mark != "```" && mark != "~~~") return at + 1;
    const std::size_t after = std::min(text_.find_first_not_of(mark[0], at), text_.size());
    if (fence_end_ && at >= *fence_end_) {  // this one closes
      fence_end_.reset();
      return after;
    }
    if (after != text_.size()) {
      const std::size_t line_end = std::min(line_ends_.at_or_after(after), text_.size());
      const bool ticks = mark[0] == '`';
      std::size_t close = (ticks ? ticks_ : tildes_).at_or_after(after);
      if (close > line_end && close != nothing) {  // those at the start of a line first: others may be quoted
        const std::size_t at_line_start = (ticks ? ticks_at_line_ : tildes_at_line_).at_or_after(line_end);
        if (at_line_start != nothing) close = at_line_start + 1;
      }
      if (close != nothing)
        fence_end_ = close;
      else
        fence_end_.reset();
    }
    return pass_tuple(after);
  }

  /// A list in parentheses, as Python has it, that is all there is in a fence.
  std::size_t pass_tuple(std::size_t after) {
    std::size_t begin = after;
    while (begin < end() && json::is_letter(text_[begin])) ++begin;
    while (begin < end() && json::is_blank(text_[begin])) ++begin;
    if (begin >= end() || text_[begin] != '(') return after;
    const std::string_view content = text_.substr(begin, end() - begin);
    budget_ -= std::min(budget_, content.size());
    std::string list;
    json::Mender mender;
    mender.feed(content, list);
    mender.finish(list);
    if (!list.starts_with('[') || content.find_first_not_of(" \t\r\n", mender.consumed()) != nothing) return after;
    add({content.substr(0, mender.consumed()), false});
    return begin + mender.consumed();
  }

  std::size_t look_at(std::size_t at) {
    if (fence_end_ && at >= *fence_end_) fence_end_.reset();
    // Quotes may hold what looks like the end of a fence, so brackets decide; only where they are not closed does it.
    const std::string_view rest = text_.substr(at);
    const BracketLook look = look_for_end(rest);
    budget_ -= std::min(budget_, look.looked_at);
    if (look.length != 0) {
      add({rest.substr(0, look.length), true});
      return at + look.length;
    }
    add({text_.substr(at, end() - at), false});
    return at + 1;
  }

  void add(const Candidate& candidate) {
    if (candidate.closed) return closed_.push_back(candidate);
    if (first_open_.size() < max_open_candidates / 2) return first_open_.push_back(candidate);
    last_open_.push_back(candidate);
    if (last_open_.size() > max_open_candidates / 2) last_open_.pop_front();
  }

  std::string_view text_;
  NextOf line_ends_{text_, "\n"};
  NextOf ticks_{text_, "```"};
  NextOf tildes_{text_, "~~~"};
  NextOf ticks_at_line_{text_, "\n```"};
  NextOf tildes_at_line_{text_, "\n~~~"};
  std::size_t budget_;
  bool in_reasoning_ = false;
  std::optional<std::size_t> fence_end_;
  bool complete_ = true;
  std::vector<Candidate> closed_;
  std::vector<Candidate> first_open_;
  std::deque<Candidate> last_open_;
};

}  // namespace

Candidates find_candidates(std::string_view text) {
  Candidates found = Finder(text).find(false);
  if (found.values.empty() && text.find('<') != nothing) found = Finder(text).find(true);
  return found;
}

}  // namespace instructor::core
