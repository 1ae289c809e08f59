// Answers of the wrong shape: the first byte says of which type, the rest is the text. What comes out is JSON, valid
// where it was before, and nothing that is done goes untold.

#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <variant>
#include <vector>

#include <nlohmann/json.hpp>

#include "fuzz.hpp"
#include "instructor/dynamic.hpp"
#include "instructor/instructor.hpp"
#include "instructor/text_types.hpp"
#include "model/align.hpp"
#include "model/plan.hpp"

namespace {

using namespace instructor;

enum class Colour { red, dark_green, blue };

struct Item {
  std::string name;
  int count = 0;
  std::optional<double> price;
  std::vector<Colour> colours;
  std::map<std::string, bool> flags;
  std::variant<int, std::string, std::vector<Item>> rest;

  static constexpr auto describe() {
    return model<Item>(field<&Item::name>(min_length(1)), field<&Item::count>(alias("item_count"), ge(0)),
                       forbid_extra);
  }
};

struct Texts {
  Decimal amount;
  Uuid id;
  Bytes data;
  std::set<std::string> words;
  std::tuple<int, std::optional<bool>> pair;
};

constexpr std::string_view overlapping = R"({"$ref":"#/$defs/E","$defs":{
  "E":{"anyOf":[{"type":"integer"},{"enum":["one","two"],"x-alias":{"one":"1st"}},{"$ref":"#/$defs/A"},{"$ref":"#/$defs/B"}]},
  "A":{"type":"object","properties":{"a":{"$ref":"#/$defs/E","x-alias":"first"},"day":{"type":"string"}},"required":["a"]},
  "B":{"type":"object","properties":{"b":{"type":"array","items":{"$ref":"#/$defs/E"}},"n":{"enum":[1,true,"x"]}},
       "required":["b","n"],"additionalProperties":false}}})";

std::string mend(std::string_view text) { return "[" + std::string(text) + "]"; }

void check(const core::Plan& plan, std::string_view text, bool (*is_valid)(std::string_view text)) {
  const core::Alignment once = core::align(plan, text, {}, mend);
  fuzz::expect(once.changed != once.repairs.empty(), "what is done is told");
  if (!once.changed) return fuzz::expect(once.json == text, "what is not touched stays as it is");
  const DecodeOptions lenient{.last_duplicate_wins = true};
  fuzz::expect(decode<Json>(once.json, lenient) || !decode<Json>(text, lenient), "what is made of JSON is JSON");
  for (const Repair& repair : once.repairs)
    fuzz::expect(repair.from.size() < 140 && repair.to.size() < 140, "what is told is short");
  if (is_valid(text)) fuzz::expect(is_valid(once.json), "what was valid is valid");
}

template <class T>
void check(std::string_view text) {
  check(core::plan_of(type_of<T>()), text, [](std::string_view json) { return decode<T>(json).has_value(); });
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  static const DynamicModel model = DynamicModel::from_json_schema(overlapping);
  const std::string_view text = fuzz::text_of(data + 1, size - 1);
  switch (data[0] % 6) {
    case 0: check<Item>(text); break;
    case 1: check<Texts>(text); break;
    case 2: check<std::vector<Item>>(text); break;
    case 3: check<std::variant<Item, Texts, bool>>(text); break;
    case 4: check<std::map<std::string, std::optional<Colour>>>(text); break;
    default:
      check(core::plan_of(model.type()), text, [](std::string_view json) { return model.decode(json).has_value(); });
  }
  return 0;
}
