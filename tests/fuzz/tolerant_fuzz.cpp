// Tolerant decoding: what is valid is left alone, and what is repaired is valid, costs no more than it may, and stands
// in the ledger.

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <nlohmann/json.hpp>

#include "fuzz.hpp"
#include "instructor/tolerant.hpp"
#include "model/candidates.hpp"

namespace {

using namespace instructor;

enum class Colour { red, dark_green, blue };

struct Named {
  Literal<"named"> kind;
  std::string name;
};
struct Sized {
  Literal<"sized"> kind;
  std::vector<int> sizes;
};

struct Everything {
  bool paid;
  int count;
  double price;
  std::string name;
  Colour colour;
  std::optional<std::string> note;
  std::optional<std::chrono::year_month_day> day;
  std::vector<Everything> parts;
  std::map<std::string, int> amounts;
  std::variant<Named, Sized> shape;
  std::variant<int, bool, std::string> either;

  static constexpr auto describe() { return model<Everything>(field<&Everything::name>(max_length(20))); }
};

template <class T>
void check(std::string_view text) {
  const auto strict = decode<T>(text);
  const auto found = decode_tolerant<T>(text);
  if (strict) {
    fuzz::expect(found.has_value() && found->repairs.empty() && found->json == text, "what is valid is left alone");
    return;
  }
  if (!found) {
    fuzz::expect(!found.error().empty(), "what is not understood is told");
    return;
  }
  fuzz::expect(!found->repairs.empty(), "a repair stands in the ledger");
  fuzz::expect(found->repairs.cost() <= RepairPolicy::default_max_cost, "repairs cost no more than they may");
  const auto again = decode<T>(found->json);
  fuzz::expect(again.has_value(), "what is repaired is valid");
  fuzz::expect(encode(*again) == encode(found->value), "and it is the value");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  for (const core::Candidate& candidate : core::find_candidates(text).values)
    fuzz::expect(!candidate.text.empty() && candidate.text.data() >= text.data() &&
                     candidate.text.data() + candidate.text.size() <= text.data() + text.size(),
                 "a candidate is a part of the text");
  check<Everything>(text);
  check<std::vector<Everything>>(text);
  check<std::variant<Named, Sized>>(text);
  check<double>(text);
  return 0;
}
