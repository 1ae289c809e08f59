// Live decoding: the outcome is that of decoding the whole; what is shown on the way is a document, and what was
// complete stays as it was.

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <nlohmann/json.hpp>

#include "fuzz.hpp"
#include "instructor/stream.hpp"

namespace {

using namespace instructor;

enum class Colour { red, green, blue };

struct Part {
  std::string label;
  Colour kind;
  std::vector<int> numbers;

  static constexpr auto describe() {
    return model<Part>("", field<&Part::kind>(required_first),
                       field<&Part::numbers>(when_done, max_items(3), defaulted));
  }
};

struct Other {
  std::string label;
  std::variant<int, std::string, std::vector<Other>> inner;
  Literal<"x", "y"> which;

  static constexpr auto describe() { return model<Other>("", field<&Other::inner>(defaulted)); }
};
struct Named {
  Literal<"named"> kind;
  std::optional<std::string> name;
};
struct Sized {
  Literal<"sized", "measured"> kind;
  std::vector<int> sizes;

  static constexpr auto describe() { return model<Sized>("", field<&Sized::sizes>(defaulted)); }
};

struct Everything {
  bool b;
  int i = 3;
  double d;
  std::string s;
  Colour colour;
  std::optional<std::string> optional;
  std::vector<Everything> list;
  std::unique_ptr<Everything> pointer;
  std::map<std::string, Part> map;
  std::vector<Part> parts;
  std::optional<Part> part;
  std::string quiet;
  std::vector<bool> bits;
  std::pair<int, std::string> pair;
  Json any;
  std::variant<std::monostate, double, Literal<"none">, std::string, Part, Other, std::vector<int>, std::vector<bool>>
      either;
  std::vector<std::variant<Part, Other>> tagged;
  std::map<std::string, std::variant<Named, Sized>> constants;

  static constexpr auto describe() {
    return model<Everything>("", field<&Everything::d>(defaulted), field<&Everything::s>(max_length(9), defaulted),
                             field<&Everything::colour>(defaulted), field<&Everything::list>(defaulted, max_items(4)),
                             field<&Everything::map>(defaulted), field<&Everything::parts>(defaulted),
                             field<&Everything::quiet>(defaulted, when_done), field<&Everything::bits>(defaulted),
                             field<&Everything::pair>(defaulted), field<&Everything::any>(defaulted),
                             field<&Everything::either>(defaulted), field<&Everything::tagged>(defaulted, tag("is")),
                             field<&Everything::constants>(defaulted), field<&Everything::part>(when_done));
  }
};

template <class T>
std::string outcome(const std::expected<T, Issues>& value) {
  return value ? "valid " + encode(*value) : value.error().text();
}

/// What is complete in `before` is the same in `after`; what grows only grows.
bool only_grows(const Json& before, const Json& after) {
  if (before.type() != after.type()) return before.is_null();
  if (before.is_string()) {
    const std::string& text = after.get_ref<const std::string&>();
    return text.starts_with(before.get_ref<const std::string&>());
  }
  if (before.is_array()) {
    if (after.size() < before.size()) return false;
    for (std::size_t i = 0; i < before.size(); ++i)
      if (!only_grows(before[i], after[i])) return false;
    return true;
  }
  if (before.is_object()) {
    for (const auto& [key, value] : before.items())
      if (!after.contains(key) || !only_grows(value, after[key])) return false;
    return true;
  }
  return before == after;
}

template <class T>
void check(std::string_view text) {
  const std::string expected = outcome(decode<T>(text));
  for (std::uint64_t seed = 0; seed < 2; ++seed) {
    PartialDecoder<T> decoder;
    Json before;
    std::size_t looked = 0;
    for (const std::string_view chunk : fuzz::chunks_of(text, seed)) {
      const bool changed = decoder.feed(chunk);
      if (decoder.partial().state() == FieldState::absent || ++looked > 50) continue;
      const std::expected<Json, Issues> shown = decode<Json>(decoder.partial().json());
      fuzz::expect(shown.has_value(), "what is shown is a document");
      fuzz::expect(changed || *shown == before || before.is_null(), "no change goes untold");
      fuzz::expect(only_grows(before, *shown), "what was complete stays");
      before = *shown;
    }
    fuzz::expect(outcome(decoder.finish()) == expected, "live decoding gives what decoding gives");
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  check<Everything>(text);
  check<std::vector<Part>>(text);
  check<std::vector<std::variant<Part, Other, Sized>>>(text);
  check<Json>(text);
  return 0;
}
