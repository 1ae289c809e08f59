#include "model/align.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <variant>
#include <vector>

#include <nlohmann/json.hpp>

#include "instructor/dynamic.hpp"
#include "instructor/instructor.hpp"
#include "instructor/text_types.hpp"
#include "model/plan.hpp"

namespace instructor {
namespace {

enum class Mood { happy, very_sad };
enum class Level { low = 1, high = 10 };

struct User {
  std::string name;
  int age = 0;
};

struct Account {
  std::string firstName;
  std::optional<std::string> home_page;
  bool is_active = false;

  static constexpr auto describe() {
    return model<Account>(field<&Account::firstName>(alias("first_name")), forbid_extra);
  }
};

struct Limited {
  double share = 0;
  std::string code;
  std::string day;
  std::optional<std::string> note;

  static constexpr auto describe() {
    return model<Limited>(field<&Limited::share>(ge(0.0), le(1.0)), field<&Limited::code>(max_length(3)),
                          field<&Limited::day>(format("date")), field<&Limited::note>(min_length(5)));
  }
};

struct Guarded {
  int strict = 0;
  int mended = 0;
  int free = 0;

  static constexpr auto describe() {
    return model<Guarded>(field<&Guarded::strict>(repair(RepairLevel::none)),
                          field<&Guarded::mended>(repair(RepairLevel::syntax)),
                          field<&Guarded::free>(repair(RepairLevel::full)));
  }
};

struct Team {
  std::vector<User> members;
};

struct Inner {
  std::string text;
};
struct Outer {
  Inner inner;
};

struct Refund {
  Literal<"refund"> kind;
  double amount = 0;
};
struct Refunds {
  Literal<"refunds"> kind;
  double amount = 0;
  std::string reason;
};

struct Cat {
  std::string name;
  int lives = 0;
};
struct Dog {
  std::string name;
  bool barks = false;
};
struct Owner {
  std::variant<Cat, Dog> pet;

