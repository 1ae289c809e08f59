// Alternatives: which one a value is of, what is told when it is of none, and what is seen of it while it arrives.

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include <nlohmann/json.hpp>

#include "instructor/instructor.hpp"
#include "instructor/testing.hpp"
#include "support/decode_all_ways.hpp"

namespace instructor {
namespace {

using support::decode_all_ways;
using support::issues_of;

// ---- literals ----------------------------------------------------------------------------------------------------

struct Versioned {
  Literal<"low", "high"> priority;
  Literal<1, 2, -3> version;
};

TEST(Literal, IsOneOfItsConstants) {
  Literal<"low", "high"> priority;
  EXPECT_EQ(priority.value(), "low");
  priority = "high";
  EXPECT_EQ(priority, (Literal<"low", "high">("high")));
  EXPECT_EQ(std::string_view(priority), "high");
  EXPECT_THROW(priority = "middle", std::invalid_argument);
  EXPECT_EQ((Literal<7, 8>().value()), 7);
  EXPECT_THROW((Literal<7, 8>(9)), std::invalid_argument);
  static_assert(Literal<"a", "b">::values().size() == 2);
}

TEST(Literal, IsDecodedAndEncoded) {
  const auto value = decode_all_ways<Versioned>(R"({"priority":"high","version":-3})");
  ASSERT_TRUE(value) << value.error().text();
  EXPECT_EQ(value->priority.value(), "high");
  EXPECT_EQ(value->version.value(), -3);
  EXPECT_EQ(encode(*value), R"({"priority":"high","version":-3})");
  EXPECT_EQ(issues_of<Versioned>(R"({"priority":"middle","version":4})"),
            "/priority literal_error\n/version literal_error\n");
  EXPECT_EQ(issues_of<Versioned>(R"({"priority":1,"version":"1"})"), "/priority literal_error\n/version int_type\n");
  EXPECT_EQ(issues_of<Versioned>("{}"), "/priority missing\n/version missing\n");
}

TEST(Literal, HasTheSchemaOfItsConstants) {
  EXPECT_EQ(schema<Versioned>, R"({"type":"object","properties":{"priority":{"type":"string","enum":["low","high"]},)"
                               R"("version":{"type":"integer","enum":[1,2,-3]}},"required":["priority","version"]})");
}

// ---- alternatives that JSON tells apart --------------------------------------------------------------------------

using Scalar = std::variant<std::int8_t, double, bool, std::string, Literal<"auto">, std::monostate>;

template <class T>
std::size_t index_of(std::string_view text) {
  const auto value = decode_all_ways<T>(text);
  return value ? value->index() : 99;
}

TEST(Variant, TakesTheNarrowestScalarThatFits) {
  EXPECT_EQ(index_of<Scalar>("5"), 0U);
  EXPECT_EQ(index_of<Scalar>("500"), 1U);
  EXPECT_EQ(index_of<Scalar>("5.5"), 1U);
  EXPECT_EQ(index_of<Scalar>("5.0"), 1U);
  EXPECT_EQ(index_of<Scalar>("1e400"), 99U);
  EXPECT_EQ(index_of<Scalar>("99999999999999999999"), 1U);
  EXPECT_EQ(index_of<Scalar>("true"), 2U);
  EXPECT_EQ(index_of<Scalar>("\"automatic\""), 3U);
  EXPECT_EQ(index_of<Scalar>("\"auto\""), 4U);
  EXPECT_EQ(index_of<Scalar>("null"), 5U);
  EXPECT_EQ(issues_of<Scalar>("[]"), "(root) union_type\n");
  EXPECT_EQ((issues_of<std::variant<int, std::string>>("5.5")), "(root) union_type\n");
  EXPECT_EQ((issues_of<std::variant<int, std::string>>("null")), "(root) union_type\n");
  EXPECT_EQ((issues_of<std::variant<std::int8_t, std::int16_t>>("99999")), "(root) int_out_of_range\n");
}

TEST(Variant, ToldOfAWrongTypeNamesAllAlternatives) {
  const auto value = decode<std::variant<int, std::vector<int>, std::monostate>>("\"x\"");
  ASSERT_FALSE(value);
  EXPECT_EQ(value.error()[0].text(), "expected integer or array or null, got string \"x\"");
}

TEST(Variant, NullIsAnEmptyOptionalOrAMonostate) {
  using Either = std::variant<int, std::optional<std::string>>;
  const auto value = decode_all_ways<Either>("null");
  ASSERT_TRUE(value);
  EXPECT_EQ(value->index(), 1U);
  EXPECT_FALSE(std::get<1>(*value).has_value());
  EXPECT_EQ(encode(*value), "null");
  EXPECT_EQ(encode(*decode<Either>("\"x\"")), "\"x\"");
  using Nested = std::optional<std::variant<int, std::string>>;
  EXPECT_FALSE(decode_all_ways<Nested>("null")->has_value());
  EXPECT_EQ(decode_all_ways<Nested>("3")->value().index(), 0U);
  EXPECT_TRUE(decode_all_ways<std::monostate>("null"));
  EXPECT_EQ(issues_of<std::monostate>("1"), "(root) none_required\n");
}

TEST(Variant, ListsAreTriedByTheirItems) {
  using Lists = std::variant<std::vector<int>, std::vector<std::string>, std::map<std::string, int>>;
  EXPECT_EQ(index_of<Lists>("[1,2]"), 0U);
  EXPECT_EQ(index_of<Lists>(R"(["a"])"), 1U);
  EXPECT_EQ(index_of<Lists>(R"({"a":1})"), 2U);
  EXPECT_EQ(index_of<Lists>("[]"), 0U);
  EXPECT_EQ(issues_of<Lists>(R"(["a",1,"b"])"), "/1 string_type\n");  // as the list that it nearly is
}

// ---- structs -----------------------------------------------------------------------------------------------------

struct Refund {
  Literal<"refund"> kind;
  double amount;
  std::vector<int> orders;
};
struct Exchange {
  Literal<"exchange", "swap"> kind;
  std::string item;
};
using Request = std::variant<Refund, Exchange>;

TEST(Variant, AConstantTellsStructsApart) {
  EXPECT_EQ(index_of<Request>(R"({"kind":"refund","amount":1,"orders":[]})"), 0U);
  EXPECT_EQ(index_of<Request>(R"({"item":"x","kind":"swap"})"), 1U);
  EXPECT_EQ(index_of<Request>(R"({"amount":1,"orders":[1,[2]],"item":"x","kind":"exchange"})"), 1U);
  const auto value = decode_all_ways<Request>(R"({"orders":[7,8],"amount":1.5,"kind":"refund"})");
  ASSERT_TRUE(value);
  EXPECT_EQ(encode(*value), R"({"kind":"refund","amount":1.5,"orders":[7,8]})");
}

TEST(Variant, IssuesAreThoseOfTheChosenStructAlone) {
  EXPECT_EQ(issues_of<Request>(R"({"orders":["x"],"kind":"refund","item":3})"),
            "/orders/0 int_type\n/amount missing\n");
  EXPECT_EQ(issues_of<Request>(R"({"kind":"refnd","amount":{"a":[1,2]}})"), "/kind union_tag_invalid\n");
  EXPECT_EQ(issues_of<Request>(R"({"kind":5})"), "/kind union_tag_invalid\n");
  EXPECT_EQ(issues_of<Request>(R"({"kind":{"a":1}})"), "/kind union_tag_invalid\n");
  EXPECT_EQ(issues_of<Request>(R"({"amount":1,"orders":[]})"), "/kind union_tag_not_found\n");
  EXPECT_EQ(issues_of<Request>("7"), "(root) union_type\n");
  const auto wrong = decode<Request>(R"({"kind":"refnd"})");
  EXPECT_EQ(wrong.error()[0].text(),
            "expected one of \"refund\", \"exchange\", \"swap\", got \"refnd\" (did you mean \"refund\"?)");
  const auto missing = decode<Request>("{}");
  EXPECT_EQ(missing.error()[0].text(), "missing: expected one of \"refund\", \"exchange\", \"swap\"");
}

TEST(Variant, ATextThatBreaksOffIsToldAtItsPlace) {
  const std::string text = R"({"orders":[7,8],"amount":1.5,"ki)";
  const auto value = decode<Request>(text);
  ASSERT_FALSE(value);
  EXPECT_EQ(value.error()[value.error().size() - 1].code, IssueCode::truncated);
  EXPECT_EQ(issues_of<Request>(R"({"orders":[7,)"), "/orders/1 truncated\n");
  EXPECT_EQ(issues_of<Request>(R"({"orders":[7,x]})"), "/orders/1 json_invalid\n");
}

struct Cat {
  std::string name;
  bool meows;
};
struct Dog {
  std::string name;
  int barks;
  std::optional<std::string> master;

