// The fast lane: members and items that can mean one thing only are taken whole, without a step for each part. A value
// is taken when what stands around it leaves the steps no choice; everything else is left to them.

#include <array>
#include <cstdint>
#include <cstring>

#include "json/escape.hpp"
#include "json/mending_machine.hpp"
#include "json/numbers.hpp"
#include "json/text.hpp"

namespace instructor::json {

namespace {

constexpr std::size_t nowhere = std::string_view::npos;
// All that a step looks at behind a text must be in its sight: Lookahead::limit is more than twice the space, a bare
// key and a short word.
constexpr std::size_t longest_lane_space = 128;
constexpr std::size_t longest_lane_name = 60;
constexpr std::size_t longest_lane_key = 250;
constexpr std::size_t longest_lane_word = 64;

/// What a byte may be, as bits.
enum LaneByte : std::uint8_t { lane_text = 1, lane_name = 2, lane_word = 4 };

constexpr std::array<std::uint8_t, 256> lane_bytes = [] {
  std::array<std::uint8_t, 256> bytes{};
  for (int c = 0x20; c < 0x80; ++c) {
    const bool special = std::string_view("\"'`\\,{}[]").find(static_cast<char>(c)) != nowhere;
    const bool name = is_name_byte(c);
    const bool word = is_letter(c) || is_number(c) || c == '+' || c == '-' || c == '.';
    bytes[static_cast<std::size_t>(c)] =
        static_cast<std::uint8_t>((special ? 0 : lane_text) | (name ? lane_name : 0) | (word ? lane_word : 0));
  }
  return bytes;
}();

bool is_lane_byte(char c, LaneByte kind) { return (lane_bytes[static_cast<unsigned char>(c)] & kind) != 0; }

std::size_t after_lane_space(std::string_view text, std::size_t i) {
  const std::size_t last = i + longest_lane_space;
  while (i < text.size() && is_blank(text[i]))
    if (++i > last) return nowhere;
  return i < text.size() ? i : nowhere;
}

/// The first place from `i` on that is no white space; `nowhere` when it is not in sight.
std::size_t lane_token(std::string_view text, std::size_t i) {
  return i < text.size() && text[i] > ' ' ? i : after_lane_space(text, i);
}

struct LaneKey {
  std::size_t at = nowhere;  // of its first byte
  std::size_t begin = 0;     // of the name
  std::size_t end = 0;
  std::size_t next = 0;  // after the colon
};

/// Is there a key, and a colon that nothing but a value follows?
bool find_lane_key(std::string_view text, std::size_t at, LaneKey& key) {
  const char quote = text[at];
  std::size_t i = at;
  if (quote == '"' || quote == '\'') {
    key.begin = ++i;
    while (i < text.size() && is_lane_byte(text[i], lane_text)) ++i;
    if (i >= text.size() || text[i] != quote || i == key.begin || i - key.begin > longest_lane_key) return false;
    key.end = i;
    i = lane_token(text, i + 1);
    if (i == nowhere) return false;
  } else {
    key.begin = i;
    while (i < text.size() && is_lane_byte(text[i], lane_name)) ++i;
    if (i == key.begin || i - key.begin > longest_lane_name) return false;
    key.end = i;
  }
  if (text.size() - i < 2 || text[i] != ':') return false;
  const char c = text[i + 1];
  if (c == ':' || c == '=' || c == '/') return false;
  key.at = at;
  key.next = i + 1;
  return true;
}

/// May a key without quotes stand at `i` in a text, after a comma?
bool may_be_bare_key(std::string_view text, std::size_t i) {
  while (i < text.size() && is_blank(text[i])) ++i;
  while (i < text.size() && is_name_byte(static_cast<unsigned char>(text[i]))) ++i;
  while (i < text.size() && is_blank(text[i])) ++i;
  return i >= text.size() || text[i] == ':';
}

void append_in_quotes(std::string& out, std::string_view text) {
  const std::size_t begin = out.size();
  out.resize(begin + text.size() + 2, '"');
  std::memcpy(&out[begin + 1], text.data(), text.size());
}

/// Where the text that begins at `i` has its closing quote, when no step would stop at anything before that.
std::size_t lane_text_end(std::string_view text, std::size_t i) {
  const char quote = text[i++];
  while (true) {
    while (i < text.size() && is_lane_byte(text[i], lane_text)) ++i;
    if (i >= text.size()) return nowhere;
    const char c = text[i];
    // With a comma before it, it may be the quote that opens the next text.
    if (c == quote) return text[i - 1] != ',' && !is_blank(text[i - 1]) ? i : nowhere;
    if (c == ',') {
      if (may_be_bare_key(text, i + 1)) return nowhere;
    } else if (c == '\\') {
      if (i + 1 >= text.size() || unescaped(text[i + 1]) == 0) return nowhere;
      ++i;
    } else if (static_cast<unsigned char>(c) >= 0x80) {
      const std::size_t size = utf8_length(text.substr(i, 4));
      if (size == 0) return nowhere;
      i += size - 1;
    } else if (c != '\'' && c != '`') {
      return nowhere;
    }
    ++i;
  }
}

/// Behind a text in a list: does what follows its comma leave no doubt? It is at `i`.
bool lane_item_follows(std::string_view text, std::size_t i) {
  switch (text[i]) {
    case '"':
    case '\'':
    case '{':
    case '[':
    case ']': return true;
    default: break;
  }
  const std::size_t begin = i;
  while (i < text.size() && is_lane_byte(text[i], lane_word)) ++i;
  return i < text.size() && i != begin && i - begin <= longest_lane_word && (text[i] == ',' || text[i] == ']');
}

/// What stands after a text, at `i`, when it ends there for certain. `key` becomes the next key, if one comes.
bool lane_text_ends(std::string_view text, std::size_t i, bool object, LaneKey& key) {
  i = lane_token(text, i);
  if (i == nowhere) return false;
  if (text[i] == ']') return true;
  if (text[i] == '}') return object;
  if (text[i] != ',') return false;
  i = lane_token(text, i + 1);
  if (i == nowhere) return false;
  if (!object) return lane_item_follows(text, i);
  return text[i] == '}' || text[i] == ']' || find_lane_key(text, i, key);
}

struct LaneWord {
  std::size_t end = nowhere;
  std::string_view json;
};

/// A number as JSON has it, or a literal as JSON or Python has it, that stands alone for certain.
LaneWord find_lane_word(std::string_view text, std::size_t begin, bool object) {
  std::size_t i = begin;
  while (i < text.size() && is_lane_byte(text[i], lane_word)) ++i;
  const std::string_view word = text.substr(begin, i - begin);
  if (word.empty() || word.size() > longest_lane_word || i >= text.size()) return {};
  LaneWord found{i, word};
  const bool number = is_number(word.front()) || word.front() == '-';
  if (number) {
    if (classify_number(word) == NumberForm::invalid) return {};
  } else if (word == "True") {
    found.json = "true";
  } else if (word == "False") {
    found.json = "false";
  } else if (word == "None") {
    found.json = "null";
  } else if (word != "true" && word != "false" && word != "null") {
    return {};
  }
  const std::size_t next = lane_token(text, i);
  if (next == nowhere) return {};
  if (text[next] == ',') {
    // With a digit behind the comma it may be one number with the next.
    if (number && object && next == i && (i + 1 >= text.size() || is_number(text[i + 1]))) return {};
    return found;
  }
  return text[next] == '}' || text[next] == ']' ? found : LaneWord();
}

}  // namespace

/// Between values: takes members, items and brackets as long as they are clear.
void MendingMachine::take_lane(std::string& out) {
  if (unescaping_) return;
  const std::string_view text = held_;
  std::size_t done = pos_;    // what is taken
  std::size_t copied = pos_;  // and of that, what is written
  const auto copy_until = [&](std::size_t end) {
    out.append(text, copied, end - copied);
    copied = end;
  };
  const auto write_pending = [&] {
    if (pending_.empty()) return;
    out += pending_;
    pending_.clear();
  };
  LaneKey key;
  while (true) {
    Level& level = levels_.back();
    std::size_t comma_at = nowhere;
    std::size_t i = lane_token(text, done);
    if (i == nowhere) break;
    if (text[i] == ',') {
      if (comma_ || level.count == 0) break;
      comma_at = i;
      i = lane_token(text, i + 1);
      if (i == nowhere) break;
    }
    if (text[i] == '}' || text[i] == ']') {
      if (comma_ || !closes_in_lane(i)) break;
      write_pending();
      if (comma_at != nowhere) {
        copy_until(comma_at);
        ++copied;
        report(RepairKind::trailing_comma, ",");
      }
      comma_explained_ = false;
      leave_level();
      done = i + 1;
      continue;
    }
    if (level.count != 0 && !comma_ && comma_at == nowhere) break;
    const bool object = level.object;
    if (object) {
      if (key.at != i && !find_lane_key(text, i, key)) break;
      i = lane_token(text, key.next);
      if (i == nowhere) break;
    }
    const char c = text[i];
    const bool opens = c == '{' || c == '[';
    LaneKey next;
    LaneWord word;
    if (opens) {
      if (levels_.size() >= limits_.max_depth) break;
      // `[words](address)` is a text.
      if (c == '[' && (i + 1 == text.size() || is_letter(text[i + 1]))) break;
      if (c == '{') {
        const std::size_t first = lane_token(text, i + 1);
        if (first == nowhere || (text[first] != '}' && !find_lane_key(text, first, next))) break;
      }
    } else {
      if (level.rows >= 2) break;
      if (c == '"' || c == '\'') {
        word.end = lane_text_end(text, i);
        if (word.end == nowhere || !lane_text_ends(text, word.end + 1, object, next)) break;
      } else {
        word = find_lane_word(text, i, object);
        if (word.end == nowhere) break;
      }
    }

    write_pending();
    if (object) {
      const std::string_view name = text.substr(key.begin, key.end - key.begin);
      level.key = name;
      if (level.count == 0) level.first_key = level.key;
      if (text[key.at] != '"') {
        key_ = true;
        copy_until(key.at);
        append_in_quotes(out, name);
        copied = key.end;
        if (key.begin != key.at) {
          ++copied;
          report(RepairKind::quotes, "'", "\"");
        } else {
          report(RepairKind::unquoted_key, level.key, level.key);
        }
      }
    }
    value_seen_ = true;
    ++level.count;
    level.last_was_object = false;
    comma_ = comma_explained_ = key_ = false;
    if (opens) {
      enter_level(c == '{', c == '{' ? '}' : ']');
      done = i + 1;
    } else if (c == '"') {
      done = word.end + 1;
    } else if (c == '\'') {
      copy_until(i);
      append_in_quotes(out, text.substr(i + 1, word.end - i - 1));
      done = copied = word.end + 1;
      report(RepairKind::quotes, "'", "\"");
    } else {
      done = word.end;
      if (word.json != text.substr(i, done - i)) {
        copy_until(i);
        copied = done;
        out += word.json;
        report(RepairKind::literal, text.substr(i, done - i), word.json);
      }
    }
    key = next;
  }
  copy_until(done);
  take(done - pos_);
}

/// Does the bracket at `i` close the innermost level, which is not the root, and nothing else?
bool MendingMachine::closes_in_lane(std::size_t i) const {
  const Level& level = levels_.back();
  const char bracket = held_[i];
  if (levels_.size() < 2 || level.closer != bracket || level.object != (bracket == '}')) return false;
  if ((bracket == '}' ? level.ignored + level.doubled : level.ignored_lists) != 0) return false;
  if (bracket == '}' || !levels_[levels_.size() - 2].object) return true;
  // In an object another list may go on with this one.
  std::size_t next = lane_token(held_, i + 1);
  if (next == nowhere) return false;
  if (held_[next] == ',') next = lane_token(held_, next + 1);
  return next != nowhere && held_[next] != '[' && held_[next] != '/' && held_[next] != '#';
}

}  // namespace instructor::json