  static constexpr auto describe() { return model<Owner>(field<&Owner::pet>(tag("type"))); }
};

struct Login {
  std::string user;
  Secret password;
};

struct Tree {
  std::string label;
  std::vector<Tree> children;
};

}  // namespace

template <>
struct Describe<Level> {
  static constexpr auto describe() { return enumeration<Level>(as_integers); }
};

namespace core {
namespace {

template <class T>
Alignment aligned(std::string_view text, const DecodeOptions& options = {}) {
  return align(plan_of(type_of<T>()), text, options);
}

/// What becomes of it, and the kinds of the repairs.
template <class T>
std::string outcome(std::string_view text, const DecodeOptions& options = {}) {
  const Alignment alignment = aligned<T>(text, options);
  if (!alignment.changed) {
    EXPECT_EQ(alignment.json, text);
    EXPECT_TRUE(alignment.repairs.empty());
    return decode<T>(text, options) ? "fits" : "left";
  }
  EXPECT_FALSE(alignment.repairs.empty()) << alignment.json;
  std::string result = alignment.json;
  for (const Repair& repair : alignment.repairs) result.append(" ").append(to_string(repair.kind));
  if (!decode<T>(alignment.json, options)) result += " and is not valid";
  return result;
}

TEST(Align, LeavesWhatFits) {
  EXPECT_EQ(outcome<User>(R"( {"name" : "Ada", "age":36 } )"), "fits");
  EXPECT_EQ(outcome<std::string>(R"("42")"), "fits");
  EXPECT_EQ(outcome<std::optional<std::string>>(R"("N/A")"), "fits");
  EXPECT_EQ((outcome<std::variant<int, std::string>>(R"("42")")), "fits");
  EXPECT_EQ(outcome<Json>(R"({"a":"1"})"), "fits");
  EXPECT_EQ(outcome<std::vector<std::string>>(R"(["a, b"])"), "fits");
}

TEST(Align, LeavesWhatIsNoJson) {
  EXPECT_EQ(outcome<int>("5 years"), "left");
  EXPECT_EQ(outcome<User>("{\"name\":"), "left");
  EXPECT_EQ(outcome<User>(""), "left");
}

TEST(Align, ReadsNumbers) {
  EXPECT_EQ(outcome<int>(R"("1,200")"), "1200 number_text");
  EXPECT_EQ(outcome<int>("5.0"), "5 number_text");
  EXPECT_EQ(outcome<int>("-1e2"), "-100 number_text");
  EXPECT_EQ(outcome<int>("3.7"), "left");
  EXPECT_EQ(outcome<int>("true"), "left");
  EXPECT_EQ(outcome<int>("null"), "left");
  EXPECT_EQ(outcome<double>(R"("12 %")"), "12 number_text");
  EXPECT_EQ(outcome<std::uint8_t>(R"("300")"), "left");
  EXPECT_EQ(outcome<std::uint8_t>(R"("-1")"), "left");
  EXPECT_EQ(outcome<std::uint64_t>(R"("18,446,744,073,709,551,615")"), "18446744073709551615 number_text");
  EXPECT_EQ(outcome<Level>(R"("10")"), "10 number_text");
  EXPECT_EQ(outcome<Level>(R"("3")"), "3 number_text and is not valid");
  EXPECT_EQ(outcome<Decimal>(R"("$1,200.50")"), "\"1200.50\" number_text");
}

TEST(Align, ReadsBooleans) {
  EXPECT_EQ(outcome<bool>(R"("Yes")"), "true boolean_text");
  EXPECT_EQ(outcome<bool>("0"), "false boolean_text");
  EXPECT_EQ(outcome<bool>("2"), "left");
  EXPECT_EQ(outcome<bool>(R"("true or false")"), "left");
}

TEST(Align, MakesTextsOfNumbers) {
  EXPECT_EQ(outcome<std::string>("12.50"), "\"12.50\" text_value");
  EXPECT_EQ(outcome<std::string>("true"), "\"true\" text_value");
  EXPECT_EQ(outcome<std::string>("null"), "left");
  EXPECT_EQ(outcome<std::string>(R"({"a": [1, 2]})"), R"("{\"a\": [1, 2]}" json_text)");
}

TEST(Align, ReadsDates) {
  using namespace std::chrono;
  EXPECT_EQ(outcome<year_month_day>(R"("March 5, 2024")"), "\"2024-03-05\" date_text");
  EXPECT_EQ(outcome<year_month_day>("20240305"), "\"2024-03-05\" date_text");
  EXPECT_EQ(outcome<year_month_day>(R"("03/04/2024")"), "left");
  EXPECT_EQ(outcome<sys_seconds>(R"("Tue, 05 Mar 2024 10:00:00 GMT")"), "\"2024-03-05T10:00:00Z\" date_text");
  EXPECT_EQ(outcome<local_seconds>(R"("2024-03-05T10:00:00Z")"), "\"2024-03-05T10:00:00\" date_text");
  EXPECT_EQ(outcome<local_seconds>(R"("2024-03-05T10:00:00+01:00")"), "left");
  EXPECT_EQ(outcome<hh_mm_ss<seconds>>(R"("3:05 pm")"), "\"15:05:00\" date_text");
  EXPECT_EQ(outcome<seconds>(R"("90 minutes")"), "\"PT1H30M\" date_text");
  EXPECT_EQ(outcome<hours>(R"("90 minutes")"), "left");
}

TEST(Align, BaresOtherTexts) {
  EXPECT_EQ(outcome<Uuid>(R"("{123E4567-E89B-12D3-A456-426614174000}")"),
            "\"123E4567-E89B-12D3-A456-426614174000\" text_around");
  EXPECT_EQ(outcome<Bytes>(R"("aGVs\nbG8=")"), "\"aGVsbG8=\" text_around");
  EXPECT_EQ(outcome<Uuid>(R"("nobody")"), "left");
}

TEST(Align, ReadsNames) {
  EXPECT_EQ(outcome<Mood>(R"("Happy!")"), "\"happy\" choice_text");
  EXPECT_EQ(outcome<Mood>(R"("very sad")"), "\"very_sad\" choice_text");
  EXPECT_EQ(outcome<Mood>(R"("hapy")"), "\"happy\" choice_nearest");
  EXPECT_EQ(outcome<Mood>(R"("angry")"), "left");
  EXPECT_EQ(outcome<Mood>(R"(["happy"])"), "\"happy\" list_as_single");
  EXPECT_EQ(outcome<Mood>(R"(["angry", "happy"])"), "\"happy\" list_as_single");
  EXPECT_EQ(outcome<Mood>(R"(["happy", "very_sad"])"), "left");
  EXPECT_EQ(outcome<Mood>(R"({"mood": "happy"})"), "\"happy\" unwrapped");
}

TEST(Align, KeepsRulesInMind) {
  EXPECT_EQ(outcome<Limited>(R"({"share":"85 %","code":"abc","day":"March 5, 2024","note":"n/a"})"),
            R"({"share":0.85,"code":"abc","day":"2024-03-05","note":null} number_text date_text nothing_text)");
  EXPECT_EQ(outcome<Limited>(R"({"share":0,"code":" ab ","day":"2024-03-05"})"),
            R"({"share":0,"code":"ab","day":"2024-03-05"} text_around)");
  EXPECT_EQ(outcome<Limited>(R"({"share":0,"code":12345,"day":"2024-03-05"})"), "left");
}

TEST(Align, TakesNothingForWhatMayBeLeftOut) {
  EXPECT_EQ(outcome<std::optional<int>>(R"("N/A")"), "null nothing_text");
  EXPECT_EQ(outcome<std::optional<int>>(R"("")"), "null nothing_text");
  EXPECT_EQ(outcome<std::optional<int>>(R"("5")"), "5 number_text");
  EXPECT_EQ(outcome<std::optional<std::vector<std::string>>>(R"("none")"), "null nothing_text");
  EXPECT_EQ(outcome<std::optional<User>>(R"("unknown")"), "null nothing_text");
  EXPECT_EQ(outcome<int>(R"("N/A")"), "left");
  EXPECT_EQ(outcome<std::vector<std::string>>(R"("N/A")"), "left");
  EXPECT_EQ((outcome<std::variant<std::monostate, int>>(R"("n/a")")), "null nothing_text");
}

TEST(Align, RecognisesKeys) {
  EXPECT_EQ(outcome<User>(R"({"Name":"Ada","AGE":36})"), R"({"name":"Ada","age":36} key_spelling key_spelling)");
  EXPECT_EQ(outcome<Account>(R"({"firstName":"Ada","is-active":true})"),
            R"({"first_name":"Ada","is_active":true} key_spelling key_spelling)");
  EXPECT_EQ(
      outcome<Account>(R"({"first name":"Ada","homePage":"x","isActive":"no"})"),
      R"({"first_name":"Ada","home_page":"x","is_active":false} key_spelling key_spelling key_spelling boolean_text)");
  EXPECT_EQ(outcome<User>(R"({"nmae":"Ada","age":36})"), R"({"name":"Ada","age":36} key_spelling)");
  // Two keys for one field, or one that is there already.
  EXPECT_EQ(outcome<User>(R"({"Name":"Ada","NAME":"Eve","age":36})"), "left");
  EXPECT_EQ(outcome<User>(R"({"name":"Ada","Name":"Eve","age":36})"), "fits");
  EXPECT_EQ(outcome<User>(R"({"surname":"Ada","age":36})"), "left");
}

TEST(Align, LeavesOutWhatIsForbidden) {
  EXPECT_EQ(outcome<Account>(R"({"first_name":"Ada","is_active":true,"x":{"y":1}})"),
            R"({"first_name":"Ada","is_active":true} extra_key)");
}

TEST(Align, MakesNothingUp) {
  EXPECT_EQ(outcome<User>(R"({"name":"Ada"})"), "left");
  EXPECT_EQ(outcome<User>(R"({"name":null,"age":1})"), "left");
  EXPECT_EQ(outcome<Team>("{}"), "left");
  EXPECT_EQ(outcome<std::vector<int>>("null"), "left");
}

TEST(Align, MakesLists) {
  EXPECT_EQ(outcome<std::vector<int>>("5"), "[5] single_as_list");
  EXPECT_EQ(outcome<std::vector<int>>(R"("1; 2; 3")"), "[1,2,3] single_as_list");
  EXPECT_EQ(outcome<std::vector<int>>(R"("1,200")"), "left");
  EXPECT_EQ(outcome<std::vector<Mood>>(R"("happy, very sad")"), R"(["happy","very_sad"] single_as_list)");
  EXPECT_EQ(outcome<std::vector<std::string>>(R"("a, b")"), R"(["a, b"] single_as_list)");
  EXPECT_EQ(outcome<std::vector<std::string>>(R"("[\"a\", \"b\"]")"), R"(["a", "b"] json_text)");
  EXPECT_EQ(outcome<std::vector<int>>(R"({"items":[1,"2"]})"), R"([1,2] unwrapped number_text)");
  EXPECT_EQ(outcome<std::vector<int>>("[[1,2]]"), "[1,2] list_as_single");
  EXPECT_EQ(outcome<std::set<int>>(R"(["1",2])"), "[1,2] number_text");
  EXPECT_EQ(outcome<std::vector<bool>>(R"(["yes",false])"), "[true,false] boolean_text");
  EXPECT_EQ(outcome<std::vector<User>>(R"({"name":"Ada","age":36})"), R"([{"name":"Ada","age":36}] single_as_list)");
}

TEST(Align, TakesTheItemOfAListOfOne) {
  EXPECT_EQ(outcome<int>("[5]"), "5 list_as_single");
  EXPECT_EQ(outcome<int>("[5, 6]"), "left");
  EXPECT_EQ(outcome<User>(R"([{"name":"Ada","age":"36"}])"), R"({"name":"Ada","age":36} list_as_single number_text)");
  EXPECT_EQ(outcome<std::string>(R"(["a"])"), "\"a\" list_as_single");
}

TEST(Align, FindsObjectsOneLevelDeeper) {
  EXPECT_EQ(outcome<User>(R"({"user":{"name":"Ada","age":36}})"), R"({"name":"Ada","age":36} unwrapped)");
  EXPECT_EQ(outcome<User>(R"({"type":"object","properties":{"name":"Ada","age":36}})"),
            R"({"name":"Ada","age":36} unwrapped)");
  EXPECT_EQ(outcome<User>(R"({"name":"User","arguments":{"name":"Ada","age":36}})"),
            R"({"name":"Ada","age":36} unwrapped)");
  EXPECT_EQ(outcome<User>(R"({"name":"User","arguments":"{\"name\":\"Ada\",\"age\":36}"})"),
            R"({"name":"Ada","age":36} json_text unwrapped)");
  EXPECT_EQ(outcome<User>(R"({"a":{"name":"Ada","age":36},"b":{"name":"Eve","age":37}})"), "left");
  EXPECT_EQ(outcome<User>(R"("{\"name\":\"Ada\",\"age\":36}")"), R"({"name":"Ada","age":36} json_text)");
}

TEST(Align, PutsAnObjectAround) {
  EXPECT_EQ(outcome<Inner>(R"("a")"), R"({"text":"a"} wrapped)");
  EXPECT_EQ(outcome<Outer>(R"("a")"), "left");
  EXPECT_EQ(outcome<Outer>(R"({"text":"a"})"), R"({"inner":{"text":"a"}} wrapped)");
  EXPECT_EQ(outcome<Team>(R"([{"name":"Ada","age":36}])"), R"({"members":[{"name":"Ada","age":36}]} wrapped)");
  EXPECT_EQ(outcome<User>(R"("Ada")"), "left");
}

TEST(Align, MakesMaps) {
  using Map = std::map<std::string, int>;
  EXPECT_EQ(outcome<Map>(R"([{"key":"a","value":1},{"key":"b","value":"2"}])"), R"({"a":1,"b":2} wrapped number_text)");
  EXPECT_EQ(outcome<Map>(R"([["a",1],["b",2]])"), R"({"a":1,"b":2} wrapped)");
  EXPECT_EQ(outcome<Map>(R"([{"a":1},{"b":2}])"), R"({"a":1,"b":2} wrapped)");
  EXPECT_EQ(outcome<Map>(R"([{"a":1},{"a":2}])"), "left");
  EXPECT_EQ(outcome<Map>(R"({"result":{"a":1}})"), R"({"a":1} unwrapped)");
  EXPECT_EQ((outcome<std::map<Mood, int>>(R"({"Happy":"1"})")), R"({"happy":1} key_spelling number_text)");
}

TEST(Align, MakesTuples) {
  EXPECT_EQ((outcome<std::tuple<int, std::string>>(R"(["1", 2])")), R"([1,"2"] number_text text_value)");
  EXPECT_EQ((outcome<std::tuple<int, std::string>>(R"("[1, \"a\"]")")), R"([1, "a"] json_text)");
  EXPECT_EQ((outcome<std::tuple<int, std::string>>("[1]")), "left");
}

TEST(Align, ChoosesAmongAlternatives) {
  EXPECT_EQ((outcome<std::variant<int, User>>(R"("5")")), "5 number_text");
  EXPECT_EQ((outcome<std::variant<int, bool>>(R"("1")")), "left");
  EXPECT_EQ((outcome<std::variant<int, double>>(R"("5 kg")")), "5 number_text");
  EXPECT_EQ((outcome<std::variant<Cat, Dog>>(R"({"name":"Tom","lives":"9"})")),
            R"({"name":"Tom","lives":9} number_text)");
  EXPECT_EQ((outcome<std::variant<int, std::vector<int>>>(R"(["1", 2])")), "[1,2] number_text");
}

TEST(Align, MindsTags) {
  using Either = std::variant<Refund, Refunds>;
  EXPECT_EQ(outcome<Either>(R"({"kind":"Refund","amount":"$5"})"),
            R"({"kind":"refund","amount":5} choice_text number_text)");
  // The right name with something missing is not the other name misspelled.
  EXPECT_EQ(outcome<Either>(R"({"kind":"refund","reason":"x"})"), "left");
  EXPECT_EQ(outcome<Owner>(R"({"pet":{"type":"cat","name":"Tom","lives":"nine"}})"),
            R"({"pet":{"type":"Cat","name":"Tom","lives":9}} choice_text number_text)");
  EXPECT_EQ(outcome<Owner>(R"({"pet":{"name":"Tom","lives":9}})"), "left");
}

TEST(Align, LeavesFieldsAloneThatWantIt) {
  EXPECT_EQ(outcome<Guarded>(R"({"strict":"1","mended":"2","free":"3"})"),
            R"({"strict":"1","mended":"2","free":3} number_text and is not valid)");
}

TEST(Align, RespectsHowAnswersAreDecoded) {
  DecodeOptions options;
  options.missing_is_default = true;
  EXPECT_EQ(outcome<User>(R"({"age":"36"})", options), R"({"age":36} number_text)");
  options = {};
  options.max_depth = 2;
  EXPECT_EQ(outcome<Tree>(R"({"label":1,"children":[{"label":2,"children":[]}]})", options), "left");
  options = {};
  options.max_values = 2;
  EXPECT_EQ(outcome<std::vector<int>>(R"(["1","2","3"])", options), "left");
}

TEST(Align, TellsWhereAndWhat) {
  const Alignment alignment = aligned<Team>(R"({"members":[{"Name":"Ada/","age":"thirty-six"}]})");
  ASSERT_EQ(alignment.repairs.size(), 2u);
  EXPECT_EQ(alignment.repairs[0].path, "/members/0/name");
  EXPECT_EQ(alignment.repairs[0].text(), "key_spelling: \"Name\" -> \"name\" (cost 1)");
  EXPECT_EQ(alignment.repairs[1].path, "/members/0/age");
  EXPECT_EQ(alignment.repairs[1].text(), "number_text: \"thirty-six\" -> 36 (cost 1)");
  const Alignment wrapped = aligned<Team>(R"([{"name":"Ada","age":36}])");
  ASSERT_EQ(wrapped.repairs.size(), 1u);
  EXPECT_EQ(wrapped.repairs[0].text(), "wrapped: [1 item] -> {...} (cost 2)");
  const Alignment extra = aligned<Account>(R"({"first_name":"a","is_active":true,"x/y":1})");
  ASSERT_EQ(extra.repairs.size(), 1u);
  EXPECT_EQ(extra.repairs[0].path, "/x~1y");
}

TEST(Align, HidesSecretsAndCutsTexts) {
  const Alignment secret = aligned<Login>(R"({"user":"a","password":12345})");
  ASSERT_EQ(secret.repairs.size(), 1u);
  EXPECT_EQ(secret.repairs.text().find("12345"), std::string::npos) << secret.repairs.text();
  const Alignment long_text = aligned<std::vector<std::string>>("\"" + std::string(1000, 'x') + "\"");
  ASSERT_EQ(long_text.repairs.size(), 1u);
  EXPECT_LT(long_text.repairs[0].from.size(), 130u);
}

TEST(Align, AsksForTextsToBeMended) {
  const Mend mend = [](std::string_view text) { return text == "[1, 2,]" ? std::string("[1, 2]") : std::string(); };
  const Plan& plan = plan_of(type_of<std::vector<int>>());
  EXPECT_EQ(align(plan, R"("[1, 2,]")", {}, mend).json, "[1, 2]");
  EXPECT_FALSE(align(plan, R"("[1, 2,,]")", {}, mend).changed);
  EXPECT_FALSE(align(plan, R"("[1, 2,]")", {}).changed);
}

TEST(Align, KeepsEscapedTexts) {
  EXPECT_EQ(outcome<User>(R"({"Name":"\ud83d\ude00\n\u0000","age":1})"),
            R"({"name":"\ud83d\ude00\n\u0000","age":1} key_spelling)");
  EXPECT_EQ(outcome<Mood>(R"("\u0068appy")"), "fits");
  EXPECT_EQ(outcome<Mood>(R"("\u0048appy")"), "\"happy\" choice_text");
}

// ---- run-time models ---------------------------------------------------------------------------------------------

std::string outcome(std::string_view schema, std::string_view text) {
  const DynamicModel model = DynamicModel::from_json_schema(schema);
  const Alignment alignment = align(plan_of(model.type()), text, {});
  const auto decoded = model.decode(alignment.json);
  if (!alignment.changed) return decoded ? "fits" : "left";
  std::string result = decoded ? encode(*decoded) : alignment.json + " is not valid";
  for (const Repair& repair : alignment.repairs) result.append(" ").append(to_string(repair.kind));
  return result;
}

TEST(AlignDynamic, KnowsAliases) {
  constexpr std::string_view schema = R"({"type":"object","required":["type","kind"],"properties":{
      "type":{"type":"string","x-alias":"types"},
      "kind":{"enum":["ONE","TWO"],"x-alias":{"ONE":"k1","TWO":["k2","second"]},
              "x-description":{"TWO":"what comes second"}}}})";
  EXPECT_EQ(outcome(schema, R"({"types":"a","kind":"K2"})"), R"({"type":"a","kind":"TWO"} key_spelling choice_text)");
  EXPECT_EQ(outcome(schema, R"({"type":"a","kind":"What comes second."})"), R"({"type":"a","kind":"TWO"} choice_text)");
  EXPECT_EQ(outcome(R"({"type":"object","properties":{"a":{"type":"integer","x-aliases":["b","c"]}},"required":["a"]})",
                    R"({"c":1})"),
            R"({"a":1} key_spelling)");
}

TEST(AlignDynamic, KnowsConstants) {
  EXPECT_EQ(outcome(R"({"const":-42})", R"("-42")"), "-42 choice_text");
  EXPECT_EQ(outcome(R"({"enum":[1,"two",true]})", R"("TWO")"), "\"two\" choice_text");
  EXPECT_EQ(outcome(R"({"enum":[1,"two",true]})", R"("yes")"), "true boolean_text");
  EXPECT_EQ(outcome(R"({"enum":[1,2]})", R"("The answer is 2")"), "2 choice_text");
  EXPECT_EQ(outcome(R"({"enum":[1,2]})", R"("3")"), "left");
}

TEST(AlignDynamic, LooksIntoAlternativesThatOverlap) {
  constexpr std::string_view schema = R"({"anyOf":[
      {"type":"object","properties":{"a":{"type":"integer"}},"required":["a"]},
      {"type":"object","properties":{"b":{"type":"integer"}},"required":["b"]}]})";
  EXPECT_EQ(outcome(schema, R"({"a":1})"), "fits");
  EXPECT_EQ(outcome(schema, R"({"b":"5 kg"})"), R"({"b":5} number_text)");
  EXPECT_EQ(outcome(schema, R"({"c":"5"})"), "left");
  EXPECT_EQ(outcome(R"({"anyOf":[{"const":"TWO"},{"const":"THREE"}]})", R"("TWO or THREE")"), "\"TWO\" choice_text");
}

TEST(AlignDynamic, LeavesWholeNumbersAsTheyAre) {
  EXPECT_EQ(outcome(R"({"type":"integer"})", "5.0"), "fits");
  EXPECT_EQ(outcome(R"({"type":"array","items":{"type":"integer"}})", R"([5.0,"6"])"), "[5.0,6] number_text");
}

TEST(AlignDynamic, KeepsKeysThatAreNotSaid) {
  EXPECT_EQ(outcome(R"({"type":"object","properties":{"a":{"type":"integer"}},"required":["a"]})",
                    R"({"A":"1","other":[1, 2]})"),
            R"({"a":1,"other":[1,2]} key_spelling number_text)");
}

// ---- bounds ------------------------------------------------------------------------------------------------------

TEST(AlignBounds, DeepTextsAndTypes) {
  std::string text;
  for (int i = 0; i < 60; ++i) text += R"({"Label":1,"children":[)";
  for (int i = 0; i < 60; ++i) text += "]}";
  const Alignment alignment = aligned<Tree>(text);
  EXPECT_EQ(alignment.repairs.total(), 120u);
  EXPECT_TRUE(decode<Tree>(alignment.json));
  EXPECT_FALSE(aligned<Tree>(std::string(100'000, '[')).changed);
  EXPECT_FALSE(aligned<User>(std::string(100, '[') + std::string(100, ']')).changed);
}

TEST(AlignBounds, TypesThatAreTriedInManyWays) {
  // Each level may be one of three, which all look alike to the end.
  constexpr std::string_view schema = R"({"$ref":"#/$defs/A","$defs":{
      "A":{"type":"object","properties":{"op":{"type":"string"},
           "l":{"anyOf":[{"$ref":"#/$defs/A"},{"$ref":"#/$defs/B"},{"$ref":"#/$defs/V"}]},
           "r":{"anyOf":[{"$ref":"#/$defs/A"},{"$ref":"#/$defs/B"},{"$ref":"#/$defs/V"}]}},"required":["op","l","r"]},
      "B":{"type":"object","properties":{"op":{"type":"string"},"x":{"type":"integer"},
           "l":{"anyOf":[{"$ref":"#/$defs/A"},{"$ref":"#/$defs/B"},{"$ref":"#/$defs/V"}]},
           "r":{"anyOf":[{"$ref":"#/$defs/A"},{"$ref":"#/$defs/B"},{"$ref":"#/$defs/V"}]}},"required":["op","l","r","x"]},
      "V":{"type":"object","properties":{"v":{"type":"integer"}},"required":["v"]}}})";
  const DynamicModel model = DynamicModel::from_json_schema(schema);
  std::string text = R"({"v":"1"})";
  for (int i = 0; i < 8; ++i) text = R"({"op":"+","l":)" + text + R"(,"r":)" + text + "}";
  const Alignment alignment = align(plan_of(model.type()), text, {});
  EXPECT_EQ(alignment.repairs.total(), 256u);
}

TEST(AlignBounds, ManyUnknownKeys) {
  std::string text = "{";
  for (int i = 0; i < 20'000; ++i) text += "\"key" + std::to_string(i) + "\":1,";
  EXPECT_FALSE(aligned<User>(text + "\"z\":1}").changed);
}

}  // namespace
}  // namespace core
}  // namespace instructor