  static constexpr auto describe() { return model<Dog>(instructor::name("hound"), forbid_extra); }
};
using Pet = std::variant<Cat, Dog>;

TEST(Variant, AKeyThatOneStructAloneHasTellsThemApart) {
  EXPECT_EQ(index_of<Pet>(R"({"name":"a","meows":true})"), 0U);
  EXPECT_EQ(index_of<Pet>(R"({"name":"a","barks":1})"), 1U);
  EXPECT_EQ(issues_of<Pet>(R"({"name":"a","barks":"x"})"), "/barks int_type\n");
}

struct Point {
  double x;
  double y;
  std::optional<double> z;
};
struct Label {
  std::string x;
  double y;
};
struct Pixel {
  int x;
  int y;
};

TEST(Variant, OtherwiseTheStructThatFitsBestIsTaken) {
  using Shape = std::variant<Point, Label>;
  EXPECT_EQ(index_of<Shape>(R"({"x":1,"y":2})"), 0U);
  EXPECT_EQ(index_of<Shape>(R"({"x":"a","y":2})"), 1U);
  EXPECT_EQ(issues_of<Shape>(R"({"x":"a","y":"b"})"), "/y float_type\n");
  // Equal as far as their keys tell: they are tried.
  using Where = std::variant<Pixel, Point>;
  EXPECT_EQ(index_of<Where>(R"({"x":1,"y":2})"), 0U);
  EXPECT_EQ(index_of<Where>(R"({"x":1,"y":2.5})"), 1U);
  EXPECT_EQ(index_of<Where>(R"({"x":1,"y":2,"z":3})"), 1U);
  using Lists = std::variant<std::vector<Pixel>, std::vector<Label>>;
  EXPECT_EQ(index_of<Lists>(R"([{"x":"a","y":1}])"), 1U);
}

// ---- a key of our own --------------------------------------------------------------------------------------------

struct Home {
  std::string street;
  Pet pet;
  std::vector<std::optional<Pet>> pets;
  std::map<std::string, Pet> by_name;

