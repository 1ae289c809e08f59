#include "dialect/type_notes.hpp"

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

#include "dialect/schema_words.hpp"
#include "model/json_values.hpp"
#include "model/schema_questions.hpp"
#include "model/words.hpp"

namespace instructor::core {

namespace {

/// What the notation itself says, and what says nothing. The items of lists and the keys of objects are its affair too.
constexpr std::array<std::string_view, 18> in_notation{"type",
                                                       "enum",
                                                       "const",
                                                       "properties",
                                                       "required",
                                                       "additionalProperties",
                                                       "patternProperties",
                                                       "propertyNames",
                                                       "items",
                                                       "anyOf",
                                                       "allOf",
                                                       "oneOf",
                                                       "$ref",
                                                       "prefixItems",
                                                       "$defs",
                                                       "definitions",
                                                       "$id",
                                                       "$schema"};

/// Words before the rules, or after them.
constexpr std::array<std::string_view, 5> in_words{"title", "description", "default", "examples", "example"};

/// A limit that is to be told: how many items there are the notation of a tuple says.
const Json* limit_in(const Json& schema, std::string_view keyword) {
  const auto found = schema.find(keyword);
  if (found == schema.end() || !found->is_number()) return nullptr;
  const auto tuple = schema.find("prefixItems");
  if (tuple != schema.end() && tuple->is_array()) {
    if (keyword == "minItems" && *found <= tuple->size()) return nullptr;
    if (keyword == "maxItems" && *found == tuple->size()) return nullptr;
  }
  return &*found;
}

std::string range_words(const Range& range, const Json* low, const Json* high) {
  const bool number = range.what.empty();
  if (low != nullptr && high != nullptr && *low == *high) return range.counted("exactly " + text_of(*low), *low == 1);
  if (low != nullptr && high != nullptr) return range.counted(text_of(*low) + " to " + text_of(*high), false);
  if (low != nullptr) return range.counted((number ? ">= " : "at least ") + text_of(*low), *low == 1);
  return range.counted((number ? "<= " : "at most ") + text_of(*high), *high == 1);
}

/// The text on one line.
std::string on_one_line(std::string_view text) {
  std::string out;
  bool space = false;
  for (const char c : text) {
    if (static_cast<unsigned char>(c) <= ' ' || c == '\x7f') {
      space = !out.empty();
      continue;
    }
    if (space) out += ' ';
    space = false;
    out += c;
  }
  return out;
}

std::string word_of(const Json& schema, std::string_view keyword) {
  const auto found = schema.find(keyword);
  return found != schema.end() && found->is_string() ? on_one_line(found->get_ref<const std::string&>())
                                                     : std::string();
}

/// A rule in words; empty when there are none for it, or when it is said with another.
std::string rule_note(const Json& schema, std::string_view keyword, const Json& value, bool& said) {
  said = true;
  if (const Range* const range = range_of(keyword); range != nullptr && value.is_number()) {
    const Json* const low = limit_in(schema, range->low);
    const Json* const high = limit_in(schema, range->high);
    const bool second = keyword == range->high && low != nullptr;
    return second || (low == nullptr && high == nullptr) ? std::string() : range_words(*range, low, high);
  }
  if (keyword == "exclusiveMinimum" && value.is_number()) return "> " + text_of(value);
  if (keyword == "exclusiveMaximum" && value.is_number()) return "< " + text_of(value);
  if (keyword == "multipleOf" && value.is_number()) return "multiple of " + text_of(value);
  if (keyword == "uniqueItems" && value.is_boolean()) return value.get<bool>() ? "no item twice" : "";
  if (keyword == "pattern" && value.is_string()) return "matches " + pattern_text(value.get_ref<const std::string&>());
  if (keyword == "format" && value.is_string()) return "format " + on_one_line(value.get_ref<const std::string&>());
  said = false;
  return {};
}

}  // namespace

std::string pattern_text(const std::string& pattern) {
  const bool plain =
      std::ranges::none_of(pattern, [](char c) { return c == '/' || static_cast<unsigned char>(c) < ' '; });
  return plain && !pattern.empty() ? "/" + pattern + "/" : text_of(pattern);
}

std::vector<std::string> type_notes(const Json& schema, std::string_view name) {
  std::vector<std::string> notes;
  const auto add = [&](std::string note) {
    if (!note.empty()) notes.push_back(std::move(note));
  };
  std::string words = word_of(schema, "description");
  const std::string title = word_of(schema, "title");
  if (!title.empty() && title != words && folded(title) != folded(name))
    words = words.empty() ? title : title + ": " + words;
  add(std::move(words));
  std::vector<std::string> others;
  for (const auto& [keyword, value] : schema.items()) {
    if (is_one_of(in_notation, keyword)) continue;
    if (is_one_of(in_words, keyword) && (keyword == "default" || keyword == "example" || value.is_string() ||
                                         (keyword == "examples" && value.is_array())))
      continue;
    bool said = false;
    add(rule_note(schema, keyword, value, said));
    if (!said) others.push_back(keyword + ": " + text_of(value));
  }
  if (const auto value = schema.find("default"); value != schema.end()) add("default " + text_of(*value));
  std::string examples;
  if (const auto list = schema.find("examples"); list != schema.end() && list->is_array()) examples = list_of(*list);
  if (const auto one = schema.find("example"); one != schema.end())
    examples += (examples.empty() ? "" : ", ") + text_of(*one);
  if (!examples.empty()) add("e.g. " + examples);
  for (std::string& other : others) add(std::move(other));
  return notes;
}

std::string joined_notes(const std::vector<std::string>& notes) {
  std::string text;
  for (const std::string& note : notes) {
    if (!text.empty()) text += std::string_view(".!?:").contains(text.back()) ? " " : "; ";
    text += note;
  }
  return text;
}

}  // namespace instructor::core
