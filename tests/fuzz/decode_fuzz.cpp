// Decoding: the outcome does not depend on how the text was cut up, JSON is what another parser takes for JSON, and
// what was decoded survives encoding.

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <variant>

#include <nlohmann/json.hpp>

#include "fuzz.hpp"
#include "instructor/codec.hpp"

namespace {

using namespace instructor;

enum class Colour { red, green, blue };

struct Named {
  Literal<"named"> kind;
  std::optional<std::string> name;
};
struct Sized {
  Literal<"sized", "measured"> kind;
  std::vector<int> sizes;
};
struct Tree {
  std::vector<std::variant<int, std::unique_ptr<Tree>, std::vector<double>, std::vector<Named>>> nodes;
  std::optional<std::variant<Named, std::unique_ptr<Tree>>> other;
};

struct Everything {
  bool b = true;
  std::int8_t small = 7;
  std::int64_t i = 1;
  std::uint64_t u = 1;
  float f = 1;
  double d = 1;
  std::string s = "s";
  Colour colour = Colour::green;
  std::optional<int> optional;
  std::vector<Everything> list;
  std::unique_ptr<Everything> pointer;
  std::array<int, 2> array{1, 2};
  std::set<std::string> set;
  std::map<std::string, Everything> map;
  std::tuple<int, std::string> tuple{1, "t"};
  std::vector<double> numbers{1};
  Json any;
  std::variant<int, std::int64_t, double, std::string, Literal<"x">, std::monostate> scalar = 1;
  std::vector<std::variant<Named, Sized>> constants;
  std::variant<Named, Sized, Tree> tagged;

  static constexpr auto describe() {
    return model<Everything>(
        field<&Everything::s>(min_length(1), max_length(9), pattern("^[^x]*$")),
        field<&Everything::d>(gt(-10), le(10), multiple_of(0.25)), field<&Everything::list>(unique, defaulted),
        field<&Everything::set>(defaulted), field<&Everything::map>(defaulted),
        field<&Everything::any>(alias("any/~thing"), defaulted), field<&Everything::constants>(defaulted),
        field<&Everything::tagged>(defaulted, tag("is")));
  }
};

template <class T>
std::string outcome(const std::expected<T, Issues>& value) {
  return value ? "valid " + encode(*value) : value.error().text();
}

template <class T>
std::expected<T, Issues> check(std::string_view text) {
  auto whole = decode<T>(text);
  const std::string expected = outcome(whole);
  for (std::uint64_t seed = 0; seed < 2; ++seed) {
    Decoder<T> decoder;
    for (const std::string_view chunk : fuzz::chunks_of(text, seed)) decoder.feed(chunk);
    fuzz::expect(outcome(decoder.finish()) == expected, "chunks decode as the whole does");
  }
  if (whole) fuzz::expect(outcome(decode<T>(encode(*whole))) == expected, "what is encoded decodes to the same");
  return whole;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  check<Everything>(text);
  check<std::vector<std::optional<double>>>(text);
  check<Json>(text);
  check<std::variant<Tree, Named, std::vector<Tree>>>(text);

  const auto ours = decode<Json>(text, {.last_duplicate_wins = true});
  // JSON itself sets no bounds to depth and numbers.
  const bool bounded = !ours && std::ranges::all_of(ours.error(), [](const Issue& issue) {
    return issue.code == IssueCode::too_deep || issue.code == IssueCode::int_out_of_range ||
           issue.code == IssueCode::finite_number;
  });
  // The other parser skips a byte order mark, and takes a NUL for the end.
  const bool comparable = !text.starts_with("\xEF") && text.find('\0') == std::string_view::npos;
  if (!bounded && comparable)
    fuzz::expect(ours.has_value() == nlohmann::ordered_json::accept(text), "both parsers take it for JSON, or neither");
  if (ours) fuzz::expect(*ours == nlohmann::ordered_json::parse(text), "both parsers read the same");
  return 0;
}