  static constexpr auto describe() {
    return model<Home>(field<&Home::pet>("The first", tag("type")), field<&Home::pets>(tag("type"), defaulted),
                       field<&Home::by_name>(tag("is"), defaulted));
  }
};

TEST(Variant, ATagNamesTheStruct) {
  const std::string text =
      R"({"street":"s","pet":{"type":"hound","name":"a","barks":1},)"
      R"("pets":[{"type":"Cat","name":"b","meows":false},null],"by_name":{"c":{"is":"Cat","name":"c","meows":true}}})";
  const auto value = decode_all_ways<Home>(text);
  ASSERT_TRUE(value) << value.error().text();
  EXPECT_EQ(encode(*value), text);
  const auto late = decode_all_ways<Home>(R"({"street":"s","pet":{"name":"a","meows":true,"type":"Cat"}})");
  ASSERT_TRUE(late) << late.error().text();
  EXPECT_EQ(late->pet.index(), 0U);
  EXPECT_EQ(issues_of<Home>(R"({"street":"s","pet":{"name":"a","barks":1},"pets":[{"type":"cat","name":"b"},7]})"),
            "/pet/type union_tag_not_found\n/pets/0/type union_tag_invalid\n/pets/1 union_type\n");
  EXPECT_EQ(issues_of<Home>(R"({"street":"s","pet":{"type":"hound","name":"a","barks":1,"more":1}})"),
            "/pet/more extra_forbidden\n");
}

TEST(Variant, ATagIsPartOfTheSchema) {
  EXPECT_EQ(schema<Home>,
            R"({"type":"object","properties":{"street":{"type":"string"},)"
            R"("pet":{"anyOf":[{"$ref":"#/$defs/Cat"},{"$ref":"#/$defs/hound"}],"description":"The first"},)"
            R"("pets":{"type":"array","items":{"anyOf":[{"$ref":"#/$defs/Cat"},{"$ref":"#/$defs/hound"},)"
            R"({"type":"null"}]}},"by_name":{"type":"object","additionalProperties":{"anyOf":[)"
            R"({"$ref":"#/$defs/Cat_2"},{"$ref":"#/$defs/hound_2"}]}}},"required":["street","pet"],"$defs":{)"
            R"("Cat":{"type":"object","properties":{"type":{"type":"string","const":"Cat"},"name":{"type":"string"},)"
            R"("meows":{"type":"boolean"}},"required":["type","name","meows"]},)"
            R"("hound":{"type":"object","properties":{"type":{"type":"string","const":"hound"},)"
            R"("name":{"type":"string"},"barks":{"type":"integer"},"master":{"anyOf":[{"type":"string"},)"
            R"({"type":"null"}]}},"required":["type","name","barks"],"additionalProperties":false},)"
            R"("Cat_2":{"type":"object","properties":{"is":{"type":"string","const":"Cat"},"name":{"type":"string"},)"
            R"("meows":{"type":"boolean"}},"required":["is","name","meows"]},)"
            R"("hound_2":{"type":"object","properties":{"is":{"type":"string","const":"hound"},)"
            R"("name":{"type":"string"},"barks":{"type":"integer"},"master":{"anyOf":[{"type":"string"},)"
            R"({"type":"null"}]}},"required":["is","name","barks"],"additionalProperties":false}}})");
}

struct Clash {
  std::variant<Cat, Dog> pet;

