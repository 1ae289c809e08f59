#include "partial_prefixes.hpp"

#include <algorithm>
#include <optional>
#include <span>
#include <string>

#include <instructor/json.hpp>
#include <instructor/stream.hpp>

#include "data.hpp"
#include "partial_oracle.hpp"

namespace conformance {

namespace {

using instructor::FieldState;
using Decoder = instructor::PartialDecoder<instructor::Json>;

/// So many prefixes are looked at in any case; of a longer text, every so manieth of the rest.
constexpr std::size_t looked_at_each = 4096;

std::string text_of(const std::optional<Json>& value) {
  return value ? value->dump(-1, ' ', false, Json::error_handler_t::replace) : "nothing";
}

std::string shown_by(const Decoder& decoder) {
  const instructor::Partial<instructor::Json> partial = decoder.partial();
  if (partial.state() == FieldState::absent) return "nothing";
  const std::expected<Json, std::string> shown = parse_json(partial.json());
  return shown ? text_of(*shown) : "no JSON: " + partial.json();
}

std::string pointer_to(std::span<const std::string> steps) {
  std::string pointer;
  for (const std::string& step : steps) {
    pointer += '/';
    for (const char c : step) pointer += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
  }
  return pointer;
}

/// What leads to the place where the text is grows, and so does what is at that place. A value that cannot be taken
/// leaves its container unfinished for good, so nothing is said then.
Differences compare_states(const Decoder& decoder, const Arrived& expected) {
  Differences differences;
  if (!expected.value || expected.faulty || expected.wrong) return differences;
  const auto compare = [&](const std::string& pointer, FieldState state) {
    const FieldState got = decoder.partial().state(pointer);
    if (got != state)
      differences.push_back("the state of " + in_quotes(pointer) + " should be " + std::string(to_string(state)) +
                            ", is " + std::string(to_string(got)));
  };
  if (expected.whole) {
    compare("", FieldState::complete);
    return differences;
  }
  const Json* value = &*expected.value;
  const std::span<const std::string> steps(expected.growing);
  compare("", FieldState::growing);
  for (std::size_t i = 0; i < steps.size(); ++i) {
    compare(pointer_to(steps.first(i + 1)), FieldState::growing);
    value = value->is_array() ? &value->back() : &(*value)[steps[i]];
  }
  // The last part of the innermost container is whole.
  if (!value->is_structured() || value->empty()) return differences;
  std::vector<std::string> last = expected.growing;
  last.push_back(value->is_array() ? std::to_string(value->size() - 1) : std::prev(value->end()).key());
  compare(pointer_to(last), FieldState::complete);
  return differences;
}

/// Has `before` only grown to `after`? What is not on the way to the place where the text was, must be as it was.
bool has_grown(const Json& before, const Json& after, std::span<const std::string> growing) {
  if (before.type() != after.type()) return false;
  if (before.is_string()) return after.get<std::string>().starts_with(before.get<std::string>());
  if (!before.is_structured()) return before == after;
  if (after.size() < before.size()) return false;
  auto old = before.begin();
  auto now = after.begin();
  for (std::size_t i = 0; i < before.size(); ++i, ++old, ++now) {
    if (before.is_object() && old.key() != now.key()) return false;
    const bool on_the_way = i + 1 == before.size() && !growing.empty();
    if (on_the_way ? !has_grown(*old, *now, growing.subspan(1)) : *old != *now) return false;
  }
  return true;
}

bool stays(const Arrived& before, const Arrived& after) {
  if (!before.value) return true;
  if (!after.value) return false;
  return before.whole ? *before.value == *after.value : has_grown(*before.value, *after.value, before.growing);
}

std::string after_prefix(std::string_view prefix) {
  return "after " + (prefix.size() <= 60 ? in_quotes(prefix) : "..." + in_quotes(prefix.substr(prefix.size() - 60))) +
         ": ";
}

}  // namespace

Differences check_prefixes(std::string_view text) {
  Differences differences;
  Decoder bytewise;
  Arrived before;
  const std::size_t step = 1 + text.size() / looked_at_each;
  for (std::size_t size = 0; size <= text.size() && differences.empty(); ++size) {
    const std::string_view prefix = text.substr(0, size);
    if (size != 0) {
      const std::string byte(prefix.substr(size - 1));
      bytewise.feed(byte);
    }
    if (size > looked_at_each && size % step != 0 && size != text.size()) continue;
    const Arrived expected = arrived_of(prefix);
    Decoder at_once;
    const bool changed = at_once.feed(std::string(prefix));
    const std::string right = text_of(expected.value);
    const auto differ = [&](const std::string& what) { differences.push_back(after_prefix(prefix) + what); };
    if (const std::string got = shown_by(at_once); got != right) differ("should show " + right + ", shows " + got);
    if (const std::string got = shown_by(bytewise); got != right)
      differ("should show " + right + ", byte by byte it shows " + got);
    if (changed != expected.value.has_value()) differ(changed ? "a change was told" : "no change was told");
    for (const Decoder* decoder : {&at_once, &bytewise})
      for (const std::string& difference : compare_states(*decoder, expected)) differ(difference);
    if (!stays(before, expected)) differ("what was complete before has changed");
    before = expected;
  }
  return differences;
}

}  // namespace conformance
