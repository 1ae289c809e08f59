#include "model/bracket_look.hpp"

#include <algorithm>
#include <string>

#include "json/mender.hpp"

namespace instructor::core {

namespace {

constexpr std::string_view blank = " \t\r\n";

std::size_t next_visible(std::string_view text, std::size_t at) {
  const std::size_t found = text.find_first_not_of(blank, at);
  return found == std::string_view::npos ? text.size() : found;
}

/// A single quote is also an apostrophe: it opens where a value may begin, and closes where one may end.
bool opens_single(std::string_view text, std::size_t quote) {
  const std::size_t before = text.substr(0, quote).find_last_not_of(blank);
  return before != std::string_view::npos && std::string_view("{[,:(").find(text[before]) != std::string_view::npos;
}
bool closes_single(std::string_view text, std::size_t quote) {
  const std::size_t after = next_visible(text, quote + 1);
  return after == text.size() || std::string_view(",:}])").find(text[after]) != std::string_view::npos;
}

/// Is the comment at `slash` one? `http://` is none.
bool begins_comment(std::string_view text, std::size_t slash) {
  if (slash + 1 >= text.size() || (text[slash + 1] != '/' && text[slash + 1] != '*')) return false;
  return slash == 0 || std::string_view(" \t\r\n,{[}]").find(text[slash - 1]) != std::string_view::npos;
}

std::size_t after_comment(std::string_view text, std::size_t slash) {
  const bool line = text[slash + 1] == '/';
  const std::size_t end = line ? text.find('\n', slash) : text.find("*/", slash + 2);
  if (end == std::string_view::npos) return text.size();
  return line ? end : end + 2;
}

/// Does something of a value that ended seem to follow: the next bracket is one that closes, or there is a comma?
bool may_go_on(std::string_view text) {
  const std::size_t next = next_visible(text, 0);
  if (next != text.size() && text[next] == ',') return true;
  const std::size_t bracket = text.find_first_of("{}[]");
  return bracket != std::string_view::npos && (text[bracket] == '}' || text[bracket] == ']');
}

/// Where the value ends to who mends it; length 0: before the text does it does not.
BracketLook mended_look(std::string_view text) {
  json::MendLimits limits;
  limits.may_reopen = true;
  json::Mender mender(limits);
  std::string mended;
  std::size_t fed = 0;
  for (std::size_t slice = 256; fed < text.size() && !mender.done(); slice *= 2) {
    mended.clear();
    mender.feed(text.substr(fed, slice), mended);
    fed += std::min(slice, text.size() - fed);
  }
  if (!mender.done()) mender.finish(mended);
  const std::size_t end = mender.consumed();
  const bool closed = end != 0 && !mender.repairs().has(RepairKind::cut_off) &&
                      std::string_view("}])").find(text[end - 1]) != std::string_view::npos;
  return {closed ? end : 0, fed};
}

BracketLook quick_look(std::string_view text) {
  std::size_t depth = 0;
  std::size_t plain_depth = 0;  // with the brackets in quotes
  std::size_t plain_length = 0;
  char quote = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '\\' && quote != 0) {
      ++at;
      continue;
    }
    if (c == '{' || c == '[') {
      ++plain_depth;
      if (quote == 0) ++depth;
    } else if (c == '}' || c == ']') {
      if (plain_depth != 0) --plain_depth;
      if (plain_depth == 0 && plain_length == 0) plain_length = at + 1;
      if (quote == 0) --depth;
      if (depth == 0) return {at + 1, at + 1};
    } else if (c == '"') {
      if (quote == 0)
        quote = c;
      else if (quote == c)
        quote = 0;
    } else if (c == '\'') {
      if (quote == 0 && opens_single(text, at))
        quote = c;
      else if (quote == c && closes_single(text, at))
        quote = 0;
    } else if (c == '/' && quote == 0 && begins_comment(text, at)) {
      at = after_comment(text, at) - 1;
    }
  }
  return {plain_length, text.size()};
}

}  // namespace

BracketLook look_for_end(std::string_view text) {
  const BracketLook look = quick_look(text);
  if (look.length == 0 || !may_go_on(text.substr(look.length))) return look;
  // A quote may have been taken for another, or a bracket is one too many.
  const BracketLook mended = mended_look(text);
  return {std::max(look.length, mended.length), look.looked_at + mended.looked_at};
}

BeginsLike look_at_beginning(std::string_view text) {
  constexpr std::size_t longest_key = 64;
  const auto verdict = [](bool is_json) { return is_json ? BeginsLike::json : BeginsLike::prose; };
  const std::size_t first = text.find_first_not_of(blank, 1);
  if (first == std::string_view::npos) return BeginsLike::too_short;
  const std::string_view rest = text.substr(first);
  const char c = rest[0];
  if (text[0] == '[') return verdict(std::string_view("{[]\"'-0123456789tfn/#").find(c) != std::string_view::npos);
  if (std::string_view("}\"'`/#,\xE2").find(c) != std::string_view::npos) return BeginsLike::json;
  const std::size_t key_end = rest.find_first_of(" \t:=\r\n{}[],");
  const std::size_t colon = key_end == std::string_view::npos ? key_end : rest.find_first_not_of(" \t", key_end);
  if (colon == std::string_view::npos) return rest.size() < longest_key ? BeginsLike::too_short : BeginsLike::prose;
  return verdict(key_end != 0 && (rest[colon] == ':' || rest[colon] == '='));
}

}  // namespace instructor::core