  static constexpr auto describe() { return model<Clash>(field<&Clash::pet>(tag("name"))); }
};

TEST(Variant, ATagThatIsAFieldItselfIsRefused) {
  try {
    (void)decode<Clash>("{}");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::invalid_model);
    EXPECT_NE(error.message().find("tag(\"name\"): Cat has a field of that name"), std::string::npos)
        << error.message();
  }
}

// ---- recursion, containers, fakes --------------------------------------------------------------------------------

struct Sum;
struct Value {
  double value;
};
using Term = std::variant<Value, std::unique_ptr<Sum>>;
struct Sum {
  std::vector<Term> terms;
  std::string note;

  static constexpr auto describe() { return model<Sum>(field<&Sum::terms>(tag("op"))); }
};

TEST(Variant, MayHoldItself) {
  const std::string text =
      R"({"terms":[{"op":"Value","value":1},{"op":"Sum","terms":[{"op":"Sum","terms":[],"note":"c"}],"note":"b"}],)"
      R"("note":"a"})";
  const auto value = decode_all_ways<Sum>(text);
  ASSERT_TRUE(value) << value.error().text();
  EXPECT_EQ(encode(*value), text);
  EXPECT_EQ(issues_of<Sum>(R"({"terms":[{"note":"b","terms":[{"value":"x","op":"Value"}],"op":"Sum"}],"note":"a"})"),
            "/terms/0/terms/0/value float_type\n");
}

TEST(Variant, HostileNestingCostsNoMoreThanItsDepth) {
  std::string text;
  for (int i = 0; i < 60; ++i) text += R"({"note":"n","terms":[)";
  for (int i = 0; i < 60; ++i) text += i == 0 ? R"(],"op":"Sum"})" : R"(,{"value":1,"op":"Value"}],"op":"Sum"})";
  const auto value = decode<std::vector<Sum>>("[" + text + "]");
  EXPECT_TRUE(value) << value.error().text();
  using Same = std::variant<Pixel, Point, std::vector<std::variant<Pixel, Point>>>;
  EXPECT_TRUE((decode<std::vector<Same>>(R"([[{"x":1,"y":1.5}],{"x":1,"y":2}])")));
}

TEST(Variant, LivesInEveryContainer) {
  using Number = std::variant<int, std::string>;
  EXPECT_TRUE((decode_all_ways<std::tuple<Number, Pet>>(R"(["x",{"name":"a","meows":true}])")));
  EXPECT_EQ(decode_all_ways<std::set<Number>>(R"([1,"a",1])")->size(), 2U);
  EXPECT_EQ((issues_of<std::map<std::string, Pet>>(R"({"a":{"name":"a","meows":true},"a":{"name":"b","barks":1}})")),
            "/a duplicate_key\n");
  EXPECT_TRUE((decode_all_ways<std::variant<Pet, std::variant<int, std::vector<Pet>>>>(R"([{"name":"","barks":1}])")));
}

struct Everything {
  Scalar scalar;
  Request request;
  Home home;
  Sum sum;
  Versioned versioned;
};

TEST(Variant, FakesAreValidAndSurviveEncoding) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const auto value = testing::fake<Everything>(seed);
    const std::string text = encode(value);
    const auto again = decode<Everything>(text);
    ASSERT_TRUE(again) << text << again.error().text();
    EXPECT_EQ(encode(*again), text);
  }
}

struct Order {
  Request request;
  std::optional<Pet> pet;
};

TEST(Variant, StrictSchemasTakeIt) {
  EXPECT_EQ(lowered<Order>(dialect::openai_strict).schema,
            R"({"type":"object","properties":{"request":{"anyOf":[{"$ref":"#/$defs/Refund"},)"
            R"({"$ref":"#/$defs/Exchange"}]},"pet":{"anyOf":[{"$ref":"#/$defs/Cat"},{"$ref":"#/$defs/hound"},)"
            R"({"type":"null"}]}},"required":["request","pet"],"additionalProperties":false,"$defs":{)"
            R"("Refund":{"type":"object","properties":{"kind":{"type":"string","const":"refund"},)"
            R"("amount":{"type":"number"},"orders":{"type":"array","items":{"type":"integer"}}},)"
            R"("required":["kind","amount","orders"],"additionalProperties":false},)"
            R"("Exchange":{"type":"object","properties":{"kind":{"type":"string","enum":["exchange","swap"]},)"
            R"("item":{"type":"string"}},"required":["kind","item"],"additionalProperties":false},)"
            R"("Cat":{"type":"object","properties":{"name":{"type":"string"},"meows":{"type":"boolean"}},)"
            R"("required":["name","meows"],"additionalProperties":false},)"
            R"("hound":{"type":"object","properties":{"name":{"type":"string"},"barks":{"type":"integer"},)"
            R"("master":{"anyOf":[{"type":"string"},{"type":"null"}]}},"required":["name","barks","master"],)"
            R"("additionalProperties":false}}})");
}

// ---- while it arrives --------------------------------------------------------------------------------------------

TEST(LiveVariant, IsSeenAsSoonAsItIsKnown) {
  PartialDecoder<Home> decoder;
  decoder.feed(R"({"street":"s","pet":{)");
  EXPECT_EQ(decoder.partial().json(), R"({"street":"s"})");
  decoder.feed(R"("type":"hound","name":"Re)");
  EXPECT_EQ(decoder.partial().json(), R"({"street":"s","pet":{"type":"hound","name":"Re"}})");
  const auto pet = decoder.partial().at<&Home::pet>();
  EXPECT_EQ(pet.state(), FieldState::growing);
  EXPECT_FALSE(pet.as<Cat>());
  const auto dog = pet.as<Dog>();
  ASSERT_TRUE(dog);
  EXPECT_EQ((*dog)->name, "Re");
  EXPECT_EQ(dog->state<&Dog::name>(), FieldState::growing);
  EXPECT_FALSE(dog->has<&Dog::barks>());
  EXPECT_EQ(decoder.partial().state("/pet/name"), FieldState::growing);
  decoder.feed(R"(x","barks":2},)");
  EXPECT_TRUE(decoder.partial().is_complete<&Home::pet>());
  decoder.feed(R"("pets":[{"name":"b","meows":true)");
  EXPECT_EQ(decoder.partial().at<&Home::pets>().json(), "[]");  // its tag has not come
  decoder.feed(R"(,"type":"Cat"},null]})");
  const auto value = decoder.finish();
  ASSERT_TRUE(value) << value.error().text();
}

struct Guarded {
  int id;
  std::string text;

  static constexpr auto describe() { return model<Guarded>(field<&Guarded::id>(required_first)); }
};
struct Holder {
  std::variant<Guarded, std::string> one;
  std::variant<Cat, Dog> later;
  std::vector<std::variant<Guarded, Cat>> many;

  static constexpr auto describe() { return model<Holder>(field<&Holder::later>(when_done)); }
};

TEST(LiveVariant, StreamingRulesOfTheAlternativesHold) {
  const std::string text =
      R"({"one":{"text":"abc","id":1},"later":{"name":"x","meows":true},"many":[{"text":"t","id":2},{"meows":true,"name":"c"}]})";
  PartialDecoder<Holder> decoder;
  std::vector<std::string> seen;
  for (const char c : text) {
    decoder.feed({&c, 1});
    std::string now = decoder.partial().json();
    if (seen.empty() || seen.back() != now) seen.push_back(std::move(now));
  }
  EXPECT_EQ(seen[0], R"({})");
  EXPECT_EQ(seen[1], R"({"one":{"id":1,"text":"abc"}})");
  EXPECT_EQ(seen[2], R"({"one":{"id":1,"text":"abc"},"later":{"name":"x","meows":true}})");
  const auto value = decoder.finish();
  ASSERT_TRUE(value) << value.error().text();
  EXPECT_EQ(decode<Json>(seen.back()), decode<Json>(encode(*value)));
}

TEST(LiveVariant, ALoneTextGrows) {
  using Word = std::variant<int, std::string>;
  PartialDecoder<std::vector<Word>> decoder;
  decoder.feed(R"([1,"ab)");
  EXPECT_EQ(decoder.partial().json(), R"([1,"ab"])");
  PartialDecoder<std::vector<Scalar>> choosy;
  choosy.feed(R"([1,"au)");
  EXPECT_EQ(choosy.partial().json(), "[1]");
}

}  // namespace
}  // namespace instructor
